"""The keys ← and →: fold and unfold the groups, where their names make a tree."""

from collections.abc import Callable

from tui.model.view.shown import Shown
from tui.present.commands import OnMain
from tui.screens.base import BaseScreen
from tui.screens.main.tables import Tables
from tui.screens.main.view import View


class FoldKeys:
    """Folds and unfolds the row under the cursor of the groups, as people know it of trees; what is flat stays so."""

    def __init__(self, screen: BaseScreen[None], view: View, tables: Tables, changed: Callable[[], object]) -> None:
        """``changed`` shows anew what stands around the tables."""
        self._screen = screen
        self._view = view
        self._tables = tables
        self._changed = changed
        self.handlers = {
            "fold": lambda: self._go(view.outline.fold),
            "unfold": lambda: self._go(view.outline.unfold),
        }
        """By the command's id."""

    def _go(self, by: Callable[[int, Shown], int]) -> None:
        """Fold or unfold by ``by``, which returns the row to go to."""
        tables, shown = self._tables, self._view.shown
        if shown.tree.is_flat or (key := tables.groups.cursor_key) is None:
            return
        if tables.on_links:
            there = f"{OnMain.other_table} goes there"
            self._screen.say(f"{OnMain.fold} and {OnMain.unfold} fold and unfold the groups: {there}.", "warn")
            return
        to = by(key, shown)
        tables.sync_groups(flash=False)
        tables.groups.move_to(to)
        self._changed()
