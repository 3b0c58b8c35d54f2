"""What can go wrong, and what a handler may raise to say how its job goes on."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Union

Seconds = Union[int, float, datetime.timedelta]

#: The longest delay that fits the protocol: 2**32 - 1 milliseconds, 49.7 days.
MAX_DELAY_SECONDS = (2**32 - 1) / 1000


def seconds(value: Seconds) -> float:
    """The number of seconds in a number or a ``timedelta``."""
    return value.total_seconds() if isinstance(value, datetime.timedelta) else float(value)


def _words(reason: object) -> str:
    """A reason as text; handlers like to give the error that they caught."""
    return "" if reason is None else str(reason)


class _Postponed(Exception):
    def __init__(self, delay: Seconds, reason: object = "") -> None:
        self.delay = seconds(delay)
        if not 0 <= self.delay <= MAX_DELAY_SECONDS:
            raise ValueError(f"a delay of {self.delay} s is not between 0 and {MAX_DELAY_SECONDS} s (49.7 days)")
        self.reason = _words(reason)
        super().__init__(self.reason or f"again in {self.delay:g} s")


class Retry(_Postponed):
    """Raise it in a handler: run the job again in ``delay`` seconds. Uses an attempt."""


class Snooze(_Postponed):
    """Raise it in a handler: not now, but in ``delay`` seconds. Uses no attempt."""


class Discard(Exception):
    """Raise it in a handler: the job ends as failed and is never run again."""

    def __init__(self, reason: object = "") -> None:
        self.reason = _words(reason)
        super().__init__(self.reason)


class Cancelled(BaseException):
    """The job was cancelled while it ran; raised by ``check_cancelled()``.

    Not an ``Exception``, so that a handler's ``except Exception`` around its inner loop does not swallow it.
    """


class JobsupError(Exception):
    """The common base of this package's own errors."""


class NoCurrentJob(JobsupError):
    """``current_job()`` was called where no job runs."""


class UnknownTask(JobsupError):
    """A job came whose type this app does not know."""


class PayloadError(JobsupError):
    """A job's payload is not the JSON that its handler expects."""


class ResultError(JobsupError):
    """What a handler returned cannot be written as JSON."""


class ProtocolError(JobsupError):
    """The other side sent something that the protocol does not allow."""


class ConnectionLost(JobsupError):
    """The connection to the daemon ended, or could not be made."""


class DaemonError(JobsupError):
    """The daemon said ERROR and closed the connection.

    ``code`` is for programs, ``message`` for people.
    """

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(f"{code}: {message}")


class EnqueueRefused(DaemonError):
    """The daemon refused to enqueue.

    ``ids`` has one entry for each job that was given: its id, or None where it was not enqueued.
    """

    def __init__(self, code: str, message: str, ids: Sequence[int | None] = ()) -> None:
        super().__init__(code, message)
        self.ids = list(ids)


class ApiError(DaemonError):
    """The daemon's HTTP API answered with an error; ``status`` is the HTTP status."""

    def __init__(self, status: int, code: str, message: str, hint: str = "") -> None:
        super().__init__(code, f"{message} ({hint})" if hint else message)
        self.status = status
        self.hint = hint
