"""What the operator chose to see: filter, order, marks and the chosen group, over what is shown at one instant."""

from collections.abc import Collection
from dataclasses import dataclass

from tui.model.link import Link
from tui.model.view.marks import Marks
from tui.model.view.order import ALL_GROUPS, ordered
from tui.model.view.shown import Shown
from tui.present.column import cells
from tui.present.columns import GROUP_COLUMNS, LINK_COLUMNS, link_view, total_cells
from tui.present.commands import OnMain, OnTable
from tui.present.words import Field
from tui.session.planning import Chosen


@dataclass(frozen=True, slots=True)
class Target:
    """What the writing keys act on: the pane tells of it, and they do it."""

    chosen: Chosen | None
    """None: on nothing."""
    why: str = ""
    """Why on nothing, and what to do, one sentence."""


NO_GROUP = Target(None, f"Choose one group first, with {OnTable.down} and {OnTable.up}.")
NO_MARKS = Target(
    None,
    f"Mark some with {OnMain.mark} (all that are shown: {OnMain.mark_all}), "
    f"or press {OnMain.other_table} for the group.",
)
READING = "Reading the interfaces from the kernel…"
"""What is said until the first full check is complete."""


class View:
    """Holds what is shown and how; the tables ask it for their rows."""

    def __init__(self, shown: Shown) -> None:
        """Begin with ``shown``, in the usual order, nothing filtered and nothing marked."""
        self.shown = shown
        self.frozen = False
        """Whether ``shown`` is to stay."""
        self.links = link_view()
        self.marks = Marks()
        self.vanished: list[Link] = []
        """Marked interfaces that are gone, until somebody told the operator."""
        self.rows: list[int] = []
        """The ifindexes of the interface table, as last ordered."""
        self.sorted_by = ("id", False)
        """The column by which the groups are ordered, and whether in reverse."""

    def take(self, shown: Shown) -> None:
        """Show this from now on, once there is anything to show."""
        if shown.reading:
            return
        self.shown = shown
        self.links.forget(shown.snapshot)
        self.vanished += self.marks.take(shown.snapshot)
        self.keep_alone()

    def keep_alone(self) -> None:
        """Where the marked interfaces are shown alone, show those that are marked now; all, if none is."""
        if self.links.only is not None:
            self.links.only = self.marks.indexes or None

    def group_keys(self) -> list[int]:
        """Return the rows of the group table, in order; the first stands for all groups."""
        name, reverse = self.sorted_by
        by = next(column.sort_key for column in GROUP_COLUMNS if column.key == name)
        return [ALL_GROUPS, *ordered(self.shown.groups, self.shown.groups, by, self.shown, reverse)]

    def link_keys(self) -> list[int]:
        """Return the ifindexes of the interface table, in order."""
        self.rows = self.links.order(self.shown)
        return self.rows

    def group_row(self, key: int) -> list[Field]:
        """Return the cells of one row of the group table."""
        if key == ALL_GROUPS:
            return total_cells(self.shown.groups.values())
        return cells(GROUP_COLUMNS, self.shown.group(key), self.shown)

    def link_row(self, key: int) -> list[Field]:
        """Return the cells of one row of the interface table."""
        mark = Field("●" if key in self.marks else " ", "warn")
        return [mark, *cells(LINK_COLUMNS, self.shown.snapshot.links[key], self.shown)]

    def hidden(self, indexes: Collection[int]) -> int:
        """Return how many of these interfaces the filter or the choice of a group hides."""
        return len(set(indexes) - set(self.rows))

    def target(self, group_id: int | None) -> Target:
        """Return what the keys act on: a group if the cursor is on one, else the marked interfaces.

        ``group_id``: the row of the group table, if the cursor is there; None: it is on the interfaces.
        """
        if self.shown.reading:
            return Target(None, READING)
        if group_id == ALL_GROUPS:
            return NO_GROUP
        if group_id is not None:
            return Target(group_id)
        return Target(self.marks.indexes) if self.marks else NO_MARKS
