"""Delete a group's interfaces by one message, and find out what became of each."""

from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeoutError

from tui.model.change.outcome import Reply
from tui.model.change.removal import Deletion
from tui.model.change.removed import Removed, compare_removed, unread
from tui.model.store import Snapshot
from tui.model.text import reason
from tui.netlink.dump import StoppedError
from tui.netlink.one import send_one
from tui.netlink.read_back import Checker
from tui.netlink.wire import group_deletion
from tui.netlink.writer import Writer

_LEAST, _EACH = 20.0, 0.05
"""Seconds to wait for an ACK, and what each interface adds: 256 bridges took 4.4 s, 16,384 ifb 2.2 s (on 6.18)."""


def delete_group(
    deletion: Deletion, writer: Writer, checker: Checker, known: Callable[[], Snapshot], deadline: float | None = None
) -> Removed:
    """Send the one message, wait for its ACK, read back, and say what happened to each member.

    ``known`` tells, right before the send, what is known by then. Blocks: not for the screen's thread. ``deadline``:
    seconds for the ACK. Never raises for what the kernel does; what is returned tells.
    """
    wait = _LEAST + _EACH * len(deletion.goers) if deadline is None else deadline
    seq = writer.next_seq()
    data = group_deletion(seq, deletion.group_id)
    before = known()
    checker.expect_check()
    try:
        reply = send_one(seq, data, wait, writer)
    except OSError as error:
        return unread(deletion, Reply(error.errno or 0, reason(error), 0, 0, 0.0), before)
    try:
        after = checker.check().result(wait)
    except (FutureTimeoutError, StoppedError):
        return unread(deletion, reply, before)
    return compare_removed(deletion, before, after, reply)
