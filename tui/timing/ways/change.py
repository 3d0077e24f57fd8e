"""One change of one run, in the words of each way: netlink messages, `ip` words, what a read-back must show."""

from dataclasses import dataclass, field
from typing import NamedTuple

from tui.model.change.settings import UNTOUCHED, Settings
from tui.model.link import Link
from tui.model.names.map import NameMap
from tui.netlink.wire import group_change, group_deletion, link_change, link_deletion
from tui.timing.ways.operations import Operation


class Member(NamedTuple):
    """One interface of the sandbox."""

    ifindex: int
    name: str


@dataclass(frozen=True, slots=True)
class Change:
    """What every member shall be afterwards, or that none shall be there."""

    operation: Operation
    value: int
    settings: Settings = field(init=False)

    def __post_init__(self) -> None:
        """Make the settings once, not within what is timed for each member."""
        attribute = self.operation.attribute
        object.__setattr__(self, "settings", UNTOUCHED if attribute is None else Settings({attribute: self.value}))

    def met_by(self, link: Link | None) -> bool:
        """Whether an interface is as it shall be; None: it is gone."""
        return link is None if self.operation.deletes else link is not None and self.settings.met_by(link)

    def words(self, *which: str) -> list[str]:
        """Return what `ip` is told for the interfaces that ``which`` names: "dev", "t00001"."""
        if self.operation.deletes:
            return ["link", "del", *which]
        return ["link", "set", *which, *self.settings.ip(NameMap())[0].split()]

    def group_message(self, seq: int, group: int) -> bytes:
        """Return the one message for all of ``group``; it asks for an ACK."""
        return group_deletion(seq, group) if self.operation.deletes else group_change(seq, group, self.settings)

    def link_message(self, seq: int, ifindex: int, ack: bool) -> bytes:
        """Return the message for one interface, by its index and without the group attribute."""
        if self.operation.deletes:
            return link_deletion(seq, ifindex, ack=ack)
        return link_change(seq, ifindex, self.settings, ack=ack)
