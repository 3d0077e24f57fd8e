"""Events → the report: results as far as they are known, at any moment."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from tui.timing.order import BenchOrder
from tui.timing.others import busy
from tui.timing.report.paper import CLAIMS, SOURCE, TABLE
from tui.timing.report.reading import ratio_words, reading
from tui.timing.report.statistics import exponent, extrapolate, mean, median, summary
from tui.timing.runner import Event
from tui.timing.ways.ways import WAYS

TimingReport: TypeAlias = dict[str, Any]
"""The report as JSON has it; keys are only ever added."""

_SPLIT_FROM = 0.08
"""Seconds of processor time from which user and system are told apart: 20 ticks of 250 Hz (account_process_tick)."""


class _Sample(NamedTuple):
    seconds: float
    ack_s: float | None
    user_s: float
    system_s: float


class _Heard(NamedTuple):
    notifications: int
    last_notification_s: float | None
    seconds: float
    lost: bool


def overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the extremes of two results, if they were measured, have something in common."""
    if one["estimated"] or other["estimated"]:
        return False
    return bool(one["min_s"] <= other["max_s"] and other["min_s"] <= one["max_s"])


class Collector:
    """Takes the events of one run; keeps what was measured, whatever becomes of the rest."""

    def __init__(self, order: BenchOrder) -> None:
        """Know nothing yet."""
        self._order = order
        self._host: dict[str, Any] = {}
        self._sandbox: dict[str, Any] = {}
        self._others: dict[str, Any] = {}
        self._samples: dict[tuple[int, str], list[_Sample]] = {}
        self._heard: dict[tuple[int, str], _Heard] = {}
        self._estimates: list[tuple[int, str]] = []
        self._skipped: list[dict[str, Any]] = []
        self._thrown_out: list[dict[str, Any]] = []
        self.ended = ""
        """How it ended: "done", "stopped", "error"; empty: it goes on."""
        self.error = ""
        """What went wrong, one sentence."""

    def take(self, event: Event) -> None:
        """Take in one event."""
        fields = {key: value for key, value in event.items() if key != "event"}
        match event["event"]:
            case "host":
                self._host = fields
            case "sandbox":
                self._sandbox = fields
            case "others":
                self._others = fields
            case "sample":
                self._take_sample(event)
            case "estimate":
                self._estimates.append((event["links"], event["way"]))
            case "skipped":
                self._skipped.append(fields)
            case "thrown_out":
                self._thrown_out.append(fields)
            case "done" | "stopped" | "error" as ended:
                self.ended = ended
                self.error = event.get("text", "")

    def _take_sample(self, event: Event) -> None:
        key = (event["links"], event["way"])
        if event["role"] == "counted":
            sample = _Sample(event["seconds"], event["ack_s"], event["user_s"], event["system_s"])
            self._samples.setdefault(key, []).append(sample)
        elif event["role"] == "listened":
            self._heard[key] = _Heard(
                event["notifications"], event["last_notification_s"], event["seconds"], event["lost"]
            )

    def report(self) -> TimingReport:
        """Return everything that is known by now."""
        # What others did to the machine spoils every figure; a fit or an estimate would lend it an air of exactness.
        spoilt = busy(self._host, self._others)
        report: TimingReport = {
            "host": self._host,
            "sandbox": self._sandbox,
            "others": self._others,
            "busy": spoilt,
            "order": self._order.as_json(),
            "ended": self.ended,
            "error": self.error,
            "results": self._results(not spoilt),
            "skipped": [*self._skipped, *(self._withheld() if spoilt else ())],
            "thrown_out": self._thrown_out,
            "growth": [] if spoilt else list(self._growth()),
            "paper": {
                "source": SOURCE,
                "claimed_ratios": [{"links": links, "ratio": ratio} for links, ratio in CLAIMS.items()],
                "rows": [row._asdict() for row in TABLE],
            },
        }
        report["reading"] = reading(report)
        return report

    def _withheld(self) -> Iterable[dict[str, Any]]:
        for links, way in self._estimates:
            yield {"way": way, "links": links, "reason": "The machine was busy: no estimate is given."}

    def _results(self, estimates: bool) -> list[dict[str, Any]]:
        # A way that was given up, or never ran, has nothing to estimate from: `skipped` tells.
        guessed = self._estimates if estimates else ()
        known = [*self._samples, *(key for key in guessed if self._points(key))]
        # Sizes that nobody asked for were measured for the sake of estimates.
        keys = [key for key in known if key[0] in self._order.links]
        order = list(WAYS)
        keys.sort(key=lambda key: (key[0], order.index(key[1])))
        results = [self._result(links, way) for links, way in keys]
        self._add_ratios(results)
        return results

    def _result(self, links: int, way: str) -> dict[str, Any]:
        order = self._order
        cost = WAYS[way].cost(links, order.operation, order.values[1])
        samples = self._samples.get((links, way), [])
        times = summary([sample.seconds for sample in samples]) if samples else None
        heard = self._heard.get((links, way))
        return {
            "links": links,
            "operation": order.operation,
            "state": order.state,
            "way": way,
            "label": WAYS[way].label,
            "median_s": times.median if times else extrapolate(self._points((links, way)), links),
            "min_s": times.least if times else None,
            "max_s": times.most if times else None,
            "repeats": len(samples),
            "user_s": mean([sample.user_s for sample in samples]),
            "system_s": mean([sample.system_s for sample in samples]),
            "cpu_split_coarse": bool(samples) and sum(s.user_s + s.system_s for s in samples) < _SPLIT_FROM,
            "ack_s": median([sample.ack_s for sample in samples]),
            "messages": cost.messages,
            "bytes": cost.size,
            "processes": cost.processes,
            "system_calls": cost.system_calls,
            "system_calls_exact": cost.exact,
            "notifications": heard.notifications if heard else None,
            "notifications_at_least": heard.lost if heard else False,
            "last_notification_s": heard.last_notification_s if heard else None,
            "listened_s": heard.seconds if heard else None,
            "verified": bool(samples),
            "estimated": not samples,
        }

    def _points(self, key: tuple[int, str]) -> list[tuple[int, float]]:
        """Return what is known of a way at smaller sizes: (links, median seconds), ascending."""
        links, way = key
        known = ((size, samples) for (size, other), samples in self._samples.items() if other == way and size < links)
        return sorted((size, summary([sample.seconds for sample in samples]).median) for size, samples in known)

    def _add_ratios(self, results: Iterable[dict[str, Any]]) -> None:
        by_key = {(result["links"], result["way"]): result for result in results}
        for (links, way), result in by_key.items():
            group, sendmsg = by_key.get((links, "group")), by_key.get((links, "sendmsg"))
            ratio = result["median_s"] / group["median_s"] if group else None
            batch = sendmsg["median_s"] / group["median_s"] if group and sendmsg else None
            result["ratio"] = ratio
            alike = group is not None and overlap(group, result)
            result["ratio_words"] = ratio_words(way, ratio, batch, alike) if ratio else ""

    def _growth(self) -> Iterable[dict[str, Any]]:
        """Yield how each way grows with the number of interfaces: from measured medians alone."""
        for way in self._order.ways:
            points = sorted(
                (size, summary([sample.seconds for sample in samples]).median)
                for (size, other), samples in self._samples.items()
                if other == way and size in self._order.links
            )
            if (fitted := exponent(points)) is not None:
                yield {"way": way, "exponent": fitted, "links": [size for size, _ in points]}
