"""What the workers of the tests can do."""

import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time

from jobsup import App, Discard, Retry, Snooze, current_job

app = App()
OUTPUT = os.environ.get("JOBSUP_TEST_OUTPUT", "")
#: What runs is locked in here. The descriptor is older than the connection to the daemon: when the process is killed, the
#: kernel closes it first, so that nobody learns of the death while the locks are still there.
LOCKS = os.open(OUTPUT + ".locks", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600) if OUTPUT else -1


def note(line: str) -> None:
    """One write, so that lines of several processes do not mix."""
    file = os.open(OUTPUT, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(file, (line + "\n").encode())
    os.close(file)


@app.task
def add(a, b):
    return a + b


@app.task
def follow_up(payload):
    return str(add.enqueue(**payload))


@app.task
def sleep(seconds):
    time.sleep(seconds)
    return seconds


@app.task
def polite(seconds):
    """Sleeps, and ends when it is cancelled."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        current_job().check_cancelled()
        time.sleep(0.01)


@app.task
def record(key):
    """Says when it runs, for those who count, and whether it runs in another process at this moment.

    The kernel alone knows that for sure: it holds the lock of a run until its process has ended, however that ends.
    """
    place = int.from_bytes(hashlib.sha256(key.encode()).digest()[:7], "big")
    try:
        fcntl.lockf(LOCKS, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
    except OSError:
        note(f"overlap {key} {os.getpid()} {time.monotonic_ns()}")
        return
    note(f"start {key} {os.getpid()} {time.monotonic_ns()}")
    time.sleep(0.002)
    note(f"end {key} {os.getpid()} {time.monotonic_ns()}")
    fcntl.lockf(LOCKS, fcntl.LOCK_UN, 1, place)


@app.task
def fail(message="no"):
    raise ValueError(message)


@app.task
def die():
    os.kill(os.getpid(), signal.SIGKILL)


@app.task
def die_once(path):
    """Kills its worker the first time."""
    if not os.path.exists(path):
        open(path, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return "survived"


@app.task
def leave_once(path, code):
    """Ends its worker with an exit code the first time."""
    if not os.path.exists(path):
        open(path, "w").close()
        os._exit(code)
    return "survived"


@app.task
def close_everything(path):
    """Closes every descriptor, as sudo or a daemon does, and goes on."""
    if os.path.exists(path):
        return "second"
    open(path, "w").close()
    os.closerange(0, 4096)
    time.sleep(600)


@app.task
def leave_grandchild(path):
    """Leaves a process behind that holds all descriptors, then dies."""
    if os.path.exists(path):
        return "second"
    child = subprocess.Popen(["sleep", "600"], close_fds=False, start_new_session=True)
    with open(path, "w") as file:
        file.write(str(child.pid))
    os.kill(os.getpid(), signal.SIGKILL)


@app.task
def retry_later():
    if current_job().attempt == 1:
        raise Retry(0.05)
    return current_job().attempt


@app.task
def snooze(path):
    if not os.path.exists(path):
        open(path, "w").close()
        raise Snooze(0.05)
    return current_job().attempt


@app.task
def discard():
    raise Discard("not wanted")


@app.task
def progress():
    current_job().progress(3, 10, stage="counting", message="three")
    time.sleep(60)


@app.task
def environment():
    return dict(os.environ)


@app.task
def request_id():
    return current_job().request_id


@app.task
def child_of_request():
    return str(request_id.enqueue())


@app.task
def big(count):
    return "x" * count


@app.task
def process_state():
    """What a worker inherited."""
    status = dict(line.split(":\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
    return {
        "blocked": status["SigBlk"], "ignored": status["SigIgn"],
        "leads_its_group": os.getpgid(0) == os.getpid(),
        "executable": sys.executable,
    }


@app.task(raw=True)
def noop(payload):
    return None


@app.task
def hold(path, seconds):
    """Says in a file which process runs it."""
    with open(path + ".new", "w") as file:
        file.write(str(os.getpid()))
    os.rename(path + ".new", path)
    time.sleep(seconds)


@app.task
def hold_while(path):
    """Says in a file which process runs it, and ends when the file is gone."""
    note_pid(path)
    while os.path.exists(path):
        time.sleep(0.01)


@app.task
def silent(path):
    """Has its worker watched, and says in a file which process is never heard of again."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
        to.sendto(b"WATCHDOG_USEC=2000000", os.environ["NOTIFY_SOCKET"])
    note_pid(path)
    time.sleep(600)


KEPT: list[bytearray] = []


def touched(mebibytes: int) -> bytearray:
    """Memory that is there, not only promised: each page was written to."""
    memory = bytearray(mebibytes << 20)
    memory[::4096] = b"x" * len(memory[::4096])
    return memory


@app.task
def leak(mebibytes, path=None):
    """Keeps more with each call. With a path: says there that it has it, and ends when the file is gone."""
    KEPT.append(touched(mebibytes))
    if path:
        note_pid(path)
        while os.path.exists(path):
            time.sleep(0.01)
    return os.getpid()


@app.task
def swell(mebibytes, path):
    """Takes much at once, and does not come to its end; may be ended while it takes it."""
    note_pid(path)
    memory = touched(mebibytes)
    time.sleep(600)
    return len(memory)


@app.task
def swell_by_type(mebibytes, path):
    """As `swell`, with a limit of its own."""
    return swell(mebibytes, path)


@app.task
def swell_in_child(mebibytes, path):
    """As `swell`, in a process of its own."""
    child = os.fork()
    if child == 0:
        note_pid(path)
        memory = touched(mebibytes)
        time.sleep(600)
        os._exit(len(memory) % 2)
    status = os.waitpid(child, 0)[1]
    if status:
        raise ChildProcessError(f"the child ended with status {status}")


def note_pid(path) -> None:
    with open(path + ".new", "w") as file:
        file.write(str(os.getpid()))
    os.rename(path + ".new", path)


@app.task
def mark(path, word, seconds):
    """Writes a line, in one piece also when others write theirs."""
    time.sleep(seconds)
    with open(path, "a") as file:
        file.write(word + "\n")


@app.task
def burn(seconds):
    """Uses a processor, and ends when it is cancelled."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        current_job().check_cancelled()
        sum(range(10000))
