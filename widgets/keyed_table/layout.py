"""What a keyed table's columns and cells are, and how the columns share a line; no Textual in here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rich.cells import cell_len, set_cell_size

GUTTER = 1
"""Cells at the left for the cursor's glyph."""
GAP = 1
"""Blank cells between two columns."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell's printable text; it is shown as given, no markup is read."""

    text: str
    tone: str = ""
    """"", "good", "bad", "warn" or "muted": the component class `keyed-table--<tone>`."""


Row: TypeAlias = Sequence[Cell]
"""One cell per column, in the columns' order."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: what it is called and how much room it asks for."""

    key: str
    """Its name in messages and in `set_sort`."""
    label: str
    """Its header; empty: it has none to click, and is not to be sorted by."""
    width: int
    """The least width in cells, with room for the header."""
    limit: int = 0
    """The width up to which longer text may widen it; 0: it stays at `width`."""
    align: Literal["left", "right"] = "left"
    rank: int = 0
    """0: never dropped. Otherwise the highest rank is dropped first on a narrow terminal."""
    whole: int = 0
    """Text of up to so many cells is never cut while another column can be dropped or made narrower for it."""

    @property
    def grows(self) -> bool:
        """Whether longer text may widen the column."""
        return self.limit > self.width


@dataclass(frozen=True, slots=True)
class Slot:
    """Where one shown column lies on a line."""

    index: int
    """The column's place in the table's columns."""
    x: int
    """Cells from the left edge."""
    width: int
    """In cells, at least 1."""

    @property
    def right(self) -> int:
        """The first cell after the column."""
        return self.x + self.width


class Layout:
    """The columns' places on a line of one width; columns widen as longer text is seen, and never shrink."""

    def __init__(self, columns: Sequence[Column], width: int = 0) -> None:
        """Lay the columns out on `width` cells, before any text was seen."""
        self._columns = columns
        self._width = width
        self._needs = [0] * len(columns)
        self._widths = [0] * len(columns)
        self._growing = [i for i, column in enumerate(columns) if column.grows]
        self.slots: Sequence[Slot] = ()
        """The shown columns, left to right."""
        self._share()

    def see(self, lines: Iterable[Sequence[str]]) -> bool:
        """Take lines of text (one per column) into account; True if that moved any column."""
        needs = self._needs.copy()
        for texts in lines:
            for i in self._growing:
                needs[i] = max(needs[i], cell_len(texts[i]))
        if needs == self._needs:
            return False
        self._needs = needs
        return self._share()

    def _share(self) -> bool:
        """Give every column its width; True if that changed any."""
        widths = share(self._columns, self._needs, max(0, self._width - GUTTER), self._widths)
        changed, self._widths = widths != self._widths, widths
        self.slots = place(widths, GUTTER, self._width)
        return changed


def fit(text: str, width: int, align: Literal["left", "right"], ellipsis: str) -> str:
    """Return `text` in exactly `width` cells: padded, or cut and ended by `ellipsis` (one cell)."""
    spare = width - cell_len(text)
    if spare < 0:
        return set_cell_size(text, width - 1) + ellipsis if width > 0 else ""
    padding = " " * spare
    return padding + text if align == "right" else text + padding


def share(columns: Sequence[Column], needs: Sequence[int], room: int, held: Sequence[int]) -> list[int]:
    """Return each column's width in cells, 0 for a dropped one.

    `needs` are the widest texts seen, `room` is what columns and gaps have together, `held` the widths given
    before for the same room: none of them becomes smaller. Pass zeros to start afresh.
    """
    whole = [min(need, column.whole) for column, need in zip(columns, needs, strict=True)]
    least = [max(column.width, 1, whole[i]) for i, column in enumerate(columns)]
    shown = _survivors(columns, least, room)
    widths = [max(least[i], held[i]) if i in shown else 0 for i in range(len(columns))]
    spare = room - _taken(widths)
    if spare < 0:
        return _shrunk(widths, -spare, least, whole, [1] * len(columns))
    growing = [i for i in shown if columns[i].grows]
    spare = _widen(widths, {i: min(needs[i], columns[i].limit) for i in growing}, spare)
    # Nobody else wants what is left over: let long text have it, beyond the limit.
    _widen(widths, {i: needs[i] for i in growing}, spare)
    return widths


def place(widths: Sequence[int], left: int, right: int) -> list[Slot]:
    """Lay the columns out from cell `left`; what would pass `right` is cut off."""
    slots: list[Slot] = []
    x = left
    for index, width in enumerate(widths):
        fits = min(width, right - x)
        if fits > 0:
            slots.append(Slot(index, x, fits))
            x += fits + GAP
    return slots


def _taken(widths: Sequence[int]) -> int:
    """Return the cells that the shown columns and the gaps between them take."""
    shown = [width for width in widths if width]
    return sum(shown) + GAP * max(0, len(shown) - 1)


def _survivors(columns: Sequence[Column], least: Sequence[int], room: int) -> list[int]:
    """Return the indexes of the columns that stay, in their order; ``least``: the cells that each wants."""
    shown = list(range(len(columns)))
    while _taken([least[i] for i in shown]) > room:
        # Later ones win a tie, so the rightmost goes first.
        last = max(shown, key=lambda i: (columns[i].rank, i), default=None)
        if last is None or columns[last].rank == 0:
            break
        shown.remove(last)
    return shown


def _shrunk(widths: list[int], missing: int, *floors: Sequence[int]) -> list[int]:
    """Take `missing` cells away, always from the widest column that is above its floor, of the first that have any."""
    for floor in floors:
        while missing and (above := [i for i, width in enumerate(widths) if width > max(floor[i], 1)]):
            widths[max(above, key=widths.__getitem__)] -= 1
            missing -= 1
    return widths


def _widen(widths: list[int], wanted: dict[int, int], spare: int) -> int:
    """Deal `spare` cells out evenly to columns narrower than `wanted`; return how many are left."""
    while spare > 0:
        hungry = [i for i, want in wanted.items() if widths[i] < want]
        if not hungry:
            break
        for i in hungry[:spare]:
            widths[i] += 1
        spare -= min(len(hungry), spare)
    return spare
