"""Which rows are shown, and in which order."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from tui.model.filter import EVERYTHING, parse
from tui.model.group import Group, empty_group
from tui.model.link import Link
from tui.model.names import NameMap
from tui.model.pattern import FilterError
from tui.model.store import Snapshot
from tui.model.text import visible
from tui.model.words import Words

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
    """The interfaces of the chosen group that pass the filter, in order."""

    def __init__(self) -> None:
        """Show everything, by ifindex."""
        self.group_id = ALL_GROUPS
        self.only: frozenset[int] | None = None
        """Show no other ifindexes than these, the marked ones, of whatever group; None: the chosen group's."""
        self.column = "index"
        self.reverse = False
        self.problem = ""
        """Why what was typed last isn't in force, one sentence; empty: it is."""
        self.hint = ""
        """What may not be as it was meant in the filter in force, as of the last `order`; empty: nothing."""
        self._filter = EVERYTHING
        self._proven = EVERYTHING
        self._words = Words()

    @property
    def text(self) -> str:
        """The filter in force, as it was typed; empty: none."""
        return self._filter.text

    def set_filter(self, text: str) -> str:
        """Look for ``text`` from now on. Return what is wrong with it, one sentence; then all stays as it was."""
        try:
            self._filter = parse(text)
            self.problem = ""
        except FilterError as error:
            self.problem = str(error)
        return self.problem

    def order(self, snapshot: Snapshot, names: NameMap) -> list[int]:
        """Return the ifindexes to show, in order. A filter that takes too long is out of force after that."""
        links = snapshot.links
        shown: Iterable[int] = links
        if self.only is not None:
            shown = [index for index in self.only if index in links]
        elif self.group_id != ALL_GROUPS:
            shown = [index for index, link in links.items() if link.group == self.group_id]
        ordered = sorted(self._selected(shown, snapshot, names), reverse=self.reverse)
        if (key := self._key(snapshot, names)) is not None:
            ordered.sort(key=key, reverse=self.reverse)
        return ordered

    def _selected(self, shown: Iterable[int], snapshot: Snapshot, names: NameMap) -> Iterable[int]:
        """Filter, by what was in force before if the filter takes too long, and by nothing if that does too."""
        for tried in dict.fromkeys((self._filter, self._proven)):
            try:
                found = tried.select(shown, snapshot, names, self._words)
            except FilterError as error:
                self.problem = str(error)
                continue
            self._filter = self._proven = tried
            self.hint = tried.hint(snapshot, names)
            return found
        self._filter = self._proven = EVERYTHING
        self.hint = ""
        return shown

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

    def forget(self, snapshot: Snapshot) -> None:
        """Drop what was remembered of interfaces that are gone."""
        self._words.forget(snapshot)
