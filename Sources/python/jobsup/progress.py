"""Progress reports on their way out: not too many, and the last one always."""

from __future__ import annotations

import threading
from typing import Callable

from . import frames
from .bell import Bell
from .context import Job
from .outbox import Outbox
from .wire import bounded

#: The shortest time between two reports of a job, in seconds.
INTERVAL = 0.1
#: The longest stage and message, in bytes of UTF-8.
STAGE_LIMIT = 200
MESSAGE_LIMIT = 4096

_MAX_U32 = 2**32 - 1
_Report = tuple[Job, int, int, str, str]


class ProgressBoard:
    """Sends a job's report at once when the one before is old enough, and keeps the latest one until then."""

    def __init__(
        self, outbox: Outbox, bell: Bell, clock: Callable[[], float], in_hand: dict[int, Job], max_frame: int
    ) -> None:
        self._outbox = outbox
        self._bell = bell
        self._clock = clock
        self._in_hand = in_hand
        self._message_limit = max(0, min(MESSAGE_LIMIT, max_frame - 32 - STAGE_LIMIT))
        self._lock = threading.Lock()
        #: The latest report of each job that has one waiting, by lease.
        self.waiting: dict[int, _Report] = {}

    def progress(self, job: Job, current: int, total: int, stage: str, message: str) -> None:
        """Takes a report; any thread may call."""
        current, total = int(current), int(total)
        if current < 0 or total < 0:
            raise ValueError("progress counts from 0 upwards")
        # Texts now: the report may be sent by a thread that could only die of one that is none.
        report = (job, min(current, _MAX_U32), min(total, _MAX_U32), str(stage), str(message))
        with self._lock:
            if self._in_hand.get(job.lease) is not job:
                # A thread that outlived its handler; the job is settled.
                return
            now = self._clock()
            if now - job.reported_at >= INTERVAL and not self._outbox.blocked:
                self.waiting.pop(job.lease, None)
                self._send(report, now)
                self._outbox.flush()
                return
            first = job.lease not in self.waiting
            self.waiting[job.lease] = report
        if first:
            # The link's thread must learn when it is due.
            self._bell.ring()

    def finish(self, job: Job) -> None:
        """Puts the job's waiting report before its settlement."""
        with self._lock:
            report = self.waiting.pop(job.lease, None)
            if report is not None:
                self._send(report, self._clock())

    def put_last(self, frame: bytes, now: float) -> None:
        """Puts BYE: a report that another thread is about to send goes before it, and later ones find no job."""
        with self._lock:
            self._outbox.put(frame, now)

    def disown(self) -> None:
        """In a forked child: whoever holds the lock is the parent's."""
        self._lock = threading.Lock()
        self.waiting.clear()

    def seconds_until_due(self) -> float | None:
        """When the link's thread has to look again; None for when something else happens."""
        if not self.waiting or self._outbox.blocked:
            return None
        with self._lock:
            due = min((job.reported_at + INTERVAL for job, *_ in self.waiting.values()), default=None)
        return None if due is None else max(0.0, due - self._clock())

    def send_due(self) -> None:
        """Puts the reports whose time has come."""
        if not self.waiting or self._outbox.blocked:
            return
        with self._lock:
            now = self._clock()
            for lease, report in list(self.waiting.items()):
                if now - report[0].reported_at >= INTERVAL:
                    del self.waiting[lease]
                    if self._in_hand.get(lease) is report[0]:
                        self._send(report, now)

    def _send(self, report: _Report, now: float) -> None:
        job, current, total, stage, message = report
        job.reported_at = now
        frame = frames.encode(
            frames.PROGRESS,
            job=job.id,
            lease=job.lease,
            current=current,
            total=total,
            stage=bounded(stage, STAGE_LIMIT).decode(),
            message=bounded(message, self._message_limit),
        )
        self._outbox.put(frame, now)
