"""The command log: every change of this run, and of earlier ones, `ip` lines to copy, and a key to undo."""

import asyncio
import textwrap
from collections.abc import Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.screen import ModalScreen

from tui.model.change.log import Log, LogEntry, again
from tui.model.text import plural, reason
from tui.present.column import cells
from tui.present.commands import OnLog
from tui.present.log import LOG_COLUMNS, in_full
from tui.present.words import Field
from tui.screens.base import BaseScreen
from tui.screens.dialogs.copying import ROOM, copy
from widgets.keyed_table.table import Cell, KeyedTable
from widgets.lines import Lines

_PERIOD = 0.5  # seconds between looks whether the log has grown
_MOST = 1_000_000  # bytes that are copied at once; hardly a terminal takes more by OSC 52
_PANE_LINES = 2  # screen lines that one `ip` line may take in the pane


class LogScreen(BaseScreen[int | None], ModalScreen[int | None], commands=OnLog):
    """Shows the changes, newest first. Dismissed with the number of the change to undo, else None."""

    DEFAULT_CSS = """
    LogScreen #logtitle { height: 1; background: $panel; text-style: bold; }
    LogScreen #changes { height: 1fr; background: $background; }
    LogScreen #logpane { height: 36%; background: $surface; }
    """

    def __init__(self, log: Log, ascii: bool, earlier: Callable[[], Sequence[LogEntry]] = tuple) -> None:
        """Show ``log``, which may grow meanwhile; ``ascii``: use no other glyphs.

        ``earlier`` returns what earlier sittings changed, keyed -1, -2 …, the newest first; it is called on another
        thread, and raises OSError, one sentence.
        """
        super().__init__(ascii)
        self._log = log
        self._read_earlier = earlier
        self._past: dict[int, LogEntry] | None = None
        self._reading: asyncio.Task[None] | None = None
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
        past = self._past
        self._table.sync([*(entry.number for entry in reversed(self._log.entries)), *(past or ())])
        more = "" if past is None else f" and {len(past):,} earlier"
        text = f" log: {plural(len(self._log), 'change')}{more}, newest first"
        self.show("logtitle", [Field(text)])
        self._around()

    def _row(self, key: int) -> list[Field]:
        entry = self._entry(key)
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
        return None if key is None else self._entry(key)

    def _entry(self, key: int) -> LogEntry | None:
        return self._log.get(key) if key > 0 else (self._past or {}).get(key)

    @on(KeyedTable.Moved)
    def _moved(self) -> None:
        self.say("")
        self._around()

    @on(KeyedTable.Chosen)
    def action_details(self) -> None:
        """Show the change in full."""
        if (entry := self._chosen()) is not None:
            title = "A change of an earlier sitting" if entry.by else f"Change {entry.number}"
            self.show_report(title, in_full(entry, ROOM))

    def action_copy(self) -> None:
        """Copy the `ip` lines, and show them for terminals that take no copies."""
        entry = self._chosen()
        if entry is None or not entry.lines:
            self.say("There are no `ip` lines to copy here.", "warn")
            return
        self._copy(entry.lines)

    def action_copy_all(self) -> None:
        """Copy the `ip` lines of all that is listed, in the order in which they were made."""
        listed = (self._entry(key) for key in reversed(self._table.keys))
        lines = again(entry for entry in listed if entry is not None)
        size = sum(map(len, lines))
        if not lines:
            self.say("There are no `ip` lines to copy here.", "warn")
        elif size > _MOST:
            self.say(f"That is {size:,} bytes, more than a terminal takes; `ifgroup log --sh` writes them.", "warn")
        else:
            self._copy(lines)

    def _copy(self, lines: Sequence[str]) -> None:
        try:
            copy(self.app, lines)
        except ValueError as error:
            self.say(str(error), "bad")

    def action_earlier(self) -> None:
        """List what earlier sittings changed too, or no more."""
        if self._past is not None:
            self._show_past(None)
            self.say("")
        elif self._reading is None:
            self.say("Reading the audit file…")
            # No worker: keys would wait for it.
            self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            past = await asyncio.to_thread(self._read_earlier)
        except OSError as error:
            self.say(reason(error), "warn")
        else:
            self._show_past({entry.number: entry for entry in past})
            self.say("" if past else "No earlier sitting is on record.")
        finally:
            self._reading = None

    def on_unmount(self) -> None:
        """Wait for nothing any more."""
        if self._reading is not None:
            self._reading.cancel()

    def _show_past(self, past: dict[int, LogEntry] | None) -> None:
        self._past = past
        self._seen = -1
        self._look()

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
