"""What concerns the screen, in this process."""

from __future__ import annotations

import asyncio
import contextlib
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from tests.perf.console import HEIGHT, Terminal
from tests.perf.farm import GROUP
from tests.perf.sink import SIZE, PlainTable, SinkDriver, played, settled, written
from tests.perf.table import Line, ms, spread, times
from tests.perf.turns import turns
from tui.app.app import GroupApp
from tui.files.names.file import NameFile
from tui.model.health import Health
from tui.model.link import Link
from tui.model.view.shown import Shown
from tui.netlink.dump import read_links
from tui.session.services import Services
from tui.session.session import Session

PLAIN_ROWS = 2048
"""Of Textual's table; 16,384 rows take it seconds to start."""
_PAINTS = 7


@contextlib.contextmanager
def names() -> Iterator[NameFile]:
    """Give a name map that doesn't depend on this machine."""
    with tempfile.NamedTemporaryFile("w", suffix=".group") as file:
        file.write(f"{GROUP}\tlab\n")
        file.flush()
        yield NameFile(Path(file.name))


class StillServices(Services):
    """Follows nothing; is told what there is."""

    def start(self, notify: Callable[[], object]) -> None:
        """Start nothing; note whom to tell."""
        self._notify = notify

    def fill(self, links: dict[int, Link]) -> None:
        """Take in links as the monitor would after a full check."""
        self._store.replace(links)
        self._monitor.health = Health("live", checked_at=time.monotonic())
        self._mark()


def paint(links: int) -> list[Line]:
    """Change every row; see when all visible ones are painted."""
    with names() as file:
        shown, taken = asyncio.run(_paint(file))
    rows = min(links, PLAIN_ROWS)
    plain, _ = asyncio.run(_plain(rows, seconds=0))
    scaled = plain * links / rows
    median = statistics.median(shown)
    return [
        Line(
            "every row changed → painted",
            "≤ 100 ms",
            ms(median),
            f"DataTable {ms(scaled)}",
            times(median / scaled),
            median <= 0.1,
            (
                f"sync → painted {spread(shown)}; the store took the change in: {spread(taken)}",
                f"DataTable: update_cell on each of {rows:,} rows: {ms(plain)}"
                + ("" if rows == links else ", scaled linearly"),
            ),
        )
    ]


def _shows(terminal: Terminal, mtu: int) -> bool:
    rows = [line for line in terminal.lines if line[3:4] == "m" and line[4:5].isdigit()]
    return bool(rows) and all(f" {mtu} " in f"{line} " for line in rows)


async def _paint(file: NameFile) -> tuple[list[float], list[float]]:
    services = StillServices(file, read_only=False)
    app = GroupApp(Session(services, "perf"))
    app.driver_class = SinkDriver
    links = read_links()
    services.fill(links)
    shown, taken = [], []
    begun = 0.0
    look = app.main.session.look

    def timed_look() -> Shown:
        nonlocal begun
        begun = time.monotonic()
        return look()

    terminal = Terminal(SIZE[0], HEIGHT)
    async with app.run_test(headless=False, size=SIZE):
        await settled(app)
        with mock.patch.object(app.main.session, "look", timed_look):
            for turn in turns(_PAINTS):
                mtu = 2000 + turn
                changed = {index: link._replace(mtu=mtu) for index, link in links.items()}
                # All frames so far, so that the terminal shows what ours does.
                list(played(written(app), terminal))
                written(app).clear()
                entered = time.monotonic()
                services.fill(changed)
                taken.append(time.monotonic() - entered)
                await asyncio.sleep(0.5)
                painted = next((when for when in played(written(app), terminal) if _shows(terminal, mtu)), None)
                written(app).clear()
                if painted is None:
                    raise RuntimeError("the screen shows:\n" + "\n".join(terminal.lines))
                shown.append(painted - begun)
                await settled(app, 0.7)
        app.exit()
    services.stop()
    return shown, taken


async def _plain(rows: int, seconds: float) -> tuple[float, float]:
    """Return how long Textual's table takes for every row, and its bytes a second with 200 random rows at 10 Hz."""
    app = PlainTable(rows)
    async with app.run_test(headless=False, size=SIZE):
        await settled(app)
        written(app).clear()
        begun = time.monotonic()
        for row in range(rows):
            app.set_mtu(row, 9000)
        await settled(app)
        took = written(app)[-1][0] - begun
        written(app).clear()
        chance, due = random.Random(7), time.monotonic()
        for _ in range(int(seconds * 10)):
            due += 0.1
            for row in chance.sample(range(rows), min(200, rows)):
                app.set_mtu(row, chance.randrange(1400, 1500))
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        wrote = sum(len(data.encode()) for _, data in written(app))
        app.exit()
    return took, wrote / seconds if seconds else 0.0


def plain_bytes(rows: int, seconds: float) -> float:
    """Return the bytes a second that Textual's table writes with 200 random rows changing ten times a second."""
    return asyncio.run(_plain(rows, seconds))[1]
