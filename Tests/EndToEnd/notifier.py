"""A process that says things to its notify socket: the first argument is what it is, the others what it says.

    service      says it and stays
    worker       the same, and is a worker that takes jobs and never ends one
    stubborn     such a worker, deaf to SIGTERM, that says it five times a second for ever
"""

import os
import select
import signal
import socket
import struct
import sys

kind, *words = sys.argv[1:]
to = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)


def say() -> None:
    for word in words:
        to.sendto(word.encode(), os.environ["NOTIFY_SOCKET"])


if kind == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if kind == "service":
    say()
    while True:
        signal.pause()

token = os.environ["JOBSUP_TOKEN"].encode()
hello = struct.pack(">HHH", 1, 1, len(token)) + token + struct.pack(">HH", 0, 0)
peer = socket.socket(socket.AF_UNIX)
peer.connect(os.environ["JOBSUP_SOCKET"])
peer.sendall(struct.pack(">IB", len(hello) + 1, 1) + hello + struct.pack(">IB", 1, 2))
if kind == "worker":
    say()
while True:
    if kind == "stubborn":
        say()
    if select.select([peer], [], [], 0.2)[0] and not peer.recv(65536):
        break
