"""Make the pictures in this directory from the real app in a lab: `python screenshots/make.py [NAME…]`.

A picture whose text differs from the one that is there in measured times alone is left as it is.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from resvg_py import svg_to_bytes
from textual.pilot import Pilot

from tui.app.app import GroupApp
from tui.files.names.file import SEARCH, NameFile
from tui.netlink.lab import build_lab, layout, tree_layout
from tui.session.services import Services
from tui.session.session import Session
from widgets.lines import Lines

HERE = Path(__file__).parent
_FONT = "DejaVu Sans Mono"
Steps = Callable[[GroupApp, Pilot[int]], Awaitable[None]]


async def until(condition: Callable[[], bool], pilot: Pilot[int], patience: float = 20) -> None:
    """Wait until the app shows what a picture needs; ``patience`` in seconds."""
    end = time.monotonic() + patience
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


async def retag(app: GroupApp, pilot: Pilot[int]) -> None:
    """Some marked interfaces on their way to another group."""
    await press(pilot, "j", "j", "j", "tab", "space", "space", "space", "v", "j", "j", "v", "r")
    await press(pilot, *"edge")
    await pilot.pause(0.5)


async def settings(app: GroupApp, pilot: Pilot[int]) -> None:
    """Several attributes of a group, typed on one line, with what the next word can be and the plan."""
    await press(pilot, "j", "j", "j", "j", "e")
    await press(pilot, *"mtu 9000 promisc on", "space")
    await pilot.pause(0.5)


async def tree(app: GroupApp, pilot: Pilot[int]) -> None:
    """Groups of groups: a parent is chosen, and each key acts on all below it."""
    await press(pilot, *"jjjjj", "right", "j", "j", "right")
    await pilot.pause(0.5)


async def command_log(app: GroupApp, pilot: Pilot[int]) -> None:
    """What was changed, with its `ip` line."""
    await press(pilot, "j", "j", "j", "u")
    await until(lambda: "ACK" in app.main.message, pilot)
    await press(pilot, "z", "y")
    await until(lambda: "undo 1" in app.main.message, pilot)
    await press(pilot, "l", "j")
    await pilot.pause(0.5)


async def timing(app: GroupApp, pilot: Pilot[int]) -> None:
    """The timing panel after the paper's sweep: the bars of the last size and the curves above the paper's."""
    await press(pilot, "j", "j", "j", "t", "enter")
    await until(lambda: "Done in" in told(app, "message") + told(app, "timingstate"), pilot, patience=300)
    await pilot.pause(1)


async def message_view(app: GroupApp, pilot: Pilot[int]) -> None:
    """The message of a group change, byte by byte, with the step that the kernel is at."""
    await press(pilot, "j", "j", "j", "M")
    await until(lambda: "ACK" in app.main.message, pilot)
    await press(pilot, "w", "n", "n", "n")
    await pilot.pause(0.5)


async def pending(app: GroupApp, pilot: Pilot[int]) -> None:
    """A change that a script made waits to be kept, and the console can do that."""
    ifgroup = [sys.executable, "-m", "tui"]
    audit = ["--audit", f"{tempfile.mkdtemp()}/audit"]
    words = ["set", "uplink", "mtu", "1400", "--yes=uplink", "--confirm=300", "--json", *audit]
    told = subprocess.run([*ifgroup, *words], cwd=HERE.parent, capture_output=True, check=True).stdout
    revert = [*ifgroup, "revert", json.loads(told)["confirm"]["id"], *audit]
    await until(lambda: bool(app.main.session.services.others.waiting), pilot)
    await press(pilot, "K")
    # Once the picture is taken.
    threading.Timer(0.5, lambda: subprocess.run(revert, cwd=HERE.parent, capture_output=True, check=True)).start()


async def countdown(app: GroupApp, pilot: Pilot[int]) -> None:
    """A guarded change counts down at the foot while something else is looked at."""
    await press(pilot, "j", "j", "d", *"uplink", "enter")
    await until(lambda: "ACK" in app.main.message, pilot)
    await press(pilot, "g", "tab", "slash", *"state:down")
    await pilot.pause(0.5)


def told(app: GroupApp, line: str) -> str:
    """Return the text of one of a screen's lines; empty while it isn't there."""
    return "".join(found.text for found in app.screen.query(f"#{line}").results(Lines))


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


TREE: tuple[tuple[str, tuple[int, int], Steps], ...] = (("tree", (100, 36), tree),)
"""Those that are taken in a lab of groups of groups."""
PICTURES: tuple[tuple[str, tuple[int, int], Steps], ...] = (
    ("main-80x24", (80, 24), main_screen),
    ("main-wide", (160, 40), group_up),
    ("risky-plan", (80, 24), risky_plan),
    ("partial-outcome", (80, 24), partial_outcome),
    ("retag", (80, 24), retag),
    ("settings", (80, 24), settings),
    ("command-log", (80, 24), command_log),
    ("name-map", (80, 24), name_map),
    ("message", (80, 24), message_view),
    ("pending", (80, 24), pending),
    ("timing", (120, 36), timing),
    # The last: its guard takes the change back when this process ends.
    ("countdown", (80, 24), countdown),
)


async def take(name: str, size: tuple[int, int], steps: Steps, names: Path | None) -> None:
    """Run the app, do the steps, and save what is on the screen. ``names``: the name map, where `ip` looks if None."""
    services = Services(NameFile(names) if names else NameFile(), read_only=False)
    app = GroupApp(Session(services, "private lab"))
    try:
        async with app.run_test(size=size) as pilot:
            await until(lambda: services.health.checked_at > 0 and app.main.group_table.row_count > 5, pilot)
            await pilot.pause(0.5)
            await steps(app, pilot)
            save(name, app.export_screenshot())
    finally:
        services.stop()


def save(name: str, picture: str) -> None:
    """Write the picture as SVG and PNG, unless nothing but measured times changed."""
    path = HERE / f"{name}.svg"
    if path.exists() and timeless(path.read_text()) == timeless(picture) and path.with_suffix(".png").exists():
        print(f"screenshots/{name}: as it was")
        return
    path.write_text(picture)
    # The web font of the SVG isn't there, and its stand-in must be as wide in every cell.
    drawn = svg_to_bytes(svg_string=picture.replace("Fira Code", _FONT), monospace_family=_FONT, font_family=_FONT)
    path.with_suffix(".png").write_bytes(bytes(drawn))
    print(f"screenshots/{name}.svg, .png")


def timeless(picture: str) -> str:
    """Return the text of a picture without what differs from run to run: times, rates, addresses, processes."""
    text = "\n".join(re.findall(r">([^<]+)</text>", picture)).replace("&#160;", " ")
    measured = r"[0-9][0-9.,:]*(?= ?event)|[0-9][0-9.,:]* ?(ms|µs|s|×)\b|[0-9][0-9.,]* ×"
    given = r"[0-9a-f]{2}(:[0-9a-f]{2}){5}|pid [0-9.…]+|20[0-9-]{8}|[0-9]{2}:[0-9]{2}:[0-9]{2}"
    return re.sub(rf"{given}|{measured}|[ █━╸╺╵▉-▏]+", "_", text)


def main() -> None:
    """Build the labs, a process each, and take every picture in them, or those that are named."""
    wanted = sys.argv[1:] or [name for name, *_ in (*TREE, *PICTURES)]
    for pictures, plots in ((TREE, tree_layout(1024)), (PICTURES, layout(1024, 8))):
        if not (chosen := [one for one in pictures if one[0] in wanted]):
            continue
        if os.fork() == 0:
            names = build_lab(plots, "auto", lambda made, of: None)
            for name, size, steps in chosen:
                asyncio.run(take(name, size, steps, names))
            return
        os.wait()


if __name__ == "__main__":
    main()
