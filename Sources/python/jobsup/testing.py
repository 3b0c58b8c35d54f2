"""Runs jobs inline, for users' tests."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Callable, overload

from . import frames
from .context import Job, current
from .errors import JobsupError, UnknownTask
from .newjob import JobID, NewJob
from .outcome import Outcome, run, run_async
from .payload import from_json
from .task import Task

if TYPE_CHECKING:
    from .app import App

#: Attempts of a job that does not say how many it wants, as in the daemon's own defaults.
MAX_ATTEMPTS = 5
#: Runs in one test; more than that is a job that enqueues itself for ever.
RUN_LIMIT = 10_000
#: The daemon's default limit, in bytes.
RESULT_LIMIT = 1 << 20


class InlineJob:
    """A job that ran in a test."""

    def __init__(self, id: JobID, new: NewJob) -> None:
        self.id = id
        self.type = new.type
        #: What was asked for, with all its options.
        self.new = new
        #: Its own, or inherited from the job that enqueued it.
        self.request_id = new.request_id_here() or None
        #: completed or failed; queued before it ran.
        self.state = "queued"
        self.attempts = 0
        #: Runs that ended in a snooze and used no attempt.
        self.snoozes = 0
        self.result: Any = None
        self.error: BaseException | None = None
        #: The reports of ``progress()``, all of them: current, total, stage, message.
        self.reports: list[tuple[int, int, str, str]] = []

    def __repr__(self) -> str:
        return f"<InlineJob {self.id} {self.type} {self.state}>"

    def progress(self, job: Job, current: int, total: int, stage: str, message: str) -> None:
        """Keeps a report."""
        self.reports.append((current, total, stage, message))


class Inline(Sequence[InlineJob]):
    """The jobs that ran, in the order in which they were enqueued.

    Delays are not waited for; retries and snoozes follow at once. A job that a handler enqueues runs after the
    handler has ended, as it would with a daemon. An idempotency key gives the first job back.
    """

    def __init__(self, app: App, raise_errors: bool, clock: Callable[[], float] = time.time) -> None:
        self._app = app
        self._raise_errors = raise_errors
        self._clock = clock
        self._jobs: list[InlineJob] = []
        self._line: deque[InlineJob] = deque()
        self._runs = 0
        self._busy = False

    @overload
    def __getitem__(self, index: int) -> InlineJob: ...

    @overload
    def __getitem__(self, index: slice) -> list[InlineJob]: ...

    def __getitem__(self, index: int | slice) -> InlineJob | list[InlineJob]:
        return self._jobs[index]

    def __len__(self) -> int:
        return len(self._jobs)

    def __enter__(self) -> Inline:
        if self._app._inline is not None:
            raise JobsupError("testing() is entered already")
        self._app._inline = self
        return self

    def __exit__(self, *error: object) -> None:
        self._app._inline = None

    def enqueue(self, new: NewJob) -> JobID:
        """Runs a job now, or after the one that is running."""
        new.encode(self._clock)  # Wrong options are refused as they would be otherwise.
        for other in self._jobs:
            if new.key and other.new.key == new.key:
                return JobID(other.id, existing=True)
        if new.type not in self._app.tasks:
            raise UnknownTask(f"there is no task named {new.type!r}")
        job = InlineJob(JobID(len(self._jobs) + 1), new)
        self._jobs.append(job)
        self._line.append(job)
        if not self._busy:
            self._run_all()
        return job.id

    def _run_all(self) -> None:
        self._busy = True
        try:
            while self._line:
                self._run(self._line.popleft())
        finally:
            self._busy = False
            self._line.clear()

    def _run(self, job: InlineJob) -> None:
        task = self._app.tasks[job.type]
        max_attempts = job.new.max_attempts or MAX_ATTEMPTS
        while True:
            self._runs += 1
            if self._runs > RUN_LIMIT:
                raise JobsupError(f"{RUN_LIMIT} runs in one test: does a job enqueue or snooze itself for ever?")
            outcome = _run_once(task, self._attempt(job, max_attempts))
            if outcome.kind == frames.SNOOZE:
                job.snoozes += 1
                continue
            job.attempts += 1
            again = outcome.kind == frames.RETRY or (outcome.kind == frames.FAIL and outcome.may_retry)
            if not again or job.attempts >= max_attempts:
                break
        job.error = outcome.error
        if outcome.kind == frames.DONE:
            job.state = "completed"
            job.result = outcome.result if task.raw or not outcome.result else from_json(outcome.result)
            return
        job.state = "failed"
        if self._raise_errors and outcome.error is not None:
            raise outcome.error

    def _attempt(self, job: InlineJob, max_attempts: int) -> Job:
        new = job.new
        return Job(
            int(job.id),
            self._runs,
            job.attempts + 1,
            max_attempts,
            new.timeout_ms,
            round(self._clock() * 1000),
            new.type,
            new.queue or "default",
            job.request_id or "",
            new.payload,
            job,
        )


def _run_once(task: Task, job: Job) -> Outcome:
    def attempt() -> Outcome:
        current.set(job)
        if task.is_async:
            return asyncio.run(run_async(task, job, RESULT_LIMIT))
        return run(task, job, RESULT_LIMIT)

    context = contextvars.copy_context()
    if not (task.is_async and _in_event_loop()):
        outcome = context.run(attempt)
    else:
        # A test that is itself async: a second loop needs a thread of its own.
        outcomes: list[Outcome] = []
        thread = threading.Thread(target=lambda: outcomes.append(context.run(attempt)))
        thread.start()
        thread.join()
        (outcome,) = outcomes
    if isinstance(outcome.error, KeyboardInterrupt):
        raise outcome.error
    return outcome


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
