"""The console's filter language on the command line."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.model.view.shown import Shown

if TYPE_CHECKING:
    from tui.model.view.filter import Filter


def filter_of(words: Sequence[str]) -> "Filter":
    """Read a filter, a term a word or several in one. Raises ValueError for one that means nothing."""
    # Who filters nothing does without: a verb must start fast.
    from tui.model.view.filter import parse
    from tui.present.columns import CRITERIA

    return parse(" ".join(words), CRITERIA)


def selected(wanted: "Filter", shown: Shown) -> list[int]:
    """Return the ifindexes of those that pass, ascending. Raises ValueError if regular expressions take too long."""
    from tui.model.view.words import Words

    return wanted.select(sorted(shown.snapshot.links), shown.snapshot, shown.names, Words())
