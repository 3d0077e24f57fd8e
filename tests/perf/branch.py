"""Groups of groups: all groups below a parent changed by one send, and the same messages from a bare socket."""

from __future__ import annotations

import asyncio
import socket
import statistics
import struct
import tempfile
import time
from pathlib import Path

from tests.changes import setting
from tests.perf.key import press_keys
from tests.perf.retag import NoCheck
from tests.perf.table import Line, ms, spread, times
from tests.perf.tree import spread_over
from tui.app import interpreter
from tui.app.app import GroupApp
from tui.files.names.file import NameFile
from tui.model.change.intent import intent_for_branch
from tui.model.names.tree import Branch
from tui.model.store import Snapshot, Store
from tui.netlink.change_groups import change_groups
from tui.netlink.dump import read_links
from tui.netlink.writer import Writer

_CHILDREN = range(0x1001, 0x1041)
_DC1 = Branch(b"dc1", (*_CHILDREN,))
_ROUNDS = 10


def branch(links: int) -> list[Line]:
    """Change 64 groups below one parent: the sends in turn, then the keys."""
    with spread_over(_CHILDREN):
        return [_sends(links), _keys(links)]


def _sends(links: int) -> Line:
    store = Store()
    store.replace(read_links())
    ours: list[float] = []
    bare: list[float] = []
    writer = Writer()
    try:
        for turn in range(_ROUNDS):
            for mine in (True, False) if turn % 2 else (False, True):
                mtu = 1400 + 2 * turn + mine
                (ours if mine else bare).append(_ours(writer, store.snapshot(), mtu) if mine else _bare(mtu))
    finally:
        writer.close()
    mine_median, bare_median = statistics.median(ours), statistics.median(bare)
    ratio = mine_median / bare_median
    return Line(
        f"{len(_CHILDREN)} groups of {links // len(_CHILDREN)}, one send: plan frozen → ACK",
        "≤ 1.1 × a bare socket's, made ahead",
        ms(mine_median),
        f"bare {ms(bare_median)}",
        times(ratio),
        ratio <= 1.1,
        (f"ours {spread(ours)}; bare {spread(bare)}; MTU, links DOWN, without the read-back",),
    )


def _ours(writer: Writer, snapshot: Snapshot, mtu: int) -> float:
    intent = intent_for_branch(snapshot, setting(mtu=mtu), _DC1)
    begun = time.monotonic()
    outcome = change_groups(intent, writer, NoCheck(snapshot), lambda: snapshot)
    assert outcome.reply.messages == len(_CHILDREN)
    assert outcome.reply.errno == 0
    return outcome.reply.sent_at + outcome.reply.waited - begun


def _bare(mtu: int) -> float:
    """Send the same messages, made ahead, from a bare socket, and wait for the last one's ACK."""
    last = _CHILDREN[-1]
    data = b"".join(
        struct.pack(
            "=IHHIIBxHiIIHHIHHI", 48, 16, 5 if group == last else 1, group, 0, 0, 0, 0, 0, 0, 8, 4, mtu, 8, 27, group
        )
        for group in _CHILDREN
    )
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.bind((0, 0))
        begun = time.perf_counter()
        sock.send(data)
        assert struct.unpack_from("=i", sock.recv(1 << 16), 16)[0] == 0
        return time.perf_counter() - begun


def _keys(links: int) -> Line:
    interpreter.begin()
    with tempfile.NamedTemporaryFile("w", suffix=".group") as file:
        file.writelines(f"{group}\tdc1/n{place}\n" for place, group in enumerate(_CHILDREN))
        file.flush()
        found = asyncio.run(press_keys(NameFile(Path(file.name)), _row))
    sent = statistics.median(found.sent)
    return Line(
        f"{len(_CHILDREN)} groups, {links:,} links: key → messages sent",
        "≤ 10 ms",
        ms(sent),
        f"ACK → outcome {ms(statistics.median(found.told))}",
        "",
        sent <= 0.01,
        (f"{spread(found.sent)}; keys d and u in turn; ACK → outcome on screen {spread(found.told)}",),
    )


def _row(app: GroupApp) -> int | None:
    """Return the key of the parent's row; None: it isn't shown yet."""
    keys = app.main.group_table.keys
    return next((key for key in keys if app.main.view.place(key) == _DC1), None)
