"""The name map in cells."""

from dataclasses import dataclass

from tui.model.names.document import NameLine
from tui.model.text import visible
from tui.present.column import Column, Head
from tui.present.words import Field, count

_LONG = 80  # bytes of a malformed line that are shown


@dataclass(frozen=True, slots=True)
class NameRow:
    """A line of the name map; or a group in use that has none; or a parent that has none."""

    line: NameLine | None
    """None: there is no line for the group."""
    group_id: int | None
    """None: the line has no number."""
    members: int | None
    """None: the number is none that a group can have."""
    rule: str = ""
    """What is wrong with the line; empty: nothing."""
    parent: str = ""
    """The path of a parent without a line, safe to show; empty: it is none."""


def line_text(line: NameLine) -> str:
    """Return the name, or what stands there in place of an entry."""
    return visible(line.name or line.text[:_LONG])


def _name(row: NameRow) -> Field:
    if row.line is not None:
        return Field(line_text(row.line))
    return Field(f"{row.parent}/") if row.parent else Field("(no name)", "muted")


def _finding(row: NameRow) -> Field:
    if row.parent:
        return Field("parent without a number", "muted")
    return Field("in use without a name" if row.line is None else row.rule, "warn")


NAME_COLUMNS: tuple[Column[NameRow], ...] = (
    Column(
        Head("line", "LINE", 5, limit=7, align="right", rank=1),
        lambda row: Field("-" if row.line is None else str(row.line.number), "muted"),
    ),
    Column(
        Head("id", "ID", 6, limit=12, align="right", whole=12),
        lambda row: Field("" if row.group_id is None else str(row.group_id)),
    ),
    Column(
        Head("name", "NAME", 16, limit=40),
        _name,
    ),
    Column(
        Head("members", "MEMBERS", 8, align="right"),
        lambda row: Field("" if row.members is None else count(row.members), "" if row.members else "muted"),
    ),
    Column(
        Head("finding", "FINDING", 12, limit=120),
        _finding,
    ),
)
"""The columns of the name map, from left to right."""
