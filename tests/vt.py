"""What a terminal makes of the bytes it gets: a grid of characters, and a list of everything that should not come."""

import codecs
import re
import unicodedata

# Everything that Textual's driver sends: positions, colours, its modes, its questions, the pointer's shape.
_MODES = "7|25|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2048"
_SEQUENCE = re.compile(
    r"\x1b\[(?P<at>[0-9]+;[0-9]+)H"
    r"|\x1b\[[0-9;]*m"
    rf"|\x1b\[\?(?P<mode>{_MODES})(?P<on>[hl])"
    r"|\x1b\[\?(?:2026|2048)\$p"
    r"|\x1b\[>[0-9]+u|\x1b\[<u|\x1b\]22;default\x07"
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*\$?|\][^\x07\x1b]{0,20})?\Z")


class Screen:
    """The grid of an 80×24 terminal, or of another size."""

    def __init__(self, columns: int = 80, lines: int = 24) -> None:
        self.foreign: list[str] = []
        """Control characters, escape sequences and bytes that no program of ours has reason to send."""
        self.alternate = False
        """Whether the alternate screen is shown."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._rest = ""
        self.resize(columns, lines)

    def resize(self, columns: int, lines: int) -> None:
        """Start with a blank grid."""
        self._columns, self._grid = columns, [[" "] * columns for _ in range(lines)]
        self._x = self._y = 0

    @property
    def lines(self) -> list[str]:
        """What is seen, line by line."""
        return ["".join(line).rstrip() for line in self._grid]

    @property
    def text(self) -> str:
        """What is seen."""
        return "\n".join(self.lines)

    def feed(self, data: bytes) -> None:
        """Take in what was written to the terminal."""
        text, at = self._rest + self._decoder.decode(data), 0
        self._rest = ""
        while at < len(text):
            char = text[at]
            if char == "\x1b":
                if match := _SEQUENCE.match(text, at):
                    self._obey(match)
                    at = match.end()
                    continue
                if _UNFINISHED.match(text, at):
                    self._rest = text[at:]
                    return
                self.foreign.append(text[at : at + 16])
            elif char == "\r":
                self._x = 0
            elif char == "\n":
                self._y += 1
            elif unicodedata.category(char) in ("Cc", "Cs", "Cf"):
                self.foreign.append(text[max(0, at - 8) : at + 8])
            else:
                self._put(char)
            at += 1

    def _obey(self, match: "re.Match[str]") -> None:
        if place := match["at"]:
            line, column = map(int, place.split(";"))
            self._x, self._y = column - 1, line - 1
        elif match["mode"] == "1049":
            self.alternate = match["on"] == "h"

    def _put(self, char: str) -> None:
        width = 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if 0 <= self._y < len(self._grid) and self._x + width <= self._columns:
            self._grid[self._y][self._x : self._x + width] = [char, ""][:width]
        self._x += width
