"""What interfaces hold and may lose: addresses, permanent neighbours, routes, each with the message that makes it anew.

Read as `ip address save` and `ip route save` do. What the kernel makes by itself for a link that is up (link-local
addresses, connected routes) is left out: taken down and up again, a veth had all of those back, and nothing else.
"""

import select
import socket
import struct
from collections.abc import Callable, Container, Iterator, Mapping
from typing import Literal, NamedTuple, TypeAlias

from tui.netlink.dump import NoAnswerError
from tui.netlink.held_route import read_route
from tui.netlink.held_text import address_text, device, neighbour_text
from tui.netlink.sockets import READ_SIZE
from tui.netlink.wire import (
    NLM_F_DUMP,
    NLM_F_DUMP_INTR,
    NLMSG_DONE,
    NLMSG_ERROR,
    attribute,
    attributes,
    decode_ack,
    message,
    messages,
    u32,
)

Sort = Literal["address", "neighbour", "route"]
Names: TypeAlias = Mapping[int, bytes]

# linux/rtnetlink.h, linux/if_addr.h, linux/neighbour.h
_RTM_NEWADDR, _RTM_GETADDR = 20, 22
_RTM_NEWROUTE, _RTM_GETROUTE = 24, 26
_RTM_NEWNEIGH, _RTM_GETNEIGH = 28, 30
_IFADDR = struct.Struct("=BBBBi")
_RTMSG_SIZE = 12
_NDMSG = struct.Struct("=BxxxiHBB")
_U32 = struct.Struct("=I")
_IFA_ADDRESS, _IFA_LOCAL, _IFA_FLAGS, _IFA_PROTO = 1, 2, 8, 11
_IFA_F_TEMPORARY, _IFA_F_PERMANENT = 0x01, 0x80
_IFA_F_ASKED = 0x02 | 0x04 | 0x10 | 0x100 | 0x200 | 0x400  # what an administrator asks for; the rest are states
_IFAPROT_KERNEL_LL = b"\x03"
_NDA_DST, _NDA_LLADDR = 1, 2
_NUD_PERMANENT = 0x80
_NTF_EXT_LEARNED = 0x10
_TRIES = 5  # dumps, before an interrupted one is taken
_TIMEOUT = 10.0  # seconds for each part of an answer


class Held(NamedTuple):
    """Something that one or several interfaces hold."""

    sort: Sort
    family: int
    """AF_INET or AF_INET6."""
    indexes: tuple[int, ...]
    """ifindex of each interface that it needs."""
    type: int
    """The type of the message that makes it: RTM_NEW*."""
    body: bytes
    """That message's body."""
    key: bytes
    """Equal in two readings if it is the same thing."""
    scope: int
    """RT_SCOPE_*, of an address or a route."""
    leans: bool
    """Whether it may need the others first: a route with a gateway."""
    text: str
    """For people, harmless: ``route default via 192.0.2.1 dev wan0``."""
    why_not: str = ""
    """Why it isn't ours to put back; empty: it is."""


def read_held(sock: socket.socket, indexes: Container[int], names: Names) -> list[Held]:
    """Return what the interfaces of ``indexes`` hold now, in the order in which to make it anew.

    ``names`` are those of all interfaces, for the texts. Raises OSError, NoAnswerError, WireError.
    """
    found: list[Held] = []

    def take(request: int, answer: int, size: int, family: int, read: Callable[..., Held | None]) -> list[Held]:
        asked = bytes((family,)) + bytes(size - 1)
        bodies = (body for body in _dump(sock, request, answer, asked) if body[0] == family)
        return [held for body in bodies if (held := read(body, indexes, names)) is not None]

    for family in (socket.AF_INET, socket.AF_INET6):
        addresses = take(_RTM_GETADDR, _RTM_NEWADDR, _IFADDR.size, family, _address)
        # The kernel lists the youngest IPv6 address first, and prefers it.
        found += addresses if family == socket.AF_INET else reversed(addresses)
        found += take(_RTM_GETNEIGH, _RTM_NEWNEIGH, _NDMSG.size, family, _neighbour)
        found += take(_RTM_GETROUTE, _RTM_NEWROUTE, _RTMSG_SIZE, family, _route)
    return sorted(found, key=lambda held: (held.sort, held.leans))


def _dump(sock: socket.socket, request: int, answer: int, body: bytes) -> list[bytes]:
    """Return the body of each message of a dump, dumping anew while changes interrupt."""
    for seq in range(1, _TRIES + 1):
        sock.send(message(request, NLM_F_DUMP, seq, body))
        bodies, interrupted = _answers(sock, seq, answer)
        if not interrupted:
            break
    return bodies


def _answers(sock: socket.socket, seq: int, answer: int) -> tuple[list[bytes], bool]:
    bodies: list[bytes] = []
    interrupted = False
    for data in _received(sock):
        for head in messages(data):
            if head.seq != seq:
                continue
            interrupted = interrupted or bool(head.flags & NLM_F_DUMP_INTR)
            if head.type == answer:
                bodies.append(data[head.start + 16 : head.end])
            elif head.type == NLMSG_ERROR:
                ack = decode_ack(data, head)
                raise OSError(ack.errno, ack.words)
            elif head.type == NLMSG_DONE:
                return bodies, interrupted
    raise NoAnswerError(f"the kernel did not answer within {_TIMEOUT:g} s")


def _received(sock: socket.socket) -> Iterator[bytes]:
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    while poll.poll(_TIMEOUT * 1000):
        data, sender = sock.recvfrom(READ_SIZE)
        if sender[0] == 0:
            yield data


def _values(body: bytes, start: int) -> dict[int, bytes]:
    return {kind: body[first:last] for kind, first, last in attributes(body, start, len(body))}


def _address(body: bytes, indexes: Container[int], names: Names) -> Held | None:
    family, length, old_flags, scope, index = _IFADDR.unpack_from(body)
    if index not in indexes:
        return None
    values = _values(body, _IFADDR.size)
    if values.get(_IFA_PROTO) == _IFAPROT_KERNEL_LL:
        return None
    # The header's field holds the first eight flags only.
    (flags,) = _U32.unpack(values.pop(_IFA_FLAGS, _U32.pack(old_flags)))
    why_not = ""
    if not flags & _IFA_F_PERMANENT:
        made = family == socket.AF_INET6 and flags & _IFA_F_TEMPORARY
        why_not = "the kernel makes another temporary one" if made else "it comes with the next lease or advertisement"
    asked = flags & _IFA_F_ASKED
    message_body = _IFADDR.pack(family, length, asked & 0xFF, scope, index) + u32(_IFA_FLAGS, asked)
    message_body += b"".join(attribute(kind, value) for kind, value in values.items())
    own = values.get(_IFA_LOCAL) or values.get(_IFA_ADDRESS, b"")
    key = bytes((_RTM_NEWADDR, family, length)) + _U32.pack(index) + own + values.get(_IFA_ADDRESS, b"")
    text = address_text(own, length, device(index, names))
    return Held("address", family, (index,), _RTM_NEWADDR, message_body, key, scope, False, text, why_not)


def _neighbour(body: bytes, indexes: Container[int], names: Names) -> Held | None:
    family, index, state, flags, _ = _NDMSG.unpack_from(body)
    if index not in indexes or not state & _NUD_PERMANENT or flags & _NTF_EXT_LEARNED:
        return None
    values = _values(body, _NDMSG.size)
    if _NDA_DST not in values or _NDA_LLADDR not in values:
        return None
    message_body = _NDMSG.pack(family, index, _NUD_PERMANENT, flags, 0)
    message_body += b"".join(attribute(kind, values[kind]) for kind in (_NDA_DST, _NDA_LLADDR))
    key = bytes((_RTM_NEWNEIGH, family)) + _U32.pack(index) + values[_NDA_DST]
    text = neighbour_text(values[_NDA_DST], device(index, names))
    return Held("neighbour", family, (index,), _RTM_NEWNEIGH, message_body, key, 0, False, text)


def _route(body: bytes, indexes: Container[int], names: Names) -> Held | None:
    if (route := read_route(body, names)) is None or not any(hop.ifindex in indexes for hop in route.hops):
        return None
    uses = tuple(dict.fromkeys(hop.ifindex for hop in route.hops))
    leans = any(hop.gateway for hop in route.hops)
    key = bytes((_RTM_NEWROUTE,)) + route.body
    return Held("route", body[0], uses, _RTM_NEWROUTE, route.body, key, route.scope, leans, route.text, route.why_not)
