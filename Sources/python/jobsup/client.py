"""Enqueues jobs and asks about them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Callable, Union

from .clientlink import ClientLink
from .errors import EnqueueRefused, ProtocolError
from .newjob import JobID, NewJob

if TYPE_CHECKING:
    from .api import Api

#: Jobs in one request at most.
BATCH_JOBS = 1000
#: Bytes in one request at most, but for a single job that is larger.
BATCH_BYTES = 256 * 1024
#: Requests on their way at once: the daemon writes one to disk while the next comes in.
WINDOW = 4

_Item = Union[NewJob, tuple[str, Any]]


class Client:
    """A connection to the daemon, made when it is first needed; safe to share between threads.

    path       the daemon's runtime directory or its client socket; by default JOBSUP_RUNTIME_DIRECTORY, else beside
               JOBSUP_SOCKET (in a worker), else /run/jobsup
    name       what the daemon calls this client in its log
    timeout    how long the daemon may take to answer, in seconds
    """

    def __init__(
        self,
        path: str | None = None,
        *,
        name: str = "",
        timeout: float = 30.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        directory = _runtime_directory() if path is None else os.fspath(path)
        socket_path = os.path.join(directory, "client.sock")
        if path is not None and not os.path.isdir(directory):
            directory, socket_path = os.path.dirname(directory), directory
        self._clock = clock
        self._lock = threading.Lock()
        self._link = ClientLink(socket_path, name or f"python-{os.getpid()}", timeout)
        self._api_path = os.path.join(directory, "api.sock")
        self._timeout = timeout

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection; the next call opens another."""
        with self._lock:
            self._link.close()

    def enqueue(self, type: str, payload: Any = None, **options: Any) -> JobID:
        """Enqueues one job; when it returns, the job is on disk. The options are ``NewJob``'s."""
        return self.enqueue_many([NewJob(type, payload, **options)])[0]

    def enqueue_many(self, jobs: Iterable[_Item]) -> list[JobID]:
        """Enqueues jobs (``NewJob``, or pairs of type and payload) in few round trips and returns their ids.

        Each request of up to 1000 jobs is enqueued whole or not at all. When the daemon refuses one,
        ``EnqueueRefused.ids`` says which jobs are enqueued. When the connection is lost, ``ConnectionLost`` is raised
        and nobody knows about the unanswered ones: give jobs a ``key`` to be able to enqueue them again.
        """
        with self._lock:
            return self._enqueue(jobs)

    def job(self, id: int) -> dict[str, Any]:
        """The job's document; its keys are those of the HTTP API."""
        return self._api().job(int(id))

    def wait(self, id: int, timeout: float | None = None) -> dict[str, Any]:
        """The job's document once it is finished; raises ``TimeoutError`` after ``timeout`` seconds."""
        return self._api().wait(int(id), timeout)

    def cancel(self, id: int) -> dict[str, Any]:
        """Cancels a job: one that waits at once, one that runs by telling its handler."""
        return self._api().cancel(int(id))

    def _api(self) -> Api:
        # Imported on demand: HTTP takes a third of the start of a program that only enqueues, as workers do.
        from .api import Api

        return Api(self._api_path, self._timeout)

    def _enqueue(self, jobs: Iterable[_Item]) -> list[JobID]:
        self._link.open()
        try:
            ids, refusal = self._exchange(jobs)
        except BaseException:
            # Answers may still be on their way; the next call must not take them for its own.
            self._link.close()
            raise
        if refusal is not None:
            raise EnqueueRefused(*refusal, ids)
        return ids  # type: ignore[return-value]

    def _exchange(self, jobs: Iterable[_Item]) -> tuple[list[JobID | None], tuple[str, str] | None]:
        """Sends requests and takes their answers; returns an id for each job, and the first refusal."""
        link = self._link
        ids: list[JobID | None] = []
        refusal: tuple[str, str] | None = None
        #: Where the ids of each unanswered request belong. A refusal may overtake the answers before it.
        places: dict[int, slice] = {}

        def take_answer() -> None:
            nonlocal refusal
            request, answer = link.answer()
            place = places.pop(request, None)
            if place is None:
                raise ProtocolError(f"an answer to request {request}, which waits for none")
            if isinstance(answer, tuple):
                refusal = refusal or answer
                return
            if len(answer) != place.stop - place.start:
                raise ProtocolError("ENQUEUED has not the jobs that were sent")
            ids[place] = answer

        for count, body in self._batches(jobs):
            if len(places) >= WINDOW:
                take_answer()
            if refusal is None:
                places[link.send(count, body)] = slice(len(ids), len(ids) + count)
            ids.extend([None] * count)
        while places:
            take_answer()
        return ids, refusal

    def _batches(self, jobs: Iterable[_Item]) -> Iterable[tuple[int, bytes]]:
        limit = min(BATCH_BYTES, self._link.body_limit)
        batch: list[bytes] = []
        size = 0
        for job in jobs:
            encoded = (job if isinstance(job, NewJob) else NewJob(*job)).encode(self._clock)
            if len(encoded) > self._link.body_limit:
                raise ValueError(f"a job of {len(encoded)} bytes; the daemon takes at most {self._link.body_limit}")
            if batch and (size + len(encoded) > limit or len(batch) >= BATCH_JOBS):
                yield len(batch), b"".join(batch)
                batch, size = [], 0
            batch.append(encoded)
            size += len(encoded)
        if batch:
            yield len(batch), b"".join(batch)


def _runtime_directory() -> str:
    directory = os.environ.get("JOBSUP_RUNTIME_DIRECTORY", "")
    if not directory and os.environ.get("JOBSUP_SOCKET"):
        directory = os.path.dirname(os.environ["JOBSUP_SOCKET"])
    return directory or "/run/jobsup"
