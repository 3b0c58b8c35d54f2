"""The main job on real input: inspect every file below a directory, and prove that nothing was lost.

Starts a private jobsupd, enqueues a job for every file, scales the pool up, kills a worker in the middle of a job, and
checks every digest against sha256sum. Leaves nothing behind. Fails loudly when anything is missing or differs.

The job whose worker is killed waits for that in the middle of its first attempt, so that nothing depends on luck. Names
are bytes: what is not UTF-8 goes through JSON as half surrogate pairs, in which Python keeps it.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import pathlib
import shutil
import signal
import stat
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


def shown(path: str) -> str:
    """A name as it can be printed on one line, whatever its bytes are."""
    text = os.fsencode(path).decode(errors="backslashreplace")
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


class Files:
    """The regular files below a directory that may be read, and how much else there is."""

    def __init__(self, directory: str):
        if not os.path.isdir(directory):
            fail(f"there is no directory {shown(directory)}")
        self.directory = directory
        self.paths: list[str] = []
        self.unreadable = 0
        for place, directories, names in os.walk(directory, onerror=self.leave_out):
            directories.sort()
            for name in sorted(names):
                path = os.path.join(place, name)
                # A named pipe would wait for its other end, and a link may point to what is counted already.
                if stat.S_ISREG(os.lstat(path).st_mode):
                    self.add(path)
        if not self.paths:
            fail(f"there is no file to read below {shown(directory)}{self.left_out}")

    def add(self, path: str) -> None:
        try:
            os.close(os.open(path, os.O_RDONLY))
        except OSError:
            self.unreadable += 1
        else:
            self.paths.append(path)

    def leave_out(self, _: OSError) -> None:
        self.unreadable += 1

    @property
    def left_out(self) -> str:
        return f"; {self.unreadable} left out: this user may not read them" if self.unreadable else ""


class Demo:
    def __init__(self, build: pathlib.Path, files: Files):
        self.build = build
        self.files = files
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="jobsup-demo-"))
        self.hold = self.work / "held"
        self.daemon: subprocess.Popen | None = None
        self.log = self.work / "jobsupd.log"

    # The parts

    def start(self) -> None:
        config = self.work / "jobsup.yaml"
        # JSON is YAML, too, and quotes whatever the paths hold.
        config.write_text(json.dumps({
            "state_directory": f"{self.work}/state",
            "runtime_directory": f"{self.work}/run",
            "pools": {
                "files": {
                    "command": [sys.executable, "-m", "jobsup", "worker", "tasks:app"],
                    "environment": {"PYTHONPATH": f"{ROOT}/Sources/python:{HERE}"},
                    "queues": ["files"],
                    "processes": {"min": 1, "max": 16, "start": 2},
                },
                "digests": {
                    "kind": "exec", "command": [f"{HERE}/digest_files.sh"], "queues": ["digests"], "processes": 2,
                },
            },
            "types": {
                "inspect_file": {"queue": "files", "timeout": "2m"},
                "digest_files": {"queue": "digests", "timeout": "2m"},
            },
        }, indent=2))
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
        files = self.files.paths
        say(f"{len(files)} files below {shown(self.files.directory)}{self.files.left_out}; the daemon's log: {self.log}")
        self.start()
        print(self.jobsup("status").stdout)

        say("enqueueing a job for every file, and one exec job for every 200")
        begun = time.monotonic()
        victim = len(files) // 2
        payloads = [{"path": path} for path in files]
        payloads[victim]["hold"] = str(self.hold)
        lines = [json.dumps({"type": "inspect_file", "payload": payload}) for payload in payloads]
        chunks = [files[start : start + 200] for start in range(0, len(files), 200)]
        for chunk in chunks:
            names = base64.b64encode(b"\0".join(map(os.fsencode, chunk))).decode()
            lines.append(json.dumps({"type": "digest_files", "payload_base64": names}))
        output = self.jobsup("enqueue", "--json", stdin="\n".join(lines) + "\n", show=True).stdout
        ids = [json.loads(line)["task_id"] for line in output.splitlines()]
        if len(ids) != len(lines):
            fail(f"{len(lines)} jobs were enqueued, and {len(ids)} acknowledged")
        say(f"{len(ids)} jobs are on disk after {time.monotonic() - begun:.2f} s")

        self.drain(len(ids), ids[victim])
        seconds = time.monotonic() - begun
        say(f"{len(ids)} jobs ({len(files)} files) in {seconds:.1f} s: {len(ids) / seconds:.0f} jobs/s")
        self.check_killed(ids[victim])
        self.check(ids, files, chunks)
        self.stop()
        say("the daemon has stopped; all is well")

    def drain(self, total: int, victim: str) -> None:
        """Shows progress; scales up in the middle, and kills the worker of the job that waits for that."""
        scaled, killed = False, False
        while (done := self.finished()) < total:
            if not scaled and done >= total // 5:
                self.line(done, total)
                print()
                say(self.jobsup("scale", "files", str(min(8, 2 * (os.cpu_count() or 2)))).stdout.strip())
                scaled = True
            if scaled and not killed and self.hold.exists():
                self.line(done, total)
                print()
                self.kill(int(self.hold.read_text()), victim)
                killed = True
            self.line(done, total)
            if self.daemon.poll() is not None:
                fail(f"jobsupd ended with {self.daemon.returncode}; see {self.log}")
            time.sleep(0.05)
        self.line(total, total)
        print()
        if not killed:
            fail(f"job {victim} has ended before its worker was killed: {json.dumps(self.json('job', victim), indent=1)}")

    def kill(self, process: int, victim: str) -> None:
        worker = next((one for one in self.json("worker")["workers"] if one["pid"] == process), None)
        if not worker or victim not in [job["task_id"] for job in worker["jobs"]]:
            fail(f"process {process} runs job {victim}, and the daemon does not know: {worker}")
        os.kill(process, signal.SIGKILL)
        say(f"killed worker {worker['name']} (process {process}) with SIGKILL while it ran job {victim}")

    def line(self, done: int, total: int) -> None:
        width = 40
        filled = width * done // total
        text = f"   {'█' * filled}{'░' * (width - filled)}  {done}/{total}"
        if sys.stdout.isatty():
            print(f"\r{text}", end="", flush=True)
        elif done == total:
            print(text, end="", flush=True)

    def check_killed(self, id: str) -> None:
        job = self.json("job", id)
        crashes = [attempt for attempt in job["attempts"] if attempt["cause"] == "crash" and attempt["type"] == "SIGKILL"]
        if job["status"] != "completed" or len(crashes) != 1:
            fail(f"the killed worker's job {id} is {job['status']} with {len(crashes)} recorded crashes")
        say(f"job {id} was run again by {job['worker']}; its record: {crashes[0]['message']}")

    def check(self, ids: list[str], files: list[str], chunks: list[list[str]]) -> None:
        say("checking every digest against sha256sum")
        want: dict[str, str] = {}
        for chunk in chunks:
            want.update(parse(subprocess.run(["sha256sum", "--zero", *chunk], check=True, capture_output=True).stdout))
        with Client(str(self.work / "run")) as client:
            jobs = [client.job(int(id)) for id in ids]
        if open_jobs := [job for job in jobs if job["status"] != "completed"]:
            fail(f"{len(open_jobs)} jobs did not complete, the first: {json.dumps(open_jobs[0], indent=1)}")
        inspected = [json.loads(result(job)) for job in jobs[: len(files)]]
        wrong = [
            path for path, one in zip(files, inspected) if (path, want.get(path)) != (one["path"], one["sha256"])
        ]
        if wrong:
            fail(f"{len(wrong)} digests differ; the first is that of {shown(wrong[0])}")
        for chunk, job in zip(chunks, jobs[len(files) :]):
            if parse(result(job)) != {path: want[path] for path in chunk}:
                fail(f"the exec job {job['task_id']} gave other digests than sha256sum")
        say("the slowest files:")
        for one in sorted(inspected, key=lambda one: -one["seconds"])[:5]:
            print(f"   {one['seconds']:8.3f} s  {one['bytes']:>10} bytes  gzip {one['gzip_ratio']}  {shown(one['path'])}")
        say(f"all {len(files)} digests agree, from {len(files)} Python jobs and {len(chunks)} exec jobs")


def result(job: dict) -> bytes:
    """What a job left, as it left it. The document has Base64 for all that is not JSON in UTF-8."""
    encoded = job.get("result_base64")
    return json.dumps(job["result"]).encode() if encoded is None else base64.b64decode(encoded)


def parse(output: bytes) -> dict[str, str]:
    """The digests that `sha256sum --zero` printed, by path."""
    lines = [line for line in output.split(b"\0") if line]
    return {os.fsdecode(line[66:]): line[:64].decode() for line in lines}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", nargs="?", default="/usr/share/doc")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / ".build" / "release")
    arguments = parser.parse_args()
    demo = Demo(arguments.build, Files(os.path.abspath(arguments.directory)))
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
