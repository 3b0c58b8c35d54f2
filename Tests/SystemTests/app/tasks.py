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
def nap(name, seconds=0, until=None):
    """Leaves a line at its begin and one at its end, which comes when there is the file `until`."""
    with open("/var/lib/jobsup/naps", "a", buffering=1) as log:
        log.write(f"begin {name}\n")
        time.sleep(seconds)
        while until and not os.path.exists(until):
            time.sleep(0.05)
        log.write(f"end {name}\n")
    return "rested"


@app.task
def fail(word):
    print(f"about to fail: {word}", file=sys.stderr, flush=True)
    raise ValueError(word)


@app.task
def talk(text):
    print(text, flush=True)
