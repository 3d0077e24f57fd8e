"""What the screens stand on, wired up: the monitor, the writer, the name map, the protected interfaces."""

import threading
from collections.abc import Callable, Mapping

from tui.files.names import NameFile
from tui.model.health import Health
from tui.model.names import NameMap
from tui.model.outcome import Outcome, Reply
from tui.model.plan import Intent, Plan, make_plan
from tui.model.protect import protect
from tui.model.store import Snapshot, Store
from tui.name_editor import NameEditor
from tui.netlink.actions import change_group
from tui.netlink.monitor import Monitor
from tui.netlink.routes import carriers
from tui.netlink.writer import Writer


class Services:
    """Lives as long as the console. All methods are for the screen's thread and don't block."""

    def __init__(self, names: NameFile, read_only: bool) -> None:
        """Open the writer; `start` starts the monitor. Raises OSError where there is no netlink."""
        self._names = names
        self._names.refresh()
        self._store = Store()
        self._dirty = False
        self._notify: Callable[[], object] = lambda: None
        self._carriers: dict[int, str] = {}
        self._protected: tuple[object, dict[int, str]] = (None, {})
        self._writer = Writer(read_only)
        self._monitor = Monitor(self._store, self._mark, after_check=self._find_carriers)

    def start(self, notify: Callable[[], object]) -> None:
        """Start following the kernel; ``notify`` is called on another thread whenever there is something to take."""
        self._notify = notify
        self._monitor.start()

    def stop(self) -> None:
        """End both threads."""
        self._monitor.stop()
        self._writer.close()

    @property
    def names(self) -> NameMap:
        """The name map as last read."""
        return self._names.names

    @property
    def names_problem(self) -> str:
        """What was wrong with the name map, one sentence; empty: nothing."""
        return self._names.problem

    def refresh_names(self) -> bool:
        """Read the name map again if it changed; return whether it did."""
        return self._names.refresh()

    def edit_names(self) -> NameEditor:
        """Begin to edit the name map. Raises NameFileError."""
        return NameEditor(self._names.explicit)

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
            self._protected = (key, protect(snapshot.links, self._carriers))
        return self._protected[1]

    def plan(self, intent: Intent, snapshot: Snapshot) -> Plan:
        """Work out what an intent takes."""
        return make_plan(intent, self.protected(snapshot), self.names)

    def change(self, plan: Plan, done: Callable[[Outcome], None]) -> None:
        """Carry a plan out on a thread of its own; ``done`` is called there."""
        threading.Thread(target=self._change, args=(plan, done), name="change", daemon=True).start()

    def _change(self, plan: Plan, done: Callable[[Outcome], None]) -> None:
        try:
            if not plan.preview.needs_name and (why := self._became_risky(plan)):
                done(Outcome(plan.intent, Reply(0, why, 0, 0, 0.0), checked=False))
                return
            done(change_group(plan.intent, self._writer, self._monitor))
        except Exception as error:
            # Whatever failed, the operator hears of it; a change without an outcome is the worst of all.
            done(Outcome(plan.intent, Reply(None, f"{type(error).__name__}: {error}", 1, 0, 0.0), checked=False))

    def _became_risky(self, plan: Plan) -> str:
        """Ask for the routes once more right before sending; return what makes the plan risky by now."""
        snapshot = self.snapshot()
        self._find_carriers()
        now = protect(snapshot.links, self._carriers)
        if any(index in now for index in plan.intent.members):
            return "by now it carries the way to this machine; look again, then press again"
        return ""

    def _find_carriers(self) -> None:
        found = carriers()
        if found != self._carriers:
            self._carriers = found
            self._mark()

    def _mark(self) -> None:
        if not self._dirty:
            self._dirty = True
            self._notify()
