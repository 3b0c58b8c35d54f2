"""The job that a handler is running, as the handler sees it."""

from __future__ import annotations

import datetime
import threading
from contextvars import ContextVar
from typing import Protocol

from .errors import Cancelled, NoCurrentJob


class ProgressSink(Protocol):
    """Takes what jobs report about themselves."""

    def progress(self, job: Job, current: int, total: int, stage: str, message: str) -> None: ...


class Job:
    """One attempt of one job.

    A handler gets it from ``jobsup.current_job()``. Its methods may be called from any thread of the process.
    """

    __slots__ = (
        "id", "lease", "attempt", "max_attempts", "timeout_ms", "enqueued_at_ms", "type", "queue", "request_id",
        "payload", "cancelled", "started", "reported_at", "_event", "_sink",
    )  # fmt: skip

    def __init__(
        self,
        id: int,
        lease: int,
        attempt: int,
        max_attempts: int,
        timeout_ms: int,
        enqueued_at_ms: int,
        type: str,
        queue: str,
        request_id: str,
        payload: bytes,
        sink: ProgressSink,
    ) -> None:
        #: The job's number, the same as in the API and the command line.
        self.id = id
        #: The right to settle this attempt.
        self.lease = lease
        #: 1 for the first attempt.
        self.attempt = attempt
        #: Attempts that may end in an error.
        self.max_attempts = max_attempts
        #: The hard limit of this attempt in milliseconds; 0 for none.
        self.timeout_ms = timeout_ms
        #: Unix time in milliseconds.
        self.enqueued_at_ms = enqueued_at_ms
        self.type = type
        self.queue = queue
        #: The id of the request that the job came with, or None. Jobs that the handler enqueues inherit it.
        self.request_id = request_id or None
        #: The payload as it was enqueued.
        self.payload = payload
        #: Whether somebody cancelled the job; ask it now and then, or call ``check_cancelled()``.
        self.cancelled = False
        self.started = False
        #: When progress was last sent, by the sink's clock.
        self.reported_at = -1.0
        self._event: threading.Event | None = None
        self._sink = sink

    def __repr__(self) -> str:
        return f"<Job {self.id} {self.type} attempt {self.attempt}/{self.max_attempts}>"

    @property
    def is_last_attempt(self) -> bool:
        """Whether an error now ends the job as failed."""
        return self.attempt >= self.max_attempts

    @property
    def timeout_seconds(self) -> float | None:
        """The hard limit of this attempt, or None."""
        return self.timeout_ms / 1000 if self.timeout_ms else None

    @property
    def enqueued_at(self) -> datetime.datetime:
        """When the job was enqueued, in UTC."""
        return datetime.datetime.fromtimestamp(self.enqueued_at_ms / 1000, datetime.timezone.utc)

    def progress(self, current: int, total: int = 0, stage: str = "", message: str = "") -> None:
        """Says how far the job is: ``current`` of ``total`` (0: not known), which stage, and a word for people.

        Call it as often as you like: at most ten reports a second leave the process, and the last one always does.
        """
        self._sink.progress(self, current, total, stage, message)

    def check_cancelled(self) -> None:
        """Raises ``Cancelled`` when somebody cancelled the job."""
        if self.cancelled:
            raise Cancelled(f"job {self.id} was cancelled")

    @property
    def cancelled_event(self) -> threading.Event:
        """Is set when the job is cancelled; for handlers that wait: ``event.wait(seconds)`` in place of a sleep."""
        event = self._event
        if event is None:
            # Made on demand, as few handlers ask. Two threads that ask at once must get the same one.
            with _event_lock:
                event = self._event = self._event or threading.Event()
            if self.cancelled:
                event.set()
        return event

    def cancel(self) -> None:
        """Tells the handler that the job is cancelled; the worker calls it."""
        # First the flag, then the event: the other order than in `cancelled_event`, so that neither misses the other.
        self.cancelled = True
        if self._event is not None:
            self._event.set()


_event_lock = threading.Lock()
current: ContextVar[Job | None] = ContextVar("jobsup_current_job", default=None)


def current_job() -> Job:
    """The job that runs here; raises ``NoCurrentJob`` elsewhere.

    It follows the handler through ``await`` and ``asyncio`` tasks; a thread that the handler starts by itself must be
    given the job.
    """
    job = current.get()
    if job is None:
        raise NoCurrentJob("current_job() was called where no job runs; a thread of your own must be given the job")
    return job
