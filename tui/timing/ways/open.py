"""The choice of a way's client by the way's id."""

from collections.abc import Callable

from tui.timing.ways.change import Member
from tui.timing.ways.client import Client


def open_client(way: str, first: Member) -> Client:
    """Return the client of ``way``; ``first`` is a member to try it out on. Raises UnavailableError, OSError."""
    return _opener(way)(way, first)


def _opener(way: str) -> Callable[[str, Member], Client]:
    # Each way's module on demand: pyroute2's costs what all others cost together.
    match way:
        case "group" | "sendmsg" | "ack":
            from tui.timing.ways.netlink import open_netlink

            return open_netlink
        case "ip-group" | "ip-batch" | "process":
            from tui.timing.ways.ip import open_ip

            return open_ip
        case "ioctl" | "sysfs":
            from tui.timing.ways.file import open_file

            return open_file
        case "pyroute2":
            from tui.timing.ways.library import open_library

            return open_library
    raise ValueError(f"no client makes changes the way “{way}”")
