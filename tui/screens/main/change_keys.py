"""The writing keys of the main screen: propose, confirm, send once, tell what happened."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.timer import Timer

from tui.model.change.attribute import Attribute
from tui.model.change.attributes import GROUP, MTU, TXQUEUELEN
from tui.model.change.entries import Typed
from tui.model.change.plan import Plan
from tui.model.change.settings import Settings
from tui.model.names.tree import place_title
from tui.model.text import plural
from tui.model.view.shown import Shown
from tui.present.busy import waiting
from tui.present.change import asked, outcome_line, outcome_report
from tui.present.commands import OnMain
from tui.present.guard import guard_notice
from tui.present.log import change_words
from tui.present.removal import removed_report
from tui.present.session import hindrance_sentence, overtaken_sentence
from tui.present.words import Field
from tui.screens.base import BaseScreen
from tui.screens.dialogs.confirm import ConfirmScreen
from tui.screens.dialogs.progress import MANY, ProgressScreen
from tui.screens.dialogs.retag import RetagScreen
from tui.screens.dialogs.settings import SettingsScreen
from tui.screens.dialogs.value import ValueScreen
from tui.screens.main.pane import Pane
from tui.screens.main.tables import Tables
from tui.screens.main.view import READING, View
from tui.session.change_runner import Result
from tui.session.planning import Chosen, chosen_links, plan_change, plan_each
from tui.session.question import Agreed, Answer, Overtaken, Question, Undo
from tui.session.session import Session

if TYPE_CHECKING:
    from tui.session.removal import RemovalResult

_SECOND = 1.0
_PAINTED = 0.05  # seconds in which an outcome is painted: three times Textual's period
LEFT = "Left as it is; nothing was sent."
"""What is said to who leaves a question."""


class ChangeKeys:
    """What the keys u, d, m, M, r and o do."""

    def __init__(
        self,
        screen: BaseScreen[None],
        session: Session,
        view: View,
        tables: Tables,
        pane: Pane,
        show_plan: Callable[[], object],
        painted: Callable[[], object],
    ) -> None:
        """``show_plan`` shows anew what the keys would do; ``painted`` hears that an outcome is on the screen."""
        self._screen = screen
        self._session = session
        self._view = view
        self._tables = tables
        self._pane = pane
        self._show_plan = show_plan
        self._painted = painted
        self.held = 1.0
        """Seconds within which the same key again is taken for a held one; terminals don't tell."""
        self.displaced = 0.7
        """Seconds after the row under the cursor was taken away in which no key writes."""
        self._waiting: Timer | None = None
        self._pressed: dict[tuple[str, Chosen | None], float] = {}
        self.handlers: dict[str, Callable[[], object]] = {
            **{attribute.id: partial(self.ask, attribute) for attribute in (MTU, TXQUEUELEN)},
            "up": lambda: self.propose("up"),
            "down": lambda: self.propose("down"),
            "preset_mtu": lambda: self.propose("preset_mtu"),
            "settings": self.ask_settings,
            "retag": self.ask_group,
            "report": self.report,
        }
        """By the command's id."""

    def ask(self, attribute: Attribute) -> None:
        """Ask for a value, and set it on the chosen group, or the marked interfaces."""
        assert isinstance(attribute.typed, Typed)
        if self.is_repeat(attribute.id) or (chosen := self._chosen()) is None:
            return
        seen = self._view.shown.snapshot

        def plan(value: int) -> Plan:
            return plan_change(self._view.shown, Settings({attribute: value}), chosen, seen)

        def answered(value: int | None) -> None:
            if value is None:
                self._screen.say(LEFT)
            else:
                self.confirm(plan(value))

        preset = str(self._session.preset) if attribute is MTU else ""
        title, names = f"{attribute.label} for {self._title(chosen)}", self._view.shown.names
        page = ValueScreen(title, attribute.typed, preset, plan, names)
        self._screen.app.push_screen(page, answered)

    def ask_settings(self) -> None:
        """Ask for attributes to set on the chosen group, or the marked interfaces, several if need be."""
        if self.is_repeat("settings") or (chosen := self._chosen()) is None:
            return
        shown = self._view.shown
        known: tuple[Shown, Settings, Plan] | None = None

        def plan(settings: Settings) -> Plan:
            # To plan what isn't counted of each group is to go through its members; the key that sends it must not.
            nonlocal known
            if known is None or known[:2] != (self._view.shown, settings):
                known = self._view.shown, settings, plan_change(self._view.shown, settings, chosen, shown.snapshot)
            return known[2]

        def answered(settings: Settings | None) -> None:
            if settings is None:
                self._screen.say(LEFT)
            else:
                self.confirm(plan(settings))

        members = chosen_links(shown, chosen)
        screen = self._screen
        page = SettingsScreen(self._title(chosen), shown.snapshot.links, members, plan, shown.names, screen.ascii)
        screen.app.push_screen(page, answered)

    def ask_group(self) -> None:
        """Ask for the group that the marked interfaces are to go to, else all of the chosen group; and retag them."""
        if self.is_repeat("retag"):
            return
        marked = self._view.marks.indexes
        whom: Chosen | None = self._chosen() if not marked else marked if self.ready() else None
        if whom is None:
            return
        shown, title = self._view.shown, self._title(whom)
        if not (chosen := frozenset(chosen_links(shown, whom))):
            self._screen.say(f"{title[0].upper()}{title[1:]} has no members: there is nobody to retag.", "warn")
            return

        def plan(group_id: int) -> Plan:
            return plan_change(self._view.shown, Settings({GROUP: group_id}), chosen, shown.snapshot)

        def answered(group_id: int | None) -> None:
            if group_id is None:
                self._screen.say(LEFT)
            else:
                self.confirm(plan(group_id))

        screen = self._screen
        page = RetagScreen(title, shown.groups, plan, shown.names, screen.ascii)
        screen.app.push_screen(page, answered)

    def report(self) -> None:
        """Show the last outcome, member by member."""
        if (last := self._session.last) is None:
            self._screen.say("Nothing was changed yet.")
        elif isinstance(last, Result):
            self._screen.show_report("Outcome", outcome_report(last.outcome, last.plan, self._view.shown.names))
        else:
            self._screen.show_report("Outcome", removed_report(last.removed, self._view.shown.names))

    def propose(self, command: str, *, unseen: bool = False) -> None:
        """Ask or send what ``command`` sets; ``unseen``: what the operator pressed didn't say what it would do."""
        if self.is_repeat(command) or (chosen := self._chosen()) is None:
            return
        plan = plan_change(self._view.shown, self._session.at_once[command], chosen)
        self.confirm(plan, unseen=unseen or not self._pane.tells_of(self._tables.target))

    def is_repeat(self, command: str) -> bool:
        """Whether this is the auto-repeat of a held key, which must not send twice."""
        now = time.monotonic()
        key = (command, self._tables.target.chosen)
        before, self._pressed = self._pressed.get(key, -self.held), {key: now}
        return now - before < self.held

    def forget_keys(self) -> None:
        """Take no key from now on for the repeat of one before."""
        self._pressed.clear()

    def _title(self, chosen: Chosen) -> str:
        if isinstance(chosen, frozenset):
            return plural(len(chosen), "marked interface")
        return place_title(chosen, self._view.shown.names)

    def ready(self) -> bool:
        """Whether now is the moment to change something; say why if not."""
        if (why := self._session.hindrance) is not None:
            self._screen.say(hindrance_sentence(why, self._session, self._view.shown.names), "warn")
        elif self._view.shown.reading:
            self._screen.say(f"{READING} Nothing is sent before all of them are shown.", "warn")
        elif self._view.frozen:
            self._screen.say(f"The picture is frozen, so nothing is sent by it: press {OnMain.freeze} first.", "warn")
        else:
            return True
        return False

    def aimed(self) -> Chosen | None:
        """Return what a key acts on; None, and say why: on nothing."""
        target = self._tables.target
        if target.chosen is None:
            self._screen.say(target.why, "warn")
        return target.chosen

    def _chosen(self) -> Chosen | None:
        """Return what to change; None, and say why, if now is not the moment."""
        if not self.ready():
            return None
        tables = self._tables
        if not tables.on_links and time.monotonic() - tables.groups.displaced_at < self.displaced:
            self._screen.say("The row under the cursor has just gone; look, and press again.", "warn")
            return None
        return self.aimed()

    def confirm(self, plan: Plan, undo: Undo | None = None, *, unseen: bool = False) -> None:
        """Ask whatever must be asked first; then send it.

        ``undo``: what it takes back; ``unseen``: the operator hasn't seen the plan, so it is shown in any case.
        """
        session = self._session
        question = Question(plan, self._hidden(plan), unseen, undo)
        if question.answer is Answer.NOTHING:
            if session.rearranged(plan):
                self._screen.say(overtaken_sentence(Overtaken(renamed=True)), "warn")
            else:
                self.send(plan)
            return

        def answered(agreed: Agreed | None) -> None:
            if agreed is None:
                self._screen.say(LEFT)
            elif news := session.overtaken(plan):
                self._screen.say(overtaken_sentence(news), "warn")
            else:
                self.send(self._by_each(plan) if agreed is Agreed.EACH else plan)

        notice = guard_notice(session.services.guard_timeout)
        page = ConfirmScreen(question, self._view.shown.names, notice)
        # At once, so that what is typed next comes to it and isn't taken for commands.
        self._screen.app.push_screen(page, answered)
        if question.weighed:
            session.weigh(question, page.weighed)

    def _by_each(self, plan: Plan) -> Plan:
        return plan_each(plan, self._view.shown.names, self._view.shown.fib)

    def _hidden(self, plan: Plan) -> int:
        """Return how many marked interfaces are changed that the operator doesn't see now."""
        marks, intent = self._view.marks, plan.intent
        by_marks = self._tables.on_links or not intent.whole
        if not by_marks or intent.undoes is not None or not marks:
            return 0
        return self._view.hidden(intent.members.keys() & marks.indexes)

    def send(self, plan: Plan) -> None:
        """Send it, asking nothing any more."""
        title = asked(plan.intent, self._view.shown.names)
        estimate = plan.preview.estimate
        one = plan.intent.group_id is not None
        self.wait(title, one=one, estimate=estimate.seconds if estimate.long else 0.0)
        progress = self._session.send(plan, title, self._ended, self._screen.complain)
        alone = len(plan.intent.alone)
        if alone > MANY or (alone and plan.preview.estimate.long):
            self._screen.app.push_screen(ProgressScreen(title, progress))

    def wait(self, title: str, *, one: bool, estimate: float = 0.0) -> None:
        """Tell since when the kernel is at work, second by second, unless something else is said meanwhile.

        The rest as for `waiting`.
        """
        began, screen = time.monotonic(), self._screen
        screen.say(waiting(title, 0.0, one=one))
        said = screen.message

        def tell() -> None:
            nonlocal said
            if screen.message == said:
                screen.say(waiting(title, time.monotonic() - began, one=one, estimate=estimate))
                said = screen.message

        self._stop_waiting()
        self._waiting = screen.set_interval(_SECOND, tell)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None

    async def _ended(self, result: Result) -> None:
        """Tell what happened; what is to be done about it comes once that is painted."""
        names = self._view.shown.names
        line = outcome_line(result.outcome, names)
        self._session.told(result, change_words(result, line.text, names))
        if isinstance(top := self._screen.app.screen, ProgressScreen):
            await top.dismiss()
        self.tell(result, line)

    def tell(self, result: Result | RemovalResult, line: Field) -> None:
        """Show an outcome that is told; ``line``: in one line."""
        self._stop_waiting()
        self._show_plan()
        self._screen.say(*line)
        # Not `call_after_refresh`: a screen that doesn't know yet of the changed line calls back before it paints.
        self._screen.set_timer(_PAINTED, lambda: self._outcome_painted(result))

    def _outcome_painted(self, result: Result | RemovalResult) -> None:
        """Have it booked, and show it in full if anything is not as asked."""
        self._session.settle()
        self._painted()
        verdict = result.outcome.verdict if isinstance(result, Result) else result.removed.verdict
        if verdict in ("partly", "failed", "unknown") and self._screen.is_current:
            self.report()
