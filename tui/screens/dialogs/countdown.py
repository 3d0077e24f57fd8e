"""The line at the foot of whatever screen is open that counts down until a change is taken back."""

import math

from tui.present.commands import OnCountdown
from tui.present.words import Spelling
from widgets.keyed_table.table import Cell
from widgets.lines import Lines


class CountdownBar(Lines):
    """One line; the seconds that are left stand first, so that a narrow terminal cuts off the change's name alone."""

    DEFAULT_CSS = """
    CountdownBar { dock: bottom; height: 1; background: $error; color: auto; text-style: bold; }
    """

    def __init__(self, spell: Spelling) -> None:
        """``spell`` writes our own words as the terminal can show them."""
        super().__init__()
        self._spell = spell

    def count(self, what: str, seconds: float) -> None:
        """Show that ``what``, safe to show, is taken back in so many seconds."""
        left = math.ceil(seconds)
        if left > 0:
            keep, take_back = OnCountdown.keep, OnCountdown.take_back
            text = f" It is taken back in {left} s unless you press {keep}.  {take_back}: at once.   {what}"
        else:
            text = f" The time is over: the guard takes it back…   {what}"
        self.tell(text)

    def tell(self, text: str) -> None:
        """Show a sentence instead."""
        self.show([Cell(self._spell(text))])
