"""What is known at one moment and stays together: whoever shows it, or freezes it, keeps one of these."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from tui.model.group import Group, empty_group, summed
from tui.model.names.map import NameMap
from tui.model.names.tree import Branch, Place, Tree, tree_of
from tui.model.store import Snapshot


@dataclass(frozen=True, eq=False)
class Shown:
    """Interfaces, names and protections of the same instant; equal to itself alone."""

    snapshot: Snapshot
    names: NameMap
    protected: Mapping[int, str]
    """Why interfaces are protected, by ifindex."""
    reading: bool = False
    """Whether not even the first full check was complete. Nothing counts as shown then: what is marked or changed would
    be the first parts of a dump."""
    fib: int = 0
    """How long the kernel's IPv6 FIB is, in entries and nodes; 0: not known."""

    @cached_property
    def groups(self) -> Mapping[int, Group]:
        """Every group that has members or a name, by id."""
        if self.reading:
            return {}
        known = {group_id: empty_group(group_id) for group_id in self.names.by_id}
        return known | dict(self.snapshot.groups)

    @cached_property
    def reasons(self) -> Mapping[int, list[str]]:
        """Why members are protected, by the id of their group."""
        found: dict[int, list[str]] = {}
        for index, reason in self.protected.items():
            found.setdefault(self.snapshot.links[index].group, []).append(reason)
        return found

    def group(self, group_id: int) -> Group:
        """Return a group, empty if it has neither members nor a name."""
        return self.groups.get(group_id) or empty_group(group_id)

    @property
    def tree(self) -> Tree:
        """The tree that the names make."""
        return tree_of(self.names)

    def figures(self, place: Place) -> Group:
        """Return a group; or what all groups of a branch come to together, counted once."""
        if not isinstance(place, Branch):
            return self.group(place)
        if (found := self._sums.get(place)) is None:
            groups = self.snapshot.groups
            found = summed(groups[group_id] for group_id in place.group_ids if group_id in groups)
            self._sums[place] = found
        return found

    @cached_property
    def _sums(self) -> dict[Branch, Group]:
        return {}

    def reasons_of(self, place: Place) -> list[str]:
        """Return why members of a group, or of any group of a branch, are protected."""
        group_ids = place.group_ids if isinstance(place, Branch) else (place,)
        return [reason for group_id in group_ids for reason in self.reasons.get(group_id, ())]
