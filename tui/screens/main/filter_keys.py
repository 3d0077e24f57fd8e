"""The filter of the main screen: put in force while it is typed, and taken away again."""

from collections.abc import Callable

from tui.model.text import visible
from tui.screens.base import BaseScreen
from tui.screens.main.filter_box import FilterBox
from tui.screens.main.tables import Tables
from tui.screens.main.view import View


class FilterKeys:
    """Opens the box, and does what is typed there."""

    def __init__(self, screen: BaseScreen[None], view: View, tables: Tables, changed: Callable[[], object]) -> None:
        """``changed`` shows the interfaces anew."""
        self._screen = screen
        self._view = view
        self._tables = tables
        self._changed = changed
        self._complaint = ""
        self.box = FilterBox(screen.spell)
        self.handlers = {"filter": self.open}
        """By the command's id."""

    def open(self) -> None:
        """Ask for what to show."""
        names, tree = self._view.shown.names, self._view.shown.tree
        paths = [visible(path) for path in tree if tree.is_parent(path)]
        self.box.open(self._view.links.text, [visible(name) for name in names.by_name], paths)

    def typed(self, text: str) -> None:
        """Show what the text means so far; what is wrong with it stands under it."""
        if self.box.display:
            self._set(text.strip())
            self._changed()

    def accepted(self, text: str) -> None:
        """Close the box, and leave the filter in force."""
        if self._view.links.problem:
            self._screen.app.bell()
            return
        self.box.keep(text)
        self.close()

    def left(self) -> None:
        """Close the box if it has lost the cursor."""
        if self.box.display and not self.box.has_focus_within:
            self.close()

    def clear(self) -> bool:
        """Show everything; return whether there was a filter, or its box open."""
        if not self._view.links.text and not self.box.display:
            return False
        self._set("")
        self.close()
        return True

    def close(self) -> None:
        """Close the box; the keys go where they went before, unless they go to a table already."""
        table = self._tables.current
        self.box.close()
        self._screen.set_focus(table)
        # What is typed halfway isn't in force, and what is wrong with it goes too.
        self._set(self._view.links.text)
        self._changed()

    def tell(self) -> None:
        """Say what is wrong with the filter, also if it shows only later, over other interfaces."""
        links = self._view.links
        if self.box.display:
            self.box.say(links.problem, links.hint)
        elif links.problem:
            self._screen.say(links.problem, "bad")
            self._complaint = self._screen.message
            links.set_filter(links.text)

    def _set(self, text: str) -> None:
        """Put another filter in force; what was said of the one before goes."""
        self._view.links.set_filter(text)
        if self._complaint and self._complaint == self._screen.message:
            self._screen.say("")
        self._complaint = ""
