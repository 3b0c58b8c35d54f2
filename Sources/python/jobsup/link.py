"""The thread that waits for the connection."""

from __future__ import annotations

import select
import signal
import socket
from typing import Callable

from .bell import Bell
from .errors import ConnectionLost
from .frames import FrameSplitter
from .outbox import FLUSH_AGE
from .session import Session

#: The most that is read at once, in bytes.
READ_BYTES = 1 << 20
#: How often the thread looks for frames that nobody sent, while there may be some, in seconds.
TICK = 2 * FLUSH_AGE
#: How long the daemon may take to close after BYE, in seconds.
LINGER = 2.0

_DRAIN_SIGNALS = {signal.SIGTERM: "SIGTERM", signal.SIGINT: "SIGINT"}


class Link:
    """Reads frames, sends what the slots left to it, and sleeps when there is nothing of either."""

    def __init__(
        self,
        sock: socket.socket,
        splitter: FrameSplitter,
        session: Session,
        bell: Bell,
        clock: Callable[[], float],
    ) -> None:
        self._socket = sock
        self._splitter = splitter
        self._session = session
        self._outbox = session.outbox
        self._bell = bell
        self._clock = clock
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)
        self._poll.register(bell.reading, select.POLLIN)
        self._waits_for_room = False

    def run(self) -> None:
        """Serves the connection until BYE is said; raises when it ends before that."""
        session, outbox = self._session, self._outbox
        while True:
            session.advance()
            if outbox.watched or session.said_bye or not outbox.empty:
                outbox.flush()
            if session.said_bye and outbox.empty:
                return self._leave()
            self._wait_for_room(outbox.blocked)
            self._turn(self._timeout())

    def _turn(self, timeout: float | None) -> None:
        events = self._poll.poll(None if timeout is None else timeout * 1000)
        for descriptor, event in events:
            if descriptor == self._bell.reading:
                self._heed(self._bell.silence())
            elif event & ~select.POLLOUT:
                self._read()
        if not events:
            if self._outbox.empty:
                # A whole tick in which nothing happened: who defers a frame from now on rings.
                self._outbox.watched = False
            # After the line above, so that a frame deferred just before it is seen here.
            self._outbox.flush()

    def _timeout(self) -> float | None:
        due = self._session.board.seconds_until_due()
        if not self._outbox.watched or self._outbox.blocked:
            return due
        return TICK if due is None else min(TICK, due)

    def _read(self) -> None:
        data = self._socket.recv(READ_BYTES)
        if not data:
            raise ConnectionLost("the daemon closed the connection")
        arrived = self._splitter.feed(data)
        # The slots have work now: for a tick they need not ring.
        self._outbox.watched = True
        self._session.received(arrived)

    def _heed(self, rung: bytes) -> None:
        for number in rung:
            reason = _DRAIN_SIGNALS.get(number)  # type: ignore[call-overload]
            if reason is not None:
                self._session.request_drain(reason)

    def _wait_for_room(self, wanted: bool) -> None:
        if wanted != self._waits_for_room:
            self._waits_for_room = wanted
            self._poll.modify(self._socket, select.POLLIN | (select.POLLOUT if wanted else 0))

    def _leave(self) -> None:
        """Closes so that the daemon reads everything: closing with unread bytes would reset the connection."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
            self._socket.settimeout(LINGER)
            deadline = self._clock() + LINGER
            while self._socket.recv(READ_BYTES) and self._clock() < deadline:
                pass
        except OSError:
            pass
