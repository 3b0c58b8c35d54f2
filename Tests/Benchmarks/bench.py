"""Measures a release build through its front door, each figure beside a yardstick of the same run.

    make bench                        all, about five minutes
    make bench BENCH="--only drain"   the steps whose name contains a word
    make bench BENCH="--json"         for programs

Daemon and yardstick take turns, so that a slow moment of the machine meets both; the ratio is the median of the
rounds' ratios.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pathlib
import select
import signal
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "EndToEnd"))

from harness import BUILD, PYTHON_LIBRARY, Daemon, until  # noqa: E402
from report import Figure, Report  # noqa: E402

#: Jobs in a transaction of the bare loop, and in a request of a client that batches.
BATCH = 500


def run(program: str, *arguments) -> str:
    command = [str(BUILD / program), *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: ended with {result.returncode}\n{result.stderr}")
    return result.stdout


def swift_pool(**changes) -> dict:
    return {
        "command": [str(BUILD / "SwiftWorkerFixture")], "queues": ["default"], "processes": 4, "concurrency": 64,
        **changes,
    }  # fmt: skip


def python_pool(environment: dict | None = None, **changes) -> dict:
    return {
        "command": [sys.executable, "-m", "jobsup", "worker", "bench_tasks:app"],
        "environment": {"PYTHONPATH": f"{PYTHON_LIBRARY}:{HERE}", **(environment or {})},
        "queues": ["default"], "processes": 4, "concurrency": 64, **changes,
    }  # fmt: skip


def no_workers() -> dict:
    return swift_pool(processes={"min": 0, "max": 4, "start": 0}, scaling={"enabled": False})


@contextlib.contextmanager
def daemon(pool: dict, **settings):
    """A daemon whose workers are all ready."""
    running = Daemon({"bench": pool}, **settings).start()
    try:
        wanted = pool["processes"] if isinstance(pool["processes"], int) else 0
        until(lambda: ready(running) == wanted, "all workers are ready")
        yield running
        if code := running.stop():
            raise SystemExit(f"the daemon ended with {code}:\n{running.tail()}")
    finally:
        running.remove()


def ready(running: Daemon) -> int:
    return sum(1 for worker in running.workers() if worker["state"] in ("ready", "busy"))


class Bench:
    """The steps; each is a method."""

    def __init__(self, report: Report, rounds: int, scale: float):
        self.report = report
        self.rounds = rounds
        self.scale = scale

    def jobs(self, count: int) -> int:
        """So many jobs, or fewer for a quick look."""
        return max(2 * BATCH, int(count * self.scale) // BATCH * BATCH)

    # MARK: The yardstick

    def bare(self, directory: pathlib.Path, work: str, jobs: int, batch: int) -> float:
        path = directory / "bare.db"
        try:
            return json.loads(run("LoadGenerator", "bare", path, work, jobs, batch))["per_second"]
        finally:
            for file in directory.glob("bare.db*"):
                file.unlink()

    def against_bare(self, figure: Figure, work: str, jobs: int, batch: int, running: Daemon, measure) -> None:
        """Fills in the figure from rounds of the bare loop and of the daemon by turns."""
        bare = []
        for _ in range(self.rounds):
            bare.append(self.bare(running.state, work, jobs, batch))
            figure.rounds.append(measure())
        figure.value = statistics.median(figure.rounds)
        figure.yardstick = statistics.median(bare)
        figure.yardstick_name = f"bare loop, {'one by one' if batch == 1 else f'batches of {batch}'}"
        figure.ratios = [mine / theirs for mine, theirs in zip(figure.rounds, bare)]
        self.report.add(figure)

    # MARK: Steps

    def enqueue(self) -> None:
        self.report.section("Durable enqueue over the client socket")
        with daemon(no_workers()) as running:

            def clients(connections, batch, window, jobs):
                options = f"--enqueue-only --connections {connections} --batch {batch} --window {window} --jobs {jobs}"
                return lambda: running.json("bench", "noop", *options.split())["enqueued_per_second"]

            few, many = self.jobs(4_000), self.jobs(100_000)
            figure = Figure("1 client, one by one", 0, "jobs/s")
            self.against_bare(figure, "enqueue", few, 1, running, clients(1, 1, 1, few))
            figure = Figure("8 clients, one by one", 0, "jobs/s")
            self.against_bare(figure, "enqueue", few, 1, running, clients(8, 1, 1, self.jobs(20_000)))
            figure = Figure(f"1 client, batches of {BATCH}, one request at a time", 0, "jobs/s")
            self.against_bare(figure, "enqueue", many, BATCH, running, clients(1, BATCH, 1, many))
            figure = Figure(f"1 client, batches of {BATCH}, 4 requests at a time", 0, "jobs/s", ratio_at_least=0.6)
            self.against_bare(figure, "enqueue", many, BATCH, running, clients(1, BATCH, 4, many))
            figure = Figure(f"8 clients, batches of {BATCH}", 0, "jobs/s", ratio_at_least=0.6)
            self.against_bare(figure, "enqueue", many, BATCH, running, clients(8, BATCH, 1, many))

    def http(self) -> None:
        self.report.section("Durable enqueue over HTTP")
        with daemon(no_workers()) as running:
            jobs = self.jobs(24_000)
            figure = Figure("8 connections, one by one", 0, "jobs/s", at_least=8_000)
            self.against_bare(
                figure, "enqueue", self.jobs(4_000), 1, running,
                lambda: json.loads(run("LoadGenerator", "http", running.runtime / "api.sock", "noop", jobs, 8))[
                    "per_second"
                ],
            )  # fmt: skip

    def drain(self) -> None:
        self.report.section("Enqueued, run and finished through 4 worker processes, no-op jobs of 200 bytes")
        swift = Figure("Swift workers", 0, "jobs/s", at_least=100_000, ratio_at_least=0.6)
        python = Figure("Python workers", 0, "jobs/s", at_least=20_000)
        for figure, pool, jobs in [(swift, swift_pool(), 300_000), (python, python_pool(), 200_000)]:
            jobs = self.jobs(jobs)
            with daemon(pool) as running:
                self.against_bare(
                    figure, "both", jobs, BATCH, running,
                    lambda: running.json("bench", "noop", "--jobs", str(jobs), "--connections", "4")[
                        "drained_per_second"
                    ],
                )  # fmt: skip

    def latency(self) -> None:
        self.report.section("From enqueue to the start of the handler, one job in a request, Swift workers")
        for rate, seconds in [(50, 10), (1_000, 10)]:
            jobs = max(50, int(rate * seconds * self.scale))
            with pipe() as fifo, daemon(swift_pool(environment={"STAMPS": fifo})) as running:
                socket = running.runtime / "client.sock"
                rounds = [
                    json.loads(run("LoadGenerator", "starts", socket, "stamp", jobs, rate, fifo))
                    for _ in range(self.rounds)
                ]
            for percent, at_most in [(50, None), (99, 5 if rate == 1_000 else None)]:
                values = [figures[f"p{percent}_ms"] for figures in rounds]
                self.report.add(
                    Figure(f"p{percent} at {rate}/s", statistics.median(values), "ms", at_most=at_most, rounds=values)
                )

    def killed(self) -> None:
        self.report.section("From SIGKILL of a Python worker to its job running on another one")
        values = []
        types = {"victim": {"max_attempts": 5}}
        with pipe() as fifo, daemon(python_pool({"STARTS": fifo}, processes=2, concurrency=1), types=types) as running:
            with os.fdopen(os.open(fifo, os.O_RDWR)) as starts:

                def begun() -> tuple[int, int]:
                    """The process that runs the victim, and since when."""
                    if not select.select([starts], [], [], 60)[0]:
                        raise SystemExit(f"the job did not begin within 60 s:\n{running.tail()}")
                    pid, since = map(int, starts.readline().split())
                    return pid, since

                for _ in range(max(5, int(50 * self.scale))):
                    until(lambda: ready(running) == 2, "both workers are ready")
                    # A worker that does a job is in health: its pool forgets that the one before was killed.
                    for rest in [running.enqueue("rest"), running.enqueue("rest")]:
                        running.finished(rest)
                    job = running.enqueue("victim")
                    pid, _ = begun()
                    killed = time.monotonic_ns()
                    os.kill(pid, signal.SIGKILL)
                    again, at = begun()
                    assert again != pid
                    values.append((at - killed) / 1e6)
                    record = running.finished(job)
                    assert record["status"] == "completed" and record["crashes"] == 1, record
        values.sort()
        self.report.add(Figure("median", statistics.median(values), "ms", at_most=10, rounds=values))
        self.report.add(Figure("slowest", values[-1], "ms"))

    def spawn(self) -> None:
        self.report.section("Starting a program through the process host, against posix_spawn alone")
        rounds = max(50, int(500 * self.scale))
        known = len(self.report.figures)
        for line in run("SpawnBenchmark", rounds).splitlines():
            name, _, ratio = line.partition(", host / bare: ")
            if ratio:
                self.report.add(Figure(name, float(ratio), "×"))
            elif line.startswith("starts per second"):
                self.report.add(Figure("all asked for at once", float(line.rpartition(" ")[2]), "starts/s"))
        if len(self.report.figures) != known + 3:
            raise SystemExit("SpawnBenchmark did not print the figures that are looked for")

    def idle(self) -> None:
        self.report.section("Idle, with 4 Swift workers")
        with daemon(swift_pool()) as running:
            pid = running.process.pid
            seconds = 10
            time.sleep(2)
            before = cpu_ticks(pid), switches(pid)
            time.sleep(seconds)
            after = cpu_ticks(pid), switches(pid)
            self.report.add(Figure("resident memory", resident(pid), "MB", at_most=40))
            self.report.add(Figure(f"processor time in {seconds} s", 10 * (after[0] - before[0]), "ms", at_most=10))
            self.report.add(Figure("wake-ups in a second", woken(before[1], after[1]) / seconds, ""))

    def backlog(self) -> None:
        jobs = self.jobs(1_000_000)
        self.report.section(f"{jobs:,} waiting jobs".replace(",", " "))
        with daemon(no_workers()) as running:
            pid = running.process.pid
            empty = resident(pid)
            running.json("bench", "noop", "--enqueue-only", "--jobs", str(jobs), "--batch", "1000", "--connections", "4")
            self.report.add(
                Figure("resident memory", resident(pid), "MB", empty, "the same daemon, empty", ratio_at_most=2)
            )
            running.stop()
            start = time.monotonic()
            running.start()
            self.report.add(Figure("from start to the first answer", time.monotonic() - start, "s"))
            self.report.add(
                Figure("resident memory after it", resident(running.process.pid), "MB", empty, "empty", ratio_at_most=2)
            )


STEPS = ["enqueue", "http", "drain", "latency", "killed", "spawn", "idle", "backlog"]


@contextlib.contextmanager
def pipe():
    """The path of a FIFO."""
    path = f"/tmp/jobsup-bench-{os.getpid()}"
    os.mkfifo(path)
    try:
        yield path
    finally:
        os.unlink(path)


def resident(pid: int) -> float:
    """In MB."""
    fields = pathlib.Path(f"/proc/{pid}/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def cpu_ticks(pid: int) -> int:
    """In hundredths of a second."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 100 // os.sysconf("SC_CLK_TCK")


def switches(pid: int) -> dict[str, int]:
    """How often each of its threads went to sleep by itself."""
    counts = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            for line in (task / "status").read_text().splitlines():
                if line.startswith("voluntary_ctxt_switches:"):
                    counts[task.name] = int(line.split()[1])
    return counts


def woken(before: dict[str, int], after: dict[str, int]) -> int:
    return sum(count - before.get(thread, 0) for thread, count in after.items())


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures a release build of jobsup; see README.")
    parser.add_argument("--only", metavar="WORD", help=f"steps whose name contains WORD, of: {', '.join(STEPS)}")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each comparison (5)")
    parser.add_argument("--scale", type=float, default=1.0, help="a part of the jobs, for a quick look (1.0)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--strict", action="store_true", help="end with 1 when a target was missed")
    options = parser.parse_args()
    report = Report(quiet=options.json)
    bench = Bench(report, options.rounds, options.scale)
    steps = [step for step in STEPS if not options.only or options.only in step]
    if not steps:
        parser.error(f"no step's name contains {options.only!r}; the steps: {', '.join(STEPS)}")
    for step in steps:
        getattr(bench, step)()
    if options.json:
        print(report.json())
    missed = [figure.name for figure in report.figures if figure.verdict == "missed"]
    if options.strict and missed:
        raise SystemExit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
