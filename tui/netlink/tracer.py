"""Keeps what goes over the wire during one change, and builds the same change the other way for comparison."""

from __future__ import annotations

import struct
import time
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from tui.model.change.attributes import GROUP
from tui.model.change.intent import Intent
from tui.model.change.outcome import Outcome, Reply
from tui.model.link import Link
from tui.model.wire.trace import Batch, WireTrace
from tui.netlink.batch import BATCH
from tui.netlink.monitor import Monitor
from tui.netlink.wire import HEADER, group_change, link_change, link_deletion
from tui.netlink.writer import Record, Writer

if TYPE_CHECKING:
    from tui.model.change.moved import Moved
    from tui.model.change.removed import Removed

_BUILT = 2  # messages of the other way that are shown
_INDEX = struct.Struct("=i")
_INDEX_AT = HEADER.size + 4  # ifinfomsg.ifi_index


class Tracer:
    """One change under observation; costs a copy of a few messages."""

    def __init__(self, record: Record, monitor: Monitor) -> None:
        """Use `before`."""
        self._record = record
        self._monitor = monitor
        self._events = monitor.health.events

    @classmethod
    def before(cls, writer: Writer, monitor: Monitor) -> Tracer:
        """Begin, right before the change is sent."""
        return cls(writer.begin_record(), monitor)

    def after(self, title: str, pressed: float, outcome: Outcome, links: int) -> WireTrace | None:
        """Return what was kept; None: nothing was sent.

        ``title``: what was asked, in words; ``pressed``: when the key was pressed that sent it (`time.monotonic`);
        ``links``: interfaces that there are.
        """
        intent = outcome.intent
        if not outcome.reply.messages:
            return None
        other_way, remark = _other_way(intent)
        return self._trace(
            title,
            pressed,
            outcome.reply,
            intent.members,
            whole_group=bool(intent.whole) and not intent.alone,
            groups=len(intent.by_group()) if intent.groups else 1,
            checked=outcome.checked,
            links=links,
            other_way=other_way,
            remark=remark,
        )

    def after_removal(self, title: str, pressed: float, removed: Removed | Moved, links: int) -> WireTrace | None:
        """Return the same of a deletion, or of a move to another netns."""
        from tui.model.change.moved import Moved  # whoever sets something does without

        if not removed.reply.messages:
            return None
        if isinstance(removed, Moved):
            return self._trace(
                title,
                pressed,
                removed.reply,
                removed.move.members,
                whole_group=not removed.move.each,
                checked=removed.checked,
                links=links,
                other_way=None,
                remark="The other way takes as long: the kernel waits after each until nobody uses it any more.",
                work="move",
            )
        members = removed.deletion.members
        first = tuple(
            link_deletion(seq, index, ack=seq == len(members)) for seq, index in enumerate(islice(members, _BUILT), 1)
        )
        return self._trace(
            title,
            pressed,
            removed.reply,
            members,
            whole_group=True,
            checked=removed.checked,
            links=links,
            other_way=Batch(first, len(members), len(first[0]) * len(members), -(-len(members) // BATCH)),
            remark="The kernel takes each away alone then, and waits after each until nobody uses it any more.",
            work="delete",
        )

    def _trace(self, title: str, pressed: float, reply: Reply, members: Mapping[int, Link], **more: Any) -> WireTrace:
        record = self._record
        events = self._monitor.health.events - self._events
        heard = self._monitor.heard if events else None
        return WireTrace(
            title=title,
            members=len(members),
            # A send that has not returned yet counts as well.
            sent=Batch(tuple(record.sent[: reply.messages]), reply.messages, reply.size, max(record.sends, 1)),
            answers=tuple(record.answers),
            answered=record.answered,
            events=events,
            notification=heard,
            of_member=heard is not None and _INDEX.unpack_from(heard, _INDEX_AT)[0] in members,
            sent_at=reply.sent_at - pressed,
            inside=record.inside,
            acked_at=reply.sent_at + reply.waited - pressed,
            seen_at=time.monotonic() - pressed,
            **more,
        )


def _other_way(intent: Intent) -> tuple[Batch | None, str]:
    """Return one message for many, or many for one, and what is to be said of it."""
    if not intent.members:
        return None, "Nobody was in the group: there is nothing to do one by one."
    return _one_by_one(intent) if intent.whole else _as_group(intent)


def _one_by_one(intent: Intent) -> tuple[Batch, str]:
    number = len(intent.members)
    first = tuple(
        link_change(seq, index, intent.wanted(index), ack=seq == number)
        for seq, index in enumerate(islice(intent.members, _BUILT), 1)
    )
    # They differ in index and sequence number alone.
    batch = Batch(first, number, len(first[0]) * number, -(-number // BATCH))
    return batch, f"Only the last of a send asks for an ACK; a send has at most {BATCH} messages."


def _as_group(intent: Intent) -> tuple[Batch | None, str]:
    wanted = {intent.wanted(index) for index in intent.members}
    if any(GROUP in each for each in wanted):
        return None, "One message can't retag: the group in it (IFLA_GROUP) selects the members, so it isn't set."
    if len(wanted) > 1:
        return None, "One message can't do it: it sets the same on all, and here each gets values of its own."
    groups = {link.group for link in intent.members.values()}
    if len(groups) > 1:
        return None, f"One message can't do it: these interfaces are in {len(groups)} groups, and it selects one."
    (each,), (group_id,) = wanted, groups
    built = group_change(1, group_id, each)
    return Batch((built,), 1, len(built), 1), "It would change every member of the group, not these interfaces alone."
