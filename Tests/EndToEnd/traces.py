"""What processes leave behind, as the kernel tells it: zombies, orphans, descriptors."""

from __future__ import annotations

import os
import pathlib

from harness import Daemon, until

#: In the environment of all that a test starts.
MARK = "JOBSUP_TEST_MARK"


def processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def stat(pid: int) -> tuple[str, int] | None:
    """State and parent of a process."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_bytes().rsplit(b") ", 1)[1].split()
        return fields[0].decode(), int(fields[1])
    except (OSError, IndexError):
        return None


def zombies(parent: int) -> list[int]:
    return [pid for pid in processes() if stat(pid) == ("Z", parent)]


def marked(mark: str) -> list[int]:
    """The living processes that have the mark in their environment; its value is the daemon's directory."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for pid in processes():
        try:
            if wanted in pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                found.append(pid)
        except OSError:
            pass
    return found


#: Of the loops of threads, which come to be when a thread first has work, and stay.
LOOPS = {"anon_inode:[eventfd]", "anon_inode:[eventpoll]", "anon_inode:[timerfd]"}


def descriptors(pid: int) -> dict[str, str]:
    """All that may belong to a process or a connection."""
    found = {}
    for number in os.listdir(f"/proc/{pid}/fd"):
        try:
            place = os.readlink(f"/proc/{pid}/fd/{number}")
        except OSError:
            continue
        if place not in LOOPS:
            found[number] = place
    return found


class Traces:
    """Compares what a daemon holds, now and later."""

    def __init__(self, daemon: Daemon, mark: str):
        self.daemon = daemon
        self.mark = mark
        self.before = descriptors(daemon.process.pid)

    def none_of_descriptors(self) -> None:
        """No more than before; a connection of the last command may take a moment to go."""
        until(
            lambda: len(descriptors(self.daemon.process.pid)) <= len(self.before),
            lambda: f"{len(self.before)} descriptors, not {len(descriptors(self.daemon.process.pid))}:\n"
            f"{sorted(self.before.values())}\n{sorted(descriptors(self.daemon.process.pid).values())}",
            10,
        )

    def none_of_zombies(self) -> None:
        until(lambda: not zombies(self.daemon.process.pid), lambda: f"reaped: {zombies(self.daemon.process.pid)}", 20)

    def none_of_processes(self, known: int = 0) -> None:
        until(
            lambda: len(marked(self.mark)) <= known, lambda: f"no orphan: {marked(self.mark)}\n{self.daemon.tail()}", 20
        )
