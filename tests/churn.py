"""Another process that changes links at random, as fast as it can: ``python -m tests.churn KIND SEED STEPS``.

STEPS 0: one group's MTU, for ever. Says "ready" on standard output before it begins, and ends when its standard
input does.
"""

import itertools
import os
import random
import select
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.changes import setting
from tui.netlink import wire

RTM_DELLINK, RTM_SETLINK = 17, 19
FIRST, SLOTS = 2000, 24


def _info(index: int) -> bytes:
    return struct.pack("=BxHiII", 0, 0, index, 0, 0)


def _add(index: int, name: bytes, kind: bytes, group: int) -> bytes:
    info = wire.attribute(18, wire.attribute(1, kind + b"\0"))
    body = _info(index) + wire.attribute(3, name + b"\0") + info + wire.u32(27, group)
    return wire.message(16, wire.NLM_F_CREATE | wire.NLM_F_EXCL, 1, body)


def step(chance: random.Random, kind: bytes, serial: int) -> bytes:
    """Return a message that adds, deletes, renames, retags or sets something; it may well be refused."""
    index = FIRST + chance.randrange(SLOTS)
    what = chance.choices(
        ("add", "delete", "rename", "retag", "mtu", "state", "group mtu", "group state"), (6, 1, 4, 8, 5, 5, 2, 2)
    )[0]
    name, group = f"c{serial}".encode(), chance.randrange(4)
    up = chance.random() < 0.5
    mtu = chance.choice((1280, 1400, 1500))
    match what:
        case "add":
            return _add(index, name, kind, group)
        case "delete":
            return wire.message(RTM_DELLINK, 0, 1, _info(index))
        case "rename":
            return wire.message(RTM_SETLINK, 0, 1, _info(index) + wire.attribute(3, name + b"\0"))
        case "retag":
            return wire.link_change(1, index, setting(group=group), ack=False)
        case "mtu":
            return wire.link_change(1, index, setting(mtu=mtu), ack=False)
        case "state":
            return wire.link_change(1, index, setting(up=up), ack=False)
        case "group mtu":
            return wire.group_change(1, 1 + group, setting(mtu=mtu))
        case _:
            return wire.group_change(1, 1 + group, setting(up=up))


def _send(sock: socket.socket, data: bytes) -> None:
    sock.send(data)
    try:
        while sock.recv(1 << 16, socket.MSG_DONTWAIT):
            pass
    except OSError:
        return  # read empty, or overrun: the answers don't matter


def main(kind: str, seed: int, steps: int) -> None:
    """Change links until the steps are done, or standard input ends."""
    chance = random.Random(seed)
    storm = b"".join(wire.group_change(1, 1, setting(mtu=1400 + n % 2)) for n in range(32))
    os.write(1, b"ready\n")
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.bind((0, 0))
        for serial in range(steps) if steps else itertools.count():
            if steps:
                _send(sock, step(chance, kind.encode(), serial))
            else:
                _send(sock, storm)
            if (not steps or serial % 64 == 0) and select.select([0], [], [], 0)[0]:
                return


@contextmanager
def churning(kind: str, seed: int, steps: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run this module beside the test; end it with the block."""
    words = [sys.executable, "-m", "tests.churn", kind, str(seed), str(steps)]
    root = Path(__file__).parent.parent
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        try:
            yield process
        finally:
            process.kill()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
