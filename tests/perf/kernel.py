"""What concerns the kernel alone: dumps, storms, changes."""

from __future__ import annotations

import contextlib
import shutil
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator

from tests.perf.farm import GROUP, Other, change, farm
from tests.perf.table import Line, ms, spread, timed, times
from tui.model.store import Store
from tui.netlink.dump import LinkReader, read_links
from tui.netlink.monitor import Monitor
from tui.netlink.sockets import EVENT_BUFFER, open_socket
from tui.netlink.writer import Writer

PYROUTE2_LINKS = 2048
"""Of which pyroute2's time is measured; for more it is scaled, linearly, which flatters it."""
DEFAULT_BUFFER = 212992 // 2
"""Asked for, so that the kernel grants its own default: it doubles what it is asked for."""
_REPEATS = 5
_QUIET = 1.5  # seconds without a change of the store after which a storm is over
_PATIENCE = 120.0


def take_stock() -> int:
    """Dump, decode and store every link, as the console does at its start; return how many there are."""
    store = Store()
    with open_socket() as sock:
        store.replace(LinkReader(sock).dump()[0])
    return len(store.snapshot().links)


def run_ip() -> None:
    """Have `ip` print every link as JSON, to nowhere."""
    tool = shutil.which("ip", path="/usr/sbin:/sbin:/usr/bin:/bin") or "ip"
    subprocess.run([tool, "-j", "link", "show"], stdout=subprocess.DEVNULL, check=True)


def beside_ip(repeats: int = _REPEATS) -> tuple[list[float], list[float]]:
    """Time `take_stock` and `run_ip` in turn."""
    ours, theirs = [], []
    take_stock()
    for _ in range(repeats):
        ours.append(timed(take_stock))
        theirs.append(timed(run_ip))
    return ours, theirs


def dump(links: int) -> list[Line]:
    """Measure a full check beside `ip` and pyroute2."""
    ours, theirs = beside_ip()
    mine, ip = statistics.median(ours), statistics.median(theirs)
    lines = [
        Line(
            "dump + decode + store",
            "≤ 1.2 × ip -j link show",
            ms(mine),
            f"ip {ms(ip)}",
            times(mine / ip),
            mine / ip <= 1.2,
            (f"ours {spread(ours)}; ip {spread(theirs)}",),
        )
    ]
    from pyroute2 import IPRoute

    some = min(links, PYROUTE2_LINKS)
    with farm(some), IPRoute() as route:
        list(route.get_links())
        measured = statistics.median(timed(lambda: list(route.get_links())) for _ in range(3))
    scaled = measured * links / some
    how = "" if some == links else f", estimated from {ms(measured)} for {some:,}, import not counted"
    lines.append(
        Line(
            "  the same beside pyroute2",
            "≥ 40 × faster",
            ms(mine),
            f"get_links() {ms(scaled)}",
            times(scaled / mine),
            scaled / mine >= 40,
            (f"pyroute2{how}",),
        )
    )
    return lines


class _Record:
    """Follows the kernel and notes when the store changed."""

    def __init__(self, buffer: int, force: bool) -> None:
        self.store = Store()
        self.changes: list[tuple[float, int]] = []
        self.monitor = Monitor(self.store, self._changed, buffer=buffer, force=force)

    def _changed(self) -> None:
        revision = self.store.revision
        if not self.changes or self.changes[-1][1] != revision:
            self.changes.append((time.monotonic(), revision))

    def quiet(self) -> None:
        """Wait until the store changes no more and is live."""
        end = time.monotonic() + _PATIENCE
        seen, since = -1, time.monotonic()
        while time.monotonic() < end:
            if self.store.revision != seen or self.monitor.health.state != "live":
                seen, since = self.store.revision, time.monotonic()
            elif time.monotonic() - since > _QUIET:
                return
            time.sleep(0.05)
        raise TimeoutError("the store doesn't come to rest")


@contextlib.contextmanager
def _recording(buffer: int, force: bool) -> Iterator[_Record]:
    record = _Record(buffer, force)
    record.monitor.start()
    try:
        record.quiet()
        yield record
    finally:
        record.monitor.stop()


def storm(links: int) -> list[Line]:
    """Have another process up the whole group; see when the store equals a fresh dump."""
    return [
        _storm("default", DEFAULT_BUFFER, False),
        _storm("forced", EVENT_BUFFER, True),
    ]


def _storm(which: str, buffer: int, force: bool) -> Line:
    ratios, kernels, ours, notes = [], [], [], []
    lost = False
    granted = 0
    with Other() as other, _recording(buffer, force) as record:
        for _ in range(3):
            before = record.monitor.health
            record.changes.clear()
            begun, acked = other.change(up=True)
            # The main thread sleeps: nothing but the monitor runs in this process.
            record.quiet()
            equal = record.changes[-1][0] if record.changes else begun
            health, granted = record.monitor.health, record.monitor.health.buffer
            same = dict(record.store.snapshot().links) == read_links()
            lost |= not same
            kernels.append(acked - begun)
            ours.append(equal - begun)
            ratios.append((equal - begun) / (acked - begun))
            notes.append(
                f"{health.events - before.events:,} events, {health.overruns - before.overruns} overruns, "
                f"equal to a fresh dump: {'yes' if same else 'NO'}"
            )
            other.change(up=False)
            record.quiet()
    ratio = statistics.median(ratios)
    return Line(
        f"storm, {which} buffer → store equals a dump",
        "≤ 2 × the kernel's, nothing lost",
        ms(statistics.median(ours)),
        f"send → ACK {ms(statistics.median(kernels))}",
        times(ratio),
        ratio <= 2 and not lost,
        (f"buffer {granted * 2:,} bytes; ratios {', '.join(map(times, ratios))}", *notes),
    )


def ack(links: int) -> list[Line]:
    """Time the group's change through our writer beside a bare socket in another process."""
    lines = [_ack("nobody listening", None)]
    with _recording(EVENT_BUFFER, True) as record:
        lines.append(_ack("our monitor listening", record))
    return lines


def _ack(how: str, record: _Record | None) -> Line:
    ours, bare = [], []
    writer = Writer()
    try:
        with Other() as other:
            for turn in range(10):
                # In turn, and each first in half of the pairs.
                for mine in (True, False) if turn % 2 else (False, True):
                    mtu = 1400 + 2 * turn + mine
                    if mine:
                        ours.append(_our_change(writer, mtu))
                    else:
                        sent, acked = other.change(mtu=mtu)
                        bare.append(acked - sent)
                    if record is not None:
                        _drained(record)
    finally:
        writer.close()
    mine_median, bare_median = statistics.median(ours), statistics.median(bare)
    ratio = mine_median / bare_median
    return Line(
        f"our group change: send → ACK, {how}",
        "≤ 1.1 × a bare socket's",
        ms(mine_median),
        f"bare {ms(bare_median)}",
        times(ratio),
        ratio <= 1.1,
        (
            f"ours {spread(ours)}; bare {spread(bare)}",
            f"fastest against fastest {times(min(ours) / min(bare))}; group {GROUP}, MTU, links DOWN",
        ),
    )


def _our_change(writer: Writer, mtu: int) -> float:
    """Change the group's MTU as the console does: from a thread of its own, which waits for the ACK."""
    took = 0.0

    def work() -> None:
        nonlocal took
        took = timed(lambda: change(writer, mtu=mtu))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return took


def _drained(record: _Record) -> None:
    """Wait until the events of the last change were taken in, so that they don't disturb the next."""
    seen = -1
    while (now := record.monitor.health.events) != seen:
        seen = now
        time.sleep(0.15)


def linear(sizes: list[int]) -> list[Line]:
    """Time a full check at each size, per link."""
    lines: list[Line] = []
    first = 0.0
    for size in sizes:
        with farm(size):
            ours, theirs = beside_ip(9 if size < 20000 else 5)
        # The fastest: rtnl is one lock for the whole machine, and whoever else holds it only adds.
        each, ip = min(ours) / size * 1e6, min(theirs) / size * 1e6
        first = first or each
        lines.append(
            Line(
                f"dump + decode + store, {size:,} links",
                "linear: ≤ 1.3 × the first" if lines else "(the first)",
                f"{each:.1f} µs a link",
                f"ip {ip:.1f} µs a link",
                f"{times(each / first)} the first",
                each <= 1.3 * first,
                (f"{times(each / ip)} ip, fastest against fastest; ours {spread(ours)}",),
            )
        )
    return lines
