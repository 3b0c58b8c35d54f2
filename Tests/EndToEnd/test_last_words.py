"""What an end means: every code and signal, whose fault it was, and the end of the daemon itself."""

from __future__ import annotations

import json
import pathlib
import signal
import tempfile
import unittest

from harness import Daemon, alive, python_pool, until
from shape_test import ShapeTest, service, shape, worker
from traces import marked


class Codes(ShapeTest):
    """Every way in which the kernel says that a process has ended."""

    #: Those whose default action is to end the process; the second ones leave a core.
    ENDING = ("HUP", "INT", "KILL", "USR1", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "VTALRM", "PROF", "IO", "PWR")
    DUMPING = ("QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "SEGV", "XCPU", "XFSZ", "SYS")
    #: A program that takes them does so whatever the limit is, and may fail; a directory may not be there.
    ARE_CORES_FILES = pathlib.Path("/proc/sys/kernel/core_pattern").read_text()[:1] not in ("|", "/", "\n")

    def test_every_exit_code_of_a_job(self):
        command = ["/bin/sh", "-c", "read code; echo words of $code >&2; exit $code"]
        daemon = self.daemon(
            {"pool": {"kind": "exec", "command": command, "queues": ["default"], "processes": 4}},
            types={"code": {"max_attempts": 1}},
        )
        lines = "".join(json.dumps({"type": "code", "payload": code}) + "\n" for code in range(256))
        ids = [
            json.loads(line)["task_id"] for line in daemon.jobsup("enqueue", "--json", stdin=lines).stdout.splitlines()
        ]
        until(
            lambda: sum(daemon.json("status")["totals"][state] for state in ("completed", "failed")) == 256,
            lambda: f"all have ended:\n{daemon.tail()}",
        )
        self.assertEqual(daemon.json("status")["totals"]["completed"], 1)
        # Over HTTP: so many commands would take long.
        with_error = {id: daemon.http("GET", f"/api/tasks/{id}")[2] for id in ids}
        self.assertEqual(with_error[ids[0]]["status"], "completed")
        for code, id in enumerate(ids[1:], 1):
            error = with_error[id]["error"]
            self.assertEqual(error["type"], f"exit {code}")
            self.assertEqual(error["cause"], "retryRequested" if code == 75 else "error")
            self.assertTrue(error["message"].endswith(f": words of {code}"), error)
        pool = self.pool(daemon)
        self.assertEqual((pool["completed"], pool["failed"], pool["health"]), (1, 255, "healthy"))
        self.holds_nothing(daemon)

    def test_exit_codes_of_services(self):
        codes = (0, 1, 2, 3, 64, 75, 124, 125, 126, 127, 128, 137, 255)
        daemon = self.daemon(
            {f"code-{code}": service("/bin/sh", "-c", f"echo out of {code} >&2; exit {code}") for code in codes}
        )
        for code in codes:
            end = self.ended(daemon, f"code-{code}")
            words = {0: "ended by itself with success", 125: "ended with exit code 125, which asks for no other start"}
            self.assertEqual(
                (end["cause"], end["message"]), ("exit_code", words.get(code, f"ended with exit code {code}"))
            )
            self.assertEqual((end["expected"], end["stderr"]), (False, [f"out of {code}"]))
            if code == 125:
                pool = self.pool(daemon, f"code-{code}")
                self.assertEqual((pool["health"], pool["actual"], len(pool["ends"])), ("held", 0, 1))
            else:
                until(lambda: self.pool(daemon, f"code-{code}")["restarts"] >= 2, "it is started again")
        self.traces.none_of_zombies()

    def test_every_signal(self):
        # Each its own: two cores that are written at once would be in each other's way.
        core = lambda: self.enterContext(tempfile.TemporaryDirectory())
        numbers = {name: getattr(signal, f"SIG{name}", 16) for name in self.ENDING + self.DUMPING}
        numbers |= {str(number): number for number in (signal.SIGRTMIN, signal.SIGRTMAX)}
        pools = {
            f"{kind}-{name}": self.once(
                "kill", str(int(number)), directory=core(), limits={"core_size": 0 if kind == "none" else "1GiB"}
            )
            for name, number in numbers.items()
            for kind in ("none", "core")
        }
        daemon = self.daemon(pools)
        for name in pools:
            kind, signal_name = name.split("-")
            end = self.ended(daemon, name)
            words = f"was killed by {'signal ' if signal_name.isdigit() else 'SIG'}{signal_name}"
            whole, dumped = ("signal", words), ("core_dumped", words + " and left a core dump")
            if signal_name not in self.DUMPING:
                expected = [whole]
            elif self.ARE_CORES_FILES:
                expected = [dumped if kind == "core" else whole]
            else:
                expected = [whole, dumped]
            self.assertIn((end["cause"], end["message"]), expected, name)
            self.assertFalse(end["expected"])
        for name in pools:
            self.assertEqual(self.ready(daemon, name)["restarts"], 1)
        self.traces.none_of_zombies()


class Blame(ShapeTest):
    """Whether it is the job or the program."""

    def test_a_poisonous_job_is_quarantined_alone(self):
        daemon = self.daemon({"pool": python_pool(processes=2)}, types={"die": {"max_attempts": 1}})
        self.ready(daemon, count=2)
        innocent = [daemon.enqueue("sleep", {"seconds": 0.05}) for _ in range(4)]
        poison = daemon.enqueue("die")
        innocent += [daemon.enqueue("sleep", {"seconds": 0.05}) for _ in range(16)]
        job = daemon.finished(poison)
        self.assertEqual(
            (job["status"], job["error"]["cause"], job["error"]["type"]), ("failed", "quarantined", "SIGKILL")
        )
        self.assertRegex(
            job["error"]["message"], r"^3 workers died running it, the last: worker pool-\d+ was killed by SIGKILL$"
        )
        for id in innocent:
            other = daemon.finished(id)
            self.assertEqual((other["status"], other["crashes"], other["attempts"]), ("completed", 0, []))
        pool = self.ready(daemon, count=2)
        self.assertEqual((pool["restarts"], pool["health"], pool["completed"]), (3, "healthy", 20))
        self.assertEqual([end["jobs"] for end in pool["ends"]], [[poison]] * 3)

    def test_a_bad_build_is_not_the_fault_of_its_jobs(self):
        daemon = self.daemon({"pool": worker("killer", processes=2)}, types={"add": {"max_attempts": 1}})
        # All at once: the first one alone would be blamed, with nothing else to be seen.
        lines = json.dumps({"type": "add", "payload": {"a": 1, "b": 2}}) + "\n"
        ids = [
            json.loads(line)["task_id"]
            for line in daemon.jobsup("enqueue", "--json", stdin=lines * 20).stdout.splitlines()
        ]
        pool = until(
            lambda: (pool := self.pool(daemon))["health"] == "degraded" and pool, lambda: f"degraded:\n{daemon.tail()}"
        )
        self.assertRegex(
            pool["reason"], r"different jobs took their workers down, and none was completed|10 workers died"
        )
        self.assertEqual({end["message"] for end in pool["ends"]}, {"ended with exit code 1"})
        self.assertEqual(pool["ends"][0]["stderr"], ["a bad build"])
        jobs = [daemon.job(id) for id in ids]
        self.assertEqual(
            {job["status"] for job in jobs} - {"queued", "pending", "processing"}, set(), "none is blamed for it"
        )
        mended = python_pool(processes=2, rollout_patience="200ms")
        daemon.write(pools={"pool": mended}, types={"add": {"max_attempts": 1}})
        daemon.jobsup("reload")
        self.ready(daemon, count=2)
        # Those that died in a pool that was known to be bad come later.
        later = [job["task_id"] for job in map(daemon.job, ids) if job.get("reason") == "snoozed"]
        self.assertLess(len(later), 10)
        for id in ids:
            if id not in later:
                self.assertEqual(daemon.finished(id)["result"], 3)
        for job in map(daemon.job, later):
            self.assertEqual((job["status"], job["attempt"]), ("pending", 1))
            self.assertRegex(job["attempts"][-1]["message"], r"it is not counted against (the job|this one)$")


class Stops(ShapeTest):
    """SIGTERM to the daemon, as the service manager sends it."""

    def busy(self) -> tuple[Daemon, str, int]:
        """A daemon with a worker that runs a job, and a service that does not want to end."""
        daemon = self.daemon({"pool": python_pool(processes=1, stop_grace="2s"), "deaf": shape("deaf")})
        self.ready(daemon, "deaf")
        path = daemon.directory / "leaking"
        id = daemon.enqueue("leak", {"mebibytes": 1, "path": str(path)})
        pid = until(lambda: path.exists() and int(path.read_text()), "it runs")
        return daemon, id, pid

    def restarted(self, daemon: Daemon) -> Daemon:
        daemon.write(pools=self.pools, types={})
        daemon.start()
        return daemon

    def test_it_waits_for_what_runs(self):
        daemon, id, pid = self.busy()
        daemon.process.send_signal(signal.SIGTERM)
        until(lambda: self.pool(daemon, "deaf")["actual"] == 0, "the idle service is ended", 20)
        self.assertEqual((daemon.process.poll(), alive(pid), self.pool(daemon)["draining"]), (None, True, 1))
        (daemon.directory / "leaking").unlink()
        self.assertEqual(daemon.process.wait(20), 0)
        self.assertEqual(marked(str(daemon.directory)), [])
        job = self.restarted(daemon).job(id)
        self.assertEqual((job["status"], job["attempt"], job["attempts"]), ("completed", 1, []))

    def test_a_second_signal_hurries(self):
        daemon, id, pid = self.busy()
        daemon.process.send_signal(signal.SIGTERM)
        until(lambda: self.pool(daemon)["draining"] == 1, "it waits")
        daemon.process.send_signal(signal.SIGTERM)
        # The worker waits for its job until its grace is over.
        self.assertEqual(daemon.process.wait(20), 0)
        self.assertEqual((alive(pid), marked(str(daemon.directory))), (False, []))
        path = daemon.directory / "leaking"
        path.unlink()
        self.restarted(daemon)
        until(path.exists, "it runs again")
        path.unlink()
        job = daemon.finished(id)
        self.assertEqual((job["status"], job["attempt"], job["crashes"], job["attempts"]), ("completed", 1, 0, []))

    def test_a_hurried_jobs_child_that_dies_first_does_not_fail_the_job(self):
        daemon = self.daemon({"pool": python_pool(processes=1, stop_grace="2s")})
        path = daemon.directory / "pid"
        id = daemon.enqueue("swell_in_child", {"mebibytes": 1, "path": str(path)}, "--max-attempts", "1")
        until(path.exists, "its child runs")
        daemon.process.send_signal(signal.SIGTERM)
        until(lambda: self.pool(daemon)["draining"] == 1, "it waits")
        daemon.process.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.process.wait(20), 0)
        self.assertEqual(marked(str(daemon.directory)), [])
        path.unlink()
        self.restarted(daemon)
        until(path.exists, "it runs again")
        job = daemon.job(id)
        self.assertEqual((job["status"], job["attempt"], job["crashes"], job["attempts"]), ("processing", 1, 0, []))
        daemon.jobsup("job", "cancel", id)


if __name__ == "__main__":
    unittest.main()
