"""A sitting without a screen: a verb of the command line proposes, sends and hears the outcome on its own thread."""

from __future__ import annotations

import time
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tui.files.audit import Audit
from tui.files.names.file import NameFile
from tui.model.change.plan import Plan
from tui.model.view.shown import Shown
from tui.session.change_runner import Result
from tui.session.services import Services
from tui.session.session import Session, Words, Work

if TYPE_CHECKING:
    from tui.model.change.move import Move
    from tui.model.change.removal import Deletion
    from tui.session.removal import RemovalResult

_PATIENCE = 60.0  # seconds for the first full check: 16,384 interfaces take a fifth of one


class Headless:
    """A running session; whoever makes it is its thread. Leaving waits until what was told is on record."""

    def __init__(self, names: NameFile, *, read_only: bool, audit: Audit, guard_timeout: float | None) -> None:
        """See `Services`. Raises OSError where there is no netlink."""
        self.services = Services(names, read_only, audit=audit, guard_timeout=guard_timeout)
        self.session = Session(self.services)
        self.complaint = ""
        """Why the change isn't on record, one sentence; empty: it is."""
        self._work: SimpleQueue[Work] = SimpleQueue()
        self._results: list[Result] = []
        self._removals: list[RemovalResult] = []
        self.session.start(lambda: None, self._work.put)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the session."""
        self.services.stop()
        self._do_what_came()

    def look(self) -> Shown:
        """Return what is there once all of it was read. Raises OSError if that doesn't come about."""
        end = time.monotonic() + _PATIENCE
        while (shown := self.session.look()).reading:
            if time.monotonic() > end:
                raise TimeoutError(f"The kernel didn't tell within {_PATIENCE:g} s what interfaces there are.")
            self._do(0.002)
        return shown

    def send(self, plan: Plan, title: str) -> Result:
        """Carry a plan out, asking nothing; return what became of it. ``title``: what was asked, in words.

        Raises KeyboardInterrupt only the second time; the first stops it between two batches.
        """
        progress = self.session.send(plan, title, self._results.append, self._complain)
        while not self._results:
            try:
                self._do(1.0)
            except KeyboardInterrupt:
                if progress.stop.is_set():
                    raise
                # What was sent must be told: it ends after the batch under way. Who insists gets his way.
                progress.stop.set()
        return self._results.pop()

    def remove(self, removal: Deletion | Move, title: str) -> RemovalResult:
        """Delete a group's interfaces, or move them away, asking nothing; return what became of it.

        ``title``: what was asked, in words. The kernel can't be stopped in one message: an interrupt stops it between
        two batches, or is put off until all is told.
        """
        progress = self.session.remove(removal, title, self._removals.append, self._complain)
        while not self._removals:
            try:
                self._do(1.0)
            except KeyboardInterrupt:
                progress.stop.set()
        return self._removals.pop()

    def book(self, result: Result | RemovalResult, words: Words) -> None:
        """Put what became of a plan on record."""
        self.session.told(result, words)
        self.session.settle()

    def _complain(self, complaint: str) -> None:
        self.complaint = complaint

    def _do(self, patience: float) -> None:
        """Do what other threads brought; wait for it so many seconds."""
        with suppress(Empty):
            self._work.get(timeout=patience)()

    def _do_what_came(self) -> None:
        while not self._work.empty():
            self._do(0)
