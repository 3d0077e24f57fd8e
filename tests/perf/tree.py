"""Groups of groups: fold, unfold and move over a tree of 1,000 names, as a process on a terminal."""

from __future__ import annotations

import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.changes import setting
from tests.perf.console import Console, cursor_line, open_ifgroup
from tests.perf.farm import GROUP, here, send
from tests.perf.table import Line, ms, percentile, spread, times
from tui.netlink import wire
from tui.netlink.dump import read_links
from tui.netlink.writer import Writer

_SITES, _RACKS, _LEAVES = 5, 10, 20
_FIRST = 1000  # the first id
_ROUNDS = 25
_BATCH = 256


def tree(links: int) -> list[Line]:
    """Press the keys over a tree, and over the same groups flat."""
    ids = range(_FIRST, _FIRST + _SITES * _RACKS * _LEAVES)
    named = [
        f"dc{site}/rack{rack}/n{leaf}" for site in range(_SITES) for rack in range(_RACKS) for leaf in range(_LEAVES)
    ]
    with spread_over(ids):
        with _console(ids, [name.replace("/", "-") for name in named]) as console:
            flat = _timed(console, ["j", "k"] * _ROUNDS)
        with _console(ids, named) as console:
            waits = _timed(console, [*["right", "left"] * _ROUNDS, *"jjjj", *_WALK * _ROUNDS])
    lines = []
    for what, found in waits.items():
        worst, reference = percentile(found, 90), percentile(flat["move"], 90)
        lines.append(
            Line(
                f"tree of {len(ids):,} names, {links:,} links: {what} → on screen",
                "p90 ≤ 20 ms",
                ms(worst),
                f"a move, no tree {ms(reference)}",
                times(worst / reference),
                worst <= 0.02,
                (f"{what} {spread(found)}; moves over the same groups flat: {spread(flat['move'])}",),
            )
        )
    return lines


_KEYS = {"right": "\x1b[C", "left": "\x1b[D"}
_MEANING = {"right": "unfold", "left": "fold"}
_WALK = ["right", "j", "right", "j", "k", "left", "k", "left", "j", "k"]
"""From a folded site back to it: both its levels are unfolded and folded, and all kinds of rows are gone over."""


def _timed(console: Console, keys: list[str]) -> dict[str, list[float]]:
    """Press each key after the last had its effect; return how long each kind took."""
    waits: dict[str, list[float]] = {}
    chance = random.Random(7)
    for key in keys:
        console.listen(chance.uniform(0.05, 0.12))
        seen = _seen(console)
        waits.setdefault(_MEANING.get(key, "move"), []).append(_press(console, key, lambda s=seen: _seen(console) != s))  # type: ignore[misc]
    return waits


def _press(console: Console, key: str, done: Callable[[], bool]) -> float:
    begun = time.monotonic()
    console.press(_KEYS.get(key, key))
    return console.until(done, f"what {key} does", 30.0) - begun


def _seen(console: Console) -> tuple[object, ...]:
    """Return where the cursor is, what is unfolded, and whose interfaces are listed."""
    lines = console.lines
    folds = tuple(found[0] for line in lines if (found := re.search(r"[▸▾] \S+", line)))
    return cursor_line(console), folds, next((line for line in lines if line.startswith(" interfaces of")), "")


@contextmanager
def _console(ids: range, names: list[str]) -> Iterator[Console]:
    """Run the console with this name map, and wait until it shows them all."""
    with tempfile.NamedTemporaryFile("w", suffix=".group") as file:
        file.writelines(f"{group_id}\t{name}\n" for group_id, name in zip(ids, names, strict=True))
        file.flush()
        with open_ifgroup(here(), "--names", file.name) as console:
            console.until(lambda: "live" in "".join(console.lines[-3:]), "live tables")
            console.listen(2.0)
            yield console


@contextmanager
def spread_over(ids: range) -> Iterator[None]:
    """Spread the links over groups, and put them back in the end."""
    members = sorted(index for index, link in read_links().items() if link.group == GROUP)
    _retag({index: ids[place % len(ids)] for place, index in enumerate(members)})
    try:
        yield
    finally:
        _retag(dict.fromkeys(members, GROUP))


def _retag(wanted: dict[int, int]) -> None:
    writer = Writer()
    try:
        pairs = list(wanted.items())
        for first in range(0, len(pairs), _BATCH):
            batch = []
            for number, (index, group) in enumerate(part := pairs[first : first + _BATCH], 1):
                seq = writer.next_seq()
                last = number == len(part)
                batch.append((seq, wire.link_change(seq, index, setting(group=group), ack=last)))
            send(writer, *batch)
    finally:
        writer.close()
