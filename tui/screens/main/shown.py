"""What is on the screen at one moment: a snapshot, the chosen group, order, filter and marks, and the words for it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from tui.model.change.attributes import MTU, UP
from tui.model.change.intent import intent_for_links, make_intent, whole_group
from tui.model.change.plan import Plan, make_plan
from tui.model.change.settings import Settings
from tui.model.group import Group, empty_group
from tui.model.link import Link
from tui.model.names.map import NameMap, group_title
from tui.model.store import EMPTY, Snapshot
from tui.model.text import plural, visible
from tui.model.view.marks import Marks
from tui.model.view.order import ALL_GROUPS, ordered
from tui.model.view.shown import Shown
from tui.present.change import plan_line
from tui.present.column import cells
from tui.present.columns import GROUP_COLUMNS, LINK_COLUMNS, link_view, total_cells
from tui.present.words import (
    Field,
    count,
    group_detail,
    link_pane,
    spaced,
)
from tui.session.services import Services

Chosen: TypeAlias = int | frozenset[int]
"""What a change is asked of: a group, by its id; or the marked interfaces, by their ifindexes."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the writing keys act on: the pane tells of it, and they do it."""

    chosen: Chosen | None
    """None: on nothing."""
    why: str = ""
    """Why on nothing, and what to do, one sentence."""


NO_GROUP = Target(None, "Choose one group first, with j and k.")
NO_MARKS = Target(None, "Mark some with space (all that are shown: *), or press Tab for the group.")
READING = "Reading the interfaces from the kernel…"
"""What is said until the first full check is complete."""
_INTRODUCTION = (
    " Choose a group with j and k: its interfaces are listed above, and these lines",
    " tell what each key would do to it. One key sends one netlink message to the",
    " kernel, however many members the group has. Tab goes to the interfaces: Space",
    " marks some, and the keys act on the marked ones. ? lists every key.",
)


class Picture:
    """Holds what the operator sees; the tables ask it for their rows."""

    def __init__(self, services: Services, where: str, preset: int) -> None:
        """``where``: the place that we look at; ``preset``: the MTU of the key M, in bytes."""
        self._services = services
        self._where = where
        self.preset = preset
        self.reading = True
        """Whether not even the first full check is complete. Nothing counts as shown before: what is marked or changed
        then would be the first parts of a dump."""
        self.moment = Shown(EMPTY, services.names, {})
        self.view = link_view()
        self.marks = Marks()
        self.vanished: list[Link] = []
        """Marked interfaces that are gone, until somebody told the operator."""
        self.shown: list[int] = []
        """The ifindexes of the interface table, as last ordered."""
        self.sorted_by = ("id", False)
        """The column by which the groups are ordered, and whether in reverse."""
        self._plans: tuple[object, list[list[Field]]] = (None, [])

    def take(self) -> None:
        """Take in what is known now, once everything is."""
        if self.reading and not self._services.health.checked_at:
            return
        self.reading = False
        snapshot = self._services.snapshot()
        self.moment = Shown(snapshot, self._services.names, self._services.protected(snapshot))
        self.view.forget(snapshot)
        self.vanished += self.marks.take(snapshot)
        if self.view.only is not None:
            self.view.only = self.marks.indexes or None
        self._plans = (None, [])

    @property
    def snapshot(self) -> Snapshot:
        """The interfaces and groups as they are shown."""
        return self.moment.snapshot

    @property
    def names(self) -> NameMap:
        """The name map by which they are shown."""
        return self.moment.names

    def group_keys(self) -> list[int]:
        """Return the rows of the group table, in order; the first stands for all groups."""
        name, reverse = self.sorted_by
        by = next(column.sort_key for column in GROUP_COLUMNS if column.key == name)
        return [ALL_GROUPS, *ordered(self.groups, self.groups, by, self.moment, reverse)]

    def link_keys(self) -> list[int]:
        """Return the ifindexes of the interface table, in order."""
        self.shown = self.view.order(self.moment)
        return self.shown

    def group_row(self, key: int) -> list[Field]:
        """Return the cells of one row of the group table."""
        if key == ALL_GROUPS:
            return total_cells(self.groups.values())
        return cells(GROUP_COLUMNS, self.group(key), self.moment)

    def link_row(self, key: int) -> list[Field]:
        """Return the cells of one row of the interface table."""
        mark = Field("●" if key in self.marks else " ", "warn")
        return [mark, *cells(LINK_COLUMNS, self.snapshot.links[key], self.moment)]

    def reason(self, ifindex: int) -> str | None:
        """Return why an interface is protected; None: it isn't."""
        return self.moment.protected.get(ifindex)

    @property
    def groups(self) -> Mapping[int, Group]:
        """Every group with members or a name, by id."""
        return self.moment.groups

    def hidden(self, indexes: Collection[int]) -> int:
        """Return how many of these interfaces the filter or the choice of a group hides."""
        return len(set(indexes) - set(self.shown))

    def group(self, group_id: int) -> Group:
        """Return a group, empty if it has neither members nor a name."""
        return self.moment.groups.get(group_id) or empty_group(group_id)

    def plan(self, settings: Settings, chosen: Chosen, seen: Snapshot | None = None) -> Plan:
        """Work out what it would take to set something on a group or on marked interfaces.

        ``seen``: what the operator saw when he chose the interfaces; None: what is shown now.
        """
        if isinstance(chosen, int):
            intent = make_intent(self.snapshot, settings, chosen)
        else:
            intent = intent_for_links(seen or self.snapshot, settings, chosen)
            if intent.revision != self.snapshot.revision:
                # Somebody may have joined the group since: only a message for each reaches the chosen alone.
                intent = replace(intent, group_id=None)
        return make_plan(intent, self.moment.protected, self.names)

    def title(self, frozen: bool) -> list[Field]:
        """Return the first line: where we are, how much there is, what is not as usual."""
        pending = self._services.revision - self.snapshot.revision + (self._services.names != self.names)
        fields = [Field(" ifgroup")]
        if frozen:
            fields.append(Field(f"FROZEN, {plural(pending, 'change')} pending", "warn"))
        if obstacle := self._services.obstacle():
            fields.append(Field(f"READ-ONLY: {obstacle}", "warn"))
        if self.reading:
            return spaced([*fields, Field(self._where), Field("reading…", "warn")])
        fields += [
            Field(self._where),
            Field(plural(len(self.snapshot.links), "interface")),
            Field(f"{plural(len(self.snapshot.groups), 'group')} in use"),
        ]
        return spaced(fields)

    def caption(self, shown: int) -> list[Field]:
        """Return the line above the interfaces: whose they are, and how many of them are shown."""
        chosen, text, names = self.view.group_id, self.view.text, self.names
        if self.view.only is not None:
            whose, of = "marked interfaces alone", len(self.view.only)
        elif chosen == ALL_GROUPS:
            whose, of = "interfaces of all groups", len(self.snapshot.links)
        else:
            whose, of = f"interfaces of {group_title(chosen, names)}", self.group(chosen).members
        fields = [Field(f" {whose}", "warn" if self.view.only is not None else "")]
        if text:
            fields.append(Field(f"{count(shown)} of {count(of)} shown", "warn"))
            fields.append(Field(f"filter: {visible(text)}", "warn"))
        else:
            one = "interface" if chosen == ALL_GROUPS or self.view.only is not None else "member"
            fields.append(Field(plural(of, one), "muted"))
        return spaced(fields)

    def marked(self) -> list[Field]:
        """Return how many interfaces are marked, and how many of them aren't shown; empty: none is."""
        if not self.marks:
            return []
        hidden = self.hidden(self.marks.indexes)
        return [Field(f"{count(len(self.marks))} marked" + (f", {count(hidden)} hidden" if hidden else ""), "warn")]

    def target(self, group_id: int | None) -> Target:
        """Return what the keys act on: a group if the cursor is on one, else the marked interfaces.

        ``group_id``: the row of the group table, if the cursor is there; None: it is on the interfaces.
        """
        if self.reading:
            return Target(None, READING)
        if group_id == ALL_GROUPS:
            return NO_GROUP
        if group_id is not None:
            return Target(group_id)
        return Target(self.marks.indexes) if self.marks else NO_MARKS

    def pane(self, target: Target, link: Link | None) -> list[list[Field]]:
        """Return what the keys would do to ``target``; where that is nothing, what is known of ``link``, or why."""
        if target.chosen is not None:
            return self.plans(target.chosen)
        if link is not None:
            details = link_pane(link, self.snapshot, self.names, self.reason(link.ifindex))
            return [[Field(f" {line}")] for line in details]
        lines = _INTRODUCTION if target is NO_GROUP else (f" {target.why}",)
        return [*([Field(line, "muted")] for line in lines), *([[self._retag()]] if self.marks else [])]

    def plans(self, chosen: Chosen) -> list[list[Field]]:
        """Return the lines that tell, before a key is pressed, what it would do; the `ip` line is the last of each."""
        key = (chosen, self.preset, self.marks.indexes, len(self.shown) if self.view.text else None)
        if self._plans[0] != key:
            self._plans = (key, self._plan_lines(chosen))
        return self._plans[1]

    @property
    def at_once(self) -> Mapping[str, Settings]:
        """What the keys set that ask for no value."""
        return {"u": Settings({UP: True}), "d": Settings({UP: False}), "M": Settings({MTU: self.preset})}

    def _plan_lines(self, chosen: Chosen) -> list[list[Field]]:
        lines = [
            plan_line(f" {key} ", self.plan(settings, chosen).preview, self.names)
            for key, settings in self.at_once.items()
        ]
        # r acts on the marks whatever the other keys act on.
        retag = [self._retag()] if self.marks and isinstance(chosen, int) else []
        return [*lines, [*retag, Field(f"   {self._detail(chosen)}", "muted")]]

    def _retag(self) -> Field:
        return Field(f" r  retag {plural(len(self.marks), 'marked interface')}…", "warn")

    def _unseen(self, group_id: int) -> str:
        """Return a warning if the filter hides members of a group: its keys act on all of them."""
        members, shown = self.group(group_id).members, len(self.shown)
        if not self.view.text or self.view.only is not None or shown == members:
            return ""
        whom = f"all {count(members)}" if members > 1 else "its one member"
        return f"The keys act on {whom}; the filter shows {count(shown)}.   "

    def _detail(self, chosen: Chosen) -> str:
        if isinstance(chosen, int):
            return f"{self._unseen(chosen)}{group_detail(self.group(chosen))}"
        marked = {index: self.snapshot.links[index] for index in chosen}
        if (group_id := whole_group(marked, self.snapshot)) is not None:
            those = "marked interface is" if len(marked) == 1 else "marked interfaces are"
            whole, them = group_title(group_id, self.names), "it" if len(marked) == 1 else "them"
            return f"The {those} exactly {whole}: one message does it.  r: retag {them}"
        if len(marked) == 1:
            return "1 message, for the marked interface alone.  r: retag it"
        return f"{plural(len(marked), 'message')}, one for each marked interface, many in one send.  r: retag them"
