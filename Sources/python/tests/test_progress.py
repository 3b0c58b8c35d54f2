"""Progress: seen at once, not too often, and the last report always."""

from __future__ import annotations

import json
import threading
import time

import jobsup
from jobsup import frames
from jobsup.progress import STAGE_LIMIT

from .test_worker import WorkerCase


class ProgressCase(WorkerCase):
    def add_tasks(self) -> None:
        self.outside: list[jobsup.Job] = []

        @self.app.task
        def report(calls, pause, after=0.0):
            job = jobsup.current_job()
            for number in range(1, calls + 1):
                job.progress(number, calls, "count", f"number {number}")
                time.sleep(pause)
            time.sleep(after)

        @self.app.task
        def odd(current, total, stage="", message=""):
            jobsup.current_job().progress(current, total, stage, message)

        @self.app.task
        def from_thread():
            job = jobsup.current_job()
            thread = threading.Thread(target=job.progress, args=(1, 2))
            thread.start()
            thread.join()

        @self.app.task
        def facts():
            job = jobsup.current_job()
            self.outside.append(job)
            return [
                job.id, job.attempt, job.max_attempts, job.is_last_attempt, job.type, job.queue, job.timeout_seconds,
                job.enqueued_at.isoformat(), job.cancelled, repr(job),
            ]  # fmt: skip


class Progress(ProgressCase):
    def test_the_job_knows_itself(self) -> None:
        self.daemon.job(7, "facts", attempt=2, max_attempts=3, timeout_ms=2500, queue="mail")
        result = json.loads(self.daemon.expect(frames.DONE)["result"])
        self.assertEqual(
            result,
            [7, 2, 3, False, "facts", "mail", 2.5, "2023-11-14T22:13:20+00:00", False, "<Job 7 facts attempt 2/3>"],
        )
        self.daemon.job(8, "facts", attempt=3, max_attempts=3)
        result = json.loads(self.daemon.expect(frames.DONE)["result"])
        self.assertEqual((result[3], result[6]), (True, None))

    def test_reports_are_at_most_ten_a_second(self) -> None:
        begin = time.monotonic()
        self.daemon.job(1, "report", b"[300, 0.002]")
        reports = []
        while True:
            kind, fields = self.daemon.next()
            if kind == frames.DONE:
                break
            reports.append(fields["current"])
        self.assertLessEqual(len(reports), (time.monotonic() - begin) * 10 + 2)
        self.assertGreater(len(reports), 3)
        self.assertEqual(reports, sorted(reports))
        self.assertEqual(reports[-1], 300)

    def test_the_last_report_comes_although_the_handler_goes_on_silently(self) -> None:
        self.daemon.job(1, "report", b"[5, 0, 1.5]")
        begin = time.monotonic()
        self.assertEqual(self.daemon.expect(frames.PROGRESS)["current"], 1)
        self.assertEqual(self.daemon.expect(frames.PROGRESS)["current"], 5)
        self.assertLess(time.monotonic() - begin, 1.0)
        self.daemon.expect(frames.DONE)

    def test_odd_reports(self) -> None:
        self.daemon.job(1, "odd", b"[-1, 3]")
        self.assertEqual(self.daemon.expect(frames.FAIL)["error_type"], "ValueError")
        self.daemon.job(2, "odd", b"[1e12, 3.7]")
        report = self.daemon.expect(frames.PROGRESS)
        self.assertEqual((report["current"], report["total"]), (2**32 - 1, 3))
        self.daemon.expect(frames.DONE)
        self.daemon.job(3, "odd", json.dumps([1, 2, "ä" * 1000, "m" * 100_000]).encode())
        report = self.daemon.expect(frames.PROGRESS)
        self.assertEqual(report["stage"], "ä" * (STAGE_LIMIT // 2))
        self.assertLess(len(report["message"]), 10_000)
        self.daemon.expect(frames.DONE)
        self.daemon.job(4, "odd", b"[1, 2, null, {}]")
        report = self.daemon.expect(frames.PROGRESS)
        self.assertEqual((report["stage"], report["message"]), ("None", "{}"))

    def test_from_another_thread(self) -> None:
        self.daemon.job(1, "from_thread")
        self.assertEqual(self.daemon.expect(frames.PROGRESS)["total"], 2)
        self.daemon.expect(frames.DONE)

    def test_a_report_after_the_end_is_dropped(self) -> None:
        self.daemon.job(1, "facts")
        self.daemon.expect(frames.DONE)
        self.outside[0].progress(1, 1)
        self.assertTrue(self.daemon.silent_for(0.15))
        self.drained()


class StoppedClock(ProgressCase):
    """No tenth of a second ever passes."""

    clock = staticmethod(lambda: 5.0)

    def test_one_report_goes_at_once_and_the_last_before_the_result(self) -> None:
        self.daemon.job(1, "report", b"[1000, 0]")
        first = self.daemon.expect(frames.PROGRESS)
        self.assertEqual((first["current"], first["total"], first["stage"]), (1, 1000, "count"))
        self.assertEqual((first["job"], first["lease"]), (1, 1001))
        last = self.daemon.expect(frames.PROGRESS)
        self.assertEqual((last["current"], last["message"]), (1000, "number 1000"))
        self.daemon.expect(frames.DONE)
