"""Real changes beside what slower ways would have taken, and past measurements beside each other, in words."""

from collections.abc import Sequence

from tui.model.change.sample import Sample
from tui.model.text import visible
from tui.present.commands import OnTiming
from tui.present.words import count
from tui.timing.report.reading import duration, loud, times
from tui.timing.report.results import Result, TimingReport
from tui.timing.report.statistics import extrapolate
from tui.timing.ways.ways import WAYS

SLOWER = ("ack", "ip-batch", "process")
"""The ways that a real change is shown beside."""
_ALIKE = 1.1  # ratios below it are called alike, where the extremes overlap too
_COMPARED = ("kernel", "cpu", "cores", "iproute2", "ifgroup")


def last_with(reports: Sequence[TimingReport], operation: str) -> TimingReport | None:
    """Return the first report of this operation, else the first that has results; None: there is none.

    Nothing is estimated from a run on a busy machine, and no other work from what takes a hundred times as long.
    """
    usable = [report for report in reports if report.results and not report.busy]
    alike = [report for report in usable if not report.order.work.deletes and not report.ipv6]
    return next((one for one in usable if one.order.operation == operation), alike[0] if alike else None)


def estimate(report: TimingReport, way: str, links: int) -> float | None:
    """Return the seconds that ``way`` would take for so many interfaces, by what was measured; None: it wasn't.

    Between two measured sizes by the straight line, below the smallest in proportion, above by `extrapolate`.
    """
    points = sorted(
        (result.links, result.median_s) for result in report.results if result.way == way and not result.estimated
    )
    if not points:
        return None
    below = [point for point in points if point[0] <= links]
    above = [point for point in points if point[0] >= links]
    if not below:
        return float(points[0][1] * links / points[0][0])
    if not above:
        return extrapolate(points, links)
    (low, low_s), (high, high_s) = below[-1], above[0]
    return float(low_s if high == low else low_s + (high_s - low_s) * (links - low) / (high - low))


def sample_words(sample: Sample, report: TimingReport | None) -> list[str]:
    """Return what a real change took, and what slower ways would have taken."""
    how = "one message for the group" if sample.whole_group else f"{count(sample.messages)} messages"
    lines = [
        f"{how}, {count(sample.links)} interfaces, {count(sample.up)} of them up. From the key: sent after "
        f"{duration(sample.sent)}, ACK after {duration(sample.acked)}, last member seen after {duration(sample.seen)}."
    ]
    if report is None:
        return [*lines, f"There is nothing to estimate from: {OnTiming.start} measures what the slower ways take."]
    took = max(sample.acked - sample.sent, 1e-9)
    same = report.order.operation == sample.operation
    parts = [
        f"{WAYS[way].label} ~{duration(seconds)}{f' ({times(seconds / took)})' if same else ''}"
        for way in SLOWER
        if (seconds := estimate(report, way, sample.links)) is not None
    ]
    guesses = "; ".join(parts) or "none of the slower ways was measured"
    by = f"Estimates for that, by the last measurement ({_which(report)})"
    # Bringing interfaces up costs the kernel more than an MTU: a ratio between the two would mislead.
    care = "" if same else f" That was other work than {sample.operation}: no ratio is given."
    return [*lines, f"From message to ACK it took {duration(took)}. {by}: {guesses}.{care}"]


def _which(report: TimingReport) -> str:
    """Return which measurement it is, in a few words."""
    order = report.order
    return f"{date(report)}, {order.operation}, interfaces {order.state}{' with IPv6' if report.ipv6 else ''}"


def date(report: TimingReport) -> str:
    """Return when it was measured, to the minute."""
    return visible(report.host.date)[:16].replace("T", " ")


def comparison(past: TimingReport, latest: TimingReport) -> list[str]:
    """Return what became of every result that both have, and what else differs between the two."""
    orders = past.order, latest.order
    lines = [f"past:   {date(past)}, {orders[0].described}, interfaces {past.condition}"]
    lines.append(f"latest: {date(latest)}, {orders[1].described}, interfaces {latest.condition}")
    lines += [f"{which}: {visible(text)}" for which, one in (("past", past), ("latest", latest)) if (text := loud(one))]
    for key in _COMPARED:
        was, is_now = (visible(str(getattr(report.host, key) or "unknown")) for report in (past, latest))
        if was != is_now:
            lines.append(f"differs: {key}: {was} → {is_now}")
    first, second = ((one.order.operation, one.order.state, one.ipv6) for one in (past, latest))
    if first != second:
        lines.append("The two did not measure the same work: compare with care.")
    rows = []
    for links in latest.sizes:
        before_by_way = past.at(links)
        for way, now in latest.at(links).items():
            if (before := before_by_way.get(way)) is not None:
                rows.append(_compared(links, before, now))
    heads = f"{'LINKS':>7} {'WAY':9} {'PAST':>9} {'LATEST':>9}  CHANGE"
    return [*lines, "", heads, *rows] if rows else [*lines, "", "They have no size and way in common."]


def _compared(links: int, before: Result, now: Result) -> str:
    ratio = now.median_s / before.median_s
    guess = [f"{'≈' if one.estimated else ''}{duration(one.median_s)}" for one in (before, now)]
    if max(ratio, 1 / ratio) < _ALIKE or before.overlaps(now):
        change = "alike (within the spread of the runs)" if before.overlaps(now) else "alike"
    else:
        change = f"{times(ratio)} as long" if ratio > 1 else f"{times(1 / ratio)} faster"
    return f"{count(links):>7} {now.way:9} {guess[0]:>9} {guess[1]:>9}  {change}"
