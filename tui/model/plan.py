"""Intent → Plan: what the operator asked, and what it takes, risks and will change, before anything is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tui.model.group import DEFAULT_GROUP, Group, Tally
from tui.model.link import Link
from tui.model.names import NameMap, ip_set
from tui.model.store import Snapshot
from tui.model.text import visible

Operation = Literal["up", "down", "mtu"]

MIN_IPV6_MTU = 1280
"""Bytes; RFC 8200 §5. Below it the kernel takes IPv6 off the interface, and its addresses don't come back."""
MAX_MTU = 0x7FFFFFFF
"""Bytes; the kernel takes the MTU for a signed int (dev_validate_mtu)."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What the operator asked, frozen with what was on the screen at that moment."""

    operation: Operation
    group_id: int
    members: Mapping[int, Link]
    """The group's members by ifindex, as they were seen."""
    revision: int
    """The store's revision that was seen."""
    mtu: int | None = None
    """Bytes, for "mtu"."""

    @property
    def up(self) -> bool | None:
        """The administrative state that was asked for; None, for "mtu": it isn't touched."""
        return None if self.operation == "mtu" else self.operation == "up"

    def reached(self, link: Link) -> bool:
        """Whether ``link`` already is as asked."""
        if self.operation == "mtu":
            return link.mtu == self.mtu
        return link.is_up == self.up


@dataclass(frozen=True, slots=True)
class Preview:
    """What a plan comes to, in numbers; worked out for every picture, so it must not look at each member thrice."""

    operation: Operation
    mtu: int | None
    """Bytes, for "mtu"."""
    group_id: int
    members: int
    changing: int
    """Members that will change."""
    old_mtus: tuple[int, ...]
    """The MTUs, in bytes, of the members that will change, the commonest first; for "mtu"."""
    refusing: tuple[Link, ...]
    """Members whose announced limits don't admit the MTU: the kernel stops at the first of them."""
    protected: tuple[Link, ...]
    """Members that carry the default route or this SSH session."""
    ip_line: str
    """The equivalent `ip` command, correct shell."""

    @property
    def loses_ipv6(self) -> bool:
        """Whether IPv6 addresses will be lost for good on some member."""
        return self.mtu is not None and self.mtu < MIN_IPV6_MTU and any(old >= MIN_IPV6_MTU for old in self.old_mtus)

    @property
    def needs_name(self) -> bool:
        """Whether the operator must type the group's name first."""
        return self.members > 0 and (self.group_id == DEFAULT_GROUP or bool(self.protected))

    @property
    def needs_yes(self) -> bool:
        """Whether a plain yes is asked first."""
        return bool(self.refusing) or self.loses_ipv6


def make_preview(
    group: Group,
    operation: Operation,
    mtu: int | None,
    links: Mapping[int, Link],
    protected: Mapping[int, str],
    names: NameMap,
) -> Preview:
    """Work out what an operation on ``group`` would come to; ``links``: all interfaces, ``mtu`` in bytes."""
    group_id = group.group_id
    others = tuple(value for value, _ in group.mtus if value != mtu) if operation == "mtu" else ()
    refusing: tuple[Link, ...] = ()
    if operation == "mtu" and mtu is not None:
        changing = sum(number for value, number in group.mtus if value != mtu)
        refusing = tuple(link for link in links.values() if link.group == group_id and not link.takes_mtu(mtu))
    else:
        changing = group.down if operation == "up" else group.up
    what = f"mtu {mtu}" if operation == "mtu" else operation
    return Preview(
        operation=operation,
        mtu=mtu,
        group_id=group_id,
        members=group.members,
        changing=changing,
        old_mtus=others,
        refusing=tuple(sorted(refusing)),
        protected=tuple(links[index] for index in sorted(protected) if links[index].group == group_id),
        ip_line=ip_set(group_id, what, names),
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """The one message that an intent takes, and what is known of its effect."""

    intent: Intent
    preview: Preview
    changing: tuple[Link, ...]
    """Members that will change, by ifindex."""

    @property
    def already(self) -> int:
        """Members that are as asked before anything is sent."""
        return len(self.intent.members) - len(self.changing)


def make_intent(snapshot: Snapshot, operation: Operation, group_id: int, mtu: int | None = None) -> Intent:
    """Freeze what the operator asks with what ``snapshot`` shows. ``mtu`` in bytes."""
    return Intent(operation, group_id, snapshot.members(group_id), snapshot.revision, mtu)


def make_plan(intent: Intent, protected: Mapping[int, str], names: NameMap) -> Plan:
    """Work out what ``intent`` takes; ``protected`` gives the reason by ifindex."""
    members = intent.members
    tally = Tally()
    for link in members.values():
        tally.add(link)
    own = {index: reason for index, reason in protected.items() if index in members}
    return Plan(
        intent=intent,
        preview=make_preview(tally.group(intent.group_id), intent.operation, intent.mtu, members, own, names),
        changing=tuple(link for link in members.values() if not intent.reached(link)),
    )


def parse_mtu(text: str) -> int:
    """Read an MTU in bytes as an operator types it. Raises ValueError with one sentence."""
    cleaned = text.strip().replace(",", "").replace("_", "")
    if not cleaned.isascii() or not cleaned.isdigit():
        raise ValueError(
            f"“{visible(text.strip())}” is no MTU: give bytes, such as 1500 or 9000."
            if cleaned
            else "Give an MTU in bytes."
        )
    mtu = int(cleaned) if len(cleaned) < 12 else MAX_MTU + 1
    if not 1 <= mtu <= MAX_MTU:
        raise ValueError(f"An MTU is 1 to {MAX_MTU} bytes.")
    return mtu
