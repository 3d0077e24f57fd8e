"""Intent → Plan: what the operator asked, and what it takes, risks and will change, before anything is sent."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tui.model.change.intent import Intent, Operation
from tui.model.change.reversal import Step
from tui.model.change.settings import Settings
from tui.model.change.shell import device_lines
from tui.model.group import DEFAULT_GROUP, Group
from tui.model.link import LEAST_IPV6_MTU, Link
from tui.model.members import Sought, figures
from tui.model.names.map import NameMap, ip_set
from tui.model.text import visible

MAX_MTU = 0x7FFFFFFF
"""Bytes; the kernel takes the MTU for a signed int (dev_validate_mtu)."""

_LONGEST = 20  # characters of what was typed that an error repeats
_FEW = 3  # interfaces in a line that is shown beside a key


@dataclass(frozen=True, slots=True)
class Preview:
    """What a plan comes to, in numbers; of a whole group it costs the same for any number of members."""

    operation: Operation
    group_id: int | None
    """The group that is changed as a whole; None: single interfaces."""
    members: int
    changing: int
    """Members that will change."""
    ip_line: str
    """The equivalent `ip` command, correct shell; of many interfaces it holds the first few: see `ip_lines`."""
    mtu: int | None = None
    """Bytes, for "mtu"."""
    new_group: int | None = None
    """The group that the interfaces go to, for "retag"."""
    old_mtus: tuple[int, ...] = ()
    """The MTUs, in bytes, of the members that will change, the commonest first; for "mtu"."""
    sources: tuple[tuple[int, int], ...] = ()
    """(group, members that leave it), the most first; for "retag"."""
    sources_up: int = 0
    """How many of those are UP: the kernel sends an event for them, and none for the others."""
    refusing: Sequence[Link] = ()
    """Members whose announced limits don't admit the MTU: the kernel stops a group change at the first of them."""
    protected: tuple[Link, ...] = ()
    """Members that carry the default route or this SSH session."""
    endangered: tuple[Link, ...] = ()
    """Those of them that are taken down, retagged, or get a smaller MTU: what the lock-out guard watches over."""
    untagged: tuple[Link, ...] = ()
    """Of single interfaces: `lo`, and members of group 0 that aren't just retagged. They are asked for like group 0."""
    loses_ipv6: bool = False
    """Whether IPv6 addresses will be lost for good on some member, for want of MTU."""

    @property
    def messages(self) -> int:
        """Messages that it takes."""
        return self.members if self.group_id is None else 1

    @property
    def needs_name(self) -> bool:
        """Whether the operator must type a name first."""
        return self.members > 0 and (self.group_id == DEFAULT_GROUP or bool(self.protected or self.untagged))

    def accepted(self, names: NameMap) -> tuple[str, str]:
        """Return what may be typed where a name is asked for: the name, as it is shown, or the number."""
        if self.group_id is not None:
            return names.name(self.group_id), str(self.group_id)
        link = (*self.protected, *self.untagged)[0]
        return visible(link.name), str(link.ifindex)

    @property
    def needs_yes(self) -> bool:
        """Whether a plain yes is asked first."""
        return bool(self.refusing) or self.loses_ipv6


def make_preview(
    group: Group,
    operation: Operation,
    mtu: int | None,
    members: Mapping[int, Link],
    protected: Mapping[int, str],
    names: NameMap,
) -> Preview:
    """Work out what an operation on a whole group would come to, from its figures; ``mtu`` in bytes.

    Nobody goes through ``members`` here; who refuses is found out when somebody asks.
    """
    group_id = group.group_id
    wanted = Settings(mtu, None if operation == "mtu" else operation == "up")
    others = tuple(value for value, _ in group.mtus if value != mtu) if mtu is not None else ()
    refusing: Sequence[Link] = ()
    if mtu is not None:
        changing = group.members - group.having(mtu)
        refusing = Sought(group.refusing(mtu), lambda: (link for link in members.values() if not link.takes_mtu(mtu)))
    else:
        changing = group.down if operation == "up" else group.up
    carrying = tuple(members[index] for index in sorted(protected) if index in members)
    return Preview(
        operation=operation,
        group_id=group_id,
        members=group.members,
        changing=changing,
        ip_line=ip_set(group_id, operation if mtu is None else f"mtu {mtu}", names),
        mtu=mtu,
        old_mtus=others,
        refusing=refusing,
        protected=carrying,
        endangered=tuple(link for link in carrying if endangers(wanted, link)),
        loses_ipv6=mtu is not None and mtu < LEAST_IPV6_MTU and any(old >= LEAST_IPV6_MTU for old in others),
    )


def endangers(wanted: Settings, link: Link) -> bool:
    """Whether a change can cut off who reaches this machine over ``link``: down, another group, a smaller MTU."""
    return (
        (wanted.up is False and link.is_up)
        or (wanted.group is not None and wanted.group != link.group)
        or (wanted.mtu is not None and wanted.mtu < link.mtu)
    )


def _like_group_0(wanted: Settings, link: Link) -> bool:
    """Whether a change of ``link`` alone is to be asked for as group 0 is; to tag what is untagged is no risk."""
    return link.is_loopback or (link.group == DEFAULT_GROUP and (wanted.mtu is not None or wanted.up is not None))


def preview_links(intent: Intent, protected: Mapping[int, str], names: NameMap) -> Preview:
    """Work out what a change of single interfaces would come to."""
    pairs = [(link, intent.wanted(index)) for index, link in intent.members.items()]
    changing = [(link, wanted) for link, wanted in pairs if not wanted.met_by(link)]
    carrying = [(link, wanted) for link, wanted in pairs if link.ifindex in protected]
    sources = Counter(link.group for link, wanted in changing if wanted.group is not None)
    return Preview(
        operation=intent.operation,
        group_id=None,
        members=len(pairs),
        changing=len(changing),
        ip_line=_short_line(intent, names),
        mtu=intent.mtu,
        new_group=intent.new_group,
        old_mtus=tuple(mtu for mtu, _ in Counter(link.mtu for link, _ in changing).most_common())
        if intent.mtu is not None
        else (),
        sources=tuple(sources.most_common()),
        sources_up=sum(link.is_up for link, wanted in changing if wanted.group is not None),
        refusing=tuple(link for link, wanted in changing if wanted.mtu is not None and not link.takes_mtu(wanted.mtu)),
        protected=tuple(link for link, _ in carrying),
        endangered=tuple(link for link, wanted in carrying if endangers(wanted, link)),
        untagged=tuple(link for link, wanted in pairs if _like_group_0(wanted, link)),
        loses_ipv6=any(wanted.mtu is not None and wanted.mtu < LEAST_IPV6_MTU <= link.mtu for link, wanted in changing),
    )


def _short_line(intent: Intent, names: NameMap) -> str:
    """Return the `ip` line with the first few interfaces in it, to look at; it is worked out for every picture."""
    few = dict(list(intent.members.items())[:_FEW])
    lines = device_lines(few, _wanted(intent, few), names) or [""]
    more = len(intent.members) - len(few)
    return lines[0].replace("; do ", f" ... and {more:,} more; do ", 1) if more else lines[0]


def ip_lines(intent: Intent, names: NameMap) -> list[str]:
    """Return the `ip` lines that ask for the same, correct shell, in full."""
    if intent.group_id is not None:
        what = f"mtu {intent.mtu}" if intent.mtu is not None else intent.operation
        return [ip_set(intent.group_id, what, names)]
    return device_lines(intent.members, _wanted(intent, intent.members), names)


def _wanted(intent: Intent, members: Mapping[int, Link]) -> Settings | dict[int, Settings]:
    if intent.each is None:
        return Settings(intent.mtu, intent.up, intent.new_group)
    return {index: intent.wanted(index) for index in members}


@dataclass(frozen=True)
class Plan:
    """The messages that an intent takes, and what is known of their effect.

    Whatever needs each member is worked out when somebody looks at it, which is never between a key and its message.
    """

    intent: Intent
    preview: Preview

    @cached_property
    def changing(self) -> tuple[Link, ...]:
        """Members that will change, by ifindex."""
        return tuple(link for link in self.intent.members.values() if not self.intent.reached(link))

    @property
    def already(self) -> int:
        """Members that are as asked before anything is sent."""
        return self.preview.members - self.preview.changing

    @property
    def steps(self) -> tuple[Step, ...]:
        """The members that will change, each with what it is to be."""
        return tuple(Step(link, self.intent.wanted(link.ifindex)) for link in self.changing)


def make_plan(intent: Intent, protected: Mapping[int, str], names: NameMap) -> Plan:
    """Work out what ``intent`` takes; ``protected`` gives the reason by ifindex."""
    members = intent.members
    if intent.group_id is None:
        preview = preview_links(intent, protected, names)
    else:
        group = figures(intent.group_id, members)
        preview = make_preview(group, intent.operation, intent.mtu, members, protected, names)
    return Plan(intent, preview)


def parse_mtu(text: str) -> int:
    """Read an MTU in bytes as an operator types it. Raises ValueError with one sentence."""
    cleaned = text.strip().replace(",", "").replace("_", "")
    if not cleaned.isascii() or not cleaned.isdigit():
        shown = text.strip()
        shown = shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
        raise ValueError(
            f"“{visible(shown)}” is no MTU: give bytes, such as 1500 or 9000." if cleaned else "Give an MTU in bytes."
        )
    mtu = int(cleaned) if len(cleaned) < 12 else MAX_MTU + 1
    if not 1 <= mtu <= MAX_MTU:
        raise ValueError(f"An MTU is 1 to {MAX_MTU} bytes.")
    return mtu
