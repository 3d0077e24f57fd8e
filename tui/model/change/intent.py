"""What the operator asked, frozen with what was on the screen at that moment."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui.model.change.settings import UNTOUCHED, Settings
from tui.model.link import Link
from tui.model.store import Snapshot


@dataclass(frozen=True, slots=True)
class Intent:
    """A change of a whole group, by one message; or of single interfaces, by a message each."""

    settings: Settings | Mapping[int, Settings]
    """What all interfaces are to be; or what each is to be again, by ifindex."""
    group_id: int | None
    """The group that is changed as a whole; None: single interfaces, each addressed by its ifindex."""
    members: Mapping[int, Link]
    """The interfaces by ifindex, ascending, as they were seen; of a whole group, nobody goes through them before the
    message is sent."""
    revision: int
    """The store's revision that was seen."""
    undoes: int | None = None
    """The number of the change that this one takes back; None: it takes none back."""

    @property
    def alike(self) -> Settings | None:
        """What all interfaces are to be; None: each something of its own, see `wanted`."""
        return self.settings if isinstance(self.settings, Settings) else None

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
