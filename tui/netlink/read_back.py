"""What a change has come to: a full check once the kernel has answered."""

from collections.abc import Container
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Protocol

from tui.model.change.intent import Intent
from tui.model.change.outcome import Outcome, Reply, compare
from tui.model.store import Snapshot
from tui.netlink.dump import StoppedError

_SLOWER = 5  # times that a kernel may take what we think: other machines, and others at work on this one


class Checker(Protocol):
    """Who can make a full check: the monitor."""

    def check(self) -> Future[Snapshot]:
        """Return what is known once a check that begins now was taken in."""

    def expect_check(self) -> None:
        """Take note that a check will be asked for soon."""


def ack_deadline(members: int, estimate: float = 0.0) -> float:
    """Return how long to wait for an ACK, in seconds; ``estimate``: how long the kernel may need for it.

    The kernel answers after the last member. Bringing 16,384 links up takes 0.2 s without IPv6 and half a minute
    with it (measured on 6.18), so this is generous: the screen tells meanwhile that the answer is awaited.
    """
    return 10.0 + 0.005 * members + _SLOWER * estimate


def read_back(
    intent: Intent,
    before: Snapshot,
    agreed: Container[int],
    reply: Reply,
    checker: Checker,
    met: Container[int] | None = None,
) -> Outcome:
    """Make a full check and compare it with what was asked; the rest as for `compare`."""
    if (after := look(checker, len(intent.members))) is None:
        return Outcome(intent, reply, before, checked=False)
    return compare(intent, before, agreed, after, reply, met)


def look(checker: Checker, members: int) -> Snapshot | None:
    """Make a full check once ``members`` interfaces were to change; None: it didn't come about in time."""
    try:
        return checker.check().result(ack_deadline(members))
    except (FutureTimeoutError, StoppedError):
        return None
