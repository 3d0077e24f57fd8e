"""Each attribute of a group of 1,024 DOWN links: our one message beside the same from a bare socket."""

from __future__ import annotations

import statistics
import threading

from tests.perf.farm import GROUP, Other, farm, send
from tests.perf.table import Line, timed, times
from tui.model.change.attribute import Attribute, Bit, Text
from tui.model.change.attributes import ADDRGENMODE, ATTRIBUTES, MASTER, PROTODOWN
from tui.model.change.attributes import GROUP as RETAG
from tui.model.change.entries import Choice, Value
from tui.model.change.settings import Settings
from tui.netlink import wire
from tui.netlink.writer import Writer

LINKS = 1024
_TURNS = 12
# A retag isn't one message; the links here have no IPv6, no master to go to, and a kind without protodown.
_LEFT_OUT = (RETAG, MASTER, PROTODOWN, ADDRGENMODE)


def attributes(links: int) -> list[Line]:
    """Time each attribute; ``links`` is for other rows."""
    found = []
    with farm(LINKS):
        writer = Writer()
        try:
            with Other() as other:
                found = [(one, *_pair(writer, other, one)) for one in ATTRIBUTES if one not in _LEFT_OUT]
        finally:
            writer.close()
    ratios = {one: ours / bare for one, ours, bare in found}
    worst = max(ratios, key=lambda one: ratios[one])
    within = sum(ratio <= 1.1 for ratio in ratios.values())
    notes = [f"{one} {ours * 1000:.2f} / {bare * 1000:.2f} ms {times(ratios[one])}" for one, ours, bare in found]
    return [
        Line(
            f"each attribute of a group of {LINKS:,}: send → ACK",
            "≤ 1.1 × a bare socket's",
            f"{within} of {len(found)} within",
            f"worst: {worst}",
            times(ratios[worst]),
            within == len(found),
            (f"ours / bare, medians of {_TURNS}:", *("   ".join(notes[at : at + 4]) for at in range(0, len(notes), 4))),
        )
    ]


def _values(one: Attribute) -> tuple[Value, Value]:
    """Return two values to go to and fro between."""
    if isinstance(one.carrier, Bit):
        return True, False
    if isinstance(one.carrier, Text):
        return b"here", b"there"
    if isinstance(one.typed, Choice):
        first, second, *_ = one.typed.words.values()
        return first, second
    return 1400, 1500


def _pair(writer: Writer, other: Other, one: Attribute) -> tuple[float, float]:
    """Return the medians of ours and of the bare socket, in seconds; taken in turn, each first in half of them."""
    ours, bare = [], []
    for turn in range(_TURNS):
        # Each goes to and fro as often: to come up takes longer than to go down.
        for value, mine in zip(_values(one), (True, False) if turn % 2 else (False, True), strict=True):
            settings = Settings({one: value})
            if mine:
                ours.append(_ours(writer, settings))
            else:
                sent, acked = other.set(settings)
                bare.append(acked - sent)
    return statistics.median(ours), statistics.median(bare)


def _ours(writer: Writer, settings: Settings) -> float:
    """Send it as the console does: from a thread of its own, which waits for the ACK."""
    took = 0.0

    def work() -> None:
        nonlocal took
        seq = writer.next_seq()
        data = wire.group_change(seq, GROUP, settings)
        took = timed(lambda: send(writer, (seq, data)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return took
