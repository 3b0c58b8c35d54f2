"""Scaling end to end: a pool grows with its work and shrinks behind it, by policy and by hand, and tells why."""

import getpass
import json
import os
import pathlib
import time
import unittest

from harness import python_pool, until
from scaling_scene import ScalingScene, scaled


class Scaling(ScalingScene):
    # MARK: By policy

    def test_a_batch_is_met_by_workers_who_leave_when_it_is_done(self):
        daemon = self.daemon({"py": scaled(target_wait="2s")})
        self.assertEqual(self.pool(daemon)["scaling"], "target_wait")
        self.enqueue_many(daemon, 120, 0.25)
        until(lambda: self.pool(daemon)["wanted"] == 8, lambda: f"8 workers; {self.history(daemon)}")
        until(lambda: self.finished(daemon) == {"completed": 120}, "all are done")
        self.has_workers(daemon, 1, deadline=120)
        # Nobody was taken from a job: each has run once.
        self.assertEqual(self.pool(daemon)["completed"], 120)
        decisions = self.history(daemon)
        self.assertEqual(decisions[0]["to"], 1)
        self.assertIn("drain", {decision["rule"] for decision in decisions})
        changes = [decision for decision in decisions if decision["from"] != decision["to"]]
        for later, earlier in zip(changes, changes[1:]):
            self.assertEqual(later["from"], earlier["to"])
            self.assertTrue(later["reason"].startswith(f"{later['from']} → {later['to']}: "), later["reason"])

    def test_thresholds_add_and_take_away(self):
        daemon = self.daemon({"py": scaled(
            4, up={"queue_depth": 5, "cpu": "off", "memory": "off"},
            down={"queue_depth": 2, "cpu": "off", "memory": "off"}, cooldown={"up": "1s", "down": "1s"})})
        self.assertEqual(self.pool(daemon)["scaling"], "thresholds")
        self.enqueue_many(daemon, 80, 0.25)
        until(lambda: self.pool(daemon)["wanted"] == 4, lambda: f"4 workers; {self.history(daemon)}")
        until(lambda: self.finished(daemon) == {"completed": 80}, "all are done")
        self.has_workers(daemon, 1)
        rules = [decision["rule"] for decision in self.history(daemon)]
        self.assertEqual(rules[0], "all_low")
        self.assertIn("queue_depth", rules)

    def test_all_pools_together_keep_to_the_machine_s_budget_by_class(self):
        pools = {
            "urgent": {**scaled(8, target_wait="1s"), "queues": ["urgent"], "class": "critical"},
            "late": {**scaled(8, target_wait="1s"), "queues": ["late"], "class": "background"},
        }
        daemon = self.daemon(pools, scaling={"max_processes": 6})
        self.enqueue_many(daemon, 60, 0.25, queue="late")
        until(lambda: self.pool(daemon, "late")["wanted"] == 5, lambda: f"{self.history(daemon, 'late')}")
        # Enough to last longer than what keeps the others busy.
        self.enqueue_many(daemon, 400, 0.25, queue="urgent")
        until(lambda: self.pool(daemon, "urgent")["wanted"] == 5, lambda: f"{self.history(daemon, 'urgent')}")
        self.assertEqual(self.pool(daemon, "late")["wanted"], 1)
        self.assertIn("machine_budget", {decision["rule"] for decision in self.history(daemon, "late")})
        until(lambda: self.finished(daemon) == {"completed": 460}, "all are done", 120)
        self.assertEqual(sum(self.pool(daemon, name)["completed"] for name in pools), 460)

    def test_from_one_to_fifty_and_back_no_job_is_lost_or_run_twice(self):
        daemon = self.daemon({"py": scaled(50, target_wait="1s")})
        marks = daemon.directory / "marks"
        marks.touch()
        tasks = [{"type": "mark", "payload": [str(marks), str(number), 0.2]} for number in range(1500)]
        self.assertEqual(daemon.http("POST", "/api/tasks/batch", json.dumps({"tasks": tasks}))[0], 202)
        until(lambda: self.pool(daemon)["wanted"] >= 40, lambda: f"40 workers; {self.history(daemon)[:3]}")
        until(lambda: self.finished(daemon) == {"completed": 1500}, "all are done", 180)
        self.has_workers(daemon, 1, deadline=180)
        lines = marks.read_text().split()
        self.assertEqual(len(lines), 1500)
        self.assertEqual(len(set(lines)), 1500)

    def test_under_pressure_no_pool_grows(self):
        pressure = {"cpu": "1%", "memory": "off", "io": "off"}
        # More than there are processors, or nobody would wait for one.
        burners = 2 * (os.cpu_count() or 1)
        daemon = self.daemon({"py": scaled(4, target_wait="1s"), "burn": python_pool(processes=burners, queues=["burn"])},
                             scaling={"pressure": pressure})
        burning = [daemon.enqueue("burn", [60], "--queue", "burn") for _ in range(burners)]
        some = pathlib.Path("/proc/pressure/cpu")
        until(lambda: float(some.read_text().split()[1].removeprefix("avg10=")) > 5, "the processors are wanted")
        self.enqueue_many(daemon, 40, 0.25)
        until(lambda: any(decision["rule"] == "pressure" for decision in self.history(daemon)), "it is held back")
        self.assertEqual(self.pool(daemon)["wanted"], 1)
        for job in burning:
            daemon.jobsup("job", "cancel", job)
        until(lambda: self.finished(daemon).get("completed") == 40, "all are done")

    # MARK: By hand

    def test_a_number_that_was_set_holds_until_auto_also_over_a_restart(self):
        daemon = self.daemon({"py": scaled(target_wait="2s"), "other": {**python_pool(processes=2), "queues": ["other"]}})
        user = getpass.getuser()
        self.assertIn("1 → 4", daemon.jobsup("scale", "py", "4").stdout)
        self.assertIn("2 → 3", daemon.jobsup("scale", "other", "+1").stdout)
        self.has_workers(daemon, 4)
        manual = self.pool(daemon)["manual"]
        self.assertEqual((manual["who"], manual["processes"]), (user, 4))
        self.assertNotIn("until", manual)
        daemon.stop()
        daemon.start()
        self.has_workers(daemon, 4)
        self.has_workers(daemon, 3, "other")
        # None was started that had to go again.
        self.assertEqual(self.history(daemon)[0]["who"], user)
        self.assertEqual(len(self.history(daemon)), 1)
        self.assertIn("set by", daemon.jobsup("pool", "py").stdout)
        daemon.jobsup("scale", "other", "auto")
        self.has_workers(daemon, 2, "other")
        daemon.jobsup("scale", "py", "auto")
        self.has_workers(daemon, 1, deadline=120)
        self.assertIsNone(self.pool(daemon).get("manual"))

    def test_a_number_that_was_set_for_a_time_ends_by_itself(self):
        daemon = self.daemon({"py": python_pool(processes={"min": 0, "max": 8, "start": 1}, scaling={"enabled": False})})
        self.assertIn("for another", daemon.jobsup("scale", "py", "3", "--for", "15s").stdout)
        self.has_workers(daemon, 3)
        self.assertIn("until", self.pool(daemon)["manual"])
        self.has_workers(daemon, 1)
        self.assertIsNone(self.pool(daemon).get("manual"))
        self.assertEqual([decision["rule"] for decision in self.history(daemon)], ["configured", "manual"])

    def test_a_number_that_was_set_for_a_time_keeps_no_other_pool_waiting(self):
        daemon = self.daemon({"py": scaled(target_wait="1s"), "other": {**python_pool(processes=1), "queues": ["other"]}})
        daemon.jobsup("scale", "other", "2", "--for", "10m")
        self.has_workers(daemon, 2, "other")
        daemon.finished(daemon.enqueue("add", [1, 2]))
        until(lambda: self.pool(daemon)["busy"] == 0, "nothing runs")
        self.enqueue_many(daemon, 60, 0.5)
        # Well before the minute after which it would look at the clock again.
        until(lambda: self.pool(daemon)["wanted"] > 1, lambda: f"it grows; {self.history(daemon)}", 20)
        until(lambda: self.finished(daemon).get("completed") == 61, "all are done")

    def test_a_number_whose_time_was_over_while_nobody_looked_does_not_come_back(self):
        daemon = self.daemon({"py": python_pool(processes={"min": 0, "max": 8, "start": 1}, scaling={"enabled": False})})
        daemon.jobsup("scale", "py", "5", "--for", "10s")
        over = time.monotonic() + 10
        self.has_workers(daemon, 5)
        daemon.kill()
        until(lambda: time.monotonic() > over, "its time is over")
        daemon.start()
        self.has_workers(daemon, 1)
        self.assertEqual(self.history(daemon)[0]["to"], 5)

    def test_workers_on_their_way_out_count_for_the_budget(self):
        pools = {
            "going": {**python_pool(processes={"min": 0, "max": 4, "start": 4}, concurrency=1), "queues": ["going"],
                      "scaling": {"enabled": False}},
            "coming": {**scaled(8, target_wait="1s"), "queues": ["coming"]},
        }
        daemon = self.daemon(pools, scaling={"max_processes": 5})
        long = [daemon.enqueue("polite", [600], "--queue", "going") for _ in range(4)]
        until(lambda: self.pool(daemon, "going")["busy"] == 4, "all are busy")
        daemon.jobsup("scale", "going", "0")
        # More than one worker does before the test is over.
        self.enqueue_many(daemon, 300, 0.25, queue="coming")
        until(lambda: "machine_budget" in {decision["rule"] for decision in self.history(daemon, "coming")},
              lambda: f"{self.history(daemon, 'coming')}")
        self.assertEqual(self.pool(daemon, "coming")["wanted"], 1)
        for job in long:
            daemon.jobsup("job", "cancel", job)
        until(lambda: self.pool(daemon, "coming")["wanted"] == 5, lambda: f"{self.history(daemon, 'coming')[:3]}")

    def test_limits_by_hand_leave_the_number_to_the_policy(self):
        daemon = self.daemon({"py": scaled(target_wait="2s")})
        daemon.jobsup("scale", "py", "--min", "2", "--max", "3")
        self.has_workers(daemon, 2)
        self.enqueue_many(daemon, 60, 0.25)
        until(lambda: self.pool(daemon)["wanted"] == 3, lambda: f"3 workers; {self.history(daemon)}")
        until(lambda: self.finished(daemon) == {"completed": 60}, "all are done")
        self.assertLessEqual(max(decision["to"] for decision in self.history(daemon)), 3)
        self.assertIn("out_of_bounds", daemon.jobsup("scale", "py", "--max", "99", "--json", check=False).stderr
                      + daemon.http("POST", "/api/pools/py/scale", json.dumps({"max": 99}))[2]["error"]["code"])

    def test_a_dry_run_changes_nothing(self):
        daemon = self.daemon({"py": scaled(target_wait="2s")})
        said = daemon.jobsup("scale", "py", "5", "--dry-run").stdout
        self.assertIn("would go 1 → 5", said)
        self.assertEqual(self.pool(daemon)["wanted"], 1)
        self.assertIsNone(self.pool(daemon).get("manual"))
        self.assertEqual(self.history(daemon), [])

    # MARK: Why

    def test_what_is_seen_and_what_holds_back_is_explained(self):
        daemon = self.daemon({"py": scaled(2, target_wait="1s")})
        self.enqueue_many(daemon, 50, 1)
        until(lambda: self.pool(daemon)["wanted"] == 2, lambda: f"2 workers; {self.history(daemon)}")
        until(lambda: self.pool(daemon)["busy"] == 2, "both are busy")
        explained = daemon.json("scale", "explain", "py")
        self.assertEqual((explained["policy"], explained["min"], explained["max"]), ("target_wait", 1, 2))
        self.assertEqual(explained["seen"]["busy"], 2)
        self.assertGreater(explained["seen"]["queue_depth"], 10)
        self.assertEqual(explained["decision"]["rule"], "maximum")
        text = daemon.jobsup("scale", "explain", "py").stdout
        self.assertIn("the pool has at most 2", text)
        self.assertIn("2 busy", text)
        # What was decided is in the log, with its reason.
        self.assertIn("pool py: 1 → 2: ", daemon.tail(400))


if __name__ == "__main__":
    unittest.main()
