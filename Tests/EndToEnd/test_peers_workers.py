"""The workers of others as services: rq and celery on a real Redis are kept, scaled and stopped, and do their work."""

from __future__ import annotations

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

from harness import Daemon, alive, until
from traces import MARK, Traces, marked

HERE = pathlib.Path(__file__).parent
#: As in `.ci/deps`, which makes it.
PEERS = pathlib.Path(
    os.environ.get("JOBSUP_PEERS")
    or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache", "jobsup", "peers")
)


@unittest.skipUnless(shutil.which("redis-server") and (PEERS / "installed").exists(), "needs what .ci/deps installs")
class Peers(unittest.TestCase):
    def setUp(self):
        # Short: the path of a socket has little room.
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="jobsup-peers-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.socket = self.directory / "redis.sock"
        self.file = self.directory / "lines"
        with open(self.directory / "redis.log", "wb") as log:
            redis = subprocess.Popen(
                [
                    "redis-server",
                    "--port",
                    "0",
                    "--unixsocket",
                    str(self.socket),
                    "--dir",
                    str(self.directory),
                    "--save",
                    "",
                ],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        self.addCleanup(redis.wait, 20)
        self.addCleanup(redis.terminate)
        until(self.socket.exists, "redis listens")
        self.environment = {
            "PEER_REDIS": str(self.socket), "PYTHONPATH": str(HERE), "PATH": "/usr/bin:/bin",
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(self.directory), "LANG": "C.UTF-8",
        }  # fmt: skip

    def enqueue(self, key: str, seconds: float = 0) -> None:
        subprocess.run(
            [PEERS / "bin" / "python", HERE / "peer_tasks.py", self.peer, self.file, key, str(seconds)],
            env=self.environment,
            check=True,
            timeout=60,
        )

    def lines(self, word: str, key: str) -> list[int]:
        """The processes that began or ended the job."""
        if not self.file.exists():
            return []
        lines = (line.split() for line in self.file.read_text().splitlines())
        return [int(pid) for said, about, pid in lines if (said, about) == (word, key)]

    def done(self, key: str) -> None:
        until(lambda: self.lines("end", key), lambda: f"{key} is done:\n{self.daemon.tail()}")

    def ready(self, count: int) -> list[int]:
        pool = until(
            lambda: (pool := self.daemon.json("pool", "pool"))["ready"] == count == pool["actual"] and pool,
            lambda: f"{count} are ready:\n{self.daemon.tail()}",
        )
        return [worker["pid"] for worker in pool["workers"]]

    def lives_well(self, peer: str, *command: str) -> None:
        self.peer = peer
        pool = {
            "kind": "service", "command": [str(PEERS / "bin" / command[0]), *command[1:]], "processes": 1,
            "directory": str(self.directory), "environment": self.environment, "stop_grace": "30s",
        }  # fmt: skip
        self.daemon = daemon = Daemon({"pool": pool})
        self.addCleanup(daemon.remove)
        self.environment[MARK] = str(daemon.directory)
        daemon.write(pools={"pool": pool}, types={})
        del self.environment[MARK]
        daemon.start()
        traces = Traces(daemon, str(daemon.directory))

        # It works.
        first = self.ready(1)[0]
        for key in ("a", "b", "c"):
            self.enqueue(key)
        for key in ("a", "b", "c"):
            self.done(key)

        # Killed under a job it is replaced, and its own children go with it.
        self.enqueue("long", 600)
        child = until(lambda: self.lines("begin", "long"), lambda: f"it runs:\n{daemon.tail()}")[0]
        self.assertNotEqual(child, first, "it runs in a process of its worker's")
        os.kill(first, signal.SIGKILL)
        until(lambda: not alive(child), "nobody stays behind")
        end = until(lambda: daemon.json("pool", "pool")["ends"], "its end is told")[0]
        self.assertEqual((end["pid"], end["cause"], end["message"]), (first, "signal", "was killed by SIGKILL"))
        second = self.ready(1)[0]
        self.enqueue("after")
        self.done("after")
        traces.none_of_zombies()

        # More of them, and fewer.
        daemon.jobsup("scale", "pool", "3")
        self.assertIn(second, self.ready(3))
        daemon.jobsup("scale", "pool", "1")
        kept = self.ready(1)
        self.assertEqual(kept, [second])
        pool = daemon.json("pool", "pool")
        self.assertEqual((pool["restarts"], pool["health"]), (1, "healthy"))
        self.assertEqual(
            {end["message"] for end in pool["ends"][:2]} - {"left: scaled down", "was ended: scaled down (SIGTERM)"}, set()
        )
        self.enqueue("fewer")
        self.done("fewer")

        # What runs is finished first.
        self.enqueue("last", 2)
        until(lambda: self.lines("begin", "last"), "it runs")
        self.assertEqual(daemon.stop(), 0, daemon.tail())
        self.assertEqual(len(self.lines("end", "last")), 1, daemon.tail())
        self.assertEqual(marked(str(daemon.directory)), [])

    def test_rq(self):
        self.lives_well("rq", "rq", "worker", "--url", f"unix://{self.socket}", "default")

    def test_celery(self):
        self.lives_well(
            "celery",
            "celery",
            "--app",
            "peer_tasks",
            "worker",
            "--concurrency",
            "1",
            "--without-gossip",
            "--without-mingle",
            "--hostname",
            "%n-%d",
            "--loglevel",
            "warning",
        )


if __name__ == "__main__":
    unittest.main()
