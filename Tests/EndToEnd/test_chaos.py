"""Every acknowledged job runs, however the daemon and its workers die."""

import json
import os
import pathlib
import random
import signal
import threading
import time
import unittest

from harness import Daemon, alive, python_pool, until

from jobsup import Client

ROUNDS = int(os.environ.get("JOBSUP_CHAOS_ROUNDS", "100"))


class Chaos(unittest.TestCase):
    def daemon(self, pool: dict, **settings) -> Daemon:
        daemon = Daemon({"py": pool}, **settings)
        self.addCleanup(daemon.remove)
        return daemon

    def runs_of(self, path: str) -> dict[str, list[tuple[int, int, int | None]]]:
        """The (pid, start, end) of every run by key; the end of a run that was cut off is None."""
        runs: dict[str, list] = {}
        for line in pathlib.Path(path).read_text().splitlines():
            word, key, pid, at = line.split()
            if word == "start":
                runs.setdefault(key, []).append([int(pid), int(at), None])
            else:
                open_run = next(run for run in reversed(runs[key]) if run[0] == int(pid) and run[2] is None)
                open_run[2] = int(at)
        return {key: [tuple(run) for run in value] for key, value in runs.items()}

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
        runs = self.runs_of(output)
        lost = [key for key in acknowledged if not any(end for _, _, end in runs.get(key, []))]
        self.assertEqual(lost, [], f"{len(lost)} of {len(acknowledged)} acknowledged jobs were never run to the end")
        twice = [key for key, list in runs.items() if overlap(list)]
        self.assertEqual(twice, [], "no job runs in two workers at once")
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
        runs = self.runs_of(output)
        self.assertEqual([key for key in keys if key not in runs], [])
        self.assertEqual([key for key, list in runs.items() if overlap(list)], [])
        totals = daemon.json("status")["totals"]
        self.assertEqual(totals["completed"] + totals["failed"] + totals["timeout"], len(keys))
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


def overlap(runs: list) -> bool:
    """Whether two runs that both came to their end were under way at once."""
    ended = sorted((start, end) for _, start, end in runs if end)
    return any(first[1] > second[0] for first, second in zip(ended, ended[1:]))


if __name__ == "__main__":
    unittest.main()
