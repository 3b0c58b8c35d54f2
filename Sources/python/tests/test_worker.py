"""A worker against the daemon's side of the protocol on a real socket."""

from __future__ import annotations

import json
import threading
import time
import unittest

import jobsup
from jobsup import frames

from .peer import Connection, Peer, WorkerThread, wait_until
from .vectors import VECTORS


class WorkerCase(unittest.TestCase):
    """A peer, an app, and a worker that is ready."""

    slots = 1
    clock = staticmethod(time.monotonic)
    max_frame = 4 << 20
    result_limit = 1 << 20

    def setUp(self) -> None:
        self.app = jobsup.App(build="7")
        self.gate = threading.Event()
        self.addCleanup(self.gate.set)
        self.ran: list[int] = []
        self.add_tasks()
        self.peer = Peer()
        self.addCleanup(self.peer.__exit__)
        self.worker = WorkerThread(self.peer, self.app, self.slots, self.clock)
        self.daemon: Connection = self.peer.accept()
        self.hello = self.daemon.welcome(self.max_frame, self.result_limit)

    def add_tasks(self) -> None:
        @self.app.task
        def echo(*args, **kwargs):
            return [args, kwargs]

        @self.app.task
        def wait(*args):
            self.ran.append(jobsup.current_job().id)
            self.gate.wait(20)
            return "waited"

        @self.app.task
        def note():
            self.ran.append(jobsup.current_job().id)

        @self.app.task
        def size(n):
            return "x" * n

        @self.app.task(raw=True)
        def raw(payload):
            return payload[::-1]

        @self.app.task
        def watch():
            self.ran.append(jobsup.current_job().id)
            job = jobsup.current_job()
            while not job.cancelled_event.wait(0.01):
                pass
            job.check_cancelled()

    def result(self, number: int, kind: str, payload: bytes = b""):
        self.daemon.job(number, kind, payload)
        fields = self.daemon.expect(frames.DONE)
        self.assertEqual((fields["job"], fields["lease"]), (number, number + 1000))
        return json.loads(fields["result"]) if fields["result"] else None

    def drained(self) -> None:
        self.daemon.send(frames.DRAIN)
        self.assertEqual(self.daemon.expect(frames.BYE)["reason"], "drained")
        self.daemon.expect_end()
        self.daemon.close()
        self.assertEqual(self.worker.join(), 0)


class Jobs(WorkerCase):
    def test_hello_says_who_it_is(self) -> None:
        self.assertEqual(self.hello["token"], "secret")
        self.assertEqual(self.hello["slots"], 1)
        self.assertEqual(self.hello["build"], "7")
        self.assertEqual(self.hello["types"], ["echo", "note", "raw", "size", "wait", "watch"])
        self.drained()

    def test_payloads_become_arguments(self) -> None:
        self.assertEqual(self.result(1, "echo"), [[], {}])
        self.assertEqual(self.result(2, "echo", b'{"a": 1, "\xc3\xa4": "\xf0\x9f\x8e\x89"}'), [[], {"a": 1, "ä": "🎉"}])
        self.assertEqual(self.result(3, "echo", b"[1, [2], null]"), [[1, [2], None], {}])
        self.assertEqual(self.result(4, "echo", b' "one" \n'), [["one"], {}])
        self.assertEqual(self.result(5, "echo", b"null"), [[None], {}])
        self.daemon.job(6, "raw", b"\x00\xff\x80")
        self.assertEqual(self.daemon.expect(frames.DONE)["result"], b"\x80\xff\x00")

    def test_a_payload_that_is_not_json_is_not_retried(self) -> None:
        for number, payload in enumerate((b"{", b"\xff", b"[" * 100_000)):
            self.daemon.job(number, "echo", payload)
            fields = self.daemon.expect(frames.FAIL)
            self.assertEqual((fields["error_type"], fields["flags"]), ("PayloadError", 1))

    def test_an_unknown_type_fails_and_may_be_retried_elsewhere(self) -> None:
        self.daemon.job(1, "nobody")
        fields = self.daemon.expect(frames.FAIL)
        self.assertEqual((fields["error_type"], fields["flags"]), ("UnknownTask", 0))

    def test_many_jobs_in_one_piece_are_run_in_order(self) -> None:
        self.daemon.socket.sendall(b"".join(self.daemon.job_frame(number, "note") for number in range(500)))
        settled = [self.daemon.expect(frames.DONE)["job"] for _ in range(500)]
        self.assertEqual(settled, list(range(500)))
        self.assertEqual(self.ran, list(range(500)))
        self.drained()

    def test_a_job_cut_at_every_boundary(self) -> None:
        data = self.daemon.job_frame(1, "echo", '["Grüße 🎉"]'.encode())
        for cut in range(1, len(data)):
            self.daemon.socket.sendall(data[:cut])
            # Something else in between makes sure that the worker has read the first part.
            wait_until(lambda: self.unread() == 0, "the worker reads")
            self.daemon.socket.sendall(data[cut:])
            self.assertEqual(json.loads(self.daemon.expect(frames.DONE)["result"]), [["Grüße 🎉"], {}])

    def unread(self) -> int:
        """Bytes that the worker has not read yet (SIOCOUTQ)."""
        import fcntl
        import struct

        answer = fcntl.ioctl(self.daemon.socket, 0x5411, b"\0" * 4)
        return struct.unpack("i", answer)[0]

    def test_a_large_payload_and_a_large_result(self) -> None:
        text = "ä" * 400_000
        self.assertEqual(self.result(1, "echo", json.dumps([text]).encode()), [[text], {}])

    def test_a_result_beyond_the_limit_fails_for_good(self) -> None:
        self.assertEqual(len(self.result(1, "size", str(self.result_limit - 2).encode())), self.result_limit - 2)
        self.daemon.job(2, "size", str(self.result_limit - 1).encode())
        fields = self.daemon.expect(frames.FAIL)
        self.assertEqual((fields["error_type"], fields["flags"]), ("ResultTooLarge", 1))
        self.assertIn("1048577 bytes; at most 1048576", fields["message"])

    def test_a_long_handler_holds_back_no_earlier_result(self) -> None:
        jobs = [self.daemon.job_frame(number, "note") for number in range(10)]
        jobs.append(self.daemon.job_frame(10, "wait"))
        jobs.append(self.daemon.job_frame(11, "note"))
        self.daemon.socket.sendall(b"".join(jobs))
        begin = time.monotonic()
        for number in range(10):
            self.assertEqual(self.daemon.expect(frames.DONE)["job"], number)
        self.assertLess(time.monotonic() - begin, 1.0)
        self.assertEqual(self.ran[-1], 10)
        self.gate.set()
        self.assertEqual([self.daemon.expect(frames.DONE)["job"] for _ in range(2)], [10, 11])

    def test_earlier_results_leave_also_long_after_the_link_fell_asleep(self) -> None:
        self.gate.clear()
        self.daemon.socket.sendall(
            self.daemon.job_frame(1, "wait") + self.daemon.job_frame(2, "note") + self.daemon.job_frame(3, "watch")
        )
        self.assertTrue(self.daemon.silent_for(0.1))
        self.gate.set()
        self.assertEqual([self.daemon.expect(frames.DONE)["job"] for _ in range(2)], [1, 2])
        self.daemon.cancel(3)
        self.daemon.expect(frames.FAIL)

    def test_a_daemon_that_does_not_read_loses_nothing(self) -> None:
        count = 40
        jobs = b"".join(self.daemon.job_frame(number, "size", b"100000") for number in range(count))
        self.daemon.socket.sendall(jobs)
        outbox = self.worker.worker._session.outbox
        wait_until(lambda: outbox.blocked, "the socket is full")
        wait_until(lambda: not self.worker.worker._session.jobs, "all jobs ran although nobody read")
        self.assertEqual([self.daemon.expect(frames.DONE)["job"] for _ in range(count)], list(range(count)))
        self.drained()


class SmallFrames(WorkerCase):
    max_frame = 1000
    result_limit = 1 << 20

    def test_nothing_larger_than_the_frame_limit_is_sent(self) -> None:
        self.assertEqual(len(self.result(1, "size", b"977")), 977)
        self.daemon.job(2, "size", b"978")
        self.assertEqual(self.daemon.expect(frames.FAIL)["error_type"], "ResultTooLarge")
        self.daemon.job(3, "echo", b"{" + b"x" * 800)
        self.assertLess(len(self.daemon.expect(frames.FAIL)["message"]), 800)

    def test_a_larger_frame_from_the_daemon_ends_the_worker(self) -> None:
        self.daemon.job(1, "echo", b"x" * 1000)
        self.daemon.expect_end()
        self.assertEqual(self.worker.join(), 1)


class Leaving(WorkerCase):
    def busy(self, *behind: str) -> None:
        """One running job, and these behind it."""
        jobs = [self.daemon.job_frame(1, "wait")]
        jobs += [self.daemon.job_frame(number, kind) for number, kind in enumerate(behind, 2)]
        self.daemon.socket.sendall(b"".join(jobs))
        wait_until(lambda: self.ran, "the first job runs")

    def test_drain_returns_what_waits_and_finishes_what_runs(self) -> None:
        self.busy("note", "note")
        self.daemon.send(frames.DRAIN)
        self.assertEqual([self.daemon.expect(frames.RETURN)["job"] for _ in range(2)], [2, 3])
        # One that crossed the drain on its way.
        self.daemon.job(4, "note")
        self.assertEqual(self.daemon.expect(frames.RETURN)["job"], 4)
        self.assertIsNone(self.worker.code)
        self.gate.set()
        self.assertEqual(self.daemon.expect(frames.DONE)["job"], 1)
        self.daemon.expect(frames.BYE)
        self.daemon.expect_end()
        self.daemon.close()
        self.assertEqual(self.worker.join(), 0)
        self.assertEqual(self.ran, [1])

    def test_drain_of_an_idle_worker(self) -> None:
        self.drained()

    def test_recall_returns_what_waits_and_goes_on(self) -> None:
        self.busy("note", "note")
        self.daemon.send(frames.RECALL)
        self.assertEqual([self.daemon.expect(frames.RETURN)["job"] for _ in range(2)], [2, 3])
        self.gate.set()
        self.assertEqual(self.daemon.expect(frames.DONE)["job"], 1)
        self.assertIsNone(self.result(5, "note"))
        self.daemon.send(frames.RECALL)
        self.assertIsNone(self.result(6, "note"))
        self.drained()

    def test_a_returned_job_may_come_again_under_another_lease(self) -> None:
        self.busy("note")
        self.daemon.send(frames.RECALL)
        self.daemon.expect(frames.RETURN)
        self.daemon.job(2, "note", lease=5000)
        self.gate.set()
        self.assertEqual(self.daemon.expect(frames.DONE)["job"], 1)
        fields = self.daemon.expect(frames.DONE)
        self.assertEqual((fields["job"], fields["lease"]), (2, 5000))

    def test_cancel_of_a_waiting_job_returns_it(self) -> None:
        self.busy("note", "note")
        self.daemon.cancel(3)
        self.assertEqual(self.daemon.expect(frames.RETURN)["job"], 3)
        self.gate.set()
        self.assertEqual([self.daemon.expect(frames.DONE)["job"] for _ in range(2)], [1, 2])
        self.assertEqual(self.ran, [1, 2])

    def test_cancel_of_a_running_job_tells_the_handler(self) -> None:
        self.daemon.job(1, "watch")
        wait_until(lambda: self.ran, "the job runs")
        self.daemon.cancel(1)
        fields = self.daemon.expect(frames.FAIL)
        self.assertEqual((fields["error_type"], fields["flags"]), ("Cancelled", 1))

    def test_cancel_of_a_handler_that_does_not_listen_settles_with_what_comes(self) -> None:
        self.busy()
        self.daemon.cancel(1)
        self.gate.set()
        self.assertEqual(self.daemon.expect(frames.DONE)["job"], 1)

    def test_cancel_of_a_job_or_lease_that_is_not_in_hand_is_ignored(self) -> None:
        self.busy("note")
        self.daemon.send(frames.CANCEL, job=2, lease=77)
        self.daemon.send(frames.CANCEL, job=99, lease=1002)
        self.gate.set()
        self.assertEqual([self.daemon.expect(frames.DONE)["job"] for _ in range(2)], [1, 2])
        self.daemon.cancel(1)
        self.drained()

    def test_every_frame_that_a_worker_may_not_get_ends_it(self) -> None:
        self.daemon.send(frames.READY)
        self.daemon.expect_end()
        self.assertEqual(self.worker.join(), 1)

    def test_stale_settlements_are_only_noted(self) -> None:
        with self.assertLogs("jobsup", "WARNING") as logs:
            self.daemon.send(frames.SETTLED, accepted=0, stale=[{"job": 5, "lease": 6}])
            self.assertIsNone(self.result(1, "note"))
        self.assertIn("job 5 was settled too late", logs.output[0])

    def test_an_error_from_the_daemon_is_said_and_ends_it(self) -> None:
        with self.assertLogs("jobsup", "ERROR") as logs:
            self.daemon.send(frames.ERROR, code="wrong_frame", message="you broke it")
            self.assertEqual(self.worker.join(), 1)
        self.assertIn("wrong_frame: you broke it", logs.output[0])

    def test_garbage_ends_it(self) -> None:
        self.busy("note")
        self.gate.set()
        self.daemon.socket.sendall(b"\xff" * 100)
        self.assertEqual(self.worker.join(), 1)

    def test_a_lost_connection_cancels_handlers_and_ends_it(self) -> None:
        self.daemon.socket.sendall(self.daemon.job_frame(1, "watch") + self.daemon.job_frame(2, "note"))
        wait_until(lambda: self.ran, "the job runs")
        self.daemon.close()
        self.assertEqual(self.worker.join(), 1)
        self.assertEqual(self.ran, [1])
        self.assertEqual(self.worker.exits, [])


    def test_what_comes_after_bye_is_not_answered(self) -> None:
        session = self.worker.worker._session
        self.daemon.socket.sendall(b"".join(self.daemon.job_frame(number, "size", b"1000000") for number in range(10)))
        wait_until(lambda: not session.jobs and session.outbox.blocked, "all ran and the socket is full")
        self.daemon.send(frames.DRAIN)
        wait_until(lambda: session.said_bye, "BYE is on its way")
        self.daemon.job(10, "note")
        self.daemon.cancel(10)
        self.daemon.send(frames.RECALL)
        self.assertEqual([self.daemon.expect(frames.DONE)["job"] for _ in range(10)], list(range(10)))
        self.daemon.expect(frames.BYE)
        self.daemon.expect_end()
        self.daemon.close()
        self.assertEqual(self.worker.join(), 0)
        self.assertEqual(self.ran, [])


class Malformed(unittest.TestCase):
    def test_each_malformed_frame_from_the_daemon_ends_the_worker(self) -> None:
        app = jobsup.App()
        app.task(lambda: None, name="x")
        for vector in VECTORS["malformed"]:
            if not vector["direction"].startswith("daemon to worker") or vector["code"] == "wrong_protocol":
                continue
            with self.subTest(case=vector["case"]), Peer() as peer, self.assertLogs("jobsup", "ERROR"):
                worker = WorkerThread(peer, app)
                daemon = peer.accept()
                daemon.welcome(max_frame=vector.get("max_frame", 1 << 16))
                daemon.socket.sendall(bytes.fromhex(vector["hex"]))
                self.assertEqual(worker.join(), 1)

    def test_each_wrong_welcome_ends_the_worker(self) -> None:
        app = jobsup.App()
        app.task(lambda: None, name="x")
        error = frames.encode(frames.ERROR, code="wrong_token", message="no")
        late = frames.encode(frames.DRAIN)
        other = frames.encode(frames.WELCOME, protocol=2, worker="", max_frame=100, result_limit=10)
        for data, said in (
            (error, "wrong_token: no"),
            (late, "DRAIN came where WELCOME"),
            (other, "the daemon speaks protocol 2"),
            (b"", "before WELCOME"),
            (b"\xff\xff\xff\xff", "at most 65536"),
        ):
            with self.subTest(said=said), Peer() as peer, self.assertLogs("jobsup", "ERROR") as logs:
                worker = WorkerThread(peer, app)
                daemon = peer.accept()
                daemon.expect(frames.HELLO)
                daemon.socket.sendall(data)
                daemon.close()
                self.assertEqual(worker.join(), 1)
                self.assertIn(said, logs.output[0])

    def test_jobs_that_come_with_welcome_are_not_lost(self) -> None:
        app = jobsup.App()
        app.task(lambda: 5, name="five")
        with Peer() as peer:
            worker = WorkerThread(peer, app)
            daemon = peer.accept()
            daemon.expect(frames.HELLO)
            welcome = frames.encode(frames.WELCOME, protocol=1, worker="w", max_frame=9999, result_limit=99)
            daemon.socket.sendall(welcome + daemon.job_frame(1, "five") + frames.encode(frames.DRAIN)[:3])
            daemon.expect(frames.READY)
            self.assertEqual(daemon.expect(frames.DONE)["result"], b"5")
            daemon.socket.sendall(frames.encode(frames.DRAIN)[3:])
            daemon.expect(frames.BYE)
            daemon.close()
            self.assertEqual(worker.join(), 0)
