"""What became of a group's interfaces that were to be moved, one by one: read back in both namespaces."""

import errno
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tui.model.change.move import Move, arrived
from tui.model.change.outcome import Refusal, Reply, Verdict
from tui.model.link import Link
from tui.model.store import EMPTY, Snapshot
from tui.model.text import visible


@dataclass(frozen=True, slots=True)
class Moved:
    """Each member is in one of the first six."""

    move: Move
    reply: Reply
    sent: Snapshot = EMPTY
    """What was known right before the send."""
    moved: tuple[Link, ...] = ()
    """As they were here."""
    refused: tuple[Refusal, ...] = ()
    """Still here, and known to have refused."""
    not_reached: tuple[Link, ...] = ()
    """Still here: the kernel stopped before them, or nothing was sent for them."""
    left: tuple[Link, ...] = ()
    """Still here, in another group."""
    vanished: tuple[Link, ...] = ()
    """Gone before it was sent."""
    missing: tuple[Link, ...] = ()
    """Gone from here, and not seen there."""
    lost: tuple[Link, ...] = ()
    """Others that are gone from here too."""
    new_index: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    """The ifindex there of who got another one, by that here."""
    stopped: bool = False
    """Whether the operator stopped it between two batches."""
    checked: bool = True
    """Whether the state after could be read back, here and there."""

    @property
    def verdict(self) -> Verdict:
        """The whole in one word."""
        if self.reply.messages == 0:
            return "refused"
        if not self.checked or self.reply.errno is None:
            return "unknown"
        if self.refused or self.not_reached or self.missing:
            return "partly" if self.moved or self.missing else "failed"
        return "done" if self.moved else "nothing"


def compare_moved(
    move: Move,
    sent: Snapshot,
    after: Snapshot,
    there: Mapping[int, Link],
    reply: Reply,
    refused: Mapping[int, tuple[int, str]],
) -> Moved:
    """Sort each member by what became of it.

    ``sent``: what was known right before the send; ``after``: what a full dump found here, ``there``: one there, both
    begun after the reply; ``refused``: the errno and words for single interfaces, by ifindex.
    """
    found = arrived(move.members.values(), {link.name for link in move.to.links.values()}, there)
    names = {name for link in there.values() for name in (link.name, *link.altnames)}
    moved: list[Link] = []
    missing: list[Link] = []
    stayed: list[Link] = []
    left: list[Link] = []
    vanished: list[Link] = []
    for index, seen in move.members.items():
        if (now := after.same(index, move.revision)) is not None:
            (stayed if now.group == move.group_id else left).append(now)
        elif index in found:
            moved.append(seen)
        else:
            (vanished if sent.same(index, move.revision) is None else missing).append(seen)
    why = {
        link.ifindex: Refusal(link, words, number)
        for link in stayed
        for number, words in (refused.get(link.ifindex, (errno.EEXIST, _EXISTS)),)
        if link.ifindex in refused or (reply.errno and not names.isdisjoint((link.name, *link.altnames)))
    }
    return Moved(
        move,
        reply,
        sent,
        moved=tuple(moved),
        refused=tuple(why.values()),
        not_reached=tuple(link for link in stayed if link.ifindex not in why),
        left=tuple(left),
        vanished=tuple(vanished),
        missing=tuple(missing),
        lost=tuple(
            link
            for index, link in sorted(sent.links.items())
            if index not in move.members and after.same(index, sent.revision) is None
        ),
        new_index={index: now.ifindex for index, now in found.items() if now.ifindex != index},
    )


_EXISTS = "its name exists there"


def not_read(move: Move, reply: Reply, sent: Snapshot = EMPTY) -> Moved:
    """Return the outcome of what wasn't sent, or couldn't be read back."""
    return Moved(move, reply, sent, checked=False)


def move_record(title: str, moved: Moved) -> dict[str, object]:
    """Return what goes on record. ``title``: what was asked, in words."""
    move, reply = moved.move, moved.reply
    return {
        "event": "move",
        "what": title,
        "operation": "netns",
        "group_id": move.group_id,
        "to": visible(move.to.name),
        "each": move.each,
        "outcome": moved.verdict,
        "stopped": moved.stopped,
        "messages": reply.messages,
        "bytes": reply.size,
        "errno": reply.errno,
        "kernel": visible(reply.text),
        "seconds": round(reply.waited, 6),
        "groups": [move.group_id],
        "members": _rows(moved),
    }


def _rows(moved: Moved) -> list[dict[str, object]]:
    if not moved.checked:
        became = "unknown" if moved.reply.messages else "not sent"
        return [_row(link, became) for link in moved.move.members.values()]
    placed = (
        ("moved", moved.moved),
        ("not reached", moved.not_reached),
        ("left the group", moved.left),
        ("vanished", moved.vanished),
        ("gone, not seen there", moved.missing),
        ("went too", moved.lost),
    )
    return [
        *(_row(link, became) for became, links in placed for link in links),
        *({**_row(one.link, "refused"), "reason": visible(one.reason)} for one in moved.refused),
    ]


def _row(link: Link, became: str) -> dict[str, object]:
    before = {"group": link.group}
    return {"ifindex": link.ifindex, "ifname": visible(link.name), "became": became, "before": before}
