"""Scaling end to end: a pool grows with its work and shrinks behind it, by policy and by hand, and tells why."""

import json
import time
import unittest

from harness import Daemon, python_pool, until


def scaled(**scaling) -> dict:
    """A pool of 1 to 8 workers of one job each."""
    return python_pool(processes={"min": 1, "max": 8}, concurrency=1, scaling=scaling)


class Scaling(unittest.TestCase):
    def daemon(self, pools: dict, **settings) -> Daemon:
        daemon = Daemon(pools, **settings)
        self.addCleanup(daemon.remove)
        return daemon.start()

    def pool(self, daemon: Daemon, name: str = "py") -> dict:
        return daemon.json("pool", name)

    def history(self, daemon: Daemon, name: str = "py") -> list[dict]:
        return daemon.json("scale", "history", name)["decisions"]

    def enqueue_many(self, daemon: Daemon, count: int, seconds: float) -> None:
        tasks = [{"type": "sleep", "payload": seconds} for _ in range(count)]
        self.assertEqual(daemon.http("POST", "/api/tasks/batch", json.dumps({"tasks": tasks}))[0], 202)

    def test_a_batch_is_met_by_workers_who_leave_when_it_is_done(self):
        daemon = self.daemon({"py": scaled(target_wait="2s")})
        self.assertEqual(self.pool(daemon)["scaling"], "target_wait")
        self.enqueue_many(daemon, 120, 0.25)
        until(lambda: self.pool(daemon)["wanted"] == 8, lambda: f"8 workers; {self.history(daemon)}")
        until(lambda: daemon.json("status")["queues"][0]["finished"].get("completed") == 120, "all are done")
        until(lambda: self.pool(daemon)["wanted"] == 1 and self.pool(daemon)["actual"] == 1,
              lambda: f"one is left; {self.history(daemon)[:3]}", 120)
        # Nobody was taken from a job.
        queue = daemon.json("status")["queues"][0]
        self.assertEqual(queue["finished"], {"completed": 120})
        decisions = self.history(daemon)
        self.assertEqual(decisions[0]["to"], 1)
        self.assertIn("drain", {decision["rule"] for decision in decisions})
        for later, earlier in zip(decisions, decisions[1:]):
            self.assertEqual(later["from"], earlier["to"])
            self.assertTrue(later["reason"].startswith(f"{later['from']} → {later['to']}: "), later["reason"])


if __name__ == "__main__":
    unittest.main()
