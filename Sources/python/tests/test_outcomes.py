"""What a handler may raise, and what the daemon is told."""

from __future__ import annotations

import datetime
import sys
import unittest

import jobsup
from jobsup import frames
from jobsup.outcome import MESSAGE_LIMIT

from .peer import wait_until
from .test_worker import WorkerCase


class Broken(Exception):
    def __str__(self) -> str:
        raise RuntimeError("not even words")


class Later(jobsup.Retry):
    """What it says cannot be sent."""

    def __init__(self) -> None:
        super().__init__(1)
        self.reason = b"a reason that was set later"


class Outcomes(WorkerCase):
    def add_tasks(self) -> None:
        self.calls: list[tuple[str, int, object]] = []
        errors = {
            "value": lambda: ValueError("bad Größe"),
            "own": lambda: Broken(),
            "long": lambda: ValueError("ä" * 100_000),
            "surrogate": lambda: ValueError("half \ud83c"),
            "retry": lambda: jobsup.Retry(1.5, "busy"),
            "retry_delta": lambda: jobsup.Retry(datetime.timedelta(minutes=2)),
            "snooze": lambda: jobsup.Snooze(60, "not yet"),
            "discard": lambda: jobsup.Discard("gone"),
            "retry_error": lambda: jobsup.Retry(1, ValueError("busy")),
            "snooze_error": lambda: jobsup.Snooze(1, KeyError("x")),
            "discard_error": lambda: jobsup.Discard(OSError("gone")),
            "discard_nothing": lambda: jobsup.Discard(None),
            "exit": lambda: SystemExit(3),
            "interrupt": lambda: KeyboardInterrupt(),
            "cancelled": lambda: jobsup.Cancelled("by itself"),
            "too_long": lambda: jobsup.Retry(10**9),
        }

        @self.app.task(name="raise")
        def raise_it(which):
            raise errors[which]()

        @self.app.task
        def wrapped():
            try:
                raise ConnectionError("refused")
            except ConnectionError as error:
                raise jobsup.Retry(5) from error

        @self.app.task
        def deep(n=10_000):
            deep.function(n - 1)

        @self.app.task
        def unjson():
            return {1, 2}

        @self.app.task
        def nan():
            return float("nan")

        @self.app.task
        def data():
            return b"\x00\xff"

        @self.app.task
        def half():
            return "half \ud83c"

        @self.app.task(discard_on=(KeyError, LookupError), retry_on=OSError)
        def choosy(which):
            raise {"key": KeyError("k"), "index": IndexError("i"), "os": TimeoutError("t"), "value": ValueError("v")}[
                which
            ]

        @self.app.task(
            on_success=lambda job, result: self.calls.append(("success", job.id, result)),
            on_failure=lambda job, error: self.calls.append(("failure", job.id, type(error))),
        )
        def hooked(what):
            if what == "ok":
                return 5
            raise {"value": ValueError, "discard": jobsup.Discard, "retry": lambda: jobsup.Retry(1)}[what]()

        @self.app.task(on_success=lambda job, result: 1 / 0)
        def bad_hook():
            return "fine"

    def fail(self, number: int, which: str):
        self.daemon.job(number, "raise", f'"{which}"'.encode())
        return self.daemon.expect(frames.FAIL, frames.RETRY, frames.SNOOZE, frames.DISCARD)

    def test_an_error_fails_with_its_type_and_traceback(self) -> None:
        fields = self.fail(1, "value")
        self.assertEqual((fields["error_type"], fields["flags"]), ("ValueError", 0))
        words, _, story = fields["message"].partition("\n\n")
        self.assertEqual(words, "bad Größe")
        self.assertTrue(story.startswith("Traceback"))
        self.assertIn("in raise_it", story)
        self.assertNotIn("outcome.py", story)
        self.assertNotIn("payload.py", story)
        self.assertEqual(self.fail(2, "own")["error_type"], f"{__name__}.Broken")

    def test_what_is_said_is_bounded_and_utf8(self) -> None:
        message = self.fail(1, "long")["message"]
        self.assertLessEqual(len(message.encode()), MESSAGE_LIMIT)
        self.assertNotIn("\ufffd", message)
        self.assertIn("\\ud83c", self.fail(2, "surrogate")["message"])
        self.daemon.job(3, "deep")
        fields = self.daemon.expect(frames.FAIL)
        self.assertEqual(fields["error_type"], "RecursionError")
        self.assertLessEqual(len(fields["message"].encode()), MESSAGE_LIMIT)

    def test_retry_snooze_discard(self) -> None:
        fields = self.fail(1, "retry")
        self.assertEqual((fields["kind"], fields["delay_ms"], fields["reason"]), (frames.RETRY, 1500, "busy"))
        fields = self.fail(2, "retry_delta")
        self.assertEqual((fields["kind"], fields["delay_ms"], fields["reason"]), (frames.RETRY, 120_000, ""))
        fields = self.fail(3, "snooze")
        self.assertEqual((fields["kind"], fields["delay_ms"], fields["reason"]), (frames.SNOOZE, 60_000, "not yet"))
        fields = self.fail(4, "discard")
        self.assertEqual((fields["kind"], fields["reason"]), (frames.DISCARD, "gone"))
        self.daemon.job(5, "wrapped")
        self.assertEqual(self.daemon.expect(frames.RETRY)["reason"], "ConnectionError: refused")

    def test_a_reason_may_be_an_error(self) -> None:
        for number, (which, kind, reason) in enumerate(
            (
                ("retry_error", frames.RETRY, "busy"),
                ("snooze_error", frames.SNOOZE, "'x'"),
                ("discard_error", frames.DISCARD, "gone"),
                ("discard_nothing", frames.DISCARD, ""),
            )
        ):
            fields = self.fail(number, which)
            self.assertEqual((fields["kind"], fields["reason"]), (kind, reason))
        self.drained()

    def test_a_delay_that_does_not_fit_is_the_handlers_error(self) -> None:
        fields = self.fail(1, "too_long")
        self.assertEqual((fields["error_type"], fields["flags"]), ("ValueError", 0))

    def test_nothing_that_a_handler_raises_ends_the_worker(self) -> None:
        for number, (which, name) in enumerate(
            (("exit", "SystemExit"), ("interrupt", "KeyboardInterrupt"), ("cancelled", "Cancelled"))
        ):
            self.assertEqual(self.fail(number, which)["error_type"], name)
        self.drained()

    def test_results(self) -> None:
        for number, kind in enumerate(("unjson", "nan")):
            self.daemon.job(number, kind)
            fields = self.daemon.expect(frames.FAIL)
            self.assertEqual((fields["error_type"], fields["flags"]), ("ResultError", 1))
        self.daemon.job(5, "data")
        self.assertEqual(self.daemon.expect(frames.DONE)["result"], b"\x00\xff")
        self.daemon.job(6, "half")
        self.assertEqual(self.daemon.expect(frames.DONE)["result"], b'"half \\ud83c"')

    def test_discard_on_and_retry_on(self) -> None:
        for number, (which, kind, flags) in enumerate(
            (
                ("key", frames.DISCARD, None),
                ("index", frames.DISCARD, None),
                ("os", frames.FAIL, 0),
                ("value", frames.FAIL, 1),
            )
        ):
            self.daemon.job(number, "choosy", f'"{which}"'.encode())
            fields = self.daemon.expect(kind)
            self.assertEqual(fields.get("flags"), flags, which)

    def test_callbacks(self) -> None:
        for number, (what, attempt) in enumerate(
            (("ok", 1), ("value", 1), ("value", 5), ("discard", 1), ("retry", 4), ("retry", 5))
        ):
            self.daemon.job(number, "hooked", f'"{what}"'.encode(), attempt=attempt)
            self.daemon.next()
        self.assertEqual(
            self.calls,
            [
                ("success", 0, 5),
                ("failure", 2, ValueError),
                ("failure", 3, jobsup.Discard),
                ("failure", 5, jobsup.Retry),
            ],
        )
        with self.assertLogs("jobsup", "ERROR"):
            self.assertEqual(self.result(9, "bad_hook"), "fine")


class Unsettled(WorkerCase):
    """Whatever goes wrong while a job is settled, it is settled, and the worker leaves."""

    slots = 2

    def add_tasks(self) -> None:
        @self.app.task
        def later():
            raise Later()

        @self.app.task
        def wait():
            self.ran.append(jobsup.current_job().id)
            self.gate.wait(20)

    def test_the_job_fails_and_the_worker_leaves(self) -> None:
        with self.assertLogs("jobsup", "ERROR"):
            self.daemon.job(1, "wait")
            wait_until(lambda: self.ran, "the job runs")
            self.daemon.job(2, "later")
            fields = self.daemon.expect(frames.FAIL)
            self.assertEqual((fields["job"], fields["error_type"], fields["flags"]), (2, "Unsettled", 0))
            self.assertIn("the log of the worker", fields["message"])
            self.gate.set()
            self.assertEqual(self.daemon.expect(frames.DONE)["job"], 1)
            self.assertEqual(self.daemon.expect(frames.BYE)["reason"], "a job could not be settled")
            self.daemon.expect_end()
            self.daemon.close()
            self.assertEqual(self.worker.join(), 0)


class UnsettledOnTheLoop(Unsettled):
    def add_tasks(self) -> None:
        super().add_tasks()

        @self.app.task
        async def unused():
            pass


class Declaring(unittest.TestCase):
    def test_wrong_declarations_are_refused(self) -> None:
        app = jobsup.App()
        with self.assertRaisesRegex(ValueError, "no job type"):
            app.task(lambda: None)
        app.task(lambda: None, name="a")
        with self.assertRaisesRegex(ValueError, "two tasks named 'a'"):
            app.task(lambda: None, name="a")

        async def hook(job, result):
            pass

        with self.assertRaisesRegex(TypeError, "async only when"):
            app.task(lambda: None, name="b", on_success=hook)

    def test_a_task_is_still_its_function(self) -> None:
        app = jobsup.App()

        @app.task
        def double(x):
            """Twice."""
            return 2 * x

        self.assertEqual(double(4), 8)
        self.assertEqual((double.__name__, double.__doc__, double.name), ("double", "Twice.", "double"))


if sys.version_info >= (3, 11):

    class Groups(WorkerCase):
        def add_tasks(self) -> None:
            @self.app.task
            def group():
                raise ExceptionGroup("several", [ValueError("one"), KeyError("two")])  # noqa: F821

        def test_exception_groups_are_told_whole(self) -> None:
            self.daemon.job(1, "group")
            fields = self.daemon.expect(frames.FAIL)
            self.assertEqual(fields["error_type"], "ExceptionGroup")
            self.assertIn("KeyError: 'two'", fields["message"])
