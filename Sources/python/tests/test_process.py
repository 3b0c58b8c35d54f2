"""Real ``python -m jobsup worker`` processes: signals, exit codes, the environment, forks."""

from __future__ import annotations

import json
import os
import select
import signal
import tempfile
import time
import unittest

from jobsup import frames
from jobsup.environment import NotStartedByDaemon, WorkerEnvironment

from .peer import DEADLINE, Peer, WorkerProcess, wait_until


class Processes(unittest.TestCase):
    def setUp(self) -> None:
        self.peer = Peer()
        self.addCleanup(self.peer.__exit__)
        self.file = os.path.join(self.peer.directory, "runs")

    def start(self, *arguments: str, **variables: str) -> WorkerProcess:
        worker = WorkerProcess(self.peer, "tests.handlers:app", *arguments, **variables)
        self.addCleanup(worker.__exit__)
        self.daemon = self.peer.accept()
        self.hello = self.daemon.welcome()
        return worker

    def running(self, kind: str) -> int:
        """Starts job 1 of this kind; returns the pid that runs it."""
        self.daemon.job(1, kind, json.dumps([self.file]).encode())
        wait_until(lambda: os.path.exists(self.file) and os.path.getsize(self.file), "the job runs")
        with open(self.file) as file:
            return int(file.read())

    def ends(self, worker: WorkerProcess) -> str:
        """Said BYE, closed, exit 0; returns what it logged."""
        self.daemon.expect(frames.BYE)
        self.daemon.expect_end()
        self.daemon.close()
        code, errors = worker.end()
        self.assertEqual(code, 0, errors)
        return errors

    def test_the_environment_is_read_and_the_token_gone(self) -> None:
        worker = self.start(JOBSUP_SLOTS="3", JOBSUP_QUEUES="a,b")
        self.assertEqual((self.hello["slots"], self.hello["token"], self.hello["build"]), (3, "secret", "1.2.3"))
        self.daemon.job(1, "environment")
        seen = json.loads(self.daemon.expect(frames.DONE)["result"])
        self.assertNotIn("JOBSUP_TOKEN", seen)
        self.assertEqual(seen["JOBSUP_SLOTS"], "3")
        self.daemon.send(frames.DRAIN)
        self.ends(worker)

    def test_what_is_printed_leaves_line_by_line(self) -> None:
        worker = self.start()
        self.daemon.job(1, "say", '"Grüße"'.encode())
        self.daemon.expect(frames.DONE)
        assert worker.process.stdout is not None
        self.assertTrue(select.select([worker.process.stdout], [], [], DEADLINE)[0], "it waits in a buffer")
        self.assertEqual(worker.process.stdout.readline(), "Grüße\n")
        self.daemon.send(frames.DRAIN)
        self.ends(worker)

    def test_slots_on_the_command_line_win(self) -> None:
        self.start("--slots", "2", "--log-level", "error", JOBSUP_SLOTS="3")
        self.assertEqual(self.hello["slots"], 2)

    def test_sigterm_and_sigint_drain(self) -> None:
        for number, name in ((signal.SIGTERM, "SIGTERM"), (signal.SIGINT, "SIGINT")):
            for slots in ("1", "3"):
                with self.subTest(signal=name, slots=slots):
                    worker = self.start("--log-level", "debug", JOBSUP_SLOTS=slots)
                    pid = self.running("tell_pid")
                    self.assertEqual(pid, worker.process.pid)
                    if slots == "1":
                        self.daemon.job(2, "noop")
                    worker.process.send_signal(number)
                    if slots == "1":
                        self.assertEqual(self.daemon.expect(frames.RETURN)["job"], 2)
                    self.assertTrue(self.daemon.silent_for(0.05))
                    worker.process.send_signal(number)
                    os.unlink(self.file)
                    self.assertEqual(self.daemon.expect(frames.DONE)["result"], b'"done"')
                    self.daemon.expect(frames.BYE)
                    self.daemon.close()
                    code, errors = worker.end()
                    self.assertEqual(code, 0, errors)
                    self.assertIn(f"draining ({name})", errors)

    def test_sigterm_of_an_idle_worker_ends_it_at_once(self) -> None:
        worker = self.start()
        begin = time.monotonic()
        worker.process.terminate()
        self.ends(worker)
        self.assertLess(time.monotonic() - begin, 2.0)

    def test_sigterm_of_an_async_worker(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            with open(os.path.join(directory, "aioapp.py"), "w") as file:
                file.write(
                    "import asyncio, jobsup\napp = jobsup.App()\n@app.task\nasync def nap(t): await asyncio.sleep(t)\n"
                )
            root = os.pathsep.join([os.path.dirname(os.path.dirname(__file__)), directory])
            worker = WorkerProcess(self.peer, "aioapp", PYTHONPATH=root, JOBSUP_SLOTS="8")
            self.addCleanup(worker.__exit__)
            self.daemon = self.peer.accept()
            self.daemon.welcome()
            self.daemon.job(1, "nap", b"0.3")
            self.daemon.job(2, "nap", b"0")
            self.assertEqual(self.daemon.expect(frames.DONE)["job"], 2)
            worker.process.terminate()
            self.assertEqual(self.daemon.expect(frames.DONE)["job"], 1)
            self.ends(worker)

    def test_sigterm_before_welcome_ends_it(self) -> None:
        worker = WorkerProcess(self.peer)
        self.addCleanup(worker.__exit__)
        daemon = self.peer.accept()
        daemon.expect(frames.HELLO)
        worker.process.terminate()
        daemon.expect_end()
        self.assertEqual(worker.end(), (0, ""))

    def test_a_lost_connection_cancels_and_exits_1(self) -> None:
        worker = self.start()
        self.running("polite")
        self.daemon.close()
        code, errors = worker.end()
        self.assertEqual(code, 1, errors)
        self.assertFalse(os.path.exists(self.file), "the handler was not told")
        self.assertIn("the daemon closed the connection", errors)

    def test_a_handler_that_does_not_listen_is_left_behind(self) -> None:
        worker = self.start()
        self.running("stubborn")
        self.daemon.close()
        code, errors = worker.end()
        self.assertEqual(code, 1, errors)
        self.assertIn("ending without them", errors)

    def test_a_forked_child_does_not_touch_the_connection(self) -> None:
        worker = self.start()
        self.daemon.job(1, "fork")
        fields = self.daemon.expect(frames.DONE)
        # The SIGTERM was the child's own, and the worker is still there.
        self.assertEqual(fields["result"], str(-signal.SIGTERM).encode())
        self.daemon.job(2, "echo", b"[1]")
        self.daemon.expect(frames.DONE)
        worker.process.terminate()
        self.ends(worker)

    def test_an_idle_worker_uses_no_processor(self) -> None:
        worker = self.start()
        self.daemon.job(1, "noop")
        self.daemon.expect(frames.DONE)
        self.assertTrue(self.daemon.silent_for(0.1))

        def switches() -> int:
            total = 0
            for task in os.listdir(f"/proc/{worker.process.pid}/task"):
                with open(f"/proc/{worker.process.pid}/task/{task}/status") as status:
                    total += sum(int(line.split()[1]) for line in status if "ctxt_switches" in line)
            return total

        before = switches()
        self.assertTrue(self.daemon.silent_for(0.5))
        self.assertEqual(switches(), before)

    def test_a_long_quiet_handler_costs_no_wakeups(self) -> None:
        worker = self.start()
        self.daemon.job(1, "stubborn", json.dumps([self.file]).encode())
        wait_until(lambda: os.path.exists(self.file), "it runs")
        self.assertTrue(self.daemon.silent_for(0.1))
        tasks = sorted(map(int, os.listdir(f"/proc/{worker.process.pid}/task")))
        self.assertEqual(len(tasks), 2)

        def switches() -> int:
            with open(f"/proc/{worker.process.pid}/task/{tasks[1]}/status") as status:
                return sum(int(line.split()[1]) for line in status if "ctxt_switches" in line)

        before = switches()
        self.assertTrue(self.daemon.silent_for(0.3))
        self.assertEqual(switches(), before)


class CommandLine(unittest.TestCase):
    def fails(self, app: str, *arguments: str, **variables: str) -> str:
        with Peer() as peer, WorkerProcess(peer, app, *arguments, **variables) as worker:
            code, errors = worker.end()
            self.assertEqual(code, 2, errors)
            self.assertNotIn("Traceback", errors)
            return errors

    def test_what_is_wrong_is_said(self) -> None:
        self.assertIn("there is no module 'nowhere'", self.fails("nowhere:app"))
        self.assertIn("is no jobsup.App but NoneType", self.fails("tests.handlers:nothing"))
        self.assertIn("is no jobsup.App but function", self.fails("tests.handlers:jobsup.current_job"))
        self.assertIn("JOBSUP_SOCKET is not set", self.fails("tests.handlers", JOBSUP_SOCKET=""))
        self.assertIn("JOBSUP_SLOTS is 'many'", self.fails("tests.handlers", JOBSUP_SLOTS="many"))
        self.assertIn("not a number from 1 to 65535", self.fails("tests.handlers", "--slots", "0"))
        self.assertIn("the app has no task", self.fails("tests.empty"))

    def test_no_daemon_is_exit_1(self) -> None:
        with Peer() as peer, WorkerProcess(peer, JOBSUP_SOCKET=peer.path + "x") as worker:
            code, errors = worker.end()
            self.assertEqual(code, 1)
            self.assertIn("No such file", errors)


class Environment(unittest.TestCase):
    def test_it_is_taken(self) -> None:
        variables = {
            "JOBSUP_SOCKET": "/s",
            "JOBSUP_TOKEN": "t",
            "JOBSUP_POOL": "p",
            "JOBSUP_WORKER": "p-1",
            "JOBSUP_QUEUES": "a,b",
        }
        self.assertEqual(WorkerEnvironment.take(variables), ("/s", "t", "p", "p-1", 1, ("a", "b")))
        self.assertNotIn("JOBSUP_TOKEN", variables)

    def test_wrong_slots_are_refused(self) -> None:
        for slots in ("0", "-1", "x", "65536", "٣"):
            with self.assertRaises(NotStartedByDaemon):
                WorkerEnvironment.take({"JOBSUP_SOCKET": "/s", "JOBSUP_SLOTS": slots})
