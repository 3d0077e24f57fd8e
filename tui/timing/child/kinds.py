"""How an interface of each kind is made for the sandbox, and which kind stands in where that fails."""

import socket
import struct

from tui.netlink.wire import (
    IFLA_GROUP,
    IFLA_IFNAME,
    IFLA_INFO_KIND,
    IFLA_LINK,
    IFLA_LINKINFO,
    NLM_F_ACK,
    NLM_F_CREATE,
    NLM_F_EXCL,
    RTM_NEWLINK,
    attribute,
    message,
    u32,
)

CHEAP = ("dummy", "ifb", "veth", "bridge")
"""Kinds that need nothing but a name, the cheapest first; kernels differ in which they have."""
LOWER = "lower0"
"""The interface that those kinds stand on which need one."""

_IFINFO = struct.Struct("=BxHiII")
# linux/if_link.h
_IFLA_INFO_DATA = 2
_VETH_INFO_PEER = 1
_IFLA_VLAN_ID = 1
_IFLA_MACVLAN_MODE = 1
_MACVLAN_MODE_BRIDGE = 4
_IFLA_VXLAN_ID = 1
_VLANS = 4094  # on one lower interface


def needs_lower(kind: str) -> bool:
    """Whether an interface of ``kind`` stands on another one."""
    return kind in ("vlan", "macvlan")


def creation(seq: int, number: int, name: str, kind: str, group: int, lower: int) -> bytes:
    """Return the message that makes the nth interface of ``kind``; it asks for an ACK.

    ``lower``: the ifindex of what it stands on, if it needs that. Whatever the kernel wants besides, it refuses.
    """
    info = attribute(IFLA_INFO_KIND, kind.encode() + b"\0")
    if kind == "veth":
        # Told about its peer, the kernel doesn't put that into the group too.
        peer = attribute(_VETH_INFO_PEER, _IFINFO.pack(socket.AF_UNSPEC, 0, 0, 0, 0))
        info += attribute(_IFLA_INFO_DATA, peer)
    elif kind == "vlan":
        info += attribute(_IFLA_INFO_DATA, attribute(_IFLA_VLAN_ID, struct.pack("=H", number % _VLANS + 1)))
    elif kind == "macvlan":
        info += attribute(_IFLA_INFO_DATA, u32(_IFLA_MACVLAN_MODE, _MACVLAN_MODE_BRIDGE))
    elif kind == "vxlan":
        info += attribute(_IFLA_INFO_DATA, u32(_IFLA_VXLAN_ID, number + 1))
    body = _IFINFO.pack(socket.AF_UNSPEC, 0, 0, 0, 0) + attribute(IFLA_IFNAME, name.encode() + b"\0")
    if needs_lower(kind):
        body += u32(IFLA_LINK, lower)
    body += attribute(IFLA_LINKINFO, info) + u32(IFLA_GROUP, group)
    return message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, seq, body)


def apportion(shares: dict[str, int], size: int) -> dict[str, int]:
    """Divide ``size`` in proportion to ``shares``, by largest remainder. Exact where that is possible."""
    total = sum(shares.values())
    parts = {kind: share * size // total for kind, share in shares.items()}
    by_remainder = sorted(shares, key=lambda kind: -(shares[kind] * size % total))
    for kind in by_remainder[: size - sum(parts.values())]:
        parts[kind] += 1
    return parts
