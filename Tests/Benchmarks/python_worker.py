#!/usr/bin/env python3
"""Jobs per second through Python worker processes.

A peer that speaks the daemon's side of the protocol hands no-op jobs to real ``python -m jobsup worker`` processes and
counts what they settle. It prints and does not judge.

    Tests/Benchmarks/python_worker.py [--processes N] [--slots N] [--window N] [--payload BYTES] [--seconds S] [--async]
"""

from __future__ import annotations

import argparse
import os
import selectors
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "Sources" / "python"
sys.path.insert(0, str(PACKAGE))

from jobsup import frames

APP = """
import jobsup
app = jobsup.App()

if {is_async}:
    @app.task
    async def noop(**payload): pass
else:
    @app.task
    def noop(**payload): pass
"""

_IDS = struct.Struct(">QQ")


class Worker:
    """A worker's connection, kept filled up to a window of jobs."""

    def __init__(self, sock: socket.socket, payload: bytes) -> None:
        self.socket = sock
        self.settled = 0
        self._number = 0
        self._rest = b""
        job = frames.encode(
            frames.JOB, job=0, lease=0, attempt=1, max_attempts=5, timeout_ms=30_000,
            enqueued_at_ms=1_700_000_000_000, type="noop", queue="default", request_id="", payload=payload,
        )  # fmt: skip
        self._head, self._tail = job[:5], job[21:]

    def give(self, count: int) -> None:
        first = self._number
        self._number += count
        head, tail = self._head, self._tail
        self.socket.sendall(
            b"".join([head + _IDS.pack(number, number) + tail for number in range(first, first + count)])
        )

    def take(self) -> int:
        """Reads settlements; returns how many."""
        data = self.socket.recv(1 << 20)
        if not data:
            raise SystemExit("a worker left")
        data = self._rest + data
        at, count = 0, 0
        while at + 4 <= len(data):
            end = at + 4 + int.from_bytes(data[at : at + 4], "big")
            if end > len(data):
                break
            if data[at + 4] != frames.DONE:
                raise SystemExit(f"frame type {data[at + 4]} came: {data[at:end]!r}")
            at, count = end, count + 1
        self._rest = data[at:]
        self.settled += count
        # What the daemon says after each commit.
        self.socket.sendall(frames.encode(frames.SETTLED, accepted=count, stale=[]))
        return count

    def drain(self) -> None:
        """Lets the worker leave, and reads until it has."""
        self.socket.sendall(frames.encode(frames.DRAIN))
        while self.socket.recv(1 << 20):
            pass
        self.socket.close()


def greet(sock: socket.socket) -> None:
    """HELLO, WELCOME, READY."""
    sock.recv(65536)
    sock.sendall(frames.encode(frames.WELCOME, protocol=1, worker="bench-1", max_frame=4 << 20, result_limit=1 << 20))
    sock.recv(65536)


def serve(workers: list[Worker], window: int, seconds: float) -> float:
    """Keeps all workers busy for so long; returns the seconds it took."""
    selector = selectors.DefaultSelector()
    for worker in workers:
        selector.register(worker.socket, selectors.EVENT_READ, worker)
        worker.give(window)
    begin = time.monotonic()
    end = begin + seconds
    while time.monotonic() < end:
        for key, _ in selector.select(1):
            key.data.give(key.data.take())
    return time.monotonic() - begin


def round_trips(worker: Worker, seconds: float) -> list[float]:
    """One job at a time; returns the seconds each took, sorted."""
    times = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begin = time.monotonic()
        worker.give(1)
        while worker.take() == 0:
            pass
        times.append(time.monotonic() - begin)
        time.sleep(0.001)
    return sorted(times)


def cpu_seconds(processes: list[subprocess.Popen[bytes]]) -> float:
    """The processor time that these processes have used so far."""
    ticks = 0
    for process in processes:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--slots", type=int, default=1)
    parser.add_argument("--window", type=int, default=128, help="jobs in a worker's hand")
    parser.add_argument("--payload", type=int, default=200, help="bytes")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--async", dest="is_async", action="store_true", help="an async def handler")
    parser.add_argument("--profile", metavar="FILE", help="run the worker under cProfile")
    options = parser.parse_args()
    payload = b'{"text":"%s"}' % (b"x" * (options.payload - 11))
    with tempfile.TemporaryDirectory(prefix="jobsup-bench-") as directory:
        Path(directory, "benchapp.py").write_text(APP.format(is_async=options.is_async))
        path = os.path.join(directory, "worker.sock")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(path)
        listener.listen()
        command = [sys.executable, "-m", "jobsup", "worker", "benchapp:app", "--slots", str(options.slots)]
        if options.profile:
            command[1:3] = ["-m", "cProfile", "-o", options.profile, "-m", "jobsup"]
        environment = {
            **os.environ,
            "PYTHONPATH": f"{PACKAGE}:{directory}",
            "JOBSUP_SOCKET": path,
            "JOBSUP_TOKEN": "bench",
        }
        command += ["--log-level", "warning"]
        processes = [subprocess.Popen(command, env=environment) for _ in range(options.processes)]
        try:
            workers = []
            for _ in processes:
                sock, _ = listener.accept()
                greet(sock)
                workers.append(Worker(sock, payload))
            times = round_trips(workers[0], 1.0)
            p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
            before, cpu = sum(worker.settled for worker in workers), cpu_seconds(processes)
            took = serve(workers, options.window, options.seconds)
            settled, cpu = sum(worker.settled for worker in workers) - before, cpu_seconds(processes) - cpu
            for worker in workers:
                worker.drain()
            for process in processes:
                process.wait(10)
        finally:
            for process in processes:
                if process.poll() is None:
                    process.kill()
                    process.wait()
    print(f"one job at a time, there and back: p50 {p50 * 1e6:.0f} µs, p99 {p99 * 1e6:.0f} µs")
    print(
        f"{options.processes} processes, {options.slots} slots, window {options.window}, {options.payload} bytes"
        f"{', async' if options.is_async else ''}: {settled / took:,.0f} jobs/s,"
        f" {cpu / settled * 1e6:.1f} µs of worker CPU a job"
    )


if __name__ == "__main__":
    main()
