"""Events → the report: results as far as they are known, at any moment."""

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from tui.timing.events import (
    BenchEnd,
    EstimateDue,
    Event,
    HostFacts,
    OthersUse,
    RunProgress,
    RunSample,
    SandboxFacts,
    SkippedWay,
    ThrownOutRun,
)
from tui.timing.order import BenchOrder
from tui.timing.others import Judge, busy
from tui.timing.report.reading import ratio_words
from tui.timing.report.results import Growth, Result, TimingReport
from tui.timing.report.statistics import exponent, extrapolate, mean, median, summary
from tui.timing.ways.ways import WAYS

_SPLIT_FROM = 0.08
"""Seconds of processor time from which user and system are told apart: 20 ticks of 250 Hz (account_process_tick)."""


class Collector:
    """Takes the events of one run; keeps what was measured, whatever becomes of the rest."""

    def __init__(self, order: BenchOrder, judge: Judge = busy) -> None:
        """Know nothing yet."""
        self._judge = judge
        self._known = TimingReport(order)
        self._samples: dict[tuple[int, str], list[RunSample]] = {}
        self._heard: dict[tuple[int, str], RunSample] = {}
        self._estimates: list[EstimateDue] = []

    def take(self, event: Event) -> None:
        """Take in one event."""
        known = self._known
        match event:
            case HostFacts():
                self._known = replace(known, host=event)
            case SandboxFacts():
                self._known = replace(known, sandbox=event)
            case OthersUse():
                self._known = replace(known, others=event)
            case RunSample():
                self._take_sample(event)
            case EstimateDue():
                self._estimates.append(event)
            case SkippedWay():
                self._known = replace(known, skipped=(*known.skipped, event))
            case ThrownOutRun():
                self._known = replace(known, thrown_out=(*known.thrown_out, event))
            case BenchEnd():
                self._known = replace(known, ended=event.how, error=event.text)
            case RunProgress():
                pass
            case _:
                assert_never(event)

    def _take_sample(self, sample: RunSample) -> None:
        key = (sample.links, sample.way)
        if sample.role == "counted":
            self._samples.setdefault(key, []).append(sample)
        elif sample.role == "listened":
            self._heard[key] = sample

    def report(self) -> TimingReport:
        """Return everything that is known by now."""
        known = self._known
        # What others did to the machine spoils every figure; a fit or an estimate would lend it an air of exactness.
        if spoilt := self._judge(known.host, known.others):
            withheld = (
                SkippedWay(due.way, due.links, "The machine was busy: no estimate is given.") for due in self._estimates
            )
            return replace(known, busy=spoilt, results=self._results(()), skipped=(*known.skipped, *withheld))
        # A way that was given up, or never ran, has nothing to estimate from: `skipped` tells.
        guessed = [due for due in self._estimates if self._points(due.links, due.way)]
        return replace(known, results=self._results(guessed), growth=tuple(self._growth()))

    def _results(self, guessed: Iterable[EstimateDue]) -> tuple[Result, ...]:
        order = list(WAYS)
        keys = [*self._samples, *((due.links, due.way) for due in guessed)]
        keys.sort(key=lambda key: (key[0], order.index(key[1])))
        # Sizes that nobody asked for were measured for the sake of estimates.
        results = {key: self._result(*key) for key in keys if key[0] in self._known.order.links}
        return tuple(
            _beside(result, results.get((links, "group")), results.get((links, "sendmsg")))
            for (links, _), result in results.items()
        )

    def _result(self, links: int, way: str) -> Result:
        order = self._known.order
        cost = WAYS[way].cost(links, order.work, order.values[1])
        samples = self._samples.get((links, way), [])
        times = summary([sample.seconds for sample in samples]) if samples else None
        heard = self._heard.get((links, way))
        return Result(
            links=links,
            operation=order.operation,
            state=order.state,
            way=way,
            label=WAYS[way].label,
            median_s=times.median if times else extrapolate(self._points(links, way), links),
            min_s=times.least if times else None,
            max_s=times.most if times else None,
            repeats=len(samples),
            user_s=mean([sample.user_s for sample in samples]),
            system_s=mean([sample.system_s for sample in samples]),
            cpu_split_coarse=bool(samples) and sum(s.user_s + s.system_s for s in samples) < _SPLIT_FROM,
            ack_s=median([sample.ack_s for sample in samples]),
            messages=cost.messages,
            bytes=cost.size,
            processes=cost.processes,
            system_calls=cost.system_calls,
            system_calls_exact=cost.exact,
            notifications=heard.notifications if heard else None,
            notifications_at_least=heard.lost if heard else False,
            last_notification_s=heard.last_notification_s if heard else None,
            listened_s=heard.seconds if heard else None,
            verified=bool(samples),
            estimated=not samples,
            ipv6=self._known.ipv6,
        )

    def _points(self, links: int, way: str) -> list[tuple[int, float]]:
        """Return what is known of a way at smaller sizes: (links, median seconds), ascending."""
        known = ((size, samples) for (size, other), samples in self._samples.items() if other == way and size < links)
        return sorted((size, summary([sample.seconds for sample in samples]).median) for size, samples in known)

    def _growth(self) -> Iterable[Growth]:
        """Yield how each way grows with the number of interfaces: from measured medians alone."""
        order = self._known.order
        for way in order.ways:
            points = [point for point in self._points(order.links[-1] + 1, way) if point[0] in order.links]
            if (fitted := exponent(points)) is not None:
                yield Growth(way, fitted, tuple(size for size, _ in points))


def _beside(result: Result, group: Result | None, sendmsg: Result | None) -> Result:
    """Return a result with its ratio to those of one group message, and of N messages in one send, at the same size."""
    if group is None:
        return result
    ratio = result.median_s / group.median_s
    batch = sendmsg.median_s / group.median_s if sendmsg else None
    return replace(result, ratio=ratio, ratio_words=ratio_words(result.way, ratio, batch, group.overlaps(result)))
