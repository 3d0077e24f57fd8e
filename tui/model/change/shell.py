"""The shell lines that do the same as a change: correct in dash, bash and busybox, whatever bytes a name holds.

All of it is printable ASCII, so that nothing in it can act on a terminal or on what a clipboard is pasted into.

`ip` is iproute2's. A busybox built to prefer its own applets (Debian's busybox-static) runs an `ip` that knows no
groups and calls the word garbage; there, `ip() { /sbin/ip "$@"; }` beforehand makes its shell run the other one.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping

from tui.model.change.settings import UNTOUCHED, Settings
from tui.model.change.shell_word import quote
from tui.model.link import Link
from tui.model.names.map import NameMap, ip_set

# A word as `quote` writes it.
_WORD = re.compile(r"""(?:[A-Za-z0-9_.,:/@+-]|'[^']*'|\\'|"\$\(printf '[^']*'\)")+""")
_LOOP, _DO = "for dev in ", "; do "


def ip_in(netns: str) -> str:
    """Return how `ip` is called to act in what --netns names: a netns of ip-netns(8) by -n, a path by nsenter(1).

    A path should be absolute, since the line may be pasted anywhere. Raises ValueError as `quote`.
    """
    word = quote(os.fsencode(netns))
    return f"nsenter --net={word} ip" if "/" in netns else f"ip -n {word}"


def ip_move(group_id: int, netns: str, names: NameMap) -> str:
    """Return the `ip` command that moves a group's interfaces to a netns; a comment where `ip` can't name the group."""
    where = os.path.abspath(netns) if "/" in netns else netns
    return ip_set(group_id, f"netns {quote(os.fsencode(where))}", names)


def device_lines(members: Mapping[int, Link], wanted: Settings | Mapping[int, Settings], names: NameMap) -> list[str]:
    """Return the `ip` lines that set on each of ``members``, by ifindex, what is ``wanted`` of all or of each.

    Interfaces that are to become alike share a line, which may be long: it is meant to be pasted. A comment tells what
    `ip` can't do. An interface of which nothing is wanted has no line.
    """

    def each() -> Iterator[tuple[bytes, Settings]]:
        for index, link in sorted(members.items()):
            yield link.name, wanted if isinstance(wanted, Settings) else wanted.get(index, UNTOUCHED)

    return named_lines(each(), names)


def named_lines(wanted: Iterable[tuple[bytes, Settings]], names: NameMap) -> list[str]:
    """Return the same for interfaces by name, each with what it is to be."""
    alike: dict[Settings, list[bytes]] = {}
    for name, settings in wanted:
        alike.setdefault(settings, []).append(name)
    lines: list[str] = []
    for settings, devices in alike.items():
        words, comments = settings.ip(names)
        lines += comments
        if words:
            lines.append(_line(devices, words, names.ip))
    return lines


def _line(devices: list[bytes], words: str, ip: str) -> str:
    if len(devices) == 1:
        return f"{ip} link set dev {quote(devices[0])} {words}"
    return f'{_LOOP}{" ".join(map(quote, devices))}{_DO}{ip} link set dev "$dev" {words}; done'


def shortened(line: str, room: int) -> str:
    """Return a line of `device_lines` with as few of its interfaces as it takes to fit into ``room`` characters.

    To look at, not to run: it tells how many more there are. At least one interface stays, so that it may be longer.
    """
    if len(line) <= room or not line.startswith(_LOOP):
        return line
    # The first one: no interface has a blank in its name, but a netns may.
    devices, _, rest = line.removeprefix(_LOOP).partition(_DO)
    words = _WORD.findall(devices)
    left = room - len(f"{_LOOP}... and {len(words):,} more{_DO}{rest}")
    kept: list[str] = []
    for word in words[:-1]:
        left -= len(word) + 1
        if kept and left < 0:
            break
        kept.append(word)
    return f"{_LOOP}{' '.join(kept)} ... and {len(words) - len(kept):,} more{_DO}{rest}"


def pasteable(lines: Iterable[str]) -> str:
    """Return lines as one text for a clipboard, without a newline at the end: the last one waits for Enter.

    Raises ValueError if anything in it isn't printable ASCII.
    """
    found = list(lines)
    if not all(line.isascii() and line.isprintable() for line in found):
        raise ValueError("This holds characters that a clipboard must not get.")
    return "\n".join(found)
