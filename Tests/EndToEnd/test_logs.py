"""The log end to end: files that are put aside, floods without a newline, whose line it is, following a job."""

import json
import os
import pathlib
import re
import subprocess
import threading
import time
import unittest

from harness import BUILD, DEADLINE, Daemon, python_pool, until

#: What writes to standard error; the payload is the shell's program.
SHELL = {"kind": "exec", "command": ["/bin/sh", "-c", "read -r program; eval \"$program\""], "processes": 4}


def resident_bytes(pid: int) -> int:
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) * 1024


class Following:
    """A `jobsup … --follow`, whose lines are collected."""

    def __init__(self, daemon: Daemon, *arguments: str):
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [str(BUILD / "jobsup"), *arguments],
            env={**os.environ, "JOBSUP_RUNTIME_DIRECTORY": str(daemon.runtime)},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
        )
        self.thread = threading.Thread(target=self._collect, daemon=True)
        self.thread.start()

    def _collect(self) -> None:
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def shows(self, text: str) -> None:
        until(lambda: any(text in line for line in self.lines), lambda: f"{text!r} in {self.lines[-20:]}")

    def ends(self) -> int:
        code = self.process.wait(DEADLINE)
        self.thread.join(DEADLINE)
        return code

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.thread.join(DEADLINE)
        self.process.stdout.close()


class Logs(unittest.TestCase):
    def daemon(self, pools: dict, **settings) -> Daemon:
        daemon = Daemon(pools, **settings)
        self.addCleanup(daemon.remove)
        self.file = daemon.directory / "jobsup.log"
        daemon.write(pools=pools, log={"file": str(self.file), **settings.pop("log", {})}, **settings)
        return daemon.start()

    def follow(self, daemon: Daemon, *arguments: str) -> Following:
        following = Following(daemon, *arguments, "--follow")
        self.addCleanup(following.stop)
        return following

    def run_shell(self, daemon: Daemon, program: str, *options: str) -> str:
        """Enqueues a job that runs this; gives its id."""
        return daemon.json("enqueue", "sh", "--raw", "--payload", program + "\n", *options)["task_id"]

    def test_the_log_is_a_file_and_the_command_reads_it(self):
        daemon = self.daemon({"sh": SHELL})
        place = daemon.json("status")["log"]
        self.assertEqual(place, {"kind": "file", "path": str(self.file)})
        job = self.run_shell(daemon, "echo 'paid job=9 \"x\"' >&2; echo second >&2")
        other = self.run_shell(daemon, "echo other >&2")
        daemon.finished(job)
        daemon.finished(other)
        until(lambda: "other" in self.file.read_text(), "the line is written")
        records = [json.loads(line) for line in daemon.jobsup("job", "logs", job, "--json").stdout.splitlines()]
        written = [record for record in records if record["fields"].get("stream")]
        self.assertEqual([record["message"] for record in written], ['paid job=9 "x"', "second"])
        for record in written:
            self.assertEqual(
                {key: record["fields"][key] for key in ("pool", "job", "queue", "stream", "type")},
                {"pool": "sh", "job": job, "queue": "default", "stream": "stderr", "type": "sh"},
            )
            self.assertTrue(int(record["fields"]["pid"]) > 1)
        # A worker's words are never fields.
        self.assertEqual(daemon.jobsup("job", "logs", "9", "--file", str(self.file)).stdout, "")
        shown = daemon.jobsup("logs", "--pool", "sh", "-n", "1").stdout
        self.assertRegex(shown, rf"^\S+Z notice   \S+ job {other}: other\n$")
        self.assertIn("jobsupd: jobsupd 0.1.0 is ready", daemon.jobsup("logs").stdout)
        self.assertNotIn("is ready", daemon.jobsup("logs", "--level", "warning").stdout)
        self.assertEqual(daemon.jobsup("job", "logs", "4711", check=False).returncode, 3)
        self.assertEqual(daemon.stop(), 0)
        gone = daemon.jobsup("logs", check=False)
        self.assertEqual(gone.returncode, 4)
        self.assertIn("--file", gone.stderr)
        self.assertIn("second", daemon.jobsup("logs", "--file", str(self.file), "--job", job).stdout)
        self.assertIn("stopped", daemon.jobsup("logs", "--file", str(self.file)).stdout)

    def test_standard_error_alone_is_told(self):
        daemon = Daemon({}).start()
        self.addCleanup(daemon.remove)
        self.assertEqual(daemon.json("status")["log"], {"kind": "stderr"})
        answer = daemon.jobsup("logs", check=False)
        self.assertEqual(answer.returncode, 66)
        self.assertIn("is not kept", answer.stderr)
        # What it wrote there can be read all the same.
        self.assertIn("is ready", daemon.jobsup("logs", "--file", str(daemon.log)).stdout)

    def test_files_are_put_aside_while_somebody_follows(self):
        daemon = self.daemon({"sh": SHELL}, log={"max_size": "64KiB", "keep": 100})
        following = self.follow(daemon, "logs", "--pool", "sh")
        # Until it follows, nothing is written that it could miss.
        daemon.finished(self.run_shell(daemon, "echo begin >&2"))
        following.shows("begin")
        jobs = [
            self.run_shell(daemon, f"i=0; while [ $i -lt 1000 ]; do echo line {number}-$i >&2; i=$((i+1)); done")
            for number in range(4)
        ]
        for job in jobs:
            self.assertEqual(daemon.finished(job)["status"], "completed")
        for number in range(4):
            following.shows(f"line {number}-999")
        files = sorted(self.file.parent.glob("jobsup.log*"))
        self.assertGreater(len(files), 5)
        self.assertTrue(all(path.stat().st_size <= 64 * 1024 for path in files))
        seen = re.findall(r"line (\d-\d+)", "\n".join(following.lines))
        self.assertEqual(len(seen), 4000)
        self.assertEqual(len(set(seen)), 4000)
        again = daemon.jobsup("job", "logs", jobs[2]).stdout
        self.assertEqual(re.findall(r"line 2-(\d+)", again), [str(number) for number in range(1000)])

    def test_only_so_many_are_kept(self):
        daemon = self.daemon({"sh": SHELL}, log={"max_size": "16KiB", "keep": 2})
        daemon.finished(self.run_shell(daemon, "i=0; while [ $i -lt 2000 ]; do echo $i >&2; i=$((i+1)); done; echo end >&2"))
        until(lambda: "end" in daemon.jobsup("logs", "-n", "5").stdout, "the last line")
        self.assertEqual(
            sorted(path.name for path in self.file.parent.glob("jobsup.log*")), ["jobsup.log", "jobsup.log.1", "jobsup.log.2"]
        )

    def test_a_gigabyte_without_a_newline_harms_nobody(self):
        pools = {"sh": SHELL, "py": python_pool(queues=["py"], processes=1)}
        daemon = self.daemon(pools, log={"max_size": "8MiB", "keep": 2})
        before = resident_bytes(daemon.process.pid)
        peak, slowest, over = before, 0.0, threading.Event()
        flood = self.run_shell(daemon, "head -c 1G /dev/zero >&2", "--timeout", "10m")

        def watch():
            nonlocal peak
            while not over.wait(0.05):
                peak = max(peak, resident_bytes(daemon.process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            others = 0
            while daemon.job(flood)["status"] not in ("completed", "failed"):
                begin = time.monotonic()
                job = daemon.enqueue("add", {"a": 1, "b": 2}, "--queue", "py")
                self.assertEqual(daemon.finished(job)["result"], 3)
                told = self.run_shell(daemon, f"echo another one {others} >&2")
                daemon.finished(told)
                slowest = max(slowest, time.monotonic() - begin)
                others += 1
        finally:
            over.set()
            watcher.join()
        self.assertEqual(daemon.job(flood)["status"], "completed")
        print(f"flood: {others} other jobs, slowest {slowest:.2f} s, RSS {before >> 20} to {peak >> 20} MiB")
        self.assertGreater(others, 0)
        self.assertLess(slowest, 10)
        self.assertLess(peak - before, 64 << 20)
        total = sum(path.stat().st_size for path in self.file.parent.glob("jobsup.log*"))
        self.assertLessEqual(total, 24 << 20)
        # What another one wrote meanwhile was not kept out, and what was left of the flood is told.
        until(lambda: f"another one {others - 1}" in daemon.jobsup("job", "logs", told).stdout, "a line among the flood")
        worker = daemon.job(flood)["worker"]
        until(lambda: "faster than the log can" in daemon.jobsup("logs", "--worker", worker).stdout, "that lines were dropped")

    def test_following_a_job_ends_with_it(self):
        daemon = self.daemon({"sh": SHELL})
        gate = daemon.directory / "gate"
        job = self.run_shell(daemon, f"echo begin >&2; while [ ! -e {gate} ]; do sleep 0.05; done; echo last words >&2")
        other = self.run_shell(daemon, "echo not asked for >&2")
        daemon.finished(other)
        following = self.follow(daemon, "job", "logs", job)
        following.shows("begin")
        self.assertIsNone(following.process.poll())
        gate.touch()
        self.assertEqual(following.ends(), 0)
        following.shows("last words")
        self.assertNotIn("not asked for", "\n".join(following.lines))
        # Of a job that has ended, the same.
        begin = time.monotonic()
        self.assertIn("last words", daemon.jobsup("job", "logs", job, "--follow").stdout)
        self.assertLess(time.monotonic() - begin, 10)

    def test_a_file_that_is_moved_away_is_made_anew(self):
        daemon = self.daemon({"sh": SHELL})
        following = self.follow(daemon, "logs", "--pool", "sh")
        daemon.finished(self.run_shell(daemon, "echo one >&2"))
        following.shows("one")
        os.rename(self.file, str(self.file) + "-20301231")
        daemon.finished(self.run_shell(daemon, "echo two >&2"))
        following.shows("two")
        self.assertIn("two", self.file.read_text())

    def test_a_directory_that_is_not_there_is_told_once(self):
        daemon = Daemon({"sh": SHELL})
        self.addCleanup(daemon.remove)
        file = daemon.directory / "later" / "jobsup.log"
        daemon.write(pools={"sh": SHELL}, log={"file": str(file)})
        daemon.start()
        daemon.finished(self.run_shell(daemon, "echo astray >&2"))
        until(lambda: "astray" in daemon.tail(), "the line is on standard error")
        self.assertEqual(daemon.tail().count("cannot be written"), 1)
        file.parent.mkdir()
        daemon.finished(self.run_shell(daemon, "echo back >&2"))
        until(lambda: file.exists() and "back" in file.read_text(), "the file is written")
        self.assertIn("lines went to standard error", file.read_text())

    def test_lines_of_many_jobs_in_one_worker_name_theirs(self):
        """Needs workers whose lines are tagged."""
        daemon = self.daemon({"py": python_pool(processes=1, concurrency=4, command=[
            *python_pool()["command"][:-1], "talkative:app"])})
        jobs = [daemon.enqueue("talk", [f"word-{number}"]) for number in range(20)]
        for job in jobs:
            self.assertEqual(daemon.finished(job)["status"], "completed")
        for number, job in enumerate(jobs):
            until(lambda: f"word-{number} ends" in daemon.jobsup("job", "logs", job).stdout, f"the lines of {job}")
            records = [json.loads(line) for line in daemon.jobsup("job", "logs", job, "--json").stdout.splitlines()]
            written = [record for record in records if "stream" in record["fields"]]
            self.assertEqual(
                [record["message"] for record in written if record["fields"]["stream"] == "stdout"],
                [f"word-{number} begins", f"word-{number} in parts", f"word-{number} ends"],
            )
            self.assertIn(f"WARNING shop: word-{number}", [record["message"] for record in written])
            self.assertEqual({record["fields"]["queue"] for record in written}, {"default"})
        self.assertNotIn("u{1e}", self.file.read_text())


if __name__ == "__main__":
    unittest.main()
