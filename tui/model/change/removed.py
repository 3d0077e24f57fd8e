"""What became of a group's interfaces that were to be deleted, one by one.

The kernel's ACK names nobody, so it is found by comparing what was known right before the send with a dump after.
"""

from dataclasses import dataclass

from tui.model.change.outcome import Reply, Verdict
from tui.model.change.removal import Companion, Deletion
from tui.model.link import Link
from tui.model.store import EMPTY, Snapshot
from tui.model.text import visible


@dataclass(frozen=True, slots=True)
class Removed:
    """Each member is in one of ``gone``, ``stayed``, ``left`` and ``vanished``."""

    deletion: Deletion
    reply: Reply
    sent: Snapshot = EMPTY
    """What was known right before the send."""
    gone: tuple[Link, ...] = ()
    """Deleted; those of ``caught`` are among them."""
    went_too: tuple[Companion, ...] = ()
    """Gone as it was foreseen."""
    unforeseen: tuple[Link, ...] = ()
    """Gone too, and not foreseen: by the same message, or somebody else deleted them meanwhile."""
    stayed: tuple[Link, ...] = ()
    """Still there, and in the group."""
    left: tuple[Link, ...] = ()
    """Still there, in another group."""
    vanished: tuple[Link, ...] = ()
    """Not deleted by us: gone before, or gone although the kernel refused."""
    caught: tuple[Link, ...] = ()
    """Who joined the group after it was looked at, and was deleted too."""
    checked: bool = True
    """Whether the state after could be read back."""

    @property
    def verdict(self) -> Verdict:
        """The whole in one word."""
        if self.reply.messages == 0:
            return "refused"
        if not self.checked or self.reply.errno is None:
            return "unknown"
        if self.missed:
            return "partly" if self.gone else "failed"
        if self.gone:
            return "done"
        return "nothing"

    @property
    def missed(self) -> tuple[Link, ...]:
        """Who is still there and wasn't to be."""
        passed_over = {link.ifindex for link in self.deletion.staying}
        return tuple(link for link in self.stayed if link.ifindex not in passed_over)


def compare_removed(deletion: Deletion, sent: Snapshot, after: Snapshot, reply: Reply) -> Removed:
    """Sort each member by what became of it.

    ``sent``: what was known right before the send; ``after``: what a full dump found, begun after the reply.
    """
    gone: list[Link] = []
    vanished: list[Link] = []
    stayed: list[Link] = []
    left: list[Link] = []
    for index, seen in deletion.members.items():
        if sent.same(index, deletion.revision) is None:
            vanished.append(seen)
        elif (now := after.same(index, sent.revision)) is None:
            # The kernel deletes all or nobody: if it refused, somebody else did this.
            (vanished if reply.errno else gone).append(sent.links[index])
        else:
            (stayed if now.group == deletion.group_id else left).append(now)
    others = (
        () if reply.errno else [link for link in sent.links.values() if after.same(link.ifindex, sent.revision) is None]
    )
    foreseen = {companion.link.ifindex: companion for companion in deletion.also}
    met = {link.ifindex for link in gone}
    beside = [link for link in sorted(others) if link.ifindex not in met]
    caught = tuple(link for link in beside if link.group == deletion.group_id)
    return Removed(
        deletion,
        reply,
        sent,
        gone=(*gone, *caught),
        went_too=tuple(foreseen[link.ifindex] for link in beside if link.ifindex in foreseen),
        unforeseen=tuple(link for link in beside if link.ifindex not in foreseen and link.group != deletion.group_id),
        stayed=tuple(stayed),
        left=tuple(left),
        vanished=tuple(vanished),
        caught=caught,
    )


def removal_record(title: str, removed: Removed) -> dict[str, object]:
    """Return what goes on record. ``title``: what was asked, in words."""
    deletion, reply = removed.deletion, removed.reply
    return {
        "event": "delete",
        "what": title,
        "operation": "delete",
        "group_id": deletion.group_id,
        "outcome": removed.verdict,
        "messages": reply.messages,
        "bytes": reply.size,
        "errno": reply.errno,
        "kernel": visible(reply.text),
        "seconds": round(reply.waited, 6),
        "groups": [deletion.group_id],
        "members": [*_rows(removed)],
    }


def _rows(removed: Removed) -> list[dict[str, object]]:
    if removed.verdict in ("refused", "unknown") and not removed.checked:
        became = "unknown" if removed.reply.messages else "not sent"
        return [_row(link, became) for link in removed.deletion.members.values()]
    return [
        *(_row(link, "deleted") for link in removed.gone),
        *(_row(companion.link, "went too") for companion in removed.went_too),
        *(_row(link, "gone too, not foreseen") for link in removed.unforeseen),
        *(_row(link, "still there") for link in removed.stayed),
        *(_row(link, "left the group") for link in removed.left),
        *(_row(link, "vanished") for link in removed.vanished),
    ]


def _row(link: Link, became: str) -> dict[str, object]:
    before = {"group": link.group}
    return {"ifindex": link.ifindex, "ifname": visible(link.name), "became": became, "before": before}


def unread(deletion: Deletion, reply: Reply, sent: Snapshot = EMPTY) -> Removed:
    """Return the outcome of what wasn't sent, or couldn't be read back."""
    return Removed(deletion, reply, sent, checked=False)
