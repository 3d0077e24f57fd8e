"""Messages ↔ bytes: link messages of rtnetlink(7), decoded for what we show and nothing else.

A link message carries some 38 attributes in an order and with lengths that hardly vary, so each shape that is met
is walked once and compiled into two `struct` calls: one that proves that a message has the very same headers, one
that picks the values. A message of any other shape is walked.
"""

import os
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias, assert_never

from tui.model.change.attributes import Bit, Number
from tui.model.change.settings import Settings
from tui.model.link import Link

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
IFLA_ADDRESS = 1
IFLA_BROADCAST = 2
IFLA_IFNAME = 3
IFLA_MTU = 4
IFLA_LINK = 5
IFLA_MASTER = 10
IFLA_TXQLEN = 13
IFLA_OPERSTATE = 16
IFLA_LINKINFO = 18
IFLA_IFALIAS = 20
IFLA_GROUP = 27
IFLA_EXT_MASK = 29
IFLA_LINK_NETNSID = 37
IFLA_MIN_MTU = 50
IFLA_MAX_MTU = 51
IFLA_PROP_LIST = 52
IFLA_ALT_IFNAME = 53
IFLA_INFO_KIND = 1
RTEXT_FILTER_SKIP_STATS = 8

HEADER = struct.Struct("=IHHII")
"""nlmsghdr: length, type, flags, sequence number, port id."""
_IFINFO = struct.Struct("=BxHiII")
_ATTR = struct.Struct("=HH")
_U32 = struct.Struct("=I")
_NUMBER = struct.Struct("=HHI")
_ERRNO = struct.Struct("=i")
_TYPE_MASK = 0x3FFF  # without NLA_F_NESTED and NLA_F_NET_BYTEORDER
_BODY = HEADER.size
_ATTRS = _BODY + _IFINFO.size

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
        if size - at < _BODY:
            raise WireError(f"{size - at} bytes at byte {at} are too few for a message header (16)")
        length, kind, flags, seq, pid = HEADER.unpack_from(buffer, at)
        if length < _BODY or length > size - at:
            raise WireError(f"the message at byte {at} claims {length} bytes; {size - at} are there")
        yield Head(kind, flags, seq, pid, at, at + length)
        at += (length + 3) & ~3


def attributes(buffer: Buffer, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield (type, first byte, end) of each attribute's payload between ``start`` and ``end``.

    Raises WireError for an attribute that is shorter than its header or reaches past ``end``.
    """
    while end - start >= _ATTR.size:
        length, kind = _ATTR.unpack_from(buffer, start)
        if length < _ATTR.size or length > end - start:
            raise WireError(f"attribute {kind & _TYPE_MASK} at byte {start} claims {length} bytes of {end - start}")
        yield kind & _TYPE_MASK, start + _ATTR.size, start + length
        start += (length + 3) & ~3


class _Field(NamedTuple):
    name: str
    format: str  # of a fixed-size payload; "s": raw bytes; "z": text that ends with NUL
    default: object


_FIELDS: dict[int, _Field] = {
    IFLA_IFNAME: _Field("name", "z", b""),
    IFLA_GROUP: _Field("group", "I", 0),
    IFLA_OPERSTATE: _Field("operstate", "B", 0),
    IFLA_MTU: _Field("mtu", "I", 0),
    IFLA_MIN_MTU: _Field("min_mtu", "I", 0),
    IFLA_MAX_MTU: _Field("max_mtu", "I", 0),
    IFLA_TXQLEN: _Field("txqlen", "I", 0),
    IFLA_MASTER: _Field("master", "I", 0),
    IFLA_LINK: _Field("lower", "I", 0),
    IFLA_LINK_NETNSID: _Field("lower_netnsid", "i", None),
    IFLA_ADDRESS: _Field("address", "s", b""),
    IFLA_BROADCAST: _Field("broadcast", "s", b""),
    IFLA_IFALIAS: _Field("alias", "z", b""),
}
_KIND = _Field("kind", "z", b"")
_ALTNAMES = "altnames"


def _text(payload: bytes) -> bytes:
    return payload[:-1] if payload.endswith(b"\0") else payload


def _altnames(payload: Buffer) -> tuple[bytes, ...]:
    return tuple(
        _text(bytes(payload[start:end]))
        for kind, start, end in attributes(payload, 0, len(payload))
        if kind == IFLA_ALT_IFNAME
    )


def _value(kind: int, field: _Field, buffer: Buffer, start: int, end: int) -> object:
    payload = bytes(buffer[start:end])
    if field.format == "s":
        return payload
    if field.format == "z":
        return _text(payload)
    try:
        return struct.unpack("=" + field.format, payload)[0]
    except struct.error:
        raise WireError(
            f"attribute {kind} at byte {start} holds {len(payload)} bytes; its type has another size"
        ) from None


def decode_link(buffer: Buffer, start: int, end: int) -> Link:
    """Walk the link message that lies between ``start`` and ``end`` (a Head's), attribute by attribute.

    Raises WireError, which says what was wrong and where.
    """
    if end - start < _ATTRS:
        raise WireError(f"a link message of {end - start} bytes is too short for its ifinfomsg (32)")
    _, arptype, ifindex, flags, _ = _IFINFO.unpack_from(buffer, start + _BODY)
    values: dict[str, Any] = {field.name: field.default for field in _FIELDS.values()}
    kind_name = b""
    altnames: tuple[bytes, ...] = ()
    for kind, first, last in attributes(buffer, start + _ATTRS, end):
        if (field := _FIELDS.get(kind)) is not None:
            values[field.name] = _value(kind, field, buffer, first, last)
        elif kind == IFLA_LINKINFO:
            for inner, inner_first, inner_last in attributes(buffer, first, last):
                if inner == IFLA_INFO_KIND:
                    kind_name = _text(bytes(buffer[inner_first:inner_last]))
        elif kind == IFLA_PROP_LIST:
            altnames = _altnames(bytes(buffer[first:last]))
    return Link(ifindex=ifindex, arptype=arptype, flags=flags, kind=kind_name, altnames=altnames, **values)


@dataclass(frozen=True, slots=True)
class _Layout:
    """One shape of link message, compiled."""

    heads: struct.Struct
    expected: tuple[int, ...]
    values: struct.Struct
    pick: Callable[[tuple[object, ...]], tuple[object, ...]]
    altnames: bool


class _Picks:
    """Collects what to unpack, by ascending offset from the message's start."""

    def __init__(self) -> None:
        self.format = "="
        self.at = 0

    def add(self, offset: int, code: str) -> None:
        self.format += f"{offset - self.at}x{code}"
        self.at = offset + struct.calcsize("=" + code)


_DEFAULTS: dict[str, object] = {
    **{field.name: field.default for field in _FIELDS.values()},
    _KIND.name: _KIND.default,
    _ALTNAMES: (),
}


class LinkDecoder:
    """Decodes link messages like `decode_link`, several times as fast; for one thread."""

    LAYOUTS = 512
    """Shapes kept; past that all are forgotten, so that hostile names can't fill the memory."""

    def __init__(self) -> None:
        """Start without any shape."""
        self._layouts: dict[int, list[_Layout]] = {}
        self._count = 0

    def decode(self, buffer: Buffer, start: int, end: int) -> Link:
        """Decode the link message between ``start`` and ``end`` (a Head's). Raises WireError."""
        for layout in self._layouts.get(end - start, ()):
            if layout.heads.unpack_from(buffer, start) == layout.expected:
                fields = layout.pick(layout.values.unpack_from(buffer, start))
                link: Link = tuple.__new__(Link, fields)
                return link._replace(altnames=_altnames(link.altnames)) if layout.altnames else link  # type: ignore[arg-type]
        link = decode_link(buffer, start, end)
        self._learn(buffer, start, end)
        return link

    def _learn(self, buffer: Buffer, start: int, end: int) -> None:
        if self._count >= self.LAYOUTS:
            self._layouts.clear()
            self._count = 0
        if (layout := _compile(buffer, start, end)) is not None:
            self._layouts.setdefault(end - start, []).append(layout)
            self._count += 1


def _compile(buffer: Buffer, start: int, end: int) -> _Layout | None:
    """Compile the shape of a message that `decode_link` has accepted; None if it is too odd to be worth it."""
    heads, values = _Picks(), _Picks()
    order: dict[str, int] = {}

    def take(name: str, offset: int, code: str) -> None:
        order[name] = len(order)
        values.add(offset, code)

    def take_field(field: _Field, first: int, last: int) -> bool:
        offset, size = first - start, last - first
        if field.name in order:
            return False
        if field.format == "z":
            if size == 0 or buffer[last - 1] != 0:
                return False
            take(field.name, offset, f"{size - 1}s")
            heads.add(last - 1 - start, "B")
        else:
            take(field.name, offset, f"{size}s" if field.format == "s" else field.format)
        return True

    take("arptype", _BODY + 2, "H")
    take("ifindex", _BODY + 4, "i")
    take("flags", _BODY + 8, "I")
    for kind, first, last in attributes(buffer, start + _ATTRS, end):
        heads.add(first - _ATTR.size - start, "I")
        if (field := _FIELDS.get(kind)) is not None:
            if not take_field(field, first, last):
                return None
        elif kind == IFLA_LINKINFO:
            for inner, inner_first, inner_last in attributes(buffer, first, last):
                heads.add(inner_first - _ATTR.size - start, "I")
                if inner == IFLA_INFO_KIND and not take_field(_KIND, inner_first, inner_last):
                    return None
        elif kind == IFLA_PROP_LIST:
            if _ALTNAMES in order:
                return None
            take(_ALTNAMES, first - start, f"{last - first}s")
    altnames = _ALTNAMES in order
    defaults: list[object] = []
    for name, default in _DEFAULTS.items():
        if name not in order:
            order[name] = len(order)
            defaults.append(default)
    getter = itemgetter(*(order[name] for name in Link._fields))
    tail = tuple(defaults)

    def pick(found: tuple[object, ...]) -> tuple[object, ...]:
        picked: tuple[object, ...] = getter(found + tail)
        return picked

    head_struct = struct.Struct(heads.format)
    return _Layout(head_struct, head_struct.unpack_from(buffer, start), struct.Struct(values.format), pick, altnames)


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
    at = head.start + _BODY
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
                text = _text(bytes(buffer[first:last]))
    return Ack(head.seq, -errno, text.decode("utf-8", "backslashreplace"))


def attribute(kind: int, payload: bytes) -> bytes:
    """Return one attribute, padded to 4 bytes. The payload may have up to 65,531 bytes."""
    return _ATTR.pack(_ATTR.size + len(payload), kind) + payload + bytes(-len(payload) % 4)


def u32(kind: int, value: int) -> bytes:
    """Return a 32-bit attribute."""
    return _NUMBER.pack(_NUMBER.size, kind, value)


def message(kind: int, flags: int, seq: int, body: bytes) -> bytes:
    """Return a whole message: header and ``body``, padded to 4 bytes."""
    return HEADER.pack(HEADER.size + len(body), kind, flags | NLM_F_REQUEST, seq, 0) + body + bytes(-len(body) % 4)


def _ifinfo(ifindex: int = 0) -> bytes:
    return _IFINFO.pack(socket.AF_UNSPEC, 0, ifindex, 0, 0)


def _body(settings: Settings, ifindex: int = 0, *, first: bytes = b"") -> bytes:
    """Return ifinfomsg and attributes; ``first``: attributes that come before those of ``settings``.

    Flags go with a change mask, without which the kernel would replace all of them.
    """
    flags = mask = 0
    attrs = first
    for setting, value in settings.items():
        match setting.carrier:
            case Number(type=kind):
                attrs += u32(kind, value)
            case Bit(mask=bit):
                mask |= bit
                flags |= bit if value else 0
            case never:
                assert_never(never)
    return _IFINFO.pack(socket.AF_UNSPEC, 0, ifindex, flags, mask) + attrs


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
