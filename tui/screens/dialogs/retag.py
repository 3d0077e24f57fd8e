"""Asks for the group that interfaces are to go to: a list that narrows as one types, and the plan for its choice."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.model.change.plan import Plan
from tui.model.group import MAX_IP_GROUP, Group
from tui.model.names.map import NameMap
from tui.model.view.candidates import MAX_GROUP, candidates
from tui.present.change import effort, risks, transition
from tui.present.words import Spelling, count
from tui.screens.dialogs.confirm import plain
from widgets.keyed_table.table import Cell, Column, KeyedTable
from widgets.safe_input import SafeInput

_COLUMNS = (
    Column("id", "ID", 10, align="right"),
    Column("group", "GROUP", 20, limit=32),
    Column("members", "MEMBERS", 8, align="right"),
    Column("note", "", 12, limit=30),
)


class RetagScreen(ModalScreen[int | None]):
    """Answers the id of a group; None: leave everything as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", show=False),
        Binding("up", "move(-1)", "Up", show=False, priority=True),
        Binding("down", "move(1)", "Down", show=False, priority=True),
        Binding("pageup", "move(-5)", "Page up", show=False, priority=True),
        Binding("pagedown", "move(5)", "Page down", show=False, priority=True),
    ]

    def __init__(
        self,
        title: str,
        groups: Mapping[int, Group],
        plan: Callable[[int], Plan],
        names: NameMap,
        spell: Spelling,
        ascii: bool,
    ) -> None:
        """``groups``: those with members or a name; ``plan`` works out what going to a group would take."""
        super().__init__()
        self._title = title
        self._groups = groups
        self._plan = plan
        self._names = names
        self._spell = spell
        self._picked = False
        self._table = KeyedTable(_COLUMNS, self._row, empty="no such group", ascii=ascii, id="targets")
        self._table.can_focus = False

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        with Vertical(classes="dialog -tall"):
            yield plain(self._spell(f"Retag {self._title} to the group:"), "head")
            yield SafeInput(id="target", placeholder=f"a name, or a number from 0 to {MAX_GROUP}")
            yield self._table
            yield plain("", "plan")
            yield plain("", "risk")
            yield plain("", "error")
            yield plain(self._spell("↑ ↓: choose    Enter: do it    Esc: leave it"), "hint")

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

    def action_move(self, rows: int) -> None:
        """Move through the list without leaving the input."""
        self._picked = True
        self._table.action_cursor_by(rows)
        self._show_plan()

    @on(KeyedTable.Moved)
    def _moved(self) -> None:
        self._show_plan()

    def _show_plan(self) -> None:
        plan, risk, error = "", "", ""
        if not self._picked:
            plan = "Type, or choose with the arrows."
        elif (target := self._table.cursor_key) is None:
            error = f"There is no such group: give a name from the list, or a number from 0 to {MAX_GROUP}."
        else:
            preview = self._plan(target).preview
            plan = f"{transition(preview, self._names)}    {effort(preview)}    {preview.ip_line}"
            risk = "\n".join(f"! {text}" for text in risks(preview, self._names))
        for name, text in (("plan", plan), ("risk", risk), ("error", error)):
            self.query_one(f".{name}", Static).update(Content(self._spell(text)))

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
