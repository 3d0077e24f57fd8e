"""The cells of a keyed table's visible rows, and which of them changed a moment ago; no Textual in here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import monotonic

from widgets.keyed_table.layout import Cell, Row

FLASH = 0.6
"""Seconds for which a changed cell stays marked."""
SLACK = 0.1
"""Seconds by which a mark may end early, so that neighbours in time end in one repaint."""
_LEAST = 0.001  # seconds; a timer of 0 may divide by it (Timer._run, textual/timer.py)

_NONE: frozenset[int] = frozenset()


class VisibleCells:
    """Reads rows and remembers the visible ones, by key."""

    def __init__(self, row: Callable[[int], Row], *, flash: bool) -> None:
        """Read rows by `row`; `flash`: mark the cells whose text changed between two readings."""
        self._row = row
        self._flash = flash
        self._cells: dict[int, tuple[Cell, ...]] = {}
        self._until: dict[int, dict[int, float]] = {}

    def read(self, keys: Iterable[int], *, again: bool) -> None:
        """Keep the rows of these keys only; read the missing ones, or all of them `again`."""
        before, until = self._cells, self._until
        self._cells, self._until = {}, {}
        for key in keys:
            old = before.get(key)
            new = self._cells[key] = tuple(self._row(key)) if again or old is None else old
            marks = until.get(key, {})
            if self._flash and old is not None and old != new:
                end = monotonic() + FLASH
                marks |= {i: end for i, cell in enumerate(new) if cell.text != old[i].text}
            if marks:
                self._until[key] = marks

    def forget(self) -> None:
        """Forget every row and mark, so that nothing stale is shown later."""
        self._cells.clear()
        self._until.clear()

    def of(self, key: int) -> tuple[Cell, ...]:
        """Return a visible row's cells."""
        cells = self._cells.get(key)
        if cells is None:
            cells = self._cells[key] = tuple(self._row(key))
        return cells

    def texts(self) -> list[list[str]]:
        """Return the text of every row read."""
        return [[cell.text for cell in cells] for cells in self._cells.values()]

    def marked(self, key: int) -> frozenset[int]:
        """Return the indexes of a row's cells that changed a moment ago."""
        marks = self._until.get(key)
        return frozenset(marks) if marks else _NONE

    def unmark(self) -> None:
        """Take away the marks whose time is over."""
        now = monotonic() + SLACK
        left = {key: {i: end for i, end in marks.items() if end > now} for key, marks in self._until.items()}
        self._until = {key: marks for key, marks in left.items() if marks}

    def next_unmark(self) -> float | None:
        """Return in how many seconds the first mark is over, never 0; None when there is no mark."""
        ends = [end for marks in self._until.values() for end in marks.values()]
        return max(_LEAST, min(ends) - monotonic()) if ends else None
