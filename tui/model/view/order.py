"""Which rows are shown, and in which order."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias, TypeVar

from tui.model.link import Link
from tui.model.names.map import NameMap
from tui.model.names.tree import Branch, Place
from tui.model.natural import forget
from tui.model.store import Snapshot
from tui.model.view.filter import EVERYTHING, parse
from tui.model.view.pattern import FilterError
from tui.model.view.shown import Shown
from tui.model.view.terms import Criterion
from tui.model.view.words import Words

ALL_GROUPS = -1
"""The key of the row that stands for every group together."""


_Item = TypeVar("_Item")
SortKey: TypeAlias = Callable[[Shown], Callable[[_Item], Any]]
"""Makes what rows are ordered by, for what is shown: what many rows share is looked up once."""


def ordered(
    keys: Iterable[int],
    items: Mapping[int, _Item],
    by: SortKey[_Item] | None,
    shown: Shown,
    reverse: bool,
    ties: Callable[[int], int] | None = None,
) -> list[int]:
    """Return the keys of ``items`` in their order; ``by``: None: as ``ties`` says, which is by key if it is None."""
    found = sorted(keys, key=ties, reverse=reverse)
    if by is None:
        return found
    sort_key = by(shown)
    return sorted(found, key=lambda key: sort_key(items[key]), reverse=reverse)


class LinkView:
    """The interfaces of the chosen group or branch that pass the filter, in order."""

    def __init__(self, sort_keys: Mapping[str, SortKey[Link] | None], criteria: Mapping[str, Criterion]) -> None:
        """Show everything, by ifindex.

        ``sort_keys``: what each column is ordered by; ``criteria``: what a term of the filter can name.
        """
        self._sort_keys = sort_keys
        self._criteria = criteria
        self.place: Place = ALL_GROUPS
        """Whose interfaces are shown: those of a group, or of a branch; or of ALL_GROUPS."""
        self.only: frozenset[int] | None = None
        """Show no other ifindexes than these, the marked ones, of whatever group; None: those of ``place``."""
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
            self._filter = parse(text, self._criteria)
            self.problem = ""
        except FilterError as error:
            self.problem = str(error)
        return self.problem

    def order(self, shown: Shown) -> list[int]:
        """Return the ifindexes to show, in order. A filter that takes too long is out of force after that."""
        links = shown.snapshot.links
        chosen: Iterable[int] = links
        if self.only is not None:
            chosen = [index for index in self.only if index in links]
        elif isinstance(self.place, Branch):
            group_ids = set(self.place.group_ids)
            chosen = [index for index, link in links.items() if link.group in group_ids]
        elif self.place != ALL_GROUPS:
            chosen = [index for index, link in links.items() if link.group == self.place]
        selected = self._selected(chosen, shown.snapshot, shown.names)
        return ordered(selected, links, self._sort_keys[self.column], shown, self.reverse)

    def _selected(self, indexes: Iterable[int], snapshot: Snapshot, names: NameMap) -> Iterable[int]:
        """Filter, by what was in force before if the filter takes too long, and by nothing if that does too."""
        for tried in dict.fromkeys((self._filter, self._proven)):
            try:
                found = tried.select(indexes, snapshot, names, self._words)
            except FilterError as error:
                self.problem = str(error)
                continue
            self._filter = self._proven = tried
            self.hint = tried.hint(snapshot, names)
            return found
        self._filter = self._proven = EVERYTHING
        self.hint = ""
        return indexes

    def forget(self, snapshot: Snapshot) -> None:
        """Drop what was remembered of interfaces that are gone."""
        self._words.forget(snapshot)
        forget(len(snapshot.links))
