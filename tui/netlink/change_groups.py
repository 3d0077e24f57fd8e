"""Plan → a message for each of several groups, all in one sendmsg → ACK → read back → an Outcome of each, and of all.

The kernel goes on past a message that fails, and tells of each failure under its sequence number: a group that refuses
doesn't stop the others.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from tui.model.change.intent import Intent
from tui.model.change.merge import merged
from tui.model.change.outcome import Outcome, Reply, compare, first_suspect, met_before, with_refusal
from tui.model.change.settings import Settings
from tui.model.link import Link
from tui.model.store import Snapshot
from tui.model.text import reason
from tui.netlink.batch import BATCH, Batch, one_each
from tui.netlink.dump import NoAnswerError
from tui.netlink.read_back import Checker, ack_deadline, look
from tui.netlink.wire import WireError, group_change, link_change
from tui.netlink.writer import Batches, Writer

_UNSENT = Reply(0, "", 0, 0, 0.0)


class _Sending:
    """The messages for whole groups, and what the kernel said to each."""

    def __init__(self, wanted: Mapping[int, Settings]) -> None:
        """``wanted``: what each group that a message goes to is to be, by id."""
        self._wanted = wanted
        self._under_way: Batch[int] | None = None
        self._sent_at = 0.0
        self.replies: dict[int, Reply] = {}
        """By group, of those that a message was sent to."""
        self.unsent = _UNSENT
        """Of the others."""

    def batches(self, writer: Writer) -> Batches:
        """Yield them, as many in one send as all answers fit the receive buffer; runs on the writer's thread."""
        groups = list(self._wanted)
        for first in range(0, len(groups), BATCH):
            self._under_way = batch = Batch(groups[first : first + BATCH], one_each(self._build), writer)
            self._sent_at = self._sent_at or time.monotonic()
            answers = yield batch.messages
            self.sent(0)
            for group_id, ack in batch.refused(answers):
                self.replies[group_id] = replace(self.replies[group_id], errno=ack.errno, text=ack.text)

    def sent(self, errno: int | None, text: str = "") -> None:
        """Take note that the batch under way was sent, and of what is known of the answers to all of it."""
        if (batch := self._under_way) is None:
            return
        self._under_way = None
        waited = time.monotonic() - self._sent_at
        for group_id, data in zip(batch.items, batch.messages.values(), strict=True):
            self.replies[group_id] = Reply(errno, text, 1, len(data), waited, self._sent_at)

    def reply(self, group_id: int | None) -> Reply:
        """Return what is known of one group."""
        return self.unsent if group_id is None else self.replies.get(group_id, self.unsent)

    def _build(self, group_id: int, seq: int, ack: bool) -> bytes:
        return group_change(seq, group_id, self._wanted[group_id], ack=ack)


def change_groups(
    intent: Intent, writer: Writer, checker: Checker, known: Callable[[], Snapshot], deadline: float | None = None
) -> Outcome:
    """Send a message to each group that has members, wait for the ACK, read back once, and say what happened to whom.

    ``known`` tells, right before the send, what is known by then. Blocks: not for the screen's thread. ``deadline``:
    seconds for the ACK. Never raises for what the kernel or the network does; the Outcome tells. Raises ValueError for
    members that are in none of the groups: those take change_links.
    """
    if not intent.groups or intent.alone:
        raise ValueError("single interfaces take change_links")
    wait = ack_deadline(len(intent.members)) if deadline is None else deadline
    wanted = intent.by_group()
    sending, before, met = _Sending(wanted), known(), set[int]()
    checker.expect_check()
    try:
        if wanted:
            # While the kernel is at work there is time for what grows with the members.
            writer.send_all(sending.batches(writer), wait, lambda: met.update(met_before(intent, before)))
    except NoAnswerError:
        sending.sent(None, f"no answer within {wait:g} s")
    except WireError as error:
        sending.sent(None, str(error))
    except OSError as error:
        # Of the batch under way nothing was sent.
        sending.unsent = Reply(error.errno or 0, reason(error), 0, 0, 0.0)
        if not sending.replies:
            return Outcome(intent, sending.unsent, before, checked=False)
    parts = [(part, sending.reply(part.group_id)) for part in intent.parts()]
    read = _Reading(intent, before, met if wanted else None, checker)
    outcomes = read.outcomes(parts)
    suspects = {place: link for place, one in enumerate(outcomes) if one.reply.errno and (link := first_suspect(one))}
    if suspects:
        outcomes = _ask_again(outcomes, suspects, read, writer)
    return merged(intent, outcomes, before)


class _Reading:
    """Makes full checks, and compares each part with them."""

    def __init__(self, intent: Intent, before: Snapshot, met: set[int] | None, checker: Checker) -> None:
        self._members = len(intent.members)
        self._before = before
        self._met = met
        self._checker = checker

    def outcomes(self, parts: Sequence[tuple[Intent, Reply]]) -> list[Outcome]:
        """Make a full check; return what became of each part."""
        before = self._before
        if (after := look(self._checker, self._members)) is None:
            return [Outcome(part, reply, before, checked=False) for part, reply in parts]
        found = []
        for part, reply in parts:
            agreed = part.group_id is not None and reply.messages and reply.errno == 0
            who = before.together(part.whole if agreed else ())
            found.append(compare(part, before, who, after, reply, self._met))
        return found


def _ask_again(outcomes: list[Outcome], suspects: Mapping[int, Link], read: _Reading, writer: Writer) -> list[Outcome]:
    """Ask the kernel, in one send, for the member of each group that seems to have refused, alone and by index.

    As for one group: see change_group. ``suspects``: by the place of the group's outcome.
    """

    def build(place: int, seq: int, ack: bool) -> bytes:
        index = suspects[place].ifindex
        return link_change(seq, index, outcomes[place].intent.wanted(index), ack=ack)

    batch = Batch([*suspects][:BATCH], one_each(build), writer)
    try:
        refused = dict(batch.send())
    except (OSError, WireError):
        return outcomes
    found = list(outcomes)
    for place, data in zip(batch.items, batch.messages.values(), strict=True):
        reply = found[place].reply
        asked = replace(reply, messages=reply.messages + 1, size=reply.size + len(data))
        found[place] = replace(found[place], reply=asked)
    if len(refused) < len(batch.items) or any(outcomes[place].intent.divisible for place in refused):
        # Who agrees now has changed; of who refused a part may have.
        found = read.outcomes([(one.intent, one.reply) for one in found])
    for place, ack in refused.items():
        found[place] = with_refusal(found[place], suspects[place].ifindex, ack.words, ack.errno)
    return found
