"""A page of text to read: help, details, the outcome of a change."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from tui.screens.dialogs.confirm import plain
from tui.screens.dialogs.page import PageScreen


class ReportScreen(PageScreen[None]):
    """Shows lines that can be scrolled; any of Esc, q, Enter leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter", "dismiss", "Back", show=False)]

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        """Show ``lines``, made visible by the caller."""
        super().__init__()
        self._title = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        with VerticalScroll(classes="report", can_focus=False):
            yield plain(f"{self._title}  (Esc: back)", "head")
            yield plain("\n".join(self._lines))
