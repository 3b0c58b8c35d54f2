"""Runs the modules of tests beside it, two at a time: most of their time they wait. Every module is a process of its own,
whose output comes in one piece when it is done.

    python3 lanes.py [module …]
"""

from __future__ import annotations

import concurrent.futures
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
LANES = 2

#: Begun first, so that no lane is left with a long one at the end.
LONGEST = ["test_scaling", "test_front_door", "test_shapes", "test_signals", "test_recycling", "test_services", "test_chaos"]


def run(module: str) -> tuple[bool, str]:
    begin = time.monotonic()
    result = subprocess.run(
        [sys.executable, "-m", "unittest", "-v", module], cwd=HERE, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
    )  # fmt: skip
    # A module without tests is one that lost them.
    is_good = result.returncode == 0 and "\nRan 0 tests" not in result.stdout
    return is_good, f"{'=' * 70}\n{module}: {time.monotonic() - begin:.0f} s\n{result.stdout}"


def main(modules: list[str]) -> int:
    modules = modules or sorted(path.stem for path in HERE.glob("test_*.py"))
    modules.sort(key=lambda module: LONGEST.index(module) if module in LONGEST else len(LONGEST))
    bad = []
    with concurrent.futures.ThreadPoolExecutor(LANES) as lanes:
        runs = {lanes.submit(run, module): module for module in modules}
        for done in concurrent.futures.as_completed(runs):
            is_good, output = done.result()
            print(output, flush=True)
            if not is_good:
                bad.append(runs[done])
    print(f"end to end: {len(modules) - len(bad)} of {len(modules)} modules passed" + (f"; not {', '.join(bad)}" if bad else ""))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
