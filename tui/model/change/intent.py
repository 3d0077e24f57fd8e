"""What the operator asked, frozen with what was on the screen at that moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tui.model.change.settings import Settings
from tui.model.link import Link
from tui.model.store import Snapshot

Operation = Literal["up", "down", "mtu", "retag", "restore"]


@dataclass(frozen=True, slots=True)
class Intent:
    """A change of a whole group, by one message; or of single interfaces, by a message each."""

    operation: Operation
    group_id: int | None
    """The group that is changed as a whole; None: single interfaces, each addressed by its ifindex."""
    members: Mapping[int, Link]
    """The interfaces by ifindex, ascending, as they were seen; of a whole group, nobody goes through them before the
    message is sent."""
    revision: int
    """The store's revision that was seen."""
    mtu: int | None = None
    """Bytes, for "mtu"."""
    new_group: int | None = None
    """The group that the interfaces go to, for "retag"."""
    each: Mapping[int, Settings] | None = None
    """What each is to be again, by ifindex, for "restore"."""
    undoes: int | None = None
    """The number of the change that this one takes back; None: it takes none back."""

    @property
    def up(self) -> bool | None:
        """The administrative state that was asked for; None: it isn't touched, or not alike for all."""
        return self.operation == "up" if self.operation in ("up", "down") else None

    @property
    def alike(self) -> Settings | None:
        """What all interfaces are to be; None: each something of its own, see `wanted`."""
        return Settings(self.mtu, self.up, self.new_group) if self.each is None else None

    def wanted(self, ifindex: int) -> Settings:
        """Return what an interface is to be."""
        if self.each is not None:
            return self.each.get(ifindex, Settings())
        return Settings(self.mtu, self.up, self.new_group)

    def reached(self, link: Link) -> bool:
        """Whether ``link`` already is as asked."""
        return self.wanted(link.ifindex).met_by(link)


def make_intent(snapshot: Snapshot, operation: Operation, group_id: int, mtu: int | None = None) -> Intent:
    """Freeze what the operator asks of a whole group with what ``snapshot`` shows. ``mtu`` in bytes.

    Costs the same for any number of members.
    """
    return Intent(operation, group_id, snapshot.members(group_id), snapshot.revision, mtu)


def intent_for_links(
    snapshot: Snapshot,
    operation: Operation,
    indexes: frozenset[int],
    mtu: int | None = None,
    new_group: int | None = None,
) -> Intent:
    """Freeze what the operator asks of single interfaces, by ifindex.

    If they are exactly the members of one group, it is that group's change, by one message; not so for a retag,
    since the group of a message is the one that it selects.
    """
    members = {index: snapshot.links[index] for index in sorted(indexes) if index in snapshot.links}
    if operation != "retag" and (group_id := whole_group(members, snapshot)) is not None:
        return make_intent(snapshot, operation, group_id, mtu)
    return Intent(operation, None, members, snapshot.revision, mtu, new_group)


def whole_group(members: Mapping[int, Link], snapshot: Snapshot) -> int | None:
    """Return the group whose members are exactly these; None: there is no such group."""
    groups = {link.group for link in members.values()}
    if len(groups) != 1:
        return None
    (group_id,) = groups
    group = snapshot.groups.get(group_id)
    return group_id if group is not None and group.members == len(members) else None
