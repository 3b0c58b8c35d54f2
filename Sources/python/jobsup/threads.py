"""Runs plain handlers, each slot in a thread of its own, the first one in the main thread."""

from __future__ import annotations

import contextvars
import logging
import threading
from collections import deque
from collections.abc import Mapping
from typing import Callable

from . import output
from .context import Job, current
from .outcome import Outcome, run, unknown_type
from .session import Session
from .task import Task

log = logging.getLogger("jobsup")


class ThreadRunner:
    """So many slots that take jobs from one line.

    With one slot everything runs in the calling thread. The line is a deque, whose ends are safe to use from several
    threads without a lock; the lock is for a slot that finds it empty and has to wait.
    """

    def __init__(self, tasks: Mapping[str, Task], slots: int, clock: Callable[[], float], result_limit: int) -> None:
        self._tasks = tasks
        self._slots = slots
        self._clock = clock
        self._result_limit = result_limit
        self._line: deque[Job] = deque()
        self._arrival = threading.Condition(threading.Lock())
        self._idle = 0
        self._closed = False

    def run(self, session: Session) -> None:
        """Runs jobs until the runner is closed."""
        others = [
            threading.Thread(target=self._guard, args=(session,), name=f"jobsup-slot-{number}", daemon=True)
            for number in range(1, self._slots)
        ]
        for thread in others:
            thread.start()
        self._guard(session)
        for thread in others:
            thread.join()

    def offer(self, jobs: list[Job]) -> None:
        """Takes jobs to be run."""
        with self._arrival:
            self._line.extend(jobs)
            if self._idle:
                self._arrival.notify(min(self._idle, len(jobs)))

    def withdraw(self, job: Job) -> bool:
        """Takes one back, unless it was started."""
        try:
            self._line.remove(job)
        except ValueError:
            return False
        return True

    def withdraw_all(self) -> list[Job]:
        """Takes back all that were not started."""
        jobs: list[Job] = []
        try:
            while True:
                jobs.append(self._line.popleft())
        except IndexError:
            return jobs

    def cancel(self, job: Job) -> None:
        """Nothing more than the job's own flag: a thread cannot be stopped from outside."""

    def close(self) -> None:
        """Lets the slots end."""
        with self._arrival:
            self._closed = True
            self._arrival.notify_all()

    def _guard(self, session: Session) -> None:
        try:
            self._slot(session)
        except BaseException:
            # The daemon counts on every slot, and would not learn that there is one less: the worker leaves in good
            # order, and the daemon starts another.
            log.exception("a slot died")
            self.close()
            session.request_drain("a job could not be settled")

    def _slot(self, session: Session) -> None:
        outbox, line, clock = session.outbox, self._line, self._clock
        while True:
            try:
                job: Job | None = line.popleft()
            except IndexError:
                job = self._wait()
            if job is None:
                return
            try:
                if job.cancelled:
                    session.give_back(job)
                    outbox.defer()
                    continue
                job.started = True
                begin = clock()
                # A copy of the context for each job: what one sets, the next does not see.
                outcome = contextvars.copy_context().run(self._run, job)
                end = clock()
                session.settle(job, outcome, end - begin, end)
            except BaseException:
                session.settle_unsettled(job)
                outbox.flush()
                raise
            if line and not outbox.is_due(end):
                outbox.defer()
            else:
                outbox.flush()

    def _run(self, job: Job) -> Outcome:
        current.set(job)
        task = self._tasks.get(job.type)
        if task is None:
            return unknown_type(job)
        outcome = run(task, job, self._result_limit)
        output.end_job(job)
        return outcome

    def _wait(self) -> Job | None:
        with self._arrival:
            while not self._closed:
                try:
                    return self._line.popleft()
                except IndexError:
                    pass
                self._idle += 1
                self._arrival.wait()
                self._idle -= 1
            return None
