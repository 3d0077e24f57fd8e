"""The pane under the tables: what each key would do, before it is pressed, and whether the operator saw that."""

from rich.cells import cell_len

from tui.model.change.intent import whole_group
from tui.model.link import Link
from tui.model.names.map import group_title
from tui.model.names.tree import Branch, Place
from tui.model.text import plural
from tui.present.change import empty_groups, plan_line
from tui.present.commands import OnMain, OnTable
from tui.present.words import Field, count, group_detail, link_pane
from tui.screens.base import BaseScreen
from tui.screens.main.view import NO_GROUP, Target, View
from tui.session.planning import Chosen, plan_change
from tui.session.session import Session

_INTRODUCTION = (
    f" Choose a group with {OnTable.down} and {OnTable.up}: its interfaces are listed above, and these lines",
    " tell what each key would do to it. One key sends one netlink message to the",
    f" kernel, however many members the group has. {OnMain.other_table} goes to the interfaces: {OnMain.mark}",
    f" marks some, and the keys act on the marked ones. {OnMain.help} lists every key.",
)


_OF_TREES = (
    f" marks some for the keys. {OnMain.unfold} unfolds a group, {OnMain.fold} folds it. {OnMain.help} lists every key."
)
"""In place of its last line where names make a tree."""


class Pane:
    """Tells of the target of the keys."""

    def __init__(self, screen: BaseScreen[None], session: Session, view: View) -> None:
        """Show it in the lines called "pane" of ``screen``."""
        self._screen = screen
        self._session = session
        self._view = view
        self._drawn: tuple[object, ...] = ()
        self._plans: tuple[object, list[list[Field]]] = (None, [])

    def show(self, target: Target, link: Link | None) -> None:
        """Show what the keys would do to ``target``; where that is nothing, what is known of ``link``, or why."""
        self._screen.lines("pane").show(*map(self._screen.cells, self._lines(target, link)))
        self._drawn = self._state(target)

    def tells_of(self, target: Target) -> bool:
        """Whether the operator sees now, in full, what u, d and M would do to ``target``."""
        if target.chosen is None or self._drawn != self._state(target):
            return False
        plans, size = self.plans(target.chosen), self._screen.lines("pane").region.size
        # What stands last in each line, the `ip` line or figures, may be cut.
        needed = max(sum(cell_len(self._screen.spell(field.text)) for field in line[:-1]) for line in plans)
        return size.height >= len(plans) and size.width > needed

    def _state(self, target: Target) -> tuple[object, ...]:
        return target, self._session.preset, self._view.shown

    def _lines(self, target: Target, link: Link | None) -> list[list[Field]]:
        if target.chosen is not None:
            return self.plans(target.chosen)
        if link is not None:
            shown = self._view.shown
            details = link_pane(link, shown.snapshot, shown.names, shown.protected.get(link.ifindex))
            return [[Field(f" {line}")] for line in details]
        lines = _INTRODUCTION if target is NO_GROUP else (f" {target.why}",)
        if target is NO_GROUP and not self._view.shown.tree.is_flat:
            lines = (*_INTRODUCTION[:-1], _OF_TREES)
        return [*([Field(line, "muted")] for line in lines), *([[self._retag()]] if self._view.marks else [])]

    def plans(self, chosen: Chosen) -> list[list[Field]]:
        """Return the lines that tell, before a key is pressed, what it would do; the `ip` line is the last of each."""
        view = self._view
        few = len(view.rows) if view.links.text else None
        key = (chosen, self._session.preset, view.marks.indexes, few, view.shown)
        if self._plans[0] != key:
            self._plans = (key, self._plan_lines(chosen))
        return self._plans[1]

    def _plan_lines(self, chosen: Chosen) -> list[list[Field]]:
        shown = self._view.shown
        lines = [
            plan_line(f" {OnMain.by_id[command]} ", plan_change(shown, settings, chosen).preview, shown.names)
            for command, settings in self._session.at_once.items()
        ]
        # r acts on the marks whatever the other keys act on.
        retag = [] if isinstance(chosen, frozenset) or not self._view.marks else [self._retag()]
        return [*lines, [*retag, Field(f"   {self._detail(chosen)}", "muted")]]

    def _retag(self) -> Field:
        return Field(f" {OnMain.retag}  retag {plural(len(self._view.marks), 'marked interface')}…", "warn")

    def _unseen(self, place: Place) -> str:
        """Return a warning if the filter hides members of a group or branch: its keys act on all of them."""
        view = self._view
        members, shown = view.shown.figures(place).members, len(view.rows)
        if not view.links.text or view.links.only is not None or shown == members:
            return ""
        whom = f"all {count(members)}" if members > 1 else "its one member"
        return f"The keys act on {whom}; the filter shows {count(shown)}.   "

    def _detail(self, chosen: Chosen) -> str:
        shown = self._view.shown
        if isinstance(chosen, int):
            return f"{self._unseen(chosen)}{group_detail(shown.group(chosen))}"
        if isinstance(chosen, Branch):
            empty = [group_id for group_id in chosen.group_ids if not shown.group(group_id).members]
            if len(empty) == len(chosen.group_ids):
                return "Nobody is in any of its groups: no message would be sent."
            sent = f"{plural(len(chosen.group_ids) - len(empty), 'message')}, one for each group, in one send."
            return self._unseen(chosen) + "  ".join([sent, *empty_groups(empty, shown.names)])
        marked = {index: shown.snapshot.links[index] for index in chosen}
        if (group_id := whole_group(marked, shown.snapshot)) is not None:
            those = "marked interface is" if len(marked) == 1 else "marked interfaces are"
            whole, them = group_title(group_id, shown.names), "it" if len(marked) == 1 else "them"
            return f"The {those} exactly {whole}: one message does it.  {OnMain.retag}: retag {them}"
        if len(marked) == 1:
            return f"1 message, for the marked interface alone.  {OnMain.retag}: retag it"
        messages = plural(len(marked), "message")
        return f"{messages}, one for each marked interface, many in one send.  {OnMain.retag}: retag them"
