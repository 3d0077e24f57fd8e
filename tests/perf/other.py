"""The other process: changes links over a bare socket, as it is told on standard input, one JSON object a line."""

import json
import random
import select
import socket
import struct
import sys
import time

from tests.changes import setting
from tui.netlink import wire

_RTM_DELLINK = 17
_NAMED = 1_048_576  # the first index, and number, of the links that `_names` makes
_AGES = 8  # groups of them, of which the oldest goes
_EACH = 8  # one of so many changes makes a link, the others rename one
_BATCH = 16  # changes a send


def _send(sock: socket.socket, data: bytes) -> tuple[float, float]:
    """Send, wait for the ACK; return when either was."""
    begun = time.monotonic()
    sock.send(data)
    sock.recv(1 << 16)
    return begun, time.monotonic()


def _loop(sock: socket.socket, messages: list[bytes]) -> float:
    """Send the messages in turn until there is a new order; return the seconds that one took, on average."""
    begun, sent = time.monotonic(), 0
    while not _told():
        _send(sock, messages[sent % len(messages)])
        sent += 1
    return (time.monotonic() - begun) / max(1, sent)


def _random(sock: socket.socket, first: int, links: int, rows: int, period: float) -> int:
    """Change the MTU of so many random links each period; return how often that was done."""
    chance, done, due = random.Random(7), 0, time.monotonic()
    while not _told(max(0.0, due - time.monotonic())):
        due += period
        indexes = chance.sample(range(first, first + links), min(rows, links))
        for at in range(0, len(indexes), 100):
            part = indexes[at : at + 100]
            last = part[-1]
            _send(
                sock,
                b"".join(
                    wire.link_change(1, i, setting(mtu=chance.randrange(1400, 1500)), ack=i == last) for i in part
                ),
            )
        done += 1
    return done


def _names(sock: socket.socket, rate: int, links: int) -> int:
    """Rename and make so many links a second, never with a name again, the oldest going; return how often."""
    share, made, done, begun = links // _AGES, _NAMED, 0, time.monotonic()
    while not _told(max(0.0, begun + done / rate - time.monotonic())):
        batch = []
        for serial in range(_NAMED + done, _NAMED + done + _BATCH):
            if serial % _EACH and made > _NAMED:
                renamed = random.randrange(max(_NAMED, made - (_AGES - 1) * share), made)
                batch.append(wire.message(wire.RTM_SETLINK, 0, 1, _info(renamed) + _name(b"r", serial)))
                continue
            batch.append(_made(made, made // share))
            made += 1
            if made % share == 0:
                # One by one the kernel deletes some fifty links a second, and a whole group at once.
                oldest = wire.u32(wire.IFLA_GROUP, made // share - _AGES)
                batch.append(wire.message(_RTM_DELLINK, 0, 1, _info(0) + oldest))
        _send(sock, b"".join([*batch, wire.link_change(1, made - 1, setting(mtu=1400 + done % 2))]))
        done += _BATCH
    return done


def _made(index: int, group: int) -> bytes:
    info = wire.attribute(wire.IFLA_LINKINFO, wire.attribute(wire.IFLA_INFO_KIND, b"ifb\0"))
    body = _info(index) + _name(b"n", index) + info + wire.u32(wire.IFLA_GROUP, group)
    return wire.message(wire.RTM_NEWLINK, wire.NLM_F_CREATE | wire.NLM_F_EXCL, 1, body)


def _info(index: int) -> bytes:
    return struct.pack("=BxHiII", 0, 0, index, 0, 0)


def _name(letter: bytes, serial: int) -> bytes:
    return wire.attribute(wire.IFLA_IFNAME, b"%b%d\0" % (letter, serial))


def _told(wait: float = 0.0) -> bool:
    return bool(select.select([sys.stdin], [], [], wait)[0])


def main() -> None:
    """Carry out orders until standard input ends."""
    print("null", flush=True)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.bind((0, 0))
        # Not `for line in sys.stdin`, which would read ahead of what select sees.
        while line := sys.stdin.readline():
            order = json.loads(line)
            match order.pop("do"):
                case "once":
                    result: object = _send(sock, bytes.fromhex(order["data"][0]))
                case "loop":
                    result = _loop(sock, [bytes.fromhex(data) for data in order["data"]])
                case "random":
                    result = _random(sock, **order)
                case "names":
                    result = _names(sock, **order)
                case _:
                    result = None
            print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
