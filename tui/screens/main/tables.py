"""The two tables of the main screen, and what the keys act on by where the cursor is."""

from tui.model.names.tree import Place
from tui.present.columns import GROUP_COLUMNS, LINK_COLUMNS
from tui.screens.base import BaseScreen, shown_as
from tui.screens.main.view import Target, View
from widgets.keyed_table.table import Column, KeyedTable

_OUTLINED = 19  # cells for a name in a tree before the kinds are dropped for it; with the risks that fits 80


class Tables:
    """Shows the rows of a view, ordered as it says."""

    def __init__(self, screen: BaseScreen[None], view: View) -> None:
        """Make both tables; ``screen`` places them."""
        self._screen = screen
        self._view = view
        self.groups = KeyedTable(
            shown_as(GROUP_COLUMNS, screen.spell),
            lambda key: screen.cells(view.group_row(key)),
            ascii=screen.ascii,
            id="groups",
        )
        self.links = KeyedTable(
            [Column("mark", "", 1), *shown_as(LINK_COLUMNS, screen.spell)],
            lambda key: screen.cells(view.link_row(key)),
            empty="reading…",
            ascii=screen.ascii,
            id="links",
        )
        self._last = self.groups

    @property
    def current(self) -> KeyedTable:
        """The table that has the cursor, or gets it back from an input."""
        focused = self._screen.focused
        return focused if isinstance(focused, KeyedTable) else self._last

    @property
    def on_links(self) -> bool:
        """Whether that is the interface table."""
        return self.current is self.links

    def note_focus(self) -> None:
        """Take note of which table has the cursor, for the time when neither has."""
        self._last = self.current

    @property
    def place(self) -> Place:
        """What is under the cursor of the group table: a group, a branch, or ALL_GROUPS."""
        return self._view.place(self.groups.cursor_key)

    @property
    def target(self) -> Target:
        """What the writing keys act on now."""
        return self._view.target(None if self.on_links else self.place)

    def sync(self) -> None:
        """Show the view in both tables."""
        self._view.outline.reveal(self.groups.cursor_key, self._view.shown)
        self.sync_groups()
        self.sync_links()

    def sync_groups(self, *, flash: bool = True) -> None:
        """Show the groups; ``flash``: mark what changed."""
        flat = self._view.shown.tree.is_flat
        self.groups.set_whole("group", 0 if flat else _OUTLINED)
        self.groups.sync(self._view.group_keys(), flash=flash)

    def sync_links(self) -> None:
        """Show the interfaces of the chosen group."""
        self._view.links.place = self.place
        self.links.sync(self._view.link_keys())

    def order(self, table: KeyedTable) -> tuple[str, bool]:
        """Return the column by which a table is ordered, and whether in reverse."""
        rows = self._view.links if table is self.links else self._view.outline
        return rows.column, rows.reverse

    def sort(self, table: KeyedTable, column: str, reverse: bool) -> None:
        """Order a table by another column."""
        rows = self._view.links if table is self.links else self._view.outline
        rows.column, rows.reverse = column, reverse
        table.set_sort(column, reverse)
