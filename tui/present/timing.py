"""A measurement in words and figures: what the timing panel shows while it runs and afterwards."""

from collections.abc import Iterator, Sequence
from math import ceil, floor, log10
from typing import NamedTuple

from tui.model.change.attributes import UP
from tui.model.group import Group
from tui.model.text import plural, visible
from tui.present.commands import OnTiming
from tui.present.words import Field, count
from tui.timing.events import RunProgress
from tui.timing.order import BenchOrder
from tui.timing.report.paper import TABLE
from tui.timing.report.reading import duration, paper_row, times
from tui.timing.report.results import Result, TimingReport
from tui.timing.report.table import as_table
from tui.timing.ways.ways import WAYS

_UNITS = {-6: "µs", -3: "ms", 0: "s"}  # by the power of ten
_PAPERS = ("process", "ip-group")  # what the paper compared
_STEPS = 5  # of a linear scale at most
_ALMOST = 1e-9
_ROUGH = 20  # seconds from which time left is told in steps of five
_LONG = 1.0  # seconds that a message may hold up others before it is worth a word
STOPPING = "stopping: the kernel finishes what it is at, which nothing can interrupt"
"""What is shown between the wish to stop and the end."""
_MARGIN = 2  # how far below the least value the scale begins at least, as a divisor


class BarWords(NamedTuple):
    """One way at one size."""

    label: str
    seconds: float | None
    """None: not known."""
    figure: str
    ratio: str
    estimated: bool
    tone: str


class Series(NamedTuple):
    """One curve of the sweep."""

    letter: str
    """Its mark, so that it is told from the others without colour."""
    label: str
    tone: str
    points: list[tuple[int, float]]
    """(interfaces, seconds), ascending."""
    papers: bool = False
    """Whether it is the paper's."""


def title(name: str, group: Group, order: BenchOrder) -> str:
    """Return what is measured; ``name``: the group's, safe to show."""
    first, last = order.links[0], order.links[-1]
    sizes = count(first) if first == last else f"{count(first)}…{count(last)}"
    now = f"{count(group.members)}, {count(group.up)} up"
    return f" timing: {order.described} on {sizes} links{_otherwise(group, order)}   {name}: {now}"


def _otherwise(group: Group, order: BenchOrder) -> str:
    """Return in what the interfaces differ from the group's: ", up, IPv6"."""
    own = "down" if not group.up else "up" if group.up >= group.members else "mixed"
    # Bringing them up or down says it already.
    state = f", {order.state}" if order.state != own and order.work.attribute is not UP else ""
    return state + (", IPv6" if order.ipv6 else "")


def hold_up(order: BenchOrder) -> str:
    """Return a warning of how long one message keeps others from changing links, one sentence; empty: not for long."""
    if order.held < _LONG:
        return ""
    return f"One message will hold up all other link changes here for about {about(order.held)}."


def bars(report: TimingReport, links: int) -> list[BarWords]:
    """Return every way that was ordered, at one size: measured, estimated, skipped or still to come."""
    found = report.at(links)
    gone = {skipped.way: skipped for skipped in report.skipped if skipped.links in (None, links)}
    rows = []
    for way in report.order.ways:
        label = WAYS[way].label
        if (result := found.get(way)) is None:
            rows.append(BarWords(label, None, "skipped" if way in gone else "…", "", False, "muted"))
            continue
        figure = f"{'≈' if result.estimated else ''}{duration(result.median_s)}"
        ratio = "" if result.ratio is None else times(result.ratio)
        tone = "good" if way == "group" else "bad" if way == "process" else ""
        rows.append(BarWords(label, result.median_s, figure, ratio, result.estimated, tone))
    return rows


def decades(report: TimingReport) -> tuple[int, int] | None:
    """Return the powers of ten, in seconds, between which all medians lie; None: there are none."""
    found = [result.median_s for result in report.results]
    if not found:
        return None
    low = floor(log10(min(found) / _MARGIN))
    return low, max(ceil(log10(max(found))), low + 1)


def decade(power: int) -> str:
    """Return a power of ten seconds as text: "10 ms"."""
    base = max((unit for unit in _UNITS if unit <= power), default=-6)
    return f"{10 ** (power - base):g} {_UNITS[base]}"


def steps(most: float) -> list[tuple[float, str]]:
    """Return round values from 0 to ``most`` seconds, at most six, as a linear scale has them, with their words."""
    power = 10.0 ** floor(log10(most))
    step = next(size * power for size in (0.2, 0.5, 1.0, 2.0) if most / (size * power) <= _STEPS)
    return [(number * step, _round(number * step)) for number in range(int(most / step + _ALMOST) + 1)]


def _round(seconds: float) -> str:
    unit = -6 if seconds < 1e-3 else -3 if seconds < 1 else 0
    return f"{seconds / 10**unit:.4g} {_UNITS[unit]}" if seconds else "0"


def bars_head(report: TimingReport, links: int, linear: bool) -> str:
    """Return what the bars show."""
    order = report.order
    size = f"   size ({OnTiming.smaller} {OnTiming.larger})" if len(report.sizes) > 1 else ""
    scale = "linear" if linear else "log"
    v6 = ", IPv6" if report.ipv6 else ""
    return (
        f" {order.described}, {plural(links, 'link')} {order.state} before{v6}   {scale} scale ({OnTiming.scale}){size}"
    )


def ratios(report: TimingReport, links: int) -> list[str]:
    """Return the ratios of the ways that matter most in words, a sentence each, with the paper's beside them."""
    found = report.at(links)
    lines = []
    for way in ("process", "sendmsg"):
        if (result := found.get(way)) is not None and result.ratio_words:
            marked = " (an estimate)" if result.estimated else ""
            lines.append(f"{WAYS[way].label}{marked}: {result.ratio_words}.")
    return [*lines, *_paper_at(report, links)] if lines else []


def _paper_at(report: TimingReport, links: int) -> list[str]:
    row = paper_row(links) if report.order.operation == "mtu" else None
    if row is None:
        return []
    one, many = row.times(report.sandbox.sysfs)
    return [
        f"The paper at {count(links)}, {_kernels(report)}: one `ip` for the group {duration(one)}, "
        f"a process per interface {duration(many)}: {times(many / one)}."
    ]


def _kernels(report: TimingReport) -> str:
    return f"{'with' if report.sandbox.sysfs else 'without'} sysfs"


def series(report: TimingReport) -> list[Series]:
    """Return the curves: three ways as measured (no estimates), and the paper's two where it measured the same."""
    known: dict[str, list[tuple[int, float]]] = {}
    for result in report.results:
        if not result.estimated:
            known.setdefault(result.way, []).append((result.links, result.median_s))
    curves = [
        Series("p", "a process each", "red", known.get("process", [])),
        Series("i", "one `ip` for the group", "yellow", known.get("ip-group", [])),
        Series("g", "one group message", "green", known.get("group", [])),
    ]
    if report.order.operation == "mtu":
        pairs = [(row.links, row.times(report.sandbox.sysfs)) for row in TABLE]
        curves += [
            Series("X", "a process each", "blue", [(links, pair[1]) for links, pair in pairs], True),
            Series("O", "one `ip` for the group", "cyan", [(links, pair[0]) for links, pair in pairs], True),
        ]
    return curves


def legend(report: TimingReport) -> list[list[Field]]:
    """Return what the curves are, line by line, each in its own colour, and what of the paper they are."""
    curves = series(report)
    here, paper = ([curve for curve in curves if curve.papers is papers] for papers in (False, True))
    lines = [[Field("here: "), *_named(here)]]
    if not paper:
        return [*lines, [Field("The paper measured the MTU alone: there is nothing of it to draw.")]]
    about = f"Compare p with X, i with O. The paper's kernel: {_kernels(report)}. No estimates."
    return [*lines, [Field("paper's Table I, dashed: "), *_named(paper)], [Field(about)]]


def _named(curves: Sequence[Series]) -> Iterator[Field]:
    for number, curve in enumerate(curves):
        if number:
            yield Field(", ")
        yield Field(f"{curve.letter} {curve.label}", curve.tone)


def result_words(report: TimingReport, result: Result) -> list[str]:
    """Return what one result means."""
    way = WAYS[result.way]
    cost = (
        f"For {count(result.links)}: messages {count(result.messages)}, bytes {count(result.bytes)}, "
        f"processes {count(result.processes)}, system calls {'' if result.system_calls_exact else 'about '}"
        f"{count(result.system_calls)}."
    )
    marked = "An estimate, from smaller sizes. " if result.estimated else ""
    paper = _paper_at(report, result.links) if result.way in _PAPERS else []
    return [f"{way.label}: {way.sentence}", f"{marked}{result.ratio_words}.", *paper, cost]


def in_full(report: TimingReport) -> list[str]:
    """Return the printed table with its sentences unwrapped, line by line, safe to show wherever it came from."""
    lines: list[str] = []
    for line in map(visible, as_table(report).splitlines()):
        # So a wrapped sentence goes on; rows of figures never begin like that.
        if line.startswith("  ") and lines:
            lines[-1] += line[1:]
        else:
            lines.append(line)
    return lines


def progress_words(progress: RunProgress | None, left: float | None) -> str:
    """Return what is being done and how long the rest will take, in seconds; None: not known yet."""
    if progress is None:
        return "starting the measuring process…"
    remaining = "time left: not known yet" if left is None else f"about {about(left)} left"
    way = WAYS[progress.way].label + ", " if progress.way in WAYS else ""
    return f"{remaining}; at {count(progress.links)}: {way}{visible(progress.text)}"


def about(seconds: float) -> str:
    """Return a time to wait as roughly as it is known."""
    if seconds < _ROUGH:
        return clock(seconds)
    return f"{round(seconds / 5) * 5} s" if seconds < 100 else clock(seconds)


def clock(seconds: float) -> str:
    """Return a time to wait."""
    return f"{max(seconds, 0):.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def ending(report: TimingReport, took: float, kept: str, problem: str) -> Field:
    """Return how a measurement ended; ``took``: seconds; ``kept``: its file, ``problem``: why there is none."""
    number = len(report.results)
    got = plural(number, "result")
    where = f" Kept as {kept} ({OnTiming.past})." if kept else f" It is not kept: {problem}" if problem else ""
    match report.ended:
        case "done" if number:
            return Field(f"Done in {clock(took)}, {got}.{where}", "good")
        case "stopped":
            until = f"what was measured until then stays: {got}.{where}" if number else "nothing was measured yet."
            return Field(f"Stopped; {until}", "warn")
        case "error":
            # Whatever it had made was in its own namespace.
            gone = " Its interfaces vanished with it." if report.sandbox.kinds else ""
            return Field(f"{report.error}{gone}{where}", "bad")
    return Field(f"Nothing could be measured. {report.first_reason}", "bad")
