"""One change of one run, in the words of each way: netlink messages, `ip` words, what a read-back must show."""

from dataclasses import dataclass, field
from typing import NamedTuple

from tui.model.change.settings import Settings
from tui.model.names.map import NameMap
from tui.netlink.wire import group_change, link_change
from tui.timing.ways.operations import Operation


class Member(NamedTuple):
    """One interface of the sandbox."""

    ifindex: int
    name: str


@dataclass(frozen=True, slots=True)
class Change:
    """What every member shall be afterwards."""

    operation: Operation
    value: int
    settings: Settings = field(init=False)

    def __post_init__(self) -> None:
        """Make the settings once, not within what is timed for each member."""
        object.__setattr__(self, "settings", Settings({self.operation.attribute: self.value}))

    @property
    def words(self) -> list[str]:
        """What `ip link set` is told."""
        return self.settings.ip(NameMap())[0].split()

    def group_message(self, seq: int, group: int) -> bytes:
        """Return the one message for all of ``group``; it asks for an ACK."""
        return group_change(seq, group, self.settings)

    def link_message(self, seq: int, ifindex: int, ack: bool) -> bytes:
        """Return the message for one interface."""
        return link_change(seq, ifindex, self.settings, ack=ack)
