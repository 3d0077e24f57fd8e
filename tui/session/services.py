"""What the screens stand on, wired up: the monitor, the writer, the name map, the protected interfaces.

What only some need, of the guard and of the name map's editor, is loaded by who needs it: a verb of the command line
must start fast.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tui.files.audit import Audit
from tui.files.names.file import NameFile
from tui.guard.errors import GuardError
from tui.model.change.intent import Intent
from tui.model.change.plan import Plan, make_plan
from tui.model.change.progress import Progress
from tui.model.change.protect import protect
from tui.model.gate import Gate
from tui.model.health import Health
from tui.model.names.map import NameMap
from tui.model.store import Snapshot, Store
from tui.model.text import reason, visible
from tui.netlink.fib import fib_size
from tui.netlink.monitor import Monitor
from tui.netlink.route_news import RouteNews
from tui.netlink.routes import Carriers
from tui.netlink.wire import WireError
from tui.netlink.writer import Writer
from tui.session.change_runner import ChangeRunner, Result

if TYPE_CHECKING:
    from tui.guard.ending import Ending, GuardedChange
    from tui.guard.losses import Losses
    from tui.guard.orphans import Left, Orphan
    from tui.model.change.move import Move
    from tui.model.change.removal import Deletion
    from tui.session.name_editor import NameEditor
    from tui.session.others import Others
    from tui.session.removal import RemovalResult

Planned = TypeVar("Planned")
Made = TypeVar("Made", Result, "RemovalResult")

GUARD_TIMEOUT = 60.0
"""Seconds until a change that could lock the operator out is taken back, unless he says otherwise."""

_SHOWING = 1.0  # seconds that a record waits, at most, for the outcome to be on the screen
_RECORDING = 10.0  # seconds that the end waits, at most, for a record to be on the disk

__all__ = ["GUARD_TIMEOUT", "Result", "Services"]


class Services:
    """Lives as long as the console. All methods are for the screen's thread and don't block."""

    def __init__(
        self,
        names: NameFile,
        read_only: bool,
        *,
        audit: Audit | None = None,
        guard_timeout: float | None = GUARD_TIMEOUT,
        writer: Callable[[Gate], Writer] = Writer,
    ) -> None:
        """Open the writer; `start` starts the monitor. Raises OSError where there is no netlink.

        ``guard_timeout``: seconds until a change that could lock the operator out is taken back; None: no guard.
        ``writer``: opens the one that everything goes through.
        """
        self._names = names
        self._names.refresh()
        self._store = Store()
        self._dirty = False
        self._notify: Callable[[], object] = lambda: None
        self._ways = Carriers()
        self._carriers: dict[int, str] = {}
        self._route_news = RouteNews()
        self._asking = threading.Lock()
        self._shown = threading.Event()
        self._records: list[threading.Event] = []
        self._protected: tuple[object, dict[int, str]] = (None, {})
        self.gate = Gate(read_only)
        """What may be changed in this run at all."""
        self._writer = writer(self.gate)
        self._monitor = Monitor(self._store, self._mark, after_check=self._find_carriers)
        self._audit = audit or Audit(None)
        self._guard_timeout = guard_timeout
        self._runner = ChangeRunner(self._writer, self._monitor, self._store, self._audit, guard_timeout)

    def start(self, notify: Callable[[], object]) -> None:
        """Start following the kernel; ``notify`` is called on another thread whenever there is something to take."""
        self._notify = notify
        self._monitor.start()

    def stop(self) -> None:
        """End both threads."""
        self._monitor.stop()
        self._writer.close()
        if "others" in vars(self):
            self.others.close()
        # What was told must be on record before we are gone.
        self._shown.set()
        for record in list(self._records):
            record.wait(_RECORDING)
        with self._asking:
            self._route_news.close()

    @cached_property
    def others(self) -> Others:
        """Changes that others made and nobody has decided."""
        from tui.session.others import Others

        return Others()

    @property
    def names(self) -> NameMap:
        """The name map as last read."""
        return self._names.names

    @property
    def names_problem(self) -> str:
        """What was wrong with the name map, one sentence; empty: nothing."""
        return self._names.problem

    @property
    def audit_path(self) -> Path | None:
        """The audit file; None: nothing is put on record."""
        return self._audit.path

    @property
    def record_problem(self) -> str:
        """Why no change will be on record in the audit file, one sentence; empty: it will, or none can be made."""
        return "" if self.gate.obstacle() else self._audit.obstacle()

    def refresh_names(self) -> bool:
        """Read the name map again if it changed; return whether it did, and note that there is something to take in."""
        if not self._names.refresh():
            return False
        self._mark()
        return True

    def edit_names(self) -> NameEditor:
        """Begin to edit the name map. Raises NameFileError."""
        from tui.session.name_editor import NameEditor

        return NameEditor(self._names.explicit, self.gate)

    @property
    def dirty(self) -> bool:
        """Whether there is something to take in."""
        return self._dirty

    def take_dirty(self) -> bool:
        """Return whether anything changed since the last call. Lowered before a snapshot is taken, never after."""
        dirty, self._dirty = self._dirty, False
        return dirty

    @property
    def health(self) -> Health:
        """How far what we show can be trusted."""
        return self._monitor.health

    def obstacle(self) -> str:
        """Return why nothing can be changed now, one sentence; empty if it can."""
        return self._writer.obstacle()

    def check(self) -> None:
        """Ask for a full check."""
        self._monitor.check()

    @property
    def revision(self) -> int:
        """The store's revision."""
        return self._store.revision

    def snapshot(self) -> Snapshot:
        """Return what is known now."""
        return self._store.snapshot()

    def protected(self, snapshot: Snapshot) -> Mapping[int, str]:
        """Return why interfaces are protected, by ifindex."""
        key = (snapshot.revision, self._carriers)
        if self._protected[0] != key:
            self._protected = (key, protect(snapshot, self._carriers))
        return self._protected[1]

    def plan(self, intent: Intent, snapshot: Snapshot) -> Plan:
        """Work out what an intent takes."""
        return make_plan(intent, self.protected(snapshot), self.names, fib_size())

    def change(
        self,
        plan: Plan,
        title: str,
        pressed: float,
        progress: Progress,
        done: Callable[[Result], object],
        complain: Callable[[str], object] = lambda _: None,
    ) -> None:
        """Carry a plan out on a thread of its own; ``done`` is called there with what became of it.

        ``title``: what was asked, in words; ``pressed``: when the key was pressed that sent it (`time.monotonic`).
        It is put on record after that, once it is shown (see `outcome_shown`); ``complain`` is called there if that
        failed, with one sentence.
        """

        def run(told: Callable[[Result], object]) -> Result:
            return self._runner.carry_out(plan, title, pressed, progress, self.risk_now, told)

        self._carry_out(run, done, complain)

    def remove(
        self,
        removal: Deletion | Move,
        title: str,
        pressed: float,
        progress: Progress,
        done: Callable[[RemovalResult], object],
        complain: Callable[[str], object] = lambda _: None,
    ) -> None:
        """Delete a group's interfaces, or move them away, on a thread of its own; the rest as for `change`."""
        from tui.session.removal import RemovalRunner

        runner = RemovalRunner(self._writer, self._monitor, self._store, self._audit, self.risks)

        def run(told: Callable[[RemovalResult], object]) -> RemovalResult:
            return runner.carry_out(removal, title, pressed, progress, told)

        self._carry_out(run, done, complain)

    def _carry_out(
        self,
        run: Callable[[Callable[[Made], object]], Made],
        done: Callable[[Made], object],
        complain: Callable[[str], object],
    ) -> None:
        recorded = threading.Event()

        def told(result: Made) -> None:
            self._records.append(recorded)
            self._shown.clear()
            done(result)
            # The record of thousands takes the interpreter from the screen, which tells what the operator waits for.
            self._shown.wait(_SHOWING)

        def work() -> None:
            result = run(told)
            recorded.set()
            self._records.remove(recorded)
            if result.complaint:
                complain(result.complaint)

        self._aside("change", work)

    def outcome_shown(self) -> None:
        """Take note that what became of the last change is on the screen."""
        self._shown.set()

    def weigh_deletion(self, group_id: int, snapshot: Snapshot, done: Callable[[Deletion | str], object]) -> None:
        """Work out what deleting a group's interfaces takes; ``done`` is called on another thread, with that or what
        went wrong."""
        from tui.session.removal import plan_deletion

        self._weigh(lambda: plan_deletion(snapshot, group_id, self.protected(snapshot)), done)

    def weigh_move(self, group_id: int, netns: str, snapshot: Snapshot, done: Callable[[Move | str], object]) -> None:
        """Work out what moving a group's interfaces takes; the rest as for `weigh_deletion`."""
        from tui.session.move import plan_move

        self._weigh(lambda: plan_move(snapshot, group_id, netns, self.protected(snapshot)), done)

    def _weigh(self, plan: Callable[[], Planned], done: Callable[[Planned | str], object]) -> None:
        def work() -> None:
            try:
                done(plan())
            except (OSError, WireError) as error:
                done(visible(reason(error)))

        self._aside("weigh", work)

    def weigh(self, plan: Plan, done: Callable[[Losses | str], object]) -> None:
        """Find out what a change would cut off; ``done`` is called on another thread, with that or what went wrong."""

        from tui.guard.losses import losses

        def work() -> None:
            try:
                done(losses(plan.steps, self.snapshot().links))
            except (OSError, WireError) as error:
                done(reason(error))

        self._aside("weigh", work)

    def await_ending(self, guarded: GuardedChange, done: Callable[[Ending], object]) -> None:
        """Have ``done`` called, on another thread, when a guarded change has ended."""
        self._aside("guard-end", lambda: done(guarded.await_ending()))

    def answer(self, guarded: GuardedChange, keep: bool, failed: Callable[[str], object]) -> None:
        """Tell a guard what the operator decided; ``failed`` is called on another thread, with a sentence."""

        def tell() -> None:
            if problem := guarded.answer(keep=keep):
                failed(problem)
            elif keep and guarded.kept_here:
                self.record({"event": "keep", "what": visible(guarded.what)})

        self._aside("guard-answer", tell)

    def left_over(self) -> Left:
        """Return the changes that killed consoles left behind here."""
        from tui.guard.orphans import left_over

        return left_over()

    def forget(self, orphan: Orphan) -> str:
        """Let such a change stand; return what went wrong, one sentence, or ""."""
        from tui.guard.ending import forget

        try:
            forget(orphan)
        except GuardError as error:
            return str(error)
        return self.record({"event": "keep", "what": visible(orphan.what)})

    def take_back(self, orphan: Orphan, done: Callable[[Ending | str], object]) -> None:
        """Take such a change back; ``done`` is called on another thread, with what came of it or what went wrong."""

        from tui.guard.ending import take_back

        def work() -> None:
            try:
                if why := self.gate.obstacle():
                    raise GuardError(f"Nothing was taken back: ifgroup was {why}.")
                done(take_back(orphan, self._audit))
            except GuardError as error:
                done(str(error))

        self._aside("take-back", work)

    def decide(self, path: Path, keep: bool, done: Callable[[Ending | str], object]) -> None:
        """Keep a change that another process made, or have it taken back; ``path``: its guard's record.

        ``done`` is called on another thread, with what came of it or what went wrong.
        """
        from tui.guard.pending import decide, find

        def work() -> None:
            try:
                done(decide(find(path), keep=keep, audit=self._audit, gate=self.gate))
            except GuardError as error:
                done(str(error))

        self._aside("decide", work)

    def record(self, record: Mapping[str, object]) -> str:
        """Put something else than a change on record; return why that failed, one sentence, or ""."""
        return self._audit.write(record)

    @property
    def guard_timeout(self) -> float | None:
        """Seconds until a change that could lock the operator out is taken back; None: there is no guard."""
        return self._guard_timeout

    def _aside(self, name: str, work: Callable[[], object]) -> None:
        threading.Thread(target=work, name=name, daemon=True).start()

    def risk_now(self, plan: Plan) -> Mapping[int, str]:
        """Look at the routes once more right before sending; return which members carry the way here by now.

        Nothing here grows with the members, nor with their routes.
        """
        now = self.risks(self.snapshot())
        return {index: reason for index, reason in now.items() if index in plan.intent.members}

    def risks(self, snapshot: Snapshot) -> Mapping[int, str]:
        """Look at the routes once more; return why interfaces are protected by now, by ifindex."""
        self._find_carriers(anew=False)
        return protect(snapshot, self._carriers)

    def _find_carriers(self, anew: bool = True) -> str:
        """Find out who carries us; return what could not be asked for.

        ``anew``: ask for the default routes even if the kernel told of no new one.
        """
        with self._asking:
            # In this order: news that comes during the dump stays for the next time.
            found = self._ways.find(routes=self._route_news.heard() or anew)
        if found != self._carriers:
            self._carriers = found
            self._mark()
        return self._ways.problem

    def _mark(self) -> None:
        if not self._dirty:
            self._dirty = True
            self._notify()
