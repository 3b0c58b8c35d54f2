"""The tasks of a program: what its workers run and its clients enqueue."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Callable, Union

from .client import Client
from .newjob import JobID, NewJob
from .task import Task

if TYPE_CHECKING:
    from .testing import Inline

_Errors = Union[type[BaseException], tuple[type[BaseException], ...]]


class App:
    """A collection of tasks.

    build    the version of the program, shown by the daemon beside each worker
    client   where ``enqueue`` goes; by default the daemon that the environment names
    """

    def __init__(self, *, build: str = "", client: Client | None = None) -> None:
        self.build = build
        #: The tasks by job type.
        self.tasks: dict[str, Task] = {}
        self._client = client
        self._client_lock = threading.Lock()
        self._inline: Inline | None = None

    def task(
        self,
        function: Callable[..., Any] | None = None,
        *,
        name: str | None = None,
        raw: bool = False,
        discard_on: _Errors = (),
        retry_on: _Errors | None = None,
        on_success: Callable[..., Any] | None = None,
        on_failure: Callable[..., Any] | None = None,
    ) -> Any:
        """Makes a function, plain or ``async``, the handler of a job type: ``@app.task`` or ``@app.task(name=…)``.

        name         the job type; by default the function's name
        raw          the handler takes the payload as bytes
        discard_on   errors that end the job for good
        retry_on     when given, only these errors are retried; all others end the job
        on_success   called with the job and the handler's result, before the daemon is told
        on_failure   called with the job and the error when no attempt follows; a killed worker cannot call it
        """

        def register(function: Callable[..., Any]) -> Task:
            task = Task(
                self,
                function,
                name if name is not None else function.__name__,
                raw,
                _errors(discard_on),
                None if retry_on is None else _errors(retry_on),
                on_success,
                on_failure,
            )
            if task.name in self.tasks:
                raise ValueError(f"there are two tasks named {task.name!r}; give one another name=…")
            self.tasks[task.name] = task
            return task

        return register if function is None else register(function)

    @property
    def client(self) -> Client:
        """The client that ``enqueue`` uses; made when it is first asked for."""
        with self._client_lock:
            if self._client is None:
                self._client = Client()
            return self._client

    def enqueue(self, job: NewJob) -> JobID:
        """Enqueues a job; when it returns, the job is on disk."""
        return self.enqueue_many([job])[0]

    def enqueue_many(self, jobs: Iterable[NewJob]) -> list[JobID]:
        """Enqueues many jobs in few round trips; when it returns, they are on disk."""
        if self._inline is not None:
            return [self._inline.enqueue(job) for job in jobs]
        return self.client.enqueue_many(jobs)

    def testing(self, raise_errors: bool = True) -> Inline:
        """For tests: within ``with app.testing() as jobs:`` what is enqueued runs at once, here, without a daemon.

        ``jobs`` lists what ran. An error that ends a job is raised by the enqueue, unless ``raise_errors`` is false.
        """
        from .testing import Inline

        return Inline(self, raise_errors)


def _errors(errors: _Errors) -> tuple[type[BaseException], ...]:
    return errors if isinstance(errors, tuple) else (errors,)
