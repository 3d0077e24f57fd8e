"""Messages ↔ bytes: heads and attributes of netlink(7), and the link messages of rtnetlink(7) that we send."""

import os
import socket
import struct
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias, assert_never

from tui.model.change.attribute import Bit, Number, Text
from tui.model.change.settings import Settings

# linux/netlink.h
NLMSG_ERROR = 2
NLMSG_DONE = 3
NLM_F_REQUEST = 0x1
NLM_F_ACK = 0x4
NLM_F_DUMP_INTR = 0x10
NLM_F_CAPPED = 0x100
NLM_F_ACK_TLVS = 0x200
NLM_F_EXCL = 0x200
NLM_F_DUMP = 0x300
NLM_F_CREATE = 0x400
NLMSGERR_ATTR_MSG = 1

# linux/rtnetlink.h, linux/if_link.h
RTM_NEWLINK = 16
RTM_DELLINK = 17
RTM_GETLINK = 18
RTM_SETLINK = 19
IFLA_IFNAME = 3
IFLA_LINK = 5
IFLA_LINKINFO = 18
IFLA_AF_SPEC = 26
IFLA_GROUP = 27
IFLA_EXT_MASK = 29
IFLA_PROP_LIST = 52
IFLA_INFO_KIND = 1
RTEXT_FILTER_SKIP_STATS = 8

HEADER = struct.Struct("=IHHII")
"""nlmsghdr: length, type, flags, sequence number, port id."""
IFINFO = struct.Struct("=BxHiII")
"""ifinfomsg: family, type, index, flags, change mask."""
ATTR_HEAD = struct.Struct("=HH")
"""rtattr: length, type."""
_U32 = struct.Struct("=I")
_NUMBER = struct.Struct("=HHI")
_ERRNO = struct.Struct("=i")
_TYPE_MASK = 0x3FFF  # without NLA_F_NESTED and NLA_F_NET_BYTEORDER
BODY = HEADER.size
"""Where a message's body begins, in bytes."""

Buffer: TypeAlias = bytes | bytearray | memoryview


class WireError(ValueError):
    """Bytes that are no well-formed netlink message; the text says what was wrong, and at which byte."""


class Head(NamedTuple):
    """One message in a buffer: its header, and where it lies."""

    type: int
    flags: int
    seq: int
    pid: int
    start: int
    end: int


def messages(buffer: Buffer, size: int | None = None) -> Iterator[Head]:
    """Yield the messages in the first ``size`` bytes of ``buffer``.

    Raises WireError for a header that doesn't fit or lies about its length.
    """
    size = len(buffer) if size is None else size
    at = 0
    while at < size:
        if size - at < BODY:
            raise WireError(f"{size - at} bytes at byte {at} are too few for a message header (16)")
        length, kind, flags, seq, pid = HEADER.unpack_from(buffer, at)
        if length < BODY or length > size - at:
            raise WireError(f"the message at byte {at} claims {length} bytes; {size - at} are there")
        yield Head(kind, flags, seq, pid, at, at + length)
        at += (length + 3) & ~3


def attributes(buffer: Buffer, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield (type, first byte, end) of each attribute's payload between ``start`` and ``end``.

    Raises WireError for an attribute that is shorter than its header or reaches past ``end``.
    """
    while end - start >= ATTR_HEAD.size:
        length, kind = ATTR_HEAD.unpack_from(buffer, start)
        if length < ATTR_HEAD.size or length > end - start:
            raise WireError(f"attribute {kind & _TYPE_MASK} at byte {start} claims {length} bytes of {end - start}")
        yield kind & _TYPE_MASK, start + ATTR_HEAD.size, start + length
        start += (length + 3) & ~3


class Ack(NamedTuple):
    """The kernel's answer to one message."""

    seq: int
    errno: int
    """0: done; else a positive errno."""
    text: str
    """The kernel's own words (NETLINK_EXT_ACK), as it sent them; often empty."""

    @property
    def words(self) -> str:
        """The kernel's own words, else what the errno stands for; unsafe to show before `visible`."""
        return self.text or os.strerror(self.errno)


def decode_ack(buffer: Buffer, head: Head) -> Ack:
    """Decode an NLMSG_ERROR message. Raises WireError."""
    at = head.start + BODY
    if head.end - at < _ERRNO.size + HEADER.size:
        raise WireError(f"an error message of {head.end - head.start} bytes is too short")
    (errno,) = _ERRNO.unpack_from(buffer, at)
    at += _ERRNO.size
    (echoed,) = _U32.unpack_from(buffer, at)
    at += HEADER.size if head.flags & NLM_F_CAPPED or errno == 0 else (echoed + 3) & ~3
    text = b""
    if head.flags & NLM_F_ACK_TLVS:
        for kind, first, last in attributes(buffer, at, head.end):
            if kind == NLMSGERR_ATTR_MSG:
                text = bytes(buffer[first:last]).removesuffix(b"\0")
    return Ack(head.seq, -errno, text.decode("utf-8", "backslashreplace"))


def attribute(kind: int, payload: bytes) -> bytes:
    """Return one attribute, padded to 4 bytes. The payload may have up to 65,531 bytes."""
    return ATTR_HEAD.pack(ATTR_HEAD.size + len(payload), kind) + payload + bytes(-len(payload) % 4)


def u32(kind: int, value: int) -> bytes:
    """Return a 32-bit attribute."""
    return _NUMBER.pack(_NUMBER.size, kind, value)


def message(kind: int, flags: int, seq: int, body: bytes) -> bytes:
    """Return a whole message: header and ``body``, padded to 4 bytes."""
    return HEADER.pack(HEADER.size + len(body), kind, flags | NLM_F_REQUEST, seq, 0) + body + bytes(-len(body) % 4)


def _ifinfo(ifindex: int = 0) -> bytes:
    return IFINFO.pack(socket.AF_UNSPEC, 0, ifindex, 0, 0)


def _body(settings: Settings, ifindex: int = 0, *, first: bytes = b"") -> bytes:
    """Return ifinfomsg and attributes; ``first``: attributes that come before those of ``settings``.

    Flags go with a change mask, without which the kernel would replace all of them.
    """
    flags = mask = 0
    attrs = first
    nests: _Nest = {}
    for setting, value in settings.items():
        match setting.carrier:
            case Number(type=kind, size=4, within=()):
                attrs += u32(kind, value)
            case Number(type=kind, size=size, within=within):
                nest = nests
                for outer in within:
                    nest = nest.setdefault(outer, {})
                nest[kind] = int(value).to_bytes(size, sys.byteorder)
            case Text(type=kind):
                attrs += attribute(kind, value)
            case Bit(mask=bit, inverted=inverted):
                mask |= bit
                flags |= bit if bool(value) != inverted else 0
            case never:
                assert_never(never)
    return IFINFO.pack(socket.AF_UNSPEC, 0, ifindex, flags, mask) + attrs + _nested(nests)


_Nest: TypeAlias = dict[int, Any]  # bytes, or a nest again


def _nested(nest: _Nest) -> bytes:
    return b"".join(
        attribute(kind, inner if isinstance(inner, bytes) else _nested(inner)) for kind, inner in nest.items()
    )


def group_change(seq: int, group: int, settings: Settings, *, ack: bool = True) -> bytes:
    """Return the one message that changes every member of ``group``.

    RTM_NEWLINK without NLM_F_CREATE, index 0 and no name: rtnl_group_changelink, net/core/rtnetlink.c. It can't set
    the group itself, which it selects by that.
    """
    return message(RTM_NEWLINK, NLM_F_ACK if ack else 0, seq, _body(settings) + u32(IFLA_GROUP, group))


def link_change(seq: int, ifindex: int, settings: Settings, *, ack: bool = True) -> bytes:
    """Return the RTM_SETLINK message that changes one interface, addressed by ``ifindex`` alone."""
    return message(RTM_SETLINK, NLM_F_ACK if ack else 0, seq, _body(settings, ifindex))


def new_link(seq: int, name: bytes, kind: bytes, settings: Settings, *, ack: bool) -> bytes:
    """Return the message that makes an interface of ``kind`` (`ip link add`); it fails where ``name`` exists."""
    info = attribute(IFLA_LINKINFO, attribute(IFLA_INFO_KIND, kind + b"\0"))
    flags = NLM_F_CREATE | NLM_F_EXCL | (NLM_F_ACK if ack else 0)
    return message(RTM_NEWLINK, flags, seq, _body(settings, first=attribute(IFLA_IFNAME, name + b"\0") + info))


def dump_links(seq: int) -> bytes:
    """Return the request for all interfaces, without the per-address-family statistics."""
    return message(RTM_GETLINK, NLM_F_DUMP, seq, _ifinfo() + u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS))


def get_link(seq: int, ifindex: int) -> bytes:
    """Return the request for one interface."""
    return message(RTM_GETLINK, 0, seq, _ifinfo(ifindex) + u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS))


def group_deletion(seq: int, group: int) -> bytes:
    """Return the one message that deletes every member of ``group``: rtnl_group_dellink, net/core/rtnetlink.c."""
    return message(RTM_DELLINK, NLM_F_ACK, seq, _ifinfo() + u32(IFLA_GROUP, group))


def link_deletion(seq: int, ifindex: int, *, ack: bool = True) -> bytes:
    """Return the message that deletes one interface, addressed by ``ifindex`` alone."""
    return message(RTM_DELLINK, NLM_F_ACK if ack else 0, seq, _ifinfo(ifindex))
