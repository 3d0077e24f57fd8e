"""Textual applications in this process whose terminal is a list."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from textual.app import App, ComposeResult
from textual.drivers.headless_driver import HeadlessDriver
from textual.widgets import DataTable

from tests.perf.console import HEIGHT, WIDTH, Terminal

SIZE = (WIDTH, HEIGHT)


class SinkDriver(HeadlessDriver):
    """Takes what would go to a terminal; unlike the headless driver it has everything rendered."""

    written: list[tuple[float, str]]

    @property
    def is_headless(self) -> bool:
        """Everything is to be rendered."""
        return False

    def write(self, data: str) -> None:
        """Keep what is written, and when."""
        if not hasattr(self, "written"):
            self.written = []
        self.written.append((time.monotonic(), data))


def written(app: App[int]) -> list[tuple[float, str]]:
    """Return what an application wrote so far; clear it to forget."""
    driver = app._driver
    assert isinstance(driver, SinkDriver)
    if not hasattr(driver, "written"):
        driver.written = []
    return driver.written


def played(frames: list[tuple[float, str]], terminal: Terminal) -> Iterator[float]:
    """Show frames on a terminal, one after the other; yield when each was written."""
    for when, data in list(frames):
        terminal.feed(data)
        yield when


async def settled(app: App[int], quiet: float = 0.3, patience: float = 60.0) -> None:
    """Wait until the application wrote nothing for a while."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        before = len(written(app))
        await asyncio.sleep(quiet)
        if len(written(app)) == before:
            return


class PlainTable(App[int]):
    """The reference: Textual's own table with as many columns."""

    def __init__(self, rows: int) -> None:
        """Show so many rows."""
        super().__init__(driver_class=SinkDriver)
        self._rows = rows

    def compose(self) -> ComposeResult:
        """Nothing but the table."""
        yield DataTable[str]()

    def on_mount(self) -> None:
        """Fill it."""
        table = self.query_one(DataTable)
        for name in ("name", "index", "group", "state", "mtu", "kind", "master", "mac"):
            table.add_column(name, key=name)
        for row in range(self._rows):
            mac = f"02:00:00:00:{row >> 8 & 255:02x}:{row & 255:02x}"
            table.add_row(f"m{row}", str(row), "lab", "down", "1500", "ifb", "", mac, key=str(row))

    def set_mtu(self, row: int, mtu: int) -> None:
        """Change one cell."""
        self.query_one(DataTable).update_cell(str(row), "mtu", str(mtu))
