"""One line that asks for something, and says while it is typed what is wrong with it."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.suggester import SuggestFromList
from textual.widgets import Input

from tui.present.commands import OnDialog, OnPrompt, hint
from tui.screens.dialogs.dialog import Dialog
from widgets.safe_input import SafeInput


class PromptScreen(Dialog[str], commands=OnPrompt):
    """Asks for one line of text, and takes it only if nothing is wrong with it."""

    def __init__(
        self,
        title: str,
        check: Callable[[str], str],
        *,
        hint: Callable[[str], str] = lambda text: "",
        value: str = "",
        suggestions: list[str] | None = None,
        begun: bool = False,
    ) -> None:
        """``check`` returns what is wrong with a text, one sentence, or ""; ``hint`` what a right one means.

        ``begun``: what is typed goes on from ``value``; else it takes its place. All texts are safe to show.
        """
        super().__init__()
        self._title = title
        self._check = check
        self._hint = hint
        self._value = value
        self._suggestions = suggestions
        self._begun = begun

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        suggester = SuggestFromList(self._suggestions) if self._suggestions else None
        with Vertical(classes="dialog"):
            yield self.line(self._title, "head")
            yield SafeInput(self._value, max_length=400, suggester=suggester, select_on_focus=not self._begun)
            yield self.line(classes="problem")
            yield self.line(classes="plan")
            yield self.line(hint(OnPrompt.take, OnDialog.leave), "hint")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what is wrong so far, or what it means."""
        problem = self._check(event.value)
        self.tell(problem=problem, plan="" if problem else self._hint(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the text if it is right."""
        if problem := self._check(event.value):
            self.tell(problem=problem)
            self.app.bell()
        else:
            self.dismiss(event.value)
