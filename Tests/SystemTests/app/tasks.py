"""The workers of the system tests."""

import os
import sys
import time

import jobsup

app = jobsup.App()


@app.task
def environment():
    return dict(os.environ)


@app.task
def nap(name, seconds):
    """Leaves a line at its begin and one at its end."""
    with open("/var/lib/jobsup/naps", "a", buffering=1) as log:
        log.write(f"begin {name}\n")
        time.sleep(seconds)
        log.write(f"end {name}\n")
    return "rested"


@app.task
def fail(word):
    print(f"about to fail: {word}", file=sys.stderr, flush=True)
    raise ValueError(word)


@app.task
def talk(text):
    print(text, flush=True)
