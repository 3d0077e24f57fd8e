"""The columns of the timing panel's tables."""

from collections.abc import Callable

from tui.model.change.sample import Sample
from tui.present.column import Column, Head
from tui.present.timing_past import SLOWER, date, estimate
from tui.present.words import Field, count
from tui.timing.report.reading import duration, times
from tui.timing.report.results import Result, TimingReport
from tui.timing.report.table import row_cells


def _printed(head: Head, place: int) -> Column[Result]:
    """Return a column that shows what the printed table has at a place."""
    return Column(head, lambda result: Field(row_cells(result)[place], "warn" if result.estimated else ""))


RESULT_COLUMNS: tuple[Column[Result], ...] = (
    Column(Head("links", "LINKS", 6, align="right"), lambda result: Field(count(result.links), "muted")),
    _printed(Head("way", "WAY", 8, limit=9), 0),
    _printed(Head("median", "MEDIAN", 9, align="right"), 1),
    _printed(Head("span", "MIN–MAX", 12, limit=18, align="right", rank=2), 2),
    _printed(Head("ratio", "× GROUP", 8, align="right"), 3),
    _printed(Head("user", "USER", 9, align="right", rank=4), 4),
    _printed(Head("system", "SYSTEM", 9, align="right", rank=4), 5),
    _printed(Head("messages", "MSGS", 6, limit=7, align="right", rank=1), 6),
    _printed(Head("processes", "PROCS", 6, limit=7, align="right", rank=1), 7),
    _printed(Head("events", "EVENTS", 7, limit=8, align="right", rank=3), 8),
)
"""The columns of the results."""


def _slower(way: str) -> Callable[[int, Sample, TimingReport | None], Field]:
    def cell(number: int, sample: Sample, report: TimingReport | None) -> Field:
        seconds = None if report is None else estimate(report, way, sample.links)
        return Field("–" if seconds is None else f"~{duration(seconds)}", "muted")

    return cell


_ACK, _BATCH, _PROCESS = SLOWER
SAMPLE_COLUMNS: tuple[Column[int, Sample, TimingReport | None], ...] = (
    Column(
        Head("number", "#", 3, limit=5, align="right", rank=3),
        lambda number, sample, report: Field(str(number), "muted"),
    ),
    Column(Head("what", "WHAT", 12, limit=40), lambda number, sample, report: Field(sample.what)),
    Column(Head("links", "LINKS", 6, align="right"), lambda number, sample, report: Field(count(sample.links))),
    Column(
        Head("sent", "SENT", 8, align="right", rank=2),
        lambda number, sample, report: Field(duration(sample.sent)),
    ),
    Column(Head("acked", "ACK", 8, align="right"), lambda number, sample, report: Field(duration(sample.acked))),
    Column(
        Head("seen", "SEEN", 8, align="right"),
        lambda number, sample, report: Field(duration(sample.seen), "good"),
    ),
    Column(Head("ack", "~ACK EACH", 9, align="right", rank=1), _slower(_ACK)),
    Column(Head("batch", "~BATCH", 8, align="right", rank=2), _slower(_BATCH)),
    Column(Head("process", "~PROCESSES", 10, align="right"), _slower(_PROCESS)),
)
"""The columns of the operator's own changes: its number, the change, and what the estimates come from."""


def _at_largest(report: TimingReport, way: str) -> Result | None:
    return report.at(report.sizes[-1]).get(way) if report.sizes else None


def _median(way: str) -> Callable[[TimingReport], Field]:
    def cell(report: TimingReport) -> Field:
        if (result := _at_largest(report, way)) is None:
            return Field("–")
        return Field(("≈" if result.estimated else "") + duration(result.median_s))

    return cell


def _sizes(report: TimingReport) -> Field:
    sizes = [count(size) for size in report.sizes]
    return Field("–" if not sizes else sizes[0] if len(sizes) == 1 else f"{sizes[0]}…{sizes[-1]}")


def _ratio(report: TimingReport) -> Field:
    process = _at_largest(report, "process")
    return Field("–" if process is None or process.ratio is None else times(process.ratio))


def _ended(report: TimingReport) -> Field:
    if report.busy:
        return Field("BUSY", "bad")
    ended = {"done": "complete", "stopped": "stopped", "error": "cut off"}.get(report.ended, "")
    return Field(ended, "" if report.ended == "done" else "warn")


def _what(report: TimingReport) -> str:
    return f"{report.order.operation} {report.order.state}{' IPv6' if report.ipv6 else ''}"


PAST_COLUMNS: tuple[Column[TimingReport], ...] = (
    Column(Head("date", "DATE (UTC)", 16), lambda report: Field(date(report))),
    Column(Head("what", "WHAT", 8, limit=18), lambda report: Field(_what(report))),
    Column(Head("sizes", "SIZES", 9, limit=12, align="right"), _sizes),
    Column(Head("group", "GROUP", 8, align="right"), _median("group")),
    Column(Head("process", "PROCESSES", 9, align="right"), _median("process")),
    Column(Head("ratio", "RATIO", 7, align="right"), _ratio),
    Column(Head("ended", "ENDED", 8, rank=1), _ended),
)
"""The columns of the past measurements: their figures at the largest size."""
