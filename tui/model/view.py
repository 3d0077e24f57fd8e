"""Which rows are shown, and in which order."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from tui.model.group import Group, empty_group
from tui.model.link import Link
from tui.model.names import NameMap
from tui.model.store import Snapshot
from tui.model.text import visible

ALL_GROUPS = -1
"""The key of the row that stands for every group together."""

_DIGITS = re.compile(r"([0-9]+)")


@lru_cache(maxsize=65536)
def natural(name: bytes) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts eth2 before eth10."""
    parts = _DIGITS.split(visible(name).lower())
    return tuple((0, int(part), "") if odd % 2 and part.isascii() else (1, 0, part) for odd, part in enumerate(parts))


def all_groups(snapshot: Snapshot, names: NameMap) -> dict[int, Group]:
    """Return every group that has members or a name, by id."""
    known = {group_id: empty_group(group_id) for group_id in names.by_id}
    return known | dict(snapshot.groups)


def group_order(groups: dict[int, Group], names: NameMap, column: str, reverse: bool) -> list[int]:
    """Return the ids in the order of ``column``, ties by id."""
    keys: dict[str, Callable[[Group], Any]] = {
        "id": lambda group: group.group_id,
        "group": lambda group: natural(names.name(group.group_id).encode()),
        "members": lambda group: group.members,
        "up": lambda group: group.up,
        "down": lambda group: group.down,
        "mtu": lambda group: (group.mtu or 0, group.deviating),
        "kinds": lambda group: group.kinds,
    }
    ranked = sorted(groups)
    if column in keys:
        ranked.sort(key=lambda group_id: keys[column](groups[group_id]), reverse=reverse)
    return ranked


class LinkView:
    """The interfaces of the chosen group that pass the filter, in order; remembers what each one can be found by."""

    def __init__(self) -> None:
        """Show everything, by ifindex."""
        self.group_id = ALL_GROUPS
        self.text = ""
        """Plain text, found in any part without regard to case; empty: all."""
        self.column = "index"
        self.reverse = False
        self._words: dict[int, tuple[Link, str]] = {}

    def order(self, snapshot: Snapshot, names: NameMap) -> list[int]:
        """Return the ifindexes to show, in order."""
        links = snapshot.links
        shown: Iterable[int] = links
        if self.group_id != ALL_GROUPS:
            shown = [index for index, link in links.items() if link.group == self.group_id]
        if self.text:
            shown = self._matching(shown, snapshot, names)
        ordered = sorted(shown, reverse=self.reverse)
        if (key := self._key(snapshot, names)) is not None:
            ordered.sort(key=key, reverse=self.reverse)
        return ordered

    def _key(self, snapshot: Snapshot, names: NameMap) -> Callable[[int], Any] | None:
        links = snapshot.links
        keys: dict[str, Callable[[Link], Any]] = {
            "name": lambda link: natural(link.name),
            "group": lambda link: link.group,
            "state": lambda link: (not link.is_up, link.oper),
            "mtu": lambda link: link.mtu,
            "kind": lambda link: link.kind,
            "master": lambda link: natural(links[link.master].name) if link.master in links else (),
            "mac": lambda link: link.address,
            "alias": lambda link: link.alias,
        }
        key = keys.get(self.column)
        return None if key is None else lambda index: key(links[index])

    def _matching(self, shown: Iterable[int], snapshot: Snapshot, names: NameMap) -> list[int]:
        wanted = self.text.lower()
        groups = {group_id for group_id in snapshot.groups if wanted in names.name(group_id).lower()}
        masters = {index for index, link in snapshot.links.items() if wanted in self._found_by(link)}
        links = snapshot.links
        return [
            index
            for index in shown
            if index in masters or links[index].group in groups or links[index].master in masters
        ]

    def _found_by(self, link: Link) -> str:
        known = self._words.get(link.ifindex)
        if known is not None and known[0] is link:
            return known[1]
        parts = (visible(link.name), *map(visible, link.altnames), visible(link.alias), visible(link.kind))
        words = " ".join((*parts, link.address.hex(":"))).lower()
        self._words[link.ifindex] = (link, words)
        return words

    def forget(self, snapshot: Snapshot) -> None:
        """Drop what was remembered of interfaces that are gone."""
        for index in self._words.keys() - snapshot.links.keys():
            del self._words[index]
