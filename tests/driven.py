"""The console driven key by key in this process, over real interfaces."""

import asyncio
import re
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import monotonic
from typing import NamedTuple

from textual.pilot import Pilot

from tests.hosted import Hands
from tests.links import Ip, from_ip
from tests.terminal import PATIENCE
from tests.writers import ActingWriter
from tui.app.app import GroupApp
from tui.files.audit import Audit
from tui.files.names.file import NameFile
from tui.model.change.outcome import Outcome, Reply
from tui.model.change.plan import Plan
from tui.model.change.settings import Settings
from tui.model.gate import Gate
from tui.session.change_runner import Result
from tui.session.planning import Chosen, plan_change
from tui.session.services import GUARD_TIMEOUT, Services
from tui.session.session import Session
from widgets.lines import Lines


class State(NamedTuple):
    """What `ip` says of an interface, as far as the keys change it."""

    group: str
    up: bool
    mtu: int


def states(ip: Ip) -> dict[str, State]:
    """Return the state of every interface by name, as `ip` tells it."""
    links = from_ip(ip).values()
    return {link["ifname"]: State(link["group"], "UP" in link["flags"], link["mtu"]) for link in links}


class Driven(Hands[GroupApp]):
    """A running console and the hands on it."""

    def __init__(self, app: GroupApp, session: Session, pilot: Pilot[int], writer: ActingWriter) -> None:
        super().__init__(app, pilot)
        self.writer = writer
        self.main = app.main
        self.session = session
        self.services = session.services

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
        links = self.main.view.shown.snapshot.links
        return [links[key].name.decode() for key in self.main.link_table.keys]

    @property
    def marked(self) -> set[str]:
        """The names of the marked interfaces."""
        links = self.main.view.shown.snapshot.links
        return {links[key].name.decode() for key in self.main.view.marks.indexes}

    @property
    def cursor(self) -> str:
        """The name of the interface under the cursor."""
        key = self.main.link_table.cursor_key
        assert key is not None
        return self.main.view.shown.snapshot.links[key].name.decode()

    def plan(self, settings: Settings, chosen: Chosen) -> Plan:
        """Return what a key that sets this would do by what is shown."""
        return plan_change(self.main.view.shown, settings, chosen)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        await self.pilot.press(*({" ": "space", "_": "underscore"}.get(char, char) for char in text))

    async def settled(self) -> None:
        """Wait until the keys so far have had their effect."""
        end = monotonic() + PATIENCE
        while self.app.message_queue_size or self.app.keys_pending:
            assert monotonic() < end, f"the keys' effect never came; seen:\n{self.text}"
            await asyncio.sleep(0.001)

    async def sees(self, *texts: str) -> None:
        await self.until(lambda: all(text in self.text or text in self.dialog for text in texts), repr(texts))

    async def hears(self, *texts: str) -> None:
        """Wait until the message line says so."""
        await self.until(lambda: all(text in self.message for text in texts), repr(texts))

    async def choose(self, group_id: int) -> None:
        """Go to a group with the keys; unfold what hides it."""
        assert self.main.group_table.has_focus
        if not self.main.view.shown.tree.is_flat:
            await self.press("g", "right")
        await self.until(lambda: group_id in self.main.group_table.keys, f"group {group_id}")
        await self.press("g")
        while self.main.group_table.cursor_key != group_id:
            before = self.main.group_table.cursor_key
            await self.press("j")
            assert self.main.group_table.cursor_key != before, f"no group {group_id}"

    async def go_to(self, name: str) -> None:
        """Go to an interface with the keys."""
        if not self.main.tables.on_links:
            await self.press("tab")
        await self.until(lambda: name in self.shown, f"interface {name}")
        await self.press("g", *"j" * self.shown.index(name))
        assert self.cursor == name

    async def show_all(self) -> None:
        """Go to the interfaces of all groups with the keys."""
        if self.main.tables.on_links:
            await self.press("tab")
        await self.press("g", "tab")

    async def mark(self, *names: str) -> None:
        """Mark interfaces with the keys."""
        for name in names:
            await self.go_to(name)
            await self.press("space")
            assert name in self.marked

    def row(self, first: str) -> list[str]:
        """Return the words of the one line on the screen that begins with this word."""
        found = [
            words for line in self.text.splitlines() if (words := re.sub("^[>-]", " ", line).split())[:1] == [first]
        ]
        assert len(found) == 1, f"{first}: {found}\n{self.text}"
        return found[0]


@asynccontextmanager
async def driven(
    names: Path | None = None,
    *,
    read_only: bool = False,
    size: tuple[int, int] = (80, 24),
    audit: Path | None = None,
    guard_timeout: float | None = GUARD_TIMEOUT,
    ascii: bool = False,
    wait: bool = True,
    ip: str = "ip",
    held: float | None = None,
    eye: float | None = None,
) -> AsyncIterator[Driven]:
    """Run the console over the interfaces of this namespace, and wait for its first full check.

    ``ip``: how `ip` is called here. ``audit``: the audit file; None: nothing is put on record, and the host's log never
    hears of anything. ``held``, ``eye``: the seconds of `ChangeKeys` and `GuardKeys`; None: as for everybody.
    """
    with NamedTemporaryFile() as empty:
        place = NameFile(names or Path(empty.name), ip)
        writers: list[ActingWriter] = []

        def open_writer(gate: Gate) -> ActingWriter:
            writers.append(ActingWriter(gate))
            return writers[0]

        services = Services(place, read_only, audit=Audit(audit, ()), guard_timeout=guard_timeout, writer=open_writer)
        try:
            session = Session(services, "test")
            app = GroupApp(session, ascii=ascii)
            if held is not None:
                app.main.changes.held = held
            if eye is not None:
                app.main.guard.eye = eye
            async with app.run_test(size=size, notifications=True) as pilot:
                hands = Driven(app, session, pilot, *writers)
                if wait:
                    await hands.until(lambda: not app.main.view.shown.reading, "interfaces")
                yield hands
        finally:
            services.stop()


eager = partial(driven, held=0.0, eye=0.0)
"""Run the console for hands that press the same keys again at once, and decide at once."""


def is_bridge(hands: Driven, index: int) -> bool:
    """Whether the console knows by now that the device with this index is a bridge."""
    link = hands.services.snapshot().links.get(index)
    return link is not None and link.kind == b"bridge"


def requests(sent: list[dict[int, bytes]]) -> list[list[tuple[int, int]]]:
    """Return the (message type, ifindex) of each message of each batch that `record_sends` noted."""
    return [
        [(struct.unpack_from("=H", raw, 4)[0], struct.unpack_from("=i", raw, 20)[0]) for raw in batch.values()]
        for batch in sent
    ]


def unsent(plan: Plan) -> Result:
    """Return an outcome for whoever fakes the sending: nothing was sent."""
    return Result(plan, Outcome(plan.intent, Reply(0, "as the test wants it", 0, 0, 0.0), checked=False))
