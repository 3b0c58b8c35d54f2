"""The main job on real input: inspect every file below a directory, and prove that nothing was lost.

Starts a private jobsupd, enqueues a job for every file, scales the pool up, kills a worker in the middle of a job, and
checks every digest against sha256sum. Leaves nothing behind. Fails loudly when anything is missing or differs.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "Sources" / "python"))

from jobsup import Client

FINISHED = ("completed", "failed", "timeout", "cancelled", "expired")


def fail(words: str) -> None:
    print(f"\nDEMO FAILED: {words}", file=sys.stderr)
    sys.exit(1)


def say(words: str) -> None:
    print(f"\033[1m==\033[0m {words}" if sys.stdout.isatty() else f"== {words}", flush=True)


class Demo:
    def __init__(self, build: pathlib.Path, directory: str):
        self.build = build
        self.directory = directory
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="jobsup-demo-"))
        self.daemon: subprocess.Popen | None = None
        self.log = self.work / "jobsupd.log"

    # The parts

    def start(self) -> None:
        config = self.work / "jobsup.yaml"
        config.write_text(f"""\
state_directory: {self.work}/state
runtime_directory: {self.work}/run
pools:
  files:
    command: [{sys.executable}, -m, jobsup, worker, "tasks:app"]
    environment: {{PYTHONPATH: "{ROOT}/Sources/python:{HERE}"}}
    queues: [files]
    processes: {{min: 1, max: 16, start: 2}}
  digests:
    kind: exec
    command: [{HERE}/digest_files.sh]
    queues: [digests]
    processes: 2
types:
  inspect_file: {{queue: files, timeout: 2m}}
  digest_files: {{queue: digests, timeout: 2m}}
""")
        with open(self.log, "wb") as log:
            self.daemon = subprocess.Popen(
                [str(self.build / "jobsupd"), "--config", str(config)], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        deadline = time.monotonic() + 30
        while self.jobsup("status", check=False).returncode != 0:
            if self.daemon.poll() is not None or time.monotonic() > deadline:
                fail(f"jobsupd did not start:\n{self.log.read_text(errors='replace')}")
            time.sleep(0.02)

    def stop(self) -> None:
        if self.daemon and self.daemon.poll() is None:
            self.daemon.send_signal(signal.SIGTERM)
            try:
                self.daemon.wait(60)
            except subprocess.TimeoutExpired:
                self.daemon.kill()
                fail("jobsupd did not stop within 60 s")

    def jobsup(self, *arguments: str, check: bool = True, stdin: str | None = None, show: bool = False):
        result = subprocess.run(
            [str(self.build / "jobsup"), *arguments], text=True, input=stdin, stdout=subprocess.PIPE,
            stderr=None if show else subprocess.PIPE,
            env={**os.environ, "JOBSUP_RUNTIME_DIRECTORY": str(self.work / "run")},
        )
        if check and result.returncode != 0:
            fail(f"jobsup {' '.join(arguments)}: {result.stdout}{result.stderr or ''}")
        return result

    def json(self, *arguments: str):
        return json.loads(self.jobsup(*arguments, "--json").stdout)

    def finished(self) -> int:
        totals = self.json("status")["totals"]
        return sum(totals.get(state, 0) for state in FINISHED)

    # The story

    def run(self) -> None:
        files = sorted(
            str(path) for path in pathlib.Path(self.directory).rglob("*") if path.is_file() and not path.is_symlink()
            and os.access(path, os.R_OK)
        )
        if not files:
            fail(f"there is no file below {self.directory}")
        say(f"{len(files)} files below {self.directory}; the daemon's log: {self.log}")
        self.start()
        print(self.jobsup("status").stdout)

        say("enqueueing a job for every file, and one exec job for every 200")
        begun = time.monotonic()
        lines = [json.dumps({"type": "inspect_file", "payload": {"path": path}}) for path in files]
        chunks = [files[start : start + 200] for start in range(0, len(files), 200)]
        lines += [json.dumps({"type": "digest_files", "payload": chunk}) for chunk in chunks]
        output = self.jobsup("enqueue", "--json", stdin="\n".join(lines) + "\n", show=True).stdout
        ids = [json.loads(line)["task_id"] for line in output.splitlines()]
        say(f"{len(ids)} jobs are on disk after {time.monotonic() - begun:.2f} s")

        killed = self.drain(len(ids))
        seconds = time.monotonic() - begun
        self.report(ids, len(files), seconds, killed)
        self.check(ids, files, chunks)
        self.stop()
        say("the daemon has stopped; all is well")

    def drain(self, total: int) -> str | None:
        """Shows progress; in the middle scales up and kills a worker at work. Gives the job that it had."""
        scaled, killed = False, None
        while (done := self.finished()) < total:
            if not scaled and done >= total // 5:
                self.line(done, total)
                print()
                say(self.jobsup("scale", "files", str(min(8, 2 * (os.cpu_count() or 2)))).stdout.strip())
                scaled = True
            if scaled and killed is None:
                killed = self.kill_busy_worker(done, total)
            self.line(done, total)
            if self.daemon.poll() is not None:
                fail(f"jobsupd ended with {self.daemon.returncode}; see {self.log}")
            time.sleep(0.05)
        self.line(total, total)
        print()
        return killed

    def kill_busy_worker(self, done: int, total: int) -> str | None:
        """Freezes a worker so that its job is surely in the middle, then kills it."""
        for worker in self.json("worker")["workers"]:
            if worker["pool"] != "files" or worker["state"] != "busy" or not worker["jobs"]:
                continue
            os.kill(worker["pid"], signal.SIGSTOP)
            now = next((w for w in self.json("worker")["workers"] if w["name"] == worker["name"]), None)
            if now and now["jobs"]:
                # Anything it had settled before it froze is settled by now: what is left, it was running.
                time.sleep(0.05)
                now = next((w for w in self.json("worker")["workers"] if w["name"] == worker["name"]), None)
            if not now or not now["jobs"]:
                os.kill(worker["pid"], signal.SIGCONT)
                continue
            job = now["jobs"][0]["task_id"]
            os.kill(worker["pid"], signal.SIGKILL)
            self.line(done, total)
            print()
            say(f"killed worker {worker['name']} (process {worker['pid']}) with SIGKILL while it ran job {job}")
            return job
        return None

    def line(self, done: int, total: int) -> None:
        width = 40
        filled = width * done // total
        text = f"   {'█' * filled}{'░' * (width - filled)}  {done}/{total}"
        if sys.stdout.isatty():
            print(f"\r{text}", end="", flush=True)
        elif done == total:
            print(text, end="", flush=True)

    def report(self, ids: list[str], count: int, seconds: float, killed: str | None) -> None:
        say(f"{len(ids)} jobs ({count} files) in {seconds:.1f} s: {len(ids) / seconds:.0f} jobs/s")
        if killed is None:
            fail("no worker could be killed in the middle of a job: give a directory with more files")
        job = self.json("job", killed)
        crashes = [attempt for attempt in job["attempts"] if attempt["cause"] == "crash"]
        if job["status"] != "completed" or not crashes:
            fail(f"the killed worker's job {killed} is {job['status']} with {len(crashes)} recorded crashes")
        say(f"job {killed} was run again by {job['worker']}; its record: {crashes[0]['message']}")

    def check(self, ids: list[str], files: list[str], chunks: list[list[str]]) -> None:
        say("checking every digest against sha256sum")
        want: dict[str, str] = {}
        for chunk in chunks:
            want.update(parse(subprocess.run(["sha256sum", "--zero", *chunk], check=True, capture_output=True).stdout, b"\0"))
        with Client(str(self.work / "run")) as client:
            jobs = [client.job(int(id)) for id in ids]
        if open_jobs := [job for job in jobs if job["status"] != "completed"]:
            fail(f"{len(open_jobs)} jobs did not complete, the first: {json.dumps(open_jobs[0], indent=1)}")
        inspected = [job["result"] for job in jobs[: len(files)]]
        wrong = [one["path"] for one in inspected if want.get(one["path"]) != one["sha256"]]
        if wrong or {one["path"] for one in inspected} != set(files):
            fail(f"{len(wrong)} digests differ or files are missing; the first: {wrong[:1]}")
        for chunk, job in zip(chunks, jobs[len(files) :]):
            if parse(base64.b64decode(job["result_base64"]), b"\n") != {path: want[path] for path in chunk}:
                fail(f"the exec job {job['task_id']} gave other digests than sha256sum")
        say("the slowest files:")
        for one in sorted(inspected, key=lambda one: -one["seconds"])[:5]:
            print(f"   {one['seconds']:8.3f} s  {one['bytes']:>10} bytes  gzip {one['gzip_ratio']}  {one['path']}")
        say(f"all {len(files)} digests agree, from {len(files)} Python jobs and {len(chunks)} exec jobs")


def parse(output: bytes, end: bytes) -> dict[str, str]:
    """The digests that sha256sum printed, by path."""
    lines = [line for line in output.split(end) if line]
    return {os.fsdecode(line[66:]): line[:64].decode() for line in lines}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", nargs="?", default="/usr/share/doc")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / ".build" / "release")
    arguments = parser.parse_args()
    demo = Demo(arguments.build, os.path.abspath(arguments.directory))
    succeeded = False
    try:
        demo.run()
        succeeded = True
    finally:
        if demo.daemon and demo.daemon.poll() is None:
            demo.daemon.send_signal(signal.SIGTERM)
            try:
                demo.daemon.wait(30)
            except subprocess.TimeoutExpired:
                demo.daemon.kill()
        if succeeded:
            shutil.rmtree(demo.work)
        else:
            print(f"the daemon's log is kept: {demo.log}", file=sys.stderr)


if __name__ == "__main__":
    main()
