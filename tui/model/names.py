"""The name map's grammar, read as `ip` reads it (iproute2 lib/rt_names.c).

Names are for people; the kernel knows only the number.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tui.model.group import DEFAULT_GROUP, MAX_IP_GROUP
from tui.model.text import visible

# sscanf(p, "0x%x %s") and then sscanf(p, "%d %s"): greedy, no stepping back, and white space may be missing.
_HEX = re.compile(rb"0x[ \t\r\v\f]*+([+-]?+(?:0[xX])?+[0-9a-fA-F]++)[ \t\r\v\f]*+([^ \t\r\v\f]++)")
_DECIMAL = re.compile(rb"[ \t\r\v\f]*+([+-]?+[0-9]++)[ \t\r\v\f]*+([^ \t\r\v\f]++)")
_WIDTH = 511  # fgets() into char[512]: a longer line is read as several
_BUCKETS = 256
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class NameMap:
    """Which name is shown for an id, and which id a name resolves to."""

    by_id: Mapping[int, bytes] = field(default_factory=lambda: MappingProxyType({DEFAULT_GROUP: b"default"}))
    by_name: Mapping[bytes, int] = field(default_factory=lambda: MappingProxyType({b"default": DEFAULT_GROUP}))
    corrupt_line: int = 0
    """The line, counted from 1, at which `ip` stops reading; 0: none."""

    def name(self, group_id: int) -> str:
        """Return what to show for an id: its name made visible, or the number."""
        found = self.by_id.get(group_id)
        return visible(found) if found is not None else str(group_id)


def _lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (line number from 1, text) as fgets() hands lines out."""
    for number, line in enumerate(data.split(b"\n"), 1):
        for first in range(0, max(len(line), 1), _WIDTH):
            yield number, line[first : first + _WIDTH].split(b"\0")[0].lstrip(b" \t")


def _entry(line: bytes) -> tuple[int, bytes] | None:
    if match := _HEX.match(line):
        return _as_int(int(match[1], 16)), match[2]
    if match := _DECIMAL.match(line):
        return _as_int(int(match[1])), match[2]
    return None


def _as_int(number: int) -> int:
    """Wrap like strtol() stored in an int."""
    clamped = max(-(2**63), min(number, 2**63 - 1))
    return (clamped + 2**31) % 2**32 - 2**31


def parse(data: bytes) -> NameMap:
    """Read a whole file. Never fails: like `ip`, it stops at the first malformed line, and says at which."""
    by_id: dict[int, bytes] = {DEFAULT_GROUP: b"default"}
    buckets: list[list[tuple[int, bytes]]] = [[] for _ in range(_BUCKETS)]
    buckets[DEFAULT_GROUP].append((DEFAULT_GROUP, b"default"))
    corrupt = 0
    for number, line in _lines(data):
        if not line or line.startswith(b"#"):
            continue
        if (entry := _entry(line)) is None:
            corrupt = number
            break
        group_id, name = entry
        if group_id >= 0:
            by_id[group_id] = name
            buckets[group_id % _BUCKETS].append(entry)
    by_name: dict[bytes, int] = {}
    for bucket in buckets:
        for group_id, name in reversed(bucket):
            by_name.setdefault(name, group_id)
    return NameMap(MappingProxyType(by_id), MappingProxyType(by_name), corrupt)


def ip_set(group_id: int, what: str, names: NameMap) -> str:
    """Return the `ip` command that sets ``what`` on a group; a comment where `ip` can't name the group."""
    if group_id > MAX_IP_GROUP:
        return f"# ip can't name group {group_id}: it takes at most {MAX_IP_GROUP}"
    return f"ip link set group {_ip_group(group_id, names)} {what}"


def _ip_group(group_id: int, names: NameMap) -> str:
    """Return a word that `ip` resolves to this group: its name if that is plain, else the number.

    `ip` looks names up first, so a number that is some other group's name is written in hex.
    """
    name = names.by_id.get(group_id)
    if name is not None and names.by_name.get(name) == group_id:
        text = name.decode("utf-8", "replace")
        if _PLAIN.fullmatch(text) and not text.isdigit():
            return text
    spelled = (str(group_id), f"0x{group_id:x}", f"0x0{group_id:x}", f"0x00{group_id:x}")
    return next(word for word in spelled if names.by_name.get(word.encode(), group_id) == group_id)
