"""The system refuses to start processes: it is told why, tried again ever more slowly, and well again when it may."""

from __future__ import annotations

import os
import pathlib
import resource
import shutil
import signal
import subprocess
import unittest

from harness import BUILD, Daemon, until
from traces import descriptors, zombies

#: Nobody else's, so that its processes can be counted.
USER = 61234
AS_USER = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]


class OrdinaryDaemon(Daemon):
    """A daemon of an ordinary user, for whom limits hold."""

    def start(self, wait: bool = True) -> Daemon:
        os.chown(self.directory, USER, USER)
        # The build may lie in a folder that only its owner may enter.
        for program in ("jobsupd", "jobsup-launch"):
            shutil.copy(BUILD / program, self.directory / program)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*AS_USER, str(self.directory / "jobsupd"), "--config", str(self.config)],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        until(self.answers, lambda: f"the daemon answers; its log:\n{self.tail()}")
        return self


@unittest.skipUnless(os.geteuid() == 0, "only root may become another user and change another process's limits")
class SpawnFailures(unittest.TestCase):
    def setUp(self):
        pool = {
            "kind": "service",
            "command": ["/bin/sleep", "600"],
            "processes": 3,
            "ready": "50ms",
            "restart": {"burst": "500/1m"},
        }
        jobs = {"kind": "exec", "command": ["/bin/cat"], "queues": ["default"], "processes": 1}
        self.daemon = OrdinaryDaemon({"pool": pool, "jobs": jobs})
        self.addCleanup(self.daemon.remove)
        self.daemon.start()
        self.pid = self.daemon.process.pid
        self.ready()
        # Everything was opened once.
        self.assertEqual(self.daemon.finished(self.daemon.enqueue("x", 1))["status"], "completed")

    def pool(self) -> dict:
        return self.daemon.json("pool", "pool")

    def ready(self) -> dict:
        return until(
            lambda: (pool := self.pool())["ready"] == 3 == pool["actual"] and pool,
            lambda: f"three are ready:\n{self.daemon.tail()}",
        )

    def failures(self) -> list[str]:
        return [
            line for line in self.daemon.log.read_text().splitlines() if "cannot start a worker of pool pool: " in line
        ]

    def limit(self, name: str, soft: int | str) -> None:
        """Sets a limit of the daemon, as its own user may."""
        subprocess.run([*AS_USER, "prlimit", f"--pid={self.pid}", f"--{name}={soft}:"], check=True)

    def limited(self, name: str, limit: int, words: str, lost: int = 0, lost_each: int = 0) -> None:
        """Workers die while no other can be started, but with the launcher that waits, until the limit is raised again. `lost` descriptors are lost by
        that, and so many more by each failed start."""
        old = resource.getrlimit(getattr(resource, f"RLIMIT_{name.upper()}"))[0]
        before = descriptors(self.pid)
        victims = [worker["pid"] for worker in self.pool()["workers"]][:2]
        self.limit(name, limit)
        try:
            for victim in victims:
                os.kill(victim, signal.SIGKILL)
            until(lambda: len(self.failures()) >= 4, lambda: f"it is tried again and again:\n{self.daemon.tail()}")
        finally:
            self.limit(name, "unlimited" if old == resource.RLIM_INFINITY else old)
        self.assertIsNone(self.daemon.process.poll(), self.daemon.tail())
        for line in self.failures():
            self.assertIn(words, line)
            self.assertRegex(line, r"; next try in \d")
        ends = self.ready()["ends"]
        failed = [end for end in ends if end["cause"] == "spawn_failed"]
        self.assertGreaterEqual(len(failed), 4)
        self.assertEqual({end["message"] for end in failed}, {f"could not be started: {words}"})
        self.assertEqual(ends[-1]["message"], "was killed by SIGKILL")
        self.assertEqual(self.daemon.finished(self.daemon.enqueue("x", 2), 30)["status"], "completed")
        self.assertEqual(zombies(self.pid), [])
        lost += lost_each * len(failed)
        until(
            lambda: len(descriptors(self.pid)) <= len(before) + lost,
            lambda: f"no descriptor is left open:\n{before}\n{descriptors(self.pid)}",
            20,
        )

    def test_no_more_processes(self):
        self.limited(
            "nproc",
            1,
            "no more processes can be made: raise TasksMax= of the unit or the user's limit (ulimit -u), "
            "or run fewer processes",
            # Foundation loses two with the first failed start; none follows before one can succeed.
            lost=2,
        )

    def test_no_more_descriptors(self):
        # Not one number is free for long.
        self.limited(
            "nofile",
            len(os.listdir(f"/proc/{self.pid}/fd")),
            "no more files can be opened: raise LimitNOFILE= of the unit (ulimit -n), or run fewer processes",
        )

    def test_no_more_memory(self):
        # What it has of addresses already, and a little.
        size = int(pathlib.Path(f"/proc/{self.pid}/statm").read_text().split()[0]) * resource.getpagesize()
        self.limited(
            "as",
            size + (8 << 10),
            "there is not enough memory to start a process: free memory, or run fewer processes",
            # Foundation loses two with each failed start: that there is no room for a stack shows only in another one.
            lost=2,
        )


if __name__ == "__main__":
    unittest.main()
