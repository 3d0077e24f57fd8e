"""Ask the kernel one thing over a netlink socket, and believe nobody but the kernel, and no answer but our own."""

import select
import socket
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

from tui.netlink.dump import NoAnswerError, until_whole
from tui.netlink.sockets import READ_SIZE
from tui.netlink.wire import (
    HEADER,
    NLM_F_ACK,
    NLM_F_DUMP,
    NLM_F_DUMP_INTR,
    NLMSG_DONE,
    NLMSG_ERROR,
    WireError,
    decode_ack,
    message,
    messages,
)

TIMEOUT = 2.0
"""Seconds to wait for each part of an answer."""


class Body(NamedTuple):
    """One message of an answer, without its header."""

    type: int
    data: bytes
    interrupted: bool
    """Whether a change came between the parts of this dump (NLM_F_DUMP_INTR): it may not be complete."""


def ask(sock: socket.socket, kind: int, body: bytes, *, dump: bool, timeout: float = TIMEOUT) -> Iterator[Body]:
    """Send a request of type ``kind``, and yield the messages of its answer; the one of a look-up, or all of a dump.

    ``timeout`` is in seconds, for each part of the answer. Raises OSError with the kernel's words where it refuses,
    NoAnswerError, WireError.
    """
    return (body for body in _answer(sock, kind, body, dump, timeout) if body.type != NLMSG_DONE)


def ask_all(sock: socket.socket, kind: int, body: bytes, answer: int, timeout: float = TIMEOUT) -> list[bytes]:
    """Return the bodies of a dump's messages of type ``answer``, dumping anew while changes interrupt.

    Raises like `ask`.
    """

    def dump() -> tuple[list[bytes], bool]:
        found = list(_answer(sock, kind, body, True, timeout))
        return [body.data for body in found if body.type == answer], any(body.interrupted for body in found)

    return until_whole(dump)[0]


def _answer(sock: socket.socket, kind: int, body: bytes, dump: bool, timeout: float) -> Iterator[Body]:
    """Yield the end of a dump too: it alone may say that a change came before it (netlink_dump_done, af_netlink.c)."""
    # Each question has a number of its own: what an earlier one left unread is no answer to it.
    seq = time.monotonic_ns() & 0x7FFFFFFF
    sock.send(message(kind, NLM_F_DUMP if dump else NLM_F_ACK, seq, body))
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    while poll.poll(timeout * 1000):
        data, sender = sock.recvfrom(READ_SIZE)
        if sender[0] != 0:
            continue
        for head in messages(data):
            if head.seq != seq:
                continue
            if head.type == NLMSG_ERROR:
                ack = decode_ack(data, head)
                if ack.errno:
                    raise OSError(ack.errno, ack.words)
                return
            said = Body(head.type, data[head.start + HEADER.size : head.end], bool(head.flags & NLM_F_DUMP_INTR))
            if said.type == NLMSG_DONE:
                _raise_for(said.data)
            yield said
            if said.type == NLMSG_DONE:
                return
    raise NoAnswerError(f"the kernel did not answer within {timeout:g} s")


def _raise_for(end: bytes) -> None:
    """Raise OSError if a dump ended with an error, WireError if that can't be told."""
    if len(end) < 4:
        raise WireError(f"the end of a dump holds {len(end)} bytes; its error code has 4")
    if errno := -int.from_bytes(end[:4], sys.byteorder, signed=True):
        raise OSError(errno, "the kernel ended its answer early")
