"""What a column of a table is: one record."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVarTuple

from tui.present.words import Field

Item = TypeVarTuple("Item")


@dataclass(frozen=True, slots=True)
class Head:
    """How a column is called, and how much room it asks for."""

    key: str
    title: str
    """Its header; empty: it is not to be sorted by."""
    width: int
    """The least width in cells, with room for the header."""
    limit: int = 0
    """The width up to which longer text may widen it; 0: it stays at ``width``."""
    align: Literal["left", "right"] = "left"
    rank: int = 0
    """0: never dropped. Otherwise the highest rank drops out first on a narrow terminal."""
    whole: int = 0
    """Text of up to so many cells is never cut while another column can be dropped or made narrower for it."""
    quotes: bool = False
    """Whether it holds words that others chose, such as names."""


@dataclass(frozen=True, slots=True)
class Column(Generic[*Item]):
    """One column of a table, each row of which stands for an item."""

    head: Head
    cell: Callable[[*Item], Field]

    @property
    def key(self) -> str:
        """How messages and `set_sort` call it."""
        return self.head.key


def cells(columns: Iterable[Column[*Item]], *item: *Item) -> list[Field]:
    """Return the cells of an item's row."""
    return [column.cell(*item) for column in columns]
