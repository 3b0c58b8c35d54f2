"""Reloads, rollouts and removals that are overtaken: by a stop, by another one, or by a file that cannot be read."""

import errno
import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

from harness import BUILD, Daemon, python_pool, until
from test_services import service


class ReloadEnds(unittest.TestCase):
    def daemon(self, pools: dict, **settings) -> Daemon:
        daemon = Daemon(pools, **settings).start()
        self.addCleanup(daemon.remove)
        return daemon

    def background(self, daemon: Daemon, *arguments: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [str(BUILD / "jobsup"), *arguments], env={**os.environ, "JOBSUP_RUNTIME_DIRECTORY": str(daemon.runtime)},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: process.poll() is None and (process.kill(), process.wait()))
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        return process

    def blocked(self, daemon: Daemon) -> pathlib.Path:
        """Writes a configuration that takes as long to read as somebody has the pipe open that this gives."""
        pipe = daemon.directory / "environment"
        os.mkfifo(pipe)
        daemon.write(pools={"pool": service("/bin/sleep", "600", environment_file=str(pipe))}, types={})
        return pipe

    def reading(self, pipe: pathlib.Path) -> int:
        """Waits until the pipe is read, and keeps it open; gives the end to write to."""

        def opened():
            try:
                return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            except OSError as error:
                # Nobody reads.
                if error.errno != errno.ENXIO:
                    raise
                return None

        return until(opened, "the pipe is read")

    def test_a_stop_does_not_wait_for_a_configuration_that_cannot_be_read(self):
        # One thread for all that is not to block: were it to wait for the file, nothing would be heard any more.
        strict = {"LIBDISPATCH_COOPERATIVE_POOL_STRICT": "1"}
        daemon = self.daemon({"pool": service("/bin/sleep", "600")}, environment=strict)
        until(lambda: daemon.json("pool", "pool")["ready"] == 1, "it is ready")
        pipe = self.blocked(daemon)
        daemon.process.send_signal(signal.SIGHUP)
        self.addCleanup(os.close, self.reading(pipe))
        asking = [self.background(daemon, "reload") for _ in range(2)]
        self.assertEqual(daemon.json("pool", "pool")["ready"], 1, "it still answers")
        self.assertEqual(daemon.stop(), 0)
        self.assertIn("stopped", daemon.tail())
        for process in asking:
            self.assertIn(process.wait(60), (4, 5), process.stderr.read())

    def test_a_stop_does_not_wait_for_whoever_asked_for_a_reload(self):
        daemon = self.daemon({"pool": service("/bin/sleep", "600")})
        until(lambda: daemon.json("pool", "pool")["ready"] == 1, "it is ready")
        pipe = self.blocked(daemon)
        asking = self.background(daemon, "reload")
        self.addCleanup(os.close, self.reading(pipe))
        self.assertEqual(daemon.stop(), 0)
        self.assertIn(asking.wait(60), (4, 5), asking.stderr.read())

    def test_one_reload_comes_after_the_other(self):
        daemon = self.daemon({"pool": service("/bin/sleep", "600")})
        until(lambda: daemon.json("pool", "pool")["ready"] == 1, "it is ready")
        pipe = self.blocked(daemon)
        first = self.background(daemon, "reload")
        writer = self.reading(pipe)
        asking = [first, *(self.background(daemon, "reload") for _ in range(2))]
        daemon.write(pools={"pool": service("/bin/sleep", "602")}, types={})
        os.write(writer, b"A=1\n")
        os.close(writer)
        self.assertEqual([process.wait(60) for process in asking], [0, 0, 0], daemon.tail())
        said = sorted(process.stdout.read() for process in asking)
        self.assertEqual(sum("is rolled out anew" in text for text in said), 2, said)
        until(lambda: daemon.json("pool", "pool")["command"] == ["/bin/sleep", "602"], "the last one holds")

    def test_going_back_to_what_runs_replaces_nobody(self):
        good = service("/bin/sleep", "600")
        daemon = self.daemon({"pool": good})
        pool = until(lambda: (pool := daemon.json("pool", "pool"))["ready"] == 1 and pool, "it is ready")
        daemon.write(pools={"pool": service("/bin/false")}, types={})
        daemon.jobsup("reload")
        until(lambda: daemon.json("pool", "pool")["rollout"]["state"] == "ended", "it is taken back")
        daemon.write(pools={"pool": good}, types={})
        self.assertIn("pool goes on as it is", daemon.jobsup("reload").stdout)
        now = daemon.json("pool", "pool")
        self.assertEqual((now["generation"], now["workers"][0]["pid"]), (1, pool["workers"][0]["pid"]))
        self.assertIn("nothing has changed", daemon.jobsup("reload").stdout)
        daemon.jobsup("rollout", "pool")
        self.assertEqual(daemon.json("pool", "pool")["command"], ["/bin/sleep", "600"])

    def test_a_pool_on_its_way_out_wants_nobody(self):
        daemon = self.daemon({"pool": python_pool(processes=3)})
        until(lambda: daemon.json("pool", "pool")["ready"] == 3, "all are ready")
        path = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory())) / "runs"
        job = daemon.enqueue("hold_while", {"path": str(path)})
        until(path.exists, "it runs")
        daemon.write(pools={"pool": service("/bin/sleep", "600")}, types={})
        daemon.jobsup("reload")
        leaving = until(
            lambda: [pool for pool in daemon.json("pool")["pools"] if pool["kind"] == "socket" and pool["actual"] == 1],
            lambda: f"one of them still works:\n{daemon.tail()}")[0]
        self.assertEqual((leaving["removed"], leaving["wanted"], leaving["backoff"], leaving["draining"]), (True, 0, 0, 1))
        new = [pool for pool in daemon.json("pool")["pools"] if pool["kind"] == "service"][0]
        self.assertEqual((new["removed"], new["wanted"]), (False, 1))
        self.assertIn("removed", daemon.jobsup("pool").stdout)
        path.unlink()
        self.assertEqual(daemon.finished(job)["status"], "completed")
        until(lambda: len(daemon.json("pool")["pools"]) == 1, "it is gone")

    def test_a_rollout_that_the_stop_overtakes_has_not_ended_well(self):
        daemon = self.daemon({"pool": service("/bin/sleep", "600", rollout_patience="1h", stop_grace="3s")})
        until(lambda: daemon.json("pool", "pool")["ready"] == 1, "it is ready")
        rollout = self.background(
            daemon, "rollout", "pool", "--command", "/bin/sh", "-c", "trap '' TERM; while :; do sleep 1; done")
        until(lambda: daemon.json("pool", "pool")["ready"] == 2, "the successor is watched")
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(rollout.wait(60), 4, rollout.stderr.read())


if __name__ == "__main__":
    unittest.main()
