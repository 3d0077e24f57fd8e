"""The way back: the keys z, l and y."""

from tui.files.audit import netns_here
from tui.model.change.log import LogEntry
from tui.model.change.plan import ip_lines
from tui.model.change.shell import shortened
from tui.present.commands import OnMain
from tui.present.past import past_entries
from tui.present.session import nothing_to_undo
from tui.screens.base import BaseScreen
from tui.screens.dialogs.choice import ChoiceScreen
from tui.screens.dialogs.copying import copy
from tui.screens.log import LogScreen
from tui.screens.main.change_keys import ChangeKeys
from tui.screens.main.view import View
from tui.session.planning import plan_change
from tui.session.session import Session


class UndoKeys:
    """Takes changes back, and shows the log and the `ip` lines that equal them."""

    def __init__(self, screen: BaseScreen[None], session: Session, view: View, changes: ChangeKeys) -> None:
        """``changes`` asks and sends."""
        self._screen = screen
        self._session = session
        self._view = view
        self._changes = changes
        self.handlers = {"undo": self.undo, "log": self.show_log, "copy": self.ask_lines}
        """By the command's id."""

    def undo(self) -> None:
        """Take the last change back."""
        if self._changes.is_repeat("undo") or not self._changes.ready():
            return
        if (entry := self._session.log.last_undoable()) is None:
            self._screen.say("There is nothing to undo: no change of this session that still stands.", "warn")
        else:
            self._undo(entry.number)

    def show_log(self) -> None:
        """Show every change so far; undo one of them."""

        def chosen(number: int | None) -> None:
            if number is not None and self._changes.ready():
                self._undo(number)

        names = self._view.shown.names

        def earlier() -> list[LogEntry]:
            return past_entries(self._session.earlier(), names, netns_here())

        self._screen.app.push_screen(LogScreen(self._session.log, self._screen.ascii, earlier), chosen)

    def ask_lines(self) -> None:
        """Ask which key's `ip` lines are wanted; copy and show them."""
        if (chosen := self._changes.aimed()) is None:
            return
        shown, log = self._view.shown, self._session.log
        lines: dict[str, list[str]] = {}
        meanings: dict[str, str] = {}
        for command, settings in self._session.at_once.items():
            key = str(OnMain.by_id[command])
            if found := ip_lines(plan_change(shown, settings, chosen).intent, shown.names):
                lines[key] = found
                meanings[key] = f"what {key} would do"
        if log.entries and (last := log.entries[-1].lines):
            lines[str(OnMain.log)] = list(last)
            meanings[str(OnMain.log)] = "the last change"
        if not lines:
            self._screen.say("There is no line to copy: nobody is in any of these groups.", "warn")
            return
        listed = [f"{key}   {shortened(line, 200)}" for key, all_of_it in lines.items() for line in all_of_it[:3]]

        def answered(key: str | None) -> None:
            if key:
                copy(self._screen.app, lines[key])

        page = ChoiceScreen("Copy the `ip` lines of", listed, meanings)
        self._screen.app.push_screen(page, answered)

    def _undo(self, number: int) -> None:
        if (undo := self._session.undo(number)) is None:
            return
        if undo.plan is None:
            self._screen.say(nothing_to_undo(undo), "warn")
        else:
            self._changes.confirm(undo.plan, undo)
