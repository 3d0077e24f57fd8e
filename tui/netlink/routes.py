"""Ask the kernel which interfaces carry the default routes and our SSH sessions."""

import contextlib
import errno
import os
import select
import socket
import struct
import sys
from collections.abc import Iterable, Iterator
from ipaddress import IPv6Address

from tui.netlink.session import Address, ssh_sessions
from tui.netlink.sockets import READ_SIZE, open_socket
from tui.netlink.wire import (
    NLM_F_DUMP,
    NLMSG_DONE,
    NLMSG_ERROR,
    WireError,
    attribute,
    attributes,
    message,
    messages,
)

# linux/rtnetlink.h
_RTM_NEWROUTE = 24
_RTM_GETROUTE = 26
_RTMSG = struct.Struct("=BBBBBBBBI")
_RTN_UNICAST = 1
_RTN_LOCAL = 2
_RTA_DST = 1
_RTA_OIF = 4
_RTA_MULTIPATH = 9
_RTM_F_FIB_MATCH = 0x2000
_NEXTHOP = struct.Struct("=HBBi")
_TIMEOUT = 2000  # milliseconds
_SEQ = 1


def carriers(defaults: Iterable[int] | None = None) -> dict[int, str]:
    """Return the reason for each interface that carries a default route or this SSH session, by ifindex.

    ``defaults``: those with a default route, where that is known; then what is asked of the kernel doesn't grow with
    its routes. What the kernel doesn't answer is left out: a route that can't be asked for protects nothing.
    """
    known = default_carriers() if defaults is None else defaults
    found = dict.fromkeys(known, "carries the default route")
    with contextlib.suppress(OSError, WireError), open_socket() as sock:
        for index in _ssh_links(sock):
            found[index] = "carries this SSH session"
    return found


def default_carriers() -> list[int]:
    """Return the interfaces that carry a default route; the kernel is asked for all routes."""
    found: list[int] = []
    with contextlib.suppress(OSError, WireError), open_socket() as sock:
        for family in (socket.AF_INET, socket.AF_INET6):
            found += _default_routes(sock, family)
    return found


def _ssh_links(sock: socket.socket) -> Iterator[int]:
    for client, ours in ssh_sessions():
        held = list(_lookup(sock, ours, _RTM_F_FIB_MATCH, _RTN_LOCAL))
        yield from held
        if held:
            yield from _lookup(sock, client, 0, _RTN_UNICAST)


def _lookup(sock: socket.socket, address: Address, flags: int, kind: int) -> Iterator[int]:
    """Yield the interfaces that the kernel's route to ``address`` uses, if the route is of type ``kind``."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    body = _RTMSG.pack(family, address.max_prefixlen, 0, 0, 0, 0, 0, 0, flags) + attribute(_RTA_DST, address.packed)
    with contextlib.suppress(OSError):
        for _, route_type, indexes in _routes(sock, body, 0):
            if route_type == kind:
                yield from indexes


def _default_routes(sock: socket.socket, family: int) -> Iterator[int]:
    # Filtered by type in the kernel: with IPv6, each interface that is up has local and multicast routes too.
    body = _RTMSG.pack(family, 0, 0, 0, 0, 0, 0, _RTN_UNICAST, 0)
    for prefix, route_type, indexes in _routes(sock, body, NLM_F_DUMP):
        if prefix == 0 and route_type == _RTN_UNICAST:
            yield from indexes


def _routes(sock: socket.socket, body: bytes, flags: int) -> Iterator[tuple[int, int, list[int]]]:
    """Yield (prefix length, route type, interfaces) of each route in the answer."""
    sock.send(message(_RTM_GETROUTE, flags, _SEQ, body))
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    while poll.poll(_TIMEOUT):
        data = sock.recv(READ_SIZE)
        for head in messages(data):
            if head.type in (NLMSG_DONE, NLMSG_ERROR):
                return
            if head.type == _RTM_NEWROUTE:
                _, prefix, _, _, _, _, _, route_type, _ = _RTMSG.unpack_from(data, head.start + 16)
                yield prefix, route_type, list(_interfaces(data, head.start + 16 + _RTMSG.size, head.end))
                if not flags & NLM_F_DUMP:
                    return
    raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))


def _interfaces(data: bytes, start: int, end: int) -> Iterator[int]:
    for kind, first, last in attributes(data, start, end):
        if kind == _RTA_OIF and last - first == 4:
            yield int.from_bytes(data[first:last], sys.byteorder)
        elif kind == _RTA_MULTIPATH:
            while last - first >= _NEXTHOP.size:
                length, _, _, index = _NEXTHOP.unpack_from(data, first)
                yield index
                first += max(_NEXTHOP.size, (length + 3) & ~3)
