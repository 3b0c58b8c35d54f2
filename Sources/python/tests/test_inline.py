"""Jobs run inline in users' tests."""

from __future__ import annotations

import asyncio
import unittest

import jobsup


class Inline(unittest.TestCase):
    def setUp(self) -> None:
        self.app = jobsup.App()
        self.order: list[object] = []

        @self.app.task
        def add(a, b=1):
            jobsup.current_job().progress(1, 2, "half")
            self.order.append(("add", a, b))
            return {"sum": a + b}

        @self.app.task
        def parent(count):
            for number in range(count):
                add.enqueue(number)
            self.order.append("parent ends")

        @self.app.task
        def flaky(failures):
            job = jobsup.current_job()
            self.order.append((job.attempt, job.is_last_attempt))
            if job.attempt <= failures:
                raise OSError("again")
            return "at last"

        @self.app.task
        def snoozy():
            self.order.append(jobsup.current_job().attempt)
            if len(self.order) < 4:
                raise jobsup.Snooze(3600)

        @self.app.task
        def discard():
            raise jobsup.Discard("no")

        @self.app.task
        def forever():
            forever.enqueue()

        @self.app.task
        async def coroutine(value):
            await asyncio.sleep(0)
            return [value, jobsup.current_job().type]

        @self.app.task(raw=True)
        def raw(payload):
            return payload * 2

        self.add, self.parent, self.flaky, self.snoozy = add, parent, flaky, snoozy
        self.discard, self.forever, self.coroutine, self.raw = discard, forever, coroutine, raw

    def test_a_job_runs_at_once(self) -> None:
        with self.app.testing() as jobs:
            id = self.add.enqueue(2, 3)
            self.assertEqual(jobs[0].result, {"sum": 5})
            self.add.options(delay=100, queue="slow").enqueue(a=4)
        self.assertEqual((id, len(jobs)), (1, 2))
        self.assertEqual([job.state for job in jobs], ["completed", "completed"])
        self.assertEqual(jobs[0].reports, [(1, 2, "half", "")])
        self.assertEqual((jobs[1].new.queue, jobs[1].new.delay), ("slow", 100))

    def test_children_run_after_their_parent(self) -> None:
        with self.app.testing() as jobs:
            self.parent.enqueue(2)
        self.assertEqual(self.order, ["parent ends", ("add", 0, 1), ("add", 1, 1)])
        self.assertEqual([job.type for job in jobs], ["parent", "add", "add"])

    def test_retries_follow_at_once(self) -> None:
        with self.app.testing() as jobs:
            self.flaky.options(max_attempts=3).enqueue(2)
        self.assertEqual(self.order, [(1, False), (2, False), (3, True)])
        self.assertEqual((jobs[0].attempts, jobs[0].result), (3, "at last"))

    def test_the_last_error_is_raised_or_kept(self) -> None:
        with self.app.testing() as jobs, self.assertRaisesRegex(OSError, "again"):
            self.flaky.enqueue(9)
        self.assertEqual((jobs[0].state, jobs[0].attempts), ("failed", 5))
        with self.app.testing(raise_errors=False) as jobs:
            self.flaky.enqueue(9)
            self.discard.enqueue()
        self.assertIsInstance(jobs[0].error, OSError)
        self.assertEqual((jobs[1].state, jobs[1].attempts), ("failed", 1))

    def test_a_snooze_uses_no_attempt(self) -> None:
        with self.app.testing() as jobs:
            self.snoozy.enqueue()
        self.assertEqual(self.order, [1, 1, 1, 1])
        self.assertEqual((jobs[0].attempts, jobs[0].snoozes), (1, 3))

    def test_a_job_that_never_ends_is_stopped(self) -> None:
        with self.app.testing(), self.assertRaisesRegex(jobsup.JobsupError, "for ever"):
            self.forever.enqueue()

    def test_a_key_gives_the_first_job_back(self) -> None:
        with self.app.testing() as jobs:
            first = self.add.options(key="k").enqueue(1)
            second = self.add.options(key="k").enqueue(2)
        self.assertEqual((first, first.existing, second, second.existing), (1, False, 1, True))
        self.assertEqual(len(jobs), 1)

    def test_coroutines_with_and_without_a_running_loop(self) -> None:
        async def test() -> None:
            self.coroutine.enqueue(2)

        with self.app.testing() as jobs:
            self.coroutine.enqueue(1)
            asyncio.run(test())
        self.assertEqual([job.result for job in jobs], [[1, "coroutine"], [2, "coroutine"]])

    def test_raw(self) -> None:
        with self.app.testing() as jobs:
            self.raw.enqueue(b"ab")
        self.assertEqual(jobs[0].result, b"abab")

    def test_unknown_tasks_and_wrong_options_are_refused(self) -> None:
        with self.app.testing():
            with self.assertRaises(jobsup.UnknownTask):
                self.app.enqueue(jobsup.NewJob("nobody"))
            with self.assertRaises(ValueError):
                self.add.options(max_attempts=-1).enqueue(1)
            with self.assertRaises(jobsup.JobsupError):
                self.app.testing().__enter__()
