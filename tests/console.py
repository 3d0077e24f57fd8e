"""What the console does, without a screen: a monitor, a writer, and changes carried out with them."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from tests.changes import asked
from tests.watch import Watch, watching
from tests.writers import ActingWriter
from tui.model.change.intent import Intent, intent_for_links, make_intent
from tui.model.change.outcome import Outcome
from tui.model.change.progress import Progress
from tui.model.gate import OPEN, Gate
from tui.model.store import Snapshot
from tui.netlink.change_group import change_group
from tui.netlink.change_groups import change_groups
from tui.netlink.change_links import change_links
from tui.netlink.change_mixed import change_mixed


class Console:
    """A monitor and a writer."""

    def __init__(self, watch: Watch, writer: ActingWriter) -> None:
        self.watch = watch
        self.writer = writer

    def indexes(self, prefix: str = "m") -> frozenset[int]:
        """Return the interfaces whose names begin so, by a full check."""
        return frozenset(i for i, link in self.watch.check().items() if link.name.startswith(prefix.encode()))

    def intent(self, operation: str, value: int | None = None, whom: int | Iterable[int] = 7) -> Intent:
        """Return what is asked for, after a full check; ``whom``: a group's number, or interfaces by their index."""
        self.watch.check()
        snapshot, wanted = self.watch.store.snapshot(), asked(operation, value)
        if isinstance(whom, int):
            return make_intent(snapshot, wanted, whom)
        return intent_for_links(snapshot, wanted, frozenset(whom))

    def act(
        self,
        intent: Intent,
        deadline: float | None = None,
        progress: Progress | None = None,
        known: Callable[[], Snapshot] | None = None,
    ) -> Outcome:
        """Make a change; what became of each member is told once."""
        monitor, known = self.watch.monitor, known or self.watch.store.snapshot
        progress = progress or Progress(len(intent.members))
        if intent.groups:
            outcome = (
                change_mixed(intent, self.writer, monitor, known, progress)
                if intent.alone
                else change_groups(intent, self.writer, monitor, known, deadline)
            )
        elif intent.group_id is not None:
            outcome = change_group(intent, self.writer, monitor, known, deadline)
        else:
            outcome = change_links(intent, self.writer, monitor, known, progress)
        placed = [
            *outcome.changed,
            *outcome.already,
            *outcome.overtaken,
            *(refusal.link for refusal in (*outcome.refused, *outcome.skipped)),
            *outcome.not_reached,
            *outcome.left,
            *outcome.vanished,
        ]
        if outcome.checked:
            assert sorted(link.ifindex for link in placed) == sorted(intent.members)
        return outcome


@contextmanager
def console(gate: Gate = OPEN) -> Iterator[Console]:
    """Run a monitor and a writer."""
    writer = ActingWriter(gate)
    try:
        with watching() as watch:
            yield Console(watch, writer)
    finally:
        writer.close()
