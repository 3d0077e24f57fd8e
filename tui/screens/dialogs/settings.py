"""Asks for what is to be set: a line as `ifgroup set` takes it, what its last word can become, and the plan."""

from collections import Counter
from collections.abc import Callable, Mapping

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from tui.model.change.attribute import Attribute
from tui.model.change.plan import Plan
from tui.model.change.settings import Settings
from tui.model.change.typed import Candidate, candidates, completed, settings_of, split
from tui.model.group import ranked
from tui.model.link import Link
from tui.model.names.map import NameMap
from tui.present.change import former_values
from tui.present.commands import OnSettings
from tui.screens.dialogs.value import PlannedScreen
from widgets.keyed_table.table import Cell, Column, KeyedTable
from widgets.safe_input import SafeInput

_COLUMNS = (
    Column("word", "SET", 19),
    Column("wants", "TO", 20, limit=44),
    Column("now", "NOW", 12, limit=40),
)


class SettingsScreen(PlannedScreen[Settings], commands=OnSettings):
    """Answers what is to be set."""

    def __init__(
        self,
        title: str,
        links: Mapping[int, Link],
        members: Mapping[int, Link],
        plan: Callable[[Settings], Plan],
        names: NameMap,
        ascii: bool,
    ) -> None:
        """``links``: all interfaces; ``members``: those that are to be changed; ``plan``: what settings would take."""
        super().__init__(plan, names)
        self._title = title
        self._links = links
        self._members = members
        self._found: list[Candidate] = []
        self._now: dict[Attribute, str] = {}
        self._moved = False
        """Whether the operator has moved in the list since he typed: Enter means its choice then."""
        self._table = KeyedTable(_COLUMNS, self._row, empty="nothing to choose from", ascii=ascii, id="targets")
        self._table.can_focus = False

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        with Vertical(classes="dialog -tall"):
            yield self.line(f"Set on {self._title}:", "head")
            yield SafeInput(id="target", placeholder="mtu 9000 promisc on up", max_length=400)
            yield self._table
            keys = f"{OnSettings.up} {OnSettings.down}: choose  {OnSettings.complete}: complete  "
            yield from self.foot(keys)

    def on_mount(self) -> None:
        """Show everything that can be set."""
        self._typed("")

    @property
    def _line(self) -> Input:
        return self.query_one(Input)

    def _row(self, number: int) -> list[Cell]:
        found = self._found[number]
        return [Cell(found.word), Cell(found.wants, "muted"), Cell(self._values(found.attribute), "muted")]

    def _values(self, attribute: Attribute) -> str:
        """Return what the members have now."""
        if (known := self._now.get(attribute)) is None:
            counted = Counter(map(attribute.read, self._members.values()))
            known = self._now[attribute] = former_values(attribute, ranked(counted), self._names)
        return known

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self._typed(event.value)

    def _typed(self, line: str) -> None:
        self._moved = False
        self._found = candidates(line, self._links)
        self._table.sync(range(len(self._found)))
        self._table.move_to(0)
        self._show_plan(line)

    def _show_plan(self, line: str) -> None:
        if not line.strip():
            self.tell(plan="Type, or choose with the arrows; several at once are one message.", risk="", error="")
            return
        try:
            self.tell_plan(settings_of(split(line), self._links))
        except ValueError as problem:
            self.tell(plan="", risk="", error=str(problem))

    def action_do(self, command: str) -> None:
        """Move through the list, or take its choice, without leaving the input."""
        match command:
            case "up" | "down":
                self._moved = True
                self._table.action_cursor_by(1 if command == "down" else -1)
            case "complete":
                self._complete()
            case _:
                super().action_do(command)

    @on(KeyedTable.Chosen)
    def _complete(self) -> None:
        """Make the last word what is chosen in the list."""
        if (number := self._table.cursor_key) is not None:
            self._line.value = completed(self._line.value, self._found[number])
            self._line.cursor_position = len(self._line.value)

    @on(Input.Submitted)
    def _taken(self, event: Input.Submitted) -> None:
        """Take the line if it can be set; else make it more of one, if the list has a word for that."""
        try:
            found = settings_of(split(event.value), self._links)
        except ValueError:
            found = None
        if found is not None and not self._moved:
            self.dismiss(found)
        elif self._found and (self._moved or event.value.strip()):
            self._complete()
        else:
            self.app.bell()
