"""What becomes of jobs and processes that are told to end: at a stop, at a start, after a time limit, after a crash."""

import json
import pathlib
import signal
import subprocess
import sys
import unittest

from harness import BUILD, Daemon, alive, python_pool, until

#: Ends with success when it is asked to end, and has not done its work.
POLITE = "trap 'exit 0' TERM; echo $$ >> \"$0\"; sleep 600 & wait"
GREEDY = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
memory = bytearray(200 << 20)
memory[::4096] = b"x" * len(memory[::4096])
time.sleep(600)
"""
NOTIFIER = str(pathlib.Path(__file__).parent / "notifier.py")


def notifier(*arguments: str, **changes) -> dict:
    return {"command": [sys.executable, "-SE", NOTIFIER, *arguments], "queues": ["default"], "processes": 1, **changes}


def service(script: str, **changes) -> dict:
    return {"kind": "service", "command": ["/bin/sh", "-c", script], "processes": 1, "ready": "10ms", **changes}


class ToldToEnd(unittest.TestCase):
    def daemon(self, pools: dict, **settings) -> Daemon:
        daemon = Daemon(pools, **settings)
        self.addCleanup(daemon.remove)
        return daemon.start()

    def end(self, daemon: Daemon, pool: str = "pool") -> dict:
        return until(lambda: daemon.json("pool", pool)["ends"], lambda: f"one has ended:\n{daemon.tail()}")[0]

    # MARK: Exit code 0 of a program that was told to end

    def polite(self, **settings) -> tuple[Daemon, pathlib.Path]:
        daemon = Daemon({}, **settings)
        self.addCleanup(daemon.remove)
        runs = daemon.directory / "runs"
        pool = {"kind": "exec", "command": ["/bin/sh", "-c", POLITE, str(runs)], "queues": ["default"], "processes": 1}
        daemon.write(pools={"pool": pool}, **settings)
        return daemon.start(), runs

    def test_after_its_time_it_is_no_success(self):
        daemon, _ = self.polite(types={"x": {"timeout": "1s", "max_attempts": 1}})
        job = daemon.finished(daemon.enqueue("x"))
        self.assertEqual((job["status"], job["error"]["cause"]), ("timeout", "timeout"))
        pool = daemon.json("pool", "pool")
        self.assertEqual((pool["completed"], pool["failed"]), (0, 1))

    def test_at_a_stop_that_does_not_wait_the_job_goes_back(self):
        daemon, runs = self.polite()
        job = daemon.enqueue("x")
        until(lambda: runs.exists() and runs.read_text(), "it runs")
        daemon.process.terminate()
        until(lambda: "draining" in daemon.tail(), "it drains")
        daemon.process.terminate()
        self.assertEqual(daemon.process.wait(60), 0)
        daemon.start()
        until(lambda: len(runs.read_text().split()) == 2, "it runs again")
        self.assertEqual((daemon.job(job)["status"], daemon.job(job)["attempts"]), ("processing", []))

    def test_over_its_limit_of_memory_it_is_no_success(self):
        pool = {"kind": "exec", "command": [sys.executable, "-c", GREEDY], "queues": ["default"], "processes": 1,
                "recycle": {"memory_hard": "100MiB"}}  # fmt: skip
        daemon = self.daemon({"pool": pool})
        job = daemon.enqueue("x")
        until(lambda: daemon.job(job)["attempts"], lambda: f"an attempt has ended:\n{daemon.tail()}")
        self.assertNotEqual(daemon.job(job)["status"], "completed")
        self.assertIn("hard limit of 100 MiB", daemon.job(job)["attempts"][0]["message"])

    # MARK: The daemon

    def test_a_signal_while_the_workers_are_started_leaves_nobody_behind(self):
        for turn in range(8):
            daemon = Daemon({})
            self.addCleanup(daemon.remove)
            started = daemon.directory / "started"
            script = f"setsid sleep 600 & echo $! >> {started}; wait"
            daemon.write(pools={"pool": {**service(script), "processes": 5}})
            daemon.start(wait=False)
            until(lambda: started.exists() and started.read_text().split(), "the first is started")
            sent = signal.SIGINT if turn % 2 else signal.SIGTERM
            daemon.process.send_signal(sent)
            self.assertEqual(daemon.process.wait(60), 0, daemon.tail())
            for pid in map(int, started.read_text().split()):
                until(lambda: not alive(pid), f"{pid} is gone")

    def test_what_workers_of_a_killed_daemon_had_started_is_killed_by_the_next(self):
        daemon = Daemon({})
        self.addCleanup(daemon.remove)
        started = daemon.directory / "started"
        script = f"env -i setsid sleep 600 & echo $! >> {started}; wait"
        daemon.write(pools={"pool": service(script)})
        daemon.start()
        first = int(until(lambda: started.exists() and started.read_text().split(), "it is started")[0])
        other = subprocess.Popen(["/bin/sleep", "600"])
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)
        daemon.kill()
        self.assertTrue(alive(first))
        daemon.start()
        until(lambda: not alive(first), "what was left is gone")
        self.assertIn("that workers of a run before had left behind", daemon.log.read_text())
        self.assertTrue(alive(other.pid))
        until(lambda: len(started.read_text().split()) == 2, "the next is started")
        self.assertTrue(alive(int(started.read_text().split()[1])))

    # MARK: Workers

    def test_nobody_puts_off_the_end_that_a_job_has_earned(self):
        pool = notifier("stubborn", "EXTEND_TIMEOUT_USEC=60000000", stop_grace="500ms")
        daemon = self.daemon({"pool": pool}, types={"x": {"timeout": "1s", "max_attempts": 1}})
        self.assertEqual(daemon.finished(daemon.enqueue("x"))["status"], "timeout")
        end = self.end(daemon)
        self.assertEqual((end["cause"], end["signal"], end["expected"]), ("job_timeout", "SIGKILL", False))

    def test_a_worker_that_says_that_it_stops_gets_no_job(self):
        daemon = self.daemon({"pool": notifier("worker", "STOPPING=1", "STATUS=stopping")})
        until(lambda: daemon.workers() and daemon.workers()[0]["state"] == "draining", lambda: f"{daemon.workers()}")
        job = daemon.enqueue("x")
        worker = daemon.workers()[0]
        self.assertEqual((worker["status"], worker["jobs"]), ("stopping", []))
        self.assertEqual(daemon.job(job)["status"], "queued")

    def test_a_worker_may_ask_for_its_end(self):
        pool = {**notifier("service", "READY=1", "WATCHDOG=trigger"), "kind": "service", "ready": "notify"}
        del pool["queues"]
        end = self.end(self.daemon({"pool": pool}))
        self.assertEqual((end["cause"], end["message"]), (
            "watchdog", "was ended because it said itself that it has failed"))  # fmt: skip

    def test_of_one_that_is_ended_the_kernel_s_word_is_kept(self):
        rest = "while :; do sleep 0.1; done"
        daemon = self.daemon({
            "breaks": service(f"trap 'kill -SEGV $$' TERM; {rest}"), "fails": service(f"trap 'exit 9' TERM; {rest}"),
            "deaf": service(f"trap '' TERM; {rest}", stop_grace="300ms"), "good": service(f"trap 'exit 0' TERM; {rest}"),
        })  # fmt: skip
        until(lambda: sum(pool["ready"] for pool in daemon.json("pool")["pools"]) == 4, "all are ready")
        for name in ("breaks", "fails", "deaf", "good"):
            daemon.jobsup("scale", name, "0")
        breaks, fails, deaf, good = (self.end(daemon, name) for name in ("breaks", "fails", "deaf", "good"))
        self.assertEqual((breaks["signal"], breaks["expected"]), ("SIGSEGV", False))
        self.assertIn("was ended: scaled down (SIGSEGV", breaks["message"])
        self.assertEqual((fails["exit_code"], fails["expected"]), (9, True))
        self.assertEqual(fails["message"], "was ended: scaled down (exit code 9)")
        self.assertEqual((deaf["signal"], deaf["expected"]), ("SIGKILL", True))
        self.assertEqual((good["cause"], good["exit_code"], good["message"]), ("drained", 0, "left: scaled down"))

    def test_a_pool_that_is_made_anew_gives_no_name_twice(self):
        first = {"kind": "service", "command": ["/bin/sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"], "processes": 1,
                 "ready": "10ms", "stop_grace": "60s"}  # fmt: skip
        daemon = self.daemon({"pool": first})
        until(lambda: daemon.workers()[0]["state"] == "ready", "it is ready")
        daemon.write(pools={"pool": python_pool(processes=1)})
        daemon.jobsup("reload")
        until(lambda: len(daemon.workers()) == 2, "both are there")
        self.assertEqual({worker["name"] for worker in daemon.workers()}, {"pool-1", "pool-2"})

    def test_a_limit_below_the_soft_one_is_warned_of(self):
        daemon = self.daemon(
            {"pool": python_pool(processes=1)}, types={"swell": {"memory_limit": "150MiB"}})  # fmt: skip
        job = daemon.enqueue("swell", [125, str(daemon.directory / "gate")])
        until(lambda: "its limit is 150 MiB" in daemon.log.read_text(), lambda: f"it is warned of:\n{daemon.tail()}")
        self.assertEqual(daemon.job(job)["status"], "processing")

    # MARK: Long paths

    def test_the_longest_directory_has_room_for_every_socket(self):
        daemon = Daemon({})
        self.addCleanup(daemon.remove)
        place = str(daemon.directory) + "/"
        pool = {**notifier("service", "READY=1"), "kind": "service", "ready": "notify"}
        del pool["queues"]
        for length, status in [(81, 64), (80, 0)]:
            daemon.runtime = pathlib.Path(place + "r" * (length - len(place)))
            settings = {"runtime_directory": str(daemon.runtime), "state_directory": str(daemon.state)}
            daemon.config.write_text(json.dumps({**settings, "pools": {"n" * 120: pool}}))
            check = subprocess.run([BUILD / "jobsup", "config", "check", daemon.config], capture_output=True, text=True)
            self.assertEqual(check.returncode, status, check.stderr)
        daemon.start()
        until(lambda: daemon.json("pool", "n" * 120)["ready"] == 1, lambda: f"it is ready:\n{daemon.tail()}")


if __name__ == "__main__":
    unittest.main()
