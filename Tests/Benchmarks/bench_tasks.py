"""What the Python workers of the benchmarks run."""

import os
import time

import jobsup

app = jobsup.App()


@app.task
def noop(payload=None):
    pass


@app.task
def victim():
    """Says when it begins, and the first time waits for its end by somebody else."""
    with open(os.environ["STARTS"], "w") as file:
        file.write(f"{os.getpid()} {time.monotonic_ns()}\n")
    if not os.path.exists(again := os.environ["STARTS"] + f".{jobsup.current_job().id}"):
        open(again, "w").close()
        time.sleep(60)
    os.unlink(again)


@app.task
def rest():
    """Long enough that each of two idle workers gets one."""
    time.sleep(0.05)
