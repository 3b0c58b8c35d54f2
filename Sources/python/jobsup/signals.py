"""SIGTERM and SIGINT ask the worker to drain."""

from __future__ import annotations

import signal
from types import FrameType

from .worker import Worker


def install(worker: Worker) -> None:
    """Takes both signals; must be called in the main thread.

    The kernel's side of a signal writes its number to the worker's bell, so that it is heeded even while the main
    thread runs a handler that is deep in a C library. The Python side does the same for the case that a handler's
    library (an event loop, say) has taken the wake-up descriptor for itself.
    """
    signal.set_wakeup_fd(worker.bell.writing, warn_on_full_buffer=False)

    def drain(number: int, frame: FrameType | None) -> None:
        if not worker.request_drain(signal.Signals(number).name):
            raise SystemExit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, drain)
