"""Whose fault it is when a worker ends: the jobs' count of crashes, and when the next worker starts."""

import base64
import json
import os
import pathlib
import pwd
import signal
import subprocess
import sys
import time
import unittest

from harness import BUILD, Daemon, python_pool, until

ODD = str(pathlib.Path(__file__).parent / "odd_worker.py")


def odd_pool(*arguments: str, **changes) -> dict:
    return {"command": [sys.executable, ODD, *arguments], "queues": ["default"], "processes": 1, **changes}


def take(path: str) -> int | None:
    """The number in the file, once."""
    try:
        number = int(pathlib.Path(path).read_text())
        os.unlink(path)
        return number
    except FileNotFoundError:
        return None


class Ends(unittest.TestCase):
    def daemon(self, pool: dict, **settings) -> Daemon:
        daemon = Daemon({"pool": pool}, **settings).start()
        self.addCleanup(daemon.remove)
        return daemon

    def ready(self, daemon: Daemon, count: int = 1) -> None:
        until(lambda: daemon.json("pool", "pool")["ready"] == count, f"{count} are ready:\n{daemon.tail()}")

    def test_a_job_that_crosses_a_bye_was_never_begun(self):
        daemon = Daemon({"pool": odd_pool()})
        self.addCleanup(daemon.remove)
        daemon.write(pools={"pool": odd_pool("bye-once", str(daemon.directory / "once"))})
        daemon.start()
        self.ready(daemon)
        job = daemon.finished(daemon.enqueue("work"))
        self.assertEqual((job["status"], job["crashes"], job["attempt"], job["attempts"]), ("completed", 0, 1, []))
        self.assertEqual(job["worker"], "pool-2")

    def test_workers_that_leave_at_once_are_not_started_without_end(self):
        daemon = self.daemon(odd_pool("leave"))
        self.slows_down(daemon)
        self.assertIn("error    worker pool-", daemon.tail())

    def test_workers_that_never_get_ready_are_not_started_without_end(self):
        daemon = self.daemon({**python_pool(processes=1), "command": ["/bin/sleep", "600"], "boot_timeout": "50ms"})
        self.slows_down(daemon)
        self.assertIn("not ready within", daemon.tail(400))

    def slows_down(self, daemon: Daemon) -> None:
        """Each further start waits longer: six would follow one another in a moment otherwise."""
        restarts = lambda: daemon.json("pool", "pool")["restarts"]
        until(lambda: restarts() >= 4, "it is started again")
        before, start = restarts(), time.monotonic()
        until(lambda: restarts() > before or time.monotonic() - start > 5, "it is started again, or waits")
        until(lambda: time.monotonic() - start > 2, "two seconds")
        self.assertLess(restarts() - before, 8)

    def test_neighbours_of_a_poisonous_job_are_not_quarantined(self):
        types = {name: {"max_attempts": 1} for name in ("poison", "innocent")}
        daemon = self.daemon(odd_pool("poison", concurrency=4), types=types)
        self.ready(daemon)
        innocent = [daemon.enqueue("innocent") for _ in range(2)]
        poison = daemon.enqueue("poison")
        innocent += [daemon.enqueue("innocent") for _ in range(5)]
        job = daemon.finished(poison)
        self.assertEqual((job["status"], job["error"]["cause"]), ("failed", "quarantined"))
        for id in innocent:
            self.assertEqual(daemon.finished(id)["status"], "completed", daemon.tail())

    def test_a_suspect_waits_for_an_empty_worker_and_can_be_cancelled_meanwhile(self):
        daemon = self.daemon(python_pool(processes=1, concurrency=2))
        path = str(daemon.directory / "pid")
        first = daemon.enqueue("hold", {"path": path, "seconds": 600}, "--timeout", "700s")
        second = daemon.enqueue("hold", {"path": path + "2", "seconds": 600}, "--timeout", "700s")
        for _ in range(2):
            pids = [until(lambda: take(each), "both run") for each in (path, path + "2")]
            self.assertEqual(pids[0], pids[1])
            os.kill(pids[0], signal.SIGKILL)
        until(lambda: take(path), "the first runs, alone")
        self.assertEqual([daemon.job(id)["crashes"] for id in (first, second)], [2, 2])
        self.assertFalse(os.path.exists(path + "2"))
        self.assertEqual(daemon.json("job", "cancel", second)["status"], "cancelling")
        self.assertEqual(daemon.finished(second)["status"], "cancelled")
        daemon.jobsup("job", "cancel", first)
        self.assertEqual(daemon.finished(first)["status"], "cancelled")

    def test_who_was_being_emptied_for_a_suspect_works_on_when_that_is_cancelled(self):
        daemon = Daemon({})
        self.addCleanup(daemon.remove)
        gate = daemon.directory / "gate"
        pool = python_pool(processes=2, concurrency=2)
        script = f'while test -e {gate}; do sleep 0.05; done; exec "$@"'
        daemon.write(pools={"pool": {**pool, "command": ["/bin/sh", "-c", script, "sh", *pool["command"]]}})
        daemon.start()
        self.ready(daemon, 2)
        path = lambda name: str(daemon.directory / name)
        hold = lambda name: daemon.enqueue("hold", {"path": path(name), "seconds": 600}, "--timeout", "700s")
        pid = lambda name: until(lambda: take(path(name)), lambda: f"{name} runs:\n{daemon.tail()}")
        first, second = hold("first"), hold("second")
        self.assertEqual(pid("first"), pid("second"), "one worker is full")
        suspect = hold("suspect")
        os.kill(pid("suspect"), signal.SIGKILL)
        killed = pid("suspect")
        gate.touch()
        os.kill(killed, signal.SIGKILL)
        until(lambda: daemon.job(suspect)["crashes"] == 2, "the next death may be its own")
        # The next worker gets it together with another one, and is to be empty for it when that is done.
        third = hold("third")
        gate.unlink()
        pid("third")
        until(lambda: daemon.job(suspect)["status"] == "processing", "it waits for an empty worker")
        daemon.jobsup("job", "cancel", suspect)
        self.assertEqual(daemon.finished(suspect)["status"], "cancelled")
        self.assertEqual(daemon.finished(daemon.enqueue("add", {"a": 1, "b": 2}), 15)["result"], 3)
        for job in (first, second, third):
            daemon.jobsup("job", "cancel", job)

    def test_cancelling_a_job_that_waits_in_a_worker_wakes_who_waits_for_it(self):
        daemon = self.daemon(odd_pool("hoard"))
        daemon.finished(daemon.enqueue("work"))
        # Together, before the worker turns out to be slow.
        lines = daemon.jobsup("enqueue", "--json", stdin='{"type":"work"}\n' * 3).stdout.splitlines()
        ids = [json.loads(line)["task_id"] for line in lines]
        until(lambda: all(daemon.job(id)["status"] == "processing" for id in ids), "all are in the worker's hands")
        start = time.monotonic()
        with subprocess.Popen(
            [str(BUILD / "jobsup"), "job", ids[2], "--wait=45s"], stdout=subprocess.DEVNULL,
            env={**os.environ, "JOBSUP_RUNTIME_DIRECTORY": str(daemon.runtime)},
        ) as waiter:  # fmt: skip
            daemon.jobsup("job", "cancel", ids[2])
            waiter.wait()
        self.assertEqual(daemon.job(ids[2])["status"], "cancelled")
        self.assertLess(time.monotonic() - start, 40)

    def test_a_payload_over_a_lowered_limit_fails_and_kills_nobody(self):
        nobody = python_pool(processes={"min": 0, "max": 1, "start": 0})
        daemon = Daemon({"pool": nobody}, limits={"payload": "1MiB", "result": "64KiB"})
        self.addCleanup(daemon.remove)
        daemon.start()
        path = daemon.directory / "large.json"
        path.write_text('"' + "x" * 400_000 + '"')
        large = daemon.json("enqueue", "add", "--payload", f"@{path}")["task_id"]
        daemon.stop()
        daemon.write(limits={"payload": "64KiB", "result": "64KiB"}, pools={"pool": python_pool(processes=1)})
        daemon.start()
        job = daemon.finished(large)
        self.assertEqual((job["status"], job["error"]["type"], job["crashes"]), ("failed", "PayloadTooLarge", 0))
        self.assertIn("limits.payload", job["error"]["message"])
        self.assertEqual(daemon.json("pool", "pool")["restarts"], 0)

    def test_a_worker_can_enqueue_where_its_daemon_listens(self):
        daemon = Daemon({"py": python_pool(), "env": {"kind": "exec", "command": ["/usr/bin/env"], "queues": ["env"]}})
        self.addCleanup(daemon.remove)
        daemon.start()
        job = daemon.finished(daemon.enqueue("x", None, "--queue", "env"))
        lines = base64.b64decode(job["result_base64"]).decode().splitlines()
        self.assertIn(f"JOBSUP_RUNTIME_DIRECTORY={daemon.runtime}", lines)
        self.assertEqual(
            daemon.finished(daemon.enqueue("environment"))["result"]["JOBSUP_RUNTIME_DIRECTORY"], str(daemon.runtime)
        )

    @unittest.skipUnless(os.geteuid() == 0, "only root may become another user")
    def test_a_worker_of_another_user_has_that_users_home(self):
        env = {"kind": "exec", "command": ["/usr/bin/env"], "user": "nobody", "environment": {"SHELL": "/bin/own"}}
        daemon = Daemon({"env": {**env, "queues": ["default"]}}).start()
        self.addCleanup(daemon.remove)
        job = daemon.finished(daemon.enqueue("x"))
        lines = dict(line.split("=", 1) for line in base64.b64decode(job["result_base64"]).decode().splitlines())
        entry = pwd.getpwnam("nobody")
        self.assertEqual((lines["HOME"], lines["USER"], lines["LOGNAME"]), (entry.pw_dir, "nobody", "nobody"))
        self.assertEqual(lines["SHELL"], "/bin/own")

    def test_a_pools_counts_outlive_its_workers(self):
        daemon = self.daemon(python_pool(processes=1))
        daemon.finished(daemon.enqueue("add", {"a": 1, "b": 1}))
        daemon.finished(daemon.enqueue("die_once", {"path": str(daemon.directory / "once")}))
        self.assertEqual(daemon.json("pool", "pool")["completed"], 2)


if __name__ == "__main__":
    unittest.main()
