"""Shows how far a change of many interfaces has come, and stops it between two batches."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import ProgressBar, Static

from tui.model.change.progress import Progress
from tui.present.words import Spelling, count
from tui.screens.dialogs.confirm import plain

MANY = 2000
"""Interfaces past which a change shows its progress."""
_PERIOD = 0.1  # seconds


class ProgressScreen(ModalScreen[None]):
    """Stays until the change has its outcome; whoever opened it dismisses it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "stop", "Stop", show=False)]

    def __init__(self, title: str, progress: Progress, spell: Spelling) -> None:
        """Show ``progress``, which the change's own thread keeps."""
        super().__init__()
        self._title = title
        self._progress = progress
        self._spell = spell

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Vertical(classes="dialog"):
            yield plain(self._spell(self._title), "head")
            yield ProgressBar(total=self._progress.total, show_eta=False)
            yield plain("", "plan")
            yield plain("Esc: stop after the batch that is under way", "hint")

    def on_mount(self) -> None:
        """Begin to look."""
        self.set_interval(_PERIOD, self._show)
        self._show()

    def _show(self) -> None:
        progress = self._progress
        self.query_one(ProgressBar).update(progress=progress.done)
        text = f"{count(progress.done)} of {count(progress.total)}"
        if progress.done >= progress.total:
            text += ": reading back what became of them…"
        elif progress.stop.is_set():
            text += ": stopping…"
        self.query_one(".plan", Static).update(Content(self._spell(text)))

    def action_stop(self) -> None:
        """Send nothing after the batch that is under way."""
        self._progress.stop.set()
        self._show()
