"""A page of text with a few keys to answer it by."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.present import Spelling
from tui.screens.dialogs import plain


class ChoiceScreen(ModalScreen[str]):
    """Shows lines and waits for one of the keys; Esc answers "". Enter is no answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "scroll_by(1)", "Down", show=False),
        Binding("up", "scroll_by(-1)", "Up", show=False),
        Binding("pagedown", "scroll_by(10)", "Page down", show=False),
        Binding("pageup", "scroll_by(-10)", "Page up", show=False),
    ]

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
            yield Static(Content("\n".join(self._spell(line) for line in self._lines)), markup=False)
            yield plain(self._spell(answers), "hint")

    def action_scroll_by(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def on_key(self, event: Key) -> None:
        """Take the answer."""
        if event.key == "escape":
            event.stop()
            self.dismiss("")
        elif event.character in self._keys:
            event.stop()
            self.dismiss(event.character)
