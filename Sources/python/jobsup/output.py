"""Says of every line that a job's handler writes which job wrote it.

A worker's standard output and error are pipes that many jobs share. When the daemon asks for it (``JOBSUP_OUTPUT_TAGS=1``),
each line of a job begins with U+001E, the job's id and U+001F; the daemon takes that off and files the line under the job.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable, Mapping
from typing import Any, Optional, TextIO

from .context import Job, current

#: The daemon cuts longer lines. Cut here, each piece can name its job; in bytes, the tag included.
LINE_LIMIT = 8192
#: Lines begun and not ended; tasks and threads that outlive their jobs may leave some for ever.
BEGUN_LIMIT = 1000

#: A line's beginning is known by the job that writes it and the thread: threads of one job do not mix either.
_Writer = tuple[Optional[Job], int]


class TaggedStream:
    """In the place of ``sys.stdout`` or ``sys.stderr``: writes whole lines, each with its job in front.

    What is not writing text is the stream's own: ``buffer``, ``fileno()``, ``isatty()``, ``encoding`` and so on. What
    goes to ``buffer`` is left as it is. A line without its end waits until that comes, or its job ends.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        #: The beginnings of lines whose ends have not come.
        self.begun: dict[_Writer, bytes] = {}
        # One that its holder may take again: a signal's handler may print while the main thread does.
        self._lock = threading.RLock()
        _streams.append(self)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __repr__(self) -> str:
        return f"<TaggedStream {self._stream!r}>"

    def write(self, text: str) -> int:
        """Writes the lines that this completes."""
        if not isinstance(text, str):
            raise TypeError(f"write() takes a str, not {type(text).__name__}")
        # Here and not later, so that an error is raised by the print that causes it.
        data = text.encode(self._stream.encoding or "utf-8", self._stream.errors or "strict")
        job = current.get()
        writer = (job, threading.get_ident())
        with self._lock:
            begun = self.begun.pop(writer, b"")
            lines = (begun + data).split(b"\n")
            rest = lines.pop()
            limit = LINE_LIMIT - len(_tag(job))
            if len(rest) > limit:
                pieces = _cut(rest, limit)
                rest = pieces.pop()
                lines += pieces
            if rest:
                if len(self.begun) >= BEGUN_LIMIT:
                    self._end(next(iter(self.begun))[0])
                self.begun[writer] = rest
            self._put(job, lines)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Writes texts as they are, without newlines between them."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Every whole line has left already. A beginning waits for its line's end, but for what is no job's."""
        if current.get() is None:
            self._end(None, threading.get_ident())
        self._stream.flush()

    def end_job(self, job: Job) -> None:
        """Writes what the job has begun and not ended, as lines."""
        self._end(job)

    def forget(self) -> None:
        """In a forked child: what the parent has begun is the parent's, and nobody holds the lock."""
        self._lock = threading.RLock()
        self.begun.clear()

    def _end(self, job: Job | None, thread: int | None = None) -> None:
        with self._lock:
            for writer in [w for w in self.begun if w[0] is job and thread in (None, w[1])]:
                self._put(job, [self.begun.pop(writer)])

    def _put(self, job: Job | None, lines: list[bytes]) -> None:
        """Writes lines in one go, so that other processes' do not come between."""
        if not lines:
            return
        tag = _tag(job)
        limit = LINE_LIMIT - len(tag)
        data = bytearray()
        for line in lines:
            for piece in _cut(line, limit) if len(line) > limit else (line,):
                data += tag
                data += piece
                data += b"\n"
        # What somebody wrote past this object comes first.
        self._stream.flush()
        self._stream.buffer.write(data)
        self._stream.buffer.flush()


_streams: list[TaggedStream] = []


def install(environ: Mapping[str, str] | None = None) -> None:
    """Tags standard output and error if the daemon asks for it."""
    if (os.environ if environ is None else environ).get("JOBSUP_OUTPUT_TAGS") != "1" or _streams:
        return
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        # One that is closed or a test's has no descriptor below it.
        if stream is not None and hasattr(stream, "buffer"):
            setattr(sys, name, TaggedStream(stream))


def end_job(job: Job) -> None:
    """To be called when the handler is done, before the daemon is told."""
    for stream in _streams:
        # Most jobs write nothing.
        if not stream.begun:
            continue
        try:
            stream.end_job(job)
        except (OSError, ValueError):
            # Nobody reads any more, or the handler closed it: no reason to lose the job.
            pass


def forget() -> None:
    """To be called in a forked child."""
    for stream in _streams:
        stream.forget()


def _tag(job: Job | None) -> bytes:
    return b"" if job is None else b"\x1e%d\x1f" % job.id


def _cut(line: bytes, limit: int) -> list[bytes]:
    """Pieces of at most so many bytes; no character is cut in two."""
    pieces = []
    start = 0
    while len(line) - start > limit:
        end = start + limit
        # At most three bytes of a UTF-8 character follow its first; where more do, it is none.
        for back in range(4):
            if line[end - back] & 0xC0 != 0x80:
                end -= back
                break
        pieces.append(line[start:end])
        start = end
    pieces.append(line[start:])
    return pieces
