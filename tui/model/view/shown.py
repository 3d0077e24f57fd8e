"""What is known at one moment and stays together: whoever shows it, or freezes it, keeps one of these."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from tui.model.group import Group, empty_group
from tui.model.names.map import NameMap
from tui.model.store import Snapshot


@dataclass(frozen=True)
class Shown:
    """Interfaces, names and protections of the same instant."""

    snapshot: Snapshot
    names: NameMap
    protected: Mapping[int, str]
    """Why interfaces are protected, by ifindex."""

    @cached_property
    def groups(self) -> Mapping[int, Group]:
        """Every group that has members or a name, by id."""
        known = {group_id: empty_group(group_id) for group_id in self.names.by_id}
        return known | dict(self.snapshot.groups)

    @cached_property
    def reasons(self) -> Mapping[int, list[str]]:
        """Why members are protected, by the id of their group."""
        found: dict[int, list[str]] = {}
        for index, reason in self.protected.items():
            found.setdefault(self.snapshot.links[index].group, []).append(reason)
        return found
