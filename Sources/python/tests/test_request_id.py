"""The id of a request, from job to job."""

from __future__ import annotations

import asyncio
import json
import threading
import unittest
from typing import Any

import jobsup
from jobsup import frames

from .peer import Connection, Peer, WorkerThread


class InWorkers(unittest.TestCase):
    """A worker whose handlers enqueue over a real client."""

    def setUp(self) -> None:
        self.door = Peer("client.sock")
        self.addCleanup(self.door.__exit__)
        self.peer = Peer()
        self.addCleanup(self.peer.__exit__)
        self.client = jobsup.Client(self.door.directory)
        self.addCleanup(self.client.close)
        self.made_before = jobsup.NewJob("made_before")
        app = jobsup.App(client=self.client)

        @app.task
        def tell():
            return jobsup.current_job().request_id

        @app.task
        def spread():
            self.client.enqueue("by_client", 1)
            self.client.enqueue("its_own", request_id="other")
            tell.options(request_id="").enqueue()
            app.enqueue_many([tell.job(), self.made_before])
            thread = threading.Thread(target=lambda: self.client.enqueue("by_a_thread"))
            thread.start()
            thread.join()

        self.app = app
        self.add_tasks(app)
        self.worker = WorkerThread(self.peer, app)
        self.daemon = self.peer.accept()
        self.daemon.welcome()

    def add_tasks(self, app: jobsup.App) -> None:
        """For classes with other handlers."""

    def enqueued(self, clients: Connection) -> list[tuple[str, str]]:
        """The types and request ids of the next request."""
        request = clients.expect(frames.ENQUEUE)
        receipts = [{"job": number, "existing": 0} for number, _ in enumerate(request["jobs"], 1)]
        clients.send(frames.ENQUEUED, request=request["request"], jobs=receipts)
        return [(job["type"], job["request_id"]) for job in request["jobs"]]

    def accept_client(self) -> Connection:
        clients = self.door.accept()
        clients.expect(frames.CLIENT_HELLO)
        clients.send(frames.CLIENT_WELCOME, protocol=1, max_frame=1 << 20)
        return clients

    def test_a_handler_is_told(self) -> None:
        for number, (request_id, told) in enumerate([("r-1", "r-1"), ("", None), ("x" * 128, "x" * 128)]):
            self.daemon.job(number, "tell", request_id=request_id)
            self.assertEqual(json.loads(self.daemon.expect(frames.DONE)["result"] or "null"), told)

    def test_jobs_inherit_it_unless_told_otherwise(self) -> None:
        self.daemon.job(1, "spread", request_id="r-1")
        clients = self.accept_client()
        self.assertEqual(self.enqueued(clients), [("by_client", "r-1")])
        self.assertEqual(self.enqueued(clients), [("its_own", "other")])
        self.assertEqual(self.enqueued(clients), [("tell", "")])
        self.assertEqual(self.enqueued(clients), [("tell", "r-1"), ("made_before", "r-1")])
        # A thread of the handler's own is not the handler, as with current_job().
        self.assertEqual(self.enqueued(clients), [("by_a_thread", "")])
        self.daemon.expect(frames.DONE)

    def test_a_job_without_one_has_none_to_give(self) -> None:
        self.daemon.job(1, "spread")
        clients = self.accept_client()
        self.assertEqual(self.enqueued(clients), [("by_client", "")])
        self.assertEqual(self.enqueued(clients), [("its_own", "other")])
        for _ in range(3):
            self.enqueued(clients)
        self.daemon.expect(frames.DONE)


class InCoroutines(InWorkers):
    """The same with an event loop in the worker, and a handler that is a coroutine."""

    def add_tasks(self, app: jobsup.App) -> None:
        @app.task
        async def gather():
            await asyncio.to_thread(self.client.enqueue, "sooner")
            await asyncio.create_task(self.later())

    async def later(self) -> None:
        self.client.enqueue("later")

    def test_it_follows_tasks_and_threads_of_asyncio(self) -> None:
        self.daemon.job(1, "gather", request_id="r-2")
        clients = self.accept_client()
        self.assertEqual(self.enqueued(clients), [("sooner", "r-2")])
        self.assertEqual(self.enqueued(clients), [("later", "r-2")])
        self.daemon.expect(frames.DONE)


class InTests(unittest.TestCase):
    def test_inline_jobs_inherit_it(self) -> None:
        app = jobsup.App()

        @app.task
        def child() -> Any:
            return jobsup.current_job().request_id

        @app.task
        def parent() -> None:
            child.enqueue()
            child.options(request_id="").enqueue()

        with app.testing() as jobs:
            parent.options(request_id="r-3").enqueue()
            parent.enqueue()
        self.assertEqual([job.request_id for job in jobs], ["r-3", "r-3", None, None, None, None])
        self.assertEqual([job.result for job in jobs if job.type == "child"], ["r-3", b"", b"", b""])

    def test_it_is_an_option_like_others(self) -> None:
        self.assertEqual(jobsup.NewJob("x", request_id="r").request_id_here(), "r")
        self.assertEqual(jobsup.NewJob("x").request_id_here(), "")
        with self.assertRaises(ValueError):
            jobsup.NewJob("x", request_id="r" * 65_536).encode(lambda: 0)
