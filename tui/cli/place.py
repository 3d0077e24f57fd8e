"""Where a command looks: this network namespace or another, entered before any thread exists."""

import argparse
import os

from tui.cli.output import remark
from tui.files.names.file import NameFile
from tui.model.change.shell import ip_in
from tui.netlink.namespace import enter_named
from tui.netlink.sockets import open_socket


def enter(netns: str | None) -> None:
    """Enter a network namespace, by its name or path; None: stay. Raises OSError, also where there is no netlink."""
    if netns is not None:
        enter_named(netns)
    # One sentence now, where there is no netlink, instead of a screen that never fills.
    open_socket().close()


def ip_there(netns: str | None) -> str:
    """Return how `ip` is called where we look. Raises ValueError for a name that no line of a shell can hold."""
    if netns is None:
        return "ip"
    try:
        return ip_in(os.path.abspath(netns) if "/" in netns else netns)
    except ValueError as error:
        raise ValueError(f"--netns: {error}") from None


def names_there(options: argparse.Namespace) -> NameFile:
    """Return the name map, read; what is wrong with it is said. Raises ValueError as `ip_there`."""
    names = NameFile(options.names, ip_there(options.netns))
    names.refresh()
    if names.problem:
        remark(names.problem)
    return names
