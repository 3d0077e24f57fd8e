"""A route as the kernel lists it → the message that makes it anew."""

import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tui.netlink.held_text import Hop, RouteHead, address, gateway, route_text
from tui.netlink.wire import attribute, attributes

# linux/rtnetlink.h
_RTMSG = struct.Struct("=BBBBBBBBI")
_NEXTHOP = struct.Struct("=HBBi")
_EXPIRES = struct.Struct("=8xi")  # struct rta_cacheinfo
_RTA_DST, _RTA_SRC, _RTA_OIF, _RTA_PRIORITY, _RTA_MULTIPATH = 1, 2, 4, 6, 9
_RTA_CACHEINFO, _RTA_TABLE, _RTA_NH_ID = 12, 15, 30
_RTPROT_KERNEL, _RTPROT_RA = 2, 9
_RTM_F_CLONED = 0x200
_RTNH_F_ASKED = 0x2 | 0x4  # pervasive, onlink; the rest are states, which the kernel refuses to take


class Route(NamedTuple):
    """A route that isn't the kernel's own."""

    body: bytes
    """The body of the RTM_NEWROUTE that makes it."""
    scope: int
    """RT_SCOPE_*."""
    hops: tuple[Hop, ...]
    text: str
    why_not: str
    """Why it isn't ours to put back; empty: it is."""


def read_route(body: bytes, names: Mapping[int, bytes]) -> Route | None:
    """Read the body of a listed route; None if the kernel makes it by itself. Raises WireError.

    A route over a nexthop object is made anew without that: the object goes with its interface (net/ipv4/nexthop.c),
    the listing spells out where it led.
    """
    family, length, source, tos, table, protocol, scope, kind, flags = _RTMSG.unpack_from(body)
    # Asked first: with IPv6, each interface that is up has several of these.
    if protocol == _RTPROT_KERNEL or flags & _RTM_F_CLONED:
        return None
    values = {number: body[first:last] for number, first, last in attributes(body, _RTMSG.size, len(body))}
    via_object = values.pop(_RTA_NH_ID, None) is not None
    expires = _EXPIRES.unpack_from(values.pop(_RTA_CACHEINFO, bytes(_EXPIRES.size)))[0]
    hops = tuple(_hops(values))
    if _RTA_MULTIPATH in values:
        values[_RTA_MULTIPATH] = _without_states(values[_RTA_MULTIPATH])
    made = _RTMSG.pack(family, length, source, tos, table, protocol, scope, kind, flags & _RTNH_F_ASKED)
    made += b"".join(attribute(number, value) for number, value in values.items())
    head = RouteHead(
        kind,
        values.get(_RTA_DST, b""),
        length,
        f"{address(values[_RTA_SRC])}/{source}" if _RTA_SRC in values else "",
        _number(values, _RTA_TABLE, table),
        _number(values, _RTA_PRIORITY, 0),
        4 if family == 2 else 6,
    )
    text = route_text(head, hops, names) + (" (without its nexthop object)" if via_object else "")
    why_not = ""
    if protocol == _RTPROT_RA:
        why_not = "learned by router advertisement; the next one brings it"
    elif expires:
        why_not = "it was to expire by itself"
    return Route(made, scope, hops, text, why_not)


def _number(values: Mapping[int, bytes], kind: int, default: int) -> int:
    return int(struct.unpack("=I", values[kind])[0]) if kind in values else default


def _hops(values: Mapping[int, bytes]) -> Iterator[Hop]:
    if _RTA_OIF in values:
        yield Hop(gateway(values), _number(values, _RTA_OIF, 0))
    paths = values.get(_RTA_MULTIPATH, b"")
    for at, length, _, index in _nexthops(paths):
        inner = {kind: paths[first:last] for kind, first, last in attributes(paths, at + _NEXTHOP.size, at + length)}
        yield Hop(gateway(inner), index)


def _nexthops(paths: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield (first byte, length, flags, ifindex) of each rtnexthop."""
    at = 0
    while len(paths) - at >= _NEXTHOP.size:
        length, flags, _, index = _NEXTHOP.unpack_from(paths, at)
        yield at, length, flags, index
        at += max(_NEXTHOP.size, (length + 3) & ~3)


def _without_states(paths: bytes) -> bytes:
    made = bytearray(paths)
    for at, _, flags, _ in _nexthops(paths):
        made[at + 2] = flags & _RTNH_F_ASKED
    return bytes(made)
