"""What is asked before a risky change, and for a number to set. Nothing here is sent by Enter alone."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.model.change.attributes import Typed
from tui.model.change.plan import Plan
from tui.model.names.map import NameMap
from tui.present.change import asked, effort, risks, transition
from tui.present.words import Spelling
from widgets.safe_input import SafeInput

_WEIGHING = "Asking the kernel what this would cut off…"


def plain(text: str, classes: str = "") -> Static:
    """Return a Static that shows text as it is: no markup is read, as Textual does in a str (textual/visual.py)."""
    return Static(Content(text), markup=False, classes=classes)


class ConfirmScreen(ModalScreen[bool]):
    """Shows a plan with its risks; wants a name typed, or a plain `y`, as the plan needs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(False)", "Cancel", show=False),
        Binding("y", "yes", "Yes", show=False),
    ]

    def __init__(
        self, plan: Plan, names: NameMap, spell: Spelling, more: Sequence[str] = (), *, weighing: bool = False
    ) -> None:
        """Ask about ``plan``; ``more``: what else the operator should know, a sentence each.

        ``weighing``: more will be told by `weighed`, and nobody can agree before.
        """
        super().__init__()
        self._weighing = weighing
        self._lost = spell(f"! {_WEIGHING}") if weighing else ""
        self._hasty = False
        self._spell = spell
        self._plan = plan
        self._names = names
        self._more = more
        self._words = plan.preview.accepted(names) if plan.preview.needs_name else ("", "")

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        preview = self._plan.preview
        with VerticalScroll(classes="dialog -risk", can_focus=False):
            yield plain(self._spell(asked(self._plan.intent, self._names)), "head")
            yield plain(self._spell(f"{transition(preview, self._names)}    {effort(preview)}    {preview.ip_line}"))
            for risk in (*risks(preview, self._names), *self._more):
                yield plain(self._spell(f"! {risk}"), "risk")
            if self._lost:
                yield plain(self._lost, "risk weighing")
            if preview.needs_name:
                whose = "interface" if preview.group_id is None else "group"
                yield plain(
                    f"To do it all the same, type the {whose}'s name ({self._words[0]}) and press Enter. Esc: leave it."
                )
                yield SafeInput(id="name", select_on_focus=False)
                yield plain("", "error")
            else:
                yield plain("y: do it    Esc: leave it")

    def weighed(self, sentences: Sequence[str]) -> None:
        """Tell what the kernel said that the change would cut off, a sentence each."""
        self._weighing = False
        self._lost = "\n".join(self._spell(f"! {sentence}") for sentence in sentences)
        self._tell_lost()
        for error in self.query(".error").results(Static):
            error.update(Content("Read what it would cut off, then press Enter again." if self._hasty else ""))

    def on_mount(self) -> None:
        """Tell what the kernel said before there was a line to tell it in."""
        self._tell_lost()

    def _tell_lost(self) -> None:
        # Whoever left the dialog meanwhile has left the question too.
        for line in self.query(".weighing").results(Static):
            line.update(Content(self._lost))

    def action_yes(self) -> None:
        """Agree, where a plain yes is enough."""
        if not self._plan.preview.needs_name:
            self.dismiss(True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Agree if the name is right; say so if not."""
        typed = event.value.strip()
        if self._weighing:
            self._hasty = True
            self.query_one(".error", Static).update(Content(self._spell(f"{_WEIGHING} Press Enter again then.")))
        elif typed and typed in self._words:
            self.dismiss(True)
        else:
            name = self._words[0]
            error = f"That is not {name}. Nothing was sent." if typed else f"Type {name} first. Nothing was sent."
            self.query_one(".error", Static).update(Content(error))


class ValueScreen(ModalScreen[int | None]):
    """Asks for a number to set, and shows the plan for what is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel", show=False)]

    def __init__(
        self, title: str, typed: Typed, preset: str, plan: Callable[[int], Plan], names: NameMap, spell: Spelling
    ) -> None:
        """``preset``: what stands there first; ``plan`` works out what a number would take."""
        super().__init__()
        self._spell = spell
        self._title = title
        self._typed = typed
        self._preset = preset
        self._plan = plan
        self._names = names

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        with Vertical(classes="dialog"):
            yield plain(self._spell(f"{self._title}, in {self._typed.unit}:"), "head")
            yield SafeInput(self._preset, id="value", max_length=400)
            yield plain("", "plan")
            yield plain("", "risk")
            yield plain("", "error")
            yield plain("Enter: do it    Esc: leave it", "hint")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the plan for what is typed."""
        plan, risk, error = "", "", ""
        try:
            found = self._plan(self._typed.parse(event.value))
            preview = found.preview
            plan = f"{transition(preview, self._names)}    {effort(preview)}    {preview.ip_line}"
            risk = "\n".join(f"! {text}" for text in risks(found.preview, self._names))
        except ValueError as problem:
            error = str(problem)
        for name, text in (("plan", plan), ("risk", risk), ("error", error)):
            self.query_one(f".{name}", Static).update(Content(self._spell(text)))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the number if it is one."""
        try:
            self.dismiss(self._typed.parse(event.value))
        except ValueError:
            self.app.bell()
