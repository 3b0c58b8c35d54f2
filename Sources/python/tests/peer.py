"""The daemon's side of the worker protocol, for tests: a real Unix socket, driven step by step by the test."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Callable

from jobsup import App, frames
from jobsup.environment import WorkerEnvironment
from jobsup.frames import FrameSplitter
from jobsup.worker import Worker

#: How long anything may take before a test fails, in seconds.
DEADLINE = 20.0
PACKAGE_ROOT = Path(__file__).resolve().parent.parent


class Connection:
    """One accepted connection."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.socket.settimeout(DEADLINE)
        self._splitter = FrameSplitter(max_frame=64 << 20)
        self._arrived: list[tuple[int, bytes]] = []
        self._lease = 100

    def send(self, kind: int, **fields: Any) -> None:
        self.socket.sendall(frames.encode(kind, **fields))

    def job_frame(self, number: int, kind: str, payload: bytes = b"", **fields: Any) -> bytes:
        """A JOB frame whose lease is the job's number + 1000, with plain values for what is not said."""
        values = {
            "job": number,
            "lease": number + 1000,
            "attempt": 1,
            "max_attempts": 5,
            "timeout_ms": 0,
            "enqueued_at_ms": 1_700_000_000_000,
            "type": kind,
            "queue": "default",
            "request_id": "",
            "payload": payload,
        }
        return frames.encode(frames.JOB, **{**values, **fields})

    def job(self, number: int, kind: str, payload: bytes = b"", **fields: Any) -> None:
        self.socket.sendall(self.job_frame(number, kind, payload, **fields))

    def cancel(self, number: int) -> None:
        self.send(frames.CANCEL, job=number, lease=number + 1000)

    def next(self) -> tuple[int, dict[str, Any]]:
        """The next frame; raises EOFError at the end of the connection and TimeoutError after the deadline."""
        while not self._arrived:
            try:
                data = self.socket.recv(1 << 20)
            except socket.timeout as error:
                raise TimeoutError("no frame came") from error
            if not data:
                raise EOFError
            self._arrived = self._splitter.feed(data)
        kind, body = self._arrived.pop(0)
        return kind, frames.decode(kind, body)

    def expect(self, *kinds: int) -> dict[str, Any]:
        """The next frame, which must be one of these kinds."""
        kind, fields = self.next()
        if kind not in kinds:
            raise AssertionError(f"{frames.LAYOUTS[kind].name} {fields} came, not {kinds}")
        return {"kind": kind, **fields}

    def silent_for(self, seconds: float) -> bool:
        """Whether nothing comes for so long."""
        self.socket.settimeout(seconds)
        try:
            self._arrived or self._arrived.append(self._first(self.socket.recv(1 << 20)))
        except socket.timeout:
            return True
        finally:
            self.socket.settimeout(DEADLINE)
        return False

    def _first(self, data: bytes) -> tuple[int, bytes]:
        first, *rest = self._splitter.feed(data)
        self._arrived[:0] = rest
        return first

    def expect_end(self) -> None:
        """The other side closes without another frame."""
        try:
            kind, fields = self.next()
        except EOFError:
            return
        raise AssertionError(f"{frames.LAYOUTS[kind].name} {fields} came, not the end")

    def welcome(self, max_frame: int = 4 << 20, result_limit: int = 1 << 20) -> dict[str, Any]:
        """Greets a worker until it is ready; returns its HELLO."""
        hello = self.expect(frames.HELLO)
        self.send(frames.WELCOME, protocol=1, worker="test-1", max_frame=max_frame, result_limit=result_limit)
        self.expect(frames.READY)
        return hello

    def close(self) -> None:
        self.socket.close()


class Peer:
    """A listening socket in a directory of its own."""

    def __init__(self, name: str = "worker.sock") -> None:
        self.directory = tempfile.mkdtemp(prefix="jobsup-test-")
        self.path = os.path.join(self.directory, name)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(self.path)
        self._listener.listen(8)
        self._listener.settimeout(DEADLINE)
        self._connections: list[Connection] = []

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *error: object) -> None:
        for connection in self._connections:
            connection.close()
        self._listener.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def accept(self) -> Connection:
        sock, _ = self._listener.accept()
        connection = Connection(sock)
        self._connections.append(connection)
        return connection

    def environment(self, slots: int = 1) -> WorkerEnvironment:
        return WorkerEnvironment(self.path, "secret", "test", "test-1", slots, ("default",))


class WorkerThread:
    """A worker in this process, so that a test sees into its handlers; signals are not for it."""

    def __init__(self, peer: Peer, app: App, slots: int = 1, clock: Callable[[], float] = time.monotonic) -> None:
        self.exits: list[int] = []
        self.worker = Worker(app.tasks, peer.environment(slots), app.build, clock, self.exits.append)
        self.code: int | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self.code = self.worker.run()
        self.worker.close()

    def join(self) -> int | None:
        self._thread.join(DEADLINE)
        assert not self._thread.is_alive(), "the worker did not end"
        return self.code


class WorkerProcess:
    """A real ``python -m jobsup worker``."""

    def __init__(self, peer: Peer, app: str = "tests.handlers:app", *arguments: str, **variables: str) -> None:
        environment = {
            **os.environ,
            "PYTHONPATH": str(PACKAGE_ROOT),
            "JOBSUP_SOCKET": peer.path,
            "JOBSUP_TOKEN": "secret",
            "JOBSUP_POOL": "test",
            "JOBSUP_WORKER": "test-1",
            **variables,
        }
        # Set where tests often run, and not where workers do.
        environment.pop("PYTHONUNBUFFERED", None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jobsup", "worker", app, *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> WorkerProcess:
        return self

    def __exit__(self, *error: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def end(self) -> tuple[int, str]:
        """Waits for its end; returns the exit code and what it wrote to stderr."""
        _, errors = self.process.communicate(timeout=DEADLINE)
        return self.process.returncode, errors


def wait_until(condition: Any, what: str) -> None:
    """Waits for something that no event tells, with a deadline."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"never: {what}")
        time.sleep(0.002)
