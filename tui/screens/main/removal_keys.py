"""What deletes a group's interfaces, or moves them to another netns, from the palette: the name typed, sent once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.model.change.move import Move
from tui.model.change.removal import Deletion
from tui.model.names.map import group_title
from tui.model.names.tree import Branch
from tui.present.commands import OnMain
from tui.present.move import move_bar_sentence, move_in_short, move_sentences
from tui.present.removal import (
    bar_sentence,
    removal_asked,
    removal_in_short,
    removal_sentences,
    removal_words,
    removed_line,
)
from tui.screens.base import BaseScreen
from tui.screens.dialogs.progress import ProgressScreen
from tui.screens.dialogs.prompt import PromptScreen
from tui.screens.main.change_keys import LEFT, ChangeKeys
from tui.screens.main.tables import Tables
from tui.screens.main.view import View
from tui.session.session import Session

if TYPE_CHECKING:
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
        self.handlers: dict[str, Callable[[], object]] = {"delete": self.ask_to_delete, "move": self.ask_where}
        """By the command's id."""

    @property
    def _guarded(self) -> bool:
        return self._session.services.guard_timeout is not None

    def _group(self, done: str) -> int | None:
        """Return the group that is meant; None, and say why: none is. ``done``: what would become of it."""
        if not self._changes.ready() or (chosen := self._changes.aimed()) is None:
            return None
        if isinstance(chosen, Branch):
            self._screen.say(f"One group is {done} at a time: unfold this ({OnMain.unfold}), and choose one.", "warn")
            return None
        if not isinstance(chosen, int):
            away = f"Only a whole group is {done}: go to the groups ({OnMain.other_table}), or give these a group of"
            self._screen.say(f"{away} their own first ({OnMain.retag}).", "warn")
            return None
        return chosen

    def ask_to_delete(self) -> None:
        """Show what the deletion of the chosen group's interfaces comes to, and have its name typed."""
        if (chosen := self._group("deleted")) is None:
            return
        # Few ever need it.
        from tui.screens.dialogs.removal import RemovalScreen, Told
        from tui.session.removal import bar

        names, guarded = self._view.shown.names, self._guarded

        def tell(found: Deletion) -> Told:
            if why := bar(found, guarded=guarded):
                return Told(bar_sentence(why, found, names))
            return Told("", removal_in_short(found, names), removal_sentences(found, names))

        title = f"delete the interfaces of {group_title(chosen, names)}"
        page = RemovalScreen[Deletion](title, chosen, names, tell)
        self._screen.app.push_screen(page, self._answered)
        self._session.weigh_deletion(chosen, page.weighed)

    def ask_where(self) -> None:
        """Ask for the netns that the chosen group's interfaces are to go to."""
        if (chosen := self._group("moved")) is None:
            return
        from tui.session.move import names_of_netns

        def answered(netns: str | None) -> None:
            if netns is None:
                self._screen.say(LEFT)
            else:
                self._ask_to_move(chosen, netns.strip())

        title = f"netns for the interfaces of {group_title(chosen, self._view.shown.names)}, by its name or path:"
        known = names_of_netns()
        page = PromptScreen(title, lambda text: "" if text.strip() else "Type a name or a path.", suggestions=known)
        self._screen.app.push_screen(page, answered)

    def _ask_to_move(self, chosen: int, netns: str) -> None:
        """Show what the move comes to, and have the group's name typed."""
        from tui.screens.dialogs.removal import RemovalScreen, Told
        from tui.session.move import move_bar

        names, guarded = self._view.shown.names, self._guarded

        def tell(found: Move) -> Told:
            if why := move_bar(found, guarded=guarded):
                return Told(move_bar_sentence(why, found, names))
            return Told("", move_in_short(found, names), move_sentences(found, names))

        def other_way(found: Move) -> Move:
            return replace(found, each=not found.each)

        title = f"move the interfaces of {group_title(chosen, names)} to another netns"
        page = RemovalScreen[Move](title, chosen, names, tell, other_way)
        self._screen.app.push_screen(page, self._answered)
        self._session.weigh_move(chosen, netns, page.weighed)

    def _answered(self, removal: Deletion | Move | None) -> None:
        if removal is None:
            self._screen.say(LEFT)
        elif self._changes.ready():
            title = removal_asked(removal, self._view.shown.names)
            if isinstance(removal, Move):
                self._changes.wait(title, one=not removal.each, estimate=removal.seconds)
            else:
                self._changes.wait(title, one=True)
            progress = self._session.remove(removal, title, self._ended, self._screen.complain)
            if isinstance(removal, Move) and removal.each:
                self._screen.app.push_screen(ProgressScreen(title, progress))

    async def _ended(self, result: RemovalResult) -> None:
        names = self._view.shown.names
        line = removed_line(result.removed, names)
        self._session.told(result, removal_words(result.removed, line.text, names))
        if isinstance(top := self._screen.app.screen, ProgressScreen):
            await top.dismiss()
        self._changes.tell(result, line)
