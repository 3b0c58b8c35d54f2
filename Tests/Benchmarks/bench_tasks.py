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
    """Says when it begins, and waits for its end by somebody else."""
    with open(os.environ["STARTS"], "w") as file:
        file.write(f"{os.getpid()} {time.monotonic_ns()}\n")
    time.sleep(0.2)


@app.task
def rest():
    """Long enough that each of two idle workers gets one."""
    time.sleep(0.05)
