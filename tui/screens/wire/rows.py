"""Messages taken apart, as rows of text: the bytes on the left, what they say and why on the right."""

from collections.abc import Set
from textwrap import wrap

from rich.cells import chop_cells

from tui.model.names.map import NameMap
from tui.model.wire.dissect import Piece, dissect
from tui.present.words import Field, Spelling
from widgets.keyed_table.table import Cell

_ROW = 8  # bytes in a row
_LEFT = 32  # cells before the words: mark, offset, bytes
_LEAST = 20  # cells for the words, however narrow the terminal


class Rows:
    """Collects the rows of one view."""

    def __init__(self, names: NameMap, spell: Spelling, marked: Set[str], width: int) -> None:
        """``marked``: names of the pieces to mark; ``width`` of a row, in cells."""
        self._names = names
        self._spell = spell
        self._wanted = marked
        self._room = max(width - _LEFT - 1, _LEAST)
        self.rows: list[list[Cell]] = []
        self.marked: int | None = None
        """The first row that is marked; None: none is."""

    def say(self, text: str, tone: str) -> None:
        """Add a line of our own."""
        self._add([Field(self._spell(text), tone)])

    def add(self, raw: bytes) -> None:
        """Add a message, taken apart."""
        marked = False
        for piece in dissect(raw, self._names):
            # An attribute's payload and padding belong to it.
            marked = piece.name in self._wanted or (marked and piece.name in ("value", "padding"))
            if marked and self.marked is None:
                self.marked = len(self.rows)
            self._add_piece(piece, marked)

    def _add(self, fields: list[Field]) -> None:
        self.rows.append([Cell(field.text, field.tone) for field in fields])

    def _add_piece(self, piece: Piece, marked: bool) -> None:
        mark = ">" if marked else " "
        left = [
            f"{mark}{piece.offset + at:04x}  {piece.raw[at : at + _ROW].hex(' ')}".ljust(_LEFT)
            for at in range(0, len(piece.raw), _ROW)
        ]
        right = self._words(piece, "warn" if marked else "")
        left += [mark.ljust(_LEFT)] * (len(right) - len(left))
        right += [[] for _ in range(len(left) - len(right))]
        for start, words in zip(left, right, strict=True):
            self._add([Field(start, "warn" if marked else "muted"), *words])

    def _words(self, piece: Piece, tone: str) -> list[list[Field]]:
        """Return what a piece says and means: on one line if there is room."""
        indent = "  " * piece.depth
        said = self._wrap(indent, f"{piece.name}  {piece.value}")
        meant = self._wrap(f"{indent}  ", piece.meaning) if piece.meaning else []
        if len(said) == len(meant) == 1 and len(said[0]) + 2 + len(meant[0].strip()) <= self._room:
            return [[Field(said[0], tone), Field(f"  {meant[0].strip()}", "muted")]]
        return [[Field(line, tone)] for line in said] + [[Field(line, "muted")] for line in meant]

    def _wrap(self, indent: str, text: str) -> list[str]:
        """Break a text into indented lines that fit."""
        spelled = self._spell(text)
        indent = indent[: self._room // 2]
        room = self._room - len(indent)
        lines = wrap(spelled, room) if spelled.isascii() else chop_cells(spelled, room)
        return [f"{indent}{line}" for line in lines]
