"""Intent → Plan: what the operator asked, and what it takes, risks and will change, before anything is sent."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from tui.model.change.attribute import Attribute, Harm, Harms
from tui.model.change.attributes import GROUP
from tui.model.change.busy import FREE, Estimate, Reckoner
from tui.model.change.entries import Value
from tui.model.change.intent import Intent
from tui.model.change.reversal import Step
from tui.model.change.settings import Settings
from tui.model.change.shell import device_lines
from tui.model.group import COUNTED, DEFAULT_GROUP, ranked
from tui.model.link import Link
from tui.model.members import Members, Sought, Together, alike_in, likenesses
from tui.model.names.map import NameMap, ip_set
from tui.model.names.tree import SEPARATOR
from tui.model.text import plural, visible

_NO_FIELDS: frozenset[str] = frozenset()
_NOTHING: Harms = frozenset()
_FEW = 3  # interfaces in a line that is shown beside a key


Former: TypeAlias = tuple[tuple[Value, int], ...]
"""(value, members that leave it), the most first."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a plan comes to, in numbers; of a whole group it costs the same for any number of members."""

    alike: Settings | None
    """What all interfaces are to be; None: each something of its own."""
    group_id: int | None
    """The group that is changed as a whole; None: ``groups``, or single interfaces."""
    members: int
    changing: int
    """Members that will change."""
    ip_line: str
    """The equivalent `ip` command, correct shell; of many interfaces it holds the first few: see `ip_lines`."""
    former: Mapping[Attribute, Former] = field(default_factory=dict)
    """What the members leave, of each attribute that changes."""
    changing_up: int = 0
    """How many of those that change are UP."""
    refusing: Sequence[Link] = ()
    """Members whose announced limits don't admit what is asked: the kernel stops a group change at the first."""
    protected: tuple[Link, ...] = ()
    """Members that carry the default route or this SSH session."""
    endangered: tuple[Link, ...] = ()
    """Those of them that are taken down, retagged, or get a smaller MTU: what the lock-out guard watches over."""
    untagged: tuple[Link, ...] = ()
    """Of single interfaces: `lo`, and members of group 0 that aren't just retagged. They are asked for like group 0."""
    harms: Harms = _NOTHING
    """What it does to some member beside what it is made for."""
    groups: tuple[int, ...] = ()
    """Several groups that are changed as wholes, by a message each."""
    path: bytes = b""
    """The parent whose groups those are; empty: of none."""
    empty: tuple[int, ...] = ()
    """Those of them that have no members: no message goes to them."""
    alone: int = 0
    """Beside several groups: interfaces in none of them, which take a message each."""
    estimate: Estimate = FREE
    """How long the kernel will be busy with it."""

    @property
    def messages(self) -> int:
        """Messages that it takes."""
        if self.groups:
            return len(self.groups) - len(self.empty) + self.alone
        return self.members if self.group_id is None else 1

    @property
    def loses_ipv6(self) -> bool:
        """Whether IPv6 addresses will be lost for good on some member, for want of MTU."""
        return Harm.ENDS_IPV6 in self.harms

    @property
    def loses_ipv4(self) -> bool:
        """Whether IPv4 addresses will be."""
        return Harm.ENDS_IPV4 in self.harms

    @property
    def needs_name(self) -> bool:
        """Whether the operator must type a name first."""
        return self.members > 0 and (self.group_id == DEFAULT_GROUP or bool(self.protected or self.untagged))

    def accepted(self, names: NameMap) -> tuple[str, str]:
        """Return what may be typed where a name is asked for: the name, as it is shown, or the number."""
        if self.group_id is not None:
            return names.name(self.group_id), str(self.group_id)
        if self.path:
            return visible(self.path), visible(self.path + SEPARATOR)
        link = (*self.protected, *self.untagged)[0]
        return visible(link.name), str(link.ifindex)

    @property
    def needs_yes(self) -> bool:
        """Whether a plain yes is asked first."""
        return bool(self.refusing) or self.loses_ipv6 or self.loses_ipv4


def _like_group_0(wanted: Settings, link: Link) -> bool:
    """Whether a change of ``link`` alone is to be asked for as group 0 is; to tag what is untagged is no risk."""
    return link.is_loopback or (link.group == DEFAULT_GROUP and not wanted.keys() <= {GROUP})


def make_preview(intent: Intent, protected: Mapping[int, str], names: NameMap, fib: int = 0) -> Preview:
    """Work out what ``intent`` comes to; ``protected`` gives the reason by ifindex, ``fib`` is as for Reckoner.

    Of a whole group nobody goes through the members here: they are counted by what they are alike in.
    """
    members, alone = intent.members, intent.alone
    wanted_of = intent.by_group()
    changing = changing_up = refusing = 0
    harms = _NOTHING
    former: dict[Attribute, Counter[Value]] = {}
    reckoner, whole = Reckoner(fib), frozenset(intent.whole)
    for link, number in _likenesses(intent):
        wanted = intent.wanted(link.ifindex)
        reckoner.add(link, number, wanted, by_group=bool(whole) and (not alone or link.group in whole))
        if wanted.met_by(link):
            continue
        changing += number
        changing_up += number if link.is_up else 0
        refusing += 0 if wanted.taken_by(link) else number
        harms |= wanted.harm(link)
        for attribute, value in wanted.items():
            if (old := attribute.read(link)) != value:
                former.setdefault(attribute, Counter())[old] += number
    carrying = tuple(members[index] for index in sorted(protected) if index in members)

    def find_refusing() -> Iterable[Link]:
        return (link for link in members.values() if not intent.wanted(link.ifindex).taken_by(link))

    return Preview(
        alike=intent.alike,
        group_id=intent.group_id,
        members=len(members),
        changing=changing,
        ip_line=_short_line(intent, names),
        former={attribute: ranked(counts) for attribute, counts in former.items()},
        changing_up=changing_up,
        refusing=Sought(refusing, find_refusing),
        protected=carrying,
        endangered=tuple(link for link in carrying if Harm.CUTS_OFF in intent.wanted(link.ifindex).harm(link)),
        untagged=tuple(link for index, link in alone.items() if _like_group_0(intent.wanted(index), link)),
        harms=harms,
        groups=intent.groups,
        path=intent.path,
        empty=tuple(group_id for group_id in intent.groups if group_id not in wanted_of),
        alone=len(alone) if intent.groups else 0,
        estimate=reckoner.estimate(),
    )


def _likenesses(intent: Intent) -> Iterable[tuple[Link, int]]:
    """Return how the members are, and how many are so.

    What a key sets at once goes by what is counted of each group anyhow; for the rest the members are gone through.
    """
    fields = _NO_FIELDS if intent.alike is None else intent.alike.fields
    if isinstance(intent.members, Together) and intent.alike is not None and fields <= COUNTED - {"group"}:
        return intent.members.alike()  # a thousand groups are alike in a few ways
    if fields <= COUNTED or not (intent.whole or isinstance(intent.members, (Members, Together))):
        return likenesses(intent.members)
    if "ifindex" in fields:
        return ((link, 1) for link in intent.members.values())
    return alike_in((*sorted(fields | COUNTED),), intent.members)


def _short_line(intent: Intent, names: NameMap) -> str:
    """Return the `ip` line with the first few interfaces in it, to look at; it is worked out for every picture."""
    if intent.group_id is not None:
        return ip_lines(intent, names)[0]
    if intent.groups:
        return _first_of(intent, names)
    few = dict(list(intent.members.items())[:_FEW])
    lines = device_lines(few, intent.settings, names) or [""]
    more = len(intent.members) - len(few)
    return lines[0].replace("; do ", f" ... and {more:,} more; do ", 1) if more else lines[0]


def ip_lines(intent: Intent, names: NameMap) -> list[str]:
    """Return the `ip` lines that ask for the same, correct shell, in full."""
    if intent.group_id is not None and intent.alike is not None:
        return _group_lines(intent.group_id, intent.alike, names)
    lines = [line for group, wanted in intent.by_group().items() for line in _group_lines(group, wanted, names)]
    return [*dict.fromkeys(lines), *device_lines(intent.alone, intent.settings, names)]


def _group_lines(group_id: int, wanted: Settings, names: NameMap) -> list[str]:
    words, comments = wanted.ip(names)
    return [*comments, *([ip_set(group_id, words, names)] if words else [])]


def _first_of(intent: Intent, names: NameMap) -> str:
    """Return the line of the first of several groups, and what more there is."""
    by_group, alone = intent.by_group(), len(intent.alone)
    if not by_group:
        return ""
    line = next(iter(_group_lines(*next(iter(by_group.items())), names)), "")
    groups = len(by_group) - 1
    more = [plural(number, f"more {what}") for number, what in ((groups, "group"), (alone, "interface")) if number]
    return f"{line}; ... and {' and '.join(more)}" if more else line


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


def make_plan(intent: Intent, protected: Mapping[int, str], names: NameMap, fib: int = 0) -> Plan:
    """Work out what ``intent`` takes; ``protected`` gives the reason by ifindex, ``fib`` is as for Reckoner."""
    return Plan(intent, make_preview(intent, protected, names, fib))
