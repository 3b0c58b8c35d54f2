"""The main job with workers of the Swift library."""

import json
import os
import signal
import unittest

from harness import BUILD, Daemon, alive, until


def swift_pool(**changes) -> dict:
    return {
        "command": [str(BUILD / "SwiftWorkerFixture")],
        "queues": ["default"],
        "processes": 2,
        "concurrency": 4,
        "stop_grace": "500ms",
        **changes,
    }


class SwiftWorkers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        types = {
            "fail": {"max_attempts": 2, "backoff": ["10ms"]},
            "no_such_type": {"max_attempts": 2, "backoff": ["10ms"]},
            "hang": {"timeout": "500ms", "max_attempts": 1},
        }
        cls.daemon = Daemon({"swift": swift_pool()}, types=types).start()

    @classmethod
    def tearDownClass(cls):
        cls.daemon.stop()
        cls.daemon.remove()

    def test_payload_and_result_pass_unchanged(self):
        for payload in [None, "größe\n\u0000", [1, {"a": [2.5, -0.0]}], {"long": "x" * 60_000}]:
            job = self.daemon.finished(self.daemon.enqueue("echo", payload))
            self.assertEqual((job["status"], job.get("result")), ("completed", payload))

    def test_an_error_is_retried_and_recorded(self):
        job = self.daemon.finished(self.daemon.enqueue("fail"))
        self.assertEqual((job["status"], job["attempt"]), ("failed", 2))
        self.assertIn("broken on purpose", job["error"]["message"])
        self.assertEqual([attempt["cause"] for attempt in job["attempts"]], ["error", "error"])

    def test_an_unknown_type_is_told(self):
        # And tried again: in a rolling update the next worker may know it.
        job = self.daemon.finished(self.daemon.enqueue("no_such_type"))
        self.assertEqual((job["status"], job["attempt"]), ("failed", 2))
        self.assertEqual([attempt["cause"] for attempt in job["attempts"]], ["error", "error"])
        self.assertEqual(job["error"]["type"], "UnknownTask")
        self.assertIn("no_such_type", job["error"]["message"])

    def test_a_job_enqueues_its_follow_up(self):
        follower = self.daemon.finished(self.daemon.enqueue("follow_up", {"n": 1}))["result"]
        self.assertEqual(self.daemon.finished(follower)["result"], {"n": 1})

    def test_progress_is_seen_and_a_handler_sees_its_cancellation(self):
        id = self.daemon.enqueue("progress", {"steps": 10_000, "seconds": 0.01}, "--timeout", "600s")
        progress = until(lambda: self.daemon.job(id).get("progress"), "progress is shown")
        self.assertEqual((progress["total"], progress["stage"]), (10_000, "stepping"))
        pids = sorted(worker["pid"] for worker in self.daemon.workers())
        self.daemon.jobsup("job", "cancel", id)
        self.assertEqual(self.daemon.finished(id)["status"], "cancelled")
        # It ended by itself: nobody had to be killed for it.
        self.assertEqual(sorted(worker["pid"] for worker in self.daemon.workers()), pids)

    def test_one_process_runs_as_many_jobs_as_it_has_slots(self):
        daemon = Daemon({"swift": swift_pool(processes=1)}).start()
        self.addCleanup(daemon.remove)
        ids = [daemon.enqueue("sleep", {"seconds": 600}, "--timeout", "700s") for _ in range(6)]
        until(lambda: daemon.json("queue", "default")["processing"] >= 4, "the slots are full")
        running = [id for id in ids if daemon.job(id)["status"] == "processing"]
        self.assertEqual(running[:4], ids[:4])
        for id in ids:
            daemon.jobsup("job", "cancel", id)
        for id in ids:
            self.assertEqual(daemon.finished(id)["status"], "cancelled")

    def test_a_handler_that_heeds_nothing_is_ended_by_its_timeout(self):
        job = self.daemon.finished(self.daemon.enqueue("hang"))
        self.assertEqual((job["status"], job["error"]["cause"]), ("timeout", "timeout"))

    def test_a_job_that_kills_its_workers_is_quarantined(self):
        job = self.daemon.finished(self.daemon.enqueue("crash"))
        self.assertEqual((job["status"], job["error"]["cause"]), ("failed", "quarantined"))
        self.assertEqual({attempt["type"] for attempt in job["attempts"]}, {"SIGKILL"})

    def test_a_worker_that_is_asked_to_end_finishes_first(self):
        daemon = Daemon({"swift": swift_pool(processes=1)}).start()
        self.addCleanup(daemon.remove)
        [pid] = [worker["pid"] for worker in daemon.workers()]
        id = daemon.enqueue("sleep", {"seconds": 1})
        until(lambda: daemon.job(id)["status"] == "processing", "it runs")
        os.kill(pid, signal.SIGTERM)
        job = daemon.finished(id)
        self.assertEqual((job["status"], job["crashes"]), ("completed", 0))
        until(lambda: not alive(pid), "the worker is gone")
        until(lambda: [w for w in daemon.workers() if w["pid"] != pid and w["state"] == "ready"], "another is there")

    def test_stop_waits_for_the_running_job(self):
        daemon = Daemon({"swift": swift_pool()}).start()
        self.addCleanup(daemon.remove)
        id = daemon.enqueue("sleep", {"seconds": 1})
        until(lambda: daemon.job(id)["status"] == "processing", "it runs")
        pids = [worker["pid"] for worker in daemon.workers()]
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual([pid for pid in pids if alive(pid)], [])
        daemon.start()
        self.assertEqual(daemon.job(id)["status"], "completed")

    def test_all_of_a_stream_is_done_though_workers_are_killed(self):
        daemon = Daemon({"swift": swift_pool(processes=3)}).start()
        self.addCleanup(daemon.remove)
        count = 20_000
        lines = "\n".join(json.dumps({"type": "echo", "payload": number}) for number in range(count))
        daemon.jobsup("enqueue", "--json", stdin=lines)
        # Work of which some is always under way in each worker.
        slow = [daemon.enqueue("sleep", {"seconds": 0.05}) for _ in range(40)]
        # Twice only: a job that is there each of three times would be quarantined.
        for _ in range(2):
            ready = until(
                lambda: [w["pid"] for w in daemon.workers() if w["state"] in ("ready", "busy")], "workers are ready"
            )
            os.kill(ready[0], signal.SIGKILL)
        for id in slow:
            daemon.finished(id)
        totals = until(
            lambda: (t := daemon.json("status")["totals"])["completed"] == count + len(slow) and t, "all are done"
        )
        self.assertEqual((totals["queued"], totals["processing"], totals["failed"]), (0, 0, 0))


if __name__ == "__main__":
    unittest.main()
