"""What a pool puts off: jobs for want of memory, starts of a program that cannot be started, the kill of one that was stopped."""

import json
import os
import pathlib
import re
import signal
import tempfile
import time
import unittest

from harness import Daemon, python_pool, until
from test_services import service

#: How many jobs of a pool are put off within 5 s.
PUT_OFF = 512


def exec_pool(*command: str, **changes) -> dict:
    return {"kind": "exec", "command": list(command), "queues": ["default"], "processes": 1, **changes}


class PutOff(unittest.TestCase):
    def daemon(self, pools: dict, **settings) -> Daemon:
        daemon = Daemon(pools, **settings).start()
        self.addCleanup(daemon.remove)
        return daemon

    def waits(self, daemon: Daemon) -> list[str]:
        return re.findall(r" waits: it is expected to need", daemon.log.read_text())

    def test_a_deep_queue_that_waits_for_memory_is_put_off_bit_by_bit(self):
        daemon = self.daemon(
            {"hungry": python_pool(queues=["hungry"], processes=1), "steady": python_pool(queues=["steady"], processes=1)},
            types={"add": {"queue": "hungry", "expected_memory": "512000GiB"}, "noop": {"queue": "steady"}})
        until(lambda: all(pool["ready"] == 1 for pool in daemon.json("pool")["pools"]), "both are ready")
        start = time.monotonic()
        batch = json.dumps({"tasks": [{"type": "add", "payload": {"a": 1, "b": 2}}] * 5000})
        for _ in range(4):
            self.assertEqual(daemon.http("POST", "/api/tasks/batch", batch)[0], 202)
        # Each of these ends is a moment at which all pools are asked what they have room for.
        while time.monotonic() - start < 10:
            self.assertEqual(daemon.finished(daemon.enqueue("noop"))["status"], "completed")
        seconds = time.monotonic() - start
        waited = len(self.waits(daemon))
        self.assertGreaterEqual(waited, PUT_OFF)
        self.assertLessEqual(waited, PUT_OFF * (seconds // 5 + 2))

    def test_others_pass_more_than_are_put_off_at_once(self):
        daemon = self.daemon({"pool": python_pool(processes=1)}, types={"add": {"expected_memory": "512000GiB"}})
        batch = json.dumps({"tasks": [{"type": "add", "payload": {"a": 1, "b": 2}}] * (PUT_OFF + 100)})
        self.assertEqual(daemon.http("POST", "/api/tasks/batch", batch)[0], 202)
        self.assertEqual(daemon.finished(daemon.enqueue("noop"))["status"], "completed")

    def test_every_further_signal_leaves_the_time_of_the_kill_as_it_is(self):
        path = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory())) / "runs"
        script = f"trap '' TERM; echo > {path}; while :; do sleep 1; done"
        daemon = self.daemon({"pool": exec_pool("/bin/sh", "-c", script, stop_grace="10m")})
        daemon.enqueue("x")
        until(path.exists, "it runs")
        daemon.process.send_signal(signal.SIGTERM)
        until(lambda: "draining" in daemon.log.read_text(), "it drains")
        start = time.monotonic()
        last = 0.0

        def ended():
            nonlocal last
            if daemon.process.poll() is not None:
                return True
            if time.monotonic() - last > 1:
                daemon.process.send_signal(signal.SIGTERM)
                last = time.monotonic()
            return False

        until(ended, lambda: f"it ends:\n{daemon.tail()}", 30)
        self.assertLess(time.monotonic() - start, 15)
        self.assertEqual(daemon.process.returncode, 0)

    def test_a_pause_ends_with_the_program_that_was_its_cause(self):
        daemon = self.daemon({"pool": exec_pool("/nowhere/at/all")})
        job = daemon.enqueue("x", 1)

        def longest():
            waits = [float(text) for text in re.findall(r"; next try in ([\d.]+) s", daemon.log.read_text())]
            return waits and waits[-1] >= 20 and waits[-1]

        pause = until(longest, lambda: f"the next try is far away:\n{daemon.tail()}", 300)
        start = time.monotonic()
        daemon.write(pools={"pool": exec_pool("/bin/cat")}, types={})
        self.assertIn("pool is rolled out anew", daemon.jobsup("reload").stdout)
        self.assertEqual(daemon.finished(job)["status"], "completed")
        self.assertLess(time.monotonic() - start, pause - 2, "it waited for the pause")

    def test_the_next_try_is_told_as_it_comes(self):
        daemon = self.daemon({"pool": service("/nowhere/at/all", restart={"burst": "2/1m"})})
        until(lambda: "is degraded" in daemon.log.read_text(), "it is degraded")
        last = [line for line in daemon.log.read_text().splitlines() if "cannot start a worker of pool" in line][-1]
        [wait] = re.findall(r"; next try in ([\d.]+) s", last)
        self.assertGreater(float(wait), 50, last)

    def test_no_next_try_is_promised_where_none_comes(self):
        daemon = self.daemon({"pool": service("/bin/sleep", "600")})
        until(lambda: daemon.json("pool", "pool")["ready"] == 1, "it is ready")
        self.assertEqual(daemon.jobsup("rollout", "pool", "--command", "/nowhere", check=False).returncode, 5)
        [last, *_] = [line for line in daemon.log.read_text().splitlines() if "cannot start a worker of pool" in line]
        self.assertNotIn("next try", last)

    def test_a_program_that_is_run_for_each_job_does_not_hold_its_pool(self):
        daemon = self.daemon({"pool": exec_pool("/bin/sh", "-c", "echo no licence >&2; exit 125")})
        job = daemon.finished(daemon.enqueue("x", 1, "--max-attempts", "1"))
        self.assertEqual((job["status"], job["error"]["message"]), ("failed", "ended with exit code 125: no licence"))
        self.assertEqual(daemon.json("pool", "pool")["health"], "healthy")


if __name__ == "__main__":
    unittest.main()
