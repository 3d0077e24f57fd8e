"""Which rows are shown, and in which order."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from tui.model.group import Group, empty_group
from tui.model.names.map import NameMap
from tui.model.store import Snapshot
from tui.model.view.filter import EVERYTHING, parse
from tui.model.view.pattern import FilterError
from tui.model.view.sort_keys import link_order
from tui.model.view.words import Words

ALL_GROUPS = -1
"""The key of the row that stands for every group together."""


def all_groups(snapshot: Snapshot, names: NameMap) -> dict[int, Group]:
    """Return every group that has members or a name, by id."""
    known = {group_id: empty_group(group_id) for group_id in names.by_id}
    return known | dict(snapshot.groups)


_NOBODY: Mapping[int, str] = MappingProxyType({})


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

    def order(self, snapshot: Snapshot, names: NameMap, protected: Mapping[int, str] = _NOBODY) -> list[int]:
        """Return the ifindexes to show, in order. A filter that takes too long is out of force after that.

        ``protected``: why interfaces are protected, by ifindex.
        """
        links = snapshot.links
        shown: Iterable[int] = links
        if self.only is not None:
            shown = [index for index in self.only if index in links]
        elif self.group_id != ALL_GROUPS:
            shown = [index for index, link in links.items() if link.group == self.group_id]
        selected = self._selected(shown, snapshot, names)
        return link_order(selected, links, names, protected, self.column, self.reverse)

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

    def forget(self, snapshot: Snapshot) -> None:
        """Drop what was remembered of interfaces that are gone."""
        self._words.forget(snapshot)
