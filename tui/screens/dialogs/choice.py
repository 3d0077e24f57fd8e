"""A page of text with a few keys to answer it by."""

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.events import Key

from tui.present.words import Spelling
from tui.screens.dialogs.confirm import plain
from tui.screens.dialogs.page import PageScreen

_FEW = 12  # lines


class ChoiceScreen(PageScreen[str]):
    """Shows lines and waits for one of the keys; Esc answers "". Enter is no answer."""

    def __init__(self, title: str, lines: Sequence[str], keys: Mapping[str, str], spell: Spelling) -> None:
        """``keys``: what each single-letter key means; the answer is the letter."""
        super().__init__()
        self._title = title
        self._lines = lines
        self._keys = keys
        self._spell = spell

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        answers = "    ".join(f"{key}: {meaning}" for key, meaning in {**self._keys, "Esc": "leave it"}.items())
        with VerticalScroll(classes="dialog", can_focus=False):
            yield plain(self._spell(self._title), "head")
            # Where the lines may not all be in sight, the keys stand first.
            below = len(self._lines) <= _FEW
            if not below:
                yield plain(self._spell(answers), "hint")
            yield plain(self._spell("\n".join(self._lines)))
            if below:
                yield plain(self._spell(answers), "hint")

    def takes(self, key: str) -> bool:
        """Whether a key is one of the answers."""
        return key in self._keys

    def on_key(self, event: Key) -> None:
        """Take the answer."""
        if event.key == "escape":
            event.stop()
            self.dismiss("")
        elif event.character in self._keys:
            event.stop()
            self.dismiss(event.character)
