"""The other process: changes links over a bare socket, as it is told on standard input, one JSON object a line."""

import json
import random
import select
import socket
import sys
import time

from tui.netlink import wire


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
                b"".join(wire.link_change(1, i, mtu=chance.randrange(1400, 1500), ack=i == last) for i in part),
            )
        done += 1
    return done


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
                case _:
                    result = None
            print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
