"""Tasks that the tests run in worker processes of their own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time

import jobsup

app = jobsup.App(build="1.2.3")


@app.task
def noop(*args, **kwargs):
    return None


@app.task
def echo(*args, **kwargs):
    return {"args": args, "kwargs": kwargs}


@app.task
def environment():
    return dict(os.environ)


@app.task
def say(line):
    print(line)
    return "said"


@app.task
def tell_pid(path):
    """Says that it runs, then works until the file is gone."""
    with open(path, "w") as file:
        file.write(str(os.getpid()))
    while os.path.exists(path):
        time.sleep(0.005)
    return "done"


@app.task
def stubborn(path):
    """Never looks at its flag."""
    with open(path, "w") as file:
        file.write(str(os.getpid()))
    while True:
        time.sleep(0.05)


@app.task
def polite(path):
    """Looks at its flag, and says when it ends."""
    with open(path, "w") as file:
        file.write(str(os.getpid()))
    try:
        while True:
            jobsup.current_job().check_cancelled()
            time.sleep(0.005)
    finally:
        os.unlink(path)


def _child(queue):
    # What a child of a handler may do without hurting the worker.
    job = jobsup.current_job()
    job.progress(1, 2, "child", "not to be sent")
    os.kill(os.getpid(), signal.SIGTERM)
    queue.put("a SIGTERM should have ended it")


@app.task
def fork():
    """Forks a child that reports progress and is ended by SIGTERM."""
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    child = context.Process(target=_child, args=(queue,))
    child.start()
    child.join()
    return child.exitcode


@app.task
def leave():
    sys.exit("a handler that exits")
