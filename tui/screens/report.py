"""A page of text to read: help, details, the outcome of a change."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static


class ReportScreen(ModalScreen[None]):
    """Shows lines that can be scrolled; any of Esc, q, Enter leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "dismiss", "Back", show=False),
        Binding("down,j", "scroll_by(1)", "Down", show=False),
        Binding("up,k", "scroll_by(-1)", "Up", show=False),
        Binding("pagedown,space", "page_by(1)", "Page down", show=False),
        Binding("pageup", "page_by(-1)", "Page up", show=False),
        Binding("home,g", "scroll_to_start", "First", show=False),
        Binding("end,G", "scroll_to_end", "Last", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        """Show ``lines``, made visible by the caller."""
        super().__init__()
        self._title = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        with VerticalScroll(classes="report", can_focus=False):
            yield Static(Content(f"{self._title}  (Esc: back)"), markup=False, classes="head")
            yield Static(Content("\n".join(self._lines)), markup=False)

    @property
    def _page(self) -> VerticalScroll:
        return self.query_one(VerticalScroll)

    def action_scroll_by(self, lines: int) -> None:
        """Scroll by lines."""
        self._page.scroll_relative(y=lines, animate=False)

    def action_page_by(self, pages: int) -> None:
        """Scroll by pages."""
        self._page.scroll_relative(y=pages * self._page.size.height, animate=False)

    def action_scroll_to_start(self) -> None:
        """Go to the first line."""
        self._page.scroll_home(animate=False)

    def action_scroll_to_end(self) -> None:
        """Go to the last line."""
        self._page.scroll_end(animate=False)
