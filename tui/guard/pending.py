"""Changes that wait to be kept, whoever made them: found, and decided by a process that doesn't count down for them."""

import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tui.files.audit import Audit
from tui.guard.client import ARM_WAIT, here
from tui.guard.ending import Ending, forget, take_back
from tui.guard.errors import GuardError
from tui.guard.orphans import Orphan
from tui.guard.record import Record
from tui.guard.state import undecided
from tui.guard.visit import DoorClosedError, Visit
from tui.model.gate import Gate
from tui.model.text import visible

_GOING = 2.0  # seconds that a guard may take, at most, from taking its door away to its end
_LOOK = 0.01


@dataclass(frozen=True, slots=True)
class Pending:
    """A change that is neither kept nor taken back."""

    path: Path
    """Its record."""
    record: Record
    guarded: bool
    """Whether a guard lives; else a killed console and guard left it behind."""

    @property
    def id(self) -> str:
        """What it is called by: harmless."""
        return visible(self.path.stem)

    @property
    def left(self) -> float:
        """Seconds until it is taken back; below 0: its guard is late, or dead."""
        return (self.record.deadline - datetime.now(UTC)).total_seconds()

    @property
    def orphan(self) -> Orphan:
        """The same, without its guard."""
        return Orphan(self.path, self.record.what, self.record.when, self.record.order)


def pending() -> list[Pending]:
    """Return the undecided changes of this netns, oldest first."""
    found = (Pending(path, record, guarded) for path, record, guarded in undecided())
    return sorted(found, key=lambda one: (one.record.when, one.id))


def find(path: Path) -> Pending:
    """Return the change of that record. Raises GuardError, one sentence, if it isn't undecided any more."""
    for change in pending():
        if change.path == path:
            return change
    raise GuardError(_gone(visible(path.stem)))


def decide(change: Pending, *, keep: bool, audit: Audit, gate: Gate, patience: float = ARM_WAIT) -> Ending:
    """Keep a change or have it taken back; return how it ended: maybe otherwise, right before its guard heard of this.

    Its guard does it; where none lives, we do. ``audit``: where that, and a keep, is put on record; ``patience``:
    seconds for a guard to answer. Blocks. Raises GuardError, one sentence.
    """
    if why := gate.obstacle():
        raise GuardError(f"Nothing was {'kept' if keep else 'taken back'}: ifgroup was {why}.")
    if change.guarded:
        try:
            return _ask(change, keep, audit, patience)
        except DoorClosedError:
            _await_end(change)
    if not keep:
        return take_back(change.orphan, audit)
    forget(change.orphan)
    return _kept(change, audit, "")


def _ask(change: Pending, keep: bool, audit: Audit, patience: float) -> Ending:
    members = 0 if change.record.order is None else len(change.record.order.steps)
    try:
        with closing(Visit(change.path)) as visit:
            ended, heeded = visit.decide(keep, here(), patience + members / 1000)
    except DoorClosedError:
        raise
    except GuardError as error:
        stuck = f"(pid {change.record.pid}; is it stopped?)"
        raise GuardError(f"{error} {stuck}: {change.id} is as undecided as before.") from error
    if heeded and keep:
        return _kept(change, audit, ended.problem)
    by = "" if heeded else ended.by
    return Ending(change.record.what, None, ended.kept, ended.reverted, problem=ended.problem, by=by)


def _await_end(change: Pending) -> None:
    """Return if its guard died, so that the change is ours. Raises GuardError if it was decided, or can't be."""
    until = time.monotonic() + _GOING
    while time.monotonic() < until:
        now = next((one for one in pending() if one.path == change.path), None)
        if now is None:
            raise GuardError(_gone(change.id))
        if not now.guarded:
            return
        time.sleep(_LOOK)
    raise GuardError(
        f"The guard of {change.id} (pid {change.record.pid}) hears its own console alone; SIGTERM makes it take the "
        "change back."
    )


def _gone(name: str) -> str:
    return f"{name} was decided right before this: `ifgroup log` tells by whom, and how."


def _kept(change: Pending, audit: Audit, problem: str) -> Ending:
    complaint = audit.write({"event": "keep", "what": visible(change.record.what), "id": change.id})
    return Ending(change.record.what, None, kept=True, problem=" ".join(filter(None, (problem, complaint))))
