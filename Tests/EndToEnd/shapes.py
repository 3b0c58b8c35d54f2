"""Children that go wrong in the way that the first argument names; the others say how.

    bomb COUNT            a tree of COUNT sleeping descendants, then exit code 3
    bomb-and-wait COUNT   the same, and stays
    daemonize FILE        leaves a descendant with a session and an environment of its own, its pid in the file; success
    deaf                  ignores SIGTERM, SIGINT and SIGHUP
    freeze                stops itself with SIGSTOP
    close-all             closes every descriptor and stays
    bloat MEBIBYTES       takes that much memory at once and stays
    kill NUMBER           ends by that signal, with its default action
    last-words COUNT      that many lines on stderr, then exit code 4
    once FILE ARGUMENT…   the first process goes on as ARGUMENT…, later ones sleep
    killer                a worker of the daemon's protocol that dies with every job, whatever it is

Without imports that take long: many of them are started.
"""

import os
import signal
import sys
import time


def stay() -> None:
    while True:
        signal.pause()


def bomb(count: int) -> None:
    """Each starts two that start the rest: many parents die at the same time."""
    while count > 0:
        share = min(count, (count + 1) // 2)
        if os.fork() == 0:
            bomb(share - 1)
            stay()
        count -= share


def daemonize(path: str) -> None:
    read, write = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            with open(path, "w") as file:
                file.write(str(os.getpid()))
            os.close(read)
            os.write(write, b".")
            os.closerange(0, 4096)
            os.execve("/bin/sleep", ["sleep", "600"], {})
        os._exit(0)
    os.close(write)
    os.read(read, 1)


def kill(number: int) -> None:
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def bloat(mebibytes: int) -> None:
    memory = bytearray(mebibytes << 20)
    memory[::4096] = b"x" * len(memory[::4096])
    stay()


def last_words(count: int) -> None:
    for number in range(count):
        print(f"line {number}", file=sys.stderr)
    sys.exit(4)


def killer() -> None:
    import socket
    import struct

    def frame(type: int, body: bytes = b"") -> bytes:
        return struct.pack(">IB", len(body) + 1, type) + body

    def text(value: str) -> bytes:
        return struct.pack(">H", len(value)) + value.encode()

    peer = socket.socket(socket.AF_UNIX)
    peer.connect(os.environ["JOBSUP_SOCKET"])
    peer.sendall(
        frame(1, struct.pack(">HH", 1, 1) + text(os.environ["JOBSUP_TOKEN"]) + text("bad") + b"\0\0") + frame(2)
    )
    while data := peer.recv(65536):
        # WELCOME comes first; JOB is 65, and nothing else is of interest.
        while data:
            size = 4 + struct.unpack_from(">I", data)[0]
            if data[4] == 65:
                os.write(2, b"a bad build\n")
                # At once: Python would close the connection a while before it ends.
                os._exit(1)
            data = data[size:]


def main(mode: str, *rest: str) -> None:
    match mode:
        case "once":
            try:
                os.close(os.open(rest[0], os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                stay()
            main(*rest[1:])
        case "bomb":
            bomb(int(rest[0]))
            os._exit(3)
        case "bomb-and-wait":
            bomb(int(rest[0]))
            stay()
        case "daemonize":
            daemonize(rest[0])
        case "deaf":
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            print("deaf", flush=True)
            stay()
        case "freeze":
            os.kill(os.getpid(), signal.SIGSTOP)
            stay()
        case "close-all":
            os.closerange(0, 4096)
            stay()
        case "bloat":
            bloat(int(rest[0]))
        case "kill":
            kill(int(rest[0]))
            time.sleep(1)
        case "last-words":
            last_words(int(rest[0]))
        case "killer":
            killer()
        case _:
            sys.exit(f"no shape is called {mode}")


if __name__ == "__main__":
    main(*sys.argv[1:])
