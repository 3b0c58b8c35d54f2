"""A client against the daemon's HTTP API."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import unittest
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingUnixStreamServer
from typing import Any

import jobsup

from .peer import Peer


class Api(unittest.TestCase):
    def setUp(self) -> None:
        self.peer = Peer("client.sock")
        self.addCleanup(self.peer.__exit__)
        self.asked: list[str] = []
        self.answers: list[tuple[int, bytes]] = []
        self.client = jobsup.Client(self.peer.path)

    @contextlib.contextmanager
    def daemon(self, *answers: tuple[int, Any]) -> Iterator[None]:
        """Answers requests with these statuses and documents, one after the other."""
        left = list(answers)
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                asked.append(f"{self.command} {self.path}")
                status, document = left.pop(0)
                body = document if isinstance(document, bytes) else json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_DELETE = answer

            def address_string(self) -> str:
                return "unix"

            def log_message(self, *arguments: object) -> None:
                pass

        with ThreadingUnixStreamServer(os.path.join(self.peer.directory, "api.sock"), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            try:
                yield
            finally:
                server.shutdown()
                thread.join()
        self.assertEqual(left, [])

    def test_job_and_cancel(self) -> None:
        with self.daemon((200, {"task_id": "5", "status": "queued"}), (200, {"task_id": "5", "status": "cancelled"})):
            self.assertEqual(self.client.job(5)["status"], "queued")
            self.assertEqual(self.client.cancel(jobsup.JobID(5))["status"], "cancelled")
        self.assertEqual(self.asked, ["GET /api/tasks/5", "DELETE /api/tasks/5"])

    def test_wait_asks_until_it_is_finished(self) -> None:
        with self.daemon((200, {"status": "queued"}), (200, {"status": "completed", "result": 7})):
            self.assertEqual(self.client.wait(5)["result"], 7)
        self.assertEqual(self.asked, ["GET /api/tasks/5?wait=30000ms"] * 2)

    def test_wait_gives_up(self) -> None:
        with self.daemon((200, {"status": "processing"})), self.assertRaisesRegex(TimeoutError, "job 5 is processing"):
            self.client.wait(5, timeout=0)

    def test_errors(self) -> None:
        error = {"error": {"code": "not_found", "message": "no job 5", "hint": "it may be pruned"}}
        with self.daemon((404, error), (500, b"<html>"), (503, {})):
            with self.assertRaisesRegex(jobsup.ApiError, "not_found: no job 5 .it may be pruned.") as caught:
                self.client.job(5)
            self.assertEqual((caught.exception.status, caught.exception.hint), (404, "it may be pruned"))
            with self.assertRaisesRegex(jobsup.ApiError, "not_json"):
                self.client.job(5)
            with self.assertRaisesRegex(jobsup.ApiError, "unknown: Service Unavailable"):
                self.client.job(5)

    def test_no_daemon(self) -> None:
        with self.assertRaises(jobsup.ConnectionLost):
            self.client.job(1)
