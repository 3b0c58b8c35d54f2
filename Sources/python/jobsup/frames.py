"""The frames of worker protocol 1: what each one holds, and how it becomes bytes.

A frame is a u32 length (of what follows), a u8 type and a body. ``encode`` and ``decode`` know every frame of both
directions from one table; the two frames that a worker meets once per job, JOB and DONE, also have a fast way.
"""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

from .errors import ProtocolError
from .wire import BLOB, REST, STR, TEXT, U8, U16, U32, U64, Several

PROTOCOL = 1
#: The length of a frame's length field, in bytes.
LENGTH_BYTES = 4
#: The greatest frame length before WELCOME has said another, in bytes.
MAX_FRAME_BEFORE_WELCOME = 64 * 1024

HELLO, READY, DONE, FAIL, RETRY, SNOOZE, DISCARD, RETURN, PROGRESS, BYE = range(1, 11)
WELCOME, JOB, CANCEL, DRAIN, RECALL, SETTLED, ERROR = range(64, 71)
CLIENT_HELLO, ENQUEUE = 128, 129
CLIENT_WELCOME, ENQUEUED, REFUSED = 192, 193, 194

#: A bit in the flags of FAIL.
DO_NOT_RETRY = 1


class Layout(NamedTuple):
    """A frame's name and its fields in order."""

    name: str
    fields: tuple[tuple[str, Any], ...] = ()


_LEASE = (("job", U64), ("lease", U64))
_SETTLEMENT = _LEASE + (("run_us", U32),)
_POSTPONED = _SETTLEMENT + (("delay_ms", U32), ("reason", TEXT))
_NEW_JOB: tuple[tuple[str, Any], ...] = (
    ("type", STR),
    ("queue", STR),
    ("key", STR),
    ("request_id", STR),
    ("priority", U8),
    ("max_attempts", U16),
    ("timeout_ms", U32),
    ("run_at_ms", U64),
    ("payload", BLOB),
)

LAYOUTS: dict[int, Layout] = {
    HELLO: Layout(
        "HELLO",
        (("protocol", U16), ("slots", U16), ("token", STR), ("build", STR), ("types", Several(U16, ("", STR)))),
    ),
    READY: Layout("READY"),
    DONE: Layout("DONE", _SETTLEMENT + (("result", REST),)),
    FAIL: Layout("FAIL", _SETTLEMENT + (("flags", U8), ("error_type", STR), ("message", TEXT))),
    RETRY: Layout("RETRY", _POSTPONED),
    SNOOZE: Layout("SNOOZE", _POSTPONED),
    DISCARD: Layout("DISCARD", _SETTLEMENT + (("reason", TEXT),)),
    RETURN: Layout("RETURN", _LEASE),
    PROGRESS: Layout("PROGRESS", _LEASE + (("current", U32), ("total", U32), ("stage", STR), ("message", TEXT))),
    BYE: Layout("BYE", (("reason", TEXT),)),
    WELCOME: Layout("WELCOME", (("protocol", U16), ("worker", STR), ("max_frame", U32), ("result_limit", U32))),
    JOB: Layout(
        "JOB",
        _LEASE
        + (("attempt", U16), ("max_attempts", U16), ("timeout_ms", U32), ("enqueued_at_ms", U64))
        + (("type", STR), ("queue", STR), ("request_id", STR), ("payload", REST)),
    ),
    CANCEL: Layout("CANCEL", _LEASE),
    DRAIN: Layout("DRAIN"),
    RECALL: Layout("RECALL"),
    SETTLED: Layout("SETTLED", (("accepted", U32), ("stale", Several(U16, *_LEASE)))),
    ERROR: Layout("ERROR", (("code", STR), ("message", TEXT))),
    CLIENT_HELLO: Layout("CLIENT_HELLO", (("protocol", U16), ("name", STR))),
    ENQUEUE: Layout("ENQUEUE", (("request", U64), ("jobs", Several(U32, *_NEW_JOB)))),
    CLIENT_WELCOME: Layout("CLIENT_WELCOME", (("protocol", U16), ("max_frame", U32))),
    ENQUEUED: Layout("ENQUEUED", (("request", U64), ("jobs", Several(U32, ("job", U64), ("existing", U8))))),
    REFUSED: Layout("REFUSED", (("request", U64), ("code", STR), ("message", TEXT))),
}

_HEADER = struct.Struct(">IB")
_DONE = struct.Struct(">IBQQI")
_JOB = struct.Struct(">QQHHIQH")
_U16 = struct.Struct(">H")


def encode(kind: int, **fields: Any) -> bytes:
    """A whole frame of this type."""
    body = b"".join([part.put(fields[name]) for name, part in LAYOUTS[kind].fields])
    return _HEADER.pack(1 + len(body), kind) + body


def decode(kind: int, body: bytes) -> dict[str, Any]:
    """The fields of a frame's body."""
    layout = LAYOUTS.get(kind)
    if layout is None:
        raise ProtocolError(f"frame type {kind} is not known")
    fields: dict[str, Any] = {}
    at = 0
    try:
        for name, part in layout.fields:
            fields[name], at = part.take(body, at)
    except ProtocolError as error:
        raise ProtocolError(f"{layout.name}: {error}") from error
    if at != len(body):
        raise ProtocolError(f"{layout.name}: {len(body) - at} bytes too many")
    return fields


def encode_done(job: int, lease: int, run_us: int, result: bytes) -> bytes:
    """The same as ``encode(DONE, …)``, faster."""
    return _DONE.pack(21 + len(result), DONE, job, lease, run_us) + result


#: Types and queues as text, by their bytes: a worker sees few of them, each again and again.
_names: dict[bytes, str] = {}


def _name(data: bytes) -> str:
    if len(_names) >= 1024:
        _names.clear()
    name: str = STR.take(_U16.pack(len(data)) + data, 0)[0]
    _names[data] = name
    return name


JobFields = tuple[int, int, int, int, int, int, str, str, str, bytes]


def decode_job(body: bytes) -> JobFields:
    """The fields of a JOB's body in their order, the same as ``decode(JOB, body)``, faster."""
    try:
        job, lease, attempt, max_attempts, timeout_ms, enqueued_at_ms, count = _JOB.unpack_from(body)
        type_end = 34 + count
        (count,) = _U16.unpack_from(body, type_end)
        queue_start = type_end + 2
        queue_end = queue_start + count
        (count,) = _U16.unpack_from(body, queue_end)
    except struct.error:
        raise ProtocolError("JOB: the frame ends inside its fields") from None
    kind, queue, request_id, payload_start = body[34:type_end], body[queue_start:queue_end], "", queue_end + 2
    if count:
        # Not among the names: there are as many as requests.
        request_id, payload_start = STR.take(body, queue_end)
    return (
        job,
        lease,
        attempt,
        max_attempts,
        timeout_ms,
        enqueued_at_ms,
        _names.get(kind) or _name(kind),
        _names.get(queue) or _name(queue),
        request_id,
        body[payload_start:],
    )


class FrameSplitter:
    """Cuts a stream into frames, wherever the pieces of it begin and end.

    What is kept between two pieces is less than one frame, so its memory is bounded by ``max_frame`` bytes.
    """

    def __init__(self, max_frame: int = MAX_FRAME_BEFORE_WELCOME) -> None:
        self.max_frame = max_frame
        self._parts: list[bytes] = []
        self._kept = 0
        self._needed = 0

    def feed(self, piece: bytes) -> list[tuple[int, bytes]]:
        """The frames that are complete now, each its type and its body."""
        if self._parts:
            self._parts.append(piece)
            self._kept += len(piece)
            # Joined only once the frame is whole: a large one that comes in many pieces is copied once.
            if self._kept < self._needed:
                return []
            piece = b"".join(self._parts)
        frames: list[tuple[int, bytes]] = []
        at, end = 0, len(piece)
        needed = LENGTH_BYTES
        unpack = _HEADER.unpack_from
        while end - at > LENGTH_BYTES:
            length, kind = unpack(piece, at)
            if not 0 < length <= self.max_frame:
                self._refuse(length)
            after = at + LENGTH_BYTES + length
            if after > end:
                needed = LENGTH_BYTES + length
                break
            frames.append((kind, piece[at + 5 : after]))
            at = after
        else:
            if end - at == LENGTH_BYTES:
                length = int.from_bytes(piece[at:end], "big")
                if not 0 < length <= self.max_frame:
                    self._refuse(length)
                needed = LENGTH_BYTES + length
        self._parts = [piece[at:]] if at < end else []
        self._kept, self._needed = end - at, needed
        return frames

    def _refuse(self, length: int) -> None:
        if length == 0:
            raise ProtocolError("a frame of no bytes, without a type")
        raise ProtocolError(f"a frame of {length} bytes; at most {self.max_frame} are allowed")
