"""One run: the clock, the processor time, and the proof that every member really changed."""

import resource
from collections.abc import Sequence
from time import perf_counter
from typing import NamedTuple

from tui.netlink.dump import read_links
from tui.timing.ways.change import Change, Member
from tui.timing.ways.client import Client


class Measured(NamedTuple):
    """What one run took; seconds all."""

    begun: float
    """When it began: time.perf_counter()."""
    seconds: float
    """From the first instruction of the client to the last answer, or the end of its last process."""
    ack_s: float | None
    """From the first message sent to the last answer; None where other processes send."""
    user_s: float
    """Processor time in user mode, of this process and those it started."""
    system_s: float
    """Processor time in the kernel, of the same."""


class NotChangedError(Exception):
    """A run that did not do what it should; the text says what, one sentence."""


def timed(client: Client, change: Change, members: Sequence[Member], group: int) -> Measured:
    """Make one change and measure it. Raises OSError for what refused; nothing was measured then."""
    own, children = _usage()
    begun = perf_counter()
    sent = client.change(change, members, group)
    ended = perf_counter()
    own_after, children_after = _usage()
    return Measured(
        begun,
        ended - begun,
        None if sent is None else ended - sent,
        own_after.ru_utime - own.ru_utime + children_after.ru_utime - children.ru_utime,
        own_after.ru_stime - own.ru_stime + children_after.ru_stime - children.ru_stime,
    )


def _usage() -> tuple[resource.struct_rusage, resource.struct_rusage]:
    return resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)


def unchanged(change: Change, members: Sequence[Member]) -> list[Member]:
    """Read everything back; return the members that aren't as ``change`` wants them. Raises OSError."""
    links = read_links()
    return [member for member in members if not change.met_by(links.get(member.ifindex))]


def verify(change: Change, members: Sequence[Member]) -> None:
    """Read everything back. Raises NotChangedError if a member did not change, OSError."""
    if left := unchanged(change, members):
        what = "are still there" if change.operation.deletes else "did not change"
        raise NotChangedError(f"{len(left):,} of {len(members):,} interfaces {what} (the first is {left[0].name}).")
