"""Takes netlink messages apart for people: every byte once, in the order of the wire, with what it says and why.

It is for teaching, so it never fails: what is cut off, lies about its length or is unknown becomes a piece that says
so. `tui.netlink.wire` is what the console itself reads and writes with.
"""

import errno
import os
import struct
from collections.abc import Mapping
from typing import NamedTuple

from tui.model.link import OPERSTATES
from tui.model.names.map import NameMap
from tui.model.text import plural, visible
from tui.model.wire.attributes import COUNTERS, ERROR, LINK, Attribute
from tui.model.wire.words import Setting, flags_words, header_meanings, link_meanings, type_words

NLMSG_ERROR = 2
NLMSG_DONE = 3
IFLA_GROUP = 27
_LINKS = range(16, 20)  # RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK, RTM_SETLINK
_CAPPED = 0x100
_ACK_TLVS = 0x200
_NESTED = 0x8000
_NUMBER = 0x3FFF  # an attribute's type without NLA_F_NESTED and NLA_F_NET_BYTEORDER
_DEEPEST = 8  # levels that are opened; the kernel makes no more than five
_HEADER = 16
_IFINFO = 16


class Piece(NamedTuple):
    """Some bytes that belong together."""

    offset: int
    """Of the first byte, from the start of what was taken apart."""
    raw: bytes
    depth: int
    """How far it is nested; 0: a message's own header."""
    name: str
    """What the kernel calls it, such as "nlmsghdr.len", "IFLA_GROUP"; "padding", "cut off", "malformed"."""
    value: str
    """What it says, in words; made visible."""
    meaning: str
    """Why it is there, one sentence; may be empty."""


def dissect(data: bytes, names: NameMap | None = None) -> list[Piece]:
    """Take a buffer of messages apart; the raw bytes of the pieces, joined, are ``data``. Never raises.

    ``names`` gives the groups' names.
    """
    cut = _Cut(data, names or NameMap())
    while cut.at < len(data):
        cut.message(0, len(data))
    return cut.pieces


class _Cut:
    """What was cut so far."""

    def __init__(self, data: bytes, names: NameMap) -> None:
        self._data = data
        self._names = names
        self.at = 0
        self.pieces: list[Piece] = []

    def _take(self, size: int, depth: int, name: str, value: str = "", meaning: str = "") -> None:
        if size > 0:
            self.pieces.append(Piece(self.at, self._data[self.at : self.at + size], depth, name, value, meaning))
            self.at += size

    def _peek(self, code: str, offset: int = 0) -> int:
        number: int = struct.unpack_from("=" + code, self._data, self.at + offset)[0]
        return number

    def message(self, depth: int, end: int) -> None:
        """Cut one message, and its padding."""
        left = end - self.at
        if left < _HEADER:
            self._take(left, depth, "cut off", plural(left, "byte"), "Too few for a message header, which has 16.")
            return
        length = self._peek("I")
        if length < _HEADER:
            self._take(
                left, depth, "malformed", f"claims {length} bytes", "A message has at least its header, 16 bytes."
            )
            return
        whole = length <= left
        last = self.at + min(length, left)
        kind, flags = self._header(depth, length, whole, left)
        if kind == NLMSG_ERROR and depth < _DEEPEST:
            self._error(depth + 1, flags, last)
        elif kind in _LINKS:
            self._link(depth + 1, Setting(kind, flags), last)
        elif kind == NLMSG_DONE and last - self.at >= 4:
            self._take(4, depth + 1, "error", _errno_words(self._peek("i")), "How the dump ended.")
        self._take(last - self.at, depth + 1, "payload", f"{last - self.at} bytes")
        if whole:
            self._pad(depth, length, end)

    def _header(self, depth: int, length: int, whole: bool, left: int) -> tuple[int, int]:
        kind, flags, seq, pid = (self._peek(code, at) for code, at in (("H", 4), ("H", 6), ("I", 8), ("I", 12)))
        meanings = header_meanings(kind, flags, seq, pid)
        claim = f"{length}" if whole else f"{length}, but {left} bytes are there"
        self._take(4, depth, "nlmsghdr.len", claim, "Bytes of the message, this header included.")
        self._take(2, depth, "nlmsghdr.type", type_words(kind), meanings.type)
        self._take(2, depth, "nlmsghdr.flags", flags_words(kind, flags), meanings.flags)
        self._take(4, depth, "nlmsghdr.seq", str(seq), meanings.seq)
        self._take(4, depth, "nlmsghdr.pid", str(pid), meanings.pid)
        return kind, flags

    def _error(self, depth: int, flags: int, end: int) -> None:
        """Cut what follows the header of an answer: netlink_ack, net/netlink/af_netlink.c."""
        if end - self.at < 4:
            return
        number = self._peek("i")
        said = "The ACK; an empty group gets it too." if number == 0 else "The kernel refused; minus the errno."
        self._take(4, depth, "nlmsgerr.error", _errno_words(number), said)
        if flags & _CAPPED or number == 0:
            # Of the request only its header comes back.
            if end - self.at >= _HEADER:
                self._header(depth, self._peek("I"), True, end - self.at)
        else:
            self.message(depth, end)
        if flags & _ACK_TLVS:
            self._attributes(depth, end, ERROR, {})

    def _link(self, depth: int, setting: Setting, end: int) -> None:
        """Cut an ifinfomsg and its attributes."""
        if end - self.at < _IFINFO:
            return
        family, arptype, index, flags, change = struct.unpack_from("=BxHiII", self._data, self.at)
        setting = setting._replace(ifindex=index, groups=self._has_group(self.at + _IFINFO, end))
        for field in link_meanings(setting, family, arptype, flags, change):
            self._take(field.size, depth, f"ifinfomsg.{field.name}", field.value, field.meaning)
        self._attributes(depth, end, LINK, setting.meanings)

    def _has_group(self, at: int, end: int) -> bool:
        """Whether IFLA_GROUP is among the attributes to come."""
        while end - at >= 4:
            length, kind = struct.unpack_from("=HH", self._data, at)
            if length < 4:
                break
            if kind & _NUMBER == IFLA_GROUP:
                return True
            at += (length + 3) & ~3
        return False

    def _attributes(self, depth: int, end: int, table: Mapping[int, Attribute], meanings: Mapping[str, str]) -> None:
        """Cut attributes up to ``end``; ``meanings`` are those that they have in this message."""
        while end - self.at >= 4:
            length, kind = struct.unpack_from("=HH", self._data, self.at)
            left = end - self.at
            if length < 4 or length > left:
                words = f"claims {length} bytes of {left}"
                self._take(
                    left, depth, "malformed", words, "An attribute has at least 4 bytes and ends within its nest."
                )
                return
            number = kind & _NUMBER
            known = table.get(number) or Attribute(f"attribute {number}", "nest" if kind & _NESTED else "raw")
            last = self.at + length
            self._take(4, depth, known.name, f"{length} bytes, type {number}", meanings.get(known.name, known.meaning))
            self._payload(depth + 1, last, known)
            self._pad(depth, length, end)
        self._take(end - self.at, depth, "cut off", f"{end - self.at} bytes", "Too few for an attribute, which has 4.")

    def _payload(self, depth: int, end: int, known: Attribute) -> None:
        size, form = end - self.at, known.form
        if form == "nest" and depth < _DEEPEST:
            self._attributes(depth, end, known.inside or {}, {})
        elif form == "counters":
            for name in COUNTERS:
                if end - self.at >= 8:
                    self._take(8, depth, name, str(self._peek("Q")))
        self._take(end - self.at, depth, "value", self._words(form, size))

    def _words(self, form: str, size: int) -> str:
        """Say what the payload at hand holds."""
        raw = self._data[self.at : self.at + size]
        if form == "text":
            return visible(raw[:-1] if raw.endswith(b"\0") else raw)
        if form == "address":
            return raw.hex(":")
        code = {"group": "I", "operstate": "B", "raw": {1: "B", 2: "H", 4: "I"}.get(size, "")}.get(form, form)
        if len(code) != 1 or struct.calcsize("=" + code) != size:
            return plural(size, "byte") + (", all 0" if not any(raw) else "")
        number = self._peek(code)
        if form == "group":
            name = self._names.name(number)
            return f"{number}: group {name}" if name != str(number) else f"{number}: a group without a name"
        if form == "operstate" and number < len(OPERSTATES):
            return f"{number} = {OPERSTATES[number]}"
        return str(number)

    def _pad(self, depth: int, length: int, end: int) -> None:
        self._take(min(-length % 4, end - self.at), depth, "padding", "", "To a multiple of 4.")


def _errno_words(number: int) -> str:
    if number == 0:
        return "0"
    return f"{number} = {errno.errorcode.get(-number, 'unknown')}: {visible(os.strerror(-number))}"
