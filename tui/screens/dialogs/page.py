"""A page that scrolls: the keys that all of them share."""

from textual.containers import VerticalScroll
from textual.screen import ScreenResultType

from tui.present.commands import OnPage
from tui.screens.dialogs.dialog import Dialog


class PageScreen(Dialog[ScreenResultType], commands=OnPage):
    """Scrolls its one VerticalScroll."""

    @property
    def page(self) -> VerticalScroll:
        """What scrolls."""
        return self.query_one(VerticalScroll)

    def _scroll(self, lines: int) -> None:
        self.page.scroll_relative(y=lines, animate=False)

    def action_scroll_down(self) -> None:
        """Scroll by a line."""
        self._scroll(1)

    def action_scroll_up(self) -> None:
        """Scroll by a line."""
        self._scroll(-1)

    def action_page_down(self) -> None:
        """Scroll by a page."""
        self._scroll(self.page.size.height)

    def action_page_up(self) -> None:
        """Scroll by a page."""
        self._scroll(-self.page.size.height)

    def action_first(self) -> None:
        """Go to the first line."""
        self.page.scroll_home(animate=False)

    def action_last(self) -> None:
        """Go to the last line."""
        self.page.scroll_end(animate=False)
