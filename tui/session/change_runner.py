"""Carries a plan out: guard armed, sent, read back, put on record. On a thread of its own."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.files.audit import Audit
from tui.guard.dependants import dependants, is_bridge, nobody_follows
from tui.guard.errors import GuardError, HeldError
from tui.model.change.audit import change_record
from tui.model.change.intent import Intent
from tui.model.change.outcome import Outcome, Reply, steps_taken
from tui.model.change.plan import Plan
from tui.model.change.progress import Progress
from tui.model.change.reversal import Step
from tui.model.change.sample import Sample
from tui.model.change.still import lost_master, steps_now, still_so, still_whole
from tui.model.link import Link
from tui.model.store import Snapshot, Store
from tui.model.wire.trace import WireTrace
from tui.netlink.change_group import change_group
from tui.netlink.change_links import change_links
from tui.netlink.dump import StoppedError
from tui.netlink.monitor import Monitor
from tui.netlink.read_back import ack_deadline
from tui.netlink.tracer import Tracer
from tui.netlink.writer import Writer

if TYPE_CHECKING:
    from tui.guard.client import Guard

_TRIES = 3  # of arming a guard while others change what it is to guard


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a plan."""

    plan: Plan
    outcome: Outcome
    guard: Guard | None = None
    """It takes the change back unless it is told to keep it."""
    followers: tuple[Step, ...] = ()
    """Links that change along with the members, such as those on top of one that gets a smaller MTU."""
    sample: Sample | None = None
    """How long it took; None: nothing was sent, or it wasn't answered or read back."""
    trace: WireTrace | None = None
    """What went over the wire; None: nothing was sent."""
    armed: bool = False
    """Whether there was a guard, even if it had nothing to guard in the end."""
    complaint: str = ""
    """Why the change isn't on record in the audit file, one sentence; empty: it is."""


class _UnseenError(Exception):
    """Nothing was sent, since what is there now can't be learnt; the text is a clause."""


class ChangeRunner:
    """Makes one change at a time."""

    def __init__(
        self, writer: Writer, monitor: Monitor, store: Store, audit: Audit, guard_timeout: float | None
    ) -> None:
        """``guard_timeout``: seconds until a change that could lock the operator out is taken back; None: no guard."""
        self._writer = writer
        self._monitor = monitor
        self._store = store
        self._audit = audit
        self._guard_timeout = guard_timeout

    def carry_out(
        self,
        plan: Plan,
        title: str,
        pressed: float,
        progress: Progress,
        risk_now: Callable[[Plan], Mapping[int, str]],
        told: Callable[[Result], object] = lambda _: None,
    ) -> Result:
        """Make the change, put it on record, and return what became of it; never raises.

        ``title``: what was asked, in words; ``pressed``: when the key was pressed that sent it (`time.monotonic`).
        ``risk_now`` asks anew which members carry the way to this machine: routes may have moved while the operator
        looked. ``told`` is called before the change is put on record, which takes as long as the rest: nobody is to
        wait for that.
        """
        result = self._carry_out(plan, title, pressed, progress, risk_now)
        told(result)
        record = change_record(title, result.outcome, guarded=result.armed, links=self._store.snapshot().links)
        return replace(result, complaint=self._audit.write(record))

    def _carry_out(
        self,
        plan: Plan,
        title: str,
        pressed: float,
        progress: Progress,
        risk_now: Callable[[Plan], Mapping[int, str]],
    ) -> Result:
        guard: Guard | None = None
        tracer = Tracer.before(self._writer, self._monitor)
        try:
            if not plan.preview.needs_name and risk_now(plan):
                return _refused(plan, "by now it carries the way to this machine; look again, then press")
            if plan.preview.endangered and plan.preview.changing and self._guard_timeout is not None:
                guard = self._arm(plan, title, self._guard_timeout)
            before = self._store.snapshot().links
            outcome = self._change(plan.intent, plan.preview.estimate.seconds, progress, guard)
            # Not before the message: it looks at every interface.
            followers = _followers(outcome, before)
        except HeldError as error:
            return _refused(plan, str(error).rstrip("."))
        except GuardError as error:
            return _refused(plan, str(error).rstrip(".") + "; `--no-guard` does without")
        except _UnseenError as error:
            _dismiss(guard)
            return _refused(plan, str(error))
        except Exception as error:
            # Whatever failed, the operator hears of it; a change without an outcome is the worst of all.
            followers = ()
            reply = Reply(None, f"{type(error).__name__}: {error}", 1, 0, 0.0)
            outcome = Outcome(plan.intent, reply, checked=False)
        trace = tracer.after(title, pressed, outcome, len(self._store.snapshot().links))
        sample = _sample(plan, title, pressed, outcome)
        result = Result(plan, outcome, guard, followers, sample, trace, armed=guard is not None)
        if guard is None:
            return result
        if outcome.verdict in ("refused", "nothing", "failed") and not outcome.changed:
            _dismiss(guard)
            return replace(result, guard=None)
        with contextlib.suppress(GuardError):
            # If it has died by now: who waits for its end sees that, and does its work.
            guard.sent()
        return result

    def _arm(self, plan: Plan, title: str, timeout: float) -> Guard:
        """Arm a guard of what the members are right before the change. Raises GuardError, _UnseenError."""
        # Most verbs of the command line need none, and must start fast.
        from tui.guard.client import Guard

        wait = ack_deadline(len(plan.intent.members), plan.preview.estimate.seconds) * 2
        for _ in range(_TRIES):
            seen = self._latest(plan.intent)
            guard = Guard.arm(
                steps_now(plan.intent, seen),
                timeout=timeout,
                change_wait=wait,
                audit=self._audit.path,
                journal=bool(self._audit.sockets),
                what=title,
            )
            # To arm it takes a while: who changes something meanwhile must get that back, not what was before.
            armed = False
            try:
                armed = still_so(guard.order.steps, seen.revision, self._check())
            finally:
                if not armed:
                    _dismiss(guard)
            if armed:
                return guard
        raise GuardError("Somebody else keeps changing these interfaces; nothing was sent.")

    def _change(self, intent: Intent, estimate: float, progress: Progress, guard: Guard | None) -> Outcome:
        if intent.undoes is not None:
            intent = self._undo_now(intent)
        if why := lost_master(intent, self._store.snapshot()):
            raise _UnseenError(why)
        writer, monitor, snapshot = self._writer, self._monitor, self._store.snapshot
        if intent.whole and _gone(guard):
            raise GuardError("The guard ended before the change was sent; nothing was sent.")
        deadline = ack_deadline(len(intent.members), estimate)
        if intent.group_id is not None:
            return change_group(intent, writer, monitor, snapshot, deadline)
        if intent.groups and not intent.alone:
            from tui.netlink.change_groups import change_groups  # a script seldom changes several

            return change_groups(intent, writer, monitor, snapshot, deadline)
        change = change_links
        if intent.groups:
            from tui.netlink.change_mixed import change_mixed

            change = change_mixed
        return change(intent, writer, monitor, self._known(progress, guard), progress, estimate)

    def _undo_now(self, intent: Intent) -> Intent:
        """Return an undo as it stands at this moment: a group message only if that touches nothing of others.

        The kernel is asked, since it doesn't tell of every retag. Single interfaces are looked at before each batch.
        """
        return still_whole(intent, self._latest(intent))

    def _latest(self, intent: Intent) -> Snapshot:
        """Return what is known by now; for an undo, what the kernel says. Raises _UnseenError."""
        return self._store.snapshot() if intent.undoes is None else self._check()

    def _check(self) -> Snapshot:
        """Return what is known after a full check. Raises _UnseenError."""
        try:
            return self._monitor.check().result(ack_deadline(len(self._store.snapshot().links)))
        except (FutureTimeoutError, StoppedError) as error:
            raise _UnseenError("the kernel didn't tell in time what the interfaces are now") from error

    def _known(self, progress: Progress, guard: Guard | None) -> Callable[[], Snapshot]:
        """Return how to ask what is known of the interfaces; made certain first if events may have been lost."""
        if self._monitor.health.state != "live":
            self._check()

        def known() -> Snapshot:
            if _gone(guard):
                # This console was stopped for so long that its guard has taken the first batches back.
                progress.stop.set()
            return self._store.snapshot()

        return known


def _refused(plan: Plan, why: str) -> Result:
    return Result(plan, Outcome(plan.intent, Reply(0, why, 0, 0, 0.0), checked=False))


def _followers(outcome: Outcome, before: Mapping[int, Link]) -> tuple[Step, ...]:
    """Return what changed along with the members; ``before``: all interfaces as they were before the change."""
    if nobody_follows(before):
        return ()
    # A bridge follows its ports by itself, as long as nobody sets its MTU.
    return tuple(step for step in dependants(steps_taken(outcome), before) if not is_bridge(step))


def _dismiss(guard: Guard | None) -> None:
    """Send a guard away that has nothing to guard."""
    if guard is not None:
        with contextlib.suppress(GuardError):
            guard.keep()


def _gone(guard: Guard | None) -> bool:
    """Whether there was a guard and it guards no more."""
    return guard is not None and (guard.ended is not None or guard.reverting)


def _sample(plan: Plan, title: str, pressed: float, outcome: Outcome) -> Sample | None:
    reply, members = outcome.reply, plan.intent.members
    if not reply.messages or reply.errno is None or not outcome.checked:
        return None
    return Sample(
        what=title,
        operation=plan.intent.operation,
        links=len(members),
        up=sum(link.is_up for link in members.values()),
        whole_group=plan.intent.group_id is not None,
        messages=reply.messages,
        sent=reply.sent_at - pressed,
        acked=reply.sent_at + reply.waited - pressed,
        seen=time.monotonic() - pressed,
    )
