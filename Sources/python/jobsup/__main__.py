"""The command line: ``python -m jobsup worker mymodule:app``."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys

from . import output, signals
from .app import App
from .environment import WorkerEnvironment
from .errors import JobsupError
from .worker import Worker

#: The exit code for a wrong command line or environment.
EXIT_USAGE = 2


def main(arguments: list[str] | None = None) -> int:
    """Runs a worker; returns the process's exit code."""
    options = _parser().parse_args(arguments)
    # The daemon logs what comes through this pipe; Python would keep it until a block is full, or the process is killed.
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(line_buffering=True)
    # Before anything takes hold of the streams: the handlers of `logging` keep the one that they find.
    output.install()
    logging.basicConfig(level=options.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    try:
        # Before the app is imported: its code never sees the token.
        environment = WorkerEnvironment.take()
        if options.slots is not None:
            environment = environment._replace(slots=options.slots)
        app = _load(options.app)
        worker = Worker(app.tasks, environment, build=app.build)
    except JobsupError as error:
        print(f"jobsup worker: {error}", file=sys.stderr)
        return EXIT_USAGE
    signals.install(worker)
    return worker.run()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m jobsup", description="Python workers of the jobsup daemon.")
    commands = parser.add_subparsers(dest="command", required=True)
    worker = commands.add_parser(
        "worker",
        help="run the jobs that the daemon gives",
        description="Runs the tasks of an app. Started by jobsupd, which sets JOBSUP_SOCKET and JOBSUP_TOKEN.",
        epilog="Exit codes: 0 drained, 1 connection lost or refused, 2 wrong command line or environment.",
    )
    worker.add_argument("app", metavar="MODULE[:APP]", help="where the app is, mymodule:app; APP is 'app' if not said")
    worker.add_argument("--slots", type=_slots, metavar="N", help="jobs at once; default: JOBSUP_SLOTS, else 1")
    worker.add_argument(
        "--log-level", choices=["debug", "info", "warning", "error"], default="info", help="default: info"
    )
    return parser


def _slots(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= 0xFFFF:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 65535")
    return number


def _load(place: str) -> App:
    module_name, _, path = place.partition(":")
    # A worker finds the modules of the directory that it is started in, as it would with `python -c`.
    if os.getcwd() not in sys.path and "" not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        found = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not (module_name + ".").startswith(error.name + "."):
            raise
        raise JobsupError(f"there is no module {module_name!r} in {os.getcwd()} or on the Python path") from error
    for name in (path or "app").split("."):
        found = getattr(found, name, None)  # type: ignore[assignment]
    if not isinstance(found, App):
        raise JobsupError(f"{place!r} is no jobsup.App but {type(found).__name__}")
    return found


if __name__ == "__main__":
    sys.exit(main())
