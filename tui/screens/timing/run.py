"""One measurement as the panel has it: read on a thread of its own, looked at by the screen's timer."""

import threading
from dataclasses import dataclass, replace
from time import monotonic
from typing import NamedTuple

from tui.model.group import Group
from tui.model.text import reason, visible
from tui.timing.events import RunProgress
from tui.timing.order import AUTO, DEFAULT_LINKS, BenchOrder, default_links, order_for_group
from tui.timing.others import Judge, busy
from tui.timing.report import history
from tui.timing.report.collect import Collector
from tui.timing.report.results import TimingReport
from tui.timing.runner import Run
from tui.timing.ways.operations import OPERATIONS

MOST_OWN = 16_384
"""Members up to which a group's own size is measured too."""
REPEATS = 3
BUDGET = 10.0
"""Seconds for each way at each size: with REPEATS the default sweep takes about a minute."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the operator wants measured, apart from the group that it is measured for."""

    operation: str = "mtu"
    links: tuple[int, ...] = ()
    """Sizes, ascending; empty: the paper's and the group's own."""
    repeats: int = REPEATS
    state: str = ""
    """How the interfaces are before each run, where any state will do; empty: as the group's."""
    ipv6: bool = False
    """Whether they have IPv6."""

    def order(self, group: Group) -> BenchOrder:
        """Return the order for a group. Raises ValueError, one sentence."""
        kinds = {kind.decode("utf-8", "replace"): number for kind, number in group.kinds} or {AUTO: 1}
        operation, up, mtu = self.operation, group.up, group.mtu or 0
        budget = min(BUDGET, OPERATIONS[operation].budget)
        order = order_for_group(kinds, up, mtu, operation, self.state, repeats=self.repeats, budget=budget)
        usual = default_links(operation, order.state, self.ipv6)
        most = MOST_OWN if usual == DEFAULT_LINKS else usual[-1]
        return replace(order, links=self.links or default_sizes(group.members, usual, most), ipv6=self.ipv6)


def default_sizes(members: int, usual: tuple[int, ...] = DEFAULT_LINKS, most: int = MOST_OWN) -> tuple[int, ...]:
    """Return the usual sizes, those of the paper's table, and the group's own if it is ``most`` at most."""
    own = {members} if 1 <= members <= most else set()
    return tuple(sorted({*usual, *own}))


def parse_sizes(text: str) -> tuple[int, ...]:
    """Return "128, 256" as sizes. Raises ValueError, one sentence, for what can't be measured."""
    try:
        sizes = tuple(sorted({int(part.replace("_", "")) for part in text.replace(" ", ",").split(",") if part}))
    except ValueError:
        raise ValueError("Give numbers of interfaces, such as 128,256,512.") from None
    return BenchOrder(links=sizes).links


class Last(NamedTuple):
    """What the panel showed last, for when it is opened again."""

    measurement: "Measurement"
    name: str
    """What it was made for, safe to show."""


class Measurement:
    """A measurement under way or over. Its thread never touches the screen, which asks instead."""

    def __init__(self, order: BenchOrder, judge: Judge = busy) -> None:
        """Start it; ``judge`` says whether others spoil what is measured."""
        self.order = order
        self.revision = 0
        """Rises with everything that was told."""
        self.over = False
        self.stopping = False
        """Whether it was told to end."""
        self.took = 0.0
        """Seconds from start to end, once it is over."""
        self.kept = ""
        """The name of the file that keeps the report; empty: none does."""
        self.problem = ""
        """Why it isn't, one sentence; empty: it is, or there was nothing to keep."""
        self._begun = monotonic()
        self._share = 0.0
        self._progress: RunProgress | None = None
        self._told_at = self._begun
        self._collector = Collector(order, judge)
        self._lock = threading.Lock()
        self.run = Run(order)
        """The measuring process."""
        self._thread = threading.Thread(target=self._follow, name="timing-panel", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the measuring process; what was measured stays, and is kept. May be called at any time."""
        self.stopping = True
        self.run.stop()

    def report(self) -> TimingReport:
        """Return everything that is known by now."""
        with self._lock:
            return self._collector.report()

    @property
    def progress(self) -> RunProgress | None:
        """What the measuring process is at; None: it didn't say yet."""
        return self._progress

    def left(self) -> float | None:
        """Return the seconds that are left; None: not known."""
        progress, told_at = self._progress, self._told_at
        return None if progress is None else max(progress.left_s - (monotonic() - told_at), 0.0)

    def share(self) -> float:
        """Return how much is done, 0 to 1; it never falls."""
        if self.over:
            return 1.0
        if (left := self.left()) is not None:
            elapsed = monotonic() - self._begun
            self._share = max(self._share, min(elapsed / (elapsed + left), 0.99) if left else self._share)
        return self._share

    def _follow(self) -> None:
        try:
            for event in self.run:
                with self._lock:
                    self._collector.take(event)
                if isinstance(event, RunProgress):
                    self._progress, self._told_at = event, monotonic()
                self.revision += 1
            self.took = monotonic() - self._begun
            self._keep(self.report())
        finally:
            self.over = True

    def _keep(self, report: TimingReport) -> None:
        if not report.results:
            return
        try:
            self.kept = history.save(report).name
        except OSError as error:
            self.problem = visible(reason(error))
