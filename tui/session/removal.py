"""Deletes a group's interfaces, or moves them away: what must be known before, sent, read back, put on record.

Nothing takes it back.
"""

import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, replace
from typing import Literal

from tui.files.audit import Audit
from tui.model.change.move import Move
from tui.model.change.moved import Moved, move_record, not_read
from tui.model.change.outcome import Reply
from tui.model.change.progress import Progress
from tui.model.change.protect import risk
from tui.model.change.removal import Deletion, make_deletion
from tui.model.change.removed import Removed, removal_record, unread
from tui.model.change.sample import Sample
from tui.model.group import DEFAULT_GROUP
from tui.model.link import Link
from tui.model.store import Snapshot, Store
from tui.model.text import plural, reason
from tui.model.wire.trace import WireTrace
from tui.netlink.delete_group import delete_group
from tui.netlink.dump import StoppedError
from tui.netlink.monitor import Monitor
from tui.netlink.read_back import ack_deadline
from tui.netlink.tracer import Tracer
from tui.netlink.vxlan import vxlan_lowers
from tui.netlink.wire import WireError
from tui.netlink.writer import Writer

Bar = Literal["default", "nobody", "undeletable", "session", ""]
"""Why nothing may be sent: it is group 0, nobody is in it, the kernel deletes nobody since it can't delete somebody, or
this SSH session comes over what would go; empty: it may, once its name was typed."""

_FEW = 3  # names in a clause


def bar(deletion: Deletion, *, guarded: bool) -> Bar:
    """Return why it may not be sent; ``guarded``: nobody said that he wants no guard. A deletion can't be guarded."""
    if deletion.group_id == DEFAULT_GROUP:
        return "default"
    if not deletion.members:
        return "nobody"
    if deletion.undeletable:
        return "undeletable"
    return "session" if guarded and risk(deletion.protected.values()) == "ssh" else ""


def plan_deletion(snapshot: Snapshot, group_id: int, protected: Mapping[int, str]) -> Deletion:
    """Work out what deleting a group's interfaces takes; asks the kernel what `Link` doesn't hold.

    Blocks, and goes through all interfaces. Raises OSError, WireError.
    """
    any_vxlan = any(link.kind == b"vxlan" for link in snapshot.links.values())
    return make_deletion(snapshot, group_id, protected, vxlan_lowers() if any_vxlan else {})


@dataclass(frozen=True, slots=True)
class RemovalResult:
    """What became of a deletion, or of a move to another netns."""

    removed: Removed | Moved
    sample: Sample | None = None
    """How long it took; None: nothing was sent, or it wasn't answered or read back."""
    trace: WireTrace | None = None
    """What went over the wire; None: nothing was sent."""
    complaint: str = ""
    """Why it isn't on record in the audit file, one sentence; empty: it is."""


class RemovalRunner:
    """Makes one deletion, or move to another netns, at a time."""

    def __init__(
        self,
        writer: Writer,
        monitor: Monitor,
        store: Store,
        audit: Audit,
        risks: Callable[[Snapshot], Mapping[int, str]],
    ) -> None:
        """``risks`` asks anew which interfaces carry the way to this machine: the reasons, by ifindex."""
        self._writer = writer
        self._monitor = monitor
        self._store = store
        self._audit = audit
        self._risks = risks

    def carry_out(
        self,
        removal: Deletion | Move,
        title: str,
        pressed: float,
        progress: Progress,
        told: Callable[[RemovalResult], object],
    ) -> RemovalResult:
        """Delete or move, put it on record, and return what became of it; never raises.

        ``title``: what was asked, in words; ``pressed``: when the key was pressed that sent it (`time.monotonic`).
        ``told`` is called before it is put on record.
        """
        result = self._carry_out(removal, title, pressed, progress)
        told(result)
        removed = result.removed
        record = removal_record(title, removed) if isinstance(removed, Removed) else move_record(title, removed)
        return replace(result, complaint=self._audit.write(record))

    def _carry_out(self, removal: Deletion | Move, title: str, pressed: float, progress: Progress) -> RemovalResult:
        tracer = Tracer.before(self._writer, self._monitor)
        try:
            removed = self._remove(removal, progress)
        except (FutureTimeoutError, StoppedError):
            return RemovalResult(_unsent(removal, "the kernel didn't tell in time what the interfaces are now"))
        except (OSError, WireError) as error:
            return RemovalResult(_unsent(removal, reason(error).rstrip(".")))
        except Exception as error:
            # Whatever failed, the operator hears of it; a deletion without an outcome is the worst of all.
            removed = _without(removal, Reply(None, f"{type(error).__name__}: {error}", 1, 0, 0.0))
        trace = tracer.after_removal(title, pressed, removed, len(self._store.snapshot().links))
        return RemovalResult(removed, _sample(removed, title, pressed), trace)

    def _remove(self, removal: Deletion | Move, progress: Progress) -> Removed | Moved:
        # The kernel doesn't tell of every retag, and nothing brings back what goes: so it is asked once more.
        snapshot = self._monitor.check().result(ack_deadline(len(self._store.snapshot().links)))
        risks = self._risks(snapshot)
        if isinstance(removal, Deletion):
            if why := _news(removal, plan_deletion(snapshot, removal.group_id, risks)):
                return _unsent(removal, why)
            return delete_group(removal, self._writer, self._monitor, self._store.snapshot)
        from tui.netlink.move_group import move_group
        from tui.session.move import move_news, plan_move

        now = plan_move(snapshot, removal.group_id, removal.to.name, risks)
        if why := move_news(removal, now):
            return _unsent(removal, why)
        # What is there by now tells who has come, and who had been there.
        fresh = replace(removal, to=now.to)
        return move_group(fresh, self._writer, self._monitor, self._store.snapshot, progress)


def _unsent(removal: Deletion | Move, why: str) -> Removed | Moved:
    return _without(removal, Reply(0, why, 0, 0, 0.0))


def _without(removal: Deletion | Move, reply: Reply) -> Removed | Moved:
    return unread(removal, reply) if isinstance(removal, Deletion) else not_read(removal, reply)


def _news(seen: Deletion, now: Deletion) -> str:
    """Return what would go by now that the operator wasn't told of, or can't; a clause, unsafe to show
    before `visible`. Who is gone is no news."""
    if not now.members:
        return "nobody is in the group any more"
    if now.undeletable:
        return f"by now the kernel can't delete {os.fsdecode(now.undeletable[0].name)}, and then deletes nobody"
    if now.protected.keys() - seen.protected.keys():
        return "by now the way to this machine leads over what would go; look again"
    known = {(link.ifindex, link.name) for link in _all(seen)}
    if more := [link for link in _all(now) if (link.ifindex, link.name) not in known]:
        names = ", ".join(os.fsdecode(link.name) for link in more[:_FEW]) + (", …" if len(more) > _FEW else "")
        return f"while you looked, {plural(len(more), 'interface')} joined that would go too ({names}); look again"
    return ""


def _all(deletion: Deletion) -> list[Link]:
    return [*deletion.members.values(), *(companion.link for companion in deletion.also)]


def _sample(removed: Removed | Moved, title: str, pressed: float) -> Sample | None:
    reply = removed.reply
    if not reply.messages or reply.errno is None or not removed.checked:
        return None
    if isinstance(removed, Removed):
        operation, gone, whole = "delete", removed.gone, True
    else:
        operation, gone, whole = "netns", removed.moved, not removed.move.each
    return Sample(
        what=title,
        operation=operation,
        links=len(gone),
        up=sum(link.is_up for link in gone),
        whole_group=whole,
        messages=reply.messages,
        sent=reply.sent_at - pressed,
        acked=reply.sent_at + reply.waited - pressed,
        seen=time.monotonic() - pressed,
    )
