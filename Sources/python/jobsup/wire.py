"""The kinds of fields that frames are made of: numbers, texts and bytes, all big-endian."""

from __future__ import annotations

import struct
from typing import Any

from .errors import ProtocolError


class Number:
    """An unsigned number; ``code`` is its letter in ``struct``."""

    def __init__(self, code: str) -> None:
        self._struct = struct.Struct(">" + code)

    def put(self, value: Any) -> bytes:
        try:
            return self._struct.pack(value)
        except struct.error as error:
            raise ValueError(f"{value!r} does not fit in {self._struct.size} bytes") from error

    def take(self, body: bytes, at: int) -> tuple[int, int]:
        end = at + self._struct.size
        if end > len(body):
            raise ProtocolError("the frame ends inside a number")
        (value,) = self._struct.unpack_from(body, at)
        return value, end


class Sized:
    """Bytes behind their own length."""

    def __init__(self, length: Number, noun: str) -> None:
        self._length = length
        self._noun = noun

    def put(self, value: Any) -> bytes:
        return self._length.put(len(value)) + bytes(value)

    def take(self, body: bytes, at: int) -> tuple[bytes, int]:
        count, start = self._length.take(body, at)
        end = start + count
        if end > len(body):
            raise ProtocolError(f"the frame ends inside a {self._noun}")
        return body[start:end], end


class Name(Sized):
    """A short text; it must be UTF-8."""

    def put(self, value: Any) -> bytes:
        return super().put(value.encode())

    def take(self, body: bytes, at: int) -> tuple[Any, int]:
        data, end = super().take(body, at)
        try:
            return data.decode(), end
        except UnicodeDecodeError as error:
            raise ProtocolError(f"a {self._noun} is not UTF-8") from error


class Rest:
    """The bytes up to the end of the frame."""

    def put(self, value: Any) -> bytes:
        return bytes(value)

    def take(self, body: bytes, at: int) -> tuple[Any, int]:
        return body[at:], len(body)


class RestText(Rest):
    """The text up to the end of the frame; a broken byte in it is replaced, not refused."""

    def put(self, value: Any) -> bytes:
        return value.encode() if isinstance(value, str) else bytes(value)

    def take(self, body: bytes, at: int) -> tuple[str, int]:
        return body[at:].decode("utf-8", "replace"), len(body)


class Several:
    """A count and so many records; a record of one unnamed field is just its value."""

    def __init__(self, count: Number, *fields: tuple[str, Any]) -> None:
        self._count = count
        self._fields = fields

    def put(self, value: Any) -> bytes:
        parts = [self._count.put(len(value))]
        for record in value:
            for name, kind in self._fields:
                parts.append(kind.put(record[name] if name else record))
        return b"".join(parts)

    def take(self, body: bytes, at: int) -> tuple[list[Any], int]:
        count, at = self._count.take(body, at)
        records: list[Any] = []
        for _ in range(count):
            record: dict[str, Any] = {}
            for name, kind in self._fields:
                record[name], at = kind.take(body, at)
            records.append(record.get("", record))
        return records, at


U8 = Number("B")
U16 = Number("H")
U32 = Number("I")
U64 = Number("Q")
STR = Name(U16, "str")
BLOB = Sized(U32, "blob")
REST = Rest()
TEXT = RestText()


def bounded(text: str, limit_bytes: int) -> bytes:
    """``text`` as UTF-8 of at most so many bytes, cut between two characters; never fails."""
    data = text.encode("utf-8", "backslashreplace")
    return data if len(data) <= limit_bytes else data[:limit_bytes].decode("utf-8", "ignore").encode()
