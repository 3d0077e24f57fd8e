"""How the lines of a keyed table become strips."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from widgets.keyed_table.layout import GUTTER, Cell, Column, Slot, fit

HEADER_LOOK = "keyed-table--header"
CURSOR_LOOK = "keyed-table--cursor"
BLURRED_LOOK = "keyed-table--cursor-blurred"
FLASH_LOOK = "keyed-table--flash"
EMPTY_LOOK = "keyed-table--muted"
TONE_LOOKS = {tone: f"keyed-table--{tone}" for tone in ("good", "bad", "warn", "muted")}
LOOKS = {HEADER_LOOK, CURSOR_LOOK, BLURRED_LOOK, FLASH_LOOK, *TONE_LOOKS.values()}
"""The component classes of a table."""

LOOKS_CSS = """
KeyedTable {
    overflow-x: hidden;
    overflow-y: auto;
    scrollbar-size: 1 1;
    & > .keyed-table--header { text-style: bold underline; }
    &:focus > .keyed-table--header { text-style: bold reverse; }
    & > .keyed-table--cursor {
        background: $block-cursor-background;
        color: $block-cursor-foreground;
        text-style: bold;
    }
    & > .keyed-table--cursor-blurred {
        background: $block-cursor-blurred-background;
        color: $block-cursor-blurred-foreground;
    }
    & > .keyed-table--flash { text-style: bold underline; }
    & > .keyed-table--good { color: $text-success; }
    & > .keyed-table--bad { color: $text-error; }
    & > .keyed-table--warn { color: $text-warning; }
    & > .keyed-table--muted { color: $text-muted; }
}
"""
"""What they look like, unless an application says otherwise."""

_GLYPHS = {CURSOR_LOOK: ">", BLURRED_LOOK: "-"}
"""What stands before the row under the cursor: where the keys go, and where they don't."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one screen line shows of a row; without cells: nothing."""

    cells: tuple[Cell, ...] = ()
    marked: frozenset[int] = frozenset()
    """The indexes of the cells that flash."""
    cursor: str = ""
    """The cursor's component class if it is on this line."""


def difference(y: int, old: Line, new: Line, slots: Sequence[Slot], width: int) -> Region | None:
    """Return the part of the screen line `y` where two lines differ to the eye."""
    if old.cursor != new.cursor or len(old.cells) != len(new.cells):
        return Region(0, y, width, 1)
    changed = [
        slot
        for slot in slots
        if old.cells[slot.index : slot.index + 1] != new.cells[slot.index : slot.index + 1]
        or (slot.index in old.marked) != (slot.index in new.marked)
    ]
    if not changed:
        return None
    # One region, as Textual writes each one from the widget's left edge on (textual#5625).
    return Region(changed[0].x, y, changed[-1].right - changed[0].x, 1)


class Painter:
    """Lays texts and styles into strips of one width."""

    def __init__(self, columns: Sequence[Column], look: Callable[..., Style], ellipsis: str) -> None:
        """Paint with `look`, which gives the style of component classes, later ones on top."""
        self._columns = columns
        self._look = look
        self._ellipsis = ellipsis

    def header(self, titles: Sequence[str], slots: Sequence[Slot], width: int) -> Strip:
        """Paint the columns' titles."""
        look = self._look(HEADER_LOOK)
        return self._strip(titles, [look] * len(titles), " ", look, slots, width)

    def row(self, line: Line, slots: Sequence[Slot], width: int) -> Strip:
        """Paint a row, or a blank line."""
        if not line.cells:
            return Strip.blank(width, self._look())
        texts = [cell.text for cell in line.cells]
        looks = [self._look(*self._layers(line, i)) for i in range(len(texts))]
        below = self._look(line.cursor) if line.cursor else self._look()
        return self._strip(texts, looks, _GLYPHS.get(line.cursor, " "), below, slots, width)

    def notice(self, text: str, width: int) -> Strip:
        """Paint a muted sentence."""
        gutter = min(GUTTER, width)
        line = " " * gutter + fit(text, width - gutter, "left", self._ellipsis)
        return Strip([Segment(line, self._look(EMPTY_LOOK))], width)

    def _layers(self, line: Line, index: int) -> Iterator[str]:
        """Yield the component classes of one cell, from the lowest up."""
        tone = line.cells[index].tone
        if tone:
            yield TONE_LOOKS[tone]
        if line.cursor:
            yield line.cursor
        if index in line.marked:
            yield FLASH_LOOK

    def _strip(
        self,
        texts: Sequence[str],
        looks: Sequence[Style],
        glyph: str,
        below: Style,
        slots: Sequence[Slot],
        width: int,
    ) -> Strip:
        """Put texts into their slots; `below` is the style of all the rest of the line."""
        segments = [Segment(glyph[:width], below)]
        x = min(GUTTER, width)
        for slot in slots:
            text = fit(texts[slot.index], slot.width, self._columns[slot.index].align, self._ellipsis)
            segments += [Segment(" " * (slot.x - x), below), Segment(text, looks[slot.index])]
            x = slot.right
        segments.append(Segment(" " * (width - x), below))
        # Fewer segments are fewer escape sequences on the wire.
        return Strip(Segment.simplify(segment for segment in segments if segment.text), width)
