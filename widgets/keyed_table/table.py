"""A virtual table whose rows are known by key, never by position.

It paints only the lines that are visible and, after a change, only what differs from what was painted before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, clamp
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from widgets.keyed_table.cells import VisibleCells
from widgets.keyed_table.cursor import Cursor
from widgets.keyed_table.layout import Cell, Column, Layout, Row
from widgets.keyed_table.paint import BLURRED_LOOK, CURSOR_LOOK, LOOKS, LOOKS_CSS, Line, Painter, difference
from widgets.keyed_table.view import HEADER, TableView

__all__ = ["Cell", "Column", "KeyedTable", "Row"]

SAMPLE = 32
"""Rows beyond the visible ones that are asked for their widths after a resize."""


class _Report(Message):
    """What a table tells its ancestors."""

    def __init__(self, table: KeyedTable) -> None:
        super().__init__()
        self.table = table

    @property
    def control(self) -> KeyedTable:
        """The table, for `@on` with a selector."""
        return self.table


class KeyedTable(TableView, can_focus=True, inherit_bindings=False):
    """A table of up to 65,536 rows, with one cursor row that follows its key.

    `row` is asked for the rows that are visible, and for a few more after a resize, for their widths. It must
    know every key of the latest `sync`.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = LOOKS
    DEFAULT_CSS = LOOKS_CSS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor_by(-1)", "Up", show=False),
        Binding("down,j", "cursor_by(1)", "Down", show=False),
        Binding("pageup", "page_by(-1)", "Page up", show=False),
        Binding("pagedown", "page_by(1)", "Page down", show=False),
        Binding("home,g", "cursor_first", "First", show=False),
        Binding("end,G", "cursor_last", "Last", show=False),
        Binding("enter", "choose", "Choose", show=False),
    ]

    class Moved(_Report):
        """The cursor is on another key, by the user's doing or by a `sync`."""

        def __init__(self, table: KeyedTable, key: int | None) -> None:
            """Report the key under the cursor; None: the table is empty."""
            super().__init__(table)
            self.key = key

    class Chosen(_Report):
        """Enter was pressed, or the row under the cursor was clicked."""

        def __init__(self, table: KeyedTable, key: int) -> None:
            """Report the key of the row."""
            super().__init__(table)
            self.key = key

    class HeaderClicked(_Report):
        """A column's header was clicked."""

        def __init__(self, table: KeyedTable, column: str) -> None:
            """Report the column's key."""
            super().__init__(table)
            self.column = column

    def __init__(
        self,
        columns: Sequence[Column],
        row: Callable[[int], Row],
        *,
        empty: str = "",
        flash: bool = True,
        ascii: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Make a table without rows.

        Args:
            columns: Its columns, left to right.
            row: Gives the cells of a key, one per column.
            empty: What to say when there is no row.
            flash: Whether to mark a changed cell for a moment.
            ascii: Use `^`, `v` and `~` in place of `▲`, `▼` and `…`.
            id: Its id in the DOM.
            classes: Its CSS classes, separated by blanks.
        """
        super().__init__(id=id, classes=classes)
        self._columns = tuple(columns)
        self._row = row
        self._empty = empty
        self._arrows = ("^", "v") if ascii else ("▲", "▼")
        self._sort: tuple[str | None, bool] = (None, False)

        self._cursor = Cursor()
        self._cursor_shown = True

        self._cells = VisibleCells(row, flash=flash)
        self._flash_timer: Timer | None = None
        self._placed = Layout(self._columns)
        self._placed_for: tuple[int, int] | None = None
        # By screen line: what it was last asked to show, and its strip while that stays true.
        self._painted: dict[int, Line] = {}
        self._strips: dict[int, Strip] = {}
        self._painter = Painter(self._columns, self._look, "~" if ascii else "…")

    @property
    def keys(self) -> Sequence[int]:
        """The keys in the order shown; not to be changed."""
        return self._cursor.keys

    @property
    def row_count(self) -> int:
        """The number of rows, visible or not."""
        return len(self.keys)

    @property
    def cursor_key(self) -> int | None:
        """The key of the row under the cursor; None only when the table is empty."""
        return self._cursor.key

    @property
    def displaced_at(self) -> float:
        """When (`time.monotonic()`) a `sync` took the cursor's row away; 0.0: not since the last move."""
        return self._cursor.displaced_at

    @property
    def sortable(self) -> list[str]:
        """The keys of the columns that are shown under a header, left to right."""
        return [column.key for slot in self._placed.slots if (column := self._columns[slot.index]).label]

    def visible_keys(self) -> list[int]:
        """Return the keys on the screen, from top to bottom."""
        return self._cursor.keys[self._top : self._top + self._body]

    def sync(self, keys: Sequence[int], *, flash: bool = True) -> None:
        """Show these keys in this order, and read the visible rows again.

        The cursor and what the user looks at stay where they are on the screen, whatever came or went around.
        ``flash``: mark what changed, if the table does; not where the user himself asked for another look of it.
        """
        if not flash:
            self._cells.forget()
        new = list(keys)
        if new != self.keys:
            self._rekey(new)
        self._update(reread=True)

    def move_to(self, key: int) -> bool:
        """Put the cursor on `key` and show it; False if there is no such row."""
        if (index := self._cursor.find(key)) is None:
            return False
        self._place_cursor(index)
        return True

    def set_sort(self, column: str | None, reverse: bool) -> None:
        """Mark the header of the column that the rows are sorted by; None: of none."""
        if (column, reverse) == self._sort:
            return
        self._sort = (column, reverse)
        self._refresh_line(0)
        self._update()

    def set_whole(self, column: str, cells: int) -> None:
        """Cut no text of up to so many cells in this column from now on: see `Column.whole`."""
        columns = tuple(replace(one, whole=cells) if one.key == column else one for one in self._columns)
        if columns != self._columns:
            self._columns = columns
            self._placed_for = None
            self.refresh()

    def set_empty(self, text: str) -> None:
        """Change what an empty table says."""
        if text == self._empty:
            return
        self._empty = text
        if not self.keys:
            self._refresh_line(HEADER)

    def _rekey(self, new: list[int]) -> None:
        """Take over a new order; keep the cursor, or else the top row, on its screen line."""
        cursor = self._cursor
        before, seen, line = cursor.key, self.visible_keys(), cursor.index - self._top
        cursor.follow(new)
        top = cursor.index - line if 0 <= line < len(seen) else cursor.anchor(seen, self._top)
        self._set_virtual_height(len(new))
        self._put_scroll(top)
        if cursor.key != before:
            self.post_message(self.Moved(self, cursor.key))

    def _place_cursor(self, index: int) -> None:
        """Move the cursor as the user asked, and scroll no further than it takes to show it."""
        if not self.keys:
            return
        moved = self._cursor.put(index)
        self._reveal()
        if moved:
            self.post_message(self.Moved(self, self._cursor.key))
        self._update()

    def _reveal(self) -> None:
        """Scroll the cursor into view."""
        if self._body:
            self._put_scroll(clamp(self._top, self._cursor.index - self._body + 1, self._cursor.index))

    def _update(self, *, reread: bool = False) -> None:
        """Bring every visible line up to date, and have what differs repainted."""
        if not self.size:
            # Nothing is read while nothing is visible: what was read before may be stale by then.
            self._cells.forget()
            return
        self._place_columns()
        self._cells.read(self.visible_keys(), again=reread)
        if self._placed.see((self._titles(), *self._cells.texts())):
            self._painted.clear()
            self._strips.clear()
            self.refresh()
        for y in tuple(self._painted):
            self._renew(y)
        if self._body:
            self._cursor_shown = 0 <= self._cursor.index - self._top < self._body
        self._await_unmark()

    def _renew(self, y: int) -> None:
        """Refresh the part of a painted line that is no longer true."""
        old, new = self._painted[y], self._line(y)
        if old == new:
            return
        self._painted[y] = new
        self._strips.pop(y, None)
        region = difference(y, old, new, self._placed.slots, self._width)
        if region is not None:
            self.refresh(region)

    def _refresh_line(self, y: int) -> None:
        """Have one whole screen line painted anew."""
        self._strips.pop(y, None)
        self.refresh(Region(0, y, self._width, 1))

    def _line(self, y: int) -> Line:
        """Return what the screen line `y` ought to show."""
        index = self._top + y - HEADER
        if index >= len(self.keys):
            return Line()
        key = self.keys[index]
        cursor = (CURSOR_LOOK if self.has_focus else BLURRED_LOOK) if index == self._cursor.index else ""
        return Line(self._cells.of(key), self._cells.marked(key), cursor)

    def _await_unmark(self) -> None:
        """See to it that there is a timer while something flashes, and none otherwise."""
        wait = self._cells.next_unmark()
        if wait is not None and self._flash_timer is None:
            self._flash_timer = self.set_timer(wait, self._unmark)

    def _unmark(self) -> None:
        """Put out what flashed long enough."""
        self._flash_timer = None
        self._cells.unmark()
        self._update()

    def _place_columns(self) -> None:
        """Start the columns' widths afresh when the size is new."""
        size = (self._width, self._body)
        if self._placed_for == size:
            return
        self._placed_for = size
        self._painted.clear()
        self._strips.clear()
        self._placed = Layout(self._columns, self._width)
        step = max(1, len(self.keys) // SAMPLE)
        sample = (self._row(key) for key in self.keys[::step])
        visible = (self._cells.of(key) for key in self.visible_keys())
        self._placed.see([self._titles(), *([cell.text for cell in row] for row in (*sample, *visible))])

    def _titles(self) -> list[str]:
        """Return the headers, the arrow included."""
        key, reverse = self._sort
        arrow = self._arrows[reverse]
        return [column.label + (arrow if column.key == key else "") for column in self._columns]

    def render_line(self, y: int) -> Strip:
        """Return the strip of a screen line, built only when it changed."""
        self._place_columns()
        strip = self._strips.get(y)
        if strip is None:
            strip = self._strips[y] = self._build(y)
        return strip

    def _build(self, y: int) -> Strip:
        """Build the strip of a screen line."""
        width = self._width
        if y < HEADER:
            return self._painter.header(self._titles(), self._placed.slots, width)
        line = self._painted.setdefault(y, self._line(y))
        if y == HEADER and not self.keys:
            return self._painter.notice(self._empty, width)
        return self._painter.row(line, self._placed.slots, width)

    def notify_style_update(self) -> None:
        """Forget what was built with the old styles; Textual repaints by itself."""
        super().notify_style_update()
        self._looks.clear()
        self._strips.clear()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Repaint what differs, instead of everything as the base class does."""
        self._show_scroll()
        if round(old_value) != round(new_value):
            self._update()

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Show by the cursor whether keys arrive here."""
        super().watch_has_focus(_has_focus)
        self._update()

    def on_resize(self) -> None:
        """Keep the cursor in view if it was."""
        if self._cursor_shown:
            self._reveal()
        self._update()

    def on_click(self, event: events.Click) -> None:
        """Move the cursor, choose its row, or tell which header was hit."""
        offset = event.get_content_offset(self)
        if offset is None or event.button != 1:
            return
        if offset.y < HEADER:
            self._click_header(offset.x)
            return
        index = self._top + offset.y - HEADER
        if index >= len(self.keys):
            return
        again = index == self._cursor.index
        self._place_cursor(index)
        if again:
            self.action_choose()

    def _click_header(self, x: int) -> None:
        """Tell which column's header is at cell `x`, its gap included."""
        for slot in self._placed.slots:
            if slot.x <= x <= slot.right:
                if self._columns[slot.index].label:
                    self.post_message(self.HeaderClicked(self, self._columns[slot.index].key))
                return

    def action_cursor_by(self, rows: int) -> None:
        """Move the cursor by so many rows."""
        self._place_cursor(self._cursor.index + rows)

    def action_page_by(self, pages: int) -> None:
        """Move the cursor and the rows by so many screens; the cursor keeps its screen line."""
        rows = pages * max(1, self._body)
        self._put_scroll(self._top + rows)
        self._place_cursor(self._cursor.index + rows)

    def action_cursor_first(self) -> None:
        """Move the cursor to the first row."""
        self._place_cursor(0)

    def action_cursor_last(self) -> None:
        """Move the cursor to the last row."""
        self._place_cursor(len(self.keys) - 1)

    def action_choose(self) -> None:
        """Choose the row under the cursor."""
        if self._cursor.key is not None:
            self.post_message(self.Chosen(self, self._cursor.key))
