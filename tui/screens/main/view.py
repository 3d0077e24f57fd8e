"""What the operator chose to see: filter, order, marks and the chosen group, over what is shown at one instant."""

from collections.abc import Collection
from dataclasses import dataclass

from tui.model.link import Link
from tui.model.names.tree import Place
from tui.model.view.marks import Marks
from tui.model.view.order import ALL_GROUPS
from tui.model.view.shown import Shown
from tui.present.column import cells
from tui.present.columns import GROUP_COLUMNS, LINK_COLUMNS, link_view, outline, outline_cells, total_cells
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
        self.outline = outline()

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
        return self.outline.rows(self.shown)

    def place(self, key: int | None) -> Place:
        """Return what a row of the group table stands for: a group, a branch, or ALL_GROUPS; None: there is no row."""
        return ALL_GROUPS if key is None else self.outline.place(key, self.shown)

    def link_keys(self) -> list[int]:
        """Return the ifindexes of the interface table, in order."""
        self.rows = self.links.order(self.shown)
        return self.rows

    def group_row(self, key: int) -> list[Field]:
        """Return the cells of one row of the group table."""
        shown, place = self.shown, self.place(key)
        if place == ALL_GROUPS:
            return total_cells(shown.groups.values())
        if shown.tree.is_flat:
            return cells(GROUP_COLUMNS, place, shown)
        return outline_cells(place, self.outline.spot(key, shown), shown)

    def link_row(self, key: int) -> list[Field]:
        """Return the cells of one row of the interface table."""
        mark = Field("●" if key in self.marks else " ", "warn")
        return [mark, *cells(LINK_COLUMNS, self.shown.snapshot.links[key], self.shown)]

    def hidden(self, indexes: Collection[int]) -> int:
        """Return how many of these interfaces the filter or the choice of a group hides."""
        return len(set(indexes) - set(self.rows))

    def target(self, place: Place | None) -> Target:
        """Return what the keys act on: what the cursor is on in the group table, else the marked interfaces.

        ``place``: what that is; None: the cursor is on the interfaces.
        """
        if self.shown.reading:
            return Target(None, READING)
        if place == ALL_GROUPS:
            return NO_GROUP
        if place is not None:
            return Target(place)
        return Target(self.marks.indexes) if self.marks else NO_MARKS
