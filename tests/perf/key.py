"""A key that changes a group: when its message goes out, and when its outcome is on the screen."""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from unittest import mock

from tests.perf.console import HEIGHT, Terminal
from tests.perf.farm import GROUP, farm
from tests.perf.screen import names
from tests.perf.sink import SIZE, SinkDriver, played, settled, written
from tests.perf.table import Line, ms, spread, timed, times
from tests.perf.turns import turns
from tui.app import interpreter
from tui.app.app import GroupApp
from tui.files.names.file import NameFile
from tui.netlink import writer as writer_module
from tui.netlink.dump import LinkReader
from tui.netlink.sockets import open_socket
from tui.session.change_runner import Result
from tui.session.services import Services
from tui.session.session import Session

FEW = 16
"""Members of the group beside which the many are measured."""
_TURNS = 8  # and one before them, right after the start, which isn't counted
_DONE = "ACK after"  # in the sentence that tells of a change that was done


class _TimedSocket(socket.socket):
    """Notes when something is sent."""

    sent: list[float]

    def send(self, *arguments: object) -> int:
        """Send, and note when."""
        self.sent.append(time.monotonic())
        return super().send(*arguments)  # type: ignore[arg-type]


@dataclass(slots=True)
class Times:
    """Seconds, turn by turn."""

    sent: list[float] = field(default_factory=list)
    """Key → message sent."""
    told: list[float] = field(default_factory=list)
    """ACK → outcome painted."""
    dumped: list[float] = field(default_factory=list)
    """A bare dump and decode, between the turns."""


def press(links: int) -> list[Line]:
    """Press the keys that change the group, with many members and with few."""
    # As the console does (tui.app.app.run); else what the tests loaded would be collected too.
    interpreter.begin()
    with names() as file:
        many = asyncio.run(press_keys(file))
        with farm(FEW):
            few = asyncio.run(press_keys(file))
    sent, beside = statistics.median(many.sent), statistics.median(few.sent)
    told, dumped = statistics.median(many.told), statistics.median(many.dumped)
    return [
        Line(
            f"our group change: key → message sent, {links:,} members",
            f"≤ 8 ms, ≤ 2 × {FEW} members",
            ms(sent),
            f"{FEW} members {ms(beside)}",
            times(sent / beside),
            sent <= 0.008 and sent <= 2 * beside,
            (f"{links:,}: {spread(many.sent)}; {FEW}: {spread(few.sent)}; keys d and u in turn",),
        ),
        Line(
            "our group change: ACK → outcome on screen",
            "≤ 1.3 × a bare dump and decode",
            ms(told),
            f"bare {ms(dumped)}",
            times(told / dumped),
            told <= 1.3 * dumped,
            (f"ours {spread(many.told)}; bare {spread(many.dumped)}; {FEW} members: {spread(few.told)}",),
        ),
    ]


def _group_row(app: GroupApp) -> int | None:
    return GROUP if GROUP in app.main.group_table.keys else None


async def press_keys(file: NameFile, row: Callable[[GroupApp], int | None] = _group_row) -> Times:
    """Press the keys on a row of the groups; ``row`` returns its key, None as long as it isn't shown."""
    opened = []

    def timed_socket() -> socket.socket:
        sock = _TimedSocket(fileno=open_socket().detach())
        sock.sent = []
        opened.append(sock)
        return sock

    with mock.patch.object(writer_module, "open_socket", timed_socket):
        services = Services(file, read_only=False)
    app = GroupApp(Session(services, "perf"))
    app.driver_class = SinkDriver
    found = Times()
    terminal = Terminal(SIZE[0], HEIGHT)
    # Without an SSH session that would have to be confirmed.
    with mock.patch.dict(os.environ), open_socket() as asking:
        os.environ.pop("SSH_CONNECTION", None)
        reader = LinkReader(asking)
        async with app.run_test(headless=False, size=SIZE) as pilot:
            while (key := row(app)) is None:
                await asyncio.sleep(0.1)
            app.main.group_table.move_to(key)
            await settled(app)
            for turn in range(len(turns(_TURNS)) + 1):
                opened[0].sent.clear()
                # No server's name: so that the SSH sessions are asked for anew each time, as they are after a pause.
                os.environ["STY"] = f"turn{turn}"
                list(played(written(app), terminal))
                written(app).clear()
                begun = time.monotonic()
                await pilot.press("du"[turn % 2])
                acked, painted = await _outcome(app, terminal)
                found.sent.append(opened[0].sent[0] - begun)
                found.told.append(painted - acked)
                await settled(app, 0.7)
                found.dumped.append(await asyncio.to_thread(timed, reader.dump))
            app.exit()
    services.stop()
    return Times(found.sent[1:], found.told[1:], found.dumped[1:])


async def _outcome(app: GroupApp, terminal: Terminal, patience: float = 60.0) -> tuple[float, float]:
    """Wait for the outcome; return when its ACK came and when the terminal was sent it."""
    end = time.monotonic() + patience
    while app.main.session.under_way is not None and time.monotonic() < end:
        await asyncio.sleep(0.002)
    while time.monotonic() < end:
        frames = written(app)
        seen = len(frames)
        for when in played(frames[:seen], terminal):
            told = _DONE in " ".join(" ".join(terminal.lines).split())  # a longer sentence is wrapped
            if told and isinstance(last := app.main.session.last, Result):
                reply = last.outcome.reply
                if when >= reply.sent_at + reply.waited:
                    return reply.sent_at + reply.waited, when
        del frames[:seen]
        await asyncio.sleep(0.01)
    raise RuntimeError("no outcome is told; the screen shows:\n" + "\n".join(terminal.lines))
