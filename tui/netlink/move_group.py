"""Move a group's interfaces to another netns, by one message or one each, and find out what became of each."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field, replace

from tui.model.change.move import EACH, Move
from tui.model.change.moved import Moved, compare_moved, not_read
from tui.model.change.outcome import Reply
from tui.model.change.progress import Progress
from tui.model.store import Snapshot
from tui.model.text import reason
from tui.netlink.batch import Batch, one_each
from tui.netlink.dump import NoAnswerError, StoppedError
from tui.netlink.elsewhere import links_in, opened
from tui.netlink.one import send_one
from tui.netlink.read_back import Checker
from tui.netlink.wire import (
    IFINFO,
    IFLA_GROUP,
    NLM_F_ACK,
    RTM_NEWLINK,
    RTM_SETLINK,
    WireError,
    message,
    u32,
)
from tui.netlink.writer import Batches, Writer

BATCH = 16
"""Messages a send where each interface has one: a quarter of a second, after which it can be stopped."""
_IFLA_NET_NS_FD = 28  # linux/if_link.h
_LEAST, _SLOWER = 20.0, 6
"""Seconds to wait for an ACK at least, and how many times slower than measured a kernel may be."""


def group_move(seq: int, group: int, netns: int) -> bytes:
    """Return the one message that moves every member of ``group`` to the netns of the descriptor ``netns``."""
    return message(RTM_NEWLINK, NLM_F_ACK, seq, _ifinfo() + u32(_IFLA_NET_NS_FD, netns) + u32(IFLA_GROUP, group))


def link_move(seq: int, ifindex: int, netns: int, *, ack: bool) -> bytes:
    """Return the message that moves one interface, addressed by ``ifindex`` alone."""
    return message(RTM_SETLINK, NLM_F_ACK if ack else 0, seq, _ifinfo(ifindex) + u32(_IFLA_NET_NS_FD, netns))


def _ifinfo(ifindex: int = 0) -> bytes:
    return IFINFO.pack(0, 0, ifindex, 0, 0)


@dataclass(slots=True)
class _Said:
    """What the kernel said to a message each."""

    messages: int = 0
    size: int = 0
    errno: int | None = 0
    text: str = ""
    refused: dict[int, tuple[int, str]] = field(default_factory=dict)


def move_group(
    move: Move, writer: Writer, checker: Checker, known: Callable[[], Snapshot], progress: Progress
) -> Moved:
    """Send what moves them, wait for the ACK, read back here and there, and say what happened to each member.

    ``known`` tells, right before the send, what is known by then. Blocks: not for the screen's thread. Never raises
    for what the kernel does; what is returned tells.
    """
    with opened(move.to.name) as (netns, identity):
        if identity != move.to.identity:
            return not_read(move, Reply(0, f"{move.to.name} is another namespace by now", 0, 0, 0.0))
        before = known()
        checker.expect_check()
        said = _Said()
        try:
            if move.each:
                reply = _send_each(move, netns, writer, known, progress, said)
            else:
                seq = writer.next_seq()
                wait = _LEAST + _SLOWER * move.seconds
                reply = send_one(seq, group_move(seq, move.group_id, netns), wait, writer)
        except OSError as error:
            return not_read(move, Reply(error.errno or 0, reason(error), 0, 0, 0.0), before)
        progress.done = progress.total
        try:
            there = links_in(netns, move.to.name)
            after = checker.check().result(_LEAST + move.seconds)
        except (FutureTimeoutError, StoppedError, OSError, WireError):
            return not_read(move, reply, before)
    moved = compare_moved(move, before, after, there, reply, said.refused)
    return replace(moved, stopped=progress.stop.is_set() and bool(moved.not_reached))


def _send_each(
    move: Move, netns: int, writer: Writer, known: Callable[[], Snapshot], progress: Progress, said: _Said
) -> Reply:
    """Send a message each. Raises OSError if nothing was sent."""
    begun = time.monotonic()
    try:
        writer.send_all(_batches(move, netns, writer, known, progress, said), _LEAST + _SLOWER * EACH * BATCH)
    except (NoAnswerError, WireError) as error:
        said.errno, said.text = None, reason(error)
    except OSError as error:
        if not said.messages:
            raise
        said.errno, said.text = error.errno or 0, reason(error)
    return Reply(said.errno, said.text, said.messages, said.size, time.monotonic() - begun, begun)


def _batches(
    move: Move, netns: int, writer: Writer, known: Callable[[], Snapshot], progress: Progress, said: _Said
) -> Batches:
    """Yield batch after batch, and count the answers; runs on the writer's thread."""

    def message_to(index: int, seq: int, ack: bool) -> bytes:
        return link_move(seq, index, netns, ack=ack)

    build = one_each(message_to)
    for part in _parts(list(move.members)):
        now = known()
        if progress.stop.is_set():
            return
        able = [
            index
            for index in part
            if (link := now.same(index, move.revision)) is not None and link.group == move.group_id
        ]
        if able:
            batch = Batch(able, build, writer)
            said.messages += len(able)
            said.size += batch.size
            for index, ack in batch.refused((yield batch.messages)):
                said.refused[index] = ack.errno, ack.words
                said.errno, said.text = said.errno or ack.errno, said.text or ack.words
        progress.done += len(part)


def _parts(indexes: list[int]) -> Iterator[list[int]]:
    for first in range(0, len(indexes), BATCH):
        yield indexes[first : first + BATCH]
