"""Runs one handler once and says what became of it."""

from __future__ import annotations

import inspect
import logging
import sys
import traceback
from typing import Any, NamedTuple

from . import frames
from .context import Job
from .errors import Cancelled, Discard, PayloadError, ResultError, Retry, Snooze
from .payload import call, result_to_json
from .task import Task

log = logging.getLogger("jobsup")

#: The most that is said about an error, in bytes of UTF-8; longer tracebacks lose their middle.
MESSAGE_LIMIT = 16 * 1024
#: The innermost calls that a traceback shows.
TRACEBACK_CALLS = 40


class Outcome(NamedTuple):
    """What became of an attempt: a settlement frame's type and what it says."""

    kind: int
    result: bytes = b""
    #: For FAIL, the error's type; for the others unused.
    error_type: str = ""
    #: The message of FAIL, or the reason of RETRY, SNOOZE and DISCARD.
    text: str = ""
    delay_seconds: float = 0.0
    may_retry: bool = True
    error: BaseException | None = None


#: For a job in whose settling something went wrong, be it in the words of its own error.
UNSETTLED = Outcome(
    frames.FAIL, error_type="Unsettled", text="it ended, but its outcome cannot be told; see the log of the worker"
)
#: Made once: most jobs end so.
_DONE_WITHOUT_RESULT = Outcome(frames.DONE)


def done(result: bytes, result_limit: int) -> Outcome:
    """DONE, or FAIL when the result is too large to be sent; both in bytes."""
    if not result:
        return _DONE_WITHOUT_RESULT
    if len(result) <= result_limit:
        return Outcome(frames.DONE, result)
    text = f"the result has {len(result)} bytes; at most {result_limit} are allowed: store it and return a reference"
    return Outcome(frames.FAIL, error_type="ResultTooLarge", text=text, may_retry=False, error=ResultError(text))


def run(task: Task, job: Job, result_limit: int) -> Outcome:
    """Runs a plain handler."""
    try:
        result = call(task.function, job.payload, task.raw)
        outcome = done(result_to_json(result), result_limit)
    except BaseException as error:
        outcome = outcome_of_error(task, job, error)
        result = None
    if task.on_success is not None or task.on_failure is not None:
        hook, argument = _hook(task, job, outcome, result)
        if hook is not None:
            try:
                hook(job, argument)
            except Exception:
                log.exception("the callback of %r failed", job)
    return outcome


async def run_async(task: Task, job: Job, result_limit: int) -> Outcome:
    """Runs an ``async def`` handler."""
    try:
        result = await call(task.function, job.payload, task.raw)
        outcome = done(result_to_json(result), result_limit)
    except BaseException as error:
        if isinstance(error, GeneratorExit):
            raise
        outcome = outcome_of_error(task, job, error)
        result = None
    if task.on_success is not None or task.on_failure is not None:
        hook, argument = _hook(task, job, outcome, result)
        if hook is not None:
            try:
                answer = hook(job, argument)
                if inspect.isawaitable(answer):
                    await answer
            except Exception:
                log.exception("the callback of %r failed", job)
    return outcome


def unknown_type(job: Job) -> Outcome:
    """The outcome of a job for which there is no handler; another worker may know it."""
    return Outcome(frames.FAIL, error_type="UnknownTask", text=f"this worker has no task named {job.type!r}")


def outcome_of_error(task: Task, job: Job, error: BaseException) -> Outcome:
    """What an error that left the handler means for the job."""
    if isinstance(error, Retry):
        return Outcome(frames.RETRY, text=_reason(error, error.reason), delay_seconds=error.delay, error=error)
    if isinstance(error, Snooze):
        return Outcome(frames.SNOOZE, text=_reason(error, error.reason), delay_seconds=error.delay, error=error)
    if isinstance(error, Discard):
        return Outcome(frames.DISCARD, text=_reason(error, error.reason), error=error)
    if job.cancelled and _is_cancellation(error):
        return Outcome(frames.FAIL, error_type="Cancelled", text="cancelled", may_retry=False, error=error)
    if task.discard_on and isinstance(error, task.discard_on):
        return Outcome(frames.DISCARD, text=f"{error_name(error)}: {_words(error)}", error=error)
    may_retry = not isinstance(error, (PayloadError, ResultError))
    if task.retry_on is not None and not isinstance(error, task.retry_on):
        may_retry = False
    return Outcome(
        frames.FAIL, error_type=error_name(error), text=_message(error), may_retry=may_retry, error=error
    )  # fmt: skip


def is_final_failure(job: Job, outcome: Outcome) -> bool:
    """Whether this outcome ends the job as failed, as far as the worker can know."""
    if outcome.kind == frames.FAIL:
        return (job.is_last_attempt or not outcome.may_retry) and outcome.error_type != "Cancelled"
    return outcome.kind == frames.DISCARD or (outcome.kind == frames.RETRY and job.is_last_attempt)


def error_name(error: BaseException) -> str:
    """The error's type as people write it: ``ValueError``, ``requests.exceptions.Timeout``."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ in ("builtins", "jobsup.errors") else (
        f"{kind.__module__}.{kind.__qualname__}"
    )  # fmt: skip


def _is_cancellation(error: BaseException) -> bool:
    if isinstance(error, Cancelled):
        return True
    # Who has not imported asyncio cannot raise its error, and need not wait for its import at every start.
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and isinstance(error, asyncio.CancelledError)


def _hook(task: Task, job: Job, outcome: Outcome, result: Any) -> Any:
    if outcome.kind == frames.DONE:
        return task.on_success, result
    return (task.on_failure, outcome.error) if is_final_failure(job, outcome) else (None, None)


def _words(error: BaseException) -> str:
    try:
        return str(error) or type(error).__name__
    except Exception:
        return f"(an error that cannot be printed: {type(error).__name__})"


def _reason(error: BaseException, reason: str) -> str:
    """The reason given, or else the error in whose handling it was raised."""
    cause = error.__cause__ or error.__context__
    return reason or (f"{error_name(cause)}: {_words(cause)}" if cause is not None else "")


def _message(error: BaseException) -> str:
    """The error's words, then its traceback from the handler inwards."""
    trace = error.__traceback__
    # The calls of this package that led to the handler tell its author nothing.
    while trace is not None and trace.tb_next is not None and trace.tb_frame.f_globals.get("__package__") == "jobsup":
        trace = trace.tb_next
    try:
        lines = traceback.format_exception(type(error), error, trace, limit=-TRACEBACK_CALLS)
    except Exception:
        lines = ["(a traceback that cannot be printed)\n"]
    words, story = _words(error), "".join(lines)
    room = MESSAGE_LIMIT // 4
    if len(words) > room:
        words = words[:room] + " …"
    room *= 3
    if len(story) > room:
        story = story[: room // 4] + "\n…\n" + story[-(room * 3 // 4) :]
    return f"{words}\n\n{story}"
