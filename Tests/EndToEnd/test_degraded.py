"""Pools in trouble: they recover by themselves, they do not run in circles, and their limits hold."""

import json
import os
import pathlib
import signal
import sys
import tempfile
import time
import unittest

from harness import Daemon, python_pool, until

OFF = {"after_jobs": "off", "after": "off", "memory_soft": "off", "memory_hard": "off"}

#: Does not end at SIGTERM, but takes much memory; at once, if it is told so.
GREEDY = """
import os, signal, time
signal.signal(signal.SIGTERM, lambda *_: None)
print("deaf", flush=True)
if "AT_ONCE" not in os.environ: signal.pause()
memory = bytearray(200 << 20)
memory[::4096] = b"x" * len(memory[::4096])
while True: time.sleep(600)
"""


class Degraded(unittest.TestCase):
    def directory(self) -> pathlib.Path:
        return pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def test_a_degraded_pool_without_an_empty_place_recovers_by_itself(self):
        """Replacements that fail while all workers live, and an empty place that is taken away; both in the same minute."""
        directory = self.directory()
        (directory / "ok").touch()
        restart = {"burst": "3/1m"}
        broken = python_pool(restart=restart, recycle={**OFF, "after": "2s"}, queues=["broken"])
        broken["command"] = ["/bin/sh", "-c", f'test -e {directory}/ok || exit 1; exec "$@"', "sh", *broken["command"]]
        shrunk = python_pool(restart=restart, recycle=OFF, queues=["shrunk"], processes=4)
        daemon = Daemon({"broken": broken, "shrunk": shrunk}).start()
        self.addCleanup(daemon.remove)
        pool = lambda name: daemon.json("pool", name)
        old = until(lambda: (now := pool("broken"))["ready"] == 2 and now, "they are ready")["workers"]
        (directory / "ok").unlink()
        workers = until(lambda: (now := pool("shrunk"))["ready"] == 4 and now, "they are ready")["workers"]
        for worker in workers[:3]:
            os.kill(worker["pid"], signal.SIGKILL)
        until(lambda: pool("shrunk")["health"] == "degraded" and pool("shrunk")["actual"] == 3, "a place stays empty")
        daemon.jobsup("scale", "shrunk", "3")
        until(lambda: pool("broken")["health"] == "degraded", lambda: f"replacements fail:\n{daemon.tail()}")
        self.assertEqual(pool("broken")["actual"], 2)
        (directory / "ok").touch()

        def recovered() -> bool:
            # So many at the same time that also the last worker has one.
            job = {"type": "sleep", "payload": {"seconds": 0.2}}
            jobs = [{**job, "queue": name} for name in ("broken", "shrunk") for _ in range(5)]
            daemon.jobsup("enqueue", stdin="".join(json.dumps(job) + "\n" for job in jobs))
            until(lambda: daemon.json("status")["totals"]["queued"] == 0, "they run")
            return all(pool(name)["health"] == "healthy" for name in ("broken", "shrunk"))

        until(recovered, lambda: f"both are healthy:\n{daemon.tail()}", 100)
        gone = lambda: not {worker["pid"] for worker in old} & {worker["pid"] for worker in pool("broken")["workers"]}
        until(gone, lambda: f"what was due is replaced:\n{daemon.tail()}")
        until(lambda: pool("shrunk")["actual"] == 3, "the one whose place the canary took is gone")

    def test_replacements_that_die_wait_longer_and_longer_while_the_old_worker_does_well(self):
        directory = self.directory()
        pool = python_pool(processes=1, restart={"burst": "1000/1m"}, recycle={**OFF, "after_jobs": 5})
        script = f'mkdir {directory}/first 2>/dev/null && exec "$@"; echo >> {directory}/starts; exit 1'
        pool["command"] = ["/bin/sh", "-c", script, "sh", *pool["command"]]
        daemon = Daemon({"pool": pool}).start()
        self.addCleanup(daemon.remove)
        starts = directory / "starts"
        began = 0.0

        def flow() -> bool:
            nonlocal began
            daemon.jobsup("enqueue", stdin='{"type": "noop"}\n' * 20)
            if not began and starts.exists():
                began = time.monotonic()
            return began and time.monotonic() - began > 5

        until(flow, lambda: f"five seconds after the first:\n{daemon.tail()}")
        self.assertLessEqual(len(starts.read_text()), 10)
        now = daemon.json("pool", "pool")
        self.assertEqual((now["health"], now["ready"] + now["busy"]), ("healthy", 1))

    def test_the_hard_limit_holds_for_one_that_is_ending(self):
        """A service that was asked to leave, a program whose job's time is over, and one that does not heed the limit."""
        settings = {"command": [sys.executable, "-c", GREEDY], "processes": 1, "stop_grace": "5m"}
        settings["recycle"] = {**OFF, "memory_hard": "100MiB"}
        exec_pool = {"kind": "exec", "queues": ["late"], **settings}
        at_once = {"kind": "exec", **settings, "queues": ["at_once"], "environment": {"AT_ONCE": "1"}}
        types = {"late": {"timeout": "1s", "max_attempts": 1, "queue": "late"}, "at_once": {"queue": "at_once", "timeout": "10m"}}
        pools = {"stay": {"kind": "service", "ready": "50ms", **settings}, "late": exec_pool, "at_once": at_once}
        daemon = Daemon(pools, types=types).start()
        self.addCleanup(daemon.remove)
        end = lambda name: until(lambda: daemon.json("pool", name)["ends"], lambda: f"{name} ends:\n{daemon.tail()}", 30)[0]
        until(lambda: "deaf" in daemon.log.read_text(), "the service is up")
        daemon.jobsup("scale", "stay", "0")
        daemon.enqueue("at_once")
        late = daemon.enqueue("late")
        self.assertEqual([end(name)["cause"] for name in pools], ["memory_limit"] * 3)
        self.assertEqual(daemon.finished(late)["status"], "timeout", "it is the time that was over")


if __name__ == "__main__":
    unittest.main()
