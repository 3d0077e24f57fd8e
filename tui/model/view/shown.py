"""What is known at one moment and stays together: whoever shows it, or freezes it, keeps one of these."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from tui.model.group import Group, empty_group
from tui.model.names.map import NameMap
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
