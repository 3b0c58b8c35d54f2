"""The demo's task: everything there is to know about a file."""

from __future__ import annotations

import gzip
import hashlib
import os
import time

from jobsup import App

app = App()


@app.task
def inspect_file(path: str, hold: str | None = None) -> dict:
    started = time.perf_counter()
    with open(path, "rb") as file:
        data = file.read()
    if hold is not None and not os.path.exists(hold):
        wait_to_be_killed(hold)
    packed = len(gzip.compress(data, 6))
    return {
        "path": path,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "words": len(data.split()),
        "gzip_ratio": round(packed / len(data), 3) if data else None,
        "seconds": round(time.perf_counter() - started, 4),
    }


def wait_to_be_killed(hold: str) -> None:
    """Says in a file of this name which process is in the middle of its job, and stays there."""
    with open(f"{hold}.new", "w") as file:
        file.write(str(os.getpid()))
    os.rename(f"{hold}.new", hold)
    time.sleep(60)
    raise TimeoutError("nobody has killed this worker")
