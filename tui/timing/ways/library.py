"""The way of a library: pyroute2 with an ACK each. The one place of the timing that imports it."""

from collections.abc import Sequence
from typing import Any

from tui.model.change.attribute import Bit
from tui.timing.ways.change import Change, Member
from tui.timing.ways.client import UnavailableError


class LibraryClient:
    """One IPRoute, opened before the clock starts; the library's import isn't timed either."""

    def __init__(self) -> None:
        """Open it. Raises UnavailableError, OSError."""
        try:
            from pyroute2 import IPRoute
            from pyroute2.netlink.exceptions import NetlinkError
        except ImportError as error:
            raise UnavailableError(f"pyroute2 can't be imported ({error}).") from error
        self._refusal = NetlinkError
        self._route = IPRoute(ext_ack=True)

    def change(self, change: Change, members: Sequence[Member], group: int) -> None:
        """See Client."""
        verb, wanted = _words(change)
        link = self._route.link
        try:
            for member in members:
                link(verb, index=member.ifindex, **wanted)
        except self._refusal as error:
            raise OSError(error.code, str(error)) from error

    def close(self) -> None:
        """See Client."""
        self._route.close()


def _words(change: Change) -> tuple[str, dict[str, Any]]:
    """Return what the library is told: a verb, and what it needs besides."""
    if change.operation.deletes:
        return "del", {}
    if isinstance(change.operation.carrier, Bit):
        bit = change.operation.carrier.mask
        return "set", {"flags": bit if change.value else 0, "change": bit}
    return "set", {change.operation.library: change.value}


def open_library(way: str, first: Member) -> LibraryClient:
    """Return the client of the way pyroute2. Raises UnavailableError, OSError."""
    return LibraryClient()
