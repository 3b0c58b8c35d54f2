"""jobsup: workers and clients of the jobsup daemon.

A worker module::

    import jobsup

    app = jobsup.App()

    @app.task
    def send_mail(to, text=""):
        ...

is run by a pool of the daemon with the command ``python -m jobsup worker mymodule:app``. A producer says
``send_mail.enqueue(to="ada@example.com")`` or ``jobsup.Client().enqueue("send_mail", {"to": "ada@example.com"})``.
"""

from .app import App
from .client import Client
from .context import Job, current_job
from .errors import (
    ApiError,
    Cancelled,
    ConnectionLost,
    DaemonError,
    Discard,
    EnqueueRefused,
    JobsupError,
    NoCurrentJob,
    PayloadError,
    ProtocolError,
    ResultError,
    Retry,
    Snooze,
    UnknownTask,
)
from .newjob import JobID, NewJob
from .task import Task

__version__ = "0.1.0"

__all__ = [
    "ApiError",
    "App",
    "Cancelled",
    "Client",
    "ConnectionLost",
    "DaemonError",
    "Discard",
    "EnqueueRefused",
    "Job",
    "JobID",
    "JobsupError",
    "NewJob",
    "NoCurrentJob",
    "PayloadError",
    "ProtocolError",
    "ResultError",
    "Retry",
    "Snooze",
    "Task",
    "UnknownTask",
    "current_job",
]
