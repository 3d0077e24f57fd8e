"""What every way's client has in common, and the choice of one by its id."""

from collections.abc import Callable, Sequence
from typing import Protocol

from tui.timing.change import Change, Member


class UnavailableError(Exception):
    """This machine can't run a way; the text says why, one sentence."""


class Client(Protocol):
    """Makes a change in one way, as often as it is asked to; opened before the clock starts."""

    def change(self, change: Change, members: Sequence[Member], group: int) -> float | None:
        """Make it; return when the first message left (time.perf_counter()), None where there is none of ours.

        Raises OSError for what refused.
        """

    def close(self) -> None:
        """Give back what it holds."""


def open_client(way: str, first: Member) -> Client:
    """Return the client of ``way``; ``first`` is a member to try it out on. Raises UnavailableError, OSError."""
    return _opener(way)(way, first)


def _opener(way: str) -> Callable[[str, Member], Client]:
    # Each way's module on demand: pyroute2's costs what all others cost together.
    if way in ("group", "sendmsg", "ack"):
        from tui.timing.by_netlink import open_netlink

        return open_netlink
    if way in ("ip-group", "ip-batch", "process"):
        from tui.timing.by_ip import open_ip

        return open_ip
    if way in ("ioctl", "sysfs"):
        from tui.timing.by_file import open_file

        return open_file
    from tui.timing.library import open_library

    return open_library
