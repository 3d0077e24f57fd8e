"""What interfaces hold and may lose: addresses, neighbours, routes, each with the message that makes it anew.

Read as `ip address save` and `ip route save` do. What the kernel makes by itself for a link that is up (link-local
addresses, connected routes) is left out: taken down and up again, a veth had all of those back, and nothing else.
Neighbours are the permanent ones, and those that an interface answers for (proxy ARP and NDP). Nexthop objects are
named only.
"""

import errno
import socket
import struct
from collections.abc import Callable, Container, Mapping
from typing import TypeAlias

from tui.netlink.ask import ask_all
from tui.netlink.dependants.nexthop import NHMSG_SIZE, RTM_GETNEXTHOP, RTM_NEWNEXTHOP, read_nexthops
from tui.netlink.dependants.record import Names, RouteOrAddress
from tui.netlink.dependants.route import read_route
from tui.netlink.dependants.text import address_text, device, neighbour_text
from tui.netlink.wire import WireError, attribute, attributes, u32

Indexes: TypeAlias = Container[int] | None  # None: of whatever interface

# linux/rtnetlink.h, linux/if_addr.h, linux/neighbour.h
_RTM_NEWADDR, _RTM_GETADDR = 20, 22
_RTM_NEWROUTE, _RTM_GETROUTE = 24, 26
_RTM_NEWNEIGH, _RTM_GETNEIGH = 28, 30
_IFADDR = struct.Struct("=BBBBI")
_RTMSG_SIZE = 12
_NDMSG = struct.Struct("=BxxxIHBB")
_U32 = struct.Struct("=I")
_IFA_ADDRESS, _IFA_LOCAL, _IFA_LABEL, _IFA_BROADCAST, _IFA_FLAGS, _IFA_RT_PRIORITY, _IFA_PROTO = 1, 2, 3, 4, 8, 9, 11
_IFA_CACHEINFO = 6
# What makes an address; IFA_TARGET_NETNSID would lead into another netns.
_IFA_SENT = frozenset(
    {_IFA_ADDRESS, _IFA_LOCAL, _IFA_LABEL, _IFA_BROADCAST, _IFA_CACHEINFO, _IFA_RT_PRIORITY, _IFA_PROTO}
)
_IFA_F_TEMPORARY, _IFA_F_PERMANENT = 0x01, 0x80
_IFA_F_ASKED = 0x02 | 0x04 | 0x10 | 0x100 | 0x200 | 0x400  # what an administrator asks for; the rest are states
_IFAPROT_KERNEL_LL = b"\x03"
_NDA_DST, _NDA_LLADDR, _NDA_PROTOCOL = 1, 2, 12
_NUD_PERMANENT = 0x80
_NTF_PROXY, _NTF_EXT_LEARNED, _NTF_ROUTER = 0x08, 0x10, 0x80
_TIMEOUT = 10.0  # seconds for each part of an answer


def read_held(sock: socket.socket, indexes: Container[int], names: Names) -> list[RouteOrAddress]:
    """Return what the interfaces of ``indexes`` hold now, in the order in which to make it anew.

    ``names`` are those of all interfaces, for the texts. Raises OSError, NoAnswerError, WireError.
    """
    found: list[RouteOrAddress] = []

    def take(request: int, answer: int, asked: bytes) -> list[RouteOrAddress]:
        bodies = (body for body in ask_all(sock, request, asked, answer, _TIMEOUT) if body[:1] == asked[:1])
        return [held for body in bodies if (held := _READ[answer](body, indexes, names)) is not None]

    for family in (socket.AF_INET, socket.AF_INET6):
        plain = bytes((family,))
        addresses = take(_RTM_GETADDR, _RTM_NEWADDR, plain.ljust(_IFADDR.size, b"\0"))
        # The kernel lists the youngest IPv6 address first, and prefers it.
        found += addresses if family == socket.AF_INET else reversed(addresses)
        for flags in (0, _NTF_PROXY):
            found += take(_RTM_GETNEIGH, _RTM_NEWNEIGH, _NDMSG.pack(family, 0, 0, flags, 0))
        found += take(_RTM_GETROUTE, _RTM_NEWROUTE, plain.ljust(_RTMSG_SIZE, b"\0"))
    found += read_nexthops(_nexthop_objects(sock), indexes, names)
    return sorted(found, key=lambda held: (held.sort, held.leans))


def is_proxy(held: RouteOrAddress) -> bool:
    """Whether it is a neighbour that the interface answers for."""
    return held.sort == "neighbour" and _NDMSG.unpack_from(held.body)[3] & _NTF_PROXY != 0


def read_message(type: int, body: bytes, names: Names) -> RouteOrAddress | None:
    """Read the message that makes something anew as if the kernel had listed it; None: no such thing is made anew.

    What comes of a message that `read_held` gave is equal, but for `text` and `why_not`. Raises WireError.
    """
    return _READ[type](body, None, names) if type in _READ else None


def _nexthop_objects(sock: socket.socket) -> list[bytes]:
    try:
        return ask_all(sock, RTM_GETNEXTHOP, bytes(NHMSG_SIZE), RTM_NEWNEXTHOP, _TIMEOUT)
    except OSError as error:
        if error.errno in (errno.EOPNOTSUPP, errno.EINVAL):  # before Linux 5.3
            return []
        raise


def _values(body: bytes, start: int) -> dict[int, bytes]:
    return {kind: body[first:last] for kind, first, last in attributes(body, start, len(body))}


def _head(form: struct.Struct, body: bytes, what: str) -> tuple[int, ...]:
    if len(body) < form.size:
        raise WireError(f"{len(body)} bytes are too few for {what} ({form.size})")
    return form.unpack_from(body)


def _word(values: Mapping[int, bytes], kind: int, default: int) -> int:
    """Return an u32. Raises WireError."""
    if kind not in values:
        return default
    if len(values[kind]) != _U32.size:
        raise WireError(f"attribute {kind} has {len(values[kind])} bytes, not 4")
    return int(_U32.unpack(values[kind])[0])


def _address(body: bytes, indexes: Indexes, names: Names) -> RouteOrAddress | None:
    family, length, old_flags, scope, index = _head(_IFADDR, body, "an address")
    if indexes is not None and index not in indexes:
        return None
    values = _values(body, _IFADDR.size)
    if values.get(_IFA_PROTO) == _IFAPROT_KERNEL_LL:
        return None
    # The header's field holds the first eight flags only.
    flags = _word(values, _IFA_FLAGS, old_flags)
    why_not = ""
    if not flags & _IFA_F_PERMANENT:
        made = family == socket.AF_INET6 and flags & _IFA_F_TEMPORARY
        why_not = "the kernel makes another temporary one" if made else "it comes with the next lease or advertisement"
    asked = flags & _IFA_F_ASKED
    message_body = _IFADDR.pack(family, length, asked & 0xFF, scope, index) + u32(_IFA_FLAGS, asked)
    message_body += b"".join(attribute(kind, value) for kind, value in values.items() if kind in _IFA_SENT)
    own = values.get(_IFA_LOCAL) or values.get(_IFA_ADDRESS, b"")
    key = bytes((_RTM_NEWADDR, family, length)) + _U32.pack(index) + own + values.get(_IFA_ADDRESS, b"")
    text = address_text(own, length, device(index, names))
    return RouteOrAddress("address", family, (index,), _RTM_NEWADDR, message_body, key, scope, False, text, why_not)


def _neighbour(body: bytes, indexes: Indexes, names: Names) -> RouteOrAddress | None:
    family, index, state, flags, _ = _head(_NDMSG, body, "a neighbour")
    proxy = bool(flags & _NTF_PROXY)
    if (indexes is not None and index not in indexes) or flags & _NTF_EXT_LEARNED:
        return None
    values = _values(body, _NDMSG.size)
    wanted = (_NDA_DST, _NDA_PROTOCOL) if proxy else (_NDA_DST, _NDA_LLADDR)
    if not proxy and (not state & _NUD_PERMANENT or _NDA_LLADDR not in values):
        return None
    if _NDA_DST not in values:
        return None
    message_body = _NDMSG.pack(family, index, 0 if proxy else _NUD_PERMANENT, flags & (_NTF_PROXY | _NTF_ROUTER), 0)
    message_body += b"".join(attribute(kind, values[kind]) for kind in wanted if kind in values)
    key = bytes((_RTM_NEWNEIGH, family, proxy)) + _U32.pack(index) + values[_NDA_DST]
    text = neighbour_text(values[_NDA_DST], device(index, names), proxy)
    return RouteOrAddress("neighbour", family, (index,), _RTM_NEWNEIGH, message_body, key, 0, False, text)


def _route(body: bytes, indexes: Indexes, names: Names) -> RouteOrAddress | None:
    route = read_route(body, names)
    if route is None or (indexes is not None and not any(hop.ifindex in indexes for hop in route.hops)):
        return None
    uses = tuple(dict.fromkeys(hop.ifindex for hop in route.hops))
    leans = any(hop.gateway for hop in route.hops)
    key = bytes((_RTM_NEWROUTE,)) + route.body
    return RouteOrAddress(
        "route", body[0], uses, _RTM_NEWROUTE, route.body, key, route.scope, leans, route.text, route.why_not
    )


_READ: Mapping[int, Callable[[bytes, Indexes, Names], RouteOrAddress | None]] = {
    _RTM_NEWADDR: _address,
    _RTM_NEWNEIGH: _neighbour,
    _RTM_NEWROUTE: _route,
}
