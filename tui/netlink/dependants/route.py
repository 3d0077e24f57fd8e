"""A route as the kernel lists it → the message that makes it anew."""

import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tui.netlink.dependants.text import Hop, RouteHead, address, gateway, route_text
from tui.netlink.wire import WireError, attribute, attributes

# linux/rtnetlink.h
_RTMSG = struct.Struct("=BBBBBBBBI")
_NEXTHOP = struct.Struct("=HBBi")
_EXPIRES = struct.Struct("=8xi")  # struct rta_cacheinfo
_RTA_DST, _RTA_SRC, _RTA_OIF, _RTA_PRIORITY, _RTA_MULTIPATH = 1, 2, 4, 6, 9
_RTA_CACHEINFO, _RTA_TABLE, _RTA_NH_ID = 12, 15, 30
# gateway, source, metrics, realm, via, preference, encapsulation and its type
_SENT = frozenset(
    {_RTA_DST, _RTA_SRC, _RTA_OIF, 5, _RTA_PRIORITY, 7, 8, _RTA_MULTIPATH, 11, _RTA_TABLE, 18, 20, 21, 22}
)
_HOP_SENT = frozenset({5, 11, 18, 21, 22})
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
    if len(body) < _RTMSG.size:
        raise WireError(f"{len(body)} bytes are too few for a route ({_RTMSG.size})")
    family, length, source, tos, table, protocol, scope, kind, flags = _RTMSG.unpack_from(body)
    # Asked first: with IPv6, each interface that is up has several of these.
    if protocol == _RTPROT_KERNEL or flags & _RTM_F_CLONED:
        return None
    values = {number: body[first:last] for number, first, last in attributes(body, _RTMSG.size, len(body))}
    via_object = values.pop(_RTA_NH_ID, None) is not None
    expires = _expires(values.pop(_RTA_CACHEINFO, bytes(_EXPIRES.size)))
    values = {number: value for number, value in values.items() if number in _SENT}
    if _RTA_MULTIPATH in values:
        values[_RTA_MULTIPATH] = _as_asked(values[_RTA_MULTIPATH])
    hops = tuple(_hops(values))
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
    if kind not in values:
        return default
    if len(values[kind]) != 4:
        raise WireError(f"a route's attribute {kind} has {len(values[kind])} bytes, not 4")
    return int(struct.unpack("=I", values[kind])[0])


def _expires(info: bytes) -> int:
    """Return when a route goes by itself, in the kernel's ticks; 0: never."""
    if len(info) < _EXPIRES.size:
        raise WireError(f"{len(info)} bytes are too few for what a route's cache tells ({_EXPIRES.size})")
    return int(_EXPIRES.unpack_from(info)[0])


def _hops(values: Mapping[int, bytes]) -> Iterator[Hop]:
    if _RTA_OIF in values:
        yield Hop(gateway(values), _number(values, _RTA_OIF, 0))
    paths = values.get(_RTA_MULTIPATH, b"")
    for at, length, _, _, index in _nexthops(paths):
        inner = {kind: paths[first:last] for kind, first, last in attributes(paths, at + _NEXTHOP.size, at + length)}
        yield Hop(gateway(inner), index)


def _nexthops(paths: bytes) -> Iterator[tuple[int, int, int, int, int]]:
    """Yield (first byte, length, flags, weight less 1, ifindex) of each rtnexthop. Raises WireError."""
    at = 0
    while len(paths) - at >= _NEXTHOP.size:
        length, flags, weight, index = _NEXTHOP.unpack_from(paths, at)
        if length < _NEXTHOP.size or length > len(paths) - at:
            raise WireError(f"a next hop claims {length} bytes of {len(paths) - at}")
        yield at, length, flags, weight, index
        at += (length + 3) & ~3


def _as_asked(paths: bytes) -> bytes:
    """Return the next hops as an administrator would give them: without states."""
    made = b""
    for at, length, flags, weight, index in _nexthops(paths):
        inner = b"".join(
            attribute(kind, paths[first:last])
            for kind, first, last in attributes(paths, at + _NEXTHOP.size, at + length)
            if kind in _HOP_SENT
        )
        made += _NEXTHOP.pack(_NEXTHOP.size + len(inner), flags & _RTNH_F_ASKED, weight, index) + inner
    return made
