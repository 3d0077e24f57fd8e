"""Addresses, routes and neighbours in the words of `ip`, harmless to show."""

import struct
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import NamedTuple

from tui.model.text import visible

_MAIN_TABLE = 254
_IP6_RT_PRIO_USER = 1024  # the metric that IPv6 routes get unless one is named
# linux/rtnetlink.h, RTN_*, in the words that `ip` uses; a plain unicast route needs none.
_TYPES = {
    2: "local ",
    3: "broadcast ",
    4: "anycast ",
    5: "multicast ",
    6: "blackhole ",
    7: "unreachable ",
    8: "prohibit ",
    9: "throw ",
    10: "nat ",
}


class Hop(NamedTuple):
    """One next hop of a route."""

    gateway: bytes
    """Empty: on the link itself."""
    ifindex: int


class RouteHead(NamedTuple):
    """What a route is, but for its next hops."""

    type: int
    """RTN_*."""
    destination: bytes
    length: int
    """Prefix length, bits."""
    source: str
    """The prefix it is limited to, as text; empty: none."""
    table: int
    metric: int
    version: int
    """4 or 6."""


def address(raw: bytes) -> str:
    """Return an IPv4 or IPv6 address as text; the bytes in hex if they are neither."""
    return str(ip_address(raw)) if len(raw) in (4, 16) else raw.hex()


def device(ifindex: int, names: Mapping[int, bytes]) -> str:
    """Return an interface's name, made visible; ``if5`` for one that has gone."""
    return visible(names[ifindex]) if ifindex in names else f"if{ifindex}"


def address_text(raw: bytes, length: int, dev: str) -> str:
    """Return ``address 2001:db8::2/64 on wan0``."""
    return f"address {address(raw)}/{length} on {dev}"


def neighbour_text(raw: bytes, dev: str, proxy: bool) -> str:
    """Return ``permanent neighbour 192.0.2.1 on wan0``, or ``proxy neighbour …``: answered for, by ARP or NDP."""
    return f"{'proxy' if proxy else 'permanent'} neighbour {address(raw)} on {dev}"


def route_text(head: RouteHead, hops: Sequence[Hop], names: Mapping[int, bytes]) -> str:
    """Return ``route default via 192.0.2.1 dev wan0 table 100 metric 5``."""
    where = "default" if head.length == 0 else f"{address(head.destination)}/{head.length}"
    words = [f"route {_TYPES.get(head.type, '')}{where}"]
    if head.source:
        words.append(f"from {head.source}")
    via = (f"via {address(hop.gateway)} " if hop.gateway else "" for hop in hops)
    words.append(", ".join(f"{way}dev {device(hop.ifindex, names)}" for way, hop in zip(via, hops, strict=True)))
    if head.table != _MAIN_TABLE:
        words.append(f"table {head.table}")
    if head.metric and (head.version, head.metric) != (6, _IP6_RT_PRIO_USER):
        words.append(f"metric {head.metric}")
    return " ".join(words)


def gateway(values: Mapping[int, bytes]) -> bytes:
    """Return the gateway among a route's attributes (RTA_GATEWAY, else RTA_VIA); empty: there is none."""
    if 5 in values:
        return values[5]
    return values[18][struct.calcsize("=H") :] if 18 in values else b""
