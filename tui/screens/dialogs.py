"""What is asked before a risky change, and for an MTU. Nothing here is sent by Enter alone."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.model.names import NameMap
from tui.model.plan import Plan, parse_mtu
from tui.present import Spelling, group_title
from tui.present_change import risks, transition, what
from widgets.safe_input import SafeInput


def plain(text: str, classes: str = "") -> Static:
    """Return a Static that shows text as it is: no markup is read."""
    return Static(Content(text), markup=False, classes=classes)


class ConfirmScreen(ModalScreen[bool]):
    """Shows a plan with its risks; wants the group's name typed, or a plain `y`, as the plan needs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(False)", "Cancel", show=False),
        Binding("y", "yes", "Yes", show=False),
    ]

    def __init__(self, plan: Plan, names: NameMap, spell: Spelling) -> None:
        """Ask about ``plan``."""
        super().__init__()
        self._spell = spell
        self._plan = plan
        self._names = names
        self._name = names.name(plan.intent.group_id)

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        intent = self._plan.intent
        with VerticalScroll(classes="dialog -risk", can_focus=False):
            yield plain(self._spell(f"{group_title(intent.group_id, self._names)}: {what(intent)}"), "head")
            yield plain(self._spell(f"{transition(self._plan.preview)}    {self._plan.preview.ip_line}"))
            for risk in risks(self._plan.preview, self._names):
                yield plain(self._spell(f"! {risk}"), "risk")
            if self._plan.preview.needs_name:
                yield plain(
                    f"To do it all the same, type the group's name ({self._name}) and press Enter. Esc: leave it."
                )
                yield SafeInput(id="name", select_on_focus=False)
                yield plain("", "error")
            else:
                yield plain("y: do it all the same    Esc: leave it")

    def action_yes(self) -> None:
        """Agree, where a plain yes is enough."""
        if not self._plan.preview.needs_name:
            self.dismiss(True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Agree if the name is right; say so if not."""
        typed = event.value.strip()
        if typed in (self._name, str(self._plan.intent.group_id)) and typed:
            self.dismiss(True)
            return
        error = (
            f"That is not {self._name}. Nothing was sent." if typed else f"Type {self._name} first. Nothing was sent."
        )
        self.query_one(".error", Static).update(Content(error))


class MtuScreen(ModalScreen[int | None]):
    """Asks for an MTU, and shows the plan for what is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel", show=False)]

    def __init__(self, title: str, preset: int, plan: Callable[[int], Plan], names: NameMap, spell: Spelling) -> None:
        """``plan`` works out what an MTU, in bytes, would take."""
        super().__init__()
        self._spell = spell
        self._title = title
        self._preset = preset
        self._plan = plan
        self._names = names

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        with Vertical(classes="dialog"):
            yield plain(self._spell(f"MTU for {self._title}, in bytes:"), "head")
            yield SafeInput(str(self._preset), id="mtu", restrict=r"[0-9,_ ]*", max_length=12, select_on_focus=True)
            yield plain("", "plan")
            yield plain("", "risk")
            yield plain("", "error")
            yield plain("Enter: do it    Esc: leave it", "hint")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the plan for what is typed."""
        plan, risk, error = "", "", ""
        try:
            found = self._plan(parse_mtu(event.value))
            plan = f"{transition(found.preview)}    {found.preview.ip_line}"
            risk = "\n".join(f"! {text}" for text in risks(found.preview, self._names))
        except ValueError as problem:
            error = str(problem)
        for name, text in (("plan", plan), ("risk", risk), ("error", error)):
            self.query_one(f".{name}", Static).update(Content(self._spell(text)))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the MTU if it is one."""
        try:
            self.dismiss(parse_mtu(event.value))
        except ValueError:
            self.app.bell()
