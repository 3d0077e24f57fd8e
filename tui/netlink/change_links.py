"""Plan → many messages, one per interface → ACKs → read back → Outcome.

What one message can't do, a retag above all (the group of a group message is the one that it selects), takes an
RTM_SETLINK for each interface: many in one sendmsg, of which only the last asks for an ACK; those that fail answer all
the same, each under its own sequence number.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from tui.model.change.intent import Intent
from tui.model.change.outcome import Outcome, Refusal, Reply, with_failures
from tui.model.change.progress import Progress
from tui.model.change.still import obstacle
from tui.model.link import Link
from tui.model.store import Snapshot
from tui.model.text import reason
from tui.netlink.alike import Alike
from tui.netlink.batch import BATCH, Batch, one_each
from tui.netlink.dump import NoAnswerError
from tui.netlink.read_back import Checker, ack_deadline, read_back
from tui.netlink.wire import Ack, WireError, link_change
from tui.netlink.writer import Batches, Writer


@dataclass(slots=True)
class _Tally:
    """What the batches so far came to."""

    messages: int = 0
    size: int = 0
    waited: float = 0.0
    sent_at: float = 0.0
    errno: int | None = 0
    text: str = ""
    refused: dict[int, tuple[int, str]] = field(default_factory=dict)
    skipped: dict[int, Refusal] = field(default_factory=dict)
    before: dict[int, Link] = field(default_factory=dict)
    agreed: set[int] = field(default_factory=set)
    under_way: Batch[int] | None = None
    """Sent, or about to be, and not answered."""

    def answered(self, answers: Mapping[int, Ack]) -> None:
        """Count the batch under way as answered."""
        batch, refused = self._counted(), {}
        for index, ack in batch.refused(answers):
            refused[index] = ack.errno, ack.words
            if not self.errno:
                self.errno, self.text = ack.errno, ack.words
        self.refused |= refused
        # Who is silent about a message until a later one is answered has done what it says.
        self.agreed.update(batch.items)
        self.agreed.difference_update(refused)

    def unanswered(self) -> None:
        """Count the batch under way as sent, with nothing known of what came of it."""
        if self.under_way is not None:
            self._counted()

    def _counted(self) -> Batch[int]:
        batch, self.under_way = self.under_way, None
        assert batch is not None
        self.waited = time.monotonic() - self.sent_at
        self.messages += len(batch.items)
        self.size += batch.size
        return batch

    @property
    def reply(self) -> Reply:
        return Reply(self.errno, self.text, self.messages, self.size, self.waited, self.sent_at)


def change_links(
    intent: Intent,
    writer: Writer,
    checker: Checker,
    known: Callable[[], Snapshot],
    progress: Progress,
    estimate: float = 0.0,
) -> Outcome:
    """Send a message for each interface, in batches; read back, and say what happened to each.

    ``estimate``: how long the kernel may need for all of them, in seconds.

    Right before each batch ``known`` tells what is known of the interfaces by then: who can't be meant any more is
    skipped (`tui.model.change.still.obstacle`). Blocks: not for the screen's thread. Never raises for what the
    kernel does; the Outcome tells.
    """
    tally = _Tally()
    try:
        writer.send_all(_batches(intent, writer, known, progress, tally), ack_deadline(BATCH, estimate))
    except (NoAnswerError, WireError) as error:
        tally.errno, tally.text = None, reason(error)
        tally.unanswered()
    except OSError as error:
        # Of the batch under way nothing was sent.
        tally.errno, tally.text = error.errno or 0, reason(error)
    sent = Snapshot(intent.revision, tally.before, {}, {})
    if tally.messages == 0 and tally.errno:
        return Outcome(intent, tally.reply, sent, checked=False)
    outcome = with_failures(read_back(intent, sent, tally.agreed, tally.reply, checker), tally.refused, tally.skipped)
    return replace(outcome, stopped=progress.done < progress.total and progress.stop.is_set())


def _batches(
    intent: Intent, writer: Writer, known: Callable[[], Snapshot], progress: Progress, tally: _Tally
) -> Batches:
    """Yield batch after batch, and count the answers; runs on the writer's thread."""
    build = _builder(intent)
    remaining = iter(intent.members.values())
    while part := list(islice(remaining, BATCH)):
        now = known()
        if progress.stop.is_set():
            return
        if able := _able(intent, part, now, tally):
            tally.under_way = Batch(able, build, writer)
            tally.sent_at = tally.sent_at or time.monotonic()
            tally.answered((yield tally.under_way.messages))
        progress.done += len(part)


def _able(intent: Intent, part: list[Link], now: Snapshot, tally: _Tally) -> list[int]:
    """Return the indexes that a message may still go to; note what they are by now, and why it can't go to others."""
    if now.revision == intent.revision:
        # Nothing at all has changed: a retag of interfaces that are down stirs up nothing on its way.
        indexes = [link.ifindex for link in part]
        tally.before.update(zip(indexes, part, strict=True))
        return indexes
    able = []
    for seen in part:
        if why := obstacle(intent, seen, now):
            found = now.same(seen.ifindex, intent.revision) or seen
            tally.skipped[seen.ifindex] = Refusal(found._replace(name=seen.name), why)
        else:
            tally.before[seen.ifindex] = now.links[seen.ifindex]
            able.append(seen.ifindex)
    return able


def _builder(intent: Intent) -> Callable[[int, Sequence[int]], Mapping[int, bytes]]:
    """Return how to build the messages of a batch."""
    if (settings := intent.alike) is not None:
        return lambda first, indexes: Alike(first, indexes, settings)

    return one_each(lambda index, seq, ack: link_change(seq, index, intent.wanted(index), ack=ack))
