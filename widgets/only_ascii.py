"""The last thing before a line is written to a terminal that shows ASCII alone: no other sign passes."""

from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

# One sign for one cell: what the toolkit draws frames, bars, scroll bars and its palette with.
_SIGNS = {
    **dict.fromkeys("─━═╌╍┄┅┈┉╴╶╸╺╼╾▔▁▂▃▄▀", "-"),
    **dict.fromkeys("│┃║╎╏┆┇┊┋╵╷╹╻▏▎▍▌▕▐▊▋▉", "|"),
    **dict.fromkeys("█▓▇▆▅■▪", "#"),
    **dict.fromkeys("▒░", ":"),
    **dict.fromkeys("…", "~"),
    **dict.fromkeys("●•◉", "*"),
    **dict.fromkeys("○◌·", "o"),
    **dict.fromkeys("→▶►❯", ">"),
    **dict.fromkeys("←◀", "<"),
    **dict.fromkeys("↑▲", "^"),
    **dict.fromkeys("↓▼", "v"),
    **dict.fromkeys("×✖", "x"),
    **dict.fromkeys("–—", "-"),
    **dict.fromkeys("“”", '"'),
    "🔎": "> ",
    "\u2800": " ",
}
_BOXES = range(0x2500, 0x2580)
_BRAILLE = range(0x2801, 0x2900)


class OnlyAscii(LineFilter):
    """Puts an ASCII sign of the same width in the place of any other; Textual 8 passes every line through here."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments of a line in ASCII."""
        return [
            segment if segment.text.isascii() else Segment(_in_ascii(segment.text), segment.style, segment.control)
            for segment in segments
        ]


@lru_cache(maxsize=1024)
def _in_ascii(text: str) -> str:
    return "".join(char if char.isascii() else _sign(char) for char in text)


def _sign(char: str) -> str:
    if (sign := _SIGNS.get(char)) is not None:
        return sign
    return "+" if ord(char) in _BOXES else ":" if ord(char) in _BRAILLE else "?" * cell_len(char)
