"""The marked interfaces: keyed by ifindex, each remembered as it was last seen."""

import time
from collections.abc import Iterable

from tui.model.link import Link
from tui.model.store import EMPTY, Snapshot
from tui.model.text import visible
from tui.model.view.pattern import PATIENCE, FilterError, finder, glob, regex

_RE = "re:"


class Marks:
    """Which interfaces are marked. Sorting and filtering don't touch them; a rename keeps them."""

    def __init__(self) -> None:
        """Mark nothing."""
        self._links = EMPTY.links
        self._revision = EMPTY.revision
        self._marked: dict[int, Link] = {}
        self._indexes: frozenset[int] | None = frozenset()

    def __contains__(self, index: object) -> bool:
        """Whether the interface with this ifindex is marked."""
        return index in self._marked

    def __len__(self) -> int:
        """Return how many are marked."""
        return len(self._marked)

    @property
    def indexes(self) -> frozenset[int]:
        """The ifindexes that are marked; the same object as long as they stay the same."""
        if self._indexes is None:
            self._indexes = frozenset(self._marked)
        return self._indexes

    def take(self, snapshot: Snapshot) -> list[Link]:
        """Take in what is known now; only what it holds can be marked until the next.

        Return the marked interfaces that vanished, or whose index is another device now, as they were last seen; they
        are marked no more.
        """
        self._links = snapshot.links
        dropped = []
        for index, before in list(self._marked.items()):
            if (now := snapshot.same(index, self._revision)) is None:
                dropped.append(before)
            elif now is not before:
                self._marked[index] = now
        self._revision = snapshot.revision
        if dropped:
            self.remove(link.ifindex for link in dropped)
        return dropped

    def toggle(self, index: int) -> None:
        """Mark an interface, or mark it no more."""
        self.invert((index,))

    def add(self, indexes: Iterable[int]) -> None:
        """Mark these; what isn't in the last snapshot taken is left out."""
        for index in indexes:
            if (link := self._links.get(index)) is not None:
                self._marked[index] = link
        self._indexes = None

    def remove(self, indexes: Iterable[int]) -> None:
        """Mark these no more."""
        for index in indexes:
            self._marked.pop(index, None)
        self._indexes = None

    def invert(self, shown: Iterable[int]) -> None:
        """Mark those of ``shown`` that aren't, and the others of them no more; what isn't shown stays as it is."""
        chosen = set(shown)
        before = chosen & self._marked.keys()
        self.remove(before)
        self.add(chosen - before)

    def clear(self) -> None:
        """Mark nothing any more."""
        self.remove(self.indexes)

    @staticmethod
    def matching(pattern: str, shown: Iterable[int], snapshot: Snapshot) -> list[int]:
        """Return those of ``shown`` whose whole name a glob matches, or in whose name ``re:…`` is found.

        Without regard to case. Raises FilterError if the pattern means nothing, or takes too long.
        """
        links = snapshot.links
        pattern = pattern.strip()
        if pattern[: len(_RE)].lower() == _RE:
            if not pattern[len(_RE) :]:
                raise FilterError("re: wants a regular expression, such as re:^eth[0-9]+$.")
            found = finder(regex(pattern[len(_RE) :]), time.monotonic() + PATIENCE)
            return [index for index in shown if found(links[index].name)]
        if not pattern:
            raise FilterError("Give a name, a glob such as eth*, or re: and a regular expression.")
        match = glob(pattern).match
        return [index for index in shown if match(visible(links[index].name))]
