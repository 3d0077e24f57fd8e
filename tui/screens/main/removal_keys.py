"""What deletes a group's interfaces, from the palette: propose, have the name typed, send once, tell what happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.model.names.tree import Branch
from tui.present.commands import OnMain
from tui.present.removal import removal_asked, removal_words, removed_line
from tui.screens.base import BaseScreen
from tui.screens.main.change_keys import LEFT, ChangeKeys
from tui.screens.main.tables import Tables
from tui.screens.main.view import View
from tui.session.session import Session

if TYPE_CHECKING:
    from tui.model.change.removal import Deletion
    from tui.session.removal import RemovalResult


class RemovalKeys:
    """No key of its own: what can't be undone isn't to be had by one."""

    def __init__(
        self, screen: BaseScreen[None], session: Session, view: View, tables: Tables, changes: ChangeKeys
    ) -> None:
        """``changes`` tells whether now is the moment, and books what is painted."""
        self._screen = screen
        self._session = session
        self._view = view
        self._tables = tables
        self._changes = changes
        self.handlers: dict[str, Callable[[], object]] = {"delete": self.ask}
        """By the command's id."""

    def ask(self) -> None:
        """Show what the deletion of the chosen group's interfaces comes to, and have its name typed."""
        if not self._changes.ready() or (chosen := self._changes.aimed()) is None:
            return
        if isinstance(chosen, Branch):
            self._screen.say(f"One group is deleted at a time: unfold this ({OnMain.unfold}), and choose one.", "warn")
            return
        if not isinstance(chosen, int):
            away = f"Only a whole group is deleted: go to the groups ({OnMain.other_table}), or give these a group of"
            self._screen.say(f"{away} their own first ({OnMain.retag}).", "warn")
            return
        # Few ever need it.
        from tui.screens.dialogs.removal import RemovalScreen

        session, names = self._session, self._view.shown.names
        page = RemovalScreen(chosen, names, guarded=session.services.guard_timeout is not None)

        def answered(deletion: Deletion | None) -> None:
            if deletion is None:
                self._screen.say(LEFT)
            elif self._changes.ready():
                self._send(deletion)

        self._screen.app.push_screen(page, answered)
        session.weigh_deletion(chosen, page.weighed)

    def _send(self, deletion: Deletion) -> None:
        title = removal_asked(deletion, self._view.shown.names)
        self._screen.say(f"{title}: sent, waiting for the kernel…")
        self._session.delete(deletion, title, self._ended, self._screen.complain)

    def _ended(self, result: RemovalResult) -> None:
        names = self._view.shown.names
        line = removed_line(result.removed, names)
        self._session.told(result, removal_words(result.removed, line.text, names))
        self._changes.tell(result, line)
