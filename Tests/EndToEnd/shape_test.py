"""What the tests of processes in bad shape have in common."""

from __future__ import annotations

import json
import os
import pathlib
import sys
import tempfile
import unittest

from harness import Daemon, until
from traces import MARK, Traces, marked

SHAPES = str(pathlib.Path(__file__).parent / "shapes.py")


def service(*command: str, **changes) -> dict:
    return {
        "kind": "service",
        "command": list(command),
        "processes": 1,
        "ready": "50ms",
        "stop_grace": "300ms",
        **changes,
    }


def shape(*arguments: str, **changes) -> dict:
    # No site packages: it starts in half the time.
    return service(sys.executable, "-SE", SHAPES, *arguments, **changes)


def worker(*arguments: str, **changes) -> dict:
    """A shape in the place of a worker that gets jobs."""
    command = [sys.executable, "-SE", SHAPES, *arguments]
    return {"command": command, "queues": ["default"], "processes": 1, "stop_grace": "300ms", **changes}


class ShapeTest(unittest.TestCase):
    def daemon(self, pools: dict, **settings) -> Daemon:
        """A daemon whose workers are marked. At the end it is stopped, and nothing of them may be left.

        What it holds is seen before the first of them is there.
        """
        daemon = Daemon({}, **settings)
        self.addCleanup(daemon.remove)
        for pool in pools.values():
            pool["environment"] = {**pool.get("environment", {}), MARK: str(daemon.directory)}
        self.pools = pools
        self.wanted = {name: pool["processes"] for name, pool in pools.items()}
        # The first start of a process, and each thread of the API, opens what stays.
        started = {**pools, "warm-up": service("/bin/sleep", "600")}
        daemon.write(
            pools={name: {**pool, "processes": {"min": 0, "start": 0}} for name, pool in started.items()},
            types=settings.get("types", {}),
        )
        daemon.start()
        self.scale(daemon, "warm-up", 1)
        until(lambda: self.pool(daemon, "warm-up")["ready"] == 1, lambda: f"one is ready:\n{daemon.tail()}")
        self.scale(daemon, "warm-up", 0)
        self.ready(daemon, "warm-up", 0)
        for _ in range(2 * (os.cpu_count() or 1)):
            daemon.http("GET", "/api/status")
        self.traces = Traces(daemon, str(daemon.directory))
        for name, count in self.wanted.items():
            self.scale(daemon, name, count)
        self.addCleanup(self.leaves_nothing, daemon)
        return daemon

    def leaves_nothing(self, daemon: Daemon) -> None:
        if daemon.process.poll() is None:
            self.traces.none_of_zombies()
            self.assertEqual(daemon.stop(), 0, daemon.tail())
        self.assertEqual(marked(str(daemon.directory)), [], "left behind by the stop")

    def scale(self, daemon: Daemon, name: str, count: int) -> None:
        """Over HTTP: with many pools so many commands would take long."""
        self.assertEqual(daemon.http("POST", f"/api/pools/{name}/scale", json.dumps({"processes": count}))[0], 200)

    def holds_nothing(self, daemon: Daemon) -> None:
        """With no worker it has as many descriptors as when it began."""
        for name in self.wanted:
            self.scale(daemon, name, 0)
            self.ready(daemon, name, 0)
        self.traces.none_of_zombies()
        self.traces.none_of_processes()
        self.traces.none_of_descriptors()

    def pool(self, daemon: Daemon, name: str = "pool") -> dict:
        status, _, pool = daemon.http("GET", f"/api/pools/{name}")
        self.assertEqual(status, 200)
        return pool

    def ended(self, daemon: Daemon, name: str = "pool") -> dict:
        """How the first worker of a pool ended."""
        return until(lambda: self.pool(daemon, name)["ends"], lambda: f"a worker ended:\n{daemon.tail()}")[-1]

    def ready(self, daemon: Daemon, name: str = "pool", count: int = 1) -> dict:
        return until(
            lambda: (pool := self.pool(daemon, name))["ready"] == count == pool["actual"] and pool,
            lambda: f"{count} are ready:\n{daemon.tail()}",
        )

    def once(self, *arguments: str, **changes) -> dict:
        """A pool whose first worker goes wrong, and whose second one does well."""
        directory = self.enterContext(tempfile.TemporaryDirectory())
        return shape("once", f"{directory}/once", *arguments, **changes)
