"""One change of one run, in the words of each way: netlink messages, `ip` words, what a read-back must show."""

import struct
from typing import NamedTuple

from tui.model.change.attributes import MTU, UP
from tui.model.change.settings import Settings
from tui.model.link import Link
from tui.netlink.wire import (
    IFLA_GROUP,
    IFLA_TXQLEN,
    NLM_F_ACK,
    RTM_NEWLINK,
    RTM_SETLINK,
    group_change,
    link_change,
    message,
    u32,
)

_IFINFO = struct.Struct("=BxHiII")  # ifinfomsg: family, type, index, flags, change


class Member(NamedTuple):
    """One interface of the sandbox."""

    ifindex: int
    name: str


class Change(NamedTuple):
    """What every member shall be afterwards."""

    operation: str
    """One of order.OPERATIONS."""
    value: int
    """Bytes (mtu) or packets (txqueuelen); up and down have none."""

    @property
    def words(self) -> list[str]:
        """What `ip link set` is told."""
        return [self.operation, str(self.value)] if self.operation in ("mtu", "txqueuelen") else [self.operation]

    @property
    def up(self) -> bool | None:
        """Whether the members come up or go down; None: neither."""
        return {"up": True, "down": False}.get(self.operation)

    @property
    def settings(self) -> Settings:
        """What changes, but for the queue length."""
        return Settings({MTU: self.value} if self.up is None else {UP: self.up})

    def made(self, link: Link) -> bool:
        """Whether ``link`` is as it shall be."""
        if self.operation == "mtu":
            return link.mtu == self.value
        if self.operation == "txqueuelen":
            return link.txqlen == self.value
        return link.is_up == self.up

    def group_message(self, seq: int, group: int) -> bytes:
        """Return the one message for all of ``group``; it asks for an ACK."""
        if self.operation == "txqueuelen":
            body = _IFINFO.pack(0, 0, 0, 0, 0) + u32(IFLA_TXQLEN, self.value) + u32(IFLA_GROUP, group)
            return message(RTM_NEWLINK, NLM_F_ACK, seq, body)
        return group_change(seq, group, self.settings)

    def link_message(self, seq: int, ifindex: int, ack: bool) -> bytes:
        """Return the message for one interface."""
        if self.operation == "txqueuelen":
            body = _IFINFO.pack(0, 0, ifindex, 0, 0) + u32(IFLA_TXQLEN, self.value)
            return message(RTM_SETLINK, NLM_F_ACK if ack else 0, seq, body)
        return link_change(seq, ifindex, self.settings, ack=ack)
