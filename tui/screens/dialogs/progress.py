"""Shows how far a change of many interfaces has come, and stops it between two batches."""

import time

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import ProgressBar

from tui.model.change.progress import Progress
from tui.present.commands import OnProgress, hint
from tui.present.words import count
from tui.screens.dialogs.dialog import Dialog

MANY = 2000
"""Interfaces past which a change shows its progress."""
_PERIOD = 0.1  # seconds


class ProgressScreen(Dialog[None], commands=OnProgress):
    """Stays until the change has its outcome; whoever opened it dismisses it."""

    def __init__(self, title: str, progress: Progress) -> None:
        """Show ``progress``, which the change's own thread keeps."""
        super().__init__()
        self._title = title
        self._progress = progress
        self._began = time.monotonic()

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Vertical(classes="dialog"):
            yield self.line(self._title, "head")
            yield ProgressBar(total=self._progress.total, show_eta=False)
            yield self.line(classes="plan")
            yield self.line(hint(OnProgress.leave), "hint")

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
        self.tell(plan=f"{text}   {time.monotonic() - self._began:.0f} s")

    def action_leave(self) -> None:
        """Send nothing after the batch that is under way."""
        self._progress.stop.set()
        self._show()
