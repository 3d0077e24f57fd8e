"""A page that scrolls: the keys that all of them share."""

from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

Answer = TypeVar("Answer")


class PageScreen(ModalScreen[Answer]):
    """Scrolls its one VerticalScroll by the arrows, j, k, g, G and the page keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_by(1)", "Down", show=False),
        Binding("up,k", "scroll_by(-1)", "Up", show=False),
        Binding("pagedown,space", "page_by(1)", "Page down", show=False),
        Binding("pageup", "page_by(-1)", "Page up", show=False),
        Binding("home,g", "scroll_to_start", "First", show=False),
        Binding("end,G", "scroll_to_end", "Last", show=False),
    ]

    @property
    def page(self) -> VerticalScroll:
        """What scrolls."""
        return self.query_one(VerticalScroll)

    def action_scroll_by(self, lines: int) -> None:
        """Scroll by lines."""
        self.page.scroll_relative(y=lines, animate=False)

    def action_page_by(self, pages: int) -> None:
        """Scroll by pages."""
        self.page.scroll_relative(y=pages * self.page.size.height, animate=False)

    def action_scroll_to_start(self) -> None:
        """Go to the first line."""
        self.page.scroll_home(animate=False)

    def action_scroll_to_end(self) -> None:
        """Go to the last line."""
        self.page.scroll_end(animate=False)
