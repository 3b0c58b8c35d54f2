"""Frames on their way to the daemon, gathered so that many leave in one system call."""

from __future__ import annotations

import socket
import threading

from .bell import Bell

#: Frames that are gathered at most.
FLUSH_COUNT = 64
#: The longest that a frame waits for company, in seconds.
FLUSH_AGE = 0.001

_SEND_FLAGS = socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL


class Outbox:
    """What is to be sent; any thread may put and flush, no call ever blocks.

    Who puts a frame either flushes at once or calls ``defer``, after which the link's thread flushes within
    ``FLUSH_AGE`` or so if nobody else did: a frame never waits for the end of the next job. What the socket does not
    take at once stays here and the link's thread sends it when there is room. That is bounded by the jobs in hand.
    """

    def __init__(self, sock: socket.socket, bell: Bell) -> None:
        self._socket = sock
        self._bell = bell
        self._lock = threading.Lock()
        self._frames: list[bytes] = []
        self._rest = memoryview(b"")
        self._oldest = 0.0
        self._closed = False
        #: Whether the socket took less than it was given: the daemon reads too slowly.
        self.blocked = False
        #: Whether the link's thread will look here soon without being rung.
        self.watched = False

    @property
    def empty(self) -> bool:
        """Whether everything has gone to the kernel."""
        return not self._frames and not self._rest

    def put(self, frame: bytes, now: float) -> None:
        """Adds a frame; flush or defer it afterwards. ``now`` is the clock's."""
        self._frames.append(frame)
        if len(self._frames) == 1:
            self._oldest = now

    def is_due(self, now: float) -> bool:
        """Whether what was gathered should leave now."""
        return len(self._frames) >= FLUSH_COUNT or now - self._oldest >= FLUSH_AGE

    def defer(self) -> None:
        """Leaves the sending to whoever flushes next, at the latest the link's thread."""
        if not self.watched:
            self.watched = True
            self._bell.ring()

    def flush(self) -> None:
        """Sends as much as the socket takes."""
        with self._lock:
            while not self._closed:
                if not self._rest:
                    # Other threads only ever append, so the first `count` stay what they are.
                    count = len(self._frames)
                    if count == 0:
                        return
                    self._rest = memoryview(b"".join(self._frames[:count]))
                    del self._frames[:count]
                try:
                    sent = self._socket.send(self._rest, _SEND_FLAGS)
                except BlockingIOError:
                    if not self.blocked:
                        # The link's thread must now wait for room as well.
                        self.blocked = True
                        self._bell.ring()
                    return
                except OSError:
                    # The link's thread finds the end of the connection by reading, with all that came before it.
                    self._drop()
                    return
                self._rest = self._rest[sent:]
                self.blocked = False

    def close(self) -> None:
        """Forgets what was not sent; later frames are dropped."""
        with self._lock:
            self._drop()

    def disown(self) -> None:
        """In a forked child: the connection is the parent's, and so is whoever holds the lock."""
        self._lock = threading.Lock()
        self.watched = True
        self._drop()

    def _drop(self) -> None:
        self._closed = True
        self.blocked = False
        self._rest = memoryview(b"")
        self._frames = _Nothing()


class _Nothing(list[bytes]):
    """A list that stays empty."""

    def append(self, frame: bytes) -> None:
        pass
