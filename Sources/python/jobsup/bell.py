"""Wakes the thread that waits for the connection."""

from __future__ import annotations

import os


class Bell:
    """A pipe that can be rung from any thread, from a signal handler, and by the kernel's side of one."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()
        os.set_blocking(self.reading, False)
        os.set_blocking(self.writing, False)

    def ring(self) -> None:
        """Makes ``reading`` readable; never blocks."""
        try:
            os.write(self.writing, b"\0")
        except (BlockingIOError, OSError):
            # Full: it rings already. Closed: nobody waits any more.
            pass

    def silence(self) -> bytes:
        """Empties the pipe and returns what was in it: zeros, and the numbers of signals that came."""
        try:
            return os.read(self.reading, 4096)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        """Closes both ends."""
        os.close(self.reading)
        os.close(self.writing)
