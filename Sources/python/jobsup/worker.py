"""A worker process: connects to the daemon, runs the jobs it is given, and leaves in good order."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Mapping
from typing import Any, Callable

from . import forks, frames
from .bell import Bell
from .environment import WorkerEnvironment
from .errors import ConnectionLost, DaemonError, JobsupError, ProtocolError
from .frames import FrameSplitter
from .link import Link
from .outbox import Outbox
from .session import Runner, Session
from .task import Task
from .threads import ThreadRunner

log = logging.getLogger("jobsup")

#: How long the daemon may take to answer HELLO, in seconds.
WELCOME_TIMEOUT = 30.0
#: How long handlers may take to end once the connection is lost, in seconds; then the process ends without them.
ABANDON_GRACE = 3.0

#: The exit codes of a worker.
EXIT_DRAINED = 0
EXIT_LOST = 1


class Worker:
    """One connection's worth of work; ``run`` it once."""

    def __init__(
        self,
        tasks: Mapping[str, Task],
        environment: WorkerEnvironment,
        build: str = "",
        clock: Callable[[], float] = time.monotonic,
        exit_now: Callable[[int], object] = os._exit,
    ) -> None:
        if not tasks:
            raise JobsupError("the app has no task: decorate a function with @app.task")
        self._tasks = tasks
        self._environment = environment
        self._build = build
        self._clock = clock
        self._exit_now = exit_now
        self._stopped = threading.Event()
        self._exit_code = EXIT_LOST
        self._session: Session | None = None
        #: Rung by signals; see ``signals.install``.
        self.bell = Bell()

    def run(self) -> int:
        """Works until the daemon or ``request_drain`` ends it; returns the process's exit code."""
        try:
            with self._connect() as sock:
                return self._serve(sock)
        except (JobsupError, OSError) as error:
            log.error("%s", _explain(error, self._environment.socket))
            return EXIT_LOST

    def request_drain(self, reason: str) -> bool:
        """Asks the worker to leave once the running jobs are done; safe in a signal handler.

        False when it has not been welcomed yet and nothing needs to be waited for.
        """
        if self._session is None:
            return False
        self._session.request_drain(reason)
        return True

    def close(self) -> None:
        """Frees what a worker needs until its very end."""
        self.bell.close()

    def _connect(self) -> socket.socket:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.connect(self._environment.socket)
        except BaseException:
            sock.close()
            raise
        return sock

    def _serve(self, sock: socket.socket) -> int:
        splitter = FrameSplitter()
        welcome, early = self._greet(sock, splitter)
        splitter.max_frame = welcome["max_frame"]
        # A DONE frame holds 21 bytes besides its result.
        result_limit = min(welcome["result_limit"], welcome["max_frame"] - 21)
        runner = self._runner(result_limit)
        outbox = Outbox(sock, self.bell)
        session = self._session = Session(runner, outbox, self.bell, self._clock, welcome["max_frame"])
        link = Link(sock, splitter, session, self.bell, self._clock)
        forks.leave_behind(sock, session)
        log.debug("%s is ready for %s", welcome["worker"], ", ".join(sorted(self._tasks)))
        outbox.put(frames.encode(frames.READY), self._clock())
        thread = threading.Thread(
            target=self._watch, args=(link, session, runner, early), name="jobsup-link", daemon=True
        )
        thread.start()
        runner.run(session)
        self._stopped.set()
        thread.join()
        return self._exit_code

    def _greet(self, sock: socket.socket, splitter: FrameSplitter) -> tuple[dict[str, Any], list[tuple[int, bytes]]]:
        """Says HELLO; returns WELCOME's fields and the frames that came with it."""
        hello = frames.encode(
            frames.HELLO,
            protocol=frames.PROTOCOL,
            slots=self._environment.slots,
            token=self._environment.token,
            build=self._build,
            types=sorted(self._tasks),
        )
        sock.settimeout(WELCOME_TIMEOUT)
        try:
            sock.sendall(hello)
        except BrokenPipeError:
            # The daemon may have said why before it closed: it is read below.
            pass
        arrived: list[tuple[int, bytes]] = []
        while not arrived:
            data = sock.recv(frames.MAX_FRAME_BEFORE_WELCOME)
            if not data:
                raise ConnectionLost("the daemon closed the connection before WELCOME")
            arrived = splitter.feed(data)
        sock.settimeout(None)
        kind, body = arrived[0]
        fields = frames.decode(kind, body)
        if kind == frames.ERROR:
            raise DaemonError(fields["code"], fields["message"])
        if kind != frames.WELCOME:
            raise ProtocolError(f"{frames.LAYOUTS[kind].name} came where WELCOME was expected")
        if fields["protocol"] != frames.PROTOCOL:
            raise ProtocolError(f"the daemon speaks protocol {fields['protocol']}, this worker {frames.PROTOCOL}")
        return fields, arrived[1:]

    def _runner(self, result_limit: int) -> Runner:
        arguments = (self._tasks, self._environment.slots, self._clock, result_limit)
        if not any(task.is_async for task in self._tasks.values()):
            return ThreadRunner(*arguments)
        # Imported on demand: an event loop takes a third of a worker's start.
        from .aio import AsyncRunner

        return AsyncRunner(*arguments)

    def _watch(self, link: Link, session: Session, runner: Runner, early: list[tuple[int, bytes]]) -> None:
        """The link's thread."""
        try:
            session.received(early)
            link.run()
            self._exit_code = EXIT_DRAINED
            runner.close()
            return
        except (JobsupError, OSError) as error:
            log.error("%s; stopping", _explain(error, self._environment.socket))
        except BaseException:
            log.exception("the link's thread died")
        session.abandon()
        runner.close()
        # The jobs will run elsewhere: a handler that does not end must not go on beside its own second run.
        if not self._stopped.wait(ABANDON_GRACE):
            log.error("handlers did not end within %g s; ending without them", ABANDON_GRACE)
            self._exit_now(EXIT_LOST)


def _explain(error: BaseException, path: str) -> str:
    if isinstance(error, socket.timeout):
        return f"the daemon did not answer HELLO within {WELCOME_TIMEOUT:g} s"
    if isinstance(error, OSError):
        return f"the connection to {path} failed: {error.strerror or error}"
    return str(error)
