"""A retag of every interface, one message each: through the product, and the same messages from a bare socket."""

from __future__ import annotations

import socket
import statistics
import struct
import time
from concurrent.futures import Future

from tests.changes import setting
from tests.perf.farm import GROUP
from tests.perf.table import Line, ms, spread, times
from tui.model.change.intent import intent_for_links
from tui.model.change.progress import Progress
from tui.model.store import Snapshot, Store
from tui.netlink.batch import BATCH
from tui.netlink.change_links import change_links
from tui.netlink.dump import read_links
from tui.netlink.writer import Writer

_ROUNDS = 5
_ELSEWHERE = 900  # a group that nobody else is in


class NoCheck:
    """Reads nothing back: what is timed is the sending."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._done: Future[Snapshot] = Future()
        self._done.set_result(snapshot)

    def expect_check(self) -> None:
        pass

    def check(self) -> Future[Snapshot]:
        return self._done


def retag(links: int) -> list[Line]:
    """Time both in turn; every interface is back in its group in the end."""
    store = Store()
    store.replace(read_links())
    members = frozenset(index for index, link in store.snapshot().links.items() if link.group == GROUP)
    ours: list[float] = []
    bare: list[float] = []
    writer = Writer()
    try:
        for turn in range(_ROUNDS):
            for mine in (True, False) if turn % 2 else (False, True):
                for group in (_ELSEWHERE, GROUP):
                    took = _ours(writer, store.snapshot(), members, group) if mine else _bare(members, group)
                    (ours if mine else bare).append(took)
    finally:
        writer.close()
    mine_median, bare_median = statistics.median(ours), statistics.median(bare)
    ratio = mine_median / bare_median
    note = f"ours {spread(ours)}; bare {spread(bare)}; {BATCH} messages a send, links DOWN, without the read-back"
    return [
        Line(
            f"{links:,} retags: plan frozen → last ACK",
            "≤ 1.4 × a bare socket's, made ahead",
            ms(mine_median),
            f"bare {ms(bare_median)}",
            times(ratio),
            ratio <= 1.4,
            (note,),
        )
    ]


def _ours(writer: Writer, snapshot: Snapshot, members: frozenset[int], group: int) -> float:
    intent = intent_for_links(snapshot, setting(group=group), members)
    begun = time.monotonic()
    outcome = change_links(intent, writer, NoCheck(snapshot), lambda: snapshot, Progress(len(members)))
    assert not outcome.refused
    assert outcome.reply.messages == len(members)
    return outcome.reply.sent_at + outcome.reply.waited - begun


def _bare(members: frozenset[int], group: int) -> float:
    """Send the same messages, made ahead, from a bare socket, and wait for each batch's ACK."""
    batches = []
    indexes = sorted(members)
    for first in range(0, len(indexes), BATCH):
        part = indexes[first : first + BATCH]
        made = (
            struct.pack("=IHHIIBxHiIIHHI", 40, 19, 5 if i == part[-1] else 1, i, 0, 0, 0, i, 0, 0, 8, 27, group)
            for i in part
        )
        batches.append(b"".join(made))
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.bind((0, 0))
        begun = time.perf_counter()
        for data in batches:
            sock.send(data)
            assert struct.unpack_from("=i", sock.recv(1 << 16), 16)[0] == 0
        return time.perf_counter() - begun
