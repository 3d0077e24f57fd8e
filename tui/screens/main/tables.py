"""The two tables of the main screen, and what the keys act on by where the cursor is."""

from tui.model.view.order import ALL_GROUPS
from tui.present.columns import GROUP_COLUMNS, LINK_COLUMNS
from tui.screens.base import BaseScreen, shown_as
from tui.screens.main.view import Target, View
from widgets.keyed_table.table import Column, KeyedTable


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
    def group_id(self) -> int:
        """The group under the cursor of the group table, or ALL_GROUPS."""
        return ALL_GROUPS if self.groups.cursor_key is None else self.groups.cursor_key

    @property
    def target(self) -> Target:
        """What the writing keys act on now."""
        return self._view.target(None if self.on_links else self.group_id)

    def sync(self) -> None:
        """Show the view in both tables."""
        self.groups.sync(self._view.group_keys())
        self.sync_links()

    def sync_links(self) -> None:
        """Show the interfaces of the chosen group."""
        self._view.links.group_id = self.group_id
        self.links.sync(self._view.link_keys())

    def order(self, table: KeyedTable) -> tuple[str, bool]:
        """Return the column by which a table is ordered, and whether in reverse."""
        links = self._view.links
        return (links.column, links.reverse) if table is self.links else self._view.sorted_by

    def sort(self, table: KeyedTable, column: str, reverse: bool) -> None:
        """Order a table by another column."""
        if table is self.links:
            self._view.links.column, self._view.links.reverse = column, reverse
        else:
            self._view.sorted_by = (column, reverse)
        table.set_sort(column, reverse)
