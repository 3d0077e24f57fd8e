"""A few lines of toned text, of which only those that changed are painted anew."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from widgets.keyed_table.layout import Cell

Text = Sequence[Cell]
"""One line: pieces of printable text, each with its tone."""


class Lines(Widget):
    """Shows lines exactly as given: no markup, no wrapping; what is too wide or too much is cut off."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "lines--good",
        "lines--bad",
        "lines--warn",
        "lines--muted",
        "lines--red",
        "lines--yellow",
        "lines--green",
        "lines--blue",
        "lines--cyan",
    }
    DEFAULT_CSS = """
    Lines {
        height: 1;
        & > .lines--good { color: $text-success; }
        & > .lines--bad { color: $text-error; text-style: bold; }
        & > .lines--warn { color: $text-warning; }
        & > .lines--muted { color: $text-muted; }
        /* Of a kind with the 16 colours: where there are no more, they stay apart. */
        & > .lines--red { color: #ff5555; }
        & > .lines--yellow { color: #ffff55; }
        & > .lines--green { color: #55ff55; }
        & > .lines--blue { color: #5f87ff; }
        & > .lines--cyan { color: #55ffff; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        """Start empty."""
        super().__init__(id=id, classes=classes)
        self._lines: list[tuple[Cell, ...]] = []

    @property
    def text(self) -> str:
        """What is shown, without tones."""
        return "\n".join("".join(cell.text for cell in line) for line in self._lines)

    def show(self, *lines: Text) -> None:
        """Show these lines; only those that differ from before are painted."""
        old, self._lines = self._lines, [tuple(line) for line in lines]
        for y in range(max(len(old), len(self._lines))):
            before = old[y] if y < len(old) else ()
            now = self._lines[y] if y < len(self._lines) else ()
            if before != now and y < self.size.height:
                self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        width = self.size.width
        line = self._lines[y] if y < len(self._lines) else ()
        strip = Strip([Segment(cell.text, self._style(cell.tone)) for cell in line])
        if strip.cell_length > width:
            strip = Strip.join([strip.crop(0, width - 1), Strip([Segment("…", self.rich_style)])])
        return strip.adjust_cell_length(width, self.rich_style)

    def _style(self, tone: str) -> Style:
        return self.get_component_rich_style(f"lines--{tone}") if tone else self.rich_style
