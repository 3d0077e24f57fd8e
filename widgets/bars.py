"""Horizontal bars: on a logarithmic scale a hundredth of a second and twenty seconds both show; on a linear one a bar
of twice the value is twice as long."""

from collections.abc import Iterator, Sequence
from math import log10
from typing import NamedTuple

from textual.events import Resize

from widgets.keyed_table.layout import Cell, fit
from widgets.lines import Lines, Text

_LEAST_BAR = 8  # cells, below which the notes are left out instead
_LEAST_LABEL = 8  # cells that a label may take on the narrowest terminal; it may take a third of any
_GAP = 1


class Bar(NamedTuple):
    """One bar with its words; all text is safe to show."""

    label: str
    value: float | None
    """More than 0; None: there is nothing to draw."""
    figure: str
    """The value in words."""
    note: str
    """What stands behind it where there is room."""
    sure: bool = True
    """Whether it is drawn solid; else as what it is: a guess."""
    tone: str = ""


class Scale(NamedTuple):
    """From where to where the bars reach, and what is written below."""

    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    linear: bool = False
    """Whether a bar is as long as its value is large; else as its logarithm is."""

    def cells(self, value: float, room: int) -> int:
        """Return how long the bar of ``value`` is, at least 1 cell and at most ``room``."""
        return min(max(round(self._share(value) * room), 1), room)

    def is_sliver(self, value: float, room: int) -> bool:
        """Whether even half a cell is too much for ``value``."""
        return self._share(value) * room < 1 / 2

    def _share(self, value: float) -> float:
        if self.linear:
            return (value - self.low) / (self.high - self.low)
        return (log10(value) - log10(self.low)) / (log10(self.high) - log10(self.low))


class Bars(Lines):
    """Draws bars, one a line, and the scale below them."""

    def __init__(self, *, ascii: bool = False, id: str | None = None) -> None:
        """Start empty; ``ascii``: draw with `#`, guesses with `:`."""
        super().__init__(id=id)
        self._glyphs = ("#", ":", "|", "~") if ascii else ("█", "░", "╵", "…")
        self._sliver = "|" if ascii else "▏"
        self._bars: Sequence[Bar] = ()
        self._scale: Scale | None = None

    def draw(self, bars: Sequence[Bar], scale: Scale | None) -> None:
        """Show these; without a scale there are words alone."""
        self._bars, self._scale = bars, scale
        self.show(*self._drawn(self.size.width))

    def on_resize(self, event: Resize) -> None:
        """Use the room that there is."""
        self.show(*self._drawn(event.size.width))

    def _drawn(self, width: int) -> Iterator[Text]:
        label, figure, note = (
            (
                max((len(text) for text in texts), default=0)
                for texts in zip(*((bar.label, bar.figure, bar.note) for bar in self._bars), strict=True)
            )
            if self._bars
            else (0, 0, 0)
        )
        label = min(label, max(width // 3, _LEAST_LABEL))
        room = width - 2 - label - figure - note - 3 * _GAP
        if room < _LEAST_BAR:
            room, note = room + note + _GAP, 0
        room = max(room, 1)
        solid, guess, mark, ellipsis = self._glyphs
        for bar in self._bars:
            drawn = ""
            if bar.value is not None and self._scale is not None:
                drawn = (solid if bar.sure else guess) * self._scale.cells(bar.value, room)
                if self._scale.is_sliver(bar.value, room):
                    drawn = self._sliver
            yield [
                Cell(f" {fit(bar.label, label, 'left', ellipsis)} "),
                Cell(f"{drawn:{room}} ", bar.tone),
                Cell(fit(bar.figure, figure, "right", ellipsis)),
                *([Cell(f" {fit(bar.note, note, 'right', ellipsis)}", "muted")] if note else []),
            ]
        if self._scale is not None:
            yield [Cell(" " * (label + 2) + _ruler(self._scale, room, mark), "muted")]


def _ruler(scale: Scale, room: int, mark: str) -> str:
    """Return the ticks, each a mark and its words to the right, as many as there is room for."""
    line = ""
    for value, words in scale.ticks:
        at = 0 if value <= scale.low else scale.cells(value, room)
        tick = f"{mark}{words}"
        if at >= len(line) and at + len(tick) <= room + 1:
            line = f"{line:{at}}{tick} "
    return line.rstrip()
