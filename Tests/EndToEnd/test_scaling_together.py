"""Pools that share something: queues, the machine's budget, a configuration that lets go of them."""

import json
import unittest

from harness import python_pool, until
from scaling_scene import ScalingScene, scaled


def held(processes: int) -> dict:
    """A pool that nobody scales, with room for what people set."""
    return python_pool(processes={"min": 0, "max": 8, "start": processes}, concurrency=1, scaling={"enabled": False})


class ScalingTogether(ScalingScene):
    def rules(self, daemon, name: str) -> set[str]:
        return {decision["rule"] for decision in self.history(daemon, name)}

    # MARK: Queues

    def test_jobs_of_queues_that_a_pool_does_not_serve_have_not_come_to_it(self):
        pools = {name: {**scaled(6, target_wait="5s"), "queues": [name, "common"]} for name in ("a", "b")}
        daemon = self.daemon(pools)
        until(lambda: self.pool(daemon, "a")["ready"] == 1, "a is ready")
        self.enqueue_many(daemon, 300, 0.01, queue="b")
        until(lambda: self.finished(daemon) == {"completed": 300}, "all are done")
        explained = daemon.json("scale", "explain", "a")
        self.assertEqual((explained["wanted"], explained["seen"]["arrivals"]), (1, 0))
        self.assertGreater(daemon.json("scale", "explain", "b")["seen"]["arrivals"], 0)
        self.assertEqual(self.history(daemon, "a"), [])

    # MARK: The budget

    def test_a_person_may_shrink_a_busy_pool_whatever_the_budget(self):
        daemon = self.daemon({"py": held(4)}, scaling={"max_processes": 50})
        jobs = [daemon.enqueue("polite", [600]) for _ in range(4)]
        until(lambda: self.pool(daemon)["busy"] == 4, "all are busy")
        answer = daemon.json("scale", "py", "1")
        self.assertEqual((answer["from"], answer["to"], answer["reason"]), (4, 1, "4 → 1: set by hand"))
        until(lambda: self.pool(daemon)["draining"] == 3, lambda: f"three are draining: {self.pool(daemon)}")
        for job in jobs:
            daemon.jobsup("job", "cancel", job)
        self.has_workers(daemon, 1)

    def test_what_the_budget_holds_back_is_foretold(self):
        daemon = self.daemon({"py": held(1)}, scaling={"max_processes": 3})
        foretold = daemon.json("scale", "py", "8", "--dry-run")
        self.assertEqual((foretold["to"], foretold["dry_run"]), (3, True))
        self.assertIn("budget grants no more (8 were asked for)", foretold["reason"])
        self.assertEqual(self.pool(daemon)["wanted"], 1)
        answer = daemon.json("scale", "py", "8")
        self.assertEqual((answer["to"], answer["reason"]), (3, foretold["reason"]))
        explained = daemon.json("scale", "explain", "py")["decision"]
        self.assertEqual((explained["rule"], explained["to"]), ("machine_budget", 3))

    def test_a_service_of_which_nobody_knows_what_it_does_keeps_its_workers(self):
        depth = self.directory() / "depth"
        depth.write_text("50")
        signal = {"command": ["/bin/cat", str(depth)], "every": "1s", "timeout": "2s"}
        late = {
            "kind": "service", "command": ["/usr/bin/sleep", "100000"], "processes": {"min": 1, "max": 4}, "ready": "10ms",
            "class": "background",
            "scaling": {"signal": signal, "up": {"queue_depth": 5}, "down": {"queue_depth": 2}, "cooldown": {"up": "100ms", "down": "100ms"}},
        }  # fmt: skip
        urgent = {**scaled(8, target_wait="1s"), "queues": ["urgent"], "class": "critical"}
        daemon = self.daemon({"late": late, "urgent": urgent}, scaling={"max_processes": 5})
        self.has_workers(daemon, 4, "late")
        depth.unlink()
        until(lambda: daemon.json("scale", "explain", "late")["signal"].get("error"), "its signal is missing")
        self.enqueue_many(daemon, 30, 0.1, queue="urgent")
        until(lambda: "machine_budget" in self.rules(daemon, "urgent"), lambda: f"{self.history(daemon, 'urgent')}")
        until(lambda: self.finished(daemon) == {"completed": 30}, "all are done")
        self.assertEqual(self.pool(daemon, "late")["wanted"], 4)

    # MARK: The configuration

    def test_a_pool_that_is_scaled_no_more_keeps_its_number(self):
        daemon = self.daemon({"py": scaled(8, target_wait="1s")})
        daemon.jobsup("scale", "py", "--min", "5")
        self.has_workers(daemon, 5)
        daemon.jobsup("scale", "py", "auto")
        self.configure(daemon, {"py": scaled(8, enabled=False)})
        self.assertIn("scaled no more", daemon.jobsup("reload").stdout)
        kept = self.pool(daemon)["wanted"]
        self.assertGreater(kept, 1)
        self.assertEqual(daemon.json("scale", "explain", "py")["decision"]["to"], kept)
        # What a person sets ends at the number of the configuration, as that of any pool that nobody scales.
        daemon.jobsup("scale", "py", "3")
        daemon.jobsup("scale", "py", "auto")
        self.has_workers(daemon, 1)


if __name__ == "__main__":
    unittest.main()
