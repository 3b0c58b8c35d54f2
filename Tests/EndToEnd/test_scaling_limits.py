"""What bounds scaling: pools of none, the machine's budget, several people at once, a configuration that changes."""

import json
import pathlib
import subprocess
import time
import unittest

from harness import BUILD, python_pool, until
from scaling_scene import ScalingScene, scaled

#: Thresholds that act at once.
QUICK = {
    "up": {"queue_depth": 2, "cpu": "off", "memory": "off"}, "down": {"queue_depth": 1, "cpu": "off", "memory": "off"},
    "cooldown": {"up": "100ms", "down": "100ms"},
}  # fmt: skip
UNLIMITED = {"memory_soft": "off", "memory_hard": "off"}


def switches(pid: int) -> int:
    """How often the threads of a process have gone to sleep so far."""
    total = 0
    for status in pathlib.Path(f"/proc/{pid}/task").glob("*/status"):
        for line in status.read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches:"):
                total += int(line.split()[1])
    return total


class ScalingLimits(ScalingScene):
    # MARK: Pools of none

    def test_a_pool_of_none_is_woken_by_each_first_job(self):
        daemon = self.daemon({"py": python_pool(processes={"min": 0, "max": 2}, concurrency=1, scaling=QUICK)})
        for _ in range(3):
            self.has_workers(daemon, 0)
            job = daemon.finished(daemon.enqueue("add", [1, 2]))
            self.assertEqual(job["status"], "completed")
        self.has_workers(daemon, 0)

    # MARK: Budget

    def test_a_fixed_number_is_not_taken_for_the_budget(self):
        pools = {
            "urgent": {**scaled(8, target_wait="1s"), "queues": ["urgent"], "class": "critical"},
            "fixed": {**python_pool(processes=3), "queues": ["fixed"]},
        }
        daemon = self.daemon(pools, scaling={"max_processes": 5})
        self.has_workers(daemon, 3, "fixed")
        self.enqueue_many(daemon, 80, 0.25, queue="urgent")
        until(lambda: self.finished(daemon) == {"completed": 80}, "all are done", 120)
        self.assertEqual(max(decision["to"] for decision in self.history(daemon, "urgent")), 2)
        self.assertIn("machine_budget", {decision["rule"] for decision in self.history(daemon, "urgent")})
        self.assertEqual(self.history(daemon, "fixed"), [])
        self.assertEqual(self.pool(daemon, "fixed")["actual"], 3)

    def test_a_budget_of_memory_holds_from_the_first_worker_on(self):
        # Nobody else would have these workers measured.
        daemon = self.daemon({"py": {**scaled(8, target_wait="1s"), "recycle": UNLIMITED}}, scaling={"max_memory": "90MiB"})
        self.enqueue_many(daemon, 300, 0.25)
        until(lambda: self.finished(daemon) == {"completed": 300}, "all are done", 120)
        decisions = self.history(daemon)
        # A worker has more than 15 MiB, so that there is room for five at most, and for two at least. Not the first word: who
        # is measured while it starts has less.
        bound = [decision for decision in decisions if decision["rule"] == "machine_budget"]
        self.assertIn(bound[0]["to"], range(2, 6), decisions)
        self.assertEqual(bound[-1]["from"], 1, decisions)

    # MARK: People

    def test_each_of_several_orders_at_once_counts(self):
        daemon = self.daemon({"py": python_pool(processes={"min": 0, "max": 8, "start": 1}, scaling={"enabled": False})})
        orders = [
            subprocess.Popen(
                [BUILD / "jobsup", "scale", "py", "+1"], env={"JOBSUP_RUNTIME_DIRECTORY": str(daemon.runtime)},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            for _ in range(5)
        ]
        for order in orders:
            order.communicate(timeout=60)
            self.assertEqual(order.returncode, 0)
        self.has_workers(daemon, 6)
        self.assertEqual([decision["to"] for decision in self.history(daemon)], [6, 5, 4, 3, 2])

    def test_a_setting_that_ends_in_a_pool_that_goes_keeps_nobody_awake(self):
        pools = {
            "py": python_pool(processes=1),
            "going": {**python_pool(processes={"min": 0, "max": 4, "start": 1}, scaling={"enabled": False}), "queues": ["going"]},
        }
        daemon = self.daemon(pools)
        daemon.jobsup("scale", "going", "2", "--for", "10s")
        over = time.monotonic() + 10
        job = daemon.enqueue("polite", [600], "--queue", "going")
        until(lambda: daemon.job(job)["status"] == "processing", "it runs")
        self.configure(daemon, {"py": pools["py"]})
        self.assertEqual(self.pool(daemon, "going")["manual"]["processes"], 2)
        self.assertIn("going is drained", daemon.jobsup("reload").stdout)
        until(lambda: time.monotonic() > over, "its time is over")
        # It used to look a hundred times a second from here on.
        before = switches(daemon.process.pid)
        time.sleep(2)
        self.assertLess(switches(daemon.process.pid) - before, 100)

    # MARK: The configuration

    def test_a_reload_tells_of_rules_of_scaling(self):
        daemon = self.daemon({"py": scaled(**QUICK)}, types={"add": {"timeout": "30s"}})
        told = [
            ({"py": scaled(**{**QUICK, "cooldown": {"up": "1s", "down": "1s"}})}, {}, "by other settings of thresholds"),
            ({"py": scaled(target_wait="3s")}, {}, "pool py is scaled by target_wait"),
            ({"py": {**scaled(target_wait="3s"), "class": "critical"}}, {}, "pool py is of the class critical"),
            ({"py": {**scaled(target_wait="3s"), "class": "critical"}}, {"max_processes": 5}, "share another budget"),
            ({"py": {**scaled(enabled=False), "class": "critical"}}, {"max_processes": 5}, "pool py is scaled no more"),
        ]
        for pools, scaling, words in told:
            self.configure(daemon, pools, scaling=scaling, types={"add": {"timeout": "30s"}})
            said = daemon.jobsup("reload").stdout
            self.assertIn(words, said)
        self.assertEqual(daemon.jobsup("reload").stdout.strip(), "nothing has changed")
        self.configure(daemon, pools, scaling=scaling, types={"add": {"timeout": "31s"}})
        self.assertEqual(daemon.jobsup("reload").stdout.strip(), "jobs of other rules: add")


if __name__ == "__main__":
    unittest.main()
