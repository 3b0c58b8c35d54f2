"""Processes in every bad shape: the right cause, the right next step, and nothing left of them."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import sys
import tempfile
import time
import unittest

from harness import Daemon, alive, python_pool, until
from traces import MARK, Traces, marked, stat, zombies

SHAPES = str(pathlib.Path(__file__).parent / "shapes.py")
#: The old freezer holds a process whatever signal it got, like a device that does not answer.
FREEZER = pathlib.Path("/sys/fs/cgroup/freezer")


def service(*command: str, **changes) -> dict:
    return {"kind": "service", "command": list(command), "processes": 1, "ready": "50ms", "stop_grace": "300ms", **changes}


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
            types=settings.get("types", {}))
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
            lambda: f"{count} are ready:\n{daemon.tail()}")

    def once(self, *arguments: str, **changes) -> dict:
        """A pool whose first worker goes wrong, and whose second one does well."""
        directory = self.enterContext(tempfile.TemporaryDirectory())
        return shape("once", f"{directory}/once", *arguments, **changes)


class Families(ShapeTest):
    """Descendants that outlive their process, or try to."""

    def test_a_tree_of_two_hundred_dies_with_its_root(self):
        daemon = self.daemon({"pool": self.once("bomb", "200")})
        end = self.ended(daemon)
        self.assertEqual((end["cause"], end["message"], end["expected"]), ("exit_code", "ended with exit code 3", False))
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
        self.assertEqual((end["cause"], end["message"], end["expected"]), ("stopped", "was ended: scaled down", True))
        self.assertFalse(alive(pid))
        self.assertEqual(self.pool(daemon)["restarts"], 0)

    def test_a_stopped_process_hears_that_it_is_to_end(self):
        # With a grace of an hour: it has to end by SIGTERM.
        daemon = self.daemon({"pool": shape("freeze", stop_grace="1h")})
        pid = self.ready(daemon)["workers"][0]["pid"]
        until(lambda: stat(pid) == ("T", daemon.process.pid), "it is stopped")
        daemon.jobsup("scale", "pool", "0")
        self.assertEqual(self.ended(daemon)["message"], "was ended: scaled down")
        until(lambda: not alive(pid), "it has ended")

    def test_a_stopped_worker_is_ended_when_its_job_is_over_time(self):
        daemon = self.daemon({"pool": python_pool(processes=1, stop_grace="300ms")}, types={"hold": {"max_attempts": 1}})
        path = daemon.directory / "pid"
        self.ready(daemon)
        id = daemon.enqueue("hold", {"path": str(path), "seconds": 600}, "--timeout", "500ms")
        pid = until(lambda: path.exists() and int(path.read_text()), "it runs")
        os.kill(pid, signal.SIGSTOP)
        job = daemon.finished(id)
        self.assertEqual((job["status"], job["error"]["cause"]), ("timeout", "timeout"))
        end = self.ended(daemon)
        self.assertEqual((end["cause"], end["message"]), ("job_timeout", f"was ended because job {id} went on after its time"))
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
            "interpreter": (f"{directory}/interpreter", "names the interpreter /nowhere/sh, which cannot be run: correct the"),
            "format": (f"{directory}/format", "is neither a program for this machine nor a script with a #! line: begin a"),
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
        self.assertRegex(daemon.log.read_text(), r"error +cannot start a worker of pool missing: there is no program .*next try in ")
        # Put into its place it is started by itself.
        os.symlink("/bin/sleep", directory / "missing")
        self.ready(daemon, "missing")
        self.holds_nothing(daemon)

    def test_death_at_boot(self):
        daemon = self.daemon({"pool": worker("last-words", "30", restart={"burst": "4/1m"})})
        pool = until(
            lambda: (pool := self.pool(daemon))["health"] == "degraded" and pool, lambda: f"degraded:\n{daemon.tail()}")
        self.assertEqual(pool["reason"], "4 workers died within 1 min")
        self.assertEqual({(end["cause"], end["message"]) for end in pool["ends"]}, {("exit_code", "ended with exit code 4")})
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



class Codes(ShapeTest):
    """Every way in which the kernel says that a process has ended."""

    #: Those whose default action is to end the process; the second ones leave a core.
    ENDING = ("HUP", "INT", "KILL", "USR1", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "VTALRM", "PROF", "IO", "PWR")
    DUMPING = ("QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "SEGV", "XCPU", "XFSZ", "SYS")

    def test_every_exit_code_of_a_job(self):
        command = ["/bin/sh", "-c", "read code; echo words of $code >&2; exit $code"]
        daemon = self.daemon(
            {"pool": {"kind": "exec", "command": command, "queues": ["default"], "processes": 4}},
            types={"code": {"max_attempts": 1}})
        lines = "".join(json.dumps({"type": "code", "payload": code}) + "\n" for code in range(256))
        ids = [json.loads(line)["task_id"] for line in daemon.jobsup("enqueue", "--json", stdin=lines).stdout.splitlines()]
        until(lambda: sum(daemon.json("status")["totals"][state] for state in ("completed", "failed")) == 256,
              lambda: f"all have ended:\n{daemon.tail()}")
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
        daemon = self.daemon({f"code-{code}": service("/bin/sh", "-c", f"echo out of {code} >&2; exit {code}") for code in codes})
        for code in codes:
            end = self.ended(daemon, f"code-{code}")
            words = {0: "ended by itself with success", 125: "ended with exit code 125, which asks for no other start"}
            self.assertEqual((end["cause"], end["message"]), ("exit_code", words.get(code, f"ended with exit code {code}")))
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
                "kill", str(int(number)), directory=core(), limits={"core_size": 0 if kind == "none" else "1GiB"})
            for name, number in numbers.items() for kind in ("none", "core")
        }
        daemon = self.daemon(pools)
        for name in pools:
            kind, signal_name = name.split("-")
            end = self.ended(daemon, name)
            words = f"was killed by {'signal ' if signal_name.isdigit() else 'SIG'}{signal_name}"
            dumped = kind == "core" and signal_name in self.DUMPING
            self.assertEqual(
                (end["cause"], end["message"]),
                ("core_dumped", words + " and left a core dump") if dumped else ("signal", words), name)
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
        self.assertEqual((job["status"], job["error"]["cause"], job["error"]["type"]), ("failed", "quarantined", "SIGKILL"))
        self.assertRegex(job["error"]["message"], r"^3 workers died running it, the last: worker pool-\d+ was killed by SIGKILL$")
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
        ids = [json.loads(line)["task_id"] for line in daemon.jobsup("enqueue", "--json", stdin=lines * 20).stdout.splitlines()]
        pool = until(
            lambda: (pool := self.pool(daemon))["health"] == "degraded" and pool, lambda: f"degraded:\n{daemon.tail()}")
        self.assertRegex(pool["reason"], r"different jobs took their workers down, and none was completed|10 workers died")
        self.assertEqual({end["message"] for end in pool["ends"]}, {"ended with exit code 1"})
        self.assertEqual(pool["ends"][0]["stderr"], ["a bad build"])
        jobs = [daemon.job(id) for id in ids]
        self.assertEqual({job["status"] for job in jobs} - {"queued", "pending", "processing"}, set(), "none is blamed for it")
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


class Unkillable(ShapeTest):
    @unittest.skipUnless(os.geteuid() == 0 and FREEZER.is_dir(), "needs root and the freezer of control groups v1")
    def test_a_process_that_the_kernel_holds_is_replaced(self):
        group = pathlib.Path(tempfile.mkdtemp(prefix="jobsup-test-", dir=FREEZER))
        self.addCleanup(group.rmdir)
        self.addCleanup((group / "freezer.state").write_text, "THAWED")
        daemon = self.daemon({
            "service": shape("deaf", watchdog="3s", stop_grace="100ms"),
            "socket": python_pool(processes=1, stop_grace="100ms"),
        })  # fmt: skip
        path = daemon.directory / "pid"
        pids = [self.ready(daemon, name)["workers"][0]["pid"] for name in ("service", "socket")]
        id = daemon.enqueue("hold", {"path": str(path), "seconds": 600}, "--timeout", "1s", "--max-attempts", "1")
        until(path.exists, "it runs")
        self.freeze(group, pids[1])
        self.freeze(group, pids[0])
        (group / "freezer.state").write_text("FROZEN")
        start = time.monotonic()
        for name, pid in zip(("service", "socket"), pids):
            until(lambda: f"worker {name}-1 was killed and does not end: the kernel holds it; it is replaced"
                  in daemon.log.read_text(), lambda: f"it is told:\n{daemon.tail()}", 25)
            pool = until(lambda: (pool := self.pool(daemon, name))["ready"] == 1 and pool, "the replacement is ready")
            states = {worker["name"]: worker["state"] for worker in pool["workers"]}
            self.assertEqual(states, {f"{name}-1": "unkillable", f"{name}-2": "ready"})
            self.assertEqual((pool["stopping"], pool["restarts"]), (1, 1))
            self.assertEqual(stat(pid)[0], "D", "it is still there")
        self.assertLess(time.monotonic() - start, 20)
        self.assertEqual(daemon.finished(id)["status"], "timeout")
        self.assertEqual(daemon.finished(daemon.enqueue("add", {"a": 1, "b": 2}))["result"], 3)
        (group / "freezer.state").write_text("THAWED")
        for name, pid, cause in zip(("service", "socket"), pids, ("watchdog", "job_timeout")):
            end = self.ended(daemon, name)
            self.assertEqual((end["worker"], end["cause"]), (f"{name}-1", cause))
            self.assertEqual(self.ready(daemon, name)["restarts"], 1)
            self.assertFalse(alive(pid))
        self.traces.none_of_zombies()
        self.holds_nothing(daemon)

    def freeze(self, group: pathlib.Path, pid: int) -> None:
        (group / "cgroup.procs").write_text(str(pid))


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
