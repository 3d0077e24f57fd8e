"""One operator's sitting: everything that is true whether or not a screen is open."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tui.model.change.attribute import Harm
from tui.model.change.attributes import MTU, UP
from tui.model.change.log import Log, LogEntry, LogVerdict
from tui.model.change.outcome import sent_to, steps_taken, takes_back
from tui.model.change.past import Past
from tui.model.change.plan import Plan, ip_lines
from tui.model.change.progress import Progress
from tui.model.change.sample import Sample
from tui.model.change.settings import UNTOUCHED, Settings
from tui.model.change.shell import ip_move
from tui.model.change.undo import plan_undo
from tui.model.names.map import ip_delete
from tui.model.names.record import save_record
from tui.model.names.tree import tree_of
from tui.model.store import EMPTY
from tui.model.view.shown import Shown
from tui.model.wire.trace import WireTrace
from tui.netlink.fib import fib_size
from tui.session.change_runner import Result
from tui.session.earlier import earlier_sittings
from tui.session.question import Hindrance, Overtaken, Question, Undo
from tui.session.services import Services

if TYPE_CHECKING:
    from tui.guard.ending import Ending, GuardedChange
    from tui.guard.losses import Losses
    from tui.guard.orphans import Orphan
    from tui.model.change.move import Move
    from tui.model.change.removal import Deletion
    from tui.session.removal import RemovalResult

Work: TypeAlias = Callable[[], object]
"""Something to be done on the session's thread; what it returns is awaited there, if it can be."""


class Decision(Enum):
    """What becomes of the change that counts down."""

    KEEP = auto()
    TAKE_BACK = auto()


class Words(NamedTuple):
    """What the log says of a change; all of it is visible and ready to be shown."""

    what: str
    """What was asked."""
    plan: str
    """What it was to come to."""
    outcome: str
    """What happened."""


class Session:
    """Proposes, sends, books and undoes changes. All methods are for one thread, and don't block."""

    def __init__(self, services: Services, where: str = "", *, preset: int = 9000) -> None:
        """``where``: the place that is changed, in words; empty: this machine. ``preset``: an MTU in bytes."""
        self.services = services
        self.where = where
        self.preset = preset
        """The MTU, in bytes, that is set without being asked for; the last that was sent."""
        self.guard_ended: Callable[[Ending], object] = lambda _: None
        """Called when a guarded change has ended; whoever listens says so, and books what was taken back."""
        self._bring: Callable[[Work], object] = lambda work: work()
        now = datetime.now(UTC)
        self._began = now.replace(microsecond=now.microsecond // 1000 * 1000)  # records tell milliseconds
        self._log = Log()
        self._samples: list[Sample] = []
        self._trace: WireTrace | None = None
        self._last: Result | RemovalResult | None = None
        self._under_way: Plan | Deletion | Move | None = None
        self._told: tuple[Result | RemovalResult, Words] | None = None
        self._guarded: GuardedChange | None = None
        self._decision: Decision | None = None

    def start(self, notify: Work, bring: Callable[[Work], object]) -> None:
        """Follow the kernel. Both are called on other threads.

        ``notify``: there is something to look at; ``bring`` has something done on the session's thread.
        """
        self._bring = bring
        self.services.start(notify)

    def look(self) -> Shown:
        """Return what is known now, once the first full check is complete."""
        services = self.services
        if not services.health.checked_at:
            return Shown(EMPTY, services.names, {}, reading=True)
        snapshot = services.snapshot()
        names, protected = replace(services.names, devices=snapshot.links), services.protected(snapshot)
        return Shown(snapshot, names, protected, fib=fib_size())

    @property
    def at_once(self) -> Mapping[str, Settings]:
        """What the commands set that ask for no value, by their ids."""
        return {"up": Settings({UP: True}), "down": Settings({UP: False}), "preset_mtu": Settings({MTU: self.preset})}

    @property
    def log(self) -> Log:
        """Every change so far."""
        self.settle()
        return self._log

    def earlier(self) -> Iterator[Past]:
        """Yield what earlier sittings put on record, the newest first. For another thread: it blocks.

        Raises OSError, one sentence.
        """
        path = self.services.audit_path
        return iter(()) if path is None else earlier_sittings(path, self._began)

    @property
    def samples(self) -> Sequence[Sample]:
        """How long the changes took, oldest first."""
        self.settle()
        return self._samples

    @property
    def trace(self) -> WireTrace | None:
        """What went over the wire for the last change."""
        self.settle()
        return self._trace

    @property
    def last(self) -> Result | RemovalResult | None:
        """What became of the last change."""
        self.settle()
        return self._last

    @property
    def guarded(self) -> GuardedChange | None:
        """The last change, if it stands only if it is kept."""
        self.settle()
        return self._guarded

    @property
    def under_way(self) -> Plan | Deletion | Move | None:
        """The change whose outcome isn't told yet."""
        return self._under_way

    @property
    def counts_down(self) -> bool:
        """Whether a change waits to be kept or taken back."""
        return self.guarded is not None and self._decision is None

    @property
    def decision(self) -> Decision | None:
        """What the operator decided about the guarded change, as long as that isn't done."""
        return self._decision

    @property
    def unkept(self) -> GuardedChange | None:
        """The guarded change, if it is taken back once nobody is here any more."""
        return None if self._decision is Decision.KEEP else self.guarded

    @property
    def hindrance(self) -> Hindrance | None:
        """Why nothing can be changed now; None: something can."""
        if self.services.obstacle():
            return Hindrance.READ_ONLY
        if self.under_way is not None:
            return Hindrance.UNDER_WAY
        if self.counts_down:
            return Hindrance.COUNTS_DOWN
        return Hindrance.GUARD_AT_WORK if self.guarded is not None else None

    def weigh(self, question: Question, done: Callable[[Losses | str], object]) -> None:
        """Find out what a change would cut off; ``done`` hears that, or what went wrong."""
        self.services.weigh(question.plan, lambda lost: self._bring(lambda: done(lost)))

    def overtaken(self, plan: Plan) -> Overtaken:
        """Return who joined or left the groups since ``plan`` was shown, and whether others are below the parent."""
        intent = plan.intent
        if not intent.whole or intent.undoes is not None:
            return Overtaken()  # an undo looks for itself, right before it is sent
        if self.rearranged(plan):
            return Overtaken(renamed=True)
        if self.services.revision == intent.revision:
            return Overtaken()
        seen = {(index, link.name) for index, link in intent.members.items()}
        members = self.services.snapshot().together(intent.whole)
        now = {(index, link.name) for index, link in members.items()}
        return Overtaken(len(now - seen), len(seen - now))

    def rearranged(self, plan: Plan) -> bool:
        """Whether the name map has other groups below the parent than ``plan`` has; asks the file, no interface."""
        if not (intent := plan.intent).path:
            return False
        self.services.refresh_names()
        branch = tree_of(self.services.names).branch(intent.path)
        return branch is None or set(branch.group_ids) != set(intent.groups)

    def send(
        self,
        plan: Plan,
        title: str,
        done: Callable[[Result], object],
        complain: Callable[[str], object] = lambda _: None,
    ) -> Progress:
        """Carry a plan out, asking nothing any more; return how far it has come.

        ``title``: what was asked, in words. ``done`` hears what became of it, and tells it (`told`); ``complain`` hears
        why it isn't on record, one sentence.
        """
        pressed = time.monotonic()
        self.settle()
        self._under_way = plan
        progress = Progress(len(plan.intent.members))
        self.services.change(
            plan,
            title,
            pressed,
            progress,
            lambda result: self._bring(lambda: done(result)),
            lambda complaint: self._bring(lambda: complain(complaint)),
        )
        return progress

    def weigh_deletion(self, group_id: int, done: Callable[[Deletion | str], object]) -> None:
        """Work out what deleting a group's interfaces takes; ``done`` hears that, or what went wrong."""
        snapshot = self.services.snapshot()
        self.services.weigh_deletion(group_id, snapshot, lambda found: self._bring(lambda: done(found)))

    def weigh_move(self, group_id: int, netns: str, done: Callable[[Move | str], object]) -> None:
        """Work out what moving a group's interfaces to ``netns`` takes; ``done`` hears that, or what went wrong."""
        snapshot = self.services.snapshot()
        self.services.weigh_move(group_id, netns, snapshot, lambda found: self._bring(lambda: done(found)))

    def remove(
        self,
        removal: Deletion | Move,
        title: str,
        done: Callable[[RemovalResult], object],
        complain: Callable[[str], object] = lambda _: None,
    ) -> Progress:
        """Delete a group's interfaces, or move them away, asking nothing any more; the rest as for `send`."""
        pressed = time.monotonic()
        self.settle()
        self._under_way = removal
        progress = Progress(len(removal.members))
        self.services.remove(
            removal,
            title,
            pressed,
            progress,
            lambda result: self._bring(lambda: done(result)),
            lambda complaint: self._bring(lambda: complain(complaint)),
        )
        return progress

    def told(self, result: Result | RemovalResult, words: Words) -> None:
        """Take note that the outcome of a change is told.

        It is booked by `settle` once it is painted, or as soon as somebody asks for what is booked: that takes the
        longer the more members there are, and the operator waits for the outcome.
        """
        if isinstance(result, Result):
            outcome = result.outcome
            if outcome.reply.messages and outcome.intent.undoes is None:
                self.preset = (outcome.intent.alike or UNTOUCHED).get(MTU, self.preset)
        self._under_way = None
        self._told = result, words

    def settle(self) -> None:
        """Book the change whose outcome is told, if that isn't done."""
        if self._told is None:
            return
        (result, words), self._told = self._told, None
        self.services.outcome_shown()
        if isinstance(result, Result):
            self._settle_change(result, words)
        else:
            self._settle_removal(result, words)
        if result.sample is not None:
            self._samples.append(result.sample)
        self._last = result
        self._trace = result.trace or self._trace

    def _settle_removal(self, result: RemovalResult, words: Words) -> None:
        from tui.model.change.removed import Removed  # whoever sets something does without

        removed, names = result.removed, self.services.names
        reply = removed.reply
        if isinstance(removed, Removed):
            line, final = ip_delete(removed.deletion.group_id, names), "What is deleted can't be brought back."
        else:
            line, final = (
                ip_move(removed.move.group_id, removed.move.to.name, names),
                "What was moved away is brought back from there alone.",
            )
        self._book(
            words,
            removed.verdict,
            messages=reply.messages,
            size=reply.size,
            waited=reply.waited,
            lines=(line,),
            final=final,
        )

    def _settle_change(self, result: Result, words: Words) -> None:
        outcome, intent = result.outcome, result.outcome.intent
        number = self._book(
            words,
            outcome.verdict,
            messages=outcome.reply.messages,
            size=outcome.reply.size,
            waited=outcome.reply.waited,
            lines=tuple(ip_lines(sent_to(outcome), self.services.names)),
            steps=(*steps_taken(outcome), *result.followers),
            revision=outcome.sent.revision or intent.revision,
            undoes=intent.undoes,
        )
        if intent.undoes is not None and takes_back(outcome):
            self._log.mark_undone(intent.undoes, number)
        if result.guard is not None:
            from tui.guard.ending import GuardedChange

            self._guarded = guarded = GuardedChange(result.guard, number)
            self.services.await_ending(guarded, lambda ending: self._bring(lambda: self._ended(ending)))

    def undo(self, number: int) -> Undo | None:
        """Work out what takes a change of the log back; None: it isn't kept there."""
        if (entry := self.log.get(number)) is None:
            return None
        snapshot = self.services.snapshot()
        intent, found = plan_undo(number, entry.steps, entry.revision, snapshot)
        plan = None if intent is None else self.services.plan(intent, snapshot)
        harms = frozenset[Harm]().union(*(step.wanted.harm(step.before) for step in entry.steps))
        return Undo(number, plan, found, harms)

    def decide(self, decision: Decision, unheard: Callable[[str], object]) -> None:
        """Keep the change that counts down, or have it taken back; ``unheard`` hears why the guard didn't hear."""
        if self.counts_down and self._guarded is not None:
            self._decision = decision
            keep = decision is Decision.KEEP
            self.services.answer(self._guarded, keep, lambda problem: self._bring(lambda: unheard(problem)))

    def take_back(self, orphan: Orphan, failed: Callable[[str], object]) -> None:
        """Take back what a killed console left behind; `guard_ended` hears of it, ``failed`` why it can't be."""

        def ended(ending: Ending | str) -> None:
            self._bring(lambda: failed(ending) if isinstance(ending, str) else self._tell_end(ending))

        self.services.take_back(orphan, ended)

    def decide_other(self, path: Path, decision: Decision, failed: Callable[[str], object]) -> None:
        """Keep a change that another process made, or have it taken back; ``path``: its guard's record.

        `guard_ended` hears of it, ``failed`` why it can't be.
        """

        def ended(ending: Ending | str) -> None:
            self._bring(lambda: failed(ending) if isinstance(ending, str) else self._tell_end(ending))

        self.services.decide(path, decision is Decision.KEEP, ended)

    def book_reverted(self, ending: Ending, words: Words) -> None:
        """Log what was taken back unasked."""
        self.settle()
        number = self._book(words, "reverted", undoes=ending.number)
        if ending.number is not None:
            self._log.mark_undone(ending.number, number)

    def book_names(self, words: Words, changes: Sequence[str], *, saved: bool) -> str:
        """Put a save of the name map on record; return why that failed, one sentence, or "". ``changes``: its diff."""
        self.settle()
        self._book(words, "saved" if saved else "failed")
        return self.services.record(save_record(words.what, words.outcome, changes))

    def _book(self, words: Words, verdict: LogVerdict, **more: Any) -> int:
        """Add to the log; return the number there."""
        where = self.where or "this machine"
        entry = LogEntry(time=datetime.now(UTC), netns=where, verdict=verdict, **words._asdict(), **more)
        return self._log.add(entry).number

    def _ended(self, ending: Ending) -> object:
        self._guarded = self._decision = None
        return self._tell_end(ending)

    def _tell_end(self, ending: Ending) -> object:
        if ending.reverted is not None:
            self.services.check()
        return self.guard_ended(ending)
