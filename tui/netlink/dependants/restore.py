"""Put back what interfaces held: addresses first, then routes, as `ip address restore` and `ip route restore` do."""

import errno
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tui.netlink.batch import send_each
from tui.netlink.dependants.item import read_held
from tui.netlink.dependants.record import Names, RouteOrAddress
from tui.netlink.wire import NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, message
from tui.netlink.writer import Writer

PATIENCE = 3.0
"""Seconds for what the kernel refuses at first: a new IPv6 address is no source of a route for up to 2 s (RFC 4862)."""
_PAUSE = 0.2


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back and what didn't, in words for people."""

    back: tuple[str, ...] = ()
    """Harmless to show."""
    missing: tuple[tuple[str, str], ...] = ()
    """(what, why); the reason may be the kernel's, unsafe to show before `visible`."""


def restore(wanted: Sequence[RouteOrAddress], sock: socket.socket, writer: Writer, names: Names) -> Restored:
    """Make what is missing of ``wanted`` anew, in its order; blocks for PATIENCE at most beyond the kernel's own time.

    What is there already stays as it is, somebody else's too. Raises OSError, NoAnswerError, WireError.
    """
    indexes = {index for held in wanted for index in held.indexes}
    there = {held.key for held in read_held(sock, indexes, names)} if wanted else set()
    missing = [held for held in wanted if held.key not in there]
    reasons = {held.key: held.why_not for held in missing if held.why_not}
    todo = [held for held in missing if not held.why_not]
    until = time.monotonic() + PATIENCE
    while todo:
        refused = [(held, ack) for held, ack in send_each(todo, _message, writer) if ack.errno != errno.EEXIST]
        reasons.update({held.key: ack.words for held, ack in refused})
        todo = [held for held, _ in refused]
        if time.monotonic() > until:
            break
        if todo:
            time.sleep(_PAUSE)
    if missing:
        # EEXIST tells only that something of that name is there: perhaps another route.
        there = {held.key for held in read_held(sock, indexes, names)}
    return Restored(
        tuple(held.text for held in missing if held.key in there),
        tuple(
            (held.text, reasons.get(held.key) or "something else is in its place")
            for held in missing
            if held.key not in there
        ),
    )


def _message(held: RouteOrAddress, seq: int, ack: bool) -> bytes:
    return message(held.type, NLM_F_CREATE | NLM_F_EXCL | (NLM_F_ACK if ack else 0), seq, held.body)
