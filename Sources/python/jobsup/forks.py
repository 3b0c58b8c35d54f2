"""What a process that a handler forks must leave alone: the connection, and the signals' way to it."""

from __future__ import annotations

import os
import signal
import socket
import weakref

from . import output
from .session import Session

_left_behind: weakref.WeakKeyDictionary[Session, socket.socket] = weakref.WeakKeyDictionary()


def leave_behind(sock: socket.socket, session: Session) -> None:
    """Has every child forked from now on close its copy of the connection.

    Otherwise a child would hold it open after the worker's end, and its progress reports and the SIGTERM that was
    meant for it alone would be taken for the worker's.
    """
    _left_behind[session] = sock


def _in_child() -> None:
    output.forget()
    if not _left_behind:
        return
    for session, sock in list(_left_behind.items()):
        session.disown()
        sock.close()
    _left_behind.clear()
    signal.set_wakeup_fd(-1)
    for number, default in ((signal.SIGTERM, signal.SIG_DFL), (signal.SIGINT, signal.default_int_handler)):
        signal.signal(number, default)


os.register_at_fork(after_in_child=_in_child)
