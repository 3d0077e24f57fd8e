"""The marks of changed cells."""

import pytest

from widgets.keyed_table import cells
from widgets.keyed_table.cells import VisibleCells
from widgets.keyed_table.layout import Cell


def test_a_mark_that_is_over_already_is_waited_for_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Textual timer of 0 seconds divides by zero when it comes late, and ends the console."""
    monkeypatch.setattr(cells, "FLASH", -1.0)
    texts = ["before", "after"]
    visible = VisibleCells(lambda key: [Cell(texts.pop(0))], flash=True)
    visible.read([1], again=True)
    visible.read([1], again=True)
    assert (visible.next_unmark() or 0.0) > 0.0
