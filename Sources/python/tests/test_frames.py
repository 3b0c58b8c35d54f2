"""The codec against the test vectors, and frames however the stream is cut."""

from __future__ import annotations

import random
import unittest

from jobsup import frames
from jobsup.errors import ProtocolError
from jobsup.frames import FrameSplitter

from .vectors import VECTORS, plain


class Vectors(unittest.TestCase):
    def test_every_frame_type_has_one(self) -> None:
        self.assertEqual({vector["type"] for vector in VECTORS["frames"]}, set(frames.LAYOUTS))

    def test_fields_become_these_bytes(self) -> None:
        for vector in VECTORS["frames"]:
            with self.subTest(name=vector["name"], case=vector["case"]):
                self.assertEqual(frames.LAYOUTS[vector["type"]].name, vector["name"])
                data = frames.encode(vector["type"], **plain(vector["fields"]))
                self.assertEqual(data.hex(), vector["hex"])

    def test_these_bytes_become_fields(self) -> None:
        for vector in VECTORS["frames"] + VECTORS["mended"]:
            with self.subTest(name=vector["name"], case=vector.get("case")):
                ((kind, body),) = FrameSplitter().feed(bytes.fromhex(vector["hex"]))
                self.assertEqual(frames.LAYOUTS[kind].name, vector["name"])
                self.assertEqual(frames.decode(kind, body), plain(vector["fields"]))

    def test_the_fast_ways_are_the_same(self) -> None:
        for vector in VECTORS["frames"]:
            fields = plain(vector["fields"])
            with self.subTest(name=vector["name"], case=vector["case"]):
                if vector["name"] == "DONE":
                    self.assertEqual(frames.encode_done(*fields.values()).hex(), vector["hex"])
                if vector["name"] == "JOB":
                    body = bytes.fromhex(vector["hex"])[5:]
                    self.assertEqual(frames.decode_job(body), tuple(fields.values()))

    def test_malformed_ones_are_refused(self) -> None:
        for vector in VECTORS["malformed"]:
            with self.subTest(case=vector["case"]), self.assertRaises(ProtocolError):
                splitter = FrameSplitter(vector.get("max_frame", 1 << 16))
                for kind, body in splitter.feed(bytes.fromhex(vector["hex"])):
                    fields = frames.decode(kind, body)
                    if fields.get("protocol") != frames.PROTOCOL and vector["code"] == "wrong_protocol":
                        raise ProtocolError("the caller judges the version")
                    if kind == frames.JOB:
                        frames.decode_job(body)

    def test_malformed_jobs_are_refused_in_the_fast_way_too(self) -> None:
        cases = [vector for vector in VECTORS["malformed"] if vector["case"].startswith("JOB")]
        self.assertGreater(len(cases), 3)
        for vector in cases:
            with self.subTest(case=vector["case"]), self.assertRaises(ProtocolError):
                frames.decode_job(bytes.fromhex(vector["hex"])[5:])


class Splitting(unittest.TestCase):
    def setUp(self) -> None:
        self.stream = bytes.fromhex(VECTORS["stream"]["hex"])
        self.whole = FrameSplitter().feed(self.stream)
        self.assertEqual(
            [frames.LAYOUTS[kind].name for kind, _ in self.whole],
            [frame["name"] for frame in VECTORS["stream"]["frames"]],
        )

    def test_at_every_boundary(self) -> None:
        for cut in range(len(self.stream) + 1):
            splitter = FrameSplitter()
            arrived = splitter.feed(self.stream[:cut]) + splitter.feed(self.stream[cut:])
            self.assertEqual(arrived, self.whole, f"cut at {cut}")

    def test_in_pieces_of_any_size(self) -> None:
        for size in (1, 2, 3, 4, 5, 6, 7, 64, 100):
            splitter = FrameSplitter()
            arrived = []
            for at in range(0, len(self.stream), size):
                arrived += splitter.feed(self.stream[at : at + size])
            self.assertEqual(arrived, self.whole, f"pieces of {size}")

    def test_a_large_frame_in_small_pieces(self) -> None:
        payload = random.Random(1).randbytes(3 << 20)
        data = frames.encode(frames.DONE, job=1, lease=2, run_us=3, result=payload)
        splitter = FrameSplitter(max_frame=4 << 20)
        arrived = []
        for at in range(0, len(data), 1000):
            arrived += splitter.feed(data[at : at + 1000])
        self.assertEqual(frames.decode(*arrived[0])["result"], payload)

    def test_too_large_is_refused_by_its_length_alone(self) -> None:
        with self.assertRaisesRegex(ProtocolError, "a frame of 101 bytes; at most 100"):
            FrameSplitter(max_frame=100).feed((101).to_bytes(4, "big"))
        largest = FrameSplitter(max_frame=100).feed((100).to_bytes(4, "big") + bytes([10]) + b"x" * 99)
        self.assertEqual(len(largest[0][1]), 99)

    def test_garbage_is_refused_or_waits_but_never_crashes(self) -> None:
        chance = random.Random(7)
        for _ in range(3000):
            data = bytearray(self.stream)
            for _ in range(3):
                data[chance.randrange(len(data))] = chance.randrange(256)
            try:
                for kind, body in FrameSplitter().feed(bytes(data)):
                    frames.decode(kind, body)
            except ProtocolError:
                pass

    def test_numbers_out_of_range_are_refused(self) -> None:
        with self.assertRaises(ValueError):
            frames.encode(frames.RETURN, job=2**64, lease=0)
        with self.assertRaises(ValueError):
            frames.encode(frames.RETURN, job=-1, lease=0)
        with self.assertRaises(ValueError):
            frames.encode(frames.ERROR, code="x" * 65536, message="")
