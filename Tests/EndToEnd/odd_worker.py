"""A worker without any library that misbehaves in the way its first argument names.

    leave             READY, BYE, and gone, each time
    bye-once FILE     the first process sends BYE while a job is on its way to it, and ends; later ones do their work
    tired COUNT       does so many jobs, a tenth of a second each, and sends BYE
    hoard             does the first job, then keeps all others, and returns only what is cancelled
    poison            4 slots; holds jobs for a moment, and dies when one of them is called `poison`
"""

import os
import select
import socket
import struct
import sys
import time

READY, DONE, RETURN, BYE, JOB, CANCEL, DRAIN = 2, 3, 8, 10, 65, 66, 67


def frame(type: int, body: bytes = b"") -> bytes:
    return struct.pack(">IB", len(body) + 1, type) + body


def text(value: str) -> bytes:
    return struct.pack(">H", len(value)) + value.encode()


peer = socket.socket(socket.AF_UNIX)
peer.connect(os.environ["JOBSUP_SOCKET"])
mode = sys.argv[1]
slots = 4 if mode == "poison" else 1
hello = struct.pack(">HH", 1, slots) + text(os.environ["JOBSUP_TOKEN"]) + text("odd") + struct.pack(">H", 0)
peer.sendall(frame(1, hello) + frame(READY))
if mode == "leave":
    peer.sendall(frame(BYE, b"tired"))
    sys.exit()

received = b""
hand: list[tuple[bytes, str]] = []


def frames():
    """The frames that come, until there is silence while jobs are at hand."""
    global received
    while select.select([peer], [], [], 0.2 if hand else 600)[0]:
        data = peer.recv(65536)
        if not data:
            sys.exit()
        received += data
        while len(received) >= 5 and len(received) >= (size := 4 + struct.unpack_from(">I", received)[0]):
            whole, received = received[:size], received[size:]
            if whole[4] == DRAIN:
                peer.sendall(frame(BYE))
                sys.exit()
            yield whole[4], whole[5:]


if mode == "bye-once":
    try:
        os.close(os.open(sys.argv[2], os.O_CREAT | os.O_EXCL))
        for type, body in frames():
            if type == JOB:
                # As if the word had been sent before the job came.
                peer.sendall(frame(BYE, b"never saw it"))
                sys.exit()
    except FileExistsError:
        pass
if mode == "tired":
    rest = int(sys.argv[2])
    for type, body in frames():
        if type == JOB:
            time.sleep(0.1)
            peer.sendall(frame(DONE, body[:16] + struct.pack(">I", 100_000)))
            rest -= 1
        if rest == 0:
            peer.sendall(frame(BYE, b"tired"))
            sys.exit()
if mode == "hoard":
    first = True
    for type, body in frames():
        if type == JOB and first:
            # So short that the next ones are handed over in advance.
            peer.sendall(frame(DONE, body[:16] + struct.pack(">I", 1000)))
            first = False
        elif type == CANCEL:
            peer.sendall(frame(RETURN, body[:16]))
while True:
    for type, body in frames():
        if type == JOB:
            length = struct.unpack_from(">H", body, 32)[0]
            hand.append((body[:16], body[34 : 34 + length].decode()))
    if any(name == "poison" for _, name in hand):
        time.sleep(0.05)
        os.kill(os.getpid(), 9)
    for lease, _ in hand:
        peer.sendall(frame(DONE, lease + struct.pack(">I", 1000)))
    hand = []
