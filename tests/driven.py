"""The console driven key by key in this process, over real interfaces."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import monotonic
from typing import Any, NamedTuple

import pytest
from textual.pilot import Pilot

from tests.links import Ip, from_ip
from tui.app import GroupApp
from tui.files.names import NameFile
from tui.netlink.wire import Ack
from tui.netlink.writer import Writer
from tui.services import Services
from widgets.lines import Lines

PATIENCE = 40.0
"""Seconds after which a test stops hoping."""


class State(NamedTuple):
    """What `ip` says of an interface, as far as the keys change it."""

    group: str
    up: bool
    mtu: int


def states(ip: Ip) -> dict[str, State]:
    """Return the state of every interface by name, as `ip` tells it."""
    links = from_ip(ip).values()
    return {link["ifname"]: State(link["group"], "UP" in link["flags"], link["mtu"]) for link in links}


class Driven:
    """A running console and the hands on it."""

    def __init__(self, app: GroupApp, services: Services, pilot: Pilot[int]) -> None:
        self.app = app
        self.main = app.main
        self.services = services
        self.pilot = pilot

    @property
    def text(self) -> str:
        """Everything that is on the screen."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    @property
    def dialog(self) -> str:
        """What the window on top says, on one line however it was wrapped."""
        return " ".join(" ".join(re.findall("[┃│](.*?)[┃│]", self.text)).split())

    def line(self, which: str) -> str:
        """Return the text of one of the lines around the tables: title, caption, pane, message, status, keys."""
        return self.main.query_one(f"#{which}", Lines).text

    @property
    def message(self) -> str:
        """What the last key led to."""
        return " ".join(self.line("message").split())

    @property
    def shown(self) -> list[str]:
        """The names of the interfaces in the lower table, in order."""
        links = self.main.picture.snapshot.links
        return [links[key].name.decode() for key in self.main.link_table.keys]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        await self.pilot.press(*({" ": "space", "_": "underscore"}.get(char, char) for char in text))

    async def until(self, true: Callable[[], object], what: str) -> None:
        end = monotonic() + PATIENCE
        while not true():
            assert monotonic() < end, f"waited {PATIENCE:g} s in vain for {what}; seen:\n{self.text}"
            await self.pilot.pause(0.01)

    async def sees(self, *texts: str) -> None:
        await self.until(lambda: all(text in self.text or text in self.dialog for text in texts), repr(texts))

    async def hears(self, *texts: str) -> None:
        """Wait until the message line says so."""
        await self.until(lambda: all(text in self.message for text in texts), repr(texts))

    async def choose(self, group_id: int) -> None:
        """Go to a group with the keys."""
        assert self.main.group_table.has_focus
        await self.until(lambda: group_id in self.main.group_table.keys, f"group {group_id}")
        await self.press("g")
        while self.main.group_table.cursor_key != group_id:
            before = self.main.group_table.cursor_key
            await self.press("j")
            assert self.main.group_table.cursor_key != before, f"no group {group_id}"

    def row(self, first: str) -> list[str]:
        """Return the words of the one line on the screen that begins with this word."""
        found = [words for line in self.text.splitlines() if (words := line.replace(">", " ").split())[:1] == [first]]
        assert len(found) == 1, f"{first}: {found}\n{self.text}"
        return found[0]


@asynccontextmanager
async def driven(
    names: Path | None = None, *, read_only: bool = False, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Driven]:
    """Run the console over the interfaces of this namespace, and wait for its first full check."""
    with NamedTemporaryFile() as empty:
        services = Services(NameFile(names or Path(empty.name)), read_only)
        try:
            app = GroupApp(services, "test")
            async with app.run_test(size=size) as pilot:
                hands = Driven(app, services, pilot)
                await hands.until(lambda: app.main.picture.snapshot.links, "interfaces")
                yield hands
        finally:
            services.stop()


def record_sends(monkeypatch: pytest.MonkeyPatch) -> list[dict[int, bytes]]:
    """Have every batch of messages that is sent noted in the list returned."""
    sent: list[dict[int, bytes]] = []
    send = Writer.send

    def noting(self: Writer, batch: Any, deadline: float) -> dict[int, Ack]:
        sent.append(dict(batch))
        return send(self, batch, deadline)

    monkeypatch.setattr(Writer, "send", noting)
    return sent
