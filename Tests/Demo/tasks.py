"""The demo's task: everything there is to know about a file."""

import gzip
import hashlib
import time

from jobsup import App

app = App()


@app.task
def inspect_file(path: str) -> dict:
    started = time.perf_counter()
    with open(path, "rb") as file:
        data = file.read()
    packed = len(gzip.compress(data, 6))
    return {
        "path": path,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "words": len(data.split()),
        "gzip_ratio": round(packed / len(data), 3) if data else None,
        "seconds": round(time.perf_counter() - started, 4),
    }
