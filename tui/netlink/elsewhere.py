"""Another netns, looked at from this one: what is in it, and who of ours can't go there."""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tui.model.change.move import Netns
from tui.model.link import Link
from tui.netlink.ask import ask_all
from tui.netlink.dump import read_links
from tui.netlink.namespace import CLONE_NEWNET, NamespaceError, open_named, setns
from tui.netlink.sockets import open_socket
from tui.netlink.wire import IFINFO, RTM_GETLINK, RTM_NEWLINK, attributes

_IFLA_NETNS_IMMUTABLE = 67  # linux/if_link.h, since 6.15
_TIED = frozenset((b"bridge", b"bond", b"team", b"vrf", b"hsr"))
"""Kinds that set `netns_immutable` (before 6.15 NETIF_F_NETNS_LOCAL), for kernels that don't tell."""


@contextmanager
def opened(name: str) -> Iterator[tuple[int, tuple[int, int]]]:
    """Open a netns by its name or path; yield the descriptor, and which one it is. Raises NamespaceError."""
    descriptor = open_named(name)
    try:
        yield descriptor, _identity(descriptor)
    finally:
        os.close(descriptor)


def look_there(name: str) -> Netns:
    """Return what is in another netns. Blocks. Raises OSError (NamespaceError: one sentence), WireError."""
    with opened(name) as (descriptor, identity):
        return Netns(name, identity, links_in(descriptor, name), here=identity == _identity("/proc/thread-self/ns/net"))


def links_in(descriptor: int, name: str) -> Mapping[int, Link]:
    """Return all links of the netns of ``descriptor``, called ``name``; raises as `look_there`."""
    found: dict[int, Link] = {}
    wrong: list[Exception] = []

    def read() -> None:
        # This thread alone goes there, and never comes back.
        try:
            setns(descriptor, CLONE_NEWNET)
        except PermissionError as error:
            wrong.append(NamespaceError(error.errno, f"To look into {name} needs root."))
        except OSError as error:
            wrong.append(NamespaceError(error.errno, f"{name} is no network namespace."))
        else:
            try:
                found.update(read_links())
            except Exception as error:
                wrong.append(error)

    thread = threading.Thread(target=read, name="elsewhere", daemon=True)
    thread.start()
    thread.join()
    if wrong:
        raise wrong[0]
    return found


def tied_links(links: Mapping[int, Link]) -> frozenset[int]:
    """Return who of ``links`` never leaves this netns. Blocks. Raises OSError, NoAnswerError, WireError."""
    with open_socket() as sock:
        bodies = ask_all(sock, RTM_GETLINK, IFINFO.pack(0, 0, 0, 0, 0), RTM_NEWLINK)
    told = {IFINFO.unpack_from(body)[2]: flag for body in bodies if (flag := _flag(body)) is not None}
    if told:
        return frozenset(index for index, flag in told.items() if flag)
    return frozenset(index for index, link in links.items() if link.is_loopback or link.kind in _TIED)


def _flag(body: bytes) -> bool | None:
    for kind, first, _ in attributes(body, IFINFO.size, len(body)):
        if kind == _IFLA_NETNS_IMMUTABLE:
            return bool(body[first])
    return None


def _identity(what: int | str) -> tuple[int, int]:
    status = os.stat(what)
    return status.st_dev, status.st_ino
