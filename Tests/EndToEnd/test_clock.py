"""The wall clock jumps by an hour and back: nothing that takes its time may notice."""

from __future__ import annotations

import datetime
import glob
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

from harness import BUILD, Daemon, alive, python_pool, until

LIBRARY = (glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1") + [""])[0]

#: Says that it lives, and how often it did.
PULSE = """
import os, socket, time
to = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
for number in range(100_000):
    to.sendto(f"READY=1\\nWATCHDOG=1\\nSTATUS={number}".encode(), os.environ["NOTIFY_SOCKET"])
    time.sleep(0.1)
"""


class JumpingDaemon(Daemon):
    """A daemon whose wall clock, and nobody else's, is set by a file. Its monotonic clock is the machine's."""

    def start(self, wait: bool = True) -> Daemon:
        self.offset = self.directory / "offset"
        self.jump(0)
        faked = {
            "LD_PRELOAD": LIBRARY, "FAKETIME_TIMESTAMP_FILE": str(self.offset), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1",
        }  # fmt: skip
        # The library sets a variable in the first process it is in, and Swift finds no arguments after that: so that
        # is env.
        command = ["/usr/bin/env", str(BUILD / "jobsupd"), "--config", str(self.config)]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env={**os.environ, **self.environment, **faked}
            )
        until(self.answers, lambda: f"the daemon answers; its log:\n{self.tail()}")
        return self

    def jump(self, hours: int) -> None:
        """To the real time and so many hours."""
        new = self.offset.with_suffix(".new")
        new.write_text(f"{hours * 3600:+d}\n")
        new.rename(self.offset)

    def remove(self) -> None:
        super().remove()
        for name in ("faketime_shm_", "sem.faketime_sem_"):
            pathlib.Path(f"/dev/shm/{name}{self.process.pid}").unlink(missing_ok=True)


@unittest.skipUnless(LIBRARY, "needs libfaketime")
class Clock(unittest.TestCase):
    def setUp(self):
        # Their clocks stay as they are.
        real = {"LD_PRELOAD": ""}
        py = python_pool(processes=3, stop_grace="300ms", recycle={"after": "30m"})
        py["environment"].update(real)
        pulse = {
            "kind": "service", "command": [sys.executable, "-SEc", PULSE], "processes": 1, "ready": "notify",
            "watchdog": "5s", "environment": real, "recycle": {"after": "30m"}, "stop_grace": "300ms",
        }  # fmt: skip
        self.daemon = JumpingDaemon({"py": py, "pulse": pulse})
        self.addCleanup(self.daemon.remove)
        self.daemon.start()
        until(lambda: [self.pool(name)["ready"] for name in ("py", "pulse")] == [3, 1], self.daemon.tail)

    def pool(self, name: str) -> dict:
        return self.daemon.json("pool", name)

    def hold(self, *options: str) -> tuple[str, int]:
        """A job that runs, and its process."""
        path = self.daemon.directory / "pid"
        path.unlink(missing_ok=True)
        id = self.daemon.enqueue("hold", {"path": str(path), "seconds": 600}, "--max-attempts", "1", *options)
        return id, until(lambda: path.exists() and int(path.read_text()), lambda: f"it runs:\n{self.daemon.tail()}")

    def pulses(self) -> int:
        return int(next(worker for worker in self.daemon.workers() if worker["pool"] == "pulse")["status"])

    def jump(self, hours: int) -> None:
        """Jumps, sees that the daemon did, and gives it time for all that it might do because of it."""
        self.daemon.jump(hours)
        done = self.daemon.finished(self.daemon.enqueue("add", {"a": 1, "b": 2}))
        self.assertEqual(done["result"], 3)
        enqueued = datetime.datetime.fromisoformat(done["enqueued_at"].replace("Z", "+00:00"))
        ahead = (enqueued - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
        self.assertAlmostEqual(ahead, hours * 3600, delta=60)
        before = self.pulses()
        # More than its watchdog's time.
        until(lambda: self.pulses() >= before + 60, lambda: f"its pulse is heard:\n{self.daemon.tail()}")

    def test_nothing_that_runs_is_disturbed(self):
        held = [self.hold("--timeout", "30m") for _ in range(2)]
        before = {worker["name"]: worker["pid"] for worker in self.daemon.workers()}
        for hours in (1, -1, 0):
            self.jump(hours)
            self.assertEqual({worker["name"]: worker["pid"] for worker in self.daemon.workers()}, before)
            for name in ("py", "pulse"):
                pool = self.pool(name)
                self.assertEqual(
                    (pool["restarts"], pool["recycled"], pool["ends"], pool["health"]), (0, 0, [], "healthy")
                )
            for id, pid in held:
                job = self.daemon.job(id)
                self.assertEqual((job["status"], job["attempt"], alive(pid)), ("processing", 1, True))

    def test_what_is_due_comes_in_time(self):
        for hours in (-1, 1):
            self.daemon.jump(0)
            start = time.monotonic()
            id, _ = self.hold("--timeout", "3s")
            self.daemon.jump(hours)
            self.assertEqual(self.daemon.finished(id)["status"], "timeout")
            self.assertGreaterEqual(time.monotonic() - start, 3, "too early")
            self.assertLess(time.monotonic() - start, 30, "too late")
        # The worker did not end when it was asked to: it was replaced, and so is one that dies, and one that is silent.
        self.daemon.jump(-1)
        _, pid = self.hold()
        os.kill(pid, signal.SIGKILL)
        until(
            lambda: self.pool("py")["ready"] + self.pool("py")["busy"] == 3,
            lambda: f"replaced:\n{self.daemon.tail()}",
        )
        silent = self.pool("pulse")["workers"][0]["pid"]
        os.kill(silent, signal.SIGSTOP)
        end = until(lambda: self.pool("pulse")["ends"], "it is ended")[0]
        self.assertEqual((end["pid"], end["cause"]), (silent, "watchdog"))
        until(lambda: self.pool("pulse")["ready"] == 1, "it is replaced")


if __name__ == "__main__":
    unittest.main()
