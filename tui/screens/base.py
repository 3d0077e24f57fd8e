"""What all screens do alike: keys, the foot, the help, sentences, and text as this terminal can show it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from textual.screen import ScreenResultType

from tui.present.column import Column
from tui.present.commands import Command, help_lines
from tui.present.words import Field, Spelling, as_ascii, wrapped
from tui.screens.bound import BoundScreen
from tui.screens.dialogs.report import ReportScreen
from widgets.keyed_table import table
from widgets.keyed_table.table import Cell, KeyedTable
from widgets.lines import Lines


class BaseScreen(BoundScreen[ScreenResultType]):
    """Lays out lines with the ids `message` and `keys` for sentences and its foot."""

    DEFAULT_CSS = """
    BaseScreen #message { height: 2; background: $background; }
    BaseScreen #keys { height: 1; background: $panel; }
    """

    def __init__(self, ascii: bool) -> None:
        """``ascii``: use no other glyphs."""
        super().__init__()
        self.ascii = ascii

    def spell(self, text: str) -> str:
        """Write our own words as this terminal can show them."""
        return as_ascii(text) if self.ascii else text

    def table(
        self, columns: Sequence[Column[*tuple[Any, ...]]], row: Callable[[int], Iterable[Field]], **options: Any
    ) -> KeyedTable:
        """Return a table of ``columns``; ``row`` returns the cells of a key, ``options`` are the table's."""
        shown = shown_as(columns, self.spell)
        return KeyedTable(shown, lambda key: self.cells(row(key)), ascii=self.ascii, **options)

    def cells(self, fields: Iterable[Field]) -> list[Cell]:
        """Return fields as a table or a line takes them."""
        return [Cell(self.spell(field.text), field.tone) for field in fields]

    def lines(self, which: str) -> Lines:
        """Return one of the lines around, by its id."""
        return self.query_one(f"#{which}", Lines)

    def show(self, which: str, *lines: Iterable[Field]) -> None:
        """Show fields, line by line, in the lines with this id."""
        self.lines(which).show(*map(self.cells, lines))

    def say(self, text: str, tone: str = "") -> None:
        """Show one sentence, over two lines if it needs them; it stays until the next."""
        self.show("message", *([Field(line, tone)] for line in wrapped(self.spell(text), self.app.size.width)))

    @property
    def message(self) -> str:
        """The sentence that is shown."""
        return " ".join(self.lines("message").text.split())

    def show_report(self, title: str, lines: Iterable[str]) -> None:
        """Open a page of text."""
        self.app.push_screen(ReportScreen(title, lines))

    def complain(self, complaint: str) -> None:
        """Tell what went wrong beside what was asked, such as a record that couldn't be written; empty: nothing did."""
        if complaint:
            self.app.notify(self.spell(complaint), severity="warning", markup=False)

    @property
    def offered(self) -> Sequence[Command]:
        """The commands that the foot may name."""
        return self.commands.all

    def label(self, command: Command) -> str:
        """Return what the foot calls a command."""
        return command.label

    def show_keys(self) -> None:
        """Show as many keys as there is room for, what matters most first."""
        fields, room = [Field(" ")], self.app.size.width - 1
        # What the palette alone does takes room that keys need.
        pressed = (command for command in self.offered if command.keys)
        for command in sorted(pressed, key=lambda command: not command.footer):
            label = self.label(command)
            gap = "  " if len(fields) > 1 else ""
            room -= len(gap) + len(str(command)) + 1 + len(label)
            if room < 0:
                break
            fields += [Field(gap), Field(str(command), "warn"), Field(f" {label}")]
        self.show("keys", fields)

    def on_resize(self) -> None:
        """Show as many keys as there is room for."""
        self.show_keys()

    def action_help(self) -> None:
        """Show every key."""
        self.show_report(self.commands.title, help_lines(self.commands))


def shown_as(columns: Iterable[Column[*tuple[Any, ...]]], spell: Spelling) -> list[table.Column]:
    """Return columns for a table, with titles that this terminal can show."""
    return [
        table.Column(head.key, spell(head.title), head.width, head.limit, head.align, head.rank, head.whole)
        for head in (column.head for column in columns)
    ]
