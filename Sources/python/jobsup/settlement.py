"""The frame that tells the daemon what became of a job."""

from __future__ import annotations

from . import frames
from .context import Job
from .outcome import MESSAGE_LIMIT, Outcome
from .wire import bounded

_MAX_U32 = 2**32 - 1
#: The longest name of an error, in bytes.
_ERROR_TYPE_LIMIT = 200


def encode_settlement(job: Job, outcome: Outcome, run_seconds: float, max_frame: int) -> bytes:
    """The settlement frame of an outcome; texts are cut to what the daemon takes."""
    run_us = min(int(run_seconds * 1_000_000), _MAX_U32)
    kind = outcome.kind
    if kind == frames.DONE:
        return frames.encode_done(job.id, job.lease, run_us, outcome.result)
    # The longest fixed part is FAIL's: type, job, lease, run_us, flags and the name of the error.
    text = bounded(outcome.text, max(0, min(MESSAGE_LIMIT, max_frame - 24 - _ERROR_TYPE_LIMIT)))
    if kind == frames.FAIL:
        error_type = bounded(outcome.error_type, _ERROR_TYPE_LIMIT).decode()
        flags = 0 if outcome.may_retry else frames.DO_NOT_RETRY
        return frames.encode(
            kind, job=job.id, lease=job.lease, run_us=run_us, flags=flags, error_type=error_type, message=text
        )
    delay_ms = min(round(outcome.delay_seconds * 1000), _MAX_U32)
    return frames.encode(kind, job=job.id, lease=job.lease, run_us=run_us, delay_ms=delay_ms, reason=text)
