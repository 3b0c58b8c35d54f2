"""Which job wrote a line: the tags, what is left alone, and what nothing may break."""

from __future__ import annotations

import asyncio
import contextvars
import io
import json
import logging
import os
import sys
import threading
import unittest
from typing import Any

from jobsup import frames, output
from jobsup.context import Job, current
from jobsup.output import LINE_LIMIT, TaggedStream

from .peer import DEADLINE, Peer, WorkerProcess


def job(number: int) -> Job:
    return Job(number, number + 1000, 1, 5, 0, 0, "t", "q", "", b"", None)  # type: ignore[arg-type]


def tag(number: int) -> bytes:
    return b"\x1e%d\x1f" % number


class Writes(io.RawIOBase):
    """What arrives at the descriptor, write by write."""

    def __init__(self) -> None:
        self.all: list[bytes] = []

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 77

    def write(self, data: Any) -> int:
        self.all.append(bytes(data))
        return len(data)


class Tags(unittest.TestCase):
    def setUp(self) -> None:
        self.raw = Writes()
        self.original = io.TextIOWrapper(io.BufferedWriter(self.raw), encoding="utf-8")
        self.stream = TaggedStream(self.original)
        self.addCleanup(output._streams.remove, self.stream)

    @property
    def written(self) -> bytes:
        return b"".join(self.raw.all)

    def within(self, job: Job | None, function: Any, *arguments: Any) -> Any:
        def call() -> Any:
            current.set(job)
            return function(*arguments)

        return contextvars.Context().run(call)

    def test_each_line_begins_with_its_job_and_is_one_write(self) -> None:
        self.assertEqual(self.within(job(7), self.stream.write, "one\n\ntwo grün\n"), 14)
        self.assertEqual(self.raw.all, [tag(7) + b"one\n" + tag(7) + b"\n" + tag(7) + "two grün\n".encode()])

    def test_print_in_parts_is_one_line(self) -> None:
        def parts() -> None:
            print("a", 1, file=self.stream)
            print("b", end="", file=self.stream)
            print("", end="", file=self.stream, flush=True)
            print("c", file=self.stream)

        self.within(job(7), parts)
        self.assertEqual(self.written, tag(7) + b"a 1\n" + tag(7) + b"bc\n")

    def test_lines_of_two_jobs_do_not_mix(self) -> None:
        one, two = job(1), job(2)
        for text in ("a", "b", "c"):
            self.within(one, self.stream.write, text)
            self.within(two, self.stream.write, text.upper())
        self.within(two, self.stream.write, "\n")
        self.within(one, self.stream.write, "\n")
        self.assertEqual(self.written, tag(2) + b"ABC\n" + tag(1) + b"abc\n")

    def test_what_is_no_jobs_has_no_tag(self) -> None:
        self.stream.write("worker\npart")
        self.within(job(1), self.stream.write, "job\n")
        self.stream.flush()
        self.assertEqual(self.written, b"worker\n" + tag(1) + b"job\n" + b"part\n")

    def test_the_end_of_the_job_ends_its_line_alone(self) -> None:
        one, two = job(1), job(2)
        self.within(one, self.stream.write, "one")
        self.within(two, self.stream.write, "two")
        thread = threading.Thread(target=self.within, args=(one, self.stream.write, "thread"))
        thread.start()
        thread.join(DEADLINE)
        output.end_job(one)
        self.assertEqual(self.written, tag(1) + b"one\n" + tag(1) + b"thread\n")
        output.end_job(two)
        output.end_job(two)
        self.assertTrue(self.written.endswith(tag(2) + b"two\n"))

    def test_a_long_line_is_cut_and_each_piece_has_the_tag(self) -> None:
        one = job(12)
        text = "é" * 10_000
        self.within(one, self.stream.write, "x" + text + "\nshort\n")
        lines = self.written.split(b"\n")
        self.assertEqual(lines.pop(), b"")
        self.assertEqual(lines.pop(), tag(12) + b"short")
        self.assertTrue(all(line.startswith(tag(12)) and len(line) <= LINE_LIMIT for line in lines))
        self.assertEqual(b"".join(line[len(tag(12)) :] for line in lines).decode(), "x" + text)
        self.assertEqual(len(lines), 3)

    def test_a_line_that_never_ends_is_not_kept(self) -> None:
        one = job(1)
        for _ in range(100):
            self.within(one, self.stream.write, "x" * 1000)
        self.assertGreater(len(self.written), 90_000)
        self.assertLess(sum(map(len, self.stream.begun.values())), LINE_LIMIT)

    def test_lines_begun_by_many_are_bounded(self) -> None:
        for number in range(1, 3 * output.BEGUN_LIMIT):
            self.within(job(number), self.stream.write, "begun")
        self.assertLessEqual(len(self.stream.begun), output.BEGUN_LIMIT)
        self.assertTrue(self.written.startswith(tag(1) + b"begun\n"))

    def test_tasks_of_one_loop_do_not_mix(self) -> None:
        async def handler(number: int) -> None:
            current.set(job(number))
            for word in ("a", "b"):
                print(word, end="", file=self.stream)
                await asyncio.sleep(0)
            print(file=self.stream)

        async def both() -> None:
            await asyncio.gather(handler(1), handler(2))

        asyncio.run(both())
        self.assertEqual(sorted(self.written.splitlines()), [tag(1) + b"ab", tag(2) + b"ab"])

    def test_threads_do_not_mix(self) -> None:
        def handler(number: int) -> None:
            current.set(job(number))
            for count in range(200):
                print(number, end=" ", file=self.stream)
                print(count, file=self.stream)

        threads = [
            threading.Thread(target=contextvars.Context().run, args=(handler, number)) for number in range(1, 5)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(DEADLINE)
        for number in range(1, 5):
            lines = [line for line in self.written.splitlines() if line.startswith(tag(number))]
            self.assertEqual(lines, [tag(number) + b"%d %d" % (number, count) for count in range(200)])

    def test_logging_goes_the_same_way(self) -> None:
        logger = logging.Logger("shop")
        logger.addHandler(logging.StreamHandler(self.stream))
        self.within(job(3), logger.warning, "two\nlines")
        self.assertEqual(self.written, tag(3) + b"two\n" + tag(3) + b"lines\n")

    def test_the_rest_is_the_streams_own(self) -> None:
        self.assertIs(self.stream.buffer, self.original.buffer)
        self.assertEqual((self.stream.fileno(), self.stream.isatty(), self.stream.encoding), (77, False, "utf-8"))
        self.stream.reconfigure(errors="backslashreplace")
        self.within(job(1), self.stream.writelines, ["\udc80", "\n"])
        self.assertEqual(self.written, tag(1) + b"\\udc80\n")
        self.within(job(1), self.stream.buffer.write, b"raw \x1e\n")
        self.stream.flush()
        self.assertEqual(self.written, tag(1) + b"\\udc80\n" + b"raw \x1e\n")

    def test_what_cannot_be_written_is_told_at_once(self) -> None:
        for wrong, error in ((b"bytes", TypeError), (None, TypeError), ("\udc80", UnicodeEncodeError)):
            with self.assertRaises(error):
                self.within(job(1), self.stream.write, wrong)
        self.assertEqual(self.written, b"")

    def test_a_stream_that_is_closed_costs_no_job(self) -> None:
        one = job(1)
        self.within(one, self.stream.write, "begun")
        self.original.close()
        output.end_job(one)

    def test_a_signals_handler_may_print_while_print_runs(self) -> None:
        def within_write(data: Any) -> int:
            self.raw.write = lambda data: len(data)  # type: ignore[method-assign]
            self.assertEqual(self.stream.write("no newline"), 10)
            return len(data)

        self.raw.write = within_write  # type: ignore[method-assign]
        self.within(job(1), self.stream.write, "line\n")

    def test_a_forked_child_repeats_nothing(self) -> None:
        one = job(1)
        self.within(one, self.stream.write, "the parent's ")
        holds, may_end = threading.Event(), threading.Event()

        def hold() -> None:
            with self.stream._lock:
                holds.set()
                may_end.wait(DEADLINE)

        thread = threading.Thread(target=hold)
        thread.start()
        holds.wait(DEADLINE)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            self.within(one, self.stream.write, "the child's\n")
            os.write(writer, self.written)
            os._exit(0)
        may_end.set()
        thread.join(DEADLINE)
        os.close(writer)
        self.assertEqual(os.read(reader, 1000), tag(1) + b"the child's\n")
        os.waitpid(child, 0)
        os.close(reader)

    def test_without_the_variable_nothing_changes(self) -> None:
        before = (sys.stdout, sys.stderr)
        for variables in ({}, {"JOBSUP_OUTPUT_TAGS": ""}, {"JOBSUP_OUTPUT_TAGS": "0"}):
            output.install(variables)
            self.assertEqual((sys.stdout, sys.stderr), before)


class Workers(unittest.TestCase):
    """Real workers: what arrives at the other ends of their pipes."""

    def run_worker(self, app: str, jobs: list[tuple[str, Any]], **variables: str) -> tuple[bytes, bytes]:
        with Peer() as peer, WorkerProcess(peer, f"tests.output_handlers:{app}", **variables) as worker:
            daemon = peer.accept()
            daemon.welcome()
            for number, (kind, payload) in enumerate(jobs, 1):
                daemon.job(number, kind, json.dumps(payload).encode())
            for _ in jobs:
                daemon.expect(frames.DONE)
            daemon.send(frames.DRAIN)
            daemon.expect(frames.BYE)
            daemon.close()
            out, errors = worker.process.communicate(timeout=DEADLINE)
            self.assertEqual(worker.process.returncode, 0, errors)
            return out.encode(), errors.encode()

    def test_threads_coroutines_and_one_slot(self) -> None:
        for app, slots in (("plain", "1"), ("plain", "4"), ("loop", "4")):
            with self.subTest(app=app, slots=slots):
                jobs = [("talk", number) for number in range(1, 9)]
                out, errors = self.run_worker(app, jobs, JOBSUP_SLOTS=slots, JOBSUP_OUTPUT_TAGS="1")
                for number in range(1, 9):
                    own = tag(number)
                    self.assertEqual(
                        [line for line in out.splitlines() if line.startswith(own)],
                        [own + b"%d begins" % number, own + b"%d in parts" % number, own + b"%d has no end" % number],
                    )
                    self.assertIn(own + b"WARNING shop: %d warns\n" % number, errors)
                self.assertEqual(len(out.splitlines()), 24)

    def test_without_the_variable_nothing_is_tagged(self) -> None:
        out, errors = self.run_worker("plain", [("talk", 1)])
        self.assertEqual(out, b"1 begins\n1 in parts\n1 has no end")
        self.assertNotIn(b"\x1e", errors)
