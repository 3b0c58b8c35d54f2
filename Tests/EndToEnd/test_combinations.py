"""What happens when two things happen to a pool at the same time."""

import os
import pathlib
import signal
import tempfile
import unittest

from harness import Daemon, alive, python_pool, until
from test_services import notifier, service

FREEZER = pathlib.Path("/sys/fs/cgroup/freezer")


class Combinations(unittest.TestCase):
    def daemon(self, pool: dict, **settings) -> Daemon:
        daemon = Daemon({"pool": pool}, **settings).start()
        self.addCleanup(daemon.remove)
        return daemon

    def pool(self, daemon: Daemon, condition, what: str) -> dict:
        return until(
            lambda: condition(pool := daemon.json("pool", "pool")) and pool, lambda: f"{what}:\n{daemon.tail()}")

    def frozen(self, pid: int) -> pathlib.Path:
        """The kernel holds the process from now on, also when it is killed; gives the group."""
        group = pathlib.Path(tempfile.mkdtemp(prefix="jobsup-test-", dir=FREEZER))
        self.addCleanup(lambda: until(lambda: self.removed(group), "nothing of it is left"))
        self.addCleanup(lambda: until(lambda: not alive(pid), "it is gone"))
        self.addCleanup((group / "freezer.state").write_text, "THAWED")
        (group / "cgroup.procs").write_text(str(pid))
        (group / "freezer.state").write_text("FROZEN")
        return group

    def removed(self, group: pathlib.Path) -> bool:
        """What has ended stays in the group until somebody has asked how."""
        try:
            group.rmdir()
        except OSError:
            return False
        return True

    def test_what_is_due_for_recycling_in_a_degraded_pool_is_recycled_when_it_recovers(self):
        directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        script = f"test $JOBSUP_WORKER = pool-1 || test -e {directory}/ok || exit 1; exec /bin/sleep 600"
        daemon = self.daemon(service(
            "/bin/sh", "-c", script, processes=2, restart={"burst": "3/1m"}, recycle={"after": "4s"}))
        self.pool(daemon, lambda pool: pool["health"] == "degraded", "it is degraded")
        note = lambda pool: [worker["note"] for worker in pool["workers"] if worker.get("note")]
        self.pool(daemon, lambda pool: note(pool), "the good one is due")
        (directory / "ok").touch()
        daemon.jobsup("pool", "resume", "pool")
        self.pool(
            daemon, lambda pool: pool["ready"] == 2 and "pool-1" not in [w["name"] for w in pool["workers"]],
            "the good one is replaced")

    def test_a_rollout_is_judged_though_the_old_worker_dies_meanwhile(self):
        daemon = self.daemon(service("/bin/sleep", "600", boot_timeout="1s"))
        old = self.pool(daemon, lambda pool: pool["ready"] == 1, "it is ready")["workers"][0]
        bad = notifier("STATUS=never ready", boot_timeout="1s")
        daemon.write(pools={"pool": bad}, types={})
        daemon.jobsup("reload")
        self.pool(daemon, lambda pool: pool["actual"] == 2, "the successor starts")
        os.kill(old["pid"], signal.SIGKILL)
        pool = self.pool(
            daemon, lambda pool: pool["rollout"]["state"] == "ended" and pool["ready"] == 1, "it is taken back")
        self.assertEqual((pool["generation"], pool["command"]), (1, ["/bin/sleep", "600"]))

    def test_a_held_pool_stays_held_when_its_rates_change(self):
        directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        command = ["/bin/sh", "-c", f"test -e {directory}/ok || exit 125; exec /bin/sleep 600"]
        daemon = self.daemon(service(*command))
        self.pool(daemon, lambda pool: pool["health"] == "held", "it is held")
        daemon.write(pools={"pool": service(*command, restart={"burst": "5/1m"})}, types={})
        self.assertIn("goes on with other numbers", daemon.jobsup("reload").stdout)
        self.assertEqual(daemon.json("pool", "pool")["health"], "held")
        (directory / "ok").touch()
        daemon.jobsup("pool", "resume", "pool")
        self.pool(daemon, lambda pool: pool["ready"] == 1 and pool["health"] == "healthy", "it goes on")

    def test_a_stop_does_not_wait_for_what_the_kernel_holds(self):
        daemon = self.daemon(service("/bin/sleep", "600", stop_grace="100ms"))
        pid = self.pool(daemon, lambda pool: pool["ready"] == 1, "it is ready")["workers"][0]["pid"]
        self.frozen(pid)
        self.assertEqual(daemon.stop(40), 0)
        self.assertIn("was killed and does not end", daemon.log.read_text())
        self.assertIn("cannot be killed and live on", daemon.log.read_text())

    def test_an_exec_job_that_the_kernel_holds_gives_up_its_place(self):
        daemon = self.daemon(
            {"kind": "exec", "command": ["/bin/sleep", "600"], "queues": ["default"], "processes": 1, "stop_grace": "100ms"},
            types={"quick": {"timeout": "2s", "max_attempts": 1}})
        first, second = daemon.enqueue("quick", 1), daemon.enqueue("quick", 2)
        worker = self.pool(daemon, lambda pool: pool["workers"] and pool["workers"][0].get("pid"), "it runs")["workers"][0]
        self.frozen(worker["pid"])
        self.assertEqual(daemon.finished(first)["status"], "timeout")
        self.assertEqual(daemon.finished(second)["status"], "timeout")
        self.assertIn("was killed and does not end", daemon.log.read_text())

    def test_a_job_that_makes_its_workers_unkillable_is_given_up(self):
        daemon = self.daemon(
            python_pool(processes=1, stop_grace="100ms"), types={"silent": {"max_attempts": 1, "timeout": "10m"}})
        path = daemon.directory / "pid"
        job = daemon.enqueue("silent", {"path": str(path)})
        for _ in range(3):
            pid = until(lambda: path.exists() and int(path.read_text()), lambda: f"it runs:\n{daemon.tail()}")
            path.unlink()
            self.frozen(pid)
        job = daemon.finished(job)
        self.assertEqual((job["status"], job["error"]["cause"]), ("failed", "quarantined"))
        # By the third, not by later ones that are not held.
        self.assertIn("3 workers died running it, the last: worker pool-3 was ended", job["error"]["message"])


if __name__ == "__main__":
    unittest.main()
