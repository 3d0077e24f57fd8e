"""A page of text to read: help, details, the outcome of a change."""

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from tui.present.commands import OnReport, hint
from tui.screens.dialogs.page import PageScreen


class ReportScreen(PageScreen[None], commands=OnReport):
    """Shows lines that can be scrolled."""

    def __init__(self, title: str, lines: Iterable[str]) -> None:
        """Show ``lines``, made visible by the caller."""
        super().__init__()
        self._title = title
        self._text = "\n".join(lines)

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        with VerticalScroll(classes="report", can_focus=False):
            yield self.line(f"{self._title}  ({hint(OnReport.leave)})", "head")
            yield self.line(self._text)
