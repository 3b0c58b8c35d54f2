"""The daemon as a neighbour: its directories, its limits, its start and its stop."""

import ctypes
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from harness import BUILD, Daemon, alive, python_pool, until
from test_faults import frame, text

HELLO = frame(128, struct.pack(">H", 1) + text("test"))


def run(daemon: Daemon, *options: str, timeout: float = 30) -> subprocess.CompletedProcess:
    """The daemon program on that configuration, until it ends by itself."""
    return subprocess.run(
        [str(BUILD / "jobsupd"), "--config", str(daemon.config), *options],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)


def launch(daemon: Daemon, *wrapper: str, **options) -> Daemon:
    """Starts the daemon below a wrapper (`prlimit`, `strace`), or with other options of Popen."""
    with open(daemon.log, "ab") as log:
        daemon.process = subprocess.Popen(
            [*wrapper, str(BUILD / "jobsupd"), "--config", str(daemon.config)],
            **{"stdout": log, "stderr": log, "stdin": subprocess.DEVNULL, **options})
    return daemon


def connect(daemon: Daemon, name: str = "client.sock", data: bytes = b"") -> socket.socket:
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(30)
    peer.connect(str(daemon.runtime / name))
    if data:
        peer.sendall(data)
    return peer


def last_words(peer: socket.socket) -> tuple[str, str]:
    """Code and message of the ERROR frame that the daemon sends before it closes."""
    answer = b""
    try:
        while chunk := peer.recv(65536):
            answer += chunk
    except ConnectionResetError:
        pass
    while len(answer) >= 5:
        length, type = struct.unpack_from(">IB", answer)
        body, answer = answer[5 : 4 + length], answer[4 + length :]
        if type == 70:
            size = struct.unpack_from(">H", body)[0]
            return body[2 : 2 + size].decode(), body[2 + size :].decode()
    return "", ""


def cpu_seconds(pid: int) -> float:
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int) -> int:
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class TestCase(unittest.TestCase):
    def daemon(self, pools: dict, *arguments, **settings) -> Daemon:
        daemon = Daemon(pools, *arguments, **settings)
        self.addCleanup(daemon.remove)
        return daemon

    def await_answer(self, daemon: Daemon) -> Daemon:
        until(daemon.answers, f"the daemon answers; its log:\n{daemon.tail()}")
        return daemon


class Directories(TestCase):
    def test_a_second_daemon_leaves_the_sockets_of_the_first_alone(self):
        first = self.daemon({"py": python_pool(processes=1)}).start()
        second = self.daemon({"py": python_pool(processes=1)}, runtime_directory=str(first.runtime))
        refused = run(second)
        self.assertEqual(refused.returncode, 3, refused.stderr)
        for word in (f"process {first.process.pid}", "--state-directory", "--runtime-directory"):
            self.assertIn(word, refused.stderr)
        self.assertEqual(first.finished(first.enqueue("add", {"a": 1, "b": 2}))["result"], 3)
        # The state directory alone names both as well: following the hint must lead out.
        refused = run(first, "--runtime-directory", str(second.directory / "run"))
        self.assertEqual(refused.returncode, 3, refused.stderr)
        self.assertIn("--runtime-directory", refused.stderr)

    def test_one_directory_may_be_both(self):
        daemon = self.daemon({})
        document = json.loads(daemon.config.read_text())
        document["state_directory"] = document["runtime_directory"]
        daemon.config.write_text(json.dumps(document))
        daemon.start()
        self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    unittest.main()
