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


if __name__ == "__main__":
    unittest.main()
