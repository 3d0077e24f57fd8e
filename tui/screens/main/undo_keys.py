"""The way back: the command log, undo, and the countdown of a change that could lock the operator out."""

from datetime import UTC, datetime

from tui.model.change.attributes import UP
from tui.model.change.log import Log, LogEntry
from tui.model.change.outcome import sent_to, steps_taken, takes_back
from tui.model.change.plan import ip_lines
from tui.model.change.reversal import Reversal
from tui.model.change.sample import Sample
from tui.model.change.shell import shortened
from tui.model.change.undo import plan_undo
from tui.model.text import plural, visible
from tui.model.wire.trace import WireTrace
from tui.present.change import asked, effort, outcome_line, transition
from tui.present.words import Field, some
from tui.screens.dialogs.choice import ChoiceScreen
from tui.screens.dialogs.copying import copy
from tui.screens.log import LogScreen
from tui.screens.main.guard_keys import Guarding
from tui.session.change_runner import Result


class Undoing(Guarding):
    """What the keys z, l and y do."""

    def __init__(self) -> None:
        """Start with an empty log."""
        super().__init__()
        self.command_log = Log()
        self.samples: list[Sample] = []
        """How long the changes of this session took, oldest first."""
        self.trace: WireTrace | None = None
        """What went over the wire for the last change."""

    def ended(self, result: Result) -> None:
        """Log a change; if it is guarded, count down."""
        names, intent, outcome = self.services.names, result.outcome.intent, result.outcome
        preview = result.plan.preview
        entry = self.command_log.add(
            LogEntry(
                time=datetime.now(UTC),
                netns=self.where,
                what=asked(intent, names),
                plan=f"{transition(preview, names)}, {effort(preview)}",
                outcome=outcome_line(outcome, names).text.removeprefix(f"{asked(intent, names)}: "),
                verdict=outcome.verdict,
                messages=outcome.reply.messages,
                size=outcome.reply.size,
                waited=outcome.reply.waited,
                lines=tuple(ip_lines(sent_to(outcome), names)),
                steps=(*steps_taken(outcome), *result.followers),
                revision=outcome.sent.revision or intent.revision,
                undoes=intent.undoes,
            )
        )
        if intent.undoes is not None and takes_back(outcome):
            self.command_log.mark_undone(intent.undoes, entry.number)
        if result.sample is not None:
            self.samples.append(result.sample)
        self.trace = result.trace or self.trace
        if result.guard is not None:
            self.count_down(result.guard, entry)

    def names_saved(self, path: str, changes: list[str], problem: str) -> None:
        """Put a save of the name map on record. ``problem``: why it failed, one sentence; empty: it is saved."""
        added = sum(line.startswith("+") for line in changes)
        removed = sum(line.startswith("-") for line in changes)
        entry = LogEntry(
            time=datetime.now(UTC),
            netns=self.where,
            what=f"name map {visible(path)}",
            plan=f"{plural(added, 'line')} added, {removed} removed",
            outcome=problem or "saved",
            verdict="failed" if problem else "saved",
        )
        self.command_log.add(entry)
        record = {"event": "save", "what": entry.what, "outcome": entry.outcome, "diff": changes}
        self.complain(self.services.record(record))

    def action_undo(self) -> None:
        """Take the last change back."""
        if self.is_repeat("undo") or not self.ready():
            return
        if (entry := self.command_log.last_undoable()) is None:
            self.say(Field("There is nothing to undo: no change of this session that still stands.", "warn"))
        else:
            self._undo(entry)

    def action_log(self) -> None:
        """Show every change so far; undo one of them."""
        self.settle()

        def chosen(number: int | None) -> None:
            if number is not None and (entry := self.command_log.get(number)) and self.ready():
                self._undo(entry)

        self.app.push_screen(LogScreen(self.command_log, self.spell, self.ascii), chosen)

    def action_copy(self) -> None:
        """Ask which key's `ip` lines are wanted; copy and show them."""
        self.settle()
        if (chosen := self.aimed()) is None:
            return
        plans = {key: self.picture.plan(settings, chosen) for key, settings in self.picture.at_once.items()}
        lines = {key: ip_lines(plan.intent, self.picture.names) for key, plan in plans.items()}
        if self.command_log.entries:
            lines["l"] = list(self.command_log.entries[-1].lines)
        shown = [f"{key}   {shortened(line, 200)}" for key, all_of_it in lines.items() for line in all_of_it[:3]]

        def answered(key: str | None) -> None:
            if key:
                copy(self.app, lines[key], self.spell)

        meanings = {key: f"what {key} would do" for key in plans} | ({"l": "the last change"} if "l" in lines else {})
        self.app.push_screen(ChoiceScreen("Copy the `ip` lines of", shown, meanings, self.spell), answered)

    def _undo(self, entry: LogEntry) -> None:
        snapshot = self.services.snapshot()
        intent, found = plan_undo(entry.number, entry.steps, entry.revision, snapshot)
        left = _left_alone(found)
        if intent is None:
            why = " ".join(left) or "all is as it was before."
            self.say(Field(f"Nothing of change {entry.number} can be undone: {why}", "warn"))
        else:
            if any(step.wanted.get(UP) is False for step in entry.steps):
                left.append("Routes and IPv6 addresses that went when they went down don't come back by this.")
            self.confirm(self.services.plan(intent, snapshot), left)


def _left_alone(found: Reversal) -> list[str]:
    """Return who is not touched by an undo, and why, a sentence each."""
    left = []
    if found.changed_since:
        left.append(f"Left alone, since somebody else changed them meanwhile: {some(found.changed_since, 8)}.")
    if found.gone:
        left.append(f"Gone, or called otherwise now: {some(found.gone, 8)}.")
    return left
