"""The command log: every change of this run, its `ip` lines to copy, and a key to undo it."""

import textwrap
from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.screen import ModalScreen

from tui.model.change.log import Log, LogEntry, LogVerdict
from tui.model.change.shell import shortened
from tui.model.text import plural
from tui.present.commands import LOG_COMMANDS
from tui.present.words import Field, Spelling, count, milliseconds, wrapped
from tui.screens.dialogs.copying import ROOM, copy
from tui.screens.dialogs.report import ReportScreen
from tui.screens.footer import footer
from widgets.keyed_table.table import Cell, Column, KeyedTable
from widgets.lines import Lines

_PERIOD = 0.5  # seconds between looks whether the log has grown
_PANE_LINES = 2  # screen lines that one `ip` line may take in the pane
_TONES: dict[LogVerdict, str] = {
    "done": "good",
    "saved": "good",
    "nothing": "warn",
    "reverted": "warn",
    "partly": "bad",
    "failed": "bad",
    "refused": "bad",
    "unknown": "bad",
}

COLUMNS = (
    Column("number", "#", 3, limit=6, align="right", rank=2, whole=6),
    Column("time", "TIME", 8),
    Column("what", "WHAT", 10, limit=30),
    Column("outcome", "OUTCOME", 10, limit=120),
    Column("messages", "MSGS", 5, limit=7, align="right", rank=3),
    Column("ms", "MS", 7, limit=9, align="right", rank=1),
)


class LogScreen(ModalScreen[int | None]):
    """Shows the changes, newest first. Dismissed with the number of the change to undo, else None."""

    DEFAULT_CSS = """
    LogScreen #logtitle { height: 1; background: $panel; text-style: bold; }
    LogScreen #changes { height: 1fr; background: $background; }
    LogScreen #logpane { height: 36%; background: $surface; }
    LogScreen #logsaid { height: 2; background: $background; }
    LogScreen #logkeys { height: 1; background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(command.keys, command.id, command.label, show=False) for command in LOG_COMMANDS if command.keys
    ]

    def __init__(self, log: Log, spell: Spelling, ascii: bool) -> None:
        """Show ``log``, which may grow meanwhile; ``ascii``: use no other glyphs."""
        super().__init__()
        self._log = log
        self._spell = spell
        self._seen = -1
        self._table = KeyedTable(COLUMNS, self._row, empty="nothing was changed yet", ascii=ascii, id="changes")

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        yield Lines(id="logtitle")
        yield self._table
        yield Lines(id="logpane")
        yield Lines(id="logsaid")
        yield Lines(id="logkeys")

    def on_mount(self) -> None:
        """Begin with the newest."""
        self._table.focus()
        self._look()
        self.set_interval(_PERIOD, self._look)

    def on_resize(self, event: Resize) -> None:
        """Wrap the pane anew, and show as many keys as there is room for."""
        self._around()
        self._show("logkeys", footer(LOG_COMMANDS, event.size.width))

    def _look(self) -> None:
        """Take in what came since."""
        if self._seen == self._log.revision:
            return
        self._seen = self._log.revision
        self._table.sync([entry.number for entry in reversed(self._log.entries)])
        number = len(self._log)
        text = f" log: {plural(number, 'change')}, newest first"
        self._show("logtitle", [Field(text)])
        self._around()

    def _row(self, key: int) -> list[Cell]:
        entry = self._log.get(key)
        if entry is None:
            # It fell out since the last look.
            return self._cells(Field("") for _ in COLUMNS)
        undone = f"undone by {entry.undone_by}: " if entry.undone_by is not None else ""
        return self._cells(
            (
                Field(str(entry.number), "muted"),
                Field(f"{entry.time.astimezone():%H:%M:%S}", "muted"),
                Field(entry.what),
                Field(f"{undone}{entry.outcome}", "muted" if undone else _TONES[entry.verdict]),
                Field(count(entry.messages)),
                Field(f"{entry.waited * 1000:.1f}" if entry.messages else ""),
            )
        )

    def _around(self) -> None:
        """Show the chosen change below the table."""
        entry = self._chosen()
        pane = self.query_one("#logpane", Lines)
        width, height = pane.size
        shown: list[Cell] = []
        if entry is not None:
            for line in _in_full(entry, (width - 2) * _PANE_LINES):
                shown += self._cells(Field(f" {part}") for part in textwrap.wrap(self._spell(line), max(width - 2, 10)))
        if len(shown) > height > 0:
            shown[height - 1 :] = self._cells([Field(" … Enter shows it in full", "muted")])
        pane.show(*([cell] for cell in shown))

    def _chosen(self) -> LogEntry | None:
        key = self._table.cursor_key
        return None if key is None else self._log.get(key)

    def _cells(self, fields: Iterable[Field]) -> list[Cell]:
        return [Cell(self._spell(field.text), field.tone) for field in fields]

    def _show(self, which: str, fields: list[Field]) -> None:
        self.query_one(f"#{which}", Lines).show(self._cells(fields))

    def _say(self, text: str, tone: str = "warn") -> None:
        lines = wrapped(self._spell(text), self.app.size.width)
        self.query_one("#logsaid", Lines).show(*(self._cells([Field(line, tone)]) for line in lines))

    def _open(self, title: str, lines: Iterable[str]) -> None:
        self.app.push_screen(ReportScreen(self._spell(title), [self._spell(line) for line in lines]))

    @on(KeyedTable.Moved)
    def _moved(self) -> None:
        self._say("")
        self._around()

    @on(KeyedTable.Chosen)
    def action_details(self) -> None:
        """Show the change in full."""
        if (entry := self._chosen()) is not None:
            self._open(f"Change {entry.number}", _in_full(entry, ROOM))

    def action_copy(self) -> None:
        """Copy the `ip` lines, and show them for terminals that take no copies."""
        entry = self._chosen()
        if entry is None or not entry.lines:
            self._say("There are no `ip` lines to copy here.")
            return
        try:
            copy(self.app, entry.lines, self._spell)
        except ValueError as error:
            self._say(str(error), "bad")

    def action_undo(self) -> None:
        """Leave with the change to undo; say why where that can't be."""
        entry = self._chosen()
        if entry is None or entry.obstacle:
            self._say("There is nothing to undo." if entry is None else entry.obstacle)
            return
        self.dismiss(entry.number)

    def action_help(self) -> None:
        """Show every key."""
        self._open("Keys of the command log", [f"{command.shown:<9} {command.help}" for command in LOG_COMMANDS])

    def action_back(self) -> None:
        """Leave, and undo nothing."""
        self.dismiss(None)


def _in_full(entry: LogEntry, room: int) -> list[str]:
    """Return all of a change as lines; those for the shell are shortened to ``room`` characters."""
    marks: list[str] = [entry.verdict]
    if entry.undoes is not None:
        marks.append(f"undoes {entry.undoes}")
    if entry.undone_by is not None:
        marks.append(f"undone by {entry.undone_by}")
    cost = f"{plural(entry.messages, 'message')}, {plural(entry.size, 'byte')}"
    answered = f", answer after {milliseconds(entry.waited)}" if entry.messages else ""
    return [
        f"{entry.number}  {entry.what}  ({', '.join(marks)})",
        f"outcome: {entry.outcome}",
        f"planned: {entry.plan}",
        f"sent: {cost}{answered}",
        f"at {entry.time.astimezone():%Y-%m-%d %H:%M:%S %Z}{f' in {entry.netns}' if entry.netns else ''}",
        *(shortened(line, room) for line in entry.lines),
    ]
