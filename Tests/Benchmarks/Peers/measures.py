"""The steps of the benchmark."""

from __future__ import annotations

import contextlib
import os
import pathlib
import random
import re
import signal
import subprocess
import time

from bench import switches, woken
from children import Children, Lost, gone
from comparison import Comparison, progress
from supervisors import Supervisor, running

#: A child that has lived for so long counts as well started with every one of them: no backoff is met.
SETTLED_SECONDS = 2.5
IDLE_SECONDS = 10
ORPHAN_SECONDS = 2.0
SPAWN = "posix_spawn"


class Measures:
    """The steps; each is a method."""

    def __init__(
        self, comparison: Comparison, kinds: list[type[Supervisor]], program: pathlib.Path, rounds: int,
        children: list[int], kills: int,
    ):  # fmt: skip
        self.comparison = comparison
        self.kinds = kinds
        self.program = program
        self.rounds = rounds
        self.children = children
        self.kills = kills
        # Who comes after whom changes from round to round, and is the same in every run.
        self.random = random.Random(1)

    def turns(self) -> list[type[Supervisor]]:
        return self.random.sample(self.kinds, len(self.kinds))

    @contextlib.contextmanager
    def noting(self, step: str, kind: type[Supervisor]):
        """What goes wrong with one of them is told, and the others go on."""
        try:
            yield
        except (Lost, OSError, subprocess.SubprocessError) as error:
            self.comparison.not_measured[f"{kind.name}, {step}"] = str(error)
            progress(f"  {kind.name}: {error}")

    # MARK: Steps

    def restart(self) -> None:
        """From SIGKILL of a child to the first instruction of its replacement."""
        settings = {"yardstick": SPAWN}
        median = self.comparison.row("SIGKILL to replacement, median", "ms", at_most=4, ratio_at_most=2, **settings)
        slowest = self.comparison.row("SIGKILL to replacement, slowest", "ms", **settings)
        values: dict[str, list[float]] = {SPAWN: []}
        with contextlib.ExitStack() as stack:
            spawner = stack.enter_context(Spawner.on(self.program))
            supervisors: dict[type[Supervisor], Supervisor] = {}
            victims: dict[type[Supervisor], list] = {}
            for kind in self.kinds:
                with self.noting("restart", kind):
                    supervisors[kind] = stack.enter_context(running(kind, self.program, self.kills))
                    victims[kind] = list(supervisors[kind].children.all)
            time.sleep(SETTLED_SECONDS)
            for number in range(self.kills):
                values[SPAWN].append(spawner.start())
                for kind in [kind for kind in self.turns() if kind in supervisors]:
                    with self.noting("restart", kind):
                        try:
                            took = replaced(supervisors[kind].children, victims[kind][number].pid)
                        except Lost:
                            del supervisors[kind]
                            raise
                        values.setdefault(kind.name, []).append(took)
        for name, each in values.items():
            median.rounds[name] = each
            slowest.rounds[name] = [max(each)] if each else []

    def start(self) -> None:
        """From the command that starts a supervisor to its last child's first instruction, and from the request to stop
        to its last child's end."""
        for count in self.children:
            started = self.comparison.row(f"{count} children started", "ms", at_most=1200 if count == 500 else None)
            stopped = self.comparison.row(f"{count} children stopped", "ms")
            for _ in range(self.rounds):
                for kind in self.turns():
                    with self.noting(f"start {count}", kind), running(kind, self.program, count) as supervisor:
                        last_ns = max(child.born_ns for child in supervisor.children.all)
                        started.add(kind.name, (last_ns - supervisor.started_ns) / 1e6)
                        time.sleep(SETTLED_SECONDS)
                        begun_ns = time.monotonic_ns()
                        supervisor.stop()
                        ended_ns, left = gone(supervisor.children.all)
                        if left:
                            raise Lost(f"{left} of {count} children live on after the stop")
                        stopped.add(kind.name, (ended_ns - begun_ns) / 1e6)
                        supervisor.ended()

    def idle(self) -> None:
        """What a supervisor costs while nothing happens."""
        count = max(self.children)
        rows = [
            self.comparison.row(f"resident memory, {count} children", "MB", at_most=45 if count == 500 else None),
            self.comparison.row(f"the same, shared pages shared out, {count}", "MB"),
            self.comparison.row(f"own processes, {count} children", "", yardstick=None),
            self.comparison.row(f"processor time in {IDLE_SECONDS} s, {count} children", "ms"),
            self.comparison.row(f"wake-ups in a second, {count} children", ""),
        ]
        for kind in self.turns():
            with self.noting("idle", kind), running(kind, self.program, count) as supervisor:
                time.sleep(SETTLED_SECONDS)
                pids = supervisor.processes()
                used, slept = [processor_ms(pid) for pid in pids], [switches(pid) for pid in pids]
                time.sleep(IDLE_SECONDS)
                cpu = sum(processor_ms(pid) - before for pid, before in zip(pids, used))
                wakes = sum(woken(before, switches(pid)) for pid, before in zip(pids, slept))
                memory = [sum(rolled_up(pid, field) for pid in pids) for field in ("Rss", "Pss")]
                for row, value in zip(rows, [*memory, len(pids), cpu, wakes / IDLE_SECONDS]):
                    row.add(kind.name, value)

    def orphans(self) -> None:
        """What becomes of the children when the supervisor's main process is killed."""
        count = min(self.children)
        name = f"of {count} children alive {ORPHAN_SECONDS:g} s after its kill -9"
        row = self.comparison.row(name, "", yardstick=None, at_most=0)
        for kind in self.turns():
            if not kind.is_killable:
                continue
            with self.noting("orphans", kind), running(kind, self.program, count) as supervisor:
                time.sleep(SETTLED_SECONDS)
                supervisor.kill()
                _, left = gone(supervisor.children.all, within=ORPHAN_SECONDS)
                row.add(kind.name, left)


STEPS = ["restart", "start", "idle", "orphans"]


class Spawner:
    """The raw yardstick: one `posix_spawn` of the child, up to its first instruction."""

    def __init__(self, program: pathlib.Path, children: Children):
        self.program = program
        self.children = children

    @classmethod
    @contextlib.contextmanager
    def on(cls, program: pathlib.Path):
        # Beside the program, in a directory that is removed with it.
        directory = program.parent / "spawner"
        directory.mkdir()
        children = Children(directory)
        try:
            yield cls(program, children)
        finally:
            children.close()

    def start(self) -> float:
        """In milliseconds."""
        begun_ns = time.monotonic_ns()
        pid = os.posix_spawn(self.program, [str(self.program)], {"PEERS_STAMPS": str(self.children.path)})
        [child] = self.children.born(1)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return (child.born_ns - begun_ns) / 1e6


def replaced(children: Children, victim: int) -> float:
    """Kills one child; the milliseconds until another one began."""
    killed_ns = time.monotonic_ns()
    os.kill(victim, signal.SIGKILL)
    [child] = children.born(1)
    # What comes after a start (a line of log, a status file) is over before the next one is killed.
    time.sleep(0.02)
    return (child.born_ns - killed_ns) / 1e6


def processor_ms(pid: int) -> float:
    """The processor time of a process so far, finer than the ticks in /proc: its own clock, see clock_getcpuclockid."""
    return time.clock_gettime_ns((~pid << 3) | 2) / 1e6


def rolled_up(pid: int, field: str) -> float:
    """In MB."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(rf"^{field}:\s+(\d+) kB", text, re.MULTILINE)[1]) * 1024 / 1e6
