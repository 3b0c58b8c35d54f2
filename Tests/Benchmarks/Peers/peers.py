"""Measures jobsup as a supervisor beside others: supervisord, circus, runit, s6 and systemd.

    make bench-peers                             those that are installed
    make bench-peers BENCH=--install             installs the others before (apt; PyPI into .build/peers)
    make bench-peers BENCH=--systemd             all of it in a system that is booted for it, with systemd (root)
    make bench-peers BENCH="--only restart"      the steps whose name contains a word
    make bench-peers BENCH="--json"              for programs

All keep the same tiny program alive, which tells when its first instruction ran. They take turns, so that a slow moment
of the machine meets all. `bare` is a loop around posix_spawn and waitpid: no supervisor can do less.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from children import descendants  # noqa: E402
from comparison import OURS, Comparison, progress  # noqa: E402
from measures import SPAWN, STEPS, Measures  # noqa: E402
from supervisors import ALL, BUILD, ENVIRONMENT, ROOT, SYSTEMD_BOOTED, FromDirectory, FromPyPI, Supervisor  # noqa: E402

NAMES = {kind.name: kind for kind in ALL}
PR_SET_CHILD_SUBREAPER = 36


def kinds(names: str) -> list[type[Supervisor]]:
    if unknown := set(names.split(",")) - set(NAMES):
        raise argparse.ArgumentTypeError(f"no such supervisor: {', '.join(sorted(unknown))}")
    return [kind for name, kind in NAMES.items() if name in names.split(",")]


def counts(text: str) -> list[int]:
    if not all(word.isdigit() and 1 <= int(word) <= 1000 for word in text.split(",")):
        raise argparse.ArgumentTypeError("numbers from 1 to 1000, separated by commas")
    return [int(word) for word in text.split(",")]


def install() -> None:
    """What is missing: Debian's packages by apt, those of PyPI into an environment of their own."""
    packages = [kind.name for kind in ALL if issubclass(kind, FromDirectory) and kind.missing()]
    if packages:
        apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300"]
        as_root = [] if os.geteuid() == 0 else ["sudo"]
        subprocess.run([*as_root, *apt, "update"], check=True, stdout=sys.stderr)
        command = [*as_root, *apt, "install", "-y", "--no-install-recommends", *packages]
        subprocess.run(command, check=True, stdout=sys.stderr)
    if any(issubclass(kind, FromPyPI) and kind.missing() for kind in ALL):
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        pip = [str(ENVIRONMENT / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "supervisor", "circus"], check=True, stdout=sys.stderr)


def compile_programs(directory: pathlib.Path) -> pathlib.Path:
    """The path of the child; `bare` is beside it."""
    # The toolchain of Swift has the latter.
    compiler = shutil.which("cc") or shutil.which("clang")
    if not compiler:
        raise SystemExit("a C compiler (cc or clang) is needed for the child, and there is none")
    for name in ("child", "bare"):
        source = HERE / f"{name}.c"
        command = [compiler, "-O2", "-static", "-Wall", "-Wextra", "-Werror", "-o", str(directory / name), str(source)]
        subprocess.run(command, check=True)
    return directory / "child"


@contextlib.contextmanager
def adopting_orphans():
    """Whatever a killed supervisor leaves becomes ours, and ends with us."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise SystemExit(f"prctl: {os.strerror(ctypes.get_errno())}")
    try:
        yield
    finally:
        while left := descendants(os.getpid()):
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(-1, 0)


def measure(options: argparse.Namespace, steps: list[str]) -> Comparison:
    # Of each child a supervisor holds up to seven descriptors, and this process one; systemd gives a service 1024.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    comparison = Comparison(settings={SPAWN: "one call by this benchmark, up to the child's first instruction"})
    present = []
    for kind in options.peers:
        if reason := kind.missing():
            comparison.not_measured[kind.name] = reason
        else:
            present.append(kind)
            comparison.versions[kind.name] = kind.version()
    with tempfile.TemporaryDirectory(prefix="jobsup-peers-") as directory, adopting_orphans():
        program = compile_programs(pathlib.Path(directory))
        measures = Measures(comparison, present, program, options.rounds, options.children, options.kills)
        for step in steps:
            progress(f"{step} …")
            getattr(measures, step)()
    comparison.settings |= {kind.name: kind.settings for kind in present}
    return comparison


def measure_booted(arguments: list[str]) -> Comparison:
    """The same inside a system that is booted for it; what it printed."""
    payload = [str(ROOT / "Tests/SystemTests/boot"), str(HERE / "booted.sh"), str(BUILD.resolve()), str(ENVIRONMENT)]
    environment = {"BOOT_TIMEOUT": "3600", **os.environ}
    found = None
    with subprocess.Popen([*payload, *arguments], env=environment, stdout=subprocess.PIPE, text=True) as boot:
        for line in boot.stdout:
            if line.startswith('{"machine"'):
                found = Comparison.read(line)
            else:
                progress(line.rstrip())
    if boot.returncode != 0 or found is None:
        raise SystemExit(f"the booted system ended with {boot.returncode}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="WORD", help=f"steps whose name contains WORD, of: {', '.join(STEPS)}")
    parser.add_argument("--peers", metavar="NAMES", type=kinds, default=ALL, help=f"of: {','.join(NAMES)}")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of starts and stops (3)")
    parser.add_argument("--children", metavar="COUNTS", type=counts, default=[100, 500], help="how many (100,500)")
    parser.add_argument("--kills", type=int, default=30, help="children that are killed, each alone (30)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--strict", action="store_true", help="end with 1 when a target was missed")
    parser.add_argument("--require", action="store_true", help="end with 1 when something could not be measured")
    parser.add_argument("--install", action="store_true", help="install what is missing first")
    parser.add_argument("--systemd", action="store_true", help="in a booted system, beside systemd")
    options = parser.parse_args()
    # By default it would end this program at once, and leave what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    steps = [step for step in STEPS if not options.only or options.only in step]
    if not steps:
        parser.error(f"no step's name contains {options.only!r}; the steps: {', '.join(STEPS)}")
    if options.install:
        install()
    if options.systemd and not os.environ.get(SYSTEMD_BOOTED):
        own = ("--install", "--systemd", "--strict", "--require", "--json")
        comparison = measure_booted([each for each in sys.argv[1:] if each not in own])
    else:
        comparison = measure(options, steps)
    print(comparison.json() if options.json else comparison.table())
    if options.require and comparison.not_measured:
        reasons = [f"{name}: {why}" for name, why in comparison.not_measured.items()]
        raise SystemExit(f"not measured: {'; '.join(reasons)}")
    missed = [row.name for row in comparison.rows if row.verdict == "missed"]
    if options.strict and missed:
        raise SystemExit(f"{OURS} missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
