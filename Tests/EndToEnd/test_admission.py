"""Jobs that need much memory start when there is so much, and not before."""

import unittest

from harness import Daemon, python_pool, until


class Admission(unittest.TestCase):
    def test_a_job_waits_for_memory_and_uses_no_attempt(self):
        pools = {"pool": python_pool(), "exec": {
            "kind": "exec", "command": ["/bin/cat"], "queues": ["programs"], "processes": 1}}
        types = {"add": {"expected_memory": "512000GiB"}, "cat": {"queue": "programs", "expected_memory": "512000GiB"}}
        daemon = Daemon(pools, types=types).start()
        self.addCleanup(daemon.remove)
        waiting = [daemon.enqueue("add", {"a": 1, "b": 2}), daemon.enqueue("cat", "x")]
        other = daemon.enqueue("sleep", {"seconds": 0})
        for id in waiting:
            job = until(lambda: (job := daemon.job(id))["status"] == "pending" and job, "it waits")
            self.assertEqual((job["reason"], job["attempt"], job["attempts"]), ("memory", 0, []))
        self.assertEqual(daemon.finished(other)["status"], "completed", "others pass it")
        self.assertIn("is expected to need 524288000 MiB of memory, and ", daemon.tail())
        daemon.write(pools=pools, types={"cat": {"queue": "programs", "expected_memory": "1MiB"}})
        daemon.jobsup("reload")
        for id in waiting:
            job = daemon.finished(id)
            self.assertEqual((job["status"], job["attempt"]), ("completed", 1))


if __name__ == "__main__":
    unittest.main()
