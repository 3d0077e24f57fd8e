"""The writing keys of the main screen: propose, confirm, send once, tell what happened."""

import time

from textual.message import Message
from textual.screen import Screen

from tui.model.outcome import Outcome
from tui.model.plan import Operation, Plan
from tui.model.view import ALL_GROUPS
from tui.picture import Picture
from tui.present import Field, group_title
from tui.present_change import outcome_line, outcome_report, what
from tui.screens.dialogs import ConfirmScreen, MtuScreen
from tui.screens.report import ReportScreen
from tui.services import Services
from widgets.keyed_table import KeyedTable

_HELD = 1.0  # seconds within which the same key again is taken for a held one; terminals don't tell
_DISPLACED = 0.7  # seconds after the row under the cursor was taken away in which no key writes


class Changes(Screen[None]):
    """What the keys u, d, m and M do."""

    services: Services
    picture: Picture
    group_table: KeyedTable
    frozen: bool

    class Ended(Message):
        """A change has its outcome. Posted from the thread that made it."""

        def __init__(self, plan: Plan, outcome: Outcome) -> None:
            """Report what became of ``plan``."""
            super().__init__()
            self.plan = plan
            self.outcome = outcome

    def __init__(self) -> None:
        """Start with nothing under way."""
        super().__init__()
        self._under_way: Plan | None = None
        self._pressed: dict[tuple[str, int | None], float] = {}
        self._last: Changes.Ended | None = None

    @property
    def on_links(self) -> bool:
        """Whether the interface table has the cursor."""
        raise NotImplementedError

    def spell(self, text: str) -> str:
        """Write our own words as this terminal can show them."""
        raise NotImplementedError

    def show_report(self, title: str, lines: list[str]) -> None:
        """Open a page of text."""
        self.app.push_screen(ReportScreen(self.spell(title), [self.spell(line) for line in lines]))

    def say(self, field: Field) -> None:
        """Show one sentence."""
        raise NotImplementedError

    def action_up(self) -> None:
        """Bring the chosen group up."""
        self._propose("up")

    def action_down(self) -> None:
        """Take the chosen group down."""
        self._propose("down")

    def action_preset_mtu(self) -> None:
        """Set the preset MTU on the chosen group."""
        self._propose("preset_mtu")

    def action_mtu(self) -> None:
        """Ask for an MTU, which becomes the preset, and set it on the chosen group."""
        if self._held("mtu") or (chosen := self._chosen()) is None:
            return

        def answered(mtu: int | None) -> None:
            if mtu is None:
                self.say(Field("Left as it is; nothing was sent."))
                return
            self.picture.preset = mtu
            self._confirm(self.picture.plan("mtu", chosen, mtu))

        title = group_title(chosen, self.services.names)
        self.app.push_screen(
            MtuScreen(
                title,
                self.picture.preset,
                lambda mtu: self.picture.plan("mtu", chosen, mtu),
                self.services.names,
                self.spell,
            ),
            answered,
        )

    def action_report(self) -> None:
        """Show the last outcome, member by member."""
        if self._last is None:
            self.say(Field("Nothing was changed yet."))
            return
        lines = outcome_report(self._last.outcome, self._last.plan, self.services.names)
        self.show_report("Outcome", lines)

    def _propose(self, command: str) -> None:
        if self._held(command) or (chosen := self._chosen()) is None:
            return
        operation: Operation = "mtu" if command == "preset_mtu" else "up" if command == "up" else "down"
        self._confirm(self.picture.plan(operation, chosen, self.picture.preset if operation == "mtu" else None))

    def _held(self, command: str) -> bool:
        """Whether this is the auto-repeat of a held key, which must not send twice."""
        now = time.monotonic()
        key = (command, self.group_table.cursor_key)
        before, self._pressed = self._pressed.get(key, -_HELD), {key: now}
        return now - before < _HELD

    def _chosen(self) -> int | None:
        """Return the group to act on; None, and say why, if now is not the moment."""
        if why := self.services.obstacle():
            self.say(Field(f"Nothing can be changed: {why}.", "warn"))
        elif self._under_way is not None:
            title = group_title(self._under_way.intent.group_id, self.services.names)
            self.say(
                Field(
                    f"{title} {what(self._under_way.intent)} is still under way; nothing more was sent.",
                    "warn",
                )
            )
        elif self.frozen:
            self.say(Field("The picture is frozen, so nothing is sent by it: press f first.", "warn"))
        elif self.on_links:
            self.say(Field("This key works on a whole group: press Tab to go to the groups, and choose one.", "warn"))
        elif time.monotonic() - self.group_table.displaced_at < _DISPLACED:
            self.say(Field("The row under the cursor has just gone; look, and press again.", "warn"))
        elif self.group_table.cursor_key in (None, ALL_GROUPS):
            self.say(Field("Choose one group first, with j and k.", "warn"))
        else:
            return self.group_table.cursor_key
        return None

    def _confirm(self, plan: Plan) -> None:
        if not plan.intent.members or not (plan.preview.needs_name or plan.preview.needs_yes):
            self._send(plan)
            return

        def answered(agreed: bool | None) -> None:
            if not agreed:
                self.say(Field("Left as it is; nothing was sent."))
            elif news := self._news(plan):
                self.say(Field(f"Nothing was sent: while you read, {news}. Press again.", "warn"))
            else:
                self._send(plan)

        self.app.push_screen(ConfirmScreen(plan, self.services.names, self.spell), answered)

    def _news(self, plan: Plan) -> str:
        """Return who joined or left the group since the plan was shown; empty: the plan still holds."""
        seen = {(index, link.name) for index, link in plan.intent.members.items()}
        members = self.services.snapshot().members(plan.intent.group_id)
        now = {(index, link.name) for index, link in members.items()}
        joined, left = len(now - seen), len(seen - now)
        return f"{joined} joined the group and {left} left it" if joined or left else ""

    def _send(self, plan: Plan) -> None:
        self._under_way = plan
        title = group_title(plan.intent.group_id, self.services.names)
        self.say(Field(f"{title} {what(plan.intent)}: sent, waiting for the kernel…"))

        def done(outcome: Outcome) -> None:
            self.post_message(self.Ended(plan, outcome))

        self.services.change(plan, done)

    def on_changes_ended(self, message: Ended) -> None:
        """Tell what happened; in full if anything is not as asked."""
        self._under_way = None
        self._last = message
        self.say(outcome_line(message.outcome, self.services.names))
        if message.outcome.verdict in ("partly", "failed", "unknown") and self.is_current:
            self.action_report()
