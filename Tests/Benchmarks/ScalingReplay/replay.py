"""Plays a stretch of two made-up workloads on the real daemon, in real time, and the same jobs in the simulator: how far
what was simulated is from what happens.

    make bench-scaling-replay                       both, about ten minutes
    make bench-scaling-replay BENCH="--seconds 120"

Jobs sleep for as long as the trace says, so that the processors are not what is measured.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "EndToEnd"))

from harness import BUILD, Daemon, python_pool, until  # noqa: E402

#: Workload, the second at which the stretch begins, the target of its jobs in seconds, and the most workers.
STRETCHES = [("steady", 600, 10, 40), ("step", 1140, 30, 60)]


def simulate(*arguments: str) -> str:
    command = [str(BUILD / "jobsup"), "simulate", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def stretch(workload: str, begin: float, seconds: float, file: pathlib.Path) -> list[tuple[float, float]]:
    simulate("--workload", workload, "--policy", "full", "--save-trace", str(file))
    lines = file.read_text().splitlines()[1:]
    jobs = [tuple(float(field) for field in line.split(",")) for line in lines]
    cut = [(at - begin, service) for at, service in jobs if begin <= at < begin + seconds]
    file.write_text("arrival_seconds,service_seconds\n" + "".join(f"{at},{service}\n" for at, service in cut))
    return cut


def percentile(values: list[float], part: float) -> float:
    return sorted(values)[max(0, -(-len(values) * int(part * 100) // 100) - 1)]


def integral(samples: list[tuple[float, int]], start: float, end: float) -> float:
    """Worker-seconds, with each count until the next one was taken."""
    inside = [(start, samples[0][1])] + [(at, count) for at, count in samples if start < at < end] + [(end, 0)]
    return sum(count * (after - at) for (at, count), (after, _) in zip(inside, inside[1:]))


def play(jobs: list[tuple[float, float]], target: float, most: int) -> tuple[list[float], float, float, float]:
    """Gives the waits in seconds, the worker-seconds, the seconds until the last job's end, and the median boot time."""
    calm = {"pressure": {"cpu": "off", "memory": "off", "io": "off"}}
    pool = python_pool(processes={"min": 1, "max": most}, concurrency=1, scaling={"target_wait": f"{target}s"})
    daemon = Daemon({"py": pool}, scaling=calm)
    samples: list[tuple[float, int]] = []
    over = threading.Event()

    def watch() -> None:
        while True:
            count = daemon.http("GET", "/api/pools/py")[2]["actual"]
            samples.append((time.monotonic(), count))
            if over.wait(0.25):
                return

    try:
        daemon.start()
        until(lambda: daemon.json("pool", "py")["ready"] == 1, "the first worker is ready")
        watcher = threading.Thread(target=watch)
        watcher.start()
        start = time.monotonic()
        ids: list[str] = []
        for at, service in jobs:
            time.sleep(max(0.0, start + at - time.monotonic()))
            body = json.dumps({"type": "sleep", "payload": service})
            ids.append(daemon.http("POST", "/api/tasks", body)[2]["task_id"])
        until(lambda: daemon.json("status")["queues"][0]["finished"]["completed"] == len(jobs), "all are done", 600)
        end = time.monotonic()
        over.set()
        watcher.join()
        boot = daemon.json("scale", "explain", "py")["seen"]["boot_seconds"]
        waits = [wait_of(daemon.job(id)) for id in ids]
    finally:
        over.set()
        daemon.remove()
    return waits, integral(samples, start, end), end - start, boot


def wait_of(job: dict) -> float:
    def seconds(text: str) -> float:
        clock = text.split("T")[1].rstrip("Z")
        hours, minutes, rest = clock.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(rest)

    return max(0.0, (seconds(job["started_at"]) - seconds(job["enqueued_at"])) % 86400)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=240, help="of each stretch")
    options = parser.parse_args()
    print(f"{'':24}{'daemon':>10}{'simulated':>12}{'distance':>12}")
    for workload, begin, target, most in STRETCHES:
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory) / "trace.csv"
            jobs = stretch(workload, begin, options.seconds, file)
            waits, spent, lasted, boot = play(jobs, target, most)
            report = json.loads(simulate(
                "--trace", str(file), "--policy", "target_wait", "--target", f"{target}s", "--max", str(most),
                "--boot", f"{boot}s", "--json"))["reports"][0]
        rows = [
            ("wait p50, s", percentile(waits, 0.5), report["wait_p50"]),
            ("wait p95, s", percentile(waits, 0.95), report["wait_p95"]),
            ("wait p99, s", percentile(waits, 0.99), report["wait_p99"]),
            ("missed, %", 100 * statistics.fmean(wait > target for wait in waits), 100 * report["miss_share"]),
            ("workers on average", spent / lasted, report["worker_seconds"] / lasted),
        ]
        print(f"{workload}: {len(jobs)} jobs in {options.seconds:.0f} s, target {target} s, boot {boot:.2f} s")
        for name, real, simulated in rows:
            print(f"  {name:22}{real:10.2f}{simulated:12.2f}{real - simulated:+12.2f}")


if __name__ == "__main__":
    main()
