"""What the operator asked, frozen with what was on the screen at that moment."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tui.model.change.settings import UNTOUCHED, Settings
from tui.model.link import Link
from tui.model.members import Together
from tui.model.names.tree import Branch
from tui.model.store import Snapshot


@dataclass(frozen=True, slots=True)
class Intent:
    """A change of a whole group, by one message; of several, or of single interfaces, by a message each."""

    settings: Settings | Mapping[int, Settings]
    """What all interfaces are to be; or what each is to be again, by ifindex."""
    group_id: int | None
    """The group that is changed as a whole; None: ``groups``, or single interfaces, each addressed by its ifindex."""
    members: Mapping[int, Link]
    """The interfaces by ifindex, ascending, as they were seen; of whole groups, nobody goes through them before the
    message is sent."""
    revision: int
    """The store's revision that was seen."""
    undoes: int | None = None
    """The number of the change that this one takes back; None: it takes none back."""
    groups: tuple[int, ...] = ()
    """Several groups that are changed as wholes, by a message each; members of none of them get one of their own."""
    path: bytes = b""
    """The parent in the tree of names that was chosen, whose groups those are; empty: none was."""
    each_of: tuple[int, ...] = ()
    """The groups that could be changed as wholes, where the operator wants a message for each member instead."""

    @property
    def whole(self) -> tuple[int, ...]:
        """All groups that are changed as wholes; empty: each interface is addressed by its ifindex."""
        return self.groups if self.group_id is None else (self.group_id,)

    def each(self) -> "Intent":
        """Return the same by a message for each member, which doesn't hold the group attribute."""
        return replace(self, group_id=None, groups=(), each_of=self.whole)

    @property
    def alone(self) -> Mapping[int, Link]:
        """The members that are addressed by their ifindexes; costs nothing where there are none."""
        if self.group_id is not None or (self.groups and isinstance(self.members, Together)):
            return {}
        if not self.groups:
            return self.members
        return {index: link for index, link in self.members.items() if link.group not in self.groups}

    def by_group(self) -> dict[int, Settings]:
        """Return what each of several groups that has members is to be: a message each.

        Nobody goes through the members, save those of an undo.
        """
        members = self.members
        if not self.groups:
            return {}
        if isinstance(members, Together) and isinstance(self.settings, Settings):
            return {group_id: self.settings for group_id in self.groups if members.groups[group_id].members}
        first: dict[int, Settings] = {}
        for index, link in members.items():
            if link.group not in first:
                first[link.group] = self.wanted(index)
        return {group_id: first[group_id] for group_id in self.groups if group_id in first}

    def parts(self) -> "list[Intent]":
        """Return the change of each of several groups for itself, then that of the members that are in none of them.

        Looks at every member.
        """
        wanted = self.by_group()
        found = [
            Intent(wanted.get(group_id, self.alike or UNTOUCHED), group_id, members, self.revision, self.undoes)
            for group_id, members in self._parted().items()
        ]
        if alone := self.alone:
            found.append(Intent(self.settings, None, alone, self.revision, self.undoes))
        return found

    def _parted(self) -> Mapping[int, Mapping[int, Link]]:
        if isinstance(self.members, Together):
            return {group_id: self.members.part(group_id) for group_id in self.groups}
        parted: dict[int, dict[int, Link]] = {group_id: {} for group_id in self.groups}
        for index, link in self.members.items():
            if link.group in parted:
                parted[link.group][index] = link
        return parted

    @property
    def alike(self) -> Settings | None:
        """What all interfaces are to be; None: each something of its own, see `wanted`."""
        return self.settings if isinstance(self.settings, Settings) else None

    @property
    def divisible(self) -> bool:
        """Whether the kernel can do a part of it to an interface and refuse the rest."""
        return not isinstance(self.settings, Settings) or self.settings.divisible

    @property
    def operation(self) -> str:
        """What it is called in the audit file and the timing panel; "restore": each gets back its own."""
        return self.settings.operation if isinstance(self.settings, Settings) else "restore"

    def wanted(self, ifindex: int) -> Settings:
        """Return what an interface is to be."""
        return self.settings if isinstance(self.settings, Settings) else self.settings.get(ifindex, UNTOUCHED)

    def reached(self, link: Link) -> bool:
        """Whether ``link`` already is as asked."""
        return self.wanted(link.ifindex).met_by(link)


def make_intent(snapshot: Snapshot, settings: Settings, group_id: int) -> Intent:
    """Freeze what the operator asks of a whole group with what ``snapshot`` shows.

    Costs the same for any number of members.
    """
    return Intent(settings, group_id, snapshot.members(group_id), snapshot.revision)


def intent_for_branch(snapshot: Snapshot, settings: Settings, branch: Branch) -> Intent:
    """Freeze what the operator asks of all groups of ``branch``. Costs the same for any number of members.

    What one message can't do to a group takes a message for each interface.
    """
    members, groups = snapshot.together(branch.group_ids), branch.group_ids if settings.by_group else ()
    return Intent(settings, None, members, snapshot.revision, groups=groups, path=branch.path)


def intent_for_links(snapshot: Snapshot, settings: Settings, indexes: frozenset[int]) -> Intent:
    """Freeze what the operator asks of single interfaces, by ifindex.

    If they are exactly the members of one group, it is that group's change, by one message, where one message can do
    it.
    """
    members = {index: snapshot.links[index] for index in sorted(indexes) if index in snapshot.links}
    if settings.by_group and (group_id := whole_group(members, snapshot)) is not None:
        return make_intent(snapshot, settings, group_id)
    return Intent(settings, None, members, snapshot.revision)


def whole_group(members: Mapping[int, Link], snapshot: Snapshot) -> int | None:
    """Return the group whose members are exactly these; None: there is no such group."""
    groups = {link.group for link in members.values()}
    if len(groups) != 1:
        return None
    (group_id,) = groups
    group = snapshot.groups.get(group_id)
    return group_id if group is not None and group.members == len(members) else None


def whole_groups(members: Mapping[int, Link], snapshot: Snapshot) -> frozenset[int]:
    """Return the groups all of whose members are among these."""
    numbers = Counter(link.group for link in members.values())
    groups = snapshot.groups
    return frozenset(
        group_id for group_id, number in numbers.items() if group_id in groups and groups[group_id].members == number
    )
