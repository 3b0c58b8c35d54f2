"""The protocol's document: its tables, its bytes, and its example worker, which must run."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
import unittest

from jobsup import frames
from jobsup.frames import FrameSplitter

from .peer import DEADLINE, PACKAGE_ROOT, Connection, Peer

DOCUMENT = (PACKAGE_ROOT.parent / "Documentation.docc" / "WorkerProtocol.md").read_text()


class Tables(unittest.TestCase):
    def test_every_frame_of_a_worker_is_there_with_its_fields(self) -> None:
        rows = dict(re.findall(r"^\| (\d+) \| ([A-Z_]+) \|", DOCUMENT, re.MULTILINE))
        known = {str(kind): layout.name for kind, layout in frames.LAYOUTS.items()}
        self.assertEqual(rows, known)
        for kind, layout in frames.LAYOUTS.items():
            (body,) = re.findall(rf"^\| {kind} \| {layout.name} \| ([^|]*) \|", DOCUMENT, re.MULTILINE)
            for name, _ in layout.fields:
                if name not in ("types", "jobs", "stale"):
                    self.assertRegex(body, rf"\b{name}\b", layout.name)

    def test_the_bytes_of_the_walk_are_these_frames(self) -> None:
        lines = re.findall(r"^([→←]) ([A-Z_]+) +([0-9a-f ]+)$", DOCUMENT, re.MULTILINE)
        self.assertEqual(len(lines), 8)
        walk = {}
        for arrow, name, digits in lines:
            ((kind, body),) = FrameSplitter().feed(bytes.fromhex(digits))
            self.assertEqual(frames.LAYOUTS[kind].name, name)
            self.assertEqual(arrow, "→" if kind < 64 else "←", name)
            walk[name] = frames.decode(kind, body)
        self.assertEqual(walk["HELLO"]["token"], "3cd258d4")
        self.assertEqual(walk["JOB"]["payload"], b"to be")
        self.assertIn(f"enqueued at {walk['JOB']['enqueued_at_ms']},", DOCUMENT)
        self.assertEqual(walk["DONE"], {"job": 7, "lease": 1007, "run_us": 84, "result": b"2"})


class Example(unittest.TestCase):
    def setUp(self) -> None:
        (self.code,) = re.findall(r"^```python\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
        self.peer = Peer()
        self.addCleanup(self.peer.__exit__)
        path = os.path.join(self.peer.directory, "worker.py")
        with open(path, "w") as file:
            file.write(self.code)
        os.chmod(path, stat.S_IRWXU)
        variables = {**os.environ, "JOBSUP_SOCKET": self.peer.path, "JOBSUP_TOKEN": "secret"}
        self.errors = tempfile.TemporaryFile("w+")
        self.addCleanup(self.errors.close)
        self.process = subprocess.Popen([sys.executable, path], env=variables, stderr=self.errors)
        self.addCleanup(self.end)
        self.daemon: Connection = self.peer.accept()

    def end(self) -> int:
        try:
            return self.process.wait(DEADLINE)
        finally:
            self.process.kill()

    def left(self) -> None:
        self.assertEqual(self.daemon.expect(frames.BYE)["reason"], "")
        self.daemon.expect_end()
        self.daemon.close()
        self.assertEqual(self.end(), 0)

    def test_it_is_short(self) -> None:
        self.assertLess(len(self.code.splitlines()), 100)
        self.daemon.welcome()
        self.daemon.send(frames.DRAIN)
        self.left()

    def test_it_works(self) -> None:
        hello = self.daemon.welcome(result_limit=3)
        self.assertEqual(
            hello,
            {"kind": 1, "protocol": 1, "slots": 1, "token": "secret", "build": "", "types": ["count_words"]},
        )
        self.daemon.job(1, "count_words", b"to be or not")
        fields = self.daemon.expect(frames.DONE)
        self.assertEqual((fields["job"], fields["lease"], fields["result"]), (1, 1001, b"4"))
        self.daemon.job(2, "nobody")
        self.assertEqual(self.daemon.expect(frames.FAIL)["error_type"], "KeyError")
        self.daemon.job(3, "count_words", b"a " * 1000)
        self.assertEqual(self.daemon.expect(frames.FAIL)["error_type"], "ResultTooLarge")
        self.daemon.send(frames.SETTLED, accepted=3, stale=[])
        self.daemon.send(frames.RECALL)
        for byte in self.daemon.job_frame(4, "count_words", b"to be"):
            self.daemon.socket.sendall(bytes([byte]))
        self.assertEqual(self.daemon.expect(frames.DONE)["result"], b"2")
        # All in one piece: 6 is cancelled before it is started, 5 and 7 are returned by the recall.
        jobs = b"".join(self.daemon.job_frame(number, "count_words") for number in (5, 6, 7))
        cancel = frames.encode(frames.CANCEL, job=6, lease=1006)
        self.daemon.socket.sendall(jobs + cancel + frames.encode(frames.RECALL))
        self.assertEqual([self.daemon.expect(frames.RETURN)["job"] for _ in range(3)], [6, 5, 7])
        drain = frames.encode(frames.DRAIN)
        self.daemon.socket.sendall(drain + self.daemon.job_frame(8, "count_words"))
        self.assertEqual(self.daemon.expect(frames.RETURN)["job"], 8)
        self.left()

    def test_sigterm_drains_it(self) -> None:
        self.daemon.welcome()
        self.daemon.job(1, "count_words", b"x")
        self.daemon.expect(frames.DONE)
        self.process.send_signal(signal.SIGTERM)
        self.left()

    def test_a_refusal_ends_it(self) -> None:
        self.daemon.expect(frames.HELLO)
        self.daemon.send(frames.ERROR, code="wrong_token", message="no")
        self.assertEqual(self.end(), 1)

    def test_a_lost_connection_ends_it(self) -> None:
        self.daemon.welcome()
        self.daemon.close()
        self.assertEqual(self.end(), 1)
        self.errors.seek(0)
        self.assertIn("the daemon closed the connection", self.errors.read())
