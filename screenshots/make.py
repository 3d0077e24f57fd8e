"""Make the pictures in this directory from the real app in a lab: `python screenshots/make.py`."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from textual.pilot import Pilot

from tui.app import GroupApp
from tui.files.names import SEARCH, NameFile
from tui.netlink.lab import build_lab
from tui.services import Services

HERE = Path(__file__).parent
Steps = Callable[[GroupApp, Pilot[int]], Awaitable[None]]


async def until(condition: Callable[[], bool], pilot: Pilot[int]) -> None:
    """Wait until the app shows what a picture needs."""
    end = time.monotonic() + 20
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("the app never showed what the picture needs")
        await pilot.pause(0.05)


async def press(pilot: Pilot[int], *keys: str) -> None:
    """Press keys, and let the screen settle."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause(0.1)


async def main_screen(app: GroupApp, pilot: Pilot[int]) -> None:
    """A group, with what each key would do to it."""
    await press(pilot, "j", "j", "j", "j")


async def group_up(app: GroupApp, pilot: Pilot[int]) -> None:
    """After one key: a thousand interfaces changed by one message."""
    await press(pilot, "j", "j", "j", "M")
    await until(lambda: "changed" in app.main.message, pilot)
    await pilot.pause(1.5)


async def risky_plan(app: GroupApp, pilot: Pilot[int]) -> None:
    """The group of the default route asks for its name."""
    await press(pilot, "j", "j", "d")
    await pilot.pause(0.5)


async def partial_outcome(app: GroupApp, pilot: Pilot[int]) -> None:
    """A member refused half-way: who changed, who refused and why, who was not reached."""
    await press(pilot, "G", "M")
    await until(lambda: "refused" in app.main.message, pilot)
    await pilot.pause(0.5)


async def name_map(app: GroupApp, pilot: Pilot[int]) -> None:
    """The name map with a line that `ip` trips over."""
    path = SEARCH[0] if SEARCH[0].exists() else SEARCH[1]
    before = path.read_bytes()
    path.write_bytes(before + b"120 two words\noops\n130 lost\n")
    try:
        await press(pilot, "n")
        await pilot.pause(0.5)
        await press(pilot, "G", "k")
        await pilot.pause(0.5)
    finally:
        path.write_bytes(before)


PICTURES: tuple[tuple[str, tuple[int, int], Steps], ...] = (
    ("main-80x24", (80, 24), main_screen),
    ("main-wide", (160, 40), group_up),
    ("risky-plan", (80, 24), risky_plan),
    ("partial-outcome", (80, 24), partial_outcome),
    ("name-map", (80, 24), name_map),
)


async def take(name: str, size: tuple[int, int], steps: Steps) -> None:
    """Run the app, do the steps, and save what is on the screen as SVG."""
    services = Services(NameFile(), read_only=False)
    app = GroupApp(services, "private lab")
    try:
        async with app.run_test(size=size) as pilot:
            await until(lambda: services.health.checked_at > 0 and app.main.group_table.row_count > 5, pilot)
            await pilot.pause(0.5)
            await steps(app, pilot)
            app.save_screenshot(f"{name}.svg", path=str(HERE))
    finally:
        services.stop()
    print(f"screenshots/{name}.svg")


def main() -> None:
    """Build one lab and take every picture in it."""
    build_lab(1024, 8, "auto", lambda made, of: None)
    for name, size, steps in PICTURES:
        asyncio.run(take(name, size, steps))


if __name__ == "__main__":
    main()
