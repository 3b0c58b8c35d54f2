"""Workers that are replaced though they did nothing wrong, and those that are stopped because they grew too much."""

from __future__ import annotations

import collections
import datetime
import json
import os
import re
import unittest

from harness import Daemon, alive, python_pool, until

OFF = {"after_jobs": "off", "after": "off", "memory_soft": "off", "memory_hard": "off"}


def recycled_pool(recycle: dict | None = None, **changes) -> dict:
    return python_pool(recycle={**OFF, **(recycle or {})}, **changes)


def seconds(attempt: dict) -> float:
    """How long an attempt took."""
    ends = [datetime.datetime.fromisoformat(attempt[key].replace("Z", "+00:00")) for key in ("started_at", "ended_at")]
    return (ends[1] - ends[0]).total_seconds()


class Recycling(unittest.TestCase):
    def daemon(self, pool: dict, environment: dict | None = None, **settings) -> Daemon:
        daemon = Daemon({"pool": pool}, environment=environment, **settings)
        self.addCleanup(daemon.remove)
        pool["environment"]["JOBSUP_TEST_OUTPUT"] = str(daemon.directory / "runs")
        daemon.write(pools={"pool": pool}, types=settings.get("types", {}))
        daemon.start()
        count = pool["processes"]
        until(lambda: daemon.json("pool", "pool")["ready"] == count, lambda: f"{count} are ready:\n{daemon.tail()}")
        return daemon

    def enqueue(self, daemon: Daemon, *jobs: dict) -> list[str]:
        text = "".join(json.dumps(job) + "\n" for job in jobs)
        return [
            json.loads(line)["task_id"] for line in daemon.jobsup("enqueue", "--json", stdin=text).stdout.splitlines()
        ]

    def capacity(self, daemon: Daemon, low: list) -> dict:
        """The pool; a moment with too few workers is noted."""
        pool = daemon.json("pool", "pool")
        if pool["ready"] + pool["busy"] < pool["wanted"]:
            low.append({key: pool[key] for key in ("ready", "busy", "starting", "draining")})
        return pool

    def assert_recycled_well(self, daemon: Daemon, pool: dict, low: list) -> None:
        self.assertEqual(low, [], "moments with fewer workers than wanted")
        self.assertEqual((pool["restarts"], pool["health"]), (0, "healthy"))
        self.assertEqual({(end["cause"], end["expected"]) for end in pool["ends"]}, {("recycled", True)}, daemon.tail())

    def test_after_jobs(self):
        daemon = self.daemon(recycled_pool({"after_jobs": 5}))
        low, ids, pool = [], [], {}

        def flow():
            keys = [f"{len(ids) + offset}" for offset in range(10)]
            ids.extend(self.enqueue(daemon, *({"type": "record", "payload": {"key": key}} for key in keys)))
            pool.update(self.capacity(daemon, low))
            return pool["recycled"] >= 8 and len(ids) >= 300

        until(flow, lambda: f"workers are replaced:\n{daemon.tail()}")
        until(
            lambda: daemon.json("status")["totals"]["completed"] == len(ids), lambda: f"all is done:\n{daemon.tail()}"
        )
        self.assert_recycled_well(daemon, self.capacity(daemon, low), low)
        lines = [line.split() for line in (daemon.directory / "runs").read_text().splitlines()]
        runs = collections.Counter((line[0], line[1]) for line in lines)
        self.assertEqual(set(runs.values()), {1}, "a job ran twice")
        self.assertEqual(len(runs), 2 * len(ids), "each has begun and ended")
        self.assertGreater(len({line[2] for line in lines}), 8, "in many processes")

    def test_workers_leave_at_different_counts(self):
        daemon = self.daemon(recycled_pool({"after_jobs": 100}, processes=3))
        counts: list[int] = []

        def flow():
            # Slow enough that each is settled by itself.
            self.enqueue(daemon, *({"type": "sleep", "payload": {"seconds": 0.01}} for _ in range(60)))
            counts[:] = map(
                int, re.findall(r"replacing worker pool-\d+: recycled after (\d+) jobs", daemon.log.read_text())
            )
            return len(counts) >= 6

        until(flow, lambda: f"workers are replaced:\n{daemon.tail()}")
        self.assertGreaterEqual(min(counts), 90, "more than a tenth too early")
        self.assertLess(min(counts), 100, f"the limit is drawn a little below: {counts}")
        self.assertGreater(len(set(counts)), 1, f"they leave together: {counts}")

    def test_by_age(self):
        daemon = self.daemon(recycled_pool({"after": "700ms"}))
        low, ids = [], []

        def flow():
            ids.extend(self.enqueue(daemon, *({"type": "sleep", "payload": {"seconds": 0.02}} for _ in range(4))))
            return self.capacity(daemon, low)["recycled"] >= 4

        until(flow, lambda: f"workers are replaced:\n{daemon.tail()}")
        until(
            lambda: daemon.json("status")["totals"]["completed"] == len(ids), lambda: f"all is done:\n{daemon.tail()}"
        )
        self.assert_recycled_well(daemon, self.capacity(daemon, low), low)

    def test_over_the_soft_limit_the_job_is_finished_first(self):
        daemon = self.daemon(recycled_pool({"memory_soft": "100MiB"}, processes=1))
        low: list = []
        path = daemon.directory / "leaking"
        ids = [daemon.enqueue("leak", {"mebibytes": 20}) for _ in range(5)]
        ids.append(daemon.enqueue("leak", {"mebibytes": 20, "path": str(path)}))
        until(
            lambda: path.exists() and self.capacity(daemon, low)["draining"] == 1,
            lambda: f"its replacement is there, and it is still at work:\n{daemon.tail()}",
        )
        pid = int(path.read_text())
        self.assertTrue(alive(pid))
        after = daemon.finished(daemon.enqueue("leak", {"mebibytes": 1}))
        self.assertNotEqual(after["result"], pid, "the replacement does what comes")
        path.unlink()
        jobs = [daemon.finished(id) for id in ids]
        self.assertEqual({(job["status"], job["attempt"], len(job["attempts"])) for job in jobs}, {("completed", 1, 0)})
        self.assertEqual({job["result"] for job in jobs}, {pid}, "one worker did them all")
        until(lambda: not alive(pid), "it left")
        pool = until(lambda: (pool := self.capacity(daemon, low))["ends"] and pool, "its end is told")
        self.assert_recycled_well(daemon, pool, low)
        self.assertRegex(
            pool["ends"][0]["message"], r"recycled with 1\d\d MiB, which is more than the soft limit of 100 MiB"
        )
        self.assertEqual(pool["recycled"], 1)

    def test_over_the_hard_limit_the_worker_is_stopped(self):
        """In the process itself, in a child of it, by the limit of a type; all at once, since each takes its time."""
        hard = {"memory_hard": "150MiB"}
        pools = {
            "swell": recycled_pool(hard, processes=1, queues=["swell"]),
            "swell_in_child": recycled_pool(hard, processes=1, queues=["swell_in_child"]),
            "swell_by_type": recycled_pool(processes=1, queues=["swell_by_type"]),
        }
        types = {name: {"max_attempts": 1, "queue": name} for name in pools}
        types["swell_by_type"]["memory_limit"] = "100MiB"
        daemon = Daemon(pools, types=types).start()
        self.addCleanup(daemon.remove)
        ids = {type: daemon.enqueue(type, {"mebibytes": 300, "path": str(daemon.directory / type)}) for type in pools}
        bystanders = [daemon.enqueue("add", {"a": 1, "b": 2}, "--queue", type) for type in pools]
        for type, id in ids.items():
            job = daemon.finished(id)
            error = job["error"]
            self.assertEqual((job["status"], error["cause"], error["type"]), ("failed", "quarantined", "MemoryLimit"))
            self.assertEqual(job["attempt"], 1, "it uses no attempt")
            self.assertEqual([each["cause"] for each in job["attempts"]], ["memory", "memory", "quarantined"])
            # An interval of 5 s until it is measured, and 2 s to end by itself.
            self.assertLess(max(map(seconds, job["attempts"])), 20, "it is stopped soon")
            self.assertFalse(alive(int((daemon.directory / type).read_text())), "whoever had the memory is gone")
            limit = 100 if type == "swell_by_type" else 150
            self.assertRegex(
                error["message"],
                rf"^3 workers died running it, the last: worker {type}-\d+ was stopped at [123]\d\d MiB, "
                rf"over its hard limit of {limit} MiB$",
            )
            pool = daemon.json("pool", type)
            self.assertEqual([end["cause"] for end in pool["ends"]], ["memory_limit"] * 3)
            self.assertEqual(pool["health"], "healthy")
            self.assertGreater(pool["ends"][0]["peak_rss_bytes"], limit << 20)
        for id in bystanders:
            self.assertEqual(daemon.finished(id)["result"], 3)

    def test_a_warning_is_given_once(self):
        daemon = self.daemon(recycled_pool({"memory_soft": "400MiB"}, processes=1))
        warnings = lambda: re.findall(r"has (\d+) MiB of memory; its limit is 400 MiB", daemon.log.read_text())
        daemon.finished(daemon.enqueue("leak", {"mebibytes": 220}))
        rss = lambda: daemon.workers()[0]["rss_bytes"] >> 20
        until(lambda: rss() > 220, "it was measured")
        self.assertEqual(warnings(), [])
        # The figure changes with each sweep only: three were made above three quarters.
        for least in (310, 320, 330):
            daemon.finished(daemon.enqueue("leak", {"mebibytes": least - rss()}))
            until(lambda: rss() >= least, "it was measured again", 15)
        self.assertEqual(len(warnings()), 1, daemon.tail())
        self.assertGreater(int(warnings()[0]), 300)
        self.assertEqual(daemon.json("pool", "pool")["recycled"], 0)

    def test_settings_in_the_environment(self):
        pool = python_pool(processes=1)
        daemon = self.daemon(
            pool,
            {
                "WORKER_RECYCLE_AFTER_JOBS": "9",
                "WORKER_MEMORY_SOFT_LIMIT": "150",
                "WORKER_MEMORY_HARD_LIMIT": "300",
                "MEMORY_WARNING_THRESHOLD": "50",
            },
        )
        seen = lambda pattern: until(
            lambda: re.search(pattern, daemon.log.read_text()), lambda: f"{pattern}:\n{daemon.tail()}", 20
        )
        self.enqueue(daemon, *({"type": "add", "payload": {"a": 1, "b": 1}} for _ in range(9)))
        seen(r"recycled after 9 jobs")
        until(lambda: daemon.json("pool", "pool")["recycled"] == 1, "replaced")
        daemon.finished(daemon.enqueue("leak", {"mebibytes": 80}))
        seen(r"has (8|9|1\d)\d MiB of memory; its limit is 150 MiB")
        daemon.finished(daemon.enqueue("leak", {"mebibytes": 80}))
        seen(r"recycled with 1[6-9]\d MiB, which is more than the soft limit of 150 MiB")
        until(lambda: daemon.json("pool", "pool")["recycled"] == 2, "replaced")
        path = daemon.directory / "pid"
        daemon.enqueue("swell", {"mebibytes": 400, "path": str(path)})
        seen(r"was stopped at [345]\d\d MiB, over its hard limit of 300 MiB")

    def test_ages_and_limits_of_types_in_the_environment(self):
        # Two seconds, as a part of an hour.
        environment = {"WORKER_RECYCLE_AFTER_HOURS": "0.00056", "MEMORY_LIMIT_SWELL": "100"}
        daemon = self.daemon(python_pool(processes=1), environment, types={"swell": {"max_attempts": 1}})
        until(lambda: daemon.json("pool", "pool")["recycled"] >= 1, lambda: f"replaced:\n{daemon.tail()}", 20)
        self.assertRegex(daemon.log.read_text(), r"replacing worker pool-1: recycled after (1|2)\d* (ms|s)")
        daemon.enqueue("swell", {"mebibytes": 300, "path": str(daemon.directory / "pid")})
        until(lambda: "over its hard limit of 100 MiB" in daemon.log.read_text(), daemon.tail, 20)


if __name__ == "__main__":
    unittest.main()
