"""The children of one supervisor, as they tell of themselves."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import select
import signal
import struct
import subprocess
import time

STAMP = struct.Struct("=qq")
#: How long anything may take on a busy machine before it is called lost.
DEADLINE = 60.0


class Lost(Exception):
    """Something did not happen in time; the text is for people."""


@dataclasses.dataclass
class Child:
    pid: int
    #: When its first instruction ran, on the monotonic clock.
    born_ns: int
    #: Tells of its end, and cannot mean another process that got its number; none when it was gone already.
    pidfd: int | None


class Children:
    """Listens to the FIFO into which children write when they begin."""

    def __init__(self, directory: pathlib.Path):
        self.path = directory / "stamps"
        self.all: list[Child] = []
        os.mkfifo(self.path)
        # Open for writing as well, so that there is no end when nobody writes.
        self._pipe = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)

    def born(self, count: int, within: float = DEADLINE, supervisor: subprocess.Popen | None = None) -> list[Child]:
        """The next so many children; not waited for when the supervisor has failed."""
        new: list[Child] = []
        end = time.monotonic() + within
        while len(new) < count:
            left = max(0, end - time.monotonic())
            if not select.select([self._pipe], [], [], min(left, 0.5))[0]:
                if supervisor and supervisor.poll():
                    raise Lost(f"it ended with {supervisor.returncode} after {len(new)} of {count} children")
                if left:
                    continue
                raise Lost(f"{len(new)} of {count} children began within {within:g} s")
            data = os.read(self._pipe, STAMP.size * (count - len(new)))
            new += [self._child(*STAMP.unpack_from(data, at)) for at in range(0, len(data), STAMP.size)]
        self.all += new
        return new

    def _child(self, pid: int, born_ns: int) -> Child:
        try:
            return Child(pid, born_ns, os.pidfd_open(pid))
        except ProcessLookupError:
            return Child(pid, born_ns, None)

    def kill(self) -> None:
        """Ends all that ever began, also those that nobody waited for yet."""
        with contextlib.suppress(Lost):
            while True:
                self.born(1, within=0)
        for child in self.all:
            if child.pidfd is not None:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(child.pidfd, signal.SIGKILL)
        gone(self.all)

    def close(self) -> None:
        os.close(self._pipe)
        for child in self.all:
            if child.pidfd is not None:
                os.close(child.pidfd)
        self.all = []


def gone(children: list[Child], within: float = DEADLINE) -> tuple[int, int]:
    """When the last of them had ended, on the monotonic clock, and how many live on after the time."""
    poll = select.poll()
    living = {child.pidfd for child in children if child.pidfd is not None}
    for pidfd in living:
        poll.register(pidfd, select.POLLIN)
    end = time.monotonic() + within
    last_ns = time.monotonic_ns()
    while living and (left := end - time.monotonic()) > 0:
        for pidfd, _ in poll.poll(left * 1000):
            poll.unregister(pidfd)
            living.discard(pidfd)
            last_ns = time.monotonic_ns()
    return last_ns, len(living)


def descendants(pid: int) -> list[int]:
    """All processes below this one."""
    found: list[int] = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                for child in map(int, (task / "children").read_text().split()):
                    found += [child, *descendants(child)]
    return found
