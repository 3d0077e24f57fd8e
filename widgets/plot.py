"""Curves in braille dots, or in plain ASCII; marks tell them apart without colour, and none hides another."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from textual.events import Resize

from widgets.keyed_table.layout import Cell
from widgets.lines import Lines, Text

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # Unicode, block U+2800: by line, then column
_BRAILLE = 0x2800
_DASH, _ASCII_DASH = (5, 4), (2, 2)  # dots of a dash, and of the gap after it
_AROUND = sorted(
    ((right, down) for right in range(-12, 13) for down in range(-4, 5)),
    key=lambda step: (abs(step[0]) + 3 * abs(step[1]), -step[0], step[1]),
)
"""Where a mark goes, in cells from its point: the nearest place that no other mark has, at its side if possible."""


class Curve(NamedTuple):
    """One curve, its points in the units of the axes."""

    mark: str
    """One printable character, at each point."""
    tone: str
    """A tone of `Lines`."""
    dashed: bool
    points: Sequence[tuple[float, float]]
    """By ascending x."""


class Axis(NamedTuple):
    """What of the world is shown."""

    low: float
    high: float
    ticks: Sequence[tuple[float, str]]

    def at(self, value: float, room: int) -> int:
        """Return the place of a value among ``room`` of them, from 0."""
        span = self.high - self.low
        share = (value - self.low) / span if span > 0 else 0.5
        return min(max(round(share * (room - 1)), 0), room - 1)


class Plot(Lines):
    """Draws curves, the values of y to the left and those of x below."""

    def __init__(self, *, ascii: bool = False, id: str | None = None) -> None:
        """Start empty; ``ascii``: use nothing else."""
        super().__init__(id=id)
        self._ascii = ascii
        self._drawn: tuple[Sequence[Curve], Axis, Axis] | None = None

    def draw(self, curves: Sequence[Curve], x: Axis, y: Axis) -> None:
        """Show these."""
        self._drawn = (curves, x, y)
        self._paint(*self.size)

    def clear(self) -> None:
        """Show nothing."""
        self._drawn = None
        self.show()

    def on_resize(self, event: Resize) -> None:
        """Use the room that there is."""
        self._paint(*event.size)

    def _paint(self, width: int, height: int) -> None:
        if self._drawn is not None:
            self.show(*drawing(*self._drawn, width, height, self._ascii))


def drawing(curves: Sequence[Curve], x: Axis, y: Axis, width: int, height: int, ascii: bool = False) -> list[Text]:
    """Return the lines of a plot of this size in cells; none where there is no room for one."""
    margin = max((len(words) for _, words in y.ticks), default=0) + 2
    columns, rows = width - margin - 1, height - 1
    if columns < 1 or rows < 1:
        return []
    field = _Field(columns, rows, ascii)
    for number, curve in enumerate(curves):
        field.line(number, curve, x, y)
    for curve in curves:
        field.marks(curve, x, y)
    labels = {rows - 1 - y.at(value, rows): words for value, words in y.ticks}
    wall, tick = ("|", "+") if ascii else ("│", "┤")
    lines: list[Text] = [
        [Cell(f"{labels.get(row, ''):>{margin - 1}}{tick if row in labels else wall}", "muted"), *field.row(row)]
        for row in range(rows)
    ]
    return [*lines, [Cell(" " * margin + _below(x, columns), "muted")]]


class _Field:
    """The cells that the curves are drawn into."""

    def __init__(self, columns: int, rows: int, ascii: bool) -> None:
        self._columns, self._rows, self._ascii = columns, rows, ascii
        # Dots by cell and curve: what several curves have in a cell is shown together.
        self._dots: dict[tuple[int, int], dict[int, int]] = {}
        self._tones: list[str] = []
        self._marks: dict[tuple[int, int], Cell] = {}

    def line(self, number: int, curve: Curve, x: Axis, y: Axis) -> None:
        """Draw the line of the nth curve."""
        self._tones.append(curve.tone)
        wide, high = (1, 1) if self._ascii else (2, 4)
        on, off = _ASCII_DASH if self._ascii else _DASH
        points = [
            (x.at(at, self._columns * wide), (self._rows * high - 1) - y.at(value, self._rows * high))
            for at, value in curve.points
        ]
        for step, (across, down) in enumerate(_way(points)):
            if curve.dashed and step % (on + off) >= on:
                continue
            cell = self._dots.setdefault((across // wide, down // high), {})
            cell[number] = cell.get(number, 0) | _DOTS[down % high][across % wide]

    def marks(self, curve: Curve, x: Axis, y: Axis) -> None:
        """Set the curve's mark at each point, beside those that are there already."""
        for at, value in curve.points:
            column, row = x.at(at, self._columns), self._rows - 1 - y.at(value, self._rows)
            for right, down in _AROUND:
                place = (column + right, row + down)
                inside = 0 <= place[0] < self._columns and 0 <= place[1] < self._rows
                if inside and place not in self._marks:
                    self._marks[place] = Cell(curve.mark, curve.tone)
                    break

    def row(self, row: int) -> Iterator[Cell]:
        """Yield one line, cells of one tone together."""
        text, tone = "", ""
        for column in range(self._columns):
            cell = self._marks.get((column, row)) or self._dotted(column, row)
            if cell.tone != tone and text:
                yield Cell(text, tone)
                text = ""
            text, tone = text + cell.text, cell.tone
        yield Cell(text, tone)

    def _dotted(self, column: int, row: int) -> Cell:
        dots = self._dots.get((column, row))
        if dots is None:
            return Cell(" ")
        # The colour is that of the curve which has most of the cell.
        most = max(dots, key=lambda number: dots[number].bit_count())
        if self._ascii:
            return Cell("." if len(dots) == 1 else "+", self._tones[most])
        together = 0
        for bits in dots.values():
            together |= bits
        return Cell(chr(_BRAILLE | together), self._tones[most])


def _way(points: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield every dot from point to point, each once."""
    yield from points[:1]
    for (x, y), (to_x, to_y) in pairwise(points):
        steps = max(abs(to_x - x), abs(to_y - y))
        for step in range(1, steps + 1):
            yield x + round((to_x - x) * step / steps), y + round((to_y - y) * step / steps)


def _below(axis: Axis, room: int) -> str:
    """Return the words of an axis below their places, as many as there is room for; the last always."""
    line = " " * room
    taken = room + 1
    for value, words in reversed(axis.ticks):
        begin = min(max(axis.at(value, room) - len(words) // 2, 0), room - len(words))
        if begin >= 0 and begin + len(words) < taken:
            line = line[:begin] + words + line[begin + len(words) :]
            taken = begin
    return line.rstrip()
