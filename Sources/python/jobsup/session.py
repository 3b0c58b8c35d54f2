"""What the worker answers to each frame of the daemon."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Callable, Protocol

from . import frames
from .bell import Bell
from .context import Job
from .errors import DaemonError, ProtocolError
from .outbox import Outbox
from .outcome import UNSETTLED, Outcome
from .progress import ProgressBoard
from .settlement import encode_settlement

log = logging.getLogger("jobsup")


class Runner(Protocol):
    """Runs jobs in so many slots, in the order in which they were offered."""

    def run(self, session: Session) -> None:
        """Runs jobs in the calling thread, and in others, until it is closed and nothing runs."""

    def offer(self, jobs: list[Job]) -> None:
        """Takes jobs to be run."""

    def withdraw(self, job: Job) -> bool:
        """Takes one back, unless it was started."""

    def withdraw_all(self) -> list[Job]:
        """Takes back all that were not started."""

    def cancel(self, job: Job) -> None:
        """Tells the handler of a running job to end."""

    def close(self) -> None:
        """Starts no job any more."""


class Session:
    """The jobs in hand and the way they come and go.

    The methods belong to the link's thread, but for those that say otherwise.
    """

    def __init__(self, runner: Runner, outbox: Outbox, bell: Bell, clock: Callable[[], float], max_frame: int) -> None:
        self._runner = runner
        self._bell = bell
        self._clock = clock
        self._max_frame = max_frame
        self.outbox = outbox
        #: Jobs that were given and not settled, by lease.
        self.jobs: dict[int, Job] = {}
        self.board = ProgressBoard(outbox, bell, clock, self.jobs, max_frame)
        #: Why the worker leaves; None while it stays.
        self.drain_reason: str | None = None
        self._draining = False
        self.said_bye = False

    # Called by any thread

    def settle(self, job: Job, outcome: Outcome, run_seconds: float, now: float) -> None:
        """Puts what became of a job; the caller flushes or defers."""
        if self.board.waiting:
            self.board.finish(job)
        self.outbox.put(encode_settlement(job, outcome, run_seconds, self._max_frame), now)
        self._forget(job)

    def settle_unsettled(self, job: Job) -> None:
        """Fails a job in whose settling something went wrong; the caller flushes or defers.

        Whatever stays in hand would keep BYE from ever being said, and the daemon waiting for a job that is over.
        """
        if self.jobs.get(job.lease) is job:
            self.outbox.put(encode_settlement(job, UNSETTLED, 0.0, self._max_frame), 0.0)
            self._forget(job)

    def give_back(self, job: Job) -> None:
        """Returns a job that was not started."""
        self.outbox.put(frames.encode(frames.RETURN, job=job.id, lease=job.lease), self._clock())
        self._forget(job)

    def request_drain(self, reason: str) -> None:
        """Asks for the worker's end as soon as the running jobs are done; safe in a signal handler."""
        if self.drain_reason is None:
            self.drain_reason = reason
            self._bell.ring()

    def disown(self) -> None:
        """In a forked child: the jobs are the parent's."""
        self.jobs.clear()
        self.outbox.disown()
        self.board.disown()

    def _forget(self, job: Job) -> None:
        self.jobs.pop(job.lease, None)
        if self._draining and not self.jobs:
            self._bell.ring()

    # Called by the link's thread

    def received(self, arrived: Iterable[tuple[int, bytes]]) -> None:
        """Takes the frames of one read, in order."""
        if self.said_bye:
            # Nothing may follow BYE. The daemon takes back by itself what crossed it.
            return
        batch: list[Job] = []
        for kind, body in arrived:
            if kind == frames.JOB:
                batch.append(Job(*frames.decode_job(body), self.board))
                continue
            if batch:
                self._accept(batch)
                batch = []
            self._react(kind, body)
        if batch:
            self._accept(batch)

    def advance(self) -> None:
        """Goes on with leaving, when that is what the worker does."""
        if self.drain_reason is not None and not self._draining:
            self._draining = True
            log.debug("draining (%s): %d jobs in hand", self.drain_reason, len(self.jobs))
            self._return_waiting()
        if self._draining and not self.jobs and not self.said_bye:
            self.said_bye = True
            self.board.put_last(frames.encode(frames.BYE, reason=self.drain_reason or ""), self._clock())
        self.board.send_due()

    def abandon(self) -> None:
        """The connection is lost: every handler is told to end, and nothing is sent any more."""
        self.outbox.close()
        for job in self._runner.withdraw_all():
            self.jobs.pop(job.lease, None)
        for job in list(self.jobs.values()):
            job.cancel()
            self._runner.cancel(job)

    def _accept(self, batch: list[Job]) -> None:
        for job in batch:
            self.jobs[job.lease] = job
        if self._draining:
            # Sent before the daemon knew.
            for job in batch:
                self.give_back(job)
        else:
            self._runner.offer(batch)

    def _react(self, kind: int, body: bytes) -> None:
        fields = frames.decode(kind, body)
        if kind == frames.SETTLED:
            for stale in fields["stale"]:
                log.warning("job %d was settled too late: it had been taken from this worker", stale["job"])
        elif kind == frames.CANCEL:
            self._cancel(fields["job"], fields["lease"])
        elif kind == frames.RECALL:
            self._return_waiting()
        elif kind == frames.DRAIN:
            self.request_drain("drained")
        elif kind == frames.ERROR:
            raise DaemonError(fields["code"], fields["message"])
        else:
            raise ProtocolError(f"{frames.LAYOUTS[kind].name} is not for a worker at this moment")

    def _cancel(self, number: int, lease: int) -> None:
        job = self.jobs.get(lease)
        if job is None or job.id != number:
            # Settled in the meantime.
            return
        # First the flag: a slot that takes the job just now sees it and gives the job back.
        job.cancel()
        if self._runner.withdraw(job):
            self.give_back(job)
        else:
            self._runner.cancel(job)

    def _return_waiting(self) -> None:
        for job in self._runner.withdraw_all():
            self.give_back(job)
