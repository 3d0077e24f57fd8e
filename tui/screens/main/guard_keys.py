"""What follows a guarded change: a line that counts down, the keys K and R, and what killed consoles left behind."""

import time
from datetime import UTC, datetime

from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from tui.guard.client import Guard
from tui.guard.ending import Ending, GuardedChange
from tui.guard.orphans import Orphan
from tui.model.change.log import Log, LogEntry
from tui.model.text import visible
from tui.present.guard import ending_line, ending_report, orphan_lines
from tui.present.words import Field
from tui.screens.dialogs.choice import ChoiceScreen
from tui.screens.dialogs.countdown import CountdownBar
from tui.screens.main.mark_keys import Marking

_PERIOD = 0.2  # seconds
_EYE = 0.7  # seconds after the line has come up in which no key decides: whoever typed ahead hasn't seen it


class Guarding(Marking):
    """Counts down over all that can be looked at meanwhile; only what writes waits."""

    where: str
    command_log: Log

    class Over(Message):
        """A guarded change has ended. Posted from the thread that waited for it."""

        def __init__(self, ending: Ending | str) -> None:
            """``ending``: how; or what went wrong, one sentence."""
            super().__init__()
            self.ending = ending

    class Unheard(Message):
        """The guard didn't hear what the operator decided. Posted from the thread that told it."""

        def __init__(self, problem: str) -> None:
            """``problem``: one sentence."""
            super().__init__()
            self.problem = problem

    def __init__(self) -> None:
        """Start with nothing to count."""
        super().__init__()
        self._counter: Timer | None = None
        self._shown_at = 0.0
        self._decision = ""
        self._question: ChoiceScreen | None = None

    @property
    def counts_down(self) -> bool:
        """Whether a change waits for K or R."""
        return self.guarded is not None and not self._decision

    def count_down(self, guard: Guard, entry: LogEntry) -> None:
        """Begin to count down until ``guard`` takes back the change of ``entry``."""
        self.guarded = guarded = GuardedChange(guard, entry.number)
        self._decision, self._shown_at = "", time.monotonic()
        self._counter = self.set_interval(_PERIOD, self._count)
        self._count()
        self.services.await_ending(guarded, lambda ending: self.post_message(self.Over(ending)))

    def decide(self, keep: bool) -> None:
        """Keep the change that counts down, or have it taken back."""
        if self.guarded is None or self._decision:
            return
        if time.monotonic() - self._shown_at < _EYE:
            self.say(Field("The countdown has just begun: look, and press again.", "warn"))
            return
        self._decision = "Keeping it…" if keep else "Taking it back…"
        self.say(Field(self._decision, "warn"))
        self._count()
        self.services.answer(self.guarded, keep, lambda problem: self.post_message(self.Unheard(problem)))

    def action_keep(self) -> None:
        """Keep the change that counts down; say so if none does."""
        self.settle()
        if self.counts_down:
            self.decide(True)
        else:
            self.say(Field("No change counts down, so there is nothing to keep."))

    def reasons_to_stay(self) -> list[str]:
        """Return what would be lost if the console ended now, a sentence each."""
        return [*super().reasons_to_stay(), *self.unkept()]

    def unkept(self) -> list[str]:
        """Return what becomes of the change that counts down if the console ends, a sentence; empty: none does."""
        if self.guarded is None or self._decision == "Keeping it…":
            return []
        return [f"{visible(self.guarded.what)} isn't kept: if the console ends, the guard takes it back at once."]

    def ask_to_leave(self, reasons: list[str]) -> None:
        """Ask whether to end all the same."""
        keys = {"K": "keep it", "R": "take it back"} if self.counts_down else {}

        def answered(key: str | None) -> None:
            self._question = None
            if key == "y":
                self.app.exit(0)
            elif key:
                self.decide(key == "K")

        self._question = ChoiceScreen("End ifgroup?", reasons, {**keys, "y": "end it"}, self.spell)
        self.app.push_screen(self._question, answered)

    @property
    def asks_to_leave(self) -> bool:
        """Whether the operator is being asked whether to end."""
        return self._question is not None

    def _count(self) -> None:
        """Show the line on the screen that is on top by now."""
        if (guarded := self.guarded) is None:
            return
        bars = self.app.screen.query(CountdownBar)
        if not bars:
            if self.app.screen.is_mounted:
                self.app.screen.mount(CountdownBar(self.spell))
            return
        if self._decision:
            bars.first().tell(f" {self._decision}   {visible(guarded.what)}")
        else:
            bars.first().count(visible(guarded.what), guarded.deadline - time.monotonic())

    async def _stop_counting(self) -> None:
        self.guarded = None
        if self._counter is not None:
            self._counter.stop()
        for screen in self.app.screen_stack:
            await screen.query(CountdownBar).remove()
        if self._question is not None and self._question is self.app.screen:
            await self._question.dismiss("")

    def on_guarding_unheard(self, message: Unheard) -> None:
        """Say that the guard didn't hear."""
        self.say(Field(f"{message.problem} Whether the change stands shows when its time is over.", "bad"))

    async def on_guarding_over(self, message: Over) -> None:
        """Say how a guarded change ended, and log what was taken back."""
        await self._stop_counting()
        if isinstance(message.ending, str):
            self.say(Field(message.ending, "bad"))
            return
        ending = message.ending
        line = ending_line(ending)
        self.say(line)
        if not self.is_current:
            self.complain(line.text)
        if ending.reverted is None:
            return
        self.services.check()
        entry = self.command_log.add(
            LogEntry(
                time=datetime.now(UTC),
                netns=self.where,
                what=f"taken back: {ending.what}",
                plan="",
                outcome=line.text.removeprefix(f"{visible(ending.what)}: "),
                verdict="reverted",
                undoes=ending.number,
            )
        )
        if ending.number is not None:
            self.command_log.mark_undone(ending.number, entry.number)
        # Over what is being typed no window opens by itself.
        if self.is_current and not isinstance(self.focused, Input):
            self.show_report("Taken back", ending_report(ending))

    def complain(self, complaint: str) -> None:
        """Tell what went wrong beside a change, such as a record that couldn't be written."""
        if complaint:
            self.app.notify(self.spell(complaint), severity="warning", markup=False)

    def ask_orphans(self) -> None:
        """Ask about changes that a killed console and its guard left behind."""
        left = self.services.left_over()
        if len(left.problems) == 1:
            self.say(Field(left.problems[0], "bad"))
        elif left.problems:
            self.show_report("What guards left behind can't all be read", list(left.problems))
        for orphan in left.orphans:
            self._ask_orphan(orphan)

    def _ask_orphan(self, orphan: Orphan) -> None:
        def answered(choice: str | None) -> None:
            if choice == "R":
                self.services.take_back(orphan, lambda ending: self.post_message(self.Over(ending)))
            elif choice == "K":
                self.complain(self.services.forget(orphan))

        keys = {"R": "take it back now", "K": "keep it as it is"}
        self.app.push_screen(
            ChoiceScreen("A change that nobody kept is still in force", orphan_lines(orphan), keys, self.spell),
            answered,
        )
