"""What lies under a keyed table: a scroll position that is set without repainting, and the looks of its parts."""

from __future__ import annotations

from typing import Any

from rich.style import Style
from textual.geometry import Size, clamp
from textual.scroll_view import ScrollView
from textual.widget import Widget

HEADER = 1
"""Lines that the header takes."""


class TableView(ScrollView, inherit_bindings=False):
    """Scrolls by whole lines, and leaves it to the subclass to repaint what differs."""

    def __init__(self, **options: Any) -> None:
        """``options`` are ScrollView's."""
        super().__init__(**options)
        self._looks: dict[tuple[str, ...], Style] = {}

    @property
    def _top(self) -> int:
        """The index of the uppermost visible row."""
        return self.scroll_offset.y

    @property
    def _width(self) -> int:
        """The cells of a line, which Textual's `size` counts with the scrollbar."""
        return max(0, self.size.width - self.scrollbar_size_vertical)

    @property
    def _body(self) -> int:
        """The number of lines for rows."""
        return max(0, self.size.height - HEADER)

    def _put_scroll(self, top: int) -> None:
        """Scroll without the watcher's repaint: the caller repaints once, when everything is in place."""
        top = clamp(top, 0, self.max_scroll_y)
        self.set_reactive(Widget.scroll_y, float(top))
        self.set_reactive(Widget.scroll_target_y, float(top))
        self._show_scroll()

    def _set_virtual_height(self, rows: int) -> None:
        """Tell Textual how far a table of so many rows scrolls."""
        before, room = self.virtual_size.height, self.container_size.height
        height = HEADER + max(1, rows)
        if height == before:
            return
        if self.styles.auto_dimensions or (before > room) != (height > room):
            self.virtual_size = Size(0, height)
        else:
            # The reactive would repaint the whole widget, and the screen's layout is the same as before.
            self.set_reactive(Widget.virtual_size, Size(0, height))

    def _show_scroll(self) -> None:
        """Redraw the scrollbar, a kilobyte on the wire, only if its thumb would be seen to move."""
        if not self.show_vertical_scrollbar:
            return
        bar, height = self.vertical_scrollbar, self.virtual_size.height
        if self._thumb(bar.window_virtual_size, bar.position) != self._thumb(height, self.scroll_y):
            bar.window_virtual_size = height
            bar.position = self.scroll_y

    def _thumb(self, height: int, position: float) -> tuple[int, int]:
        """Return a scrollbar thumb's start and length in eighths of a cell, as it is drawn."""
        track = 8 * self.size.height
        return int(track * position / max(1, height)), int(track * self.size.height / max(1, height))

    def _look(self, *names: str) -> Style:
        """Return the style of these component classes, later ones on top."""
        look = self._looks.get(names)
        if look is None:
            look = self._looks[names] = sum(map(self._layer, names), start=self.rich_style)
        return look

    def _layer(self, name: str) -> Style:
        """Return what one component class sets, its colours blended with what lies below."""
        part = self.get_component_rich_style(name, partial=True)
        whole = self.get_component_rich_style(name)
        return part + Style(color=part.color and whole.color, bgcolor=part.bgcolor and whole.bgcolor)
