"""What is asked before a group's interfaces are deleted, or moved to another netns: always the name, typed."""

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input

from tui.model.names.map import NameMap
from tui.present.commands import OnConfirm, OnDialog, OnRemoval, hint
from tui.screens.dialogs.dialog import Dialog
from widgets.safe_input import SafeInput

Planned = TypeVar("Planned")


class Told(NamedTuple):
    """What is said of a plan."""

    barred: str
    """Why it can't be sent, one sentence; empty: it can."""
    in_short: str = ""
    sentences: Sequence[str] = ()


class RemovalScreen(Dialog[Planned], Generic[Planned], commands=OnRemoval):
    """Shows what goes, what goes too and what can't; answers with that once its name was typed.

    Nobody can agree before `weighed` tells.
    """

    def __init__(
        self,
        title: str,
        group_id: int,
        names: NameMap,
        tell: Callable[[Planned], Told],
        other_way: Callable[[Planned], Planned] | None = None,
    ) -> None:
        """``tell`` says what is to be said of a plan; ``other_way`` returns the same another way, if there is one."""
        super().__init__()
        self._title = title
        self._words = names.name(group_id), str(group_id)
        self._tell = tell
        self._other_way = other_way
        self._planned: Planned | None = None
        self._plan, self._risks = "Looking what goes with them…", ""
        self._looking = True

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        with VerticalScroll(classes="dialog -risk", can_focus=False):
            yield self.line(self._title, "head")
            yield self.line(self._plan, "plan")
            yield self.line(self._risks, "risk")
            way = f"type the group's name ({self._words[0]}) and press {OnConfirm.name}"
            other = f" {hint(OnRemoval.each)}." if self._other_way is not None else ""
            yield self.line(f"To do it, {way}.{other} {hint(OnDialog.leave)}.")
            yield SafeInput(id="name", select_on_focus=False)
            yield self.line(classes="error")

    def weighed(self, found: Planned | str) -> None:
        """Tell what goes, or why that can't be told: then nothing can be sent."""
        self._looking = False
        if isinstance(found, str):
            self._plan, self._risks = "", f"! {found.rstrip('.')}: nothing can be sent."
        else:
            told = self._tell(found)
            self._planned = None if told.barred else found
            self._plan = told.in_short
            self._risks = "\n".join(f"! {sentence}" for sentence in ([told.barred] if told.barred else told.sentences))
        self.on_mount()

    def on_mount(self) -> None:
        """Tell what was found before there was a line to tell it in."""
        self.tell(plan=self._plan, risk=self._risks, error="")

    def action_each(self) -> None:
        """Go the other way."""
        if self._planned is not None and self._other_way is not None:
            self.weighed(self._other_way(self._planned))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Agree if the name is right; say so if not."""
        typed, name = event.value.strip(), self._words[0]
        if self._looking:
            self.tell(error=f"{self._plan} Press {OnConfirm.name} again then.")
        elif self._planned is None:
            self.tell(error="Nothing can be sent.")
        elif typed and typed in self._words:
            self.dismiss(self._planned)
        else:
            self.tell(error=f"{f'That is not {name}' if typed else f'Type {name} first'}. Nothing was sent.")
