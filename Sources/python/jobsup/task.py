"""A function that runs jobs of one type, with what its author said about it."""

from __future__ import annotations

import datetime
import functools
import inspect
import re
from typing import TYPE_CHECKING, Any, Callable

from .newjob import JobID, NewJob
from .payload import from_arguments

if TYPE_CHECKING:
    from .app import App

Errors = tuple[type[BaseException], ...]
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


class Task:
    """A handler and its job type. Call it like the function that it is, or ``enqueue`` a job for it."""

    def __init__(
        self,
        app: App,
        function: Callable[..., Any],
        name: str,
        raw: bool,
        discard_on: Errors,
        retry_on: Errors | None,
        on_success: Callable[..., Any] | None,
        on_failure: Callable[..., Any] | None,
    ) -> None:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no job type: 1 to 128 of the characters A-Z a-z 0-9 _ . : -")
        #: The job type.
        self.name = name
        self.raw = raw
        self.function = function
        self.is_async = inspect.iscoroutinefunction(function)
        for hook in (on_success, on_failure):
            if inspect.iscoroutinefunction(hook) and not self.is_async:
                raise TypeError(f"{name}: a callback may be async only when the handler is")
        self.discard_on = discard_on
        self.retry_on = retry_on
        self.on_success = on_success
        self.on_failure = on_failure
        self._app = app
        functools.update_wrapper(self, function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the function here and now, as no job."""
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<Task {self.name}>"

    def job(self, *args: Any, **kwargs: Any) -> NewJob:
        """The job that would call the handler with these arguments, for ``Client.enqueue_many``."""
        return NewJob(self.name, from_arguments(self.function, self.raw, args, kwargs))

    def enqueue(self, *args: Any, **kwargs: Any) -> JobID:
        """Enqueues a job that calls the handler with these arguments; when it returns, the job is on disk."""
        return self._app.enqueue(self.job(*args, **kwargs))

    #: The word that other job libraries have for ``enqueue``.
    delay = enqueue

    def options(
        self,
        *,
        queue: str = "",
        key: str = "",
        priority: int | str = 0,
        max_attempts: int = 0,
        timeout: None | int | float | datetime.timedelta = None,
        delay: None | int | float | datetime.timedelta = None,
        run_at: None | int | float | datetime.datetime = None,
        request_id: str | None = None,
    ) -> TaskWithOptions:
        """This task with options for one job: ``send.options(delay=10).enqueue(to=…)``; see ``NewJob``."""
        options = {
            "queue": queue, "key": key, "priority": priority, "max_attempts": max_attempts, "timeout": timeout,
            "delay": delay, "run_at": run_at, "request_id": request_id,
        }  # fmt: skip
        return TaskWithOptions(self, self._app, options)


class TaskWithOptions:
    """A task about to be enqueued in a special way."""

    def __init__(self, task: Task, app: App, options: Any) -> None:
        self._task = task
        self._app = app
        self._options = options

    def job(self, *args: Any, **kwargs: Any) -> NewJob:
        """The job that would call the handler with these arguments."""
        plain = self._task.job(*args, **kwargs)
        return NewJob(plain.type, plain.payload, **self._options)

    def enqueue(self, *args: Any, **kwargs: Any) -> JobID:
        """Enqueues a job that calls the handler with these arguments; when it returns, the job is on disk."""
        return self._app.enqueue(self.job(*args, **kwargs))
