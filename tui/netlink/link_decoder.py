"""Link messages → links: what we show is decoded, and nothing else.

A link message carries some 38 attributes in an order and with lengths that hardly vary, so each shape that is met
is walked once and compiled into two `struct` calls: one that proves that a message has the very same headers, one
that picks the values. A message of any other shape is walked.
"""

import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias, Union

from tui.model.link import Link
from tui.netlink.wire import (
    ATTR_HEAD,
    BODY,
    IFINFO,
    IFLA_AF_SPEC,
    IFLA_INFO_KIND,
    IFLA_LINKINFO,
    IFLA_PROP_LIST,
    Buffer,
    WireError,
    attributes,
)

# linux/if_link.h
_IFLA_ADDRESS = 1
_IFLA_BROADCAST = 2
_IFLA_IFNAME = 3
_IFLA_MTU = 4
_IFLA_LINK = 5
_IFLA_MASTER = 10
_IFLA_TXQLEN = 13
_IFLA_OPERSTATE = 16
_IFLA_IFALIAS = 20
_IFLA_GROUP = 27
_IFLA_LINK_NETNSID = 37
_IFLA_PROTO_DOWN = 39
_IFLA_GSO_MAX_SEGS = 40
_IFLA_GSO_MAX_SIZE = 41
_IFLA_MIN_MTU = 50
_IFLA_MAX_MTU = 51
_IFLA_ALT_IFNAME = 53
_IFLA_GRO_MAX_SIZE = 58
_IFLA_TSO_MAX_SIZE = 59
_IFLA_TSO_MAX_SEGS = 60
_IFLA_GSO_IPV4_MAX_SIZE = 63
_IFLA_GRO_IPV4_MAX_SIZE = 64
_IFLA_INET_CONF = 1
_IFLA_INET6_CONF = 2
_IFLA_INET6_ADDR_GEN_MODE = 8
# linux/ip.h, linux/ipv6.h; the settings stand in an array that begins with the first of them.
_FORWARDING, _RP_FILTER = 1, 8
_DISABLE_IPV6 = 27

_ATTRS = BODY + IFINFO.size
_CONF = struct.calcsize("=I")


class _Field(NamedTuple):
    name: str
    format: str  # of a fixed-size payload; "s": raw bytes; "z": text that ends with NUL; "conf": one of an array
    at: int = 0  # its number in the array, from 1


_Tree: TypeAlias = Mapping[int, Union[tuple[_Field, ...], "_Tree"]]
_FIELDS: _Tree = {
    _IFLA_IFNAME: (_Field("name", "z"),),
    _IFLA_GROUP: (_Field("group", "I"),),
    _IFLA_OPERSTATE: (_Field("operstate", "B"),),
    _IFLA_MTU: (_Field("mtu", "I"),),
    _IFLA_MIN_MTU: (_Field("min_mtu", "I"),),
    _IFLA_MAX_MTU: (_Field("max_mtu", "I"),),
    _IFLA_TXQLEN: (_Field("txqlen", "I"),),
    _IFLA_MASTER: (_Field("master", "I"),),
    _IFLA_LINK: (_Field("lower", "I"),),
    _IFLA_LINK_NETNSID: (_Field("lower_netnsid", "i"),),
    _IFLA_ADDRESS: (_Field("address", "s"),),
    _IFLA_BROADCAST: (_Field("broadcast", "s"),),
    _IFLA_IFALIAS: (_Field("alias", "z"),),
    _IFLA_PROTO_DOWN: (_Field("protodown", "B"),),
    _IFLA_GSO_MAX_SIZE: (_Field("gso_max_size", "I"),),
    _IFLA_GSO_MAX_SEGS: (_Field("gso_max_segs", "I"),),
    _IFLA_GRO_MAX_SIZE: (_Field("gro_max_size", "I"),),
    _IFLA_GSO_IPV4_MAX_SIZE: (_Field("gso_ipv4_max_size", "I"),),
    _IFLA_GRO_IPV4_MAX_SIZE: (_Field("gro_ipv4_max_size", "I"),),
    _IFLA_TSO_MAX_SIZE: (_Field("tso_max_size", "I"),),
    _IFLA_TSO_MAX_SEGS: (_Field("tso_max_segs", "I"),),
    IFLA_LINKINFO: {IFLA_INFO_KIND: (_Field("kind", "z"),)},
    IFLA_AF_SPEC: {
        socket.AF_INET: {
            _IFLA_INET_CONF: (_Field("forwarding", "conf", _FORWARDING), _Field("rp_filter", "conf", _RP_FILTER))
        },
        socket.AF_INET6: {
            _IFLA_INET6_CONF: (_Field("disable_ipv6", "conf", _DISABLE_IPV6),),
            _IFLA_INET6_ADDR_GEN_MODE: (_Field("addrgenmode", "B"),),
        },
    },
    IFLA_PROP_LIST: (_Field("altnames", "s"),),
}
_DEFAULTS: dict[str, Any] = {
    "name": b"",
    "group": 0,
    "operstate": 0,
    "mtu": 0,
    "min_mtu": 0,
    "max_mtu": 0,
    "txqlen": 0,
    "kind": b"",
    "master": 0,
    "lower": 0,
    "lower_netnsid": None,
    "address": b"",
    "broadcast": b"",
    "alias": b"",
    "altnames": (),
    **Link._field_defaults,
}
_Found: TypeAlias = tuple[int, int, int, tuple[_Field, ...]]


def _walk(buffer: Buffer, start: int, end: int, known: _Tree) -> Iterator[_Found]:
    """Yield (type, first byte, end, its fields) of each attribute; one that nests others comes before those."""
    for kind, first, last in attributes(buffer, start, end):
        found = known.get(kind)
        if found is None or isinstance(found, tuple):
            yield kind, first, last, found or ()
        else:
            yield kind, first, last, ()
            yield from _walk(buffer, first, last, found)


def _altnames(payload: Buffer) -> tuple[bytes, ...]:
    return tuple(
        bytes(payload[start:end]).removesuffix(b"\0")
        for kind, start, end in attributes(payload, 0, len(payload))
        if kind == _IFLA_ALT_IFNAME
    )


def _value(kind: int, field: _Field, buffer: Buffer, start: int, end: int) -> Any:
    payload = bytes(buffer[start:end])
    match field.format:
        case "s":
            return _altnames(payload) if kind == IFLA_PROP_LIST else payload
        case "z":
            return payload.removesuffix(b"\0")
        case "conf":
            at = (field.at - 1) * _CONF
            # A kernel may keep fewer settings than we know.
            return struct.unpack_from("=I", payload, at)[0] if at + _CONF <= len(payload) else _DEFAULTS[field.name]
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
    _, arptype, ifindex, flags, _ = IFINFO.unpack_from(buffer, start + BODY)
    values = dict(_DEFAULTS)
    for kind, first, last, fields in _walk(buffer, start + _ATTRS, end, _FIELDS):
        for field in fields:
            values[field.name] = _value(kind, field, buffer, first, last)
    return Link(ifindex=ifindex, arptype=arptype, flags=flags, **values)


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

    def take_field(field: _Field, offset: int, size: int) -> bool:
        match field.format:
            case "z":
                if size == 0 or buffer[start + offset + size - 1] != 0:
                    return False
                take(field.name, offset, f"{size - 1}s")
                heads.add(offset + size - 1, "B")
            case "s":
                take(field.name, offset, f"{size}s")
            case "conf":
                at = (field.at - 1) * _CONF
                if at + _CONF <= size:
                    take(field.name, offset + at, "I")
            case fixed:
                take(field.name, offset, fixed)
        return True

    take("arptype", BODY + 2, "H")
    take("ifindex", BODY + 4, "i")
    take("flags", BODY + 8, "I")
    for _, first, last, fields in _walk(buffer, start + _ATTRS, end, _FIELDS):
        heads.add(first - ATTR_HEAD.size - start, "I")
        for field in fields:
            if field.name in order or not take_field(field, first - start, last - first):
                return None
    altnames = "altnames" in order
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
