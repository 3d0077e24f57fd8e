"""The rows of the groups: a list in order, or a tree that is folded and unfolded where names of the map make one."""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from tui.model.names.tree import Branch, Place
from tui.model.view.order import ALL_GROUPS, SortKey, ordered
from tui.model.view.shown import Shown

Fold = Literal["", "folded", "unfolded"]
"""Whether a row has others below it, and whether those are shown."""


class Spot(NamedTuple):
    """How a row stands in the tree."""

    depth: int = 0
    """Rows above it that it is below."""
    fold: Fold = ""
    itself: bool = False
    """It is the own group of the parent in whose row all that is below is summed up."""


class Outline:
    """Which groups and parents are shown, in order; folded at first.

    Rows have keys, as a table wants them: a group's is its id, ALL_GROUPS stands for all of them, and a parent's is a
    number below that, the same for the same path as long as this lives. A parent's row always means all groups at its
    path and below it, folded or not; the group that bears the path itself as its name has a row of its own, the first
    below it.
    """

    def __init__(self, sort_keys: Mapping[str, SortKey[Place] | None]) -> None:
        """Show all groups by id, parents folded. ``sort_keys``: what each column is ordered by; None: by id."""
        self._sort_keys = sort_keys
        self.column = "id"
        self.reverse = False
        self._unfolded: set[bytes] = set()
        self._keys: dict[bytes, int] = {}
        self._paths: list[bytes] = []

    def rows(self, shown: Shown) -> list[int]:
        """Return the keys of the rows, in order; the first stands for all groups."""
        if shown.reading or shown.tree.is_flat:
            return [ALL_GROUPS, *self._ordered({group_id: group_id for group_id in shown.groups}, shown)]
        return [ALL_GROUPS, *self._below(None, shown)]

    def place(self, key: int, shown: Shown) -> Place:
        """Return what a row stands for; ALL_GROUPS also for a parent that is gone."""
        return shown.tree.branch(self._path(key)) or ALL_GROUPS if key < ALL_GROUPS else key

    def spot(self, key: int, shown: Shown) -> Spot:
        """Return how a row stands in the tree."""
        tree = shown.tree
        if key < ALL_GROUPS:
            path = self._path(key)
            return Spot(tree.depth(path), "unfolded" if path in self._unfolded else "folded")
        if (own := tree.path_of(key)) is None:
            return Spot()
        itself = tree.is_parent(own)
        return Spot(tree.depth(own) + itself, itself=itself)

    def unfold(self, key: int, shown: Shown) -> int:
        """Show what is below a row. Return where to go: to that row, or if it is unfolded already to the first below.

        Of all groups: unfold every parent.
        """
        if key == ALL_GROUPS:
            self._unfolded.update(path for path in shown.tree if shown.tree.is_parent(path))
        elif key < ALL_GROUPS:
            path = self._path(key)
            if path in self._unfolded:
                return next(self._below(path, shown), key)
            self._unfolded.add(path)
        return key

    def fold(self, key: int, shown: Shown) -> int:
        """Show no more what is below a row. Return where to go: to that row, or if it isn't unfolded to its parent's.

        Of all groups: fold every parent.
        """
        tree = shown.tree
        if key == ALL_GROUPS:
            self._unfolded.clear()
            return key
        if key < ALL_GROUPS:
            if (path := self._path(key)) in self._unfolded:
                self._unfolded.remove(path)
                return key
            above = tree.parent(path)
        else:
            above = self._above(key, shown)
        return key if above is None else self._key(above)

    def reveal(self, key: int | None, shown: Shown) -> None:
        """Unfold whatever hides a row: a name that is edited must not take away the row under the cursor."""
        if key is None or key == ALL_GROUPS or shown.tree.is_flat:
            return
        path = shown.tree.parent(self._path(key)) if key < ALL_GROUPS else self._above(key, shown)
        while path is not None:
            self._unfolded.add(path)
            path = shown.tree.parent(path)

    def _above(self, group_id: int, shown: Shown) -> bytes | None:
        """Return the path of the parent below which a group's row stands; None: it is below none."""
        if (own := shown.tree.path_of(group_id)) is None:
            return None
        return own if shown.tree.is_parent(own) else shown.tree.parent(own)

    def _below(self, parent: bytes | None, shown: Shown) -> Iterator[int]:
        """Yield the rows below one, in order; None: all rows."""
        tree = shown.tree
        if parent is None:
            paths = tree.roots
            places: dict[int, Place] = {key: key for key in shown.groups if tree.path_of(key) is None}
        else:
            paths, places = tree.children(parent), {}
            # The parent's own first, however the others are ordered.
            yield from tree.own(parent)
        for path in paths:
            if tree.is_parent(path) and (branch := tree.branch(path)):
                places[self._key(path)] = branch
            else:
                places.update({group_id: group_id for group_id in tree.own(path)})
        for key in self._ordered(places, shown):
            yield key
            if key < ALL_GROUPS and (path := self._path(key)) in self._unfolded:
                yield from self._below(path, shown)

    def _ordered(self, places: Mapping[int, Place], shown: Shown) -> list[int]:
        by = self._sort_keys[self.column]
        return ordered(places, places, by, shown, self.reverse, ties=lambda key: _least_id(places[key]))

    def _key(self, path: bytes) -> int:
        if path not in self._keys:
            self._paths.append(path)
            self._keys[path] = ALL_GROUPS - len(self._paths)
        return self._keys[path]

    def _path(self, key: int) -> bytes:
        return self._paths[ALL_GROUPS - key - 1]


def _least_id(place: Place) -> int:
    return min(place.group_ids) if isinstance(place, Branch) else place
