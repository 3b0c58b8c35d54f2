"""Every acknowledged job runs, however the daemon and its workers die."""

from __future__ import annotations

import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from harness import PYTHON_LIBRARY, Daemon, alive, python_pool, until

from jobsup import Client

ROUNDS = int(os.environ.get("JOBSUP_CHAOS_ROUNDS", "100"))


class Chaos(unittest.TestCase):
    def daemon(self, pool: dict, **settings) -> Daemon:
        daemon = Daemon({"py": pool}, **settings)
        self.addCleanup(daemon.remove)
        return daemon

    def assert_as_recorded(self, daemon: Daemon, output: str) -> Runs:
        """What the daemon says and what the workers wrote agree: what completed ran to its end, nothing ran twice at once."""
        runs = Runs(output)
        self.assertEqual(runs.overlaps, [], "a job ran in two workers at once")
        totals = daemon.json("status")["totals"]
        self.assertEqual(
            {state: count for state, count in totals.items() if count and state not in ("completed", "failed")}, {}
        )
        failed = daemon.json("job", "list", "--state", "failed", "--limit", "1000")["tasks"]
        self.assertEqual(totals["failed"], len(failed))
        for id in [job["task_id"] for job in failed]:
            job = daemon.job(id)
            kills = [attempt for attempt in job["attempts"] if attempt["type"] == "SIGKILL"]
            self.assertEqual((job["error"]["cause"], len(kills) >= 3), ("quarantined", True), job)
        failed_keys = {daemon.job(job["task_id"])["payload"]["key"] for job in failed}
        # A job that failed may have come to its end, too: its worker can die before the daemon has heard of that.
        self.assertEqual(totals["completed"], len(runs.ended - failed_keys), "a completed job has no end, or the reverse")
        return runs

    def test_kill_9_of_the_daemon_under_load(self):
        random.seed(7)
        pool = python_pool(processes=2)
        daemon = self.daemon(pool)
        output = str(daemon.directory / "runs")
        pool["environment"]["JOBSUP_TEST_OUTPUT"] = output
        daemon.config.write_text(json.dumps({**json.loads(daemon.config.read_text()), "pools": {"py": pool}}))
        acknowledged: list[str] = []
        orphans: list[int] = []
        for round in range(ROUNDS):
            daemon.start(wait=False)
            socket = daemon.runtime / "client.sock"
            stop = threading.Event()
            workers: list[int] = []

            def produce():
                number = 0
                while not stop.is_set():
                    keys = [f"{round}-{number + offset}" for offset in range(5)]
                    number += 5
                    try:
                        with Client(str(socket), timeout=5) as client:
                            client.enqueue_many([("record", {"key": key}) for key in keys])
                    except Exception:
                        # Not acknowledged: it may be there or not. The socket may not be there yet.
                        time.sleep(0.002)
                        continue
                    acknowledged.extend(keys)

            before = len(acknowledged)
            producer = threading.Thread(target=produce)
            producer.start()
            until(lambda: len(acknowledged) > before, f"round {round}: something is acknowledged:\n{daemon.tail()}")
            time.sleep(random.uniform(0, 0.25))
            workers = children_of(daemon.process.pid)
            daemon.kill()
            stop.set()
            producer.join()
            orphans += workers
        until(lambda: not [pid for pid in orphans if alive(pid)], "no worker outlives its daemon")
        daemon.start()
        until(lambda: waiting(daemon) == 0, f"all is done; the log:\n{daemon.tail()}", 300)
        runs = self.assert_as_recorded(daemon, output)
        lost = [key for key in acknowledged if key not in runs.ended]
        self.assertEqual(lost, [], f"{len(lost)} of {len(acknowledged)} acknowledged jobs were never run to the end")
        print(f"\n{ROUNDS} rounds of kill -9, {len(acknowledged)} acknowledged jobs, 0 lost, 0 under two leases")
        self.assertEqual(daemon.stop(), 0)

    def test_kill_9_and_stop_of_workers_under_load(self):
        random.seed(11)
        pool = python_pool(processes=3, stop_grace="200ms")
        pool["environment"]["JOBSUP_TEST_OUTPUT"] = ""
        daemon = self.daemon(
            pool, types={"record": {"timeout": "2s", "max_attempts": 50, "backoff": ["1ms"]}}
        )
        output = str(daemon.directory / "runs")
        pool["environment"]["JOBSUP_TEST_OUTPUT"] = output
        daemon.config.write_text(json.dumps({**json.loads(daemon.config.read_text()), "pools": {"py": pool}}))
        daemon.start()
        keys = [str(number) for number in range(3000)]
        with Client(str(daemon.runtime)) as client:
            client.enqueue_many([("record", {"key": key}) for key in keys])
        kills = 0
        for number in range(30):
            pids = [worker["pid"] for worker in daemon.workers() if worker["state"] in ("ready", "busy")]
            if pids:
                os.kill(random.choice(pids), signal.SIGSTOP if number % 10 == 9 else signal.SIGKILL)
                kills += 1
            time.sleep(0.05)
        until(lambda: waiting(daemon) == 0, f"all is done; the log:\n{daemon.tail()}", 300)
        runs = self.assert_as_recorded(daemon, output)
        totals = daemon.json("status")["totals"]
        self.assertEqual(totals["completed"] + totals["failed"], len(keys))
        self.assertEqual([key for key in keys if key not in runs.started], [])
        self.assertGreater(kills, 10)

    def test_the_job_of_a_killed_worker_runs_again_with_the_cause_recorded(self):
        daemon = self.daemon(python_pool()).start()
        path = str(daemon.directory / "once")
        job = daemon.finished(daemon.enqueue("die_once", {"path": path}))
        self.assertEqual((job["status"], job["result"], job["crashes"]), ("completed", "survived", 1))
        self.assertEqual(job["attempts"][0]["type"], "SIGKILL")
        self.assertEqual(job["attempt"], 1)

    def test_a_job_that_kills_three_workers_is_quarantined(self):
        daemon = self.daemon(python_pool()).start()
        job = daemon.finished(daemon.enqueue("die"))
        self.assertEqual((job["status"], job["error"]["cause"]), ("failed", "quarantined"))
        self.assertEqual(len(job["attempts"]), 3)

    def test_a_worker_that_closes_all_its_descriptors(self):
        daemon = self.daemon(python_pool(stop_grace="300ms")).start()
        path = str(daemon.directory / "once")
        job = daemon.finished(daemon.enqueue("close_everything", {"path": path}))
        self.assertEqual((job["status"], job["result"]), ("completed", "second"))

    def test_a_worker_that_leaves_a_grandchild_with_its_descriptors(self):
        daemon = self.daemon(python_pool()).start()
        path = str(daemon.directory / "once")
        job = daemon.finished(daemon.enqueue("leave_grandchild", {"path": path}))
        self.assertEqual((job["status"], job["result"]), ("completed", "second"))
        grandchild = int(pathlib.Path(path).read_text())
        until(lambda: not alive(grandchild), "the grandchild is gone")

    def test_a_stopped_worker_loses_its_job_by_the_timeout(self):
        daemon = self.daemon(
            python_pool(processes=1, stop_grace="200ms"),
            types={"sleep": {"timeout": "500ms", "max_attempts": 2, "backoff": ["1ms"]}},
        ).start()
        id = daemon.enqueue("sleep", {"seconds": 0.1})
        daemon.finished(id)
        worker = until(lambda: [w for w in daemon.workers() if w["state"] == "ready"], "one is ready")[0]
        os.kill(worker["pid"], signal.SIGSTOP)
        job = daemon.finished(daemon.enqueue("sleep", {"seconds": 60}))
        self.assertEqual(job["status"], "timeout")
        self.assertEqual([attempt["cause"] for attempt in job["attempts"]], ["timeout", "timeout"])
        self.assertFalse(alive(worker["pid"]))


def waiting(daemon: Daemon) -> int:
    totals = daemon.json("status")["totals"]
    return totals["pending"] + totals["queued"] + totals["processing"]


def children_of(pid: int) -> list[int]:
    try:
        return [
            int(child)
            for task in os.listdir(f"/proc/{pid}/task")
            for child in pathlib.Path(f"/proc/{pid}/task/{task}/children").read_text().split()
        ]
    except OSError:
        return []


class Runs:
    """What the task `record` wrote: which keys were started, which came to their end, which ran in two workers at once."""

    def __init__(self, output: str):
        self.started: set[str] = set()
        self.ended: set[str] = set()
        self.overlaps: list[str] = []
        under_way: dict[str, int] = {}
        for line in pathlib.Path(output).read_text().splitlines():
            word, key, process, _ = line.split()
            if word == "start":
                self.started.add(key)
                under_way[key] = int(process)
            elif word == "end":
                self.ended.add(key)
                # A start of another process between start and end: then the locks did not work.
                if under_way.get(key) != int(process):
                    self.overlaps.append(line)
            else:
                self.overlaps.append(line)


class OverlapTests(unittest.TestCase):
    """Whether a job that runs twice at once would be seen."""

    def setUp(self):
        self.output = tempfile.NamedTemporaryFile(prefix="jobsup-test-")
        self.addCleanup(self.output.close)
        self.addCleanup(lambda: os.unlink(self.output.name + ".locks"))

    def worker(self, body: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-c", f"import os, sys, time, tasks\n{body}"], cwd=pathlib.Path(__file__).parent,
            env={**os.environ, "PYTHONPATH": str(PYTHON_LIBRARY), "JOBSUP_TEST_OUTPUT": self.output.name},
            stdin=subprocess.PIPE,
        )

    def run_one(self) -> Runs:
        with self.worker("tasks.record.function('k')") as worker:
            self.assertEqual(worker.wait(60), 0)
        return Runs(self.output.name)

    def test_two_at_once_are_seen_until_the_first_is_dead(self):
        # Cut off in the middle, while it stands still.
        first = self.worker("tasks.time.sleep = lambda _: sys.stdin.read()\ntasks.record.function('k')")
        until(lambda: Runs(self.output.name).started, "the first has started")
        os.kill(first.pid, signal.SIGSTOP)
        self.assertEqual(len(self.run_one().overlaps), 1)
        first.kill()
        first.communicate()
        runs = self.run_one()
        self.assertEqual((len(runs.overlaps), runs.ended), (1, {"k"}))


if __name__ == "__main__":
    unittest.main()
