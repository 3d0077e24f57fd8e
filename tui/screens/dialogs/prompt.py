"""One line that asks for something, and says while it is typed what is wrong with it."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from tui.present.words import Spelling
from tui.screens.dialogs.confirm import plain
from widgets.safe_input import SafeInput


class PromptScreen(ModalScreen[str | None]):
    """Asks for one line of text; Enter takes it only if nothing is wrong with it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel", show=False)]

    def __init__(
        self,
        title: str,
        check: Callable[[str], str],
        spell: Spelling,
        *,
        hint: Callable[[str], str] = lambda text: "",
        value: str = "",
        suggestions: list[str] | None = None,
    ) -> None:
        """``check`` returns what is wrong with a text, one sentence, or ""; ``hint`` what a right one means.

        All texts are safe to show.
        """
        super().__init__()
        self._title = title
        self._check = check
        self._hint = hint
        self._spell = spell
        self._value = value
        self._suggestions = suggestions

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        suggester = SuggestFromList(self._suggestions) if self._suggestions else None
        with Vertical(classes="dialog"):
            yield plain(self._spell(self._title), "head")
            yield SafeInput(self._value, max_length=400, suggester=suggester)
            yield plain("", "problem")
            yield plain("", "plan")
            yield plain("Enter: take it    Esc: leave it", "hint")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what is wrong so far, or what it means."""
        problem = self._check(event.value)
        for name, text in (("problem", problem), ("plan", "" if problem else self._hint(event.value))):
            self.query_one(f".{name}", Static).update(Content(self._spell(text)))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the text if it is right."""
        if problem := self._check(event.value):
            self.query_one(".problem", Static).update(Content(self._spell(problem)))
            self.app.bell()
        else:
            self.dismiss(event.value)
