"""A real daemon on private directories, driven through its front door."""

from __future__ import annotations

import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("JOBSUP_BUILD", ROOT / ".build" / "debug"))
PYTHON_LIBRARY = ROOT / "Sources" / "python"
sys.path.insert(0, str(PYTHON_LIBRARY))

#: How long anything may take on a busy machine before a test calls it lost.
DEADLINE = 60.0


def until(condition, what, deadline: float = DEADLINE):
    """Waits until the condition gives something true, and returns that. `what` is text, or makes it when it failed."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline} s: {what() if callable(what) else what}")
        time.sleep(0.01)


class Daemon:
    """One jobsupd with its own directories; killed and removed at the end of the test."""

    def __init__(
        self, pools: dict, types: dict | None = None, state: str | None = None, environment: dict | None = None, **settings
    ):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="jobsup-test-"))
        self.runtime = self.directory / "run"
        self.state = pathlib.Path(state) if state else self.directory / "state"
        self.config = self.directory / "jobsup.yaml"
        self.log = self.directory / "log"
        #: Variables that it is started with, besides those of the tests.
        self.environment = environment or {}
        self.process: subprocess.Popen | None = None
        self.write(pools=pools, types=types or {}, **settings)

    def write(self, **settings) -> None:
        """Writes the configuration; JSON is YAML, too."""
        directories = {"state_directory": str(self.state), "runtime_directory": str(self.runtime)}
        self.config.write_text(json.dumps({**directories, **settings}))

    def start(self, wait: bool = True) -> Daemon:
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(BUILD / "jobsupd"), "--config", str(self.config)], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                env={**os.environ, **self.environment},
            )  # fmt: skip
        if wait:
            until(self.answers, lambda: f"the daemon answers; its log:\n{self.tail()}")
        return self

    def answers(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"the daemon ended with {self.process.returncode}:\n{self.tail()}")
        return self.jobsup("status", check=False).returncode == 0

    def jobsup(self, *arguments: str, check: bool = True, stdin: str | None = None) -> subprocess.CompletedProcess:
        result = subprocess.run(
            [str(BUILD / "jobsup"), *arguments],
            env={**os.environ, "JOBSUP_RUNTIME_DIRECTORY": str(self.runtime)},
            input=stdin, stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True, text=True, timeout=DEADLINE * 2,
        )
        if check and result.returncode != 0:
            raise AssertionError(f"jobsup {' '.join(arguments)}: {result.returncode}\n{result.stdout}{result.stderr}")
        return result

    def json(self, *arguments: str):
        return json.loads(self.jobsup(*arguments, "--json").stdout)

    def http(self, method: str, path: str, body=None, **headers: str) -> tuple[int, http.client.HTTPMessage, dict]:
        """A request to the API, as curl would send it: the status, the headers and the document of the answer."""
        connection = http.client.HTTPConnection("jobsup", timeout=DEADLINE)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(DEADLINE)
        try:
            connection.sock.connect(str(self.runtime / "api.sock"))
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            response = connection.getresponse()
            return response.status, response.headers, json.loads(response.read())
        finally:
            connection.close()

    def enqueue(self, type: str, payload=None, *options: str) -> str:
        arguments = ["enqueue", type, *options]
        if payload is not None:
            arguments += ["--payload", json.dumps(payload)]
        return self.json(*arguments)["task_id"]

    def job(self, id: str) -> dict:
        return self.json("job", str(id))

    def finished(self, id: str, deadline: float = DEADLINE) -> dict:
        def look():
            job = self.job(id)
            return job if job["status"] in ("completed", "failed", "timeout", "cancelled", "expired") else None

        return until(look, lambda: f"job {id} finishes; the log:\n{self.tail()}", deadline)

    def workers(self) -> list[dict]:
        return self.json("worker")["workers"]

    def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, deadline: float = DEADLINE) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(deadline)

    def tail(self, lines: int = 40) -> str:
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def remove(self) -> None:
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)


def python_pool(**changes) -> dict:
    """A pool of Python workers that run the tasks beside this file."""
    return {
        "command": [sys.executable, "-m", "jobsup", "worker", "tasks:app"],
        "environment": {
            "PYTHONPATH": f"{PYTHON_LIBRARY}:{pathlib.Path(__file__).parent}",
            "JOBSUP_TEST_OUTPUT": os.environ.get("JOBSUP_TEST_OUTPUT", ""),
        },
        "queues": ["default"],
        "processes": 2,
        **changes,
    }


def alive(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rsplit(b") ", 1)[1][:1] not in b"ZX"
    except OSError:
        return False
