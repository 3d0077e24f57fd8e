"""The message view: what the last change sent, byte by byte, what came back, and the same change the other way."""

from textwrap import wrap

from textual.app import ComposeResult
from textual.events import MouseScrollDown, MouseScrollUp
from textual.screen import ModalScreen

from tui.model.names.map import NameMap
from tui.model.text import plural
from tui.model.wire.trace import WireTrace
from tui.present.commands import OnMain, OnWire
from tui.present.wire import STEPS, VIEWS, Step, View, about, raw_messages, total
from tui.present.words import Field, count
from tui.screens.base import BaseScreen
from tui.screens.wire.rows import Rows
from widgets.keyed_table.table import Cell
from widgets.lines import Lines

_WHEEL = 3  # rows
_LEAST = 20  # cells of a sentence, however narrow the terminal
_NOTHING = (
    f"Nothing was sent yet. Change something, such as a group's MTU ({OnMain.mtu}), and look again: the message that "
    "did it is shown here byte by byte, with the kernel's answer and its notifications."
)


class WireScreen(BaseScreen[None], ModalScreen[None], commands=OnWire):
    """Shows a trace taken apart, and walks through it."""

    DEFAULT_CSS = """
    WireScreen { layout: vertical; }
    WireScreen #wiretitle { height: 1; background: $panel; text-style: bold; }
    WireScreen #wireviews { height: 1; background: $panel; }
    WireScreen #wireabout { height: 3; background: $background; }
    WireScreen #wirebytes { height: 1fr; background: $background; }
    WireScreen #wirestep { height: 4; background: $surface; }
    """

    def __init__(self, trace: WireTrace | None, names: NameMap, ascii: bool) -> None:
        """Show ``trace``; None: nothing was sent yet. ``names`` gives the groups' names."""
        super().__init__(ascii)
        self._trace = trace
        self._names = names
        self._view: View = "message"
        self._step = 0  # 0: none
        self._rows: list[list[Cell]] = []
        self._marked: int | None = None  # the first row that belongs to the step
        self._top = 0

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        for which in ("wiretitle", "wireviews", "wireabout", "wirebytes", "wirestep", "keys"):
            yield Lines(id=which)

    def on_resize(self) -> None:
        """Wrap everything anew."""
        # The heights of the other lines are known only once all of them are laid out.
        self.call_after_refresh(self._around)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Scroll."""
        self._show_from(self._top + _WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Scroll."""
        self._show_from(self._top - _WHEEL)

    @property
    def _stage(self) -> Step | None:
        return STEPS[self._step - 1] if self._step else None

    @property
    def _height(self) -> int:
        return self.lines("wirebytes").size.height

    def _around(self) -> None:
        """Show everything."""
        trace = self._trace
        title = " message view" if trace is None else f" message view: {trace.title}"
        self.show("wiretitle", [Field(title)])
        if trace is None:
            self.show("wireabout", *self._sentence(_NOTHING))
            return
        self._rows, self._marked = self._taken_apart(trace)
        self.show("wireabout", *self._sentence(about(trace, self._view)))
        self._show_step(trace)
        self._show_from(self._top)

    def _show_step(self, trace: WireTrace) -> None:
        stage = self._stage
        if stage is None:
            titles = " → ".join(step.title for step in STEPS)
            text = f"{OnWire.next_step} walks through it in {len(STEPS)} steps: {titles}."
            self.show("wirestep", *self._sentence(text, "muted"))
            return
        head = f" Step {self._step} of {len(STEPS)}: {stage.title} ({stage.took(trace)})"
        self.show("wirestep", [Field(head, "warn")], *self._sentence(stage.says(trace)))

    def _sentence(self, text: str, tone: str = "") -> list[list[Field]]:
        """Return a text as lines that fit."""
        return [[Field(f" {line}", tone)] for line in wrap(self.spell(text), max(self.size.width - 2, _LEAST))]

    def _taken_apart(self, trace: WireTrace) -> tuple[list[list[Cell]], int | None]:
        """Return the rows of the view, and which is the first that belongs to the step."""
        stage = self._stage
        names = stage.names if stage is not None and stage.view == self._view else frozenset()
        rows = Rows(self._names, self.spell, names, self.size.width)
        raws, number = raw_messages(trace, self._view), total(trace, self._view)
        single = self._view == "notification"
        for place, raw in enumerate(raws, 1):
            which = "" if single else f" {count(place)} of {count(number)}"
            never = ", never sent" if self._view == "other way" else ""
            rows.say(f" {self._view}{which}: {plural(len(raw), 'byte')}{never}", "warn")
            rows.add(raw)
        if not single and len(raws) < number:
            rows.say(f" and {count(number - len(raws))} more of the same sort", "muted")
        return rows.rows, rows.marked

    def _show_from(self, top: int) -> None:
        """Show the rows from ``top`` on, as far as there are any."""
        height = self._height
        self._top = max(0, min(top, len(self._rows) - height))
        self.lines("wirebytes").show(*self._rows[self._top : self._top + height])
        views = [
            Field(f" {'>' if view == self._view else ' '}{number} {view} ", "warn" if view == self._view else "")
            for number, view in enumerate(VIEWS, 1)
        ]
        last = min(self._top + height, len(self._rows))
        place = f"  rows {self._top + 1 if self._rows else 0} to {last} of {count(len(self._rows))}"
        self.show("wireviews", *([[*views, Field(place, "muted")]] if self._trace is not None else []))

    def _look_at(self, view: View) -> None:
        """Go to the start of a view."""
        self._view, self._top = view, 0
        self._around()

    def _walk(self, steps: int) -> None:
        """Go to another step, and to what belongs to it."""
        if self._trace is None:
            return
        self._step = max(0, min(self._step + steps, len(STEPS)))
        stage = self._stage
        self._look_at(self._view if stage is None else stage.view)
        if self._marked is not None:
            # The row before tells whose it is.
            self._show_from(self._marked - 1)

    def _view_after(self, views: int) -> View:
        return VIEWS[(VIEWS.index(self._view) + views) % len(VIEWS)]

    def action_next_view(self) -> None:
        """Go to the next view."""
        self._look_at(self._view_after(1))

    def action_previous_view(self) -> None:
        """Go to the view before."""
        self._look_at(self._view_after(-1))

    def action_view_message(self) -> None:
        """Show what was sent."""
        self._look_at("message")

    def action_view_answer(self) -> None:
        """Show what was answered."""
        self._look_at("answer")

    def action_view_notification(self) -> None:
        """Show a notification."""
        self._look_at("notification")

    def action_view_other(self) -> None:
        """Show the same change the other way."""
        self._look_at("other way")

    def action_next_step(self) -> None:
        """Go a step further; the last stays."""
        self._walk(1)

    def action_previous_step(self) -> None:
        """Go a step back; before the first there is none."""
        self._walk(-1)

    def action_scroll_down(self) -> None:
        """Scroll by a row."""
        self._show_from(self._top + 1)

    def action_scroll_up(self) -> None:
        """Scroll by a row."""
        self._show_from(self._top - 1)

    def action_page_down(self) -> None:
        """Scroll by a page."""
        self._show_from(self._top + self._height)

    def action_page_up(self) -> None:
        """Scroll by a page."""
        self._show_from(self._top - self._height)

    def action_first(self) -> None:
        """Go to the first row."""
        self._show_from(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self._show_from(len(self._rows))

    def action_back(self) -> None:
        """Leave."""
        self.dismiss(None)
