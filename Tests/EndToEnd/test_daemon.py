"""The daemon as a neighbour: its directories, its limits, its start and its stop."""

import ctypes
import http.client
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from harness import BUILD, Daemon, alive, python_pool, until
from test_faults import frame, text

HELLO = frame(128, struct.pack(">H", 1) + text("test"))


def run(daemon: Daemon, *options: str, timeout: float = 30) -> subprocess.CompletedProcess:
    """The daemon program on that configuration, until it ends by itself."""
    return subprocess.run(
        [str(BUILD / "jobsupd"), "--config", str(daemon.config), *options],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)


def launch(daemon: Daemon, *wrapper: str, **options) -> Daemon:
    """Starts the daemon below a wrapper (`prlimit`, `strace`), or with other options of Popen."""
    with open(daemon.log, "ab") as log:
        daemon.process = subprocess.Popen(
            [*wrapper, str(BUILD / "jobsupd"), "--config", str(daemon.config)],
            **{"stdout": log, "stderr": log, "stdin": subprocess.DEVNULL, **options})
    return daemon


def connect(daemon: Daemon, name: str = "client.sock", data: bytes = b"") -> socket.socket:
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(30)
    peer.connect(str(daemon.runtime / name))
    if data:
        peer.sendall(data)
    return peer


def last_words(peer: socket.socket) -> tuple[str, str]:
    """Code and message of the ERROR frame that the daemon sends before it closes."""
    answer = b""
    try:
        while chunk := peer.recv(65536):
            answer += chunk
    except ConnectionResetError:
        pass
    while len(answer) >= 5:
        length, type = struct.unpack_from(">IB", answer)
        body, answer = answer[5 : 4 + length], answer[4 + length :]
        if type == 70:
            size = struct.unpack_from(">H", body)[0]
            return body[2 : 2 + size].decode(), body[2 + size :].decode()
    return "", ""


def group_killed(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def cpu_seconds(pid: int) -> float:
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int) -> int:
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class TestCase(unittest.TestCase):
    def daemon(self, pools: dict, *arguments, **settings) -> Daemon:
        daemon = Daemon(pools, *arguments, **settings)
        self.addCleanup(daemon.remove)
        return daemon

    def await_answer(self, daemon: Daemon) -> Daemon:
        until(daemon.answers, f"the daemon answers; its log:\n{daemon.tail()}")
        return daemon


class Directories(TestCase):
    def test_a_second_daemon_leaves_the_sockets_of_the_first_alone(self):
        first = self.daemon({"py": python_pool(processes=1)}).start()
        second = self.daemon({"py": python_pool(processes=1)}, runtime_directory=str(first.runtime))
        refused = run(second)
        self.assertEqual(refused.returncode, 3, refused.stderr)
        for word in (f"process {first.process.pid}", "--state-directory", "--runtime-directory"):
            self.assertIn(word, refused.stderr)
        self.assertEqual(first.finished(first.enqueue("add", {"a": 1, "b": 2}))["result"], 3)
        # The state directory alone names both as well: following the hint must lead out.
        refused = run(first, "--runtime-directory", str(second.directory / "run"))
        self.assertEqual(refused.returncode, 3, refused.stderr)
        self.assertIn("--runtime-directory", refused.stderr)

    def test_one_directory_may_be_both(self):
        daemon = self.daemon({})
        document = json.loads(daemon.config.read_text())
        document["state_directory"] = document["runtime_directory"]
        daemon.config.write_text(json.dumps(document))
        daemon.start()
        self.assertEqual(daemon.stop(), 0)

    def test_modes_do_not_depend_on_the_umask(self):
        daemon = self.await_answer(launch(self.daemon({}), umask=0o077))
        self.assertEqual(os.stat(daemon.runtime).st_mode & 0o777, 0o755)
        self.assertEqual(os.stat(daemon.state).st_mode & 0o777, 0o750)

    @unittest.skipUnless(os.geteuid() == 0, "changing users needs root")
    def test_workers_with_a_user_of_their_own_can_connect(self):
        with tempfile.TemporaryDirectory(prefix="jobsup-code-") as code:
            shutil.copytree(pathlib.Path(__file__).parents[2] / "Sources" / "python", code, dirs_exist_ok=True)
            shutil.copy(pathlib.Path(__file__).parent / "tasks.py", code)
            os.chmod(code, 0o755)
            python = "/usr/bin/python3"
            daemon = self.daemon({"py": python_pool(
                user="nobody", command=[python, "-m", "jobsup", "worker", "tasks:app"], environment={"PYTHONPATH": code})})
            daemon.directory.chmod(0o755)
            daemon.start()
            self.assertEqual(daemon.finished(daemon.enqueue("add", {"a": 1, "b": 2}))["result"], 3)


class Clients(TestCase):
    def test_idle_connections_do_not_stop_the_daemon(self):
        daemon = self.daemon({"py": python_pool(processes={"min": 0, "max": 4, "start": 0})})
        self.await_answer(launch(daemon, "prlimit", "--nofile=128:128"))
        peers = []
        self.addCleanup(lambda: [peer.close() for peer in peers])
        for _ in range(200):
            peers.append(connect(daemon))
        self.assertEqual(last_words(peers[-1])[0], "too_many_clients")
        daemon.jobsup("scale", "py", "2")
        until(lambda: daemon.json("pool", "py")["ready"] == 2, "workers start")
        self.assertEqual(daemon.finished(daemon.enqueue("add", {"a": 1, "b": 2}))["result"], 3)
        before, began = cpu_seconds(daemon.process.pid), time.monotonic()
        time.sleep(2)  # A measure, not a wait.
        self.assertLess((cpu_seconds(daemon.process.pid) - before) / (time.monotonic() - began), 0.2)
        # Who says nothing has to go, and makes room.
        self.assertEqual(last_words(peers[0])[0], "unexpected_frame")
        with connect(daemon, data=HELLO) as peer:
            self.assertEqual(peer.recv(5)[4], 192)

    def test_a_client_that_never_reads_costs_no_memory(self):
        daemon = self.daemon({}).start()
        before = resident_bytes(daemon.process.pid)
        job = text("") * 4 + struct.pack(">BHIQI", 0, 0, 0, 0, 0)
        with connect(daemon, data=HELLO) as peer:
            peer.settimeout(5)
            refused = frame(129, struct.pack(">QI", 1, 1) + job) * 1000
            try:
                for _ in range(2000):
                    peer.sendall(refused)
            except TimeoutError:
                pass
            self.assertLess(resident_bytes(daemon.process.pid) - before, 64 << 20)
            # It reads at last: everything that was understood is answered, and the connection goes on.
            peer.settimeout(30)
            got = 0
            while got < 1 << 18:
                got += len(peer.recv(1 << 16))
        self.assertEqual(daemon.jobsup("status").returncode, 0)

    @unittest.skipUnless(os.geteuid() == 0, "changing users needs root")
    def test_strangers_are_refused_also_where_the_mode_lets_them_in(self):
        daemon = self.daemon({}).start()
        daemon.directory.chmod(0o755)
        script = (
            "import socket,sys\n"
            "peer = socket.socket(socket.AF_UNIX); peer.settimeout(20); peer.connect(sys.argv[1])\n"
            "sys.stdout.buffer.write(peer.recv(65536))")
        os.chmod(daemon.runtime / "client.sock", 0o666)
        answer = subprocess.run(
            ["/usr/bin/python3", "-c", script, str(daemon.runtime / "client.sock")],
            user=65534, group=65534, extra_groups=[], capture_output=True, timeout=30)
        self.assertIn(b"not_permitted", answer.stdout, answer.stderr)
        # Members of the group are let in.
        answer = subprocess.run(
            ["/usr/bin/python3", "-c", script.replace("connect(sys.argv[1])", f"connect(sys.argv[1]); peer.sendall({HELLO!r})"),
             str(daemon.runtime / "client.sock")],
            user=65534, group=65534, extra_groups=[os.getegid()], capture_output=True, timeout=30)
        self.assertEqual(answer.stdout[4:5], bytes([192]), answer.stderr)


class Stop(TestCase):
    def test_who_waits_again_and_again_does_not_hold_it_up(self):
        daemon = self.daemon({"py": python_pool(processes=0)}).start()
        id = daemon.enqueue("add", {"a": 1, "b": 2})
        polls = 0

        def poll():
            nonlocal polls
            connection = http.client.HTTPConnection("localhost")
            connection.sock = wire = connect(daemon, "api.sock")
            wire.settimeout(120)
            try:
                while True:
                    connection.request("GET", f"/api/tasks/{id}?wait=100s")
                    polls += 1
                    connection.getresponse().read()
            except (OSError, http.client.HTTPException):
                pass
            finally:
                wire.close()

        threads = [threading.Thread(target=poll, daemon=True) for _ in range(8)]
        for thread in threads:
            thread.start()
        until(lambda: polls >= 8, "all wait")
        self.assertEqual(daemon.stop(20), 0)

    def test_nothing_of_a_worker_outlives_it(self):
        pids = pathlib.Path(tempfile.mkdtemp(prefix="jobsup-chain-"))
        self.addCleanup(shutil.rmtree, pids)
        # Each process starts the next one in a session of its own, and stays; the job ends when the chain is complete.
        script = (
            "import os, sys, time\n"
            "ready, done = os.pipe()\n"
            "if os.fork():\n"
            "    os.close(done); os.read(ready, 1); sys.exit(0)\n"
            "null = os.open('/dev/null', os.O_RDWR)\n"
            "for standard in range(3): os.dup2(null, standard)\n"
            "for link in range(60):\n"
            "    os.setsid()\n"
            "    open(os.path.join(sys.argv[1], str(os.getpid())), 'w').close()\n"
            "    if os.fork(): time.sleep(600)\n"
            "os.write(done, b'x')\n"
            "time.sleep(600)\n")
        daemon = self.daemon({"chain": {
            "kind": "exec", "command": ["/usr/bin/python3", "-c", script, str(pids)], "queues": ["chain"],
            "processes": 1}}).start()
        daemon.enqueue("x", None, "--queue", "chain")
        until(lambda: len(list(pids.iterdir())) >= 60, "the chain is there")
        self.assertEqual(daemon.stop(), 0)
        left = [int(file.name) for file in pids.iterdir() if alive(int(file.name))]
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        self.assertEqual(left, [])

    def test_a_log_that_nobody_reads_does_not_hold_it_up(self):
        daemon = self.daemon({"noisy": {
            "kind": "exec", "command": ["/bin/sh", "-c", "seq 30000 >&2"], "queues": ["noisy"], "processes": 1}})
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        launch(daemon, stdout=writer, stderr=writer)
        os.close(writer)
        self.await_answer(daemon)
        self.assertEqual(daemon.finished(daemon.enqueue("x", None, "--queue", "noisy"))["status"], "completed")
        self.assertEqual(daemon.stop(30), 0)

    def test_what_the_log_could_not_take_is_counted(self):
        daemon = self.daemon({"noisy": {
            "kind": "exec", "command": ["/bin/sh", "-c", "seq 30000 >&2"], "queues": ["noisy"], "processes": 1}})
        reader, writer = os.pipe()
        launch(daemon, stdout=writer, stderr=writer)
        os.close(writer)
        self.await_answer(daemon)
        self.assertEqual(daemon.finished(daemon.enqueue("x", None, "--queue", "noisy"))["status"], "completed")
        log = b""
        with open(reader, "rb", buffering=0) as pipe:
            deadline = time.monotonic() + 60
            while b"wrote faster than the log can: dropped " not in log:
                self.assertTrue(select.select([pipe], [], [], deadline - time.monotonic())[0], "dropped lines are counted")
                log = log[-200:] + pipe.read(1 << 16)
        self.assertEqual(daemon.stop(30), 0)


class Watchdog(TestCase):
    PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH = 0x4206, 0x4207, 17

    def thread(self, pid: int, name: str) -> int:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            if (task / "comm").read_text().strip() == name:
                return int(task.name)
        raise AssertionError(f"no thread {name}")

    @unittest.skipUnless(os.geteuid() == 0, "stopping one thread of a program needs root")
    def test_a_store_that_does_not_answer_is_not_covered_up(self):
        daemon = self.daemon({})
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.bind(str(daemon.directory / "notify"))
        environment = {**os.environ, "NOTIFY_SOCKET": str(daemon.directory / "notify"), "WATCHDOG_USEC": "400000"}
        self.await_answer(launch(daemon, env=environment))

        def fed(seconds: float) -> bool:
            """Whether a sign of life comes within the time."""
            end = time.monotonic() + seconds
            while (left := end - time.monotonic()) > 0:
                manager.settimeout(left)
                try:
                    if b"WATCHDOG=1" in manager.recv(4096):
                        return True
                except TimeoutError:
                    return False
            return False

        self.assertTrue(fed(30))
        pid = daemon.process.pid
        writer = self.thread(pid, "store.write")
        libc = ctypes.CDLL(None, use_errno=True)
        libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
        self.assertEqual(libc.ptrace(self.PTRACE_SEIZE, writer, None, None), 0, os.strerror(ctypes.get_errno()))
        self.assertEqual(libc.ptrace(self.PTRACE_INTERRUPT, writer, None, None), 0)
        os.waitpid(writer, 0x40000000)  # __WALL
        # What was on the way when the thread stopped.
        fed(1)
        fed(1)
        self.assertFalse(fed(3))
        self.assertEqual(libc.ptrace(self.PTRACE_DETACH, writer, None, None), 0)
        self.assertTrue(fed(30))

    @unittest.skipUnless(os.geteuid() == 0, "mounting a small file system needs root")
    def test_a_full_disk_is_an_answer(self):
        disk = tempfile.mkdtemp(prefix="jobsup-disk-")
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6M", "tmpfs", disk], check=True)
        self.addCleanup(os.rmdir, disk)
        self.addCleanup(subprocess.run, ["umount", "-l", disk])
        daemon = self.daemon({"py": python_pool(processes=0)}, None, os.path.join(disk, "state"))
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.bind(str(daemon.directory / "notify"))
        environment = {**os.environ, "NOTIFY_SOCKET": str(daemon.directory / "notify"), "WATCHDOG_USEC": "200000"}
        self.await_answer(launch(daemon, env=environment))
        line = json.dumps({"type": "add", "payload": {"fill": "x" * 50_000}})
        daemon.jobsup("enqueue", stdin="\n".join([line] * 400), check=False)
        self.assertFalse(daemon.json("status")["store"]["ok"])
        count = 0
        manager.settimeout(30)
        while count < 10:
            count += b"WATCHDOG=1" in manager.recv(4096)
        self.assertFalse(daemon.json("status")["store"]["ok"], "no probe may be taken for a recovery")


class Log(TestCase):
    """What kind of event the end of a worker is."""

    def test_a_signal_from_nowhere_is_told_from_an_end_that_was_asked_for(self):
        daemon = self.daemon({"py": python_pool(processes=1)}).start()
        victim = until(lambda: next((w for w in daemon.workers() if w["state"] == "ready"), None), "it is ready")
        os.kill(victim["pid"], signal.SIGKILL)
        until(lambda: "was killed by SIGKILL" in daemon.tail(), "its end is logged")
        self.assertIn("signal=SIGKILL", daemon.tail())
        until(lambda: any(w["state"] == "ready" for w in daemon.workers()), "it is replaced")
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(daemon.log.read_text().count("signal=SIGKILL"), 1)


class Start(TestCase):
    def test_a_damaged_store_says_what_to_do_and_is_not_tried_again(self):
        daemon = self.daemon({})
        daemon.state.mkdir()
        (daemon.state / "jobs.db").write_bytes(b"no database " * 1000)
        ended = run(daemon)
        self.assertEqual(ended.returncode, 65, ended.stderr)
        self.assertIn("restore jobs.db from a backup", ended.stderr)

    def test_a_newer_store_says_what_to_do_and_is_not_tried_again(self):
        daemon = self.daemon({}).start()
        self.assertEqual(daemon.stop(), 0)
        with sqlite3.connect(daemon.state / "jobs.db") as store:
            store.execute("PRAGMA user_version = 10000")
        ended = run(daemon)
        self.assertEqual(ended.returncode, 65, ended.stderr)
        self.assertIn("or a newer one", ended.stderr)

    def test_an_unknown_group_is_a_wrong_configuration(self):
        ended = run(self.daemon({}, socket_group="no-such-group"))
        self.assertEqual(ended.returncode, 78, ended.stderr)
        self.assertIn("groupadd", ended.stderr)

    def test_a_lock_that_cannot_be_used_is_no_second_daemon(self):
        daemon = self.daemon({})
        (daemon.state / "lock").mkdir(parents=True)
        ended = run(daemon)
        self.assertEqual(ended.returncode, 73, ended.stderr)
        self.assertNotIn("another jobsupd", ended.stderr)
        self.assertIn("writable", ended.stderr)

    def test_codes_that_trying_again_does_not_mend_are_in_the_unit(self):
        unit = (pathlib.Path(__file__).parents[2] / "systemd" / "supervisor.service").read_text()
        self.assertIn("\nRestartPreventExitStatus=3 64 65 78\n", unit)

    @unittest.skipUnless(shutil.which("strace") and os.geteuid() == 0, "making one system call fail needs strace")
    def test_an_api_socket_that_cannot_be_restricted_ends_the_start(self):
        daemon = self.daemon({})
        daemon.state.mkdir()
        daemon.runtime.mkdir()
        launch(daemon, "strace", "-f", "-o", "/dev/null", "-e", "trace=chmod,fchmodat",
               "-e", "inject=chmod,fchmodat:error=EPERM", "-P", str(daemon.runtime / "api.sock"), start_new_session=True)
        # Whoever kills strace lets go of what it traces.
        self.addCleanup(lambda group=daemon.process.pid: group_killed(group))
        self.assertEqual(daemon.process.wait(30), 1)
        self.assertIn("api.sock: cannot set its mode", daemon.tail())


if __name__ == "__main__":
    unittest.main()
