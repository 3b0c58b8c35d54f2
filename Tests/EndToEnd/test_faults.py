"""Garbage on the sockets, wrong tokens, a full disk: clear errors, a living daemon, nothing lost."""

import os
import socket
import struct
import subprocess
import tempfile
import time
import unittest

from harness import Daemon, python_pool, until

from jobsup import Client


def frame(type: int, body: bytes = b"") -> bytes:
    return struct.pack(">IB", len(body) + 1, type) + body


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack(">H", len(data)) + data


class Sockets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon({"py": python_pool(processes=1)}).start()

    @classmethod
    def tearDownClass(cls):
        cls.daemon.remove()

    def answer(self, name: str, data: bytes) -> tuple[int, str]:
        """The type and code of the last frame the daemon sends before it closes."""
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(30)
            peer.connect(str(self.daemon.runtime / name))
            peer.sendall(data)
            answer = b""
            try:
                while chunk := peer.recv(65536):
                    answer += chunk
            except ConnectionResetError:
                pass
        last = (0, "")
        while len(answer) >= 5:
            length, type = struct.unpack_from(">IB", answer)
            body = answer[5 : 4 + length]
            code = body[2 : 2 + struct.unpack_from(">H", body)[0]].decode() if type == 70 else ""
            last = (type, code)
            answer = answer[4 + length :]
        return last

    def test_every_kind_of_nonsense_is_told_and_closed(self):
        hello = struct.pack(">HH", 1, 1) + text("wrong") + text("") + struct.pack(">H", 0)
        client = frame(128, struct.pack(">H", 1) + text("test"))
        for name, data, code in [
            ("worker.sock", b"\xff" * 64, "frame_too_large"),
            ("worker.sock", struct.pack(">IB", 0, 0), "malformed_frame"),
            ("worker.sock", frame(250), "unknown_frame"),
            ("worker.sock", frame(3, b"x" * 20), "unexpected_frame"),
            ("worker.sock", frame(1, b"\x00"), "malformed_frame"),
            ("worker.sock", frame(1, struct.pack(">HH", 9, 1)), "wrong_protocol"),
            ("worker.sock", frame(1, hello), "wrong_token"),
            ("client.sock", frame(129, b"\x00" * 12), "unexpected_frame"),
            ("client.sock", client + frame(129, struct.pack(">QI", 1, 1000)), "malformed_frame"),
            ("client.sock", client + struct.pack(">I", 1 << 31), "frame_too_large"),
            ("client.sock", client + frame(64), "unexpected_frame"),
        ]:
            self.assertEqual(self.answer(name, data), (70, code), (name, data[:24]))
        self.assertEqual(self.daemon.finished(self.daemon.enqueue("add", {"a": 2, "b": 3}))["result"], 5)

    def test_half_a_frame_and_gone(self):
        for name in ("worker.sock", "client.sock", "api.sock"):
            for data in (b"", b"\x00", b"\x00\x00\x00\x10\x01\x00", b"GET / HT"):
                with socket.socket(socket.AF_UNIX) as peer:
                    peer.connect(str(self.daemon.runtime / name))
                    peer.sendall(data)
        self.assertEqual(self.daemon.finished(self.daemon.enqueue("add", {"a": 2, "b": 3}))["result"], 5)

    def test_nonsense_to_the_api(self):
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(30)
            peer.connect(str(self.daemon.runtime / "api.sock"))
            body = b'{"type": 1'
            peer.sendall(b"POST /api/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                         % (len(body), body))
            answer = b""
            while chunk := peer.recv(65536):
                answer += chunk
        self.assertTrue(answer.startswith(b"HTTP/1.1 400"))
        self.assertIn(b'"code":"bad_json"', answer)

    def test_sockets_are_not_for_everybody(self):
        for name in ("api.sock", "client.sock"):
            self.assertEqual(os.stat(self.daemon.runtime / name).st_mode & 0o777, 0o660)
        self.assertEqual(os.stat(self.daemon.runtime / "worker.sock").st_mode & 0o777, 0o600)


@unittest.skipUnless(os.geteuid() == 0, "mounting a small file system needs root")
class FullDisk(unittest.TestCase):
    def test_a_full_disk_refuses_clearly_and_heals(self):
        disk = tempfile.mkdtemp(prefix="jobsup-disk-")
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6M", "tmpfs", disk], check=True)
        self.addCleanup(os.rmdir, disk)
        self.addCleanup(subprocess.run, ["umount", "-l", disk])
        daemon = Daemon({"py": python_pool(processes=0)}, state=os.path.join(disk, "state")).start()
        self.addCleanup(daemon.remove)
        acknowledged = []
        payload = {"a": 1, "b": 1, "fill": "x" * 50_000}
        with Client(str(daemon.runtime)) as client:
            with self.assertRaises(Exception) as caught:
                for _ in range(400):
                    acknowledged.append(client.enqueue("add", payload))
        self.assertIn("no room", str(caught.exception))
        self.assertGreater(len(acknowledged), 10)
        status = daemon.json("status")
        self.assertFalse(status["store"]["ok"])
        self.assertEqual(status["totals"]["queued"], len(acknowledged))
        subprocess.run(["mount", "-o", "remount,size=64M", disk], check=True)
        until(lambda: daemon.jobsup("enqueue", "add", "--payload", '{"a":1,"b":1}', check=False).returncode == 0,
              "writing works again")
        self.assertTrue(until(lambda: daemon.json("status")["store"]["ok"], "the trouble is over"))
        # Nothing that was acknowledged is lost, also not by a crash.
        daemon.kill()
        daemon.start()
        self.assertGreaterEqual(daemon.json("status")["totals"]["queued"], len(acknowledged) + 1)


if __name__ == "__main__":
    unittest.main()
