"""Rollouts come to an end, in one way or the other, also when the pool does not hold still."""

import pathlib
import sys
import tempfile
import unittest

from harness import Daemon, python_pool, until
from test_services import service

ODD = str(pathlib.Path(__file__).parent / "odd_worker.py")


class RolloutEnds(unittest.TestCase):
    def daemon(self, pool: dict, **settings) -> Daemon:
        daemon = Daemon({"pool": pool}, **settings).start()
        self.addCleanup(daemon.remove)
        return daemon

    def pool(self, daemon: Daemon, condition, what: str) -> dict:
        return until(
            lambda: condition(pool := daemon.json("pool", "pool")) and pool,
            lambda: f"{what}: {daemon.json('pool', 'pool')['rollout']}\n{daemon.tail()}")

    def test_exit_125_of_one_that_did_a_job_takes_the_rollout_back(self):
        settings = {"processes": 2, "rollout_patience": "30s", "recycle": {"after_jobs": "off"}}
        daemon = self.daemon(python_pool(**settings))
        self.pool(daemon, lambda pool: pool["ready"] == 2, "both are ready")
        daemon.write(pools={"pool": python_pool(**settings, concurrency=2)})
        daemon.jobsup("reload")
        # Three good jobs prove it; then the other place follows, and all are watched for long.
        done = lambda pool: pool["rollout"].get("done") == 2 and pool["ready"] == 2

        def proved(pool: dict) -> bool:
            daemon.finished(daemon.enqueue("sleep", {"seconds": 0}))
            return done(pool)

        self.pool(daemon, proved, "all are in place")
        for _ in range(4):
            daemon.finished(daemon.enqueue("add", {"a": 1, "b": 2}))
        job = daemon.enqueue("leave_once", {"path": str(daemon.directory / "once"), "code": 125})
        pool = self.pool(daemon, lambda pool: pool["rollout"]["state"] == "ended" and pool["ready"] == 2, "it is taken back")
        self.assertRegex(pool["rollout"]["message"], r"was taken back: worker pool-\d+ ended with exit code 125")
        self.assertEqual((pool["generation"], pool["health"]), (1, "healthy"))
        self.assertEqual(daemon.finished(job)["result"], "survived")

    def test_exit_125_on_the_way_back_holds(self):
        for processes in (1, 2, 3):
            with self.subTest(processes=processes):
                ok = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory())) / "ok"
                licensed = f"test -e {ok} || exit 125; exec sleep 600"
                daemon = self.daemon(service("/bin/sh", "-c", licensed, processes=processes))
                self.pool(daemon, lambda pool: pool["health"] == "held", "it is held")
                result = daemon.jobsup("rollout", "pool", "--command", "/bin/sh", "-c", ": ; exit 125", check=False)
                self.assertEqual(result.returncode, 5)
                self.assertIn("generation 2 was taken back: worker pool-", result.stderr)
                self.pool(daemon, lambda pool: pool["actual"] == 0 and pool["health"] == "held", "it is held again")
                self.assertEqual(daemon.json("pool", "pool")["rollout"]["state"], "ended")
                ok.touch()
                daemon.jobsup("pool", "resume", "pool")
                well = lambda pool: (pool["ready"], pool["health"], pool["rollout"]["state"]) == (processes, "healthy", "ended")
                self.pool(daemon, well, "it goes on")

    def test_a_pool_whose_workers_leave_by_themselves_ends_its_rollout(self):
        command = [sys.executable, ODD, "tired", "8"]
        pool = {"command": command, "queues": ["default"], "processes": 3, "rollout_patience": "2s"}
        daemon = self.daemon(pool)
        self.pool(daemon, lambda pool: pool["ready"] == 3, "they are ready")
        daemon.jobsup("enqueue", stdin='{"type": "work", "payload": 1}\n' * 3000)
        daemon.jobsup("rollout", "pool", "--no-wait")
        ended = lambda pool: pool["rollout"].get("message") == "generation 2 is in place"
        self.pool(daemon, lambda pool: pool["rollout"].get("done") == 3 or ended(pool), "all are in place")
        until(lambda: ended(daemon.json("pool", "pool")), lambda: f"it ends:\n{daemon.tail()}", 15)
        self.assertGreater(daemon.json("status")["totals"]["queued"], 0, "the load went on")


if __name__ == "__main__":
    unittest.main()
