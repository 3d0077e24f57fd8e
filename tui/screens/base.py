"""What all screens do alike."""

from collections.abc import Iterable
from typing import Any

from tui.present.column import Column
from tui.present.words import Spelling
from widgets.keyed_table import table


def shown_as(columns: Iterable[Column[*tuple[Any, ...]]], spell: Spelling) -> list[table.Column]:
    """Return columns for a table, with titles that this terminal can show."""
    return [
        table.Column(head.key, spell(head.title), head.width, head.limit, head.align, head.rank, head.whole)
        for head in (column.head for column in columns)
    ]
