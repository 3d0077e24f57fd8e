"""A page of text with a few keys to answer it by."""

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.events import Key

from tui.present.commands import OnDialog
from tui.screens.dialogs.page import PageScreen

_FEW = 12  # lines


class ChoiceScreen(PageScreen[str]):
    """Shows lines and waits for one of the keys. Enter is no answer."""

    def __init__(self, title: str, lines: Sequence[str], keys: Mapping[str, str]) -> None:
        """``keys``: what each single-letter key means; the answer is the letter."""
        super().__init__()
        self._title = title
        self.lines = lines
        """What can be chosen, each with its key."""
        self._keys = keys

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        keys = {**self._keys, str(OnDialog.leave): OnDialog.leave.label}
        answers = self.line("    ".join(f"{key}: {meaning}" for key, meaning in keys.items()), "hint")
        lines = self.line("\n".join(self.lines))
        with VerticalScroll(classes="dialog", can_focus=False):
            yield self.line(self._title, "head")
            # Where the lines may not all be in sight, the keys stand first.
            yield from (lines, answers) if len(self.lines) <= _FEW else (answers, lines)

    def takes(self, key: str) -> bool:
        """Whether a key is one of the answers."""
        return key in self._keys

    def on_key(self, event: Key) -> None:
        """Take the answer."""
        if event.character in self._keys:
            event.stop()
            self.dismiss(event.character)
