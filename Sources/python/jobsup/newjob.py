"""A job as it is asked for."""

from __future__ import annotations

import datetime
import struct
from typing import Any, Callable

from .context import current
from .errors import MAX_DELAY_SECONDS, Seconds, seconds
from .payload import to_json

PRIORITIES: dict[str, int] = {"critical": 1, "high": 3, "normal": 5, "low": 7, "background": 10}

_FIXED = struct.Struct(">BHIQI")
_U16 = struct.Struct(">H")


class JobID(int):
    """The id of an enqueued job: an ``int`` that also knows whether its key was there already (``existing``)."""

    existing: bool

    def __new__(cls, value: int, existing: bool = False) -> JobID:
        self = super().__new__(cls, value)
        self.existing = existing
        return self


class NewJob:
    """A job to be enqueued; what is not said is the daemon's default for the type.

    payload        any JSON value; bytes are taken as they are; None is an empty payload
    queue          another queue than the type's own
    key            idempotency key: the same key gives the same job back
    priority       1 (first) to 10 (last), or critical, high, normal, low, background
    max_attempts   attempts that may end in an error
    timeout        hard limit of an attempt in seconds; more than 0
    delay, run_at  not before so many seconds from now, or this instant (aware ``datetime`` or Unix seconds)
    request_id     the id of the request that it comes from, for logs and workers; by default that of the job whose
                   handler enqueues it, if any; "" is none
    """

    __slots__ = (
        "type", "payload", "queue", "key", "priority", "max_attempts", "timeout_ms", "delay", "run_at_ms", "request_id",
    )  # fmt: skip

    def __init__(
        self,
        type: str,
        payload: Any = None,
        *,
        queue: str = "",
        key: str = "",
        priority: int | str = 0,
        max_attempts: int = 0,
        timeout: None | Seconds = None,
        delay: None | Seconds = None,
        run_at: None | int | float | datetime.datetime = None,
        request_id: str | None = None,
    ) -> None:
        if delay is not None and run_at is not None:
            raise ValueError("a job has a delay or a run_at, not both")
        self.type = type
        self.payload = payload if payload.__class__ is bytes else to_json(payload)
        self.queue = queue
        self.key = key
        self.priority = _priority(priority)
        self.max_attempts = max_attempts
        #: 0 for the default.
        self.timeout_ms = 0 if timeout is None else _timeout_ms(seconds(timeout))
        #: Seconds from when it is sent; None for at once.
        self.delay = None if delay is None else seconds(delay)
        #: Unix time; 0 for at once.
        self.run_at_ms = 0 if run_at is None else _unix_ms(run_at)
        #: None for that of the job that runs where it is enqueued.
        self.request_id = request_id

    def __repr__(self) -> str:
        return f"<NewJob {self.type} {self.payload[:60]!r}>"

    def request_id_here(self) -> str:
        """The request id it gets when it is enqueued in this context; empty for none."""
        if self.request_id is not None:
            return self.request_id
        job = current.get()
        return (job.request_id or "") if job is not None else ""

    def encode(self, clock: Callable[[], float]) -> bytes:
        """The job as it stands in an ENQUEUE frame sent from here; ``clock`` gives Unix seconds."""
        run_at_ms = self.run_at_ms if self.delay is None else round((clock() + self.delay) * 1000)
        kind, queue, key, payload = self.type.encode(), self.queue.encode(), self.key.encode(), self.payload
        request_id = self.request_id_here().encode()
        try:
            return b"".join((
                _U16.pack(len(kind)), kind, _U16.pack(len(queue)), queue, _U16.pack(len(key)), key,
                _U16.pack(len(request_id)), request_id,
                _FIXED.pack(self.priority, self.max_attempts, self.timeout_ms, run_at_ms, len(payload)), payload,
            ))  # fmt: skip
        except struct.error as error:
            raise ValueError(f"an option of {self!r} is out of its range: {error}") from error


def _priority(value: int | str) -> int:
    number = PRIORITIES.get(value) if isinstance(value, str) else value
    if number is None or not 0 <= number <= 10:
        raise ValueError(f"{value!r} is no priority: 1 (first) to 10 (last), or one of {', '.join(PRIORITIES)}")
    return number


def _timeout_ms(timeout: float) -> int:
    # The protocol's 0 is the default of the type: it must not be meant by accident.
    if not 0 < timeout <= MAX_DELAY_SECONDS:
        raise ValueError(f"the timeout is {timeout:g} s: give more than nothing and at most 49 days, or leave it out")
    return max(1, round(timeout * 1000))


def _unix_ms(instant: int | float | datetime.datetime) -> int:
    if isinstance(instant, datetime.datetime):
        if instant.tzinfo is None:
            raise ValueError("run_at needs a datetime with a time zone, as in datetime.now(timezone.utc)")
        instant = instant.timestamp()
    return max(1, round(instant * 1000))
