"""The daemon's HTTP API over its Unix socket."""

from __future__ import annotations

import http.client
import json
import socket
import time
from typing import Any, Callable

from .errors import ApiError, ConnectionLost

#: States in which a job stays.
FINISHED = frozenset(["completed", "failed", "timeout", "cancelled", "expired"])
#: The longest that one request waits for a job, in seconds.
LONG_POLL = 30.0


class Api:
    """One request, one connection: these calls are for people's questions, not for the masses."""

    def __init__(self, path: str, timeout: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._timeout = timeout
        self._clock = clock

    def job(self, id: int) -> dict[str, Any]:
        """The document of a job."""
        return self._request("GET", f"/api/tasks/{id}")

    def cancel(self, id: int) -> dict[str, Any]:
        """Cancels a job."""
        return self._request("DELETE", f"/api/tasks/{id}")

    def wait(self, id: int, timeout: float | None) -> dict[str, Any]:
        """The document of a job once it is finished."""
        deadline = None if timeout is None else self._clock() + timeout
        while True:
            left = LONG_POLL if deadline is None else min(LONG_POLL, max(0.0, deadline - self._clock()))
            document = self._request("GET", f"/api/tasks/{id}?wait={round(left * 1000)}ms", left)
            if document.get("status") in FINISHED:
                return document
            if deadline is not None and self._clock() >= deadline:
                raise TimeoutError(f"job {id} is {document.get('status')} after {timeout:g} s")

    def _request(self, method: str, target: str, extra_seconds: float = 0.0) -> dict[str, Any]:
        connection = _UnixConnection(self._path, self._timeout + extra_seconds)
        try:
            connection.request(method, target, headers={"Host": "jobsup", "Accept": "application/json"})
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise ConnectionLost(f"no answer from the daemon at {self._path}: {error}") from error
        finally:
            connection.close()
        try:
            document = json.loads(body)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise ApiError(response.status, "not_json", f"the daemon answered {response.status} without a document")
        if response.status >= 400:
            said = document.get("error")
            said = said if isinstance(said, dict) else {}
            raise ApiError(
                response.status, said.get("code", "unknown"), said.get("message", response.reason), said.get("hint", "")
            )
        return document


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("jobsup", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
