"""Several jobs at once: in threads and on an event loop."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
import unittest

import jobsup
from jobsup import frames

from .peer import wait_until
from .test_worker import WorkerCase

colour: contextvars.ContextVar[str] = contextvars.ContextVar("colour", default="none")


class Threads(WorkerCase):
    slots = 3

    def test_slots_start_in_order_and_run_at_once(self) -> None:
        self.assertEqual(self.hello["slots"], 3)
        self.daemon.socket.sendall(b"".join(self.daemon.job_frame(number, "wait") for number in range(1, 7)))
        wait_until(lambda: len(self.ran) == 3, "three jobs run")
        self.assertEqual(sorted(self.ran), [1, 2, 3])
        self.gate.set()
        settled = [self.daemon.expect(frames.DONE)["job"] for _ in range(6)]
        self.assertEqual(sorted(settled), [1, 2, 3, 4, 5, 6])
        self.assertEqual(sorted(self.ran[:3]), [1, 2, 3])

    def test_a_result_does_not_wait_for_the_other_slots(self) -> None:
        self.daemon.socket.sendall(self.daemon.job_frame(1, "wait") + self.daemon.job_frame(2, "note"))
        self.assertEqual(self.daemon.expect(frames.DONE)["job"], 2)
        self.gate.set()
        self.assertEqual(self.daemon.expect(frames.DONE)["job"], 1)

    def test_thousands_of_jobs_over_all_slots_are_each_settled_once(self) -> None:
        count = 3000
        self.daemon.socket.sendall(b"".join(self.daemon.job_frame(number, "note") for number in range(count)))
        settled = [self.daemon.expect(frames.DONE)["job"] for _ in range(count)]
        self.assertEqual(sorted(settled), list(range(count)))
        self.assertEqual(sorted(self.ran), list(range(count)))

    def test_recall_in_the_middle_of_a_storm_loses_nothing(self) -> None:
        settled: list[int] = []
        for round in range(20):
            numbers = range(round * 100, round * 100 + 100)
            self.daemon.socket.sendall(
                b"".join(self.daemon.job_frame(number, "note") for number in numbers) + frames.encode(frames.RECALL)
            )
            for _ in numbers:
                settled.append(self.daemon.expect(frames.DONE, frames.RETURN)["job"])
        self.assertEqual(sorted(settled), list(range(2000)))
        self.drained()

    def test_cancel_in_the_middle_of_a_storm_settles_each_job_once(self) -> None:
        self.daemon.socket.sendall(
            b"".join(
                self.daemon.job_frame(number, "note") + frames.encode(frames.CANCEL, job=number, lease=number + 1000)
                for number in range(1000)
            )
        )
        settled = [self.daemon.expect(frames.DONE, frames.RETURN)["job"] for _ in range(1000)]
        self.assertEqual(sorted(settled), list(range(1000)))
        self.drained()

    def test_drain_waits_for_every_slot(self) -> None:
        self.daemon.socket.sendall(b"".join(self.daemon.job_frame(number, "wait") for number in range(1, 5)))
        wait_until(lambda: len(self.ran) == 3, "three jobs run")
        self.daemon.send(frames.DRAIN)
        self.assertEqual(self.daemon.expect(frames.RETURN)["job"], 4)
        self.gate.set()
        self.assertEqual(sorted(self.daemon.expect(frames.DONE)["job"] for _ in range(3)), [1, 2, 3])
        self.daemon.expect(frames.BYE)
        self.daemon.close()
        self.assertEqual(self.worker.join(), 0)


class EventLoop(WorkerCase):
    slots = 4

    def add_tasks(self) -> None:
        self.cancelled: list[int] = []
        self.threads: set[str] = set()

        @self.app.task
        async def sleep(seconds=30.0):
            self.ran.append(jobsup.current_job().id)
            try:
                await asyncio.sleep(seconds)
            except asyncio.CancelledError:
                self.cancelled.append(jobsup.current_job().id)
                raise
            return "slept"

        @self.app.task
        async def stubborn():
            self.ran.append(jobsup.current_job().id)
            try:
                await asyncio.sleep(30)
            except asyncio.CancelledError:
                return "stayed"

        @self.app.task
        async def colours(name=None):
            seen = colour.get()
            if name:
                colour.set(name)
            await asyncio.sleep(0)
            return [seen, colour.get()]

        @self.app.task
        async def fail():
            await asyncio.sleep(0)
            raise KeyError("x")

        @self.app.task
        async def block(seconds):
            self.ran.append(jobsup.current_job().id)
            time.sleep(seconds)

        @self.app.task
        async def quick():
            return "quick"

        @self.app.task
        async def inner():
            return await asyncio.gather(self.who(), self.who())

        @self.app.task
        def plain():
            self.threads.add(threading.current_thread().name)
            self.ran.append(jobsup.current_job().id)
            return jobsup.current_job().id

        @self.app.task
        def watch():
            self.ran.append(jobsup.current_job().id)
            jobsup.current_job().cancelled_event.wait(20)
            jobsup.current_job().check_cancelled()

    async def who(self) -> int:
        await asyncio.sleep(0)
        return jobsup.current_job().id

    def test_so_many_at_once_and_no_more(self) -> None:
        self.daemon.socket.sendall(b"".join(self.daemon.job_frame(number, "sleep", b"0.2") for number in range(1, 9)))
        wait_until(lambda: len(self.ran) >= 4, "four jobs run")
        self.assertEqual(self.ran, [1, 2, 3, 4])
        settled = sorted(self.daemon.expect(frames.DONE)["job"] for _ in range(8))
        self.assertEqual(settled, list(range(1, 9)))
        self.assertEqual(self.ran, list(range(1, 9)))
        self.drained()

    def test_cancel_reaches_the_coroutine(self) -> None:
        self.daemon.job(1, "sleep")
        self.daemon.job(2, "stubborn")
        wait_until(lambda: len(self.ran) == 2, "both run")
        self.daemon.cancel(1)
        fields = self.daemon.expect(frames.FAIL)
        self.assertEqual((fields["job"], fields["error_type"], fields["flags"]), (1, "Cancelled", 1))
        self.assertEqual(self.cancelled, [1])
        self.daemon.cancel(2)
        self.assertEqual(self.daemon.expect(frames.DONE)["result"], b'"stayed"')
        self.drained()

    def test_cancel_of_a_waiting_job_returns_it(self) -> None:
        self.daemon.socket.sendall(b"".join(self.daemon.job_frame(number, "sleep") for number in range(1, 7)))
        wait_until(lambda: len(self.ran) == 4, "four run")
        self.daemon.cancel(6)
        self.assertEqual(self.daemon.expect(frames.RETURN)["job"], 6)
        self.daemon.cancel(1)
        self.assertEqual(self.daemon.expect(frames.FAIL)["job"], 1)
        wait_until(lambda: 5 in self.ran, "the next one runs")

    def test_cancel_in_the_middle_of_a_storm_settles_each_job_once(self) -> None:
        self.daemon.socket.sendall(
            b"".join(
                self.daemon.job_frame(number, "sleep", b"0")
                + frames.encode(frames.CANCEL, job=number, lease=number + 1000)
                for number in range(500)
            )
        )
        settled = [self.daemon.expect(frames.DONE, frames.RETURN, frames.FAIL)["job"] for _ in range(500)]
        self.assertEqual(sorted(settled), list(range(500)))
        self.drained()

    def test_plain_handlers_run_beside_them(self) -> None:
        self.daemon.job(1, "sleep")
        self.assertEqual(self.result(2, "plain"), 2)
        self.assertNotIn("MainThread", self.threads)
        self.daemon.job(3, "watch")
        wait_until(lambda: 3 in self.ran, "it runs")
        self.daemon.cancel(3)
        self.assertEqual(self.daemon.expect(frames.FAIL)["error_type"], "Cancelled")

    def test_errors_and_inner_tasks(self) -> None:
        self.daemon.job(1, "fail")
        fields = self.daemon.expect(frames.FAIL)
        self.assertEqual(fields["error_type"], "KeyError")
        self.assertIn("in fail", fields["message"])
        self.assertEqual(self.result(2, "inner"), [2, 2])

    def test_no_job_sees_the_context_of_another(self) -> None:
        self.assertEqual(self.result(1, "colours", b'"red"'), ["none", "red"])
        self.assertEqual(self.result(2, "colours", b'"blue"'), ["none", "blue"])
        self.daemon.socket.sendall(b"".join(self.daemon.job_frame(n, "colours", b'"c"') for n in range(3, 20)))
        for _ in range(3, 20):
            self.assertEqual(self.daemon.expect(frames.DONE)["result"], b'["none","c"]')

    def test_a_handler_that_blocks_the_loop_holds_back_no_result(self) -> None:
        self.daemon.socket.sendall(
            self.daemon.job_frame(1, "quick")
            + self.daemon.job_frame(2, "plain")
            + self.daemon.job_frame(3, "block", b"1.5")
        )
        begin = time.monotonic()
        self.assertEqual(self.daemon.expect(frames.DONE)["result"], b'"quick"')
        self.assertLess(time.monotonic() - begin, 1.0)

    def test_drain_waits_for_coroutines(self) -> None:
        self.daemon.socket.sendall(b"".join(self.daemon.job_frame(number, "sleep", b"0.1") for number in range(1, 7)))
        wait_until(lambda: len(self.ran) == 4, "four run")
        self.daemon.send(frames.DRAIN)
        settled = [self.daemon.expect(frames.RETURN, frames.DONE)["job"] for _ in range(6)]
        self.assertEqual(sorted(settled), [1, 2, 3, 4, 5, 6])
        self.daemon.expect(frames.BYE)
        self.daemon.close()
        self.assertEqual(self.worker.join(), 0)

    def test_a_lost_connection_cancels_coroutines(self) -> None:
        self.daemon.job(1, "sleep")
        wait_until(lambda: self.ran, "it runs")
        self.daemon.close()
        self.assertEqual(self.worker.join(), 1)
        self.assertEqual(self.cancelled, [1])


class ThreadContext(WorkerCase):
    def add_tasks(self) -> None:
        @self.app.task
        def colours(name):
            seen = colour.get()
            colour.set(name)
            return [seen, colour.get()]

    def test_no_job_sees_the_context_of_another(self) -> None:
        self.assertEqual(self.result(1, "colours", b'"red"'), ["none", "red"])
        self.assertEqual(self.result(2, "colours", b'"blue"'), ["none", "blue"])


class NoJob(unittest.TestCase):
    def test_there_is_no_current_job_outside(self) -> None:
        with self.assertRaises(jobsup.NoCurrentJob):
            jobsup.current_job()
