"""Is the timing engine honest? Its figures beside the same work done by hand, without any of its code."""

from __future__ import annotations

import contextlib
import os
import socket
import statistics
import struct
import subprocess
from collections.abc import Callable, Iterator
from typing import TypeAlias

from tests.perf.farm import GROUP, farm
from tests.perf.table import Line, ms, spread, timed, times
from tui.netlink.dump import read_links
from tui.timing.child.measure import timed as measured
from tui.timing.child.measure import verify
from tui.timing.events import RunSample
from tui.timing.order import BenchOrder
from tui.timing.runner import Run
from tui.timing.ways.change import Change, Member
from tui.timing.ways.ip import ip_path
from tui.timing.ways.open import open_client
from tui.timing.ways.operations import OPERATIONS

LINKS = {"group": 2048, "process": 256}
_ROUNDS = {"group": 20, "process": 6}
_AIM = 1.15
_ByHand: TypeAlias = "Callable[[list[Member]], contextlib.AbstractContextManager[Callable[[int], object]]]"
"""Makes ready to change the MTU of these members without the engine."""


def timing(links: int) -> list[Line]:
    """Measure the engine's group figure beside a bare socket's, and its figure of processes beside a shell loop's."""
    return [
        _line("group", "a bare socket", _bare_socket),
        _line("process", "a shell loop", _shell_loop),
    ]


def _line(way: str, beside: str, by_hand: _ByHand) -> Line:
    links = LINKS[way]
    with farm(links):
        found = sorted(link for link in read_links().values() if link.group == GROUP)
        members = [Member(link.ifindex, link.name.decode()) for link in found]
        ours, theirs = _in_turn(way, members, by_hand)
    ratio = statistics.median(ours) / statistics.median(theirs)
    inside = _engine(way, links)
    return Line(
        f"timing engine, way {way}, {links:,} links",
        f"within {_AIM} × of {beside}",
        ms(statistics.median(ours)),
        f"{beside} {ms(statistics.median(theirs))}",
        times(ratio),
        1 / _AIM <= ratio <= _AIM,
        (
            f"ours {spread(ours)}; {beside} {spread(theirs)}",
            f"in the measuring process itself: {spread(inside)}",
        ),
    )


def _in_turn(
    way: str,
    members: list[Member],
    by_hand: _ByHand,
) -> tuple[list[float], list[float]]:
    """Change the MTU by the engine's client and by hand, in this process, each first every other time."""
    ours: list[float] = []
    theirs: list[float] = []
    client = open_client(way, members[0])
    mtu = 1400
    with by_hand(members) as change, contextlib.closing(client):
        for turn in range(_ROUNDS[way] + 1):
            for mine in (True, False) if turn % 2 else (False, True):
                mtu = 2900 - mtu
                wanted = Change(OPERATIONS["mtu"], mtu)
                if mine:
                    seconds = measured(client, wanted, members, GROUP).seconds
                else:
                    seconds = timed(lambda mtu=mtu: change(mtu))  # type: ignore[misc]
                verify(wanted, members)
                if turn:  # the first one warms up
                    (ours if mine else theirs).append(seconds)
    return ours, theirs


@contextlib.contextmanager
def _bare_socket(members: list[Member]) -> Iterator[Callable[[int], object]]:
    """A socket of Python's own, a message put together by hand."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.bind((0, 0))

        def change(mtu: int) -> None:
            head = struct.pack("=IHHIIBxHiII", 48, 16, 5, 1, 0, 0, 0, 0, 0, 0)
            sock.send(head + struct.pack("=HHIHHI", 8, 4, mtu, 8, 27, GROUP))
            if struct.unpack_from("=i", sock.recv(4096), 16)[0]:
                raise OSError("the kernel refused")

        yield change


@contextlib.contextmanager
def _shell_loop(members: list[Member]) -> Iterator[Callable[[int], object]]:
    """A loop in the shell, as the paper's; starting the shell is part of it."""
    names = " ".join(member.name for member in members)
    tool = ip_path() or "ip"

    def change(mtu: int) -> None:
        line = f"for i in {names}; do {tool} link set dev $i mtu {mtu}; done"
        subprocess.run(["/bin/sh", "-c", line], check=True, env={"LC_ALL": "C", "PATH": os.defpath})

    yield change


def _engine(way: str, links: int) -> list[float]:
    """Return the seconds of the counted runs that the whole engine measures, in its own process and namespace."""
    order = BenchOrder(links=(links,), ways=(way,), repeats=_ROUNDS[way], budget=600.0)
    return [
        event.seconds
        for event in Run(order)
        if isinstance(event, RunSample) and event.role == "counted" and event.links == links
    ]
