"""A session without a screen, over the interfaces of this namespace: proposed to, answered and asked by a test."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import NamedTemporaryFile
from time import monotonic

from tests.links import PATIENCE, Ip, index_of, until
from tests.writers import ActingWriter
from tui.files.audit import Audit
from tui.files.names.file import NameFile
from tui.model.change.move import Move
from tui.model.change.moved import Moved
from tui.model.change.outcome import Outcome
from tui.model.change.plan import Plan
from tui.model.change.removal import Deletion
from tui.model.change.removed import Removed
from tui.model.change.settings import Settings
from tui.present.change import asked, outcome_line
from tui.present.log import change_words
from tui.present.removal import removal_asked, removal_words, removed_line
from tui.session.change_runner import Result
from tui.session.planning import Chosen, plan_change
from tui.session.question import Question, Undo
from tui.session.removal import RemovalResult
from tui.session.services import GUARD_TIMEOUT, Services
from tui.session.session import Session, Work


class Sitting:
    """A running session; the test's thread is the session's."""

    def __init__(self, session: Session, work: SimpleQueue[Work]) -> None:
        self.session = session
        self.results: list[Result] = []
        self._work = work

    def propose(self, settings: Settings, chosen: Chosen, *, hidden: int = 0, unseen: bool = False) -> Question:
        """Return what must be asked before this, by what is known after a full check."""
        self.check()
        return Question(plan_change(self.session.look(), settings, chosen), hidden, unseen)

    def check(self) -> None:
        """Wait for a full check that begins now."""
        services = self.session.services
        before = services.health.checked_at
        services.check()
        until(lambda: services.health.checked_at > before, "a full check")

    def indexes(self, ip: Ip, *names: str) -> frozenset[int]:
        return frozenset(index_of(ip, name) for name in names)

    def begin(self, plan: Plan) -> None:
        """Send a plan."""
        self.session.send(plan, asked(plan.intent, self.session.services.names), self._ended)

    def carry_out(self, plan: Plan) -> Outcome:
        """Send a plan, and wait until its outcome is told."""
        self.begin(plan)
        self.until(lambda: self.session.under_way is None, "an outcome")
        return self.results[-1].outcome

    def weigh(self, group_id: int) -> Deletion:
        """Return what deleting a group's interfaces takes, by what is known after a full check."""
        self.check()
        found: list[Deletion | str] = []
        self.session.weigh_deletion(group_id, found.append)
        self.until(lambda: found, "what goes with them")
        assert isinstance(found[0], Deletion)
        return found[0]

    def delete(self, deletion: Deletion) -> Removed:
        """Delete a group's interfaces, and wait until the outcome is told."""
        removed = self.remove(deletion)
        assert isinstance(removed, Removed)
        return removed

    def weigh_move(self, group_id: int, netns: str, *, each: bool = False) -> Move:
        """Return what moving a group's interfaces takes, by what is known after a full check."""
        self.check()
        found: list[Move | str] = []
        self.session.weigh_move(group_id, netns, found.append)
        self.until(lambda: found, "who can go there")
        assert isinstance(found[0], Move), found[0]
        return replace(found[0], each=each)

    def move(self, move: Move) -> Moved:
        """Move a group's interfaces, and wait until the outcome is told."""
        moved = self.remove(move)
        assert isinstance(moved, Moved)
        return moved

    def remove(self, removal: Deletion | Move) -> Removed | Moved:
        """Delete or move, and wait until the outcome is told."""
        names = self.session.services.names
        removed: list[Removed | Moved] = []

        def ended(result: RemovalResult) -> None:
            told = removed_line(result.removed, names).text
            self.session.told(result, removal_words(result.removed, told, names))
            removed.append(result.removed)

        self.session.remove(removal, removal_asked(removal, names), ended)
        self.until(lambda: removed, "an outcome")
        return removed[0]

    def undo(self, number: int) -> Undo:
        """Return what takes a change back, by what is known after a full check."""
        self.check()
        found = self.session.undo(number)
        assert found is not None
        return found

    def take_back(self, number: int) -> Outcome:
        """Take a change back."""
        plan = self.undo(number).plan
        assert plan is not None
        return self.carry_out(plan)

    def until(self, true: Work, what: str) -> None:
        """Do what is brought from other threads until ``true``."""
        end = monotonic() + PATIENCE
        while not true():
            assert monotonic() < end, f"waited {PATIENCE:g} s in vain for: {what}"
            try:
                self._work.get(timeout=0.01)()
            except Empty:
                continue

    def _ended(self, result: Result) -> None:
        names = self.session.services.names
        self.results.append(result)
        self.session.told(result, change_words(result, outcome_line(result.outcome, names).text, names))


@contextmanager
def sitting(
    *,
    read_only: bool = False,
    guard_timeout: float | None = GUARD_TIMEOUT,
    names: Path | None = None,
    audit: Path | None = None,
) -> Iterator[Sitting]:
    """Sit down before the interfaces of this namespace; yield after the first full check. ``names``: the name map."""
    with NamedTemporaryFile() as empty:
        services = Services(
            NameFile(names or Path(empty.name)),
            read_only,
            audit=Audit(audit, ()),
            guard_timeout=guard_timeout,
            writer=ActingWriter,
        )
        session, work = Session(services, "test"), SimpleQueue[Work]()
        try:
            session.start(lambda: None, work.put)
            until(lambda: not session.look().reading, "the first full check")
            yield Sitting(session, work)
        finally:
            services.stop()
