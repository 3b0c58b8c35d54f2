"""The main job through the command line, with Python and exec workers."""

from __future__ import annotations

import json
import os
import pwd
import re
import subprocess
import sys
import unittest

from harness import BUILD, ROOT, Daemon, alive, python_pool, until


class FrontDoor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(
            {
                "py": python_pool(),
                "shell": {"kind": "exec", "command": ["/usr/bin/wc", "-c"], "queues": ["shell"], "processes": 2},
                "exit3": {"kind": "exec", "command": ["/bin/sh", "-c", "echo oops >&2; exit 3"], "queues": ["exit3"]},
                "print": {
                    "kind": "exec",
                    "command": ["/bin/sh", "-c", "echo said >&2; printf '\"%s\"' \"${JOBSUP_REQUEST_ID-unset}\""],
                    "queues": ["print"],
                    "environment": {"JOBSUP_REQUEST_ID": "of no job"},
                },
                "missing": {"kind": "exec", "command": ["/no/such/program"], "queues": ["missing"]},
                "slow": {"kind": "exec", "command": ["/bin/sleep", "600"], "queues": ["slow"], "stop_grace": "1s"},
                "parked": python_pool(queues=["parked"], processes=0),
            },
            {
                "fail": {"backoff": ["10ms"], "max_attempts": 2},
                "no_such_type": {"backoff": ["10ms"], "max_attempts": 2},
                "impatient": {"queue": "slow", "timeout": "200ms", "max_attempts": 1},
                "polite": {"timeout": "200ms", "max_attempts": 1},
            },
            limits={"payload": "64KiB", "result": "64KiB"},
        ).start()

    @classmethod
    def tearDownClass(cls):
        cls.daemon.remove()

    def test_a_result_comes_back(self):
        result = self.daemon.jobsup("enqueue", "add", "--payload", '{"a": 1, "b": 41}', "--wait")
        self.assertEqual(result.stdout, "42\n")

    def test_exec_gets_the_payload_byte_for_byte(self):
        payload = '{"n":12345678901234567890.10,  "b":1}'
        id = json.loads(
            self.daemon.jobsup("enqueue", "count", "--queue", "shell", "--payload", payload, "--json").stdout
        )["task_id"]
        self.assertEqual(self.daemon.finished(id)["result"], len(payload))

    def test_exec_exit_code_fails_with_its_last_words(self):
        job = self.daemon.finished(self.daemon.enqueue("x", None, "--queue", "exit3", "--max-attempts", "1"))
        self.assertEqual((job["status"], job["error"]["type"]), ("failed", "exit 3"))
        self.assertIn("oops", job["error"]["message"])

    def test_a_program_that_cannot_start_costs_no_attempt(self):
        id = self.daemon.enqueue("x", None, "--queue", "missing")
        pool = until(lambda: self.daemon.json("pool", "missing").get("last_exit"), "the pool says why")
        self.assertIn("/no/such/program", pool)
        self.assertIn(self.daemon.job(id)["status"], ("queued", "processing"))
        self.daemon.jobsup("job", "cancel", id)

    def test_errors_are_retried_and_recorded(self):
        job = self.daemon.finished(self.daemon.enqueue("fail", {"message": "broken"}))
        self.assertEqual((job["status"], job["attempt"]), ("failed", 2))
        self.assertEqual(job["error"]["type"], "ValueError")
        self.assertEqual([a["cause"] for a in job["attempts"]], ["error", "error"])

    def test_retry_snooze_discard(self):
        daemon = self.daemon
        self.assertEqual(daemon.finished(daemon.enqueue("retry_later"))["result"], 2)
        path = str(daemon.directory / "snoozed")
        self.assertEqual(daemon.finished(daemon.enqueue("snooze", {"path": path}))["result"], 1)
        job = daemon.finished(daemon.enqueue("discard"))
        self.assertEqual((job["status"], job["error"]["cause"]), ("failed", "discarded"))

    def test_a_job_enqueues_its_follow_up(self):
        follower = self.daemon.finished(self.daemon.enqueue("follow_up", {"payload": {"a": 1, "b": 2}}))["result"]
        self.assertEqual(self.daemon.finished(follower)["result"], 3)

    def test_an_unknown_type_is_told(self):
        # And tried again: in a rolling update the next worker may know it.
        job = self.daemon.finished(self.daemon.enqueue("no_such_type"))
        self.assertEqual((job["status"], job["attempt"], job["error"]["type"]), ("failed", 2, "UnknownTask"))

    def test_a_delayed_job_waits(self):
        id = self.daemon.enqueue("add", {"a": 1, "b": 1}, "--delay", "5s")
        job = self.daemon.job(id)
        self.assertEqual((job["status"], job.get("reason")), ("pending", "delayed"))
        self.assertEqual(self.daemon.finished(id)["result"], 2)

    def test_the_same_key_gives_the_same_job(self):
        first = self.daemon.enqueue("add", {"a": 1, "b": 1}, "--key", "once")
        self.daemon.finished(first)
        second = self.daemon.json("enqueue", "add", "--payload", '{"a":5,"b":5}', "--key", "once")
        self.assertEqual((second["task_id"], second["existing"]), (first, True))

    def test_cancel_waiting_and_running(self):
        waiting = self.daemon.enqueue("add", {"a": 1, "b": 1}, "--queue", "parked")
        self.assertEqual(self.daemon.json("job", "cancel", waiting)["status"], "cancelled")
        self.assertEqual(self.daemon.job(waiting)["status"], "cancelled")
        running = self.daemon.enqueue("polite", {"seconds": 600}, "--timeout", "600s")
        until(lambda: self.daemon.job(running)["status"] == "processing", "it runs")
        self.assertEqual(self.daemon.json("job", "cancel", running)["status"], "cancelling")
        self.assertEqual(self.daemon.finished(running)["status"], "cancelled")
        self.assertEqual(self.daemon.jobsup("job", "cancel", running, check=False).returncode, 5)

    def test_timeouts_end_the_job(self):
        job = self.daemon.finished(self.daemon.enqueue("polite", {"seconds": 600}))
        self.assertEqual((job["status"], job["error"]["cause"]), ("timeout", "timeout"))
        job = self.daemon.finished(self.daemon.enqueue("impatient"))
        self.assertEqual(job["status"], "timeout")

    def test_progress_is_seen_while_it_runs(self):
        id = self.daemon.enqueue("progress")
        progress = until(lambda: self.daemon.job(id).get("progress"), "progress is shown")
        self.assertEqual((progress["current"], progress["percent"], progress["stage"]), (3, 30, "counting"))
        self.daemon.jobsup("job", "cancel", id)

    def test_a_result_over_the_limit_is_refused_clearly(self):
        job = self.daemon.finished(self.daemon.enqueue("big", {"count": 100_000}, "--max-attempts", "3"))
        self.assertEqual((job["status"], job["error"]["type"]), ("failed", "ResultTooLarge"))

    def test_a_stream_of_lines(self):
        lines = "\n".join(json.dumps({"type": "add", "payload": {"a": n, "b": 1}}) for n in range(1200))
        result = self.daemon.jobsup("enqueue", "--json", stdin=lines)
        ids = [json.loads(line)["task_id"] for line in result.stdout.splitlines()]
        self.assertEqual(len(set(ids)), 1200)
        self.assertEqual(self.daemon.finished(ids[-1])["result"], 1200)
        bad = self.daemon.jobsup("enqueue", stdin='{"type":"add"}\nnonsense\n', check=False)
        self.assertEqual(bad.returncode, 64)
        self.assertIn("line 2", bad.stderr)

    def post(self, task: dict, request_id: str | None = None) -> dict:
        """Enqueues over HTTP and gives the finished job."""
        headers = {} if request_id is None else {"X_Request_Id": request_id}
        status, answer, document = self.daemon.http("POST", "/api/tasks", json.dumps(task), **headers)
        self.assertEqual(status, 202, document)
        if request_id is not None:
            self.assertEqual(answer["X-Request-Id"], request_id)
        job = self.daemon.finished(document["task_id"])
        self.assertEqual(job["request_id"], answer["X-Request-Id"])
        return job

    def test_a_request_id_goes_from_http_to_the_workers(self):
        for given in ("checkout-4711", "~" * 128):
            self.assertEqual(self.post({"type": "request_id"}, given)["result"], given)
            self.assertEqual(self.post({"type": "x", "queue": "print"}, given)["result"], given)
        child = self.post({"type": "child_of_request"}, "parent-1")["result"]
        self.assertEqual(self.daemon.finished(child)["result"], "parent-1")
        shown = self.daemon.jobsup("job", child).stdout
        self.assertRegex(shown, r"(?m)^request +parent-1$")

    def test_a_batch_shares_its_request_id(self):
        tasks = json.dumps({"tasks": [{"type": "request_id"}] * 40})
        status, answer, document = self.daemon.http("POST", "/api/tasks/batch", tasks, X_Request_Id="batch-1")
        self.assertEqual((status, answer["X-Request-Id"]), (202, "batch-1"))
        jobs = [self.daemon.finished(task["task_id"]) for task in document["tasks"]]
        self.assertEqual({(job["request_id"], job["result"]) for job in jobs}, {("batch-1", "batch-1")})

    def test_a_request_without_an_id_gets_one(self):
        jobs = [self.post({"type": "request_id"}) for _ in range(2)]
        for job in jobs:
            self.assertRegex(job["request_id"], "^[0-9a-f]{16}$")
            self.assertEqual(job["result"], job["request_id"])
        self.assertNotEqual(jobs[0]["request_id"], jobs[1]["request_id"])

    def test_a_job_that_came_with_no_request_has_no_id(self):
        lines = '{"type":"request_id"}\n{"type":"x","queue":"print"}\n'
        receipts = self.daemon.jobsup("enqueue", "--json", stdin=lines).stdout.splitlines()
        jobs = [self.daemon.finished(json.loads(receipt)["task_id"]) for receipt in receipts]
        self.assertEqual([job.get("result") for job in jobs], [None, "unset"])
        self.assertEqual([job.get("request_id") for job in jobs], [None, None])

    def test_every_answer_has_a_request_id(self):
        for method, path, body, status in [
            ("GET", "/api/status", None, 200),
            ("GET", "/api/tasks/999999999", None, 404),
            ("GET", "/nowhere", None, 404),
            ("POST", "/api/tasks", "nonsense", 400),
            ("POST", "/api/tasks", '{"type":"add","queue":"defalt"}', 404),
            ("POST", "/api/tasks/batch", "{}", 400),
        ]:
            with self.subTest(method=method, path=path, body=body):
                answer = self.daemon.http(method, path, body, X_Request_Id="mine-1")
                self.assertEqual((answer[0], answer[1].get_all("X-Request-Id")), (status, ["mine-1"]))
                answer = self.daemon.http(method, path, body)
                self.assertEqual(answer[0], status)
                self.assertRegex(answer[1]["X-Request-Id"], "^[0-9a-f]{16}$")

    def test_a_wrong_request_id_is_refused_and_enqueues_nothing(self):
        before = self.daemon.json("job", "list", "--limit", "1")["tasks"]
        task = {"type": "request_id"}
        for wrong in ("", "a b", "a\tb", "é", "x" * 129):
            for path, body in [("/api/tasks", task), ("/api/tasks/batch", {"tasks": [task]})]:
                status, answer, document = self.daemon.http("POST", path, json.dumps(body), X_Request_Id=wrong)
                self.assertEqual((status, document["error"]["code"]), (400, "bad_request_id"))
                self.assertIn("128", document["error"]["hint"])
                self.assertRegex(answer["X-Request-Id"], "^[0-9a-f]{16}$")
        self.assertEqual(self.daemon.json("job", "list", "--limit", "1")["tasks"], before)

    def test_the_log_names_the_request_of_a_job(self):
        self.post({"type": "fail"}, "log-1")
        self.post({"type": "x", "queue": "print"}, "log-2")
        for words in ("did not complete, attempt 1", "ended as failed"):
            until(lambda: self.logged(words, "request=log-1"), f"the log says: {words}")
        until(lambda: self.logged("said", "request=log-2"), "a line of the program is logged")

    def logged(self, *words: str) -> bool:
        return any(all(word in line for word in words) for line in self.daemon.log.read_text().splitlines())

    def test_a_request_id_outlives_the_daemon(self):
        daemon = Daemon({"py": python_pool()}).start()
        self.addCleanup(daemon.remove)
        task = {"type": "request_id", "delay": "1s"}
        _, _, document = daemon.http("POST", "/api/tasks", json.dumps(task), X_Request_Id="before-1")
        daemon.kill()
        daemon.start()
        job = daemon.finished(document["task_id"])
        self.assertEqual((job["request_id"], job["result"]), ("before-1", "before-1"))

    def test_mistakes_are_told_with_the_way_out(self):
        for arguments, code, word in [
            (["enqueue", "add", "--queue", "defalt"], 3, "did you mean 'default'"),
            (["job", "999999999"], 3, "there is no job"),
            (["scale", "nobody", "3"], 3, "no pool"),
            (["scale", "py", "100000"], 5, "bounds"),
            (["scale", "py", "--min", "5", "--max", "2"], 5, "above the greatest"),
            (["scale", "py"], 64, "say how many"),
            (["scale", "py", "auto", "--for", "1h"], 64, "no end"),
            (["scale", "explain", "nobody"], 3, "no pool"),
            (["scale", "history", "nobody"], 3, "no pool"),
            (["enqueue", "add", "--payload", "{nonsense"], 64, "not JSON"),
            (["enqueue", "add", "--payload", json.dumps("x" * 70_000)], 5, "limit"),
            (["status", "--socket-directory", "/nonexistent"], 4, "systemctl"),
        ]:
            result = self.daemon.jobsup(*arguments, check=False)
            self.assertEqual(result.returncode, code, result)
            self.assertIn(word, result.stderr)

    def test_results_never_go_astray(self):
        for redirection in (">&-", "<&- >&-", "> /dev/full"):
            command = ["/bin/sh", "-c", f'exec "$0" status --socket-directory "$1" {redirection}']
            result = subprocess.run(
                [*command, str(BUILD / "jobsup"), str(self.daemon.runtime)], capture_output=True, text=True, timeout=60
            )
            self.assertEqual((result.returncode, result.stdout), (74, ""), redirection)
            self.assertRegex(
                result.stderr, "^jobsup: cannot write to standard output: (Bad file descriptor|No space left on device)\n$"
            )

    def test_scaling_up_and_down(self):
        # Nobody else is to change the number.
        bounds = {"min": 0, "max": 6, "start": 1}
        daemon = Daemon({"py": python_pool(processes=bounds, scaling={"enabled": False})}).start()
        self.addCleanup(daemon.remove)
        would = daemon.jobsup("scale", "py", "6", "--dry-run").stdout
        self.assertEqual(would, "pool py would go 1 → 6: set by hand\n")
        self.assertEqual(daemon.json("pool", "py")["wanted"], 1)
        self.assertIn("1 → 4", daemon.jobsup("scale", "py", "+3").stdout)
        until(lambda: daemon.json("pool", "py")["ready"] == 4, "four are ready")
        busy = daemon.enqueue("sleep", {"seconds": 1})
        until(lambda: daemon.job(busy)["status"] == "processing", "one is busy")
        self.assertIn("4 → 1", daemon.jobsup("scale", "py", "-3").stdout)
        until(lambda: daemon.json("pool", "py")["actual"] == 1, "one is left")
        self.assertEqual(daemon.finished(busy)["crashes"], 0)
        self.assertEqual(daemon.job(busy)["status"], "completed")

        user = pwd.getpwuid(os.getuid()).pw_name
        explained = daemon.jobsup("scale", "explain", "py").stdout
        for line in (r"policy +fixed: .*\(0 to 6 may be set\)", rf"by hand +1 set by {user} until `auto`", r"rule +manual"):
            self.assertRegex(explained, line)
        self.assertIn("1 → 3 processes, 3 set by", (said := daemon.jobsup("scale", "py", "3", "--for", "1h").stdout))
        self.assertRegex(said, r"for another (59:\d\d min|1:00 h)\n")
        self.assertIn("3 → 1", daemon.jobsup("scale", "py", "auto").stdout)
        self.assertNotIn("manual", daemon.json("pool", "py"))
        # The history is written behind the answer.
        until(lambda: len(daemon.json("scale", "history", "py")["decisions"]) == 4, "all are on disk")
        decisions = daemon.json("scale", "history", "py")["decisions"]
        self.assertEqual(
            [(one["from"], one["to"], one["rule"], one.get("who")) for one in decisions],
            [(3, 1, "configured", user), (1, 3, "manual", user), (4, 1, "manual", user), (1, 4, "manual", user)],
        )
        self.assertEqual(len(daemon.jobsup("scale", "history", "py", "-n", "2").stdout.splitlines()), 3)
        until(lambda: f"pool py: 1 → 4: set by hand ({user})" in daemon.log.read_text(), "it is logged")

    def test_what_a_worker_inherits(self):
        id = self.daemon.enqueue("process_state")
        state = self.daemon.finished(id)["result"]
        self.assertEqual(int(state["blocked"], 16), 0)
        # Python itself ignores SIGPIPE and SIGXFSZ; nothing else may be.
        self.assertEqual(int(state["ignored"], 16) & ~(1 << 12 | 1 << 24), 0)
        self.assertTrue(state["leads_its_group"])

    def test_nothing_of_the_service_manager_reaches_a_worker(self):
        os.environ.update(NOTIFY_SOCKET="/run/none", LISTEN_FDS="0", INVOCATION_ID="1", JOURNAL_STREAM="1:1")
        daemon = Daemon({"py": python_pool()})
        self.addCleanup(daemon.remove)
        try:
            daemon.start()
        finally:
            for name in ("NOTIFY_SOCKET", "LISTEN_FDS", "INVOCATION_ID", "JOURNAL_STREAM"):
                del os.environ[name]
        environment = daemon.finished(daemon.enqueue("environment"))["result"]
        self.assertFalse({"LISTEN_FDS", "INVOCATION_ID", "JOURNAL_STREAM", "JOBSUP_TOKEN"} & environment.keys())
        # Its own pool's, not the daemon's.
        self.assertRegex(environment["NOTIFY_SOCKET"], f"^{daemon.runtime}/notify-[0-9]+\\.sock$")

    def test_stop_waits_for_the_running_job_and_leaves_nobody(self):
        daemon = Daemon({"py": python_pool()}).start()
        self.addCleanup(daemon.remove)
        id = daemon.enqueue("sleep", {"seconds": 1.5})
        until(lambda: daemon.job(id)["status"] == "processing", "it runs")
        pids = [worker["pid"] for worker in daemon.workers()]
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual([pid for pid in pids if alive(pid)], [])
        daemon.start()
        self.assertEqual(daemon.job(id)["status"], "completed")

    def test_a_second_signal_hurries(self):
        daemon = Daemon({"py": python_pool(stop_grace="500ms")}).start()
        self.addCleanup(daemon.remove)
        id = daemon.enqueue("sleep", {"seconds": 600})
        until(lambda: daemon.job(id)["status"] == "processing", "it runs")
        daemon.process.terminate()
        until(lambda: "draining" in daemon.tail(), "it drains")
        daemon.process.terminate()
        self.assertEqual(daemon.process.wait(30), 0)
        daemon.start()
        until(lambda: daemon.job(id)["status"] in ("queued", "processing"), "it is there again")
        self.assertEqual(daemon.job(id)["crashes"], 0)

    def test_a_second_daemon_is_refused(self):
        second = subprocess.run(
            [str(BUILD / "jobsupd"), "--config", str(self.daemon.config)], capture_output=True, text=True, timeout=30
        )
        self.assertNotEqual(second.returncode, 0)
        self.assertIn(f"process {self.daemon.process.pid}", second.stderr)

    def test_a_wrong_configuration_is_told_with_line_and_key(self):
        path = self.daemon.directory / "wrong.yaml"
        path.write_text("pools:\n  mail:\n    comand: [true]\n    procesess: 2\n    command: sh -c true\n")
        result = subprocess.run([str(BUILD / "jobsup"), "config", "check", str(path)], capture_output=True, text=True)
        self.assertEqual(result.returncode, 64)
        self.assertIn(f"{path}:4:5: pools.mail.procesess: unknown key; did you mean 'processes'?", result.stderr)
        self.assertIn("never given to a shell", result.stderr)
        daemon = subprocess.run([str(BUILD / "jobsupd"), "--config", str(path)], capture_output=True, text=True)
        self.assertEqual(daemon.returncode, 78)
        self.assertIn("did you mean 'command'?", daemon.stderr)

    def test_a_configuration_that_may_not_be_read_is_told(self):
        path = self.daemon.directory / "secret.yaml"
        path.write_text("log_level: info\n")
        path.chmod(0)
        # Root may read everything unless it gave that right away.
        without = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
        command = [*without, str(BUILD / "jobsup"), "config", "check", str(path)]
        result = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(result.returncode, 64)
        self.assertIn(f"{path}:1:1: this user may not read it", result.stderr)


class DocumentedJSON(unittest.TestCase):
    """What `--json` prints has the fields that CommandLine.md lists, and the command reads no others."""

    #: The objects within objects: where they are, and the row that lists their fields.
    INNER = {
        "the job": {"progress": "its `progress`", "error": "its `error`", "attempts": "each of its `attempts`"},
        "the pool": {
            "workers": "the worker", "ends": "each of its `ends`", "rollout": "its `rollout`", "manual": "its `manual`",
        },
        "how the pool is scaled": {
            "rules": "its `rules`", "signal": "its `signal`", "seen": "its `seen`", "decision": "its `decision`",
            "manual": "its `manual`",
        },
        "its `rules`": {"up": "their `up` and `down`", "down": "their `up` and `down`"},
        "the worker": {"jobs": "each of its `jobs`"},
        "the status": {
            "store": "its `store`", "worker_limits": "its `worker_limits`", "log": "its `log`", "queues": "the queue",
            "pools": "the pool",
        },
    }
    #: The types that the command reads the objects into.
    TYPES = {
        "JobDocument": "the job", "Progress": "its `progress`", "Failure": "its `error`",
        "Attempt": "each of its `attempts`", "QueueDocument": "the queue", "PoolDocument": "the pool",
        "WorkerDocument": "the worker", "Job": "each of its `jobs`", "StatusDocument": "the status", "Store": "its `store`",
        "Log": "its `log`", "Rollout": "its `rollout`", "WorkerEndDocument": "each of its `ends`",
        "WorkerLimits": "its `worker_limits`", "ManualScaleDocument": "its `manual`",
        "ScalingDocument": "how the pool is scaled", "ScalingDocument.Decision": "its `decision`",
        "ScalingDocument.Rules": "its `rules`", "ScalingDocument.Rules.Level": "their `up` and `down`",
        "ScalingDocument.Signal": "its `signal`",
        "ScalingDocument.Seen": "its `seen`", "ScalingHistoryDocument.Decision": "each of the `decisions`",
    }

    #: A service that says how it is.
    TELLING = """
import os, signal, socket
to = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
to.sendto(b"READY=1\\nSTATUS=serving", os.environ["NOTIFY_SOCKET"])
signal.pause()
"""

    def setUp(self):
        text = (ROOT / "Sources" / "Documentation.docc" / "CommandLine.md").read_text()
        section = text.partition("\n### JSON\n")[2].partition("\n### ")[0]
        rows = [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in section.splitlines() if line.startswith("|") and not line.startswith("|---")
        ]
        self.commands = {row[0]: row[1] for row in rows if len(row) == 2 and row[0] != "command"}
        self.fields = {row[0]: (words(row[1]), words(row[2])) for row in rows if len(row) == 3 and row[0] != "object"}
        self.seen: dict[str, set[str]] = {}

    @staticmethod
    def signalled(*command: str) -> dict:
        """A service that is scaled by what a program prints."""
        return {
            "kind": "service", "command": ["/bin/sleep", "600"], "processes": {"min": 1, "max": 2},
            "scaling": {"signal": {"command": list(command), "every": "1s"}},
        }

    def literal(self, command: str, number: int = 0) -> set[str]:
        """The fields of an object that the table of commands spells out."""
        return set(re.findall(r'"(\w+)"', re.findall(r"{[^}]*}", self.commands[f"`{command}`"])[number]))

    def check(self, name: str, value: dict) -> None:
        """An object, and those in it."""
        always, sometimes = self.fields[name]
        self.assertEqual(always - value.keys(), set(), f"{name} lacks what is listed")
        self.assertEqual(value.keys() - always - sometimes, set(), f"{name} has what is not listed")
        self.seen.setdefault(name, set()).update(value)
        for key, inner in self.INNER.get(name, {}).items():
            for one in value[key] if isinstance(value.get(key), list) else filter(None, [value.get(key)]):
                self.check(inner, one)

    def test_every_command(self):
        pools = {
            "py": python_pool(processes={"min": 0, "max": 4, "start": 2}, rollout_patience="100ms"),
            "parked": python_pool(queues=["parked"], processes=0),
            "held": {"kind": "service", "command": ["/bin/sh", "-c", "exit 125"]},
            "patient": python_pool(queues=["patient"], processes={"min": 0, "max": 2}, scaling={"target_wait": "5s"}),
            "telling": {"kind": "service", "command": [sys.executable, "-c", self.TELLING], "ready": "notify"},
            "signalled": self.signalled("/bin/echo", '{"depth": 0, "oldest_seconds": 0.5}'),
            "unsignalled": self.signalled("/bin/false"),
            # Never ready: its rollout goes on as long as the test.
            "starting": {"kind": "service", "command": ["/bin/sleep", "600"], "ready": "1h"},
            "stubborn": {
                "kind": "service", "command": ["/bin/sh", "-c", "trap '' TERM; while :; do sleep 1; done"],
                "stop_grace": "10m",
            },
            "broken": {"kind": "exec", "command": ["/no/such/program"], "queues": ["broken"]},
            "echo": {"kind": "exec", "command": ["/bin/cat"], "queues": ["echo"]},
        }
        types = {"fail": {"backoff": ["1ms"], "max_attempts": 2}}
        daemon = Daemon(pools, types)
        self.addCleanup(daemon.remove)
        daemon.write(pools=pools, types=types, log={"file": str(daemon.directory / "jobsup.log")})
        daemon.start()
        checked = set()

        def output(command: str, *arguments: str, stdin: str | None = None, check: bool = True):
            """What a command prints as JSON. What it makes of that for people is tried as well, where that may be done twice."""
            checked.add(f"`{command}`")
            if command not in ("enqueue", "job cancel"):
                daemon.jobsup(*command.split(), *arguments)
            text = daemon.jobsup(*command.split(), *arguments, "--json", stdin=stdin, check=check).stdout
            return [json.loads(line) for line in text.splitlines()]

        [accepted] = output("enqueue", "add", "--payload", "[1,2]", "--key", "k")
        self.assertEqual(accepted.keys(), self.literal("enqueue"))
        [job] = output("enqueue", "add", "--payload", "[1,2]", "--delay", "10ms", "--timeout", "9s", "--wait")
        self.check("the job", job)
        [job] = output("enqueue", "fail", "--wait", check=False)
        self.assertEqual(len(job["attempts"]), 2)
        self.check("the job", job)
        [job] = output("enqueue", "bytes", "--queue", "echo", "--raw", "--payload", "bytes", "--wait")
        self.check("the job", job)
        for receipt in output("enqueue", stdin='{"type":"noop"}\n{"type":"noop"}\n'):
            self.assertEqual(receipt.keys(), self.literal("enqueue", 1))
        [cancelled] = output("job cancel", daemon.enqueue("add", [1, 2], "--queue", "parked", "--delay", "1h"))
        self.assertEqual(cancelled.keys(), self.literal("job cancel"))
        for options in (("--payload", "[1,2]"), ("--raw", "--payload", "bytes")):
            waiting = daemon.enqueue("add", None, "--queue", "parked", "--delay", "1h", *options)
            self.check("the job", output("job", waiting)[0])
        broken = daemon.enqueue("add", [1, 2], "--queue", "broken")
        until(lambda: daemon.json("pool", "broken").get("last_exit"), "a pool has something to say")
        running = daemon.enqueue("progress")
        until(lambda: daemon.job(running).get("progress"), "there is progress")
        self.check("the job", output("job", running)[0])

        self.assertEqual(output("rollout", "py")[0]["rollout"]["state"], "ended")
        self.check("the pool", output("rollout", "starting", "--no-wait")[0])
        self.assertEqual(daemon.json("pool", "starting")["rollout"]["done"], 0)
        [reloaded] = output("reload")
        self.assertEqual(reloaded.keys(), self.literal("reload"))
        until(lambda: daemon.json("pool", "held")["health"] == "held", "a pool is held")
        self.check("the pool", output("pool resume", "held")[0])
        until(lambda: daemon.json("pool", "held")["health"] == "held", "it is held again")
        until(lambda: daemon.json("pool", "stubborn")["ready"], "it is there")
        daemon.jobsup("scale", "stubborn", "0")
        until(lambda: daemon.json("pool", "telling")["workers"][0].get("status"), "a worker says how it is")

        for command, inner in {"job list": "the job", "queue": "the queue", "pool": "the pool", "worker": "the worker"}.items():
            [listing] = output(command)
            self.assertEqual(listing.keys(), self.literal(command))
            [found] = listing.values()
            self.assertTrue(found)
            for one in found:
                self.check(inner, one)
        self.check("the queue", output("queue", "default")[0])
        self.check("the pool", output("pool", "py")[0])
        for wish in (["3"], ["--min", "1", "--max", "2", "--for", "1h"]):
            [outcome] = output("scale", "py", *wish)
            self.assertEqual(outcome.keys(), self.literal("scale"))
            self.check("the pool", outcome["pool"])
        until(lambda: "worker_bytes" in daemon.json("scale", "explain", "py")["seen"], "memory was measured")
        until(lambda: "depth" in daemon.json("scale", "explain", "signalled")["signal"], "a signal was read")
        until(lambda: "error" in daemon.json("scale", "explain", "unsignalled")["signal"], "another one was not")
        for pool in ("py", "patient", "telling", "signalled", "unsignalled"):
            self.check("how the pool is scaled", output("scale explain", pool)[0])
        [history] = output("scale history", "py")
        self.assertEqual(history.keys(), self.literal("scale history"))
        for decision in history["decisions"]:
            self.check("each of the `decisions`", decision)
        trace = daemon.directory / "trace.csv"
        trace.write_text("0,1\n1,1\n2,1\n")
        [simulated] = output("simulate", "--trace", str(trace), "--policy", "thresholds")
        self.assertEqual(simulated.keys(), self.literal("simulate"))
        for report in simulated["reports"]:
            self.check("each of the `reports`", report)
        self.check("the status", output("status")[0])
        [settings] = output("config check", str(daemon.config))
        for setting in settings:
            self.assertEqual(setting.keys(), self.literal("config check"))
        for command, arguments in (("logs", ()), ("job logs", (job["task_id"],))):
            entries = output(command, *arguments)
            for entry in entries:
                self.assertEqual(entry.keys(), self.literal(command))
        daemon.jobsup("job", "cancel", running)
        for options, missing in [((), set()), (("--enqueue-only",), {"drained_per_second"})]:
            [report] = output("bench", "noop", "--jobs", "20", "--batch", "10", *options)
            self.assertEqual(report.keys(), self.literal("bench") - missing)
        daemon.jobsup("job", "cancel", broken, check=False)

        self.assertEqual(checked, self.commands.keys(), "each command of the table is tried")
        # Not every kernel measures it.
        pressure = {f"pressure_{what}_percent" for what in ("cpu", "memory", "io")}
        for name, (always, sometimes) in self.fields.items():
            unseen = (always | sometimes) - self.seen.get(name, set())
            # Only a store in trouble has a message, only a log in the journal the unit's name, and only a crash a core dump.
            rare = {
                "its `store`": {"message"}, "its `log`": {"unit"}, "its `seen`": pressure, "each of its `ends`": {"core_dumped"},
            }.get(name, set())  # fmt: skip
            self.assertEqual(unseen - rare, set(), f"{name} never had these")

    def test_the_command_reads_what_is_listed(self):
        count = 0
        for path in (ROOT / "Sources" / "jobsup" / "Documents").glob("*Document.swift"):
            types: list[str] = []
            for line in path.read_text().splitlines():
                indent = (len(line) - len(line.lstrip())) // 4
                if struct := re.match(r"\s*struct (\w+)", line):
                    types = types[:indent] + [struct[1]]
                elif constant := re.match(r"\s+let (\w+):", line):
                    row = self.TYPES.get(".".join(types[:indent])) or self.TYPES.get(types[indent - 1])
                    if not row:
                        continue
                    name = re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), constant[1])
                    always, sometimes = self.fields[row]
                    self.assertIn(name, always | sometimes, f"{path.name}: {types}")
                    if not line.rstrip().endswith("?"):
                        self.assertIn(name, always, f"{path.name}: {types} cannot do without it")
                    count += 1
        self.assertGreater(count, 60)


def words(cell: str) -> set[str]:
    return set(re.findall(r"`(\w+)`", cell))


if __name__ == "__main__":
    unittest.main()
