"""Service pools: plain programs that are kept, notified by, recycled, rolled out and held."""

import json
import os
import pathlib
import re
import signal
import sys
import unittest

from harness import Daemon, alive, python_pool, until

#: Says by sd_notify what its arguments are, one message each, and then waits for its end. A number is a pause in seconds.
NOTIFIER = """
import os, signal, socket, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
to = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
for message in sys.argv[1:]:
    if message.isdigit(): time.sleep(int(message))
    else: to.sendto(message.encode(), os.environ["NOTIFY_SOCKET"])
while True: signal.pause()
"""


def service(*command: str, **changes) -> dict:
    return {"kind": "service", "command": list(command), "processes": 1, "ready": "50ms", **changes}


def notifier(*messages: str, **changes) -> dict:
    # No site packages: it starts in half the time.
    return service(sys.executable, "-SEc", NOTIFIER, *messages, **{"ready": "notify", **changes})


class Services(unittest.TestCase):
    def daemon(self, pool: dict, **settings) -> Daemon:
        daemon = Daemon({"pool": pool}, **settings).start()
        self.addCleanup(daemon.remove)
        return daemon

    def ready(self, daemon: Daemon, count: int = 1) -> dict:
        return until(
            lambda: (pool := daemon.json("pool", "pool"))["ready"] == count and pool["actual"] == count and pool,
            lambda: f"{count} are ready:\n{daemon.tail()}")

    def last_end(self, daemon: Daemon) -> dict:
        return until(lambda: daemon.json("pool", "pool")["ends"], lambda: f"a worker ended:\n{daemon.tail()}")[0]

    def test_a_plain_program_is_kept(self):
        daemon = self.daemon(service("/bin/sleep", "600", processes=3))
        workers = self.ready(daemon, 3)["workers"]
        os.kill(workers[1]["pid"], signal.SIGKILL)
        end = self.last_end(daemon)
        self.assertEqual((end["worker"], end["cause"], end["message"]), ("pool-2", "signal", "was killed by SIGKILL"))
        names = {worker["name"] for worker in self.ready(daemon, 3)["workers"]}
        self.assertEqual(names, {"pool-1", "pool-3", "pool-4"})
        daemon.jobsup("scale", "pool", "1")
        self.ready(daemon, 1)
        self.assertEqual(daemon.stop(), 0)
        self.assertFalse([worker["pid"] for worker in workers if alive(worker["pid"])])

    def test_ready_by_notification(self):
        daemon = self.daemon(notifier("STATUS=warming up\nMAINPID=1", "READY=1\nSTATUS=serving"))
        worker = self.ready(daemon)["workers"][0]
        until(lambda: daemon.workers()[0]["status"] == "serving", "its status is seen")
        self.assertEqual(worker["state"], "ready")

    def test_without_ready_the_boot_timeout_ends_it(self):
        daemon = self.daemon(notifier("STATUS=never ready", boot_timeout="200ms"))
        end = self.last_end(daemon)
        self.assertEqual(end["cause"], "boot_timeout")
        self.assertIn("not ready within 200 ms", end["message"])

    def test_time_can_be_asked_for(self):
        daemon = self.daemon(notifier("EXTEND_TIMEOUT_USEC=3600000000", "5", "STATUS=over time", boot_timeout="3s"))
        worker = until(lambda: (workers := daemon.workers()) and workers[0].get("status") and workers[0],
                       lambda: f"it still runs when its first deadline is over:\n{daemon.tail()}")
        self.assertEqual((worker["name"], worker["state"], worker["status"]), ("pool-1", "starting", "over time"))
        self.assertEqual(daemon.json("pool", "pool")["ends"], [])

    def test_silence_is_ended_by_the_watchdog(self):
        daemon = self.daemon(notifier("READY=1", watchdog="300ms"))
        end = self.last_end(daemon)
        self.assertEqual(end["cause"], "watchdog")
        self.assertIn("no sign of life for 300 ms", end["message"])

    def test_a_worker_may_ask_for_a_watchdog_and_trigger_it(self):
        daemon = self.daemon(notifier("READY=1", "WATCHDOG=trigger"))
        self.assertEqual(self.last_end(daemon)["cause"], "watchdog")

    def test_recycled_by_age_with_the_replacement_ready_first(self):
        daemon = self.daemon(service("/bin/sleep", "600", recycle={"after": "500ms"}))
        seen, low = set(), []

        def look():
            pool = daemon.json("pool", "pool")
            if pool["ready"] < 1 and seen:
                low.append(pool)
            seen.update(worker["name"] for worker in pool["workers"] if worker["state"] == "ready")
            return len(seen) >= 4

        until(look, lambda: f"it is replaced again and again:\n{daemon.tail()}")
        self.assertEqual(low, [], "a moment without a ready worker")
        pool = daemon.json("pool", "pool")
        self.assertEqual(pool["restarts"], 0)
        self.assertGreaterEqual(pool["recycled"], 3)
        self.assertEqual({end["cause"] for end in pool["ends"]} - {"recycled", "stopped"}, set())

    def test_exit_125_holds_until_somebody_says_so(self):
        daemon = self.daemon(service("/bin/sh", "-c", "echo no licence >&2; exit 125", processes=2))
        pool = until(
            lambda: (pool := daemon.json("pool", "pool"))["health"] == "held" and pool["actual"] == 0 and pool,
            "it is held")
        self.assertIn("exit code 125", pool["reason"])
        self.assertEqual(pool["ends"][0]["stderr"], ["no licence"])
        ended = len(pool["ends"])
        daemon.jobsup("pool", "resume", "pool")
        until(lambda: len(daemon.json("pool", "pool")["ends"]) > ended, "it tried again")

    def test_a_pool_whose_workers_die_is_degraded_and_recovers_when_told(self):
        directory = pathlib.Path(self.enterContext(__import__("tempfile").TemporaryDirectory()))
        script = f"test -e {directory}/ok && exec /bin/sleep 600; echo broken >&2; exit 3"
        daemon = self.daemon(service("/bin/sh", "-c", script, processes=4, restart={"burst": "6/1m"}))
        pool = until(
            lambda: (pool := daemon.json("pool", "pool"))["health"] == "degraded" and pool,
            lambda: f"it is degraded:\n{daemon.tail()}")
        self.assertIn("6 workers died within 1 min", pool["reason"])
        (directory / "ok").touch()
        daemon.jobsup("pool", "resume", "pool")
        self.assertEqual(self.ready(daemon, 4)["health"], "healthy")

    def test_reload_changes_what_has_changed_and_nothing_else(self):
        pools = {name: service("/bin/sleep", "600") for name in ("same", "changed", "removed", "resized")}
        daemon = Daemon(pools).start()
        self.addCleanup(daemon.remove)
        workers = until(lambda: (w := daemon.workers()) and len(w) == 4 and all(x["state"] == "ready" for x in w) and
                        {x["pool"]: x["pid"] for x in w}, "all are ready")
        daemon.write(pools={
            "same": pools["same"], "changed": service("/bin/sleep", "601"), "resized": {**pools["resized"], "processes": 2},
            "new": service("/bin/sleep", "600")}, types={})
        changes = daemon.jobsup("reload").stdout
        for words in ("changed is rolled out", "removed is drained", "new is started", "resized goes on"):
            self.assertIn(words, changes)
        until(lambda: {(w["pool"], w["state"]) for w in daemon.workers()} == {
            ("same", "ready"), ("changed", "ready"), ("resized", "ready"), ("new", "ready")}
            and len(daemon.workers()) == 5 and not alive(workers["changed"]),
            lambda: f"the new configuration holds:\n{daemon.jobsup('worker').stdout}\n{daemon.tail()}")
        now = {w["pid"] for w in daemon.workers()}
        self.assertIn(workers["same"], now)
        self.assertIn(workers["resized"], now)
        self.assertFalse(alive(workers["removed"]))

    def test_a_bad_file_changes_nothing_and_says_why(self):
        daemon = self.daemon(service("/bin/sleep", "600"))
        worker = self.ready(daemon)["workers"][0]
        daemon.config.write_text(daemon.config.read_text().replace('"service"', '"servise"'))
        result = daemon.jobsup("reload", check=False)
        self.assertEqual(result.returncode, 5)
        self.assertIn("did you mean 'service'?", result.stderr)
        daemon.process.send_signal(signal.SIGHUP)
        until(lambda: daemon.tail().count("did you mean 'service'?") >= 2, "the signal's answer is in the log")
        self.assertEqual(daemon.workers()[0]["pid"], worker["pid"])

    def test_rollout_replaces_one_by_one(self):
        daemon = self.daemon(service("/bin/sleep", "600", processes=3, rollout_patience="300ms"))
        before = {worker["pid"] for worker in self.ready(daemon, 3)["workers"]}
        daemon.jobsup("rollout", "pool", "--command", "/bin/sleep", "601")
        pool = self.ready(daemon, 3)
        self.assertEqual((pool["generation"], pool["command"]), (2, ["/bin/sleep", "601"]))
        self.assertFalse(before & {worker["pid"] for worker in pool["workers"]})
        self.assertEqual((pool["restarts"], pool["recycled"]), (0, 3))

    def test_a_generation_that_dies_is_taken_back(self):
        daemon = self.daemon(service("/bin/sleep", "600", processes=3, rollout_patience="2s"))
        before = {worker["pid"] for worker in self.ready(daemon, 3)["workers"]}
        result = daemon.jobsup("rollout", "pool", "--command", "/bin/sh", "-c", "sleep 0.2; exit 1", check=False)
        self.assertEqual(result.returncode, 5)
        self.assertIn("2 of its workers died, the last ended with exit code 1", result.stderr)
        pool = self.ready(daemon, 3)
        self.assertEqual((pool["generation"], pool["health"]), (1, "healthy"))
        self.assertEqual({worker["pid"] for worker in pool["workers"]}, before, "the old ones have never stopped")

    def test_a_program_that_is_not_there_is_taken_back(self):
        daemon = self.daemon(service("/bin/sleep", "600"))
        pid = self.ready(daemon)["workers"][0]["pid"]
        result = daemon.jobsup("rollout", "pool", "--command", "/nowhere/at/all", check=False)
        self.assertEqual(result.returncode, 5)
        self.assertIn("there is no program /nowhere/at/all", result.stderr)
        self.assertEqual(self.ready(daemon)["workers"][0]["pid"], pid)

    def test_a_rollout_that_was_taken_back_is_not_repeated_by_a_reload(self):
        daemon = self.daemon(service("/bin/sleep", "600"))
        pid = self.ready(daemon)["workers"][0]["pid"]
        daemon.write(pools={"pool": service("/bin/false")}, types={})
        daemon.jobsup("reload")
        until(lambda: daemon.json("pool", "pool")["rollout"]["state"] == "ended", "it is taken back")
        self.assertIn("keeps its former settings, since these were taken back", daemon.jobsup("reload").stdout)
        self.assertIn("was taken back", daemon.jobsup("rollout", "pool", check=False).stderr, "they are tried again")
        daemon.write(pools={"pool": service("/bin/false", processes=2)}, types={})
        self.assertIn("goes on with other numbers", daemon.jobsup("reload").stdout)
        pool = self.ready(daemon, 2)
        self.assertEqual(pool["command"], ["/bin/sleep", "600"])
        self.assertIn(pid, [worker["pid"] for worker in pool["workers"]])
        daemon.write(pools={"pool": service("/bin/sleep", "601", processes=2)}, types={})
        daemon.jobsup("reload")
        until(lambda: daemon.json("pool", "pool")["rollout"].get("message") == "generation 4 is in place", "the next one works")

    def test_a_pool_may_change_its_kind_while_its_workers_leave(self):
        daemon = Daemon({"pool": {**python_pool(processes=1)}}).start()
        self.addCleanup(daemon.remove)
        self.ready(daemon)
        job = daemon.enqueue("sleep", {"seconds": 2})
        until(lambda: daemon.job(job)["status"] == "processing", "it runs")
        daemon.write(pools={"pool": notifier("READY=1")}, types={})
        daemon.jobsup("reload")
        self.assertEqual(daemon.finished(job)["status"], "completed")
        workers = until(lambda: (w := daemon.workers()) and len(w) == 1 and w, "the old pool is gone")
        os.kill(workers[0]["pid"], signal.SIGKILL)
        until(lambda: (w := daemon.workers()) and w[0]["name"] != workers[0]["name"] and w[0]["state"] == "ready",
              lambda: f"the next one can notify as well:\n{daemon.tail()}")

    def test_hundreds_are_started_and_leave_nothing(self):
        daemon = self.daemon(service("/bin/sleep", "600", processes=400))
        workers = self.ready(daemon, 400)["workers"]
        self.assertEqual(daemon.stop(), 0)
        self.assertFalse([worker["pid"] for worker in workers if alive(worker["pid"])])

    def test_a_second_stop_hurries_a_service_that_was_given_long(self):
        daemon = self.daemon(service("/bin/sh", "-c", "trap '' TERM; while :; do sleep 1; done", stop_grace="10m"))
        worker = self.ready(daemon)["workers"][0]
        daemon.process.send_signal(signal.SIGTERM)
        until(lambda: daemon.workers()[0]["state"] == "stopping", "it is asked to stop")
        result = daemon.jobsup("reload", check=False)
        self.assertEqual(result.returncode, 5)
        self.assertIn("the daemon stops, and changes nothing any more", result.stderr)
        daemon.process.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.process.wait(30), 0)
        self.assertFalse(alive(worker["pid"]))

    def test_a_generation_that_dies_after_its_first_moments_is_taken_back(self):
        daemon = self.daemon(service("/bin/sleep", "600", processes=24, rollout_patience="300ms"))
        self.ready(daemon, 24)
        # Ready after 50 ms and in its place after 300 ms, the first one dies while the next ones come, which takes each 50 ms.
        daemon.jobsup("rollout", "pool", "--no-wait", "--command", "/bin/sh", "-c", "sleep 0.8; exit 1")
        until(lambda: (pool := daemon.json("pool", "pool"))["rollout"]["state"] == "ended" and pool["generation"] == 1,
              lambda: f"it is taken back:\n{daemon.tail()}")
        self.assertIn("2 of its workers died", daemon.json("pool", "pool")["rollout"]["message"])
        self.assertEqual(self.ready(daemon, 24)["command"], ["/bin/sleep", "600"])
        self.assertIn("a newer generation took its place", daemon.log.read_text(), "it died at once")

    def test_a_rollout_of_a_pool_that_has_no_workers_ends_either_way(self):
        daemon = self.daemon(service("/nowhere/at/all", processes=2))
        until(lambda: daemon.json("pool", "pool")["ends"], "it cannot be started")
        result = daemon.jobsup("rollout", "pool", "--command", "/nowhere/else", check=False)
        self.assertEqual(result.returncode, 5)
        self.assertIn("there is no program /nowhere/else", result.stderr)
        daemon.jobsup("rollout", "pool", "--command", "/bin/sleep", "600")
        self.assertEqual(self.ready(daemon, 2)["rollout"]["state"], "ended")

    def test_stopping_is_no_capacity_any_more(self):
        daemon = self.daemon(notifier("READY=1", "STOPPING=1"))
        self.assertEqual(self.last_end(daemon)["message"], "left: it said that it stops")

    def test_limits_reach_the_program(self):
        script = ("echo files=$(ulimit -n) core=$(ulimit -c) umask=$(umask) "
                  "oom=$(cat /proc/self/oom_score_adj) nice=$(nice) said; exec sleep 600")
        daemon = self.daemon(service(
            "/bin/bash", "-c", script,
            limits={"open_files": 256, "core_size": 0, "umask": "0027", "oom_score_adjust": 500, "nice": 5}))
        self.ready(daemon)
        said = until(lambda: re.search("files=.* said", daemon.log.read_text()),
                     lambda: f"the limits are told:\n{daemon.tail()}")[0]
        self.assertEqual(said, "files=256 core=0 umask=0027 oom=500 nice=5 said")


if __name__ == "__main__":
    unittest.main()
