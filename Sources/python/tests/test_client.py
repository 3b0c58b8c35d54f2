"""A client against the daemon's side of the client socket."""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import json
import os
import resource
import socket
import threading
import unittest
from collections.abc import Iterator
from typing import Any, Callable
from unittest import mock

import jobsup
from jobsup import frames
from jobsup.client import BATCH_JOBS

from .peer import DEADLINE, Connection, Peer


class Daemon(threading.Thread):
    """Accepts one client after the other and hands each to the test's function."""

    def __init__(self, peer: Peer, *scripts: Callable[[Connection], None], max_frame: int = 1 << 20) -> None:
        super().__init__(daemon=True)
        self._peer = peer
        self._scripts = scripts
        self._max_frame = max_frame
        self.hellos: list[dict[str, Any]] = []
        self.requests: list[dict[str, Any]] = []
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            for script in self._scripts:
                connection = self._peer.accept()
                self.hellos.append(connection.expect(frames.CLIENT_HELLO))
                connection.send(frames.CLIENT_WELCOME, protocol=1, max_frame=self._max_frame)
                script(connection)
                connection.close()
        except BaseException as error:
            self.error = error

    def finish(self) -> None:
        self.join(DEADLINE)
        if self.error is not None:
            raise self.error

    def serve(self, connection: Connection, requests: int) -> None:
        """Enqueues so many requests; ids count from 1, and a key ``old`` was there already."""
        for _ in range(requests):
            request = connection.expect(frames.ENQUEUE)
            first = sum(len(other["jobs"]) for other in self.requests) + 1
            self.requests.append(request)
            jobs = [
                {"job": number, "existing": int(job["key"] == "old")}
                for number, job in enumerate(request["jobs"], first)
            ]
            connection.send(frames.ENQUEUED, request=request["request"], jobs=jobs)


class Enqueueing(unittest.TestCase):
    def setUp(self) -> None:
        self.peer = Peer("client.sock")
        self.addCleanup(self.peer.__exit__)
        self.client = jobsup.Client(self.peer.directory, name="shop", clock=lambda: 1000.0)
        self.addCleanup(self.client.close)

    def test_one_job_with_all_options(self) -> None:
        daemon = Daemon(self.peer, lambda connection: daemon.serve(connection, 2))
        id = self.client.enqueue(
            "send_mail", {"to": "Ä"}, queue="mail", key="old", priority="high", max_attempts=3, timeout=1.5, delay=10,
            request_id="req-7",
        )  # fmt: skip
        self.assertEqual((id, id.existing), (1, True))
        other = self.client.enqueue("noop")
        self.assertEqual((other, other.existing), (2, False))
        self.client.close()
        daemon.finish()
        self.assertEqual(daemon.hellos[0]["name"], "shop")
        self.assertEqual(
            [request["jobs"] for request in daemon.requests],
            [
                [
                    {
                        "type": "send_mail", "queue": "mail", "key": "old", "request_id": "req-7", "priority": 3,
                        "max_attempts": 3, "timeout_ms": 1500, "run_at_ms": 1_010_000, "payload": '{"to":"Ä"}'.encode(),
                    }
                ],
                [
                    {
                        "type": "noop", "queue": "", "key": "", "request_id": "", "priority": 0, "max_attempts": 0,
                        "timeout_ms": 0, "run_at_ms": 0, "payload": b"",
                    }
                ],
            ],
        )  # fmt: skip

    def test_run_at(self) -> None:
        instant = datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc)
        self.assertEqual(jobsup.NewJob("x", run_at=instant).run_at_ms, 1_893_456_000_000)
        self.assertEqual(jobsup.NewJob("x", run_at=5.5).run_at_ms, 5500)
        for wrong in (
            {"run_at": datetime.datetime(2030, 1, 1)},
            {"run_at": 1, "delay": 1},
            {"priority": 11},
            {"priority": "urgent"},
        ):
            with self.assertRaises(ValueError):
                jobsup.NewJob("x", **wrong)
        for wrong in (0, -1, 0.0, float("nan"), 50 * 86_400, datetime.timedelta()):
            with self.assertRaisesRegex(ValueError, "give more than nothing and at most 49 days"):
                jobsup.NewJob("x", timeout=wrong)
        self.assertEqual(jobsup.NewJob("x", timeout=1e-6).timeout_ms, 1)
        with self.assertRaises(ValueError):
            jobsup.NewJob("x", max_attempts=70_000).encode(lambda: 0)

    def test_many_jobs_go_in_batches_and_several_at_once(self) -> None:
        count = 3 * BATCH_JOBS + 7
        together: list[int] = []

        def script(connection: Connection) -> None:
            # Two requests are there before the first is answered.
            held = [connection.expect(frames.ENQUEUE) for _ in range(2)]
            together.append(len(held))
            number = 0
            for request in [*held, None, None]:
                request = request or connection.expect(frames.ENQUEUE)
                jobs = []
                for job in request["jobs"]:
                    number += 1
                    self.assertEqual(json.loads(job["payload"]), number - 1)
                    jobs.append({"job": number, "existing": 0})
                connection.send(frames.ENQUEUED, request=request["request"], jobs=jobs)

        daemon = Daemon(self.peer, script)
        ids = self.client.enqueue_many(("noop", number) for number in range(count))
        daemon.finish()
        self.assertEqual(ids, list(range(1, count + 1)))
        self.assertEqual(together, [2])

    def test_batches_stay_below_the_frame_limit(self) -> None:
        daemon = Daemon(
            self.peer,
            lambda connection: daemon.serve(connection, 5),
            lambda connection: connection.expect_end(),
            max_frame=1000,
        )
        ids = self.client.enqueue_many(("noop", b"x" * 400) for _ in range(10))
        self.assertEqual(len(ids), 10)
        self.client.close()
        with self.assertRaisesRegex(ValueError, "at most 987"):
            self.client.enqueue("noop", b"x" * 1000)
        self.client.close()
        daemon.finish()
        self.assertEqual([len(request["jobs"]) for request in daemon.requests], [2] * 5)

    def test_nothing_to_enqueue(self) -> None:
        daemon = Daemon(self.peer, lambda connection: None)
        self.assertEqual(self.client.enqueue_many([]), [])
        self.client.close()
        daemon.finish()

    def test_a_refusal_says_what_is_enqueued(self) -> None:
        def script(connection: Connection) -> None:
            daemon.serve(connection, 1)
            request = connection.expect(frames.ENQUEUE)
            connection.send(frames.REFUSED, request=request["request"], code="unknown_queue", message="no queue\nmail?")
            with contextlib.suppress(EOFError):
                daemon.serve(connection, 5)

        daemon = Daemon(self.peer, script)
        with self.assertRaises(jobsup.EnqueueRefused) as caught:
            self.client.enqueue_many(("noop", number) for number in range(4 * BATCH_JOBS))
        self.client.close()
        daemon.finish()
        self.assertEqual((caught.exception.code, caught.exception.message), ("unknown_queue", "no queue\nmail?"))
        ids = caught.exception.ids
        self.assertEqual(len(ids), 4 * BATCH_JOBS)
        self.assertEqual(ids[:BATCH_JOBS], list(range(1, BATCH_JOBS + 1)))
        self.assertEqual(ids[BATCH_JOBS : 2 * BATCH_JOBS], [None] * BATCH_JOBS)

    def test_a_refusal_may_overtake_an_answer(self) -> None:
        def script(connection: Connection) -> None:
            first, second = connection.expect(frames.ENQUEUE), connection.expect(frames.ENQUEUE)
            connection.send(frames.REFUSED, request=second["request"], code="bad_priority", message="11")
            jobs = [{"job": number, "existing": 0} for number in range(len(first["jobs"]))]
            connection.send(frames.ENQUEUED, request=first["request"], jobs=jobs)

        daemon = Daemon(self.peer, script)
        with self.assertRaises(jobsup.EnqueueRefused) as caught:
            self.client.enqueue_many(("noop", number) for number in range(BATCH_JOBS + 5))
        daemon.finish()
        self.assertEqual(caught.exception.ids, [*range(BATCH_JOBS), *[None] * 5])

    def test_a_restarted_daemon_is_found_again(self) -> None:
        daemon = Daemon(
            self.peer,
            lambda connection: daemon.serve(connection, 1),
            lambda connection: daemon.serve(connection, 1),
        )
        self.assertEqual(self.client.enqueue("noop"), 1)
        for _ in range(1000):
            if self.client._link._is_stale(self.client._link._socket):
                break
            threading.Event().wait(0.005)
        self.assertEqual(self.client.enqueue("noop"), 2)
        self.client.close()
        daemon.finish()

    def test_a_program_may_have_thousands_of_descriptors_open(self) -> None:
        daemon = Daemon(self.peer, lambda connection: daemon.serve(connection, 2))
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < 2048:
            self.skipTest("this process may not open 2048 files")
        resource.setrlimit(resource.RLIMIT_NOFILE, (2048, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        self.assertEqual(self.client.enqueue("noop"), 1)
        link = self.client._link
        with link._socket as low:
            link._socket = socket.socket(fileno=fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, 1500))
        link._socket.settimeout(DEADLINE)
        self.assertEqual(self.client.enqueue("noop"), 2)
        self.client.close()
        daemon.finish()

    def test_a_connection_lost_before_the_answer_is_said(self) -> None:
        daemon = Daemon(self.peer, lambda connection: connection.expect(frames.ENQUEUE) and None)
        with self.assertRaisesRegex(jobsup.ConnectionLost, "was lost: the daemon closed it"):
            self.client.enqueue("noop")
        daemon.finish()

    def test_what_the_daemon_gets_wrong(self) -> None:
        receipt = {"job": 1, "existing": 0}
        for answer in (
            frames.encode(frames.ENQUEUED, request=9, jobs=[receipt]),
            frames.encode(frames.ENQUEUED, request=1, jobs=[receipt, receipt]),
            b"\xff" * 30,
            frames.encode(frames.CLIENT_WELCOME, protocol=1, max_frame=5),
            b"\0\0\0\1\xc1",
            b"\0\0\0\1\x63",
        ):
            with self.subTest(answer=answer):

                def script(connection: Connection, answer: bytes = answer) -> None:
                    connection.expect(frames.ENQUEUE)
                    connection.socket.sendall(answer)
                    connection.expect_end()

                daemon = Daemon(self.peer, script)
                with self.assertRaises(jobsup.ProtocolError):
                    self.client.enqueue("noop")
                daemon.finish()

    def test_an_interrupted_call_leaves_no_answer_for_the_next(self) -> None:
        def first(connection: Connection) -> None:
            with contextlib.suppress(OSError, EOFError):
                daemon.serve(connection, 2)

        daemon = Daemon(self.peer, first, lambda connection: daemon.serve(connection, 1))

        def jobs() -> Iterator[tuple[str, int]]:
            for number in range(2 * BATCH_JOBS + 1):
                yield "noop", number
            raise KeyError("the caller's own error")

        with self.assertRaises(KeyError):
            self.client.enqueue_many(jobs())
        before = self.client.enqueue("noop")
        self.assertEqual(before % BATCH_JOBS, 1)
        self.assertEqual(len(daemon.requests[-1]["jobs"]), 1)
        self.client.close()
        daemon.finish()

    def test_an_error_from_the_daemon(self) -> None:
        daemon = Daemon(self.peer, lambda connection: connection.send(frames.ERROR, code="busy", message="later"))
        with self.assertRaisesRegex(jobsup.DaemonError, "busy: later"):
            self.client.enqueue("noop")
        daemon.finish()

    def test_no_daemon(self) -> None:
        with self.assertRaisesRegex(jobsup.ConnectionLost, "no daemon at .*: No such file"):
            jobsup.Client("/nowhere/client.sock").enqueue("noop")

    def test_a_fork_gets_a_connection_of_its_own(self) -> None:
        second = threading.Event()

        def first(connection: Connection) -> None:
            daemon.serve(connection, 1)
            second.wait(DEADLINE)
            daemon.serve(connection, 1)

        # The child's connection is served while the parent's stays open.
        daemon = Daemon(self.peer, first)
        self.assertEqual(self.client.enqueue("noop"), 1)
        child = os.fork()
        if child == 0:
            try:
                threading.Thread(target=self.serve_child, daemon=True).start()
                os._exit(0 if self.client.enqueue("noop") == 77 else 1)
            except BaseException:
                os._exit(2)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        second.set()
        self.assertEqual(self.client.enqueue("noop"), 2)
        self.client.close()
        daemon.finish()

    def serve_child(self) -> None:
        connection = self.peer.accept()
        connection.expect(frames.CLIENT_HELLO)
        connection.send(frames.CLIENT_WELCOME, protocol=1, max_frame=1000)
        request = connection.expect(frames.ENQUEUE)
        connection.send(frames.ENQUEUED, request=request["request"], jobs=[{"job": 77, "existing": 0}])

    def test_tasks_enqueue_through_the_client(self) -> None:
        daemon = Daemon(self.peer, lambda connection: daemon.serve(connection, 4))
        app = jobsup.App(client=self.client)

        @app.task
        def send(to, text=""):
            pass

        @app.task(raw=True)
        def raw(payload):
            pass

        send.enqueue("a")
        send.delay(to="b", text="c")
        send.options(priority=1, run_at=5).enqueue("d", text="e")
        app.enqueue_many([raw.job(b"\xff"), send.job()])
        jobs = [job for request in daemon.requests for job in request["jobs"]]
        payloads = [b'["a"]', b'{"to":"b","text":"c"}', b'{"to":"d","text":"e"}', b"\xff", b""]
        self.assertEqual([job["payload"] for job in jobs], payloads)
        self.assertEqual((jobs[2]["priority"], jobs[2]["run_at_ms"]), (1, 5000))
        with self.assertRaises(TypeError):
            raw.enqueue("text")
        with self.assertRaises(TypeError):
            send.enqueue("a", nothing=1)
        with self.assertRaises(TypeError):
            send.enqueue(object())
        self.client.close()
        daemon.finish()


class Places(unittest.TestCase):
    """Where a client looks for the daemon when it is not told."""

    def api_path(self, **variables: str) -> str:
        names = ("JOBSUP_RUNTIME_DIRECTORY", "JOBSUP_SOCKET")
        rest = {name: value for name, value in os.environ.items() if name not in names}
        with mock.patch.dict(os.environ, {**rest, **variables}, clear=True):
            return jobsup.Client()._api_path

    def test_it_is_found_by_the_environment(self) -> None:
        self.assertEqual(self.api_path(), "/run/jobsup/api.sock")
        self.assertEqual(self.api_path(JOBSUP_SOCKET="/own/worker.sock"), "/own/api.sock")
        both = {"JOBSUP_SOCKET": "/own/worker.sock", "JOBSUP_RUNTIME_DIRECTORY": "/other"}
        self.assertEqual(self.api_path(**both), "/other/api.sock")
        self.assertEqual(self.api_path(JOBSUP_RUNTIME_DIRECTORY="", JOBSUP_SOCKET=""), "/run/jobsup/api.sock")

    def test_a_job_of_any_kind_of_pool_enqueues_where_it_came_from(self) -> None:
        with Peer("client.sock") as peer:
            with mock.patch.dict(os.environ, {"JOBSUP_RUNTIME_DIRECTORY": peer.directory}):
                client = jobsup.Client()
            daemon = Daemon(peer, lambda connection: daemon.serve(connection, 1))
            self.assertEqual(client.enqueue("noop"), 1)
            client.close()
            daemon.finish()
