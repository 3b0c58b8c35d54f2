"""The supervisors that are measured, each with what it is by default."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from children import DEADLINE, Children, Lost, descendants

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(HERE.parents[1] / "EndToEnd"))

from harness import BUILD  # noqa: E402

#: Where `--install` puts what comes from PyPI.
ENVIRONMENT = pathlib.Path(os.environ.get("PEERS_VENV", ROOT / ".build" / "peers"))
SYSTEMD_BOOTED = "PEERS_BOOTED"


class Supervisor:
    """One supervisor on directories of its own. `start` and `stop` only ask; the children tell when it is done."""

    name = ""
    #: What it was told beyond the command and the number, for people.
    settings = ""
    #: Whether its main process can be killed to see what becomes of the children.
    is_killable = True

    def __init__(self, program: pathlib.Path):
        #: What the children are; without a path in it that is particular to one machine.
        self.program = program
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="jobsup-peers-"))
        self.children = Children(self.directory)
        self.environment = {**os.environ, "PEERS_STAMPS": str(self.children.path)}
        self.process: subprocess.Popen | None = None
        #: Processes of its own that outlive the main one, or may.
        self.others: list[int] = []
        #: When it was asked to start, on the monotonic clock.
        self.started_ns = 0

    @classmethod
    def missing(cls) -> str | None:
        """Why it cannot be measured here."""
        return None

    @classmethod
    def version(cls) -> str:
        return ""

    def prepare(self, count: int) -> None:
        """Writes the configuration."""

    def command(self, count: int) -> list[str]:
        raise NotImplementedError

    def start(self, count: int) -> None:
        with open(self.directory / "log", "ab") as log:
            self.process = subprocess.Popen(
                self.command(count), env=self.environment, cwd=self.directory, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log,
            )  # fmt: skip

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def processes(self) -> list[int]:
        """Its own processes, without the children."""
        main = self.process.pid
        return [main, *(pid for pid in descendants(main) if not self.is_child(pid))]

    def is_child(self, pid: int) -> bool:
        with contextlib.suppress(OSError):
            return os.readlink(f"/proc/{pid}/exe") == str(self.program)
        return False

    def kill(self) -> None:
        """kill -9 of the main process alone."""
        self.others = self.processes()[1:]
        self.process.kill()
        self.process.wait()

    def ended(self) -> None:
        """Waits until the supervisor itself has ended after a stop."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(DEADLINE)

    def remove(self) -> None:
        """Kills what is left of it, and then of its children: in the other order it would start new ones."""
        left = set(self.others)
        if self.process and self.process.poll() is None:
            left |= set(self.processes())
        # This process adopts all orphans, so what is no descendant is none of ours.
        for pid in left & set(descendants(os.getpid())):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.process:
            self.process.wait()
        self.children.kill()
        for pid in {*left, *(child.pid for child in self.children.all)} - {self.process and self.process.pid}:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        self.children.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def words(self) -> str:
        """The end of its log."""
        log = self.directory / "log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-5:]) if log.exists() else ""


def said(command: list[str]) -> str:
    """The first line that a program prints."""
    result = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, stdin=subprocess.DEVNULL)
    return next(iter(result.stdout.splitlines()), "")


class Bare(Supervisor):
    name = "bare"
    settings = "the least that any supervisor does: posix_spawn, sigwaitinfo, waitpid (bare.c)"

    def command(self, count: int) -> list[str]:
        return [str(self.program.parent / "bare"), str(count), str(self.program)]


class Jobsup(Supervisor):
    name = "jobsup"
    settings = "defaults"

    @classmethod
    def missing(cls) -> str | None:
        absent = [name for name in ("jobsupd", "jobsup", "jobsup-launch") if not (BUILD / name).exists()]
        return f"{BUILD} has no {', '.join(absent)}" if absent else None

    @classmethod
    def version(cls) -> str:
        return said([str(BUILD / "jobsupd"), "--version"])

    def prepare(self, count: int) -> None:
        self.config = self.directory / "jobsup.yaml"
        environment = {"PEERS_STAMPS": str(self.children.path)}
        pool = {"command": [str(self.program)], "processes": count, "environment": environment}
        self._write({**pool, "kind": "service"})
        if self._is_refused():
            environment["PEERS_SPEAKS_JOBSUP"] = "1"
            self._write({**pool, "queues": ["default"]})
            Jobsup.settings = "defaults; kind: socket, because this build has no services"

    def _write(self, pool: dict) -> None:
        directories = {"state_directory": self.directory / "state", "runtime_directory": self.directory / "run"}
        self.config.write_text(json.dumps({**directories, "pools": {"peers": pool}}, default=str))

    def _is_refused(self) -> bool:
        check = [str(BUILD / "jobsup"), "config", "check", str(self.config)]
        return subprocess.run(check, capture_output=True, timeout=DEADLINE).returncode != 0

    def command(self, count: int) -> list[str]:
        return [str(BUILD / "jobsupd"), "--config", str(self.config)]


class FromPyPI(Supervisor):
    """A Python program in the virtual environment, or in the PATH."""

    program_name = ""

    @classmethod
    def found(cls) -> str | None:
        return shutil.which(str(ENVIRONMENT / "bin" / cls.program_name)) or shutil.which(cls.program_name)

    @classmethod
    def missing(cls) -> str | None:
        return None if cls.found() else "not installed"

    @classmethod
    def version(cls) -> str:
        return said([cls.found(), "--version"])


class Supervisord(FromPyPI):
    name = "supervisord"
    program_name = "supervisord"
    settings = "defaults (startsecs=1, autorestart=unexpected, a log file for each child); minfds=5×children above 1024"

    def prepare(self, count: int) -> None:
        (self.directory / "children").mkdir()
        (self.directory / "supervisord.conf").write_text(
            f"[supervisord]\nlogfile={self.directory}/supervisord.log\npidfile={self.directory}/pid\n"
            f"childlogdir={self.directory}/children\nminfds={max(1024, 5 * count)}\n"
            f"[program:child]\ncommand={self.program}\nnumprocs={count}\nprocess_name=child-%(process_num)d\n"
        )

    def command(self, count: int) -> list[str]:
        return [self.found(), "--nodaemon", "-c", str(self.directory / "supervisord.conf")]


class Circus(FromPyPI):
    name = "circus"
    program_name = "circusd"
    settings = "defaults (check_delay=5, warmup_delay=0); endpoints are Unix sockets; copy_env"

    def prepare(self, count: int) -> None:
        (self.directory / "circus.ini").write_text(
            f"[circus]\nendpoint=ipc://{self.directory}/control\npubsub_endpoint=ipc://{self.directory}/events\n"
            f"[watcher:child]\ncmd={self.program}\nnumprocesses={count}\ncopy_env=True\n"
        )

    def command(self, count: int) -> list[str]:
        return [self.found(), str(self.directory / "circus.ini")]


class FromDirectory(Supervisor):
    """A supervisor with a process for each service, which is a directory."""

    program_name = ""

    @classmethod
    def missing(cls) -> str | None:
        return None if shutil.which(cls.program_name) else "not installed"

    @classmethod
    def version(cls) -> str:
        return said(["dpkg-query", "-W", "-f", "${Version}", cls.name])

    def prepare(self, count: int) -> None:
        self.services = self.directory / "services"
        for number in range(count):
            service = self.services / f"child-{number}"
            service.mkdir(parents=True)
            (service / "run").symlink_to(self.program)
        # runsvdir waits for a second when its directory has just changed, as it had not at a boot.
        os.utime(self.services, (0, 0))


class Runit(FromDirectory):
    name = "runit"
    program_name = "runsvdir"
    settings = "defaults; ./run is the program itself, no shell; no log services; stopped by SIGHUP to runsvdir"

    def command(self, count: int) -> list[str]:
        return ["runsvdir", str(self.services)]

    def stop(self) -> None:
        self.others = self.processes()[1:]
        self.process.send_signal(signal.SIGHUP)


class S6(FromDirectory):
    name = "s6"
    program_name = "s6-svscan"
    settings = "defaults (-c as many as there are above 500); ./run is the program itself; no log services"

    def command(self, count: int) -> list[str]:
        return ["s6-svscan", *(["-c", str(count)] if count > 500 else []), str(self.services)]


class Systemd(Supervisor):
    """The one that runs as the first process of a machine booted for this, never the one of the machine itself."""

    name = "systemd"
    settings = "defaults (RestartSec=100ms), Restart=always; one target wants all instances of a template"
    is_killable = False
    units = pathlib.Path("/run/systemd/system")

    @classmethod
    def missing(cls) -> str | None:
        return None if os.environ.get(SYSTEMD_BOOTED) else "it is booted with --systemd only (root)"

    @classmethod
    def version(cls) -> str:
        return said(["systemctl", "--version"]).removeprefix("systemd ")

    def prepare(self, count: int) -> None:
        self.unit = re.sub(r"\W", "", self.directory.name)
        wanted = " ".join(f"{self.unit}@{number}.service" for number in range(count))
        (self.units / f"{self.unit}@.service").write_text(
            f"[Unit]\nPartOf={self.unit}.target\n[Service]\nExecStart={self.program}\nRestart=always\n"
            f"Environment=PEERS_STAMPS={self.children.path}\n"
        )
        (self.units / f"{self.unit}.target").write_text(f"[Unit]\nWants={wanted}\n")
        subprocess.run(["systemctl", "daemon-reload"], check=True, timeout=DEADLINE)

    def command(self, count: int) -> list[str]:
        return ["systemctl", "start", f"{self.unit}.target"]

    def stop(self) -> None:
        self.process.wait(DEADLINE)
        self.process = subprocess.Popen(["systemctl", "stop", f"{self.unit}.target"])

    def processes(self) -> list[int]:
        return [1]

    def remove(self) -> None:
        if hasattr(self, "unit"):
            subprocess.run(["systemctl", "stop", f"{self.unit}.target"], check=False, timeout=DEADLINE)
            for file in self.units.glob(f"{self.unit}*"):
                file.unlink()
        super().remove()


ALL: list[type[Supervisor]] = [Bare, Jobsup, Supervisord, Circus, Runit, S6, Systemd]


@contextlib.contextmanager
def running(kind: type[Supervisor], program: pathlib.Path, count: int):
    """A supervisor whose children have all begun; it and they are gone at the end."""
    supervisor = kind(program)
    try:
        supervisor.prepare(count)
        supervisor.started_ns = time.monotonic_ns()
        supervisor.start(count)
        try:
            supervisor.children.born(count, supervisor=supervisor.process)
        except Lost as error:
            raise Lost(f"{error}; its log ends with: {supervisor.words()}") from error
        yield supervisor
    finally:
        supervisor.remove()
