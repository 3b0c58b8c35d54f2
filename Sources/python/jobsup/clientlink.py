"""A client's connection for enqueueing."""

from __future__ import annotations

import os
import select
import socket
import struct
from typing import Any, Union

from . import frames
from .errors import ConnectionLost, DaemonError, ProtocolError
from .frames import FrameSplitter
from .newjob import JobID

#: The most that is read at once, in bytes.
READ_BYTES = 1 << 18
#: ENQUEUE's type, request and count, in bytes.
_ENQUEUE_OVERHEAD = 13

_ENQUEUE = struct.Struct(">IBQI")
_ENQUEUED = struct.Struct(">QI")
_RECEIPT = struct.Struct(">QB")

#: The ids of an ENQUEUED, or code and message of a REFUSED.
Answer = Union[list[JobID], tuple[str, str]]


class ClientLink:
    """Sends requests and gives their answers in the order in which they come; for one thread at a time."""

    def __init__(self, path: str, name: str, timeout: float) -> None:
        self._path = path
        self._name = name
        self._timeout = timeout
        self._socket: socket.socket | None = None
        self._process = os.getpid()
        self._arrived: list[tuple[int, bytes]] = []
        self._splitter = FrameSplitter()
        self._request = 0
        #: The most bytes of jobs that one request may hold.
        self.body_limit = 0

    def open(self) -> None:
        """Makes sure that there is a connection that nobody has closed."""
        if self._socket is not None and (self._process != os.getpid() or self._is_stale(self._socket)):
            # Stale: the daemon was started again. Another process: the connection is the parent's.
            self.close()
        if self._socket is None:
            self._connect()

    def close(self) -> None:
        """Closes the connection, if there is one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def send(self, count: int, jobs: bytes) -> int:
        """Sends one request of so many encoded jobs; returns its number."""
        self._request += 1
        header = _ENQUEUE.pack(_ENQUEUE_OVERHEAD + len(jobs), frames.ENQUEUE, self._request, count)
        self._send(header + jobs)
        return self._request

    def answer(self) -> tuple[int, Answer]:
        """The number of a request and the daemon's answer to it."""
        kind, body = self._next()
        if kind == frames.ENQUEUED:
            self._check(len(body) >= _ENQUEUED.size, "ENQUEUED is too short")
            request, count = _ENQUEUED.unpack_from(body)
            self._check(len(body) == _ENQUEUED.size + count * _RECEIPT.size, "ENQUEUED has not the length of its jobs")
            return request, [
                JobID(id, bool(old)) for id, old in _RECEIPT.iter_unpack(memoryview(body)[_ENQUEUED.size :])
            ]
        fields = self._decode(kind, body)
        self._check(kind == frames.REFUSED, f"{frames.LAYOUTS[kind].name} came where ENQUEUED was expected")
        return fields["request"], (fields["code"], fields["message"])

    def _check(self, right: bool, wrong: str) -> None:
        """Ends the connection when the daemon broke the protocol."""
        if not right:
            self.close()
            raise ProtocolError(wrong)

    def _connect(self) -> None:
        self._process = os.getpid()
        self._arrived = []
        self._splitter = FrameSplitter()
        self._request = 0
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(self._timeout)
        try:
            self._socket.connect(self._path)
        except OSError as error:
            self.close()
            raise ConnectionLost(f"no daemon at {self._path}: {error.strerror or error}") from error
        self._send(frames.encode(frames.CLIENT_HELLO, protocol=frames.PROTOCOL, name=self._name))
        kind, body = self._next()
        fields = self._decode(kind, body)
        self._check(
            kind == frames.CLIENT_WELCOME, f"{frames.LAYOUTS[kind].name} came where CLIENT_WELCOME was expected"
        )
        self._check(fields["protocol"] == frames.PROTOCOL, f"the daemon speaks protocol {fields['protocol']}")
        self._splitter.max_frame = fields["max_frame"]
        self.body_limit = fields["max_frame"] - _ENQUEUE_OVERHEAD

    def _decode(self, kind: int, body: bytes) -> dict[str, Any]:
        try:
            fields = frames.decode(kind, body)
        except ProtocolError:
            self.close()
            raise
        if kind == frames.ERROR:
            self.close()
            raise DaemonError(fields["code"], fields["message"])
        return fields

    def _send(self, data: bytes) -> None:
        assert self._socket is not None
        try:
            self._socket.sendall(data)
        except BrokenPipeError as error:
            # The daemon may have said why before it closed.
            while True:
                self._decode(*self._next(error))
        except OSError as error:
            self._lost(error)

    def _next(self, cause: OSError | None = None) -> tuple[int, bytes]:
        assert self._socket is not None
        while not self._arrived:
            try:
                data = self._socket.recv(READ_BYTES)
            except OSError as error:
                self._lost(error)
            if not data:
                self._lost(cause)
            try:
                self._arrived = self._splitter.feed(data)
            except ProtocolError:
                self.close()
                raise
        return self._arrived.pop(0)

    def _lost(self, error: OSError | None) -> None:
        self.close()
        why = "the daemon closed it" if error is None else error.strerror or str(error)
        raise ConnectionLost(f"the connection to {self._path} was lost: {why}") from error

    @staticmethod
    def _is_stale(sock: socket.socket) -> bool:
        # Nothing is expected between requests: readable means closed, or a last ERROR.
        # By poll: select knows no descriptor above 1023.
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        return bool(poll.poll(0))
