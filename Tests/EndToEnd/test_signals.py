"""Service pools scaled by the queues of others: a real Redis with rq, SQLite, PostgreSQL, a program of the user's."""

from __future__ import annotations

import collections
import glob
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import unittest

from harness import Daemon, until
from test_peers_workers import HERE, PEERS

ENQUEUE = """
import sys
from redis import Redis
from rq import Queue
queue = Queue(connection=Redis(unix_socket_path=sys.argv[1]))
queue.enqueue_many([Queue.prepare_data("peer_tasks.record", [sys.argv[2], f"job-{i}", float(sys.argv[4])])
                    for i in range(int(sys.argv[3]))])
"""

#: A source that does what a file says.
ODD = """
import os, pathlib, sys, time
mode = pathlib.Path(sys.argv[1]).read_text().strip()
if mode == "hang": time.sleep(600)
if mode == "fail": sys.exit("no such broker")
print(mode)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Redis:
    """A server of its own, on a socket and, if asked, a port."""

    def __init__(self, directory: pathlib.Path, *options: str):
        self.directory = directory
        self.socket = directory / "redis.sock"
        self.options = options
        self.start()

    def start(self) -> None:
        self.socket.unlink(missing_ok=True)
        with open(self.directory / "redis.log", "ab") as log:
            self.process = subprocess.Popen(
                ["redis-server", "--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.directory), "--save", "",
                 *self.options],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        until(self.socket.exists, "redis listens")

    def __call__(self, *words: str) -> str:
        return subprocess.run(
            ["redis-cli", "-s", str(self.socket), *words], check=True, capture_output=True, text=True, timeout=60
        ).stdout.strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Scene(unittest.TestCase):
    """A daemon whose pools are scaled by what others have."""

    def setUp(self):
        # Short: the path of a socket has little room.
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="jobsup-signals-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def redis(self, *options: str) -> Redis:
        redis = Redis(self.directory, *options)
        self.addCleanup(redis.kill)
        return redis

    def pool(self, source: dict, most: int = 4, **changes) -> dict:
        """Workers that do nothing, scaled quickly."""
        return {
            "kind": "service", "command": ["/usr/bin/sleep", "100000"], "processes": {"min": 1, "max": most}, "ready": "10ms",
            "scaling": {
                "up": {"queue_depth": 5, "cpu": "off", "memory": "off"},
                "down": {"queue_depth": 2, "cpu": "off", "memory": "off"},
                "cooldown": {"up": "100ms", "down": "100ms"},
                "signal": {"every": "1s", "timeout": "2s", **source},
                # Whatever else this machine does at the time is none of these tests' business.
                "pressure": {"cpu": "off", "memory": "off", "io": "off"},
            },
            **changes,
        }  # fmt: skip

    def start(self, pools: dict) -> Daemon:
        self.daemon = Daemon(pools)
        self.addCleanup(self.daemon.remove)
        return self.daemon.start()

    def explain(self, name: str = "pool") -> dict:
        return self.daemon.json("scale", "explain", name)

    def wanted(self, name: str = "pool") -> int:
        return self.daemon.json("pool", name)["wanted"]

    def becomes(self, count: int, name: str = "pool") -> None:
        until(
            lambda: (pool := self.daemon.json("pool", name))["wanted"] == count == pool["actual"],
            lambda: f"{name} has {count}:\n{self.explain(name)}\n{self.daemon.tail()}",
        )

    def reads(self, depth: int, name: str = "pool") -> dict:
        def look():
            signal = self.explain(name).get("signal") or {}
            return signal.get("depth") == depth and not signal.get("error") and signal

        return until(look, lambda: f"{name} reads {depth}: {self.explain(name)}\n{self.daemon.tail()}")

    def fails(self, *words: str, name: str = "pool") -> dict:
        def look():
            signal = self.explain(name).get("signal") or {}
            return all(word in f"{signal.get('error')}; {signal.get('hint')}" for word in words) and signal

        return until(look, lambda: f"{words} in {self.explain(name)}\n{self.daemon.tail()}")

    def told(self, what: str) -> int:
        return self.daemon.log.read_text().count(what)

    def stays(self, count: int, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.assertEqual(self.wanted(), count, self.daemon.tail())
            time.sleep(0.2)


class Signals(Scene):
    # Redis

    @unittest.skipUnless((PEERS / "installed").exists(), "needs what .ci/deps installs")
    def test_rq_workers_follow_their_queue_and_every_job_is_done_once(self):
        redis = self.redis()
        lines = self.directory / "lines"
        environment = {
            "PEER_REDIS": str(redis.socket), "PYTHONPATH": str(HERE), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(self.directory),
        }  # fmt: skip
        pool = self.pool(
            {"redis": {"url": f"unix://{redis.socket}", "list": "rq:queue:default"}},
            command=[str(PEERS / "bin" / "rq"), "worker", "--url", f"unix://{redis.socket}", "default"],
            environment=environment, directory=str(self.directory), stop_grace="60s",
        )  # fmt: skip
        pool["scaling"]["cooldown"] = {"up": "500ms", "down": "500ms"}
        self.start({"pool": pool})
        self.becomes(1)
        count = 60
        subprocess.run(
            [PEERS / "bin" / "python", "-c", ENQUEUE, str(redis.socket), str(lines), str(count), "0.6"],
            env=environment, check=True, timeout=60,
        )  # fmt: skip
        self.becomes(4)
        # The last of them still run when the queue is empty, and fewer workers are wanted.
        until(lambda: lines.read_text().count("end ") == count, lambda: f"all are done:\n{self.daemon.tail()}", 120)
        self.becomes(1)
        seen = collections.Counter(" ".join(line.split()[:2]) for line in lines.read_text().splitlines())
        self.assertEqual(seen, {f"{word} job-{i}": 1 for word in ("begin", "end") for i in range(count)})
        decisions = self.daemon.json("scale", "history", "pool")["decisions"]
        self.assertLessEqual({"queue_depth", "all_low"}, {decision["rule"] for decision in decisions})
        pool = self.daemon.json("pool", "pool")
        self.assertEqual((pool["restarts"], pool["health"]), (0, "healthy"))
        self.assertEqual(self.daemon.stop(), 0)

    def test_figures_are_acted_on_once(self):
        readings = self.directory / "readings"
        program = self.directory / "count.py"
        program.write_text(f"open({str(readings)!r}, 'a').write('read\\n'); print(1000)")
        self.start({"pool": self.pool({"command": ["/usr/bin/python3", str(program)], "every": "4s", "timeout": "3s"}, most=30)})
        until(lambda: self.wanted() >= 7, lambda: f"it grows: {self.explain()}\n{self.daemon.tail()}")
        decisions = self.daemon.json("scale", "history", "pool")["decisions"]
        grown = [decision for decision in decisions if decision["from"] != decision["to"]]
        # Three at once, and nothing more before the queue was read again.
        self.assertEqual({decision["to"] - decision["from"] for decision in grown}, {3})
        self.assertLessEqual(len(grown), len(readings.read_text().split()), decisions)
        until(lambda: "the next ones tell" in self.daemon.jobsup("scale", "explain", "pool").stdout, "it is explained")

    def test_a_redis_that_hangs_or_dies_lets_nobody_go(self):
        redis = self.redis()
        redis("RPUSH", "q", *map(str, range(50)))
        self.start({"pool": self.pool({"redis": {"url": f"unix://{redis.socket}", "list": "q"}})})
        self.becomes(4)
        redis.process.send_signal(signal.SIGSTOP)
        self.fails("did not answer within 2 s", "see what holds Redis up")
        self.stays(4, 3)
        self.assertEqual(self.told("its signal is missing"), 1, self.daemon.tail())
        explained = self.daemon.jobsup("scale", "explain", "pool").stdout
        self.assertIn("did not answer within", explained)
        self.assertIn("nobody is let go", explained)
        redis.process.send_signal(signal.SIGCONT)
        self.reads(50)
        self.assertEqual(self.told("has its signal again"), 1)

        redis.kill()
        self.fails("cannot be reached", "see that Redis runs")
        self.stays(4, 3)
        self.assertEqual(self.told("its signal is missing"), 2)
        redis.start()
        self.becomes(1)
        self.assertEqual(self.told("has its signal again"), 2)
        # One that was restarted between two readings is no news.
        redis("RPUSH", "q", "x")
        self.reads(1)
        redis("CONFIG", "SET", "timeout", "0")
        redis("CLIENT", "KILL", "TYPE", "normal")
        redis("RPUSH", "q", "y")
        self.reads(2)
        self.assertEqual(self.told("its signal is missing"), 2)

    def test_a_redis_that_hangs_holds_up_neither_a_stop_nor_other_pools(self):
        redis = self.redis()
        redis("RPUSH", "q", *map(str, range(50)))
        self.start({
            "pool": self.pool({"redis": {"url": f"unix://{redis.socket}", "list": "q"}, "timeout": "1h"}),
            "other": self.pool({"command": ["/usr/bin/echo", "50"]}),
        })  # fmt: skip
        self.becomes(4)
        redis.process.send_signal(signal.SIGSTOP)
        # Its call never ends; that nothing comes is seen all the same.
        until(lambda: self.explain()["seen"].get("queue_depth") is None, "it is missing")
        self.assertGreater(self.explain()["signal"]["age_seconds"], 3)
        self.stays(4, 2)
        self.reads(50, "other")
        self.assertLess(self.explain("other")["signal"]["age_seconds"], 5)
        # Who sets a number is obeyed.
        self.daemon.jobsup("scale", "pool", "2")
        self.becomes(2)
        began = time.monotonic()
        self.assertEqual(self.daemon.stop(), 0)
        self.assertLess(time.monotonic() - began, 20)

    def test_kinds_of_queues_and_passwords(self):
        port = free_port()
        redis = self.redis("--port", str(port))
        redis("RPUSH", "list", "a", "b", "c")
        redis("ACL", "SETUSER", "scaler", "on", ">hunter2", "~*", "+@read", "+select")
        redis("ZADD", "sorted", "1", "a", "2", "b")
        for word in range(5):
            redis("XADD", "stream", "*", "word", str(word))
        redis("XGROUP", "CREATE", "stream", "group", "0")
        redis("XREADGROUP", "GROUP", "group", "me", "COUNT", "2", "STREAMS", "stream", ">")
        redis("-n", "3", "RPUSH", "list", "x")
        secrets = self.directory / "secrets"
        secrets.write_text(f"BROKER=redis://scaler:hunter2@127.0.0.1:{port}/3\n")
        url = f"redis://scaler:hunter2@127.0.0.1:{port}"
        self.start({
            "list": self.pool({"redis": {"url": url, "list": "list"}}),
            "sorted": self.pool({"redis": {"url": url, "sorted_set": "sorted"}}),
            "stream": self.pool({"redis": {"url": url, "stream": "stream"}}),
            "group": self.pool({"redis": {"url": url, "stream": "stream", "group": "group"}}),
            "hidden": self.pool({"redis": {"url_env": "BROKER", "list": "list"}}, environment_file=str(secrets)),
            "type": self.pool({"redis": {"url": url, "list": "stream"}}),
            "absent": self.pool({"redis": {"url": url, "stream": "stream", "group": "nobody"}}),
            "wrong": self.pool({"redis": {"url": url.replace("hunter2", "hunter3"), "list": "list"}}),
        })  # fmt: skip
        for name, depth in (("list", 3), ("sorted", 2), ("stream", 5), ("group", 5), ("hidden", 1)):
            self.reads(depth, name)
        redis("XACK", "stream", "group", redis("XRANGE", "stream", "-", "+", "COUNT", "1").split()[0])
        self.reads(4, "group")
        self.fails("WRONGTYPE", "name it as", name="type")
        self.fails("has no group nobody", name="absent")
        self.fails("WRONGPASS", "give a user and password", name="wrong")
        checked = self.daemon.jobsup("config", "check", str(self.daemon.config)).stdout
        self.assertIn(f"redis://scaler:***@127.0.0.1:{port}", checked)
        said = checked + self.daemon.log.read_text()
        for name in ("list", "hidden", "wrong"):
            said += self.daemon.jobsup("scale", "explain", name).stdout + json.dumps(self.explain(name))
        self.assertNotIn("hunter", said)

    # Others

    def test_a_file_of_sqlite(self):
        path = self.directory / "queue.db"
        database = sqlite3.connect(path, isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE job (state TEXT, at REAL)")
        database.executemany("INSERT INTO job VALUES ('ready', ?)", [(time.time() - 40,)] * 8)
        query = "SELECT count(*), (julianday('now') - 2440587.5) * 86400 - min(at) FROM job WHERE state = 'ready'"
        slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
        self.start({
            "pool": self.pool({"sqlite": {"path": str(path), "query": query}}),
            "slow": self.pool({"sqlite": {"path": str(path), "query": slow}}),
            "write": self.pool({"sqlite": {"path": str(path), "query": "DELETE FROM job"}}),
            "rows": self.pool({"sqlite": {"path": str(path), "query": "SELECT 1 FROM job"}}),
        })  # fmt: skip
        signal = self.reads(8)
        self.assertAlmostEqual(signal["oldest_seconds"], 40, delta=30)
        self.becomes(4)
        self.fails("took longer than 2 s", name="slow")
        self.fails("readonly", "may only read", name="write")
        self.fails("more than one row", name="rows")
        database.execute("DELETE FROM job")
        self.becomes(1)
        # Another file takes its place; then there is none.
        database.close()
        path.rename(self.directory / "old.db")
        self.fails("unable to open", "daemon's user may read it")
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE job (state TEXT, at REAL)")
            other.execute("INSERT INTO job VALUES ('ready', 0), ('ready', 0), ('ready', 0)")
        other.close()
        self.reads(3)

    def test_a_program_that_hangs_prints_rubbish_or_fails(self):
        mode, program = self.directory / "mode", self.directory / "odd.py"
        mode.write_text("50")
        program.write_text(ODD)
        source = {"command": ["/usr/bin/python3", "-SE", str(program), str(mode)], "timeout": "3s"}
        self.start({"pool": self.pool(source)})
        self.becomes(4)
        for text, *words in (
            ("rubbish", "printed 'rubbish'", "it must print a number"),
            ("fail", "ended with 1: no such broker", "try it by hand"),
            ("hang", "took longer than 3 s and was killed", "raise signal.timeout"),
        ):
            mode.write_text(text)
            self.fails(*words)
            self.stays(4, 1)
        self.assertEqual(self.told("its signal is missing"), 1, self.daemon.tail())
        mode.write_text('{"depth": 3, "oldest_seconds": 12.5}')
        self.assertEqual(self.reads(3)["oldest_seconds"], 12.5)
        self.assertEqual(self.told("has its signal again"), 1)
        mode.write_text("0")
        self.becomes(1)
        mode.write_text("hang")
        hanging = lambda: subprocess.run(["pgrep", "-f", str(program)], capture_output=True, text=True).stdout.split()  # noqa: E731
        until(lambda: len(hanging()) == 1, "it hangs")
        self.assertEqual(self.daemon.stop(), 0)
        self.assertEqual(hanging(), [])

    def test_a_reload_changes_signals_and_leaves_nothing_behind(self):
        redis = self.redis()
        redis("RPUSH", "a", "1", "2", "3")
        redis("RPUSH", "b", "1", "2", "3", "4")
        source = lambda key: {"redis": {"url": f"unix://{redis.socket}", "list": key}}  # noqa: E731
        fixed = {"kind": "service", "command": ["/usr/bin/sleep", "100000"], "processes": 1}
        daemon = self.start({"fixed": fixed})
        pid = daemon.process.pid
        parts = lambda: (len(os.listdir(f"/proc/{pid}/fd")), self.clients(redis))  # noqa: E731
        names = lambda: [  # noqa: E731
            name for task in glob.glob(f"/proc/{pid}/task/*/comm") if (name := pathlib.Path(task).read_text().strip()) == "signal"
        ]
        self.assertEqual((names(), self.clients(redis)), ([], 0))

        def reload(pools):
            daemon.write(pools=pools)
            daemon.jobsup("reload")

        reload({"fixed": fixed, "pool": self.pool(source("a"))})
        self.reads(3)
        before = parts()
        for _ in range(5):
            reload({"fixed": fixed, "pool": self.pool(source("b"))})
            self.reads(4)
            reload({"fixed": fixed, "pool": self.pool(source("a"))})
            self.reads(3)
        self.assertEqual(self.told("is rolled out anew"), 0, "a signal is no reason for other workers")
        until(lambda: parts()[1] == 1 == len(names()), lambda: f"one connection: {parts()} {names()}")
        # Those of requests are closed a moment after.
        until(lambda: parts()[0] <= before[0] + 1, lambda: f"descriptors: {before[0]}, then {links(pid)}")
        redis.kill()
        self.fails("cannot be reached")
        # As old as ten attempts that failed.
        until(lambda: self.explain()["signal"]["age_seconds"] > 10, "it is tried again and again")
        until(lambda: len(links(pid)) <= before[0] + 1, lambda: f"descriptors: {before[0]}, then {links(pid)}")
        redis.start()
        self.reads(0)
        reload({"fixed": fixed})
        until(lambda: names() == [] and self.clients(redis) == 0, lambda: f"nothing is left: {names()}")

    def clients(self, redis: Redis) -> int:
        """Connections but the one that asks."""
        return len(redis("CLIENT", "LIST").splitlines()) - 1


def links(pid: int) -> list[str]:
    """What the descriptors of a process lead to."""
    found = []
    for path in glob.glob(f"/proc/{pid}/fd/*"):
        try:
            found.append(os.readlink(path))
        except OSError:
            pass
    return sorted(found)


@unittest.skipUnless(glob.glob("/usr/lib/postgresql/*/bin/initdb"), "needs what .ci/deps installs")
class Postgres(Scene):
    """A server of its own, which must not run as root."""

    def setUp(self):
        super().setUp()
        self.programs = pathlib.Path(sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1])
        self.data = self.directory / "data"
        os.chmod(self.directory, 0o755)
        self.data.mkdir()
        self.port = free_port()
        self.account = {"user": "postgres"} if os.getuid() == 0 else {}
        if self.account:
            shutil.chown(self.data, "postgres")
        secret = self.directory / "secret"
        secret.write_text("hunter2\n")
        os.chmod(secret, 0o644)
        self.run_as_server("initdb", "-D", str(self.data), "-U", "owner", "-A", "scram-sha-256", "--pwfile", str(secret), "-N")
        with open(self.directory / "postgres.log", "wb") as log:
            self.server = subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, "-p", str(self.port), "-k", self.data, "-h", "127.0.0.1"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/", **self.account,
            )  # fmt: skip
        self.addCleanup(self.server.wait, 20)
        self.addCleanup(self.server.send_signal, signal.SIGQUIT)
        until(lambda: self.sql("SELECT 1", check=False).returncode == 0, "postgres answers")

    def run_as_server(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.programs / program, *arguments], check=True, capture_output=True, timeout=120, cwd="/", **self.account
        )

    def sql(self, text: str, check: bool = True) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["psql", "-XAtq", f"postgresql://owner@127.0.0.1:{self.port}/postgres", "-c", text],
            env={"PGPASSWORD": "hunter2", "PATH": "/usr/bin:/bin"}, check=check, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    def test_postgres(self):
        self.sql("CREATE TABLE job (at timestamptz)")
        self.sql("INSERT INTO job SELECT now() - interval '40 s' FROM generate_series(1, 9)")
        url = f"postgresql://owner:hunter2@127.0.0.1:{self.port}/postgres"
        query = "SELECT count(*), extract(epoch FROM now() - min(at)) FROM job"

        def pool(query: str, url: str = url) -> dict:
            return self.pool({"postgres": {"url": url, "query": query}, "timeout": "5s"})

        self.start({
            "pool": pool(query), "slow": pool("SELECT 1 FROM pg_sleep(600)"), "table": pool("SELECT count(*) FROM jobs"),
            "account": pool(query, url.replace("hunter2", "hunter3")),
        })  # fmt: skip
        self.assertAlmostEqual(self.reads(9)["oldest_seconds"], 40, delta=30)
        self.becomes(4)
        self.fails('relation "jobs" does not exist', name="table")
        self.fails("password authentication failed", name="account")
        # The password is neither on the command line, nor anywhere else that others can see.
        lines = until(self.command_lines, "psql runs")
        self.assertIn(f"postgresql://owner@127.0.0.1:{self.port}/postgres", lines)
        self.fails("statement timeout", name="slow")
        running = self.sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT 1 FROM pg_sleep%' AND state = 'active'")
        self.assertLessEqual(int(running.stdout), 1)
        said = self.daemon.log.read_text() + self.daemon.jobsup("config", "check", str(self.daemon.config)).stdout
        for name in ("pool", "account"):
            said += self.daemon.jobsup("scale", "explain", name).stdout + json.dumps(self.explain(name))
        self.assertNotIn("hunter", said + lines)
        self.sql("DELETE FROM job")
        self.becomes(1)

    def command_lines(self) -> str:
        found = ""
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                words = pathlib.Path(path).read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0].endswith(b"psql") and b"-XAtqw" in words and any(str(self.port).encode() in word for word in words):
                found += b" ".join(words).decode() + "\n"
        return found


if __name__ == "__main__":
    unittest.main()
