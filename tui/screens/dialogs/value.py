"""Asks for a value to set, and shows the plan for it."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ScreenResultType
from textual.widgets import Input

from tui.model.change.entries import Typed
from tui.model.change.plan import Plan
from tui.model.names.map import NameMap
from tui.present.change import in_short, risks
from tui.present.commands import OnDialog, OnValue, hint
from tui.screens.dialogs.dialog import Dialog
from widgets.safe_input import SafeInput


class PlannedScreen(Dialog[ScreenResultType], commands=OnValue):
    """Answers what is to be set, and shows what it would take."""

    def __init__(self, plan: Callable[[ScreenResultType], Plan], names: NameMap) -> None:
        """``plan`` works out what an answer would take."""
        super().__init__()
        self._plan = plan
        self._names = names

    def foot(self, keys: str = "") -> ComposeResult:
        """Lay out the lines for a plan, and what the keys do; ``keys`` tells of others first."""
        for name in ("plan", "risk", "error"):
            yield self.line(classes=name)
        yield self.line(f"{keys}{hint(OnValue.do, OnDialog.leave)}", "hint")

    def tell_plan(self, value: ScreenResultType) -> None:
        """Show what an answer would take."""
        preview = self._plan(value).preview
        risk = "\n".join(f"! {text}" for text in risks(preview, self._names))
        self.tell(plan=in_short(preview, self._names), risk=risk, error="")


class ValueScreen(PlannedScreen[int]):
    """Asks for a number to set."""

    def __init__(self, title: str, typed: Typed, preset: str, plan: Callable[[int], Plan], names: NameMap) -> None:
        """``preset``: what stands there first; ``plan`` works out what a number would take."""
        super().__init__(plan, names)
        self._title = title
        self._typed = typed
        self._preset = preset

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        with Vertical(classes="dialog"):
            yield self.line(f"{self._title}, in {self._typed.unit}:", "head")
            yield SafeInput(self._preset, id="value", max_length=400)
            yield from self.foot()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the plan for what is typed."""
        try:
            self.tell_plan(self._typed.parse(event.value))
        except ValueError as problem:
            self.tell(plan="", risk="", error=str(problem))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the number if it is one."""
        try:
            self.dismiss(self._typed.parse(event.value))
        except ValueError:
            self.app.bell()
