"""The name map's grammar, read as `ip` reads it (iproute2 lib/rt_names.c).

Names are for people; the kernel knows only the number.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, Protocol

from tui.model.group import DEFAULT_GROUP, MAX_IP_GROUP
from tui.model.text import visible

# sscanf(p, "0x%x %s") and then sscanf(p, "%d %s"): greedy, no stepping back, and white space may be missing.
_HEX = re.compile(rb"0x[ \t\r\v\f]*+([+-]?+(?:0[xX])?+[0-9a-fA-F]++)[ \t\r\v\f]*+([^ \t\r\v\f]++)")
_DECIMAL = re.compile(rb"[ \t\r\v\f]*+([+-]?+[0-9]++)[ \t\r\v\f]*+([^ \t\r\v\f]++)")
WIDTH = 511
"""Bytes, line end excluded; fgets() into char[512] reads a longer line as several."""
_BUCKETS = 256
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")


class Named(Protocol):
    """What has an interface's name: an interface, for one."""

    @property
    def name(self) -> bytes:
        """As the kernel holds it."""


@dataclass(frozen=True, slots=True)
class NameMap:
    """Which name is shown for an id, and which id a name resolves to."""

    by_id: Mapping[int, bytes] = field(default_factory=lambda: MappingProxyType({DEFAULT_GROUP: b"default"}))
    by_name: Mapping[bytes, int] = field(default_factory=lambda: MappingProxyType({b"default": DEFAULT_GROUP}))
    corrupt_line: int = 0
    """The line, counted from 1, at which `ip` stops reading; 0: none."""
    ip: str = "ip"
    """How the `ip` that reads this map is called where we look, correct shell: see `shell.ip_in`."""

    devices: Mapping[int, Named] = field(default_factory=dict, compare=False, repr=False)
    """The interfaces of the same moment by ifindex, for words that name one."""

    def device(self, index: int) -> bytes:
        """Return an interface's name; if it isn't known, the word that `ip` takes for its index (ll_idx_a2n)."""
        link = self.devices.get(index)
        return b"if%d" % index if link is None else link.name

    def name(self, group_id: int) -> str:
        """Return what to show for an id: its name made visible, or the number."""
        found = self.by_id.get(group_id)
        return visible(found) if found is not None else str(group_id)


def group_title(group_id: int, names: NameMap) -> str:
    """Return how a group is called in a sentence."""
    name = names.name(group_id)
    return f"group {name}" if name == str(group_id) else f"group {name} ({group_id})"


def name_as_ip(group_id: int, names: NameMap) -> str:
    """Return a group as `ip` shows it: its name made visible, else the number as an int holds it (rtnl_group_n2a).

    So 4294967295 is "-1".
    """
    return names.name(group_id) if group_id <= MAX_IP_GROUP or group_id in names.by_id else str(_as_int(group_id))


class NameEntry(NamedTuple):
    """One entry as `ip` takes it apart, and where its two words stand."""

    group_id: int
    """As `ip` stores it in an int; negative: it skips the entry."""
    name: bytes
    number: int
    """As it is written, before an int wraps it."""
    id_at: slice
    """The number's place in what was read, a leading 0x included."""
    name_at: slice


def pieces(line: bytes) -> Iterator[bytes]:
    """Yield a line, its end excluded, as fgets() hands it out: at most WIDTH bytes at a time, nothing after a NUL."""
    for first in range(0, max(len(line), 1), WIDTH):
        yield line[first : first + WIDTH].split(b"\0")[0]


def ignored(piece: bytes) -> bool:
    """Whether `ip` skips this piece of a line: nothing on it, or a comment."""
    return piece.lstrip(b" \t")[:1] in (b"", b"#")


def entry(piece: bytes) -> NameEntry | None:
    """Read one piece of a line that isn't `ignored`; None: `ip` calls the file corrupt and stops."""
    indent = len(piece) - len(piece.lstrip(b" \t"))
    if match := _HEX.match(piece, indent):
        number, first = int(match[1], 16), indent
    elif match := _DECIMAL.match(piece, indent):
        number, first = int(match[1]), match.start(1)
    else:
        return None
    return NameEntry(_as_int(number), match[2], number, slice(first, match.end(1)), slice(*match.span(2)))


def _as_int(number: int) -> int:
    """Wrap like strtol() stored in an int."""
    clamped = max(-(2**63), min(number, 2**63 - 1))
    return (clamped + 2**31) % 2**32 - 2**31


def parse(data: bytes) -> NameMap:
    """Read a whole file. Never fails: like `ip`, it stops at the first malformed line, and says at which."""
    entries: list[tuple[int, bytes]] = []
    for number, line in enumerate(data.split(b"\n"), 1):
        for piece in pieces(line):
            if ignored(piece):
                continue
            if (found := entry(piece)) is None:
                return name_map(entries, number)
            entries.append(found[:2])
    return name_map(entries)


def name_map(entries: Iterable[tuple[int, bytes]], corrupt_line: int = 0) -> NameMap:
    """Return what `ip` makes of these (id, name) in file order: the last name of an id is shown, and a name
    resolves within the smallest ``id & 255`` to the id that came last."""
    by_id: dict[int, bytes] = {DEFAULT_GROUP: b"default"}
    buckets: list[list[tuple[int, bytes]]] = [[] for _ in range(_BUCKETS)]
    buckets[DEFAULT_GROUP].append((DEFAULT_GROUP, b"default"))
    for group_id, name in entries:
        if group_id >= 0:
            by_id[group_id] = name
            buckets[group_id % _BUCKETS].append((group_id, name))
    by_name: dict[bytes, int] = {}
    for bucket in buckets:
        for group_id, name in reversed(bucket):
            by_name.setdefault(name, group_id)
    return NameMap(MappingProxyType(by_id), MappingProxyType(by_name), corrupt_line)


def ip_set(group_id: int, what: str, names: NameMap) -> str:
    """Return the `ip` command that sets ``what`` on a group; a comment where `ip` can't name the group."""
    if group_id > MAX_IP_GROUP:
        return f"# ip can't name group {group_id}: it takes at most {MAX_IP_GROUP}"
    return f"{names.ip} link set group {ip_group(group_id, names)} {what}"


def ip_delete(group_id: int, names: NameMap) -> str:
    """Return the `ip` command that deletes a group's interfaces; a comment where `ip` can't name the group."""
    if group_id > MAX_IP_GROUP:
        return f"# ip can't name group {group_id}: it takes at most {MAX_IP_GROUP}"
    return f"{names.ip} link delete group {ip_group(group_id, names)}"


def ip_group(group_id: int, names: NameMap) -> str:
    """Return a word that `ip` resolves to this group: its name if that is plain, else the number."""
    name = names.by_id.get(group_id)
    if name is not None and names.by_name.get(name) == group_id:
        text = name.decode("utf-8", "replace")
        if _PLAIN.fullmatch(text) and not text.isdigit():
            return text
    return ip_number(group_id, names)


def ip_number(group_id: int, names: NameMap) -> str:
    """Return a group's number for `ip`, in hex if the decimal is another group's name: it looks names up first."""
    spelled = (str(group_id), f"0x{group_id:x}", f"0x0{group_id:x}", f"0x00{group_id:x}")
    return next(word for word in spelled if names.by_name.get(word.encode(), group_id) == group_id)
