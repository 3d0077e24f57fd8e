"""Asks for the group that interfaces are to go to: a list that narrows as one types, and the plan for its choice."""

from collections.abc import Callable, Mapping

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from tui.model.change.plan import Plan
from tui.model.group import MAX_IP_GROUP, Group
from tui.model.names.map import NameMap
from tui.model.view.candidates import MAX_GROUP, candidates
from tui.present.commands import OnRetag
from tui.present.words import count
from tui.screens.dialogs.value import PlannedScreen
from widgets.keyed_table.table import Cell, Column, KeyedTable
from widgets.safe_input import SafeInput

_COLUMNS = (
    Column("id", "ID", 10, align="right"),
    Column("group", "GROUP", 20, limit=32),
    Column("members", "MEMBERS", 8, align="right"),
    Column("note", "", 12, limit=30),
)


_STEPS = {"up": -1, "down": 1, "page_up": -5, "page_down": 5}  # rows, by the command's id


class RetagScreen(PlannedScreen[int], commands=OnRetag):
    """Answers the id of a group."""

    def __init__(
        self, title: str, groups: Mapping[int, Group], plan: Callable[[int], Plan], names: NameMap, ascii: bool
    ) -> None:
        """``groups``: those with members or a name; ``plan`` works out what going to a group would take."""
        super().__init__(plan, names)
        self._title = title
        self._groups = groups
        self._picked = False
        self._table = KeyedTable(_COLUMNS, self._row, empty="no such group", ascii=ascii, id="targets")
        self._table.can_focus = False

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        with Vertical(classes="dialog -tall"):
            yield self.line(f"Retag {self._title} to the group:", "head")
            yield SafeInput(id="target", placeholder=f"a name, or a number from 0 to {MAX_GROUP}")
            yield self._table
            yield from self.foot(f"{OnRetag.up} {OnRetag.down}: choose    ")

    def on_mount(self) -> None:
        """Show every group."""
        self._narrow("")

    def _row(self, group_id: int) -> list[Cell]:
        group = self._groups.get(group_id)
        note = "a new group" if group is None else ""
        if group_id > MAX_IP_GROUP:
            note = "ip can't name it"
        name = self._names.name(group_id)
        return [
            Cell(str(group_id)),
            Cell(name if name != str(group_id) else "(no name)"),
            Cell(count(group.members if group else 0), "muted"),
            Cell(note, "warn"),
        ]

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._picked = bool(event.value.strip())
        self._narrow(event.value)

    def _narrow(self, text: str) -> None:
        found = candidates(text, self._groups, self._names)
        self._table.sync(found)
        if found:
            self._table.move_to(found[0])
        self._show_plan()

    def action_do(self, command: str) -> None:
        """Move through the list without leaving the input."""
        if (rows := _STEPS.get(command)) is None:
            super().action_do(command)
        else:
            self._picked = True
            self._table.action_cursor_by(rows)
            self._show_plan()

    @on(KeyedTable.Moved)
    def _moved(self) -> None:
        self._show_plan()

    def _show_plan(self) -> None:
        if not self._picked:
            self.tell(plan="Type, or choose with the arrows.", risk="", error="")
        elif (target := self._table.cursor_key) is None:
            error = f"There is no such group: give a name from the list, or a number from 0 to {MAX_GROUP}."
            self.tell(plan="", risk="", error=error)
        else:
            self.tell_plan(target)

    @on(KeyedTable.Chosen)
    def _clicked(self) -> None:
        self._picked = True
        self._taken()

    @on(Input.Submitted)
    def _taken(self) -> None:
        # Enter alone picks nothing: the first of the list is group 0.
        if self._table.cursor_key is None or not self._picked:
            self.app.bell()
        else:
            self.dismiss(self._table.cursor_key)
