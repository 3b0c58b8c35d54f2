"""What the tests of scaling have in common."""

import json
import pathlib
import shutil
import tempfile
import unittest

from harness import Daemon, python_pool, until


def scaled(most: int = 8, **scaling) -> dict:
    """A pool of workers of one job each."""
    return python_pool(processes={"min": 1, "max": most}, concurrency=1, scaling=scaling)


class ScalingScene(unittest.TestCase):
    """A daemon whose pools are scaled, and nothing else that happens on this machine."""

    def directory(self) -> pathlib.Path:
        directory = tempfile.mkdtemp(prefix="jobsup-scaling-")
        self.addCleanup(shutil.rmtree, directory, ignore_errors=True)
        return pathlib.Path(directory)

    def daemon(self, pools: dict, environment: dict | None = None, **settings) -> Daemon:
        daemon = Daemon({}, environment=environment)
        self.configure(daemon, pools, **settings)
        self.addCleanup(daemon.remove)
        return daemon.start()

    def configure(self, daemon: Daemon, pools: dict, **settings) -> None:
        """Writes it, for a start or a reload."""
        # Whatever else this machine does at the time is none of these tests' business.
        calm = {"pressure": {"cpu": "off", "memory": "off", "io": "off"}}
        daemon.write(pools=pools, scaling={**calm, **settings.pop("scaling", {})}, **settings)

    def pool(self, daemon: Daemon, name: str = "py") -> dict:
        return daemon.json("pool", name)

    def history(self, daemon: Daemon, name: str = "py") -> list[dict]:
        return daemon.json("scale", "history", name)["decisions"]

    def enqueue_many(self, daemon: Daemon, count: int, seconds: float, **options) -> None:
        tasks = [{"type": "sleep", "payload": seconds, **options} for _ in range(count)]
        self.assertEqual(daemon.http("POST", "/api/tasks/batch", json.dumps({"tasks": tasks}))[0], 202)

    def finished(self, daemon: Daemon) -> dict:
        """How many jobs ended, by state, of all queues."""
        ended: dict[str, int] = {}
        for queue in daemon.json("status")["queues"]:
            for state, count in queue["finished"].items():
                if count:
                    ended[state] = ended.get(state, 0) + count
        return ended

    def has_workers(self, daemon: Daemon, wanted: int, name: str = "py", deadline: float = 60) -> None:
        def look():
            pool = self.pool(daemon, name)
            return pool["wanted"] == wanted and pool["actual"] == wanted

        until(look, lambda: f"{wanted} workers; {self.history(daemon, name)[:3]}", deadline)
