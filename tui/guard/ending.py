"""What follows a guarded change: kept, taken back, or taken back by this console because its guard died."""

import os
import signal
import time
from dataclasses import dataclass, replace

from tui.files.audit import Audit
from tui.guard.client import Guard
from tui.guard.errors import GuardError
from tui.guard.order import Reverted
from tui.guard.orphans import Orphan
from tui.guard.place import discard
from tui.guard.revert import revert_now

_GRACE = 10.0  # seconds past the deadline in which a guard must have begun


@dataclass(frozen=True, slots=True)
class Ending:
    """How a guarded change ended."""

    what: str
    """The change, in the operator's words; unsafe to show before `visible`."""
    number: int | None
    """Its number in the command log; None: it is from before this console."""
    kept: bool = False
    reverted: Reverted | None = None
    """What was taken back, and why."""
    died: bool = False
    """The guard died, and this console did its work."""
    problem: str = ""
    """What went wrong beside, one sentence; empty: nothing."""
    by: str = ""
    """Who kept it or had it taken back, harmless; empty: the operator of this process, or nobody."""


class GuardedChange:
    """A change that stands only if the operator keeps it."""

    def __init__(self, guard: Guard, number: int) -> None:
        """``guard`` was told that the change was sent; ``number``: the change's in the command log."""
        self.guard = guard
        self._number = number
        self._keeping = False

    @property
    def deadline(self) -> float:
        """When it is taken back (`time.monotonic`)."""
        return self.guard.deadline

    @property
    def what(self) -> str:
        """The change, in the operator's words."""
        return self.guard.order.what

    @property
    def kept_here(self) -> bool:
        """Once the operator has decided to keep it: whether that came in time, and before anybody else did."""
        ended = self.guard.ended
        return not self.guard.reverting and (ended is None or not (ended.by or ended.reverted))

    def await_ending(self) -> Ending:
        """Wait until the guard has ended; do its work if it died, or never began. Blocks while it counts down."""
        guard = self.guard
        ended = guard.wait(max(0.0, guard.deadline - time.monotonic()) + _GRACE)
        if ended is None and not guard.reverting:
            # Stopped, or stuck: it must not wake up later and take back what has been taken back by then.
            os.kill(guard.pid, signal.SIGKILL)
        ended = guard.wait()
        if ended is not None and not ended.died:
            return Ending(self.what, self._number, ended.kept, ended.reverted, problem=ended.problem, by=ended.by)
        if self._keeping:
            discard(guard.path)
            return Ending(self.what, self._number, kept=True, problem="Its guard had died.")
        return Ending(self.what, self._number, reverted=guard.take_over(), died=True)

    def answer(self, *, keep: bool) -> str:
        """Tell the guard what the operator decided; return why it didn't hear, one sentence, or "". Blocks.

        Whatever became of it, `await_ending` tells.
        """
        self._keeping = keep
        try:
            if keep:
                self.guard.keep()
            else:
                self.guard.revert()
        except GuardError as error:
            return "" if self.guard.ended is not None or self.guard.reverting else str(error)
        return ""


def take_back(orphan: Orphan, audit: Audit) -> Ending:
    """Take back what a console and its guard left behind when both were killed. Blocks. Raises GuardError.

    ``audit``: where this console puts what it does on record.
    """
    if orphan.order is None:
        raise GuardError("Another version of ifgroup wrote its record: look at the interfaces and set them by hand.")
    with orphan.claimed():
        order = replace(orphan.order, audit=audit.path, journal=bool(audit.sockets))
        reverted = revert_now(order, "the operator asked for it")
        orphan.forget()
    return Ending(orphan.what, None, reverted=reverted)


def forget(orphan: Orphan) -> None:
    """Let it stand. Raises GuardError."""
    with orphan.claimed():
        orphan.forget()
