"""What follows a guarded change: a line that counts down, the keys K and R, and what killed consoles left behind."""

import time
from collections.abc import Sequence

from textual.timer import Timer
from textual.widgets import Input

from tui.guard.ending import Ending, GuardedChange
from tui.guard.orphans import Orphan
from tui.model.text import visible
from tui.present.commands import OnCountdown
from tui.present.guard import ending_line, ending_report, orphan_lines, waiting_lines
from tui.present.log import reverted_words
from tui.screens.base import BaseScreen
from tui.screens.dialogs.choice import ChoiceScreen
from tui.screens.dialogs.countdown import CountdownBar
from tui.session.others import Waiting
from tui.session.session import Decision, Session

_PERIOD = 0.2  # seconds
_KEEP, _TAKE_BACK = str(OnCountdown.keep), str(OnCountdown.take_back)
# Whoever presses K once more for his own change must not decide another's that he hasn't looked at.
_KEEP_OTHER, _TAKE_BACK_OTHER = _KEEP.lower(), _TAKE_BACK.lower()
_DECIDED = {Decision.KEEP: "Keeping it…", Decision.TAKE_BACK: "Taking it back…"}


class GuardKeys:
    """Counts down over all that can be looked at meanwhile; only what writes waits."""

    def __init__(self, screen: BaseScreen[None], session: Session) -> None:
        """Start with nothing to count."""
        self._screen = screen
        self._session = session
        self._counted: GuardedChange | None = None
        self._counter: Timer | None = None
        self._shown_at = 0.0
        self.eye = 0.7
        """Seconds after the line has come up in which no key decides: whoever typed ahead hasn't seen it."""
        self._question: ChoiceScreen | None = None
        self.handlers = {"keep": self.keep}
        """By the command's id."""
        session.guard_ended = self._over

    def count_down(self) -> None:
        """Begin to count down until the guarded change is taken back, if there is one and nobody counts yet."""
        guarded = self._session.guarded
        if guarded is None or guarded is self._counted:
            return
        self._counted, self._shown_at = guarded, time.monotonic()
        self._counter = self._screen.set_interval(_PERIOD, self._count)
        self._count()

    def decide(self, decision: Decision) -> None:
        """Keep the change that counts down, or have it taken back."""
        if not self._session.counts_down:
            return
        self.count_down()
        if time.monotonic() - self._shown_at < self.eye:
            self._screen.say("The countdown has just begun: look, and press again.", "warn")
            return
        self._session.decide(decision, self._unheard)
        self._screen.say(_DECIDED[decision], "warn")
        self._count()

    def keep(self) -> None:
        """Keep the change that counts down; if none does, ask about those of others, or say that there is none."""
        if self._session.guarded is not None:
            self.decide(Decision.KEEP)
        elif waiting := self._session.services.others.waiting:
            self._ask_other(waiting)
        else:
            self._screen.say("No change counts down, so there is nothing to keep.")

    def _ask_other(self, waiting: Sequence[Waiting]) -> None:
        """Ask what becomes of a change that another process made: of the next to be taken back."""

        def answered(choice: str | None) -> None:
            if choice:
                decision = Decision.KEEP if choice == _KEEP_OTHER else Decision.TAKE_BACK
                self._screen.say(_DECIDED[decision], "warn")
                path = waiting[0].path
                self._session.decide_other(path, decision, lambda problem: self._screen.say(problem, "bad"))

        keys = {_KEEP_OTHER: "keep it", _TAKE_BACK_OTHER: "take it back now"}
        title, lines = "A change waits to be kept", waiting_lines(waiting, time.monotonic())
        self._screen.app.push_screen(ChoiceScreen(title, lines, keys), answered)

    def ask_to_leave(self, reasons: list[str]) -> None:
        """Ask whether to end all the same."""
        keys = {_KEEP: "keep it", _TAKE_BACK: "take it back"} if self._session.counts_down else {}

        def answered(key: str | None) -> None:
            self._question = None
            if key == "y":
                self._screen.app.exit(0)
            elif key:
                self.decide(Decision.KEEP if key == _KEEP else Decision.TAKE_BACK)

        self._question = ChoiceScreen("End ifgroup?", reasons, {**keys, "y": "end it"})
        self._screen.app.push_screen(self._question, answered)

    @property
    def asks_to_leave(self) -> bool:
        """Whether the operator is being asked whether to end."""
        return self._question is not None

    def _count(self) -> None:
        """Show the line on the screen that is on top by now."""
        if (guarded := self._session.guarded) is None:
            return
        top = self._screen.app.screen
        bars = top.query(CountdownBar)
        if not bars:
            if top.is_mounted:
                top.mount(CountdownBar(self._screen.spell))
            return
        if (decision := self._session.decision) is not None:
            bars.first().tell(f" {_DECIDED[decision]}   {visible(guarded.what)}")
        else:
            bars.first().count(visible(guarded.what), guarded.deadline - time.monotonic())

    async def _stop_counting(self) -> None:
        if self._counter is not None:
            self._counter.stop()
        for screen in self._screen.app.screen_stack:
            await screen.query(CountdownBar).remove()
        if self._question is not None and self._question is self._screen.app.screen:
            await self._question.dismiss("")

    def _unheard(self, problem: str) -> None:
        """Say that the guard didn't hear."""
        self._screen.say(f"{problem} Whether the change stands shows when its time is over.", "bad")

    async def _over(self, ending: Ending) -> None:
        """Say how a guarded change ended, and log what was taken back."""
        if self._session.guarded is None:
            await self._stop_counting()
        line = ending_line(ending)
        self._screen.say(*line)
        if not self._screen.is_current:
            self._screen.complain(line.text)
        if ending.reverted is None:
            return
        self._session.book_reverted(ending, reverted_words(ending, line.text))
        # Over what is being typed no window opens by itself.
        if self._screen.is_current and not isinstance(self._screen.focused, Input):
            self._screen.show_report("Taken back", ending_report(ending))

    def ask_orphans(self) -> None:
        """Ask about changes that a killed console and its guard left behind."""
        left = self._session.services.left_over()
        if len(left.problems) == 1:
            self._screen.say(left.problems[0], "bad")
        elif left.problems:
            self._screen.show_report("What guards left behind can't all be read", list(left.problems))
        for orphan in left.orphans:
            self._ask_orphan(orphan)

    def _ask_orphan(self, orphan: Orphan) -> None:
        def answered(choice: str | None) -> None:
            if choice == _TAKE_BACK:
                self._session.take_back(orphan, lambda problem: self._screen.say(problem, "bad"))
            elif choice == _KEEP:
                self._screen.complain(self._session.services.forget(orphan))

        keys = {_TAKE_BACK: "take it back now", _KEEP: "keep it as it is"}
        title, lines = "A change that nobody kept is still in force", orphan_lines(orphan)
        self._screen.app.push_screen(ChoiceScreen(title, lines, keys), answered)
