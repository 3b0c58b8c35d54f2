"""What the workers of others do, and how it is handed to them: `python peer_tasks.py rq|celery FILE KEY SECONDS`.

Runs in the environment that `.ci/deps` makes. PEER_REDIS is the path of Redis's socket.
"""

import os
import sys
import time

REDIS = os.environ["PEER_REDIS"]


def record(path: str, key: str, seconds: float) -> None:
    """Says when it begins and when it ends."""
    for word in ("begin", "end"):
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(file, f"{word} {key} {os.getpid()}\n".encode())
        os.close(file)
        if word == "begin":
            time.sleep(seconds)


def celery_app():
    import celery

    app = celery.Celery("peer_tasks", broker=f"redis+socket://{REDIS}")
    app.conf.broker_connection_retry_on_startup = True
    app.task(name="record")(record)
    return app


def enqueue(peer: str, path: str, key: str, seconds: float) -> None:
    if peer == "celery":
        celery_app().tasks["record"].delay(path, key, seconds)
    else:
        from redis import Redis
        from rq import Queue

        Queue(connection=Redis(unix_socket_path=REDIS)).enqueue("peer_tasks.record", path, key, seconds)


if __name__ == "__main__":
    enqueue(*sys.argv[1:4], float(sys.argv[4]))
elif sys.argv[0].endswith("celery"):
    app = celery_app()
