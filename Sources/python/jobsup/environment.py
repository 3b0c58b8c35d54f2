"""What the daemon tells a worker process at its start."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from typing import NamedTuple

from .errors import JobsupError


class NotStartedByDaemon(JobsupError):
    """The environment does not say where the daemon is."""


class WorkerEnvironment(NamedTuple):
    """The ``JOBSUP_*`` variables of a worker."""

    #: The path of the daemon's worker socket.
    socket: str
    #: Good for one HELLO.
    token: str
    pool: str
    #: The worker's name, ``mail-3``.
    worker: str
    #: Jobs at once.
    slots: int
    queues: tuple[str, ...]

    @classmethod
    def take(cls, environ: MutableMapping[str, str] | None = None) -> WorkerEnvironment:
        """Reads the environment and removes the token from it, so that no child of a handler inherits it."""
        environ = os.environ if environ is None else environ
        token = environ.pop("JOBSUP_TOKEN", "")
        socket = environ.get("JOBSUP_SOCKET", "")
        if not socket:
            raise NotStartedByDaemon(
                "JOBSUP_SOCKET is not set: workers are started by jobsupd. "
                "Name this command in a pool of its configuration, or use App.testing() to run jobs without a daemon."
            )
        slots = environ.get("JOBSUP_SLOTS", "") or "1"
        if not (slots.isascii() and slots.isdigit() and 1 <= int(slots) <= 0xFFFF):
            raise NotStartedByDaemon(f"JOBSUP_SLOTS is {slots!r}, not a number from 1 to 65535")
        return cls(
            socket=socket,
            token=token,
            pool=environ.get("JOBSUP_POOL", ""),
            worker=environ.get("JOBSUP_WORKER", ""),
            slots=int(slots),
            queues=tuple(name for name in environ.get("JOBSUP_QUEUES", "").split(",") if name),
        )
