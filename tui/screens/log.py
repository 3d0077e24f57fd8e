"""The command log: every change of this run, its `ip` lines to copy, and a key to undo it."""

import textwrap

from textual import on
from textual.app import ComposeResult
from textual.screen import ModalScreen

from tui.model.change.log import Log, LogEntry
from tui.model.text import plural
from tui.present.column import cells
from tui.present.commands import OnLog
from tui.present.log import LOG_COLUMNS, in_full
from tui.present.words import Field
from tui.screens.base import BaseScreen
from tui.screens.dialogs.copying import ROOM, copy
from widgets.keyed_table.table import Cell, KeyedTable
from widgets.lines import Lines

_PERIOD = 0.5  # seconds between looks whether the log has grown
_PANE_LINES = 2  # screen lines that one `ip` line may take in the pane


class LogScreen(BaseScreen[int | None], ModalScreen[int | None], commands=OnLog):
    """Shows the changes, newest first. Dismissed with the number of the change to undo, else None."""

    DEFAULT_CSS = """
    LogScreen #logtitle { height: 1; background: $panel; text-style: bold; }
    LogScreen #changes { height: 1fr; background: $background; }
    LogScreen #logpane { height: 36%; background: $surface; }
    """

    def __init__(self, log: Log, ascii: bool) -> None:
        """Show ``log``, which may grow meanwhile; ``ascii``: use no other glyphs."""
        super().__init__(ascii)
        self._log = log
        self._seen = -1
        self._table = self.table(LOG_COLUMNS, self._row, empty="nothing was changed yet", id="changes")

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        yield Lines(id="logtitle")
        yield self._table
        yield Lines(id="logpane")
        yield Lines(id="message")
        yield Lines(id="keys")

    def on_mount(self) -> None:
        """Begin with the newest."""
        self._table.focus()
        self._look()
        self.set_interval(_PERIOD, self._look)

    def on_resize(self) -> None:
        """Wrap the pane anew."""
        self._around()

    def _look(self) -> None:
        """Take in what came since."""
        if self._seen == self._log.revision:
            return
        self._seen = self._log.revision
        self._table.sync([entry.number for entry in reversed(self._log.entries)])
        number = len(self._log)
        text = f" log: {plural(number, 'change')}, newest first"
        self.show("logtitle", [Field(text)])
        self._around()

    def _row(self, key: int) -> list[Field]:
        entry = self._log.get(key)
        # It may have fallen out since the last look.
        return [Field("")] * len(LOG_COLUMNS) if entry is None else cells(LOG_COLUMNS, entry)

    def _around(self) -> None:
        """Show the chosen change below the table."""
        entry = self._chosen()
        pane = self.lines("logpane")
        width, height = pane.size
        shown: list[Cell] = []
        if entry is not None:
            for line in in_full(entry, (width - 2) * _PANE_LINES):
                shown += self.cells(Field(f" {part}") for part in textwrap.wrap(self.spell(line), max(width - 2, 10)))
        if len(shown) > height > 0:
            shown[height - 1 :] = self.cells([Field(f" … {OnLog.details} shows it in full", "muted")])
        pane.show(*([cell] for cell in shown))

    def _chosen(self) -> LogEntry | None:
        key = self._table.cursor_key
        return None if key is None else self._log.get(key)

    @on(KeyedTable.Moved)
    def _moved(self) -> None:
        self.say("")
        self._around()

    @on(KeyedTable.Chosen)
    def action_details(self) -> None:
        """Show the change in full."""
        if (entry := self._chosen()) is not None:
            self.show_report(f"Change {entry.number}", in_full(entry, ROOM))

    def action_copy(self) -> None:
        """Copy the `ip` lines, and show them for terminals that take no copies."""
        entry = self._chosen()
        if entry is None or not entry.lines:
            self.say("There are no `ip` lines to copy here.", "warn")
            return
        try:
            copy(self.app, entry.lines)
        except ValueError as error:
            self.say(str(error), "bad")

    def action_undo(self) -> None:
        """Leave with the change to undo; say why where that can't be."""
        entry = self._chosen()
        if entry is None or entry.obstacle:
            self.say("There is nothing to undo." if entry is None else entry.obstacle, "warn")
            return
        self.dismiss(entry.number)

    def action_back(self) -> None:
        """Leave, and undo nothing."""
        self.dismiss(None)
