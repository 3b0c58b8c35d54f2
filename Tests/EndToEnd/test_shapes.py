"""Processes in every bad shape: the right cause, the right next step, and nothing left of them."""

from __future__ import annotations

import os
import pathlib
import signal
import tempfile
import time
import unittest

from harness import alive, python_pool, until
from shape_test import ShapeTest, service, shape, worker
from traces import marked, stat

#: The old freezer holds a process whatever signal it got, like a device that does not answer.
FREEZER = pathlib.Path("/sys/fs/cgroup/freezer")


class Families(ShapeTest):
    """Descendants that outlive their process, or try to."""

    def test_a_tree_of_two_hundred_dies_with_its_root(self):
        daemon = self.daemon({"pool": self.once("bomb", "200")})
        end = self.ended(daemon)
        self.assertEqual(
            (end["cause"], end["message"], end["expected"]), ("exit_code", "ended with exit code 3", False)
        )
        pool = self.ready(daemon)
        self.assertEqual((pool["restarts"], pool["health"]), (1, "healthy"))
        self.traces.none_of_processes(known=1)
        self.traces.none_of_zombies()
        self.holds_nothing(daemon)

    def test_a_tree_of_two_hundred_is_stopped(self):
        daemon = self.daemon({"pool": shape("bomb-and-wait", "200")})
        until(lambda: len(marked(str(daemon.directory))) == 201, "all are there")
        daemon.jobsup("scale", "pool", "0")
        self.ready(daemon, count=0)
        self.traces.none_of_processes()
        self.traces.none_of_zombies()
        self.holds_nothing(daemon)

    def test_a_daemon_that_was_left_behind(self):
        directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        daemon = self.daemon({"pool": self.once("daemonize", f"{directory}/pid")})
        end = self.ended(daemon)
        self.assertEqual((end["cause"], end["message"]), ("exit_code", "ended by itself with success"))
        pid = int((directory / "pid").read_text())
        until(lambda: not alive(pid), "it is gone, though nothing of its environment tells whose it is")
        self.ready(daemon)
        self.traces.none_of_zombies()
        self.holds_nothing(daemon)


class Stubborn(ShapeTest):
    """Processes that do not end when they are asked to, or do not hear it."""

    def test_term_is_ignored(self):
        daemon = self.daemon({"pool": shape("deaf")})
        pid = self.ready(daemon)["workers"][0]["pid"]
        until(lambda: "deaf" in daemon.tail(), "it does not hear any more")
        daemon.jobsup("scale", "pool", "0")
        end = self.ended(daemon)
        self.assertEqual((end["cause"], end["message"], end["expected"]), ("stopped", "was ended: scaled down (SIGKILL)", True))
        self.assertFalse(alive(pid))
        self.assertEqual(self.pool(daemon)["restarts"], 0)

    def test_a_stopped_process_hears_that_it_is_to_end(self):
        # With a grace of an hour: it has to end by SIGTERM.
        daemon = self.daemon({"pool": shape("freeze", stop_grace="1h")})
        pid = self.ready(daemon)["workers"][0]["pid"]
        until(lambda: stat(pid) == ("T", daemon.process.pid), "it is stopped")
        daemon.jobsup("scale", "pool", "0")
        self.assertEqual(self.ended(daemon)["message"], "was ended: scaled down (SIGTERM)")
        until(lambda: not alive(pid), "it has ended")

    def test_a_stopped_worker_is_ended_when_its_job_is_over_time(self):
        daemon = self.daemon(
            {"pool": python_pool(processes=1, stop_grace="300ms")}, types={"hold": {"max_attempts": 1}}
        )
        path = daemon.directory / "pid"
        self.ready(daemon)
        id = daemon.enqueue("hold", {"path": str(path), "seconds": 600}, "--timeout", "500ms")
        pid = until(lambda: path.exists() and int(path.read_text()), "it runs")
        os.kill(pid, signal.SIGSTOP)
        job = daemon.finished(id)
        self.assertEqual((job["status"], job["error"]["cause"]), ("timeout", "timeout"))
        end = self.ended(daemon)
        self.assertEqual(
            (end["cause"], end["message"]), ("job_timeout", f"was ended because job {id} went on after its time")
        )
        self.assertEqual(daemon.finished(daemon.enqueue("add", {"a": 1, "b": 2}))["result"], 3)

    def test_all_descriptors_are_closed(self):
        daemon = self.daemon({"service": shape("close-all"), "socket": python_pool(processes=1)})
        pid = self.ready(daemon, "service")["workers"][0]["pid"]
        self.ready(daemon, "socket")
        until(lambda: not os.listdir(f"/proc/{pid}/fd"), "it has none")
        start = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        self.assertEqual(self.ended(daemon, "service")["message"], "was killed by SIGKILL")
        self.assertLess(time.monotonic() - start, 5)
        id = daemon.enqueue("close_everything", {"path": str(daemon.directory / "once")})
        end = self.ended(daemon, "socket")
        self.assertEqual((end["cause"], end["message"]), ("lost_connection", "was ended: it closed its connection"))
        job = daemon.finished(id)
        self.assertEqual((job["result"], job["crashes"], job["attempt"]), ("second", 1, 1))
        self.assertEqual(job["attempts"][0]["type"], "LostConnection")
        self.traces.none_of_zombies()

    def test_two_gibibytes_at_once(self):
        daemon = self.daemon({"pool": self.once("bloat", "2048", recycle={"memory_hard": "256MiB"})})
        end = self.ended(daemon)
        self.assertEqual(end["cause"], "memory_limit")
        self.assertRegex(end["message"], r"^was stopped at \d+ MiB, over its hard limit of 256 MiB$")
        self.assertGreater(end["peak_rss_bytes"], 256 << 20)
        self.assertEqual(self.ready(daemon)["health"], "healthy")


class Starts(ShapeTest):
    """Programs that cannot begin, or begin badly."""

    def test_programs_that_cannot_be_executed(self):
        directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        directory.chmod(0o755)
        for name, mode, text in (
            ("plain", 0o644, "#!/bin/sh\n"), ("interpreter", 0o755, "#!/nowhere/sh\n"), ("format", 0o755, "hello\n"),
        ):  # fmt: skip
            (directory / name).write_text(text)
            (directory / name).chmod(mode)
        expected = {
            "missing": (f"{directory}/missing", f"there is no program {directory}/missing: correct the path"),
            "plain": (f"{directory}/plain", f"{directory}/plain cannot be executed: "),
            "interpreter": (
                f"{directory}/interpreter",
                "names the interpreter /nowhere/sh, which cannot be run: correct the",
            ),
            "format": (
                f"{directory}/format",
                "is neither a program for this machine nor a script with a #! line: begin a",
            ),
            "directory": (str(directory), f"{directory} cannot be executed: "),
            "path": ("no-such-program", "there is no program no-such-program in PATH"),
            "cwd": ("/bin/sleep", "the working directory /nowhere/at/all cannot be used: "),
        }
        pools = {name: service(command, "600", restart={"burst": "500/1m"}) for name, (command, _) in expected.items()}
        pools["cwd"]["directory"] = "/nowhere/at/all"
        pools["exec"] = {"kind": "exec", "command": ["/nowhere/at/all"], "queues": ["exec"], "processes": 1}
        daemon = self.daemon(pools)
        job = daemon.enqueue("x", None, "--queue", "exec")
        for name, (_, words) in expected.items():
            until(lambda: len(self.pool(daemon, name)["ends"]) >= 2, lambda: f"{name} is tried again:\n{daemon.tail()}")
            end = self.pool(daemon, name)["ends"][0]
            self.assertEqual((end["cause"], end["expected"], end.get("pid")), ("spawn_failed", False, None), name)
            self.assertIn(words, end["message"])
            self.assertTrue(end["message"].startswith("could not be started: "), end)
            self.assertEqual(end["stderr"], [])
        end = self.ended(daemon, "exec")
        self.assertEqual((end["cause"], end["jobs"]), ("spawn_failed", [job]))
        self.assertEqual((daemon.job(job)["status"], daemon.job(job)["crashes"]), ("queued", 0))
        self.assertEqual(daemon.json("pool", "exec")["backoff"], 1)
        self.assertRegex(
            daemon.log.read_text(), r"error +cannot start a worker of pool missing: there is no program .*next try in "
        )
        # Put into its place it is started by itself.
        os.symlink("/bin/sleep", directory / "missing")
        self.ready(daemon, "missing")
        self.holds_nothing(daemon)

    def test_death_at_boot(self):
        daemon = self.daemon({"pool": worker("last-words", "30", restart={"burst": "4/1m"})})
        pool = until(
            lambda: (pool := self.pool(daemon))["health"] == "degraded" and pool, lambda: f"degraded:\n{daemon.tail()}"
        )
        self.assertEqual(pool["reason"], "4 workers died within 1 min")
        self.assertEqual(
            {(end["cause"], end["message"]) for end in pool["ends"]}, {("exit_code", "ended with exit code 4")}
        )
        self.assertEqual(pool["ends"][0]["stderr"], [f"line {number}" for number in range(10, 30)], "the last 20 lines")
        self.assertRegex(daemon.log.read_text(), r"worker pool-1 ended with exit code 4.*; it said last: line 29")
        self.holds_nothing(daemon)

    def test_boot_that_never_ends(self):
        daemon = self.daemon({
            "socket": worker("deaf", boot_timeout="400ms", stop_grace="200ms"),
            "service": shape("deaf", ready="notify", boot_timeout="400ms", stop_grace="200ms"),
        })  # fmt: skip
        for name in ("socket", "service"):
            end = self.ended(daemon, name)
            self.assertEqual((end["cause"], end["expected"]), ("boot_timeout", False))
            self.assertEqual(end["message"], "was not ready within 400 ms and was ended")
            self.assertGreaterEqual(self.pool(daemon, name)["restarts"], 1)


class Unkillable(ShapeTest):
    @unittest.skipUnless(os.geteuid() == 0 and FREEZER.is_dir(), "needs root and the freezer of control groups v1")
    def test_a_process_that_the_kernel_holds_is_replaced(self):
        group = pathlib.Path(tempfile.mkdtemp(prefix="jobsup-test-", dir=FREEZER))
        self.addCleanup(group.rmdir)
        self.addCleanup((group / "freezer.state").write_text, "THAWED")
        daemon = self.daemon({
            "service": shape("deaf", watchdog="8s", stop_grace="100ms"),
            "socket": python_pool(processes=1, stop_grace="100ms"),
        })  # fmt: skip
        path = daemon.directory / "pid"
        (group / "freezer.state").write_text("FROZEN")
        pids = [self.ready(daemon, "service")["workers"][0]["pid"]]
        # At once: it is never heard of, and its watchdog's time has begun.
        self.freeze(group, pids[0])
        pids.append(self.ready(daemon, "socket")["workers"][0]["pid"])
        id = daemon.enqueue("hold", {"path": str(path), "seconds": 600}, "--timeout", "5s", "--max-attempts", "1")
        until(path.exists, "it runs")
        self.freeze(group, pids[1])
        start = time.monotonic()
        runs = {"service": "", "socket": f" with job {id}"}
        for name, pid in zip(runs, pids):
            until(
                lambda: f"worker {name}-1{runs[name]} was killed and does not end: the kernel holds it; it is replaced"
                in daemon.log.read_text(),
                lambda: f"it is told:\n{daemon.tail()}",
            )
            pool = until(lambda: (pool := self.pool(daemon, name))["ready"] == 1 and pool, "the replacement is ready")
            states = {worker["name"]: worker["state"] for worker in pool["workers"]}
            self.assertEqual(states, {f"{name}-1": "unkillable", f"{name}-2": "ready"})
            self.assertEqual((pool["stopping"], pool["restarts"]), (1, 1))
            self.assertEqual(stat(pid)[0], "D", "it is still there")
        self.assertLess(time.monotonic() - start, 60)
        self.assertEqual(daemon.finished(id)["status"], "timeout")
        self.assertEqual(daemon.finished(daemon.enqueue("add", {"a": 1, "b": 2}))["result"], 3)
        (group / "freezer.state").write_text("THAWED")
        for name, jobs in (("service", []), ("socket", [id])):
            workers = lambda: [worker["name"] for worker in self.pool(daemon, name)["workers"]]
            until(lambda: f"{name}-1" not in workers(), "it ends at last")
            end = next(end for end in self.pool(daemon, name)["ends"] if end["worker"] == f"{name}-1")
            self.assertEqual((end["cause"], end["jobs"], end["expected"]), ("unkillable", jobs, False))
            self.assertEqual(self.ready(daemon, name)["restarts"], 1)
        self.assertEqual([pid for pid in pids if alive(pid)], [])
        self.traces.none_of_zombies()
        self.holds_nothing(daemon)

    def freeze(self, group: pathlib.Path, pid: int) -> None:
        (group / "cgroup.procs").write_text(str(pid))


if __name__ == "__main__":
    unittest.main()
