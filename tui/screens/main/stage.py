"""What the main screen's parts stand on: the lines around the tables, a sentence to say, a page to open."""

from collections.abc import Iterable

from textual.screen import Screen

from tui.present.words import Field, as_ascii, wrapped
from tui.screens.dialogs.report import ReportScreen
from widgets.keyed_table.table import Cell
from widgets.lines import Lines


class Stage(Screen[None]):
    """Shows text as this terminal can."""

    def __init__(self, ascii: bool) -> None:
        """``ascii``: use no other glyphs."""
        super().__init__()
        self.ascii = ascii

    def spell(self, text: str) -> str:
        """Write our own words as this terminal can show them."""
        return as_ascii(text) if self.ascii else text

    def cells(self, fields: Iterable[Field]) -> list[Cell]:
        """Return fields as a table or a line takes them."""
        return [Cell(self.spell(field.text), field.tone) for field in fields]

    def lines(self, which: str) -> Lines:
        """Return one of the lines around the tables, by its id."""
        return self.query_one(f"#{which}", Lines)

    def say(self, field: Field) -> None:
        """Show one sentence, over two lines if it needs them; it stays until the next."""
        lines = wrapped(self.spell(field.text), self.app.size.width)
        self.lines("message").show(*(self.cells([Field(line, field.tone)]) for line in lines))

    @property
    def message(self) -> str:
        """The sentence that is shown."""
        return " ".join(self.lines("message").text.split())

    def show_report(self, title: str, lines: list[str]) -> None:
        """Open a page of text."""
        self.app.push_screen(ReportScreen(self.spell(title), [self.spell(line) for line in lines]))

    def complain(self, complaint: str) -> None:
        """Tell what went wrong beside a change, such as a record that couldn't be written."""
        if complaint:
            self.app.notify(self.spell(complaint), severity="warning", markup=False)
