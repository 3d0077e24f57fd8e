"""What concerns the whole console, as a process on a terminal."""

from __future__ import annotations

import itertools
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from tempfile import TemporaryDirectory

from tests.changes import setting
from tests.perf.console import Console, cursor, cursor_line, is_complete, open_ifgroup
from tests.perf.farm import GROUP, ROOT, Other, farm, here
from tests.perf.screen import PLAIN_ROWS, plain_bytes
from tests.perf.table import Line, ms, percentile, spread, timed, times
from tui.netlink import wire
from tui.netlink.dump import read_links

SMALL = 256
_IMPORT = "import textual.app, textual.widgets"
_STARTS = 5
_KEYS = 600
_BYTES_SECONDS = 5.0
_LEAST_IDLE = 60.0
_AGE = re.compile(r"checked (just now|(\d+) (s|min) ago)")
_ECHO = "import os, tty; tty.setraw(0)\nwhile True: os.write(1, os.read(0, 99))"
_BARE_VERB = "import json, argparse, socket"
_VERBS = 15
_FEW = 16
_BARE_APP = "from textual.app import App; App().run()"


def _ready(links: int) -> Console:
    """Start the console; return it once its tables are complete."""
    console = open_ifgroup(here())
    try:
        console.until(lambda: is_complete(console, links, GROUP), "complete tables")
    except BaseException:
        console.__exit__()
        raise
    return console


def start(links: int) -> list[Line]:
    """Start the console beside an import of Textual."""
    lines = [_start(links, 4.0)]
    if links > SMALL:
        with farm(SMALL):
            lines.append(_start(SMALL, 2.5))
    return lines


def _start(links: int, aim: float) -> Line:
    ours, imports = [], []
    for _ in range(_STARTS):
        with open_ifgroup(here()) as console:
            done = console.until(lambda c=console: is_complete(c, links, GROUP), "complete tables")  # type: ignore[misc]
            ours.append(done - console.begun)
        imports.append(timed(lambda: subprocess.run([sys.executable, "-c", _IMPORT], cwd=ROOT, check=True)))
    mine, reference = statistics.median(ours), statistics.median(imports)
    return Line(
        f"start → first complete tables, {links:,} links",
        f"≤ {aim:g} × import textual",
        ms(mine),
        f"import {ms(reference)}",
        times(mine / reference),
        mine / reference <= aim,
        (f"ours {spread(ours)}; import {spread(imports)}",),
    )


def verb(_: int) -> list[Line]:
    """Run a verb that sends one message for a small group, beside an interpreter that loads what any such needs."""
    # A machine that forbids bytecode would compile all of ours each time.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment.pop("SSH_CONNECTION", None)

    def run(*words: str) -> float:
        return timed(
            lambda: subprocess.run(
                [sys.executable, *words], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
            )
        )

    ours, bare = [], []
    with farm(_FEW), TemporaryDirectory() as directory:
        for turn in range(_VERBS + 1):
            audit = ("--audit", f"{directory}/audit")
            ours.append(run("-m", "tui", "set", str(GROUP), "mtu", str(1400 + turn), "--no-guard", *audit))
            bare.append(run("-c", _BARE_VERB))
    # The first fills the caches.
    mine, reference = statistics.median(ours[1:]), statistics.median(bare[1:])
    return [
        Line(
            "`ifgroup set` of a small group, start → end",
            "≤ 1.5 × import json, argparse, socket",
            ms(mine),
            f"import {ms(reference)}",
            times(mine / reference),
            mine / reference <= 1.5,
            (f"ours {spread(ours[1:])}; import {spread(bare[1:])}; {_FEW} members, one message, read back",),
        )
    ]


def keys(links: int) -> list[Line]:
    """Type j while another process takes the group up and down without a pause."""
    storm = [wire.group_change(1, GROUP, setting(up=up)).hex() for up in (True, False)]
    with Other() as other, _ready(links) as console:
        # Let it settle before the quiet reference.
        console.listen(2.0)
        # First over the groups: each move shows another group's interfaces, all of them on the first row.
        quiet_groups = _steps(console, 60)
        other.begin(do="loop", data=storm)
        console.listen(1.0)
        groups = _steps(console, 300)
        turn = other.end()
        console.listen(3.0)
        console.press("\t")
        console.listen(0.5)
        # `lo` is first; from m0 on the cursor's name tells how many keys have had their effect.
        count = min(_KEYS, links - 2)
        half = count // 3
        quiet = _keys(console, half)
        console.press("g")
        console.listen(1.0)
        other.begin(do="loop", data=storm)
        console.listen(1.0)
        busy = _keys(console, count)
        # What the same storm does to a program that only echoes: the machine's own share.
        with Console(["-c", _ECHO]) as echo:
            echo.listen(1.0)
            bare = _echoes(echo, 200)
        other.end()
    return [
        _keys_line("interfaces", busy, quiet, bare, turn, "a key every 20 ms, whether or not the last was answered"),
        _keys_line("groups", groups, quiet_groups, bare, turn, "a key 20…120 ms after the last was answered"),
    ]


def _keys_line(table: str, busy: list[float], quiet: list[float], bare: list[float], turn: float, how: str) -> Line:
    worst, reference = percentile(busy, 99), percentile(bare, 99)
    return Line(
        f"key → its effect on screen during a storm, {table}",
        "p99 ≤ 60 ms",
        ms(worst),
        f"echo {ms(reference)}",
        times(worst / reference),
        worst <= 0.06,
        (
            f"storm {spread(busy)}; p90 {ms(percentile(busy, 90))}; quiet p99 {ms(percentile(quiet, 99))}",
            f"a bare echo on a terminal during the storm: {spread(bare)}",
            f"j, {how}; a change of the whole group every {ms(turn)}",
        ),
    )


def _keys(console: Console, count: int) -> list[float]:
    """Type j at a steady rate on the interfaces, the cursor on `lo`; return when each had its effect, after its key."""
    pressed: list[float] = []
    waits: list[float] = []
    chance = random.Random(7)
    due = time.monotonic()
    end = due + count * 0.02 + 30
    while len(waits) < count:
        now = time.monotonic()
        if now > end:
            raise RuntimeError(f"{count - len(waits)} of {count} keys had no effect within 30 s")
        if len(pressed) < count and now >= due:
            pressed.append(time.monotonic())
            console.press("j")
            due += chance.uniform(0.01, 0.03)
        if console.read((due if len(pressed) < count else now + 0.1) - time.monotonic()):
            seen, at = time.monotonic(), cursor(console, "m")
            while at is not None and len(waits) <= at and len(waits) < len(pressed):
                waits.append(seen - pressed[len(waits)])
    return waits


def _echoes(console: Console, count: int) -> list[float]:
    """Type to a program that echoes; return how long each key took to come back."""
    waits = []
    chance = random.Random(7)
    for _ in range(count):
        console.listen(chance.uniform(0.01, 0.03))
        before, begun = console.received, time.monotonic()
        console.press("j")
        while console.received == before and time.monotonic() - begun < 10:
            console.read(1.0)
        waits.append(time.monotonic() - begun)
    return waits


def _steps(console: Console, count: int) -> list[float]:
    """Type j and k on the groups, each after the last had its effect; return how long each took."""
    waits = []
    chance = random.Random(7)
    for key in itertools.islice(itertools.cycle("jjkk"), count):
        console.listen(chance.uniform(0.02, 0.12))
        before = cursor_line(console)
        begun = time.monotonic()
        console.press(key)
        done = console.until(lambda line=before: cursor_line(console) != line, "the cursor to move", 30.0)  # type: ignore[misc]
        waits.append(done - begun)
    return waits


def bytes_(links: int) -> list[Line]:
    """Count what 200 random rows that change ten times a second cost on the wire."""
    first = min(index for index, link in read_links().items() if link.name == b"m0")
    with Other() as other, _ready(links) as console:
        console.listen(2.0)
        other.begin(do="random", first=first, links=links, rows=200, period=0.1)
        console.listen(1.0)
        cpu = console.cpu()
        wrote = console.listen(_BYTES_SECONDS) / _BYTES_SECONDS
        cpu = (console.cpu() - cpu) / _BYTES_SECONDS
        done = other.end()
    rows = min(links, PLAIN_ROWS)
    plain = plain_bytes(rows, 3.0)
    return [
        Line(
            "bytes to 80×24, 200 random rows changing 10 ×/s",
            "≤ 5 KB/s",
            f"{wrote / 1000:.2f} KB/s",
            f"DataTable {plain / 1000:.1f} KB/s",
            times(wrote / plain),
            wrote <= 5000,
            (
                f"over {_BYTES_SECONDS:g} s, all groups chosen; CPU {cpu:.1%} of a core; {done} rounds of changes done",
                f"DataTable with {rows:,} rows, update_cell of the MTU alone",
            ),
        )
    ]


def idle(links: int) -> list[Line]:
    """Look at the idle console from one full check to the next, and at a bare Textual application."""
    with Console(["-c", _BARE_APP]) as bare:
        bare.listen(3.0)
        cpu = bare.cpu()
        bare.listen(10.0)
        bare_cpu, bare_memory = (bare.cpu() - cpu) / 10, bare.memory()
        bare.press("\x11")
    with _ready(links) as console:
        _until_age(console, lambda age: age >= 3)
        begun, before, wrote = time.monotonic(), console.cpu(), console.received
        checks = 0
        while checks == 0 or time.monotonic() - begun < _LEAST_IDLE:
            # Each round ends three seconds after a check, like the one before: so it holds exactly one.
            _until_age(console, lambda age: age < 3)
            _until_age(console, lambda age: age >= 3)
            checks += 1
        took = time.monotonic() - begun
        share, wire_rate = (console.cpu() - before) / took, (console.received - wrote) / took
        memory, most = console.memory(), console.memory("VmHWM")
    return [
        Line(
            "idle, reconcile included",
            "≤ 0.7 % of a core",
            f"{share:.2%}",
            f"bare app {bare_cpu:.2%}",
            times(share / bare_cpu) if bare_cpu else "",
            share <= 0.007,
            (f"over {took:.0f} s with {checks} full checks; {wire_rate:.0f} bytes/s to the terminal",),
        ),
        Line(
            "memory",
            "≤ 120 MB",
            f"{memory:.1f} MB",
            f"bare app {bare_memory:.1f} MB",
            times(memory / bare_memory),
            memory <= 120,
            (f"resident after that; the most it ever was: {most:.1f} MB",),
        ),
    ]


def _until_age(console: Console, true: Callable[[int], bool]) -> None:
    """Wait until the age of the last full check, as the status line tells it, is so."""

    def reached() -> bool:
        found = _AGE.search("\n".join(console.lines[-3:]))
        return found is not None and true(_seconds(found))

    console.until(reached, "the age of the last check", 400.0)


def _seconds(found: re.Match[str]) -> int:
    return int(found[2]) * (60 if found[3] == "min" else 1) if found[2] else 0
