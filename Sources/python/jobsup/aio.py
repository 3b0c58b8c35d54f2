"""Runs ``async def`` handlers on one event loop, and the plain ones among them in threads."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Callable

from . import output
from .context import Job, current
from .outcome import Outcome, outcome_of_error, run, run_async, unknown_type
from .session import Session
from .task import Task

log = logging.getLogger("jobsup")


class AsyncRunner:
    """So many jobs at once on an event loop in the calling thread.

    The line is filled and emptied by the link's thread too, which is safe at the ends of a deque; everything else
    belongs to the loop.
    """

    def __init__(self, tasks: Mapping[str, Task], slots: int, clock: Callable[[], float], result_limit: int) -> None:
        self._tasks = tasks
        self._slots = slots
        self._clock = clock
        self._result_limit = result_limit
        self._line: deque[Job] = deque()
        self._running: dict[Job, asyncio.Task[None]] = {}
        self._loop = asyncio.new_event_loop()
        self._closed = False
        self._end: asyncio.Event | None = None
        self._flushing = False
        self._threads = ThreadPoolExecutor(slots, thread_name_prefix="jobsup-slot")
        self._context = contextvars.copy_context()
        self._session: Session

    def run(self, session: Session) -> None:
        """Runs jobs until the runner is closed."""
        self._session = session
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            self._threads.shutdown(wait=False)
            asyncio.set_event_loop(None)
            self._loop.close()

    def offer(self, jobs: list[Job]) -> None:
        """Takes jobs to be run."""
        self._line.extend(jobs)
        self._call(self._dispatch)

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
        """Cancels the handler's task; a plain handler sees the job's flag only."""
        self._call(self._cancel, job)

    def close(self) -> None:
        """Lets the loop end when nothing runs any more."""
        self._closed = True
        self._call(self._wake)

    def _call(self, callback: Callable[..., None], *args: Job) -> None:
        try:
            self._loop.call_soon_threadsafe(callback, *args, context=self._context)
        except RuntimeError:
            # The loop has ended, and with it all that could be told.
            pass

    # On the loop

    async def _serve(self) -> None:
        self._end = asyncio.Event()
        while not self._closed:
            self._end.clear()
            await self._end.wait()
        while self._running:
            await asyncio.wait(list(self._running.values()))

    def _wake(self) -> None:
        if self._end is not None:
            self._end.set()

    def _dispatch(self) -> None:
        while len(self._running) < self._slots and not self._closed:
            try:
                job = self._line.popleft()
            except IndexError:
                return
            self._running[job] = self._loop.create_task(self._run(job))

    def _cancel(self, job: Job) -> None:
        running = self._running.get(job)
        task = self._tasks.get(job.type)
        # One that has not begun sees the flag when it does.
        if running is not None and job.started and task is not None and task.is_async:
            running.cancel()

    async def _run(self, job: Job) -> None:
        session = self._session
        try:
            if job.cancelled:
                session.give_back(job)
                return
            job.started = True
            current.set(job)
            begin = self._clock()
            outcome = await self._outcome(job)
            output.end_job(job)
            end = self._clock()
            session.settle(job, outcome, end - begin, end)
        except BaseException:
            # What broke here may break the next job as well: the worker leaves in good order, and the daemon starts
            # another.
            log.exception("%r could not be settled", job)
            session.settle_unsettled(job)
            session.request_drain("a job could not be settled")
            self.close()
        finally:
            del self._running[job]
            self._flush_soon()
            self._context.run(self._dispatch)

    async def _outcome(self, job: Job) -> Outcome:
        task = self._tasks.get(job.type)
        if task is None:
            return unknown_type(job)
        try:
            if task.is_async:
                return await run_async(task, job, self._result_limit)
            context = contextvars.copy_context()
            return await self._loop.run_in_executor(self._threads, context.run, run, task, job, self._result_limit)
        except asyncio.CancelledError as error:
            # It came while the handler's callback ran.
            return outcome_of_error(task, job, error)

    def _flush_soon(self) -> None:
        """Sends once for all jobs that end in this turn of the loop; should one block it, the link's thread sends."""
        self._session.outbox.defer()
        if not self._flushing:
            self._flushing = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        self._session.outbox.flush()
