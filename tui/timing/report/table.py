"""The report as a table for a terminal of 80 columns, and the cells and lines that other forms share with it."""

import textwrap

from tui.timing.report.paper import SOURCE
from tui.timing.report.reading import duration, loud, paper_row, reading, times
from tui.timing.report.results import Result, TimingReport
from tui.timing.ways.ways import WAYS

WIDTH = 80
ROW_HEADS = ["way", "median", "min–max", "× group", "user", "system", "msgs", "procs", "events"]
_UNITS = ((1.0, "s", 1.0), (1e-3, "ms", 1e3), (0.0, "µs", 1e6))


def row_cells(result: Result) -> list[str]:
    """Return the cells of one result, under ROW_HEADS."""
    mark = "~" if result.cpu_split_coarse else ""
    at_least = "≥" if result.notifications_at_least else ""
    return [
        result.way,
        ("≈" if result.estimated else "") + duration(result.median_s),
        "estimate" if result.min_s is None or result.max_s is None else _span(result.min_s, result.max_s),
        "–" if result.ratio is None else times(result.ratio),
        "–" if result.user_s is None else mark + duration(result.user_s),
        "–" if result.system_s is None else mark + duration(result.system_s),
        f"{result.messages:,}",
        f"{result.processes:,}",
        "–" if result.notifications is None else f"{at_least}{result.notifications:,}",
    ]


def _span(least: float, most: float) -> str:
    """Return two durations in the unit of the larger."""
    unit, factor = next((unit, factor) for limit, unit, factor in _UNITS if most >= limit)
    return f"{least * factor:.3g}–{most * factor:.3g} {unit}"


def conditions(report: TimingReport) -> list[str]:
    """Return under which conditions it was measured, line by line."""
    host, sandbox, order = report.host, report.sandbox, report.order
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sandbox.kinds.items())
    lines = [
        *filter(None, [loud(report)]),
        f"{host.date}, {host.kernel} {host.machine}, "
        f"{host.cpu or 'unknown CPU'}, {host.cores} cores, load {host.load[0] if host.load else '?'}",
        f"ifgroup {host.ifgroup}, Python {host.python}, "
        f"iproute2 {host.iproute2 or 'none'}, pyroute2 {host.pyroute2 or 'none'}, "
        f"{'root' if host.root else 'not root (a user namespace)'}",
        f"{order.described}, interfaces {report.condition}; made of {kinds or 'nothing yet'}; "
        f"sysfs {'mounted' if sandbox.sysfs else 'not mounted'}",
        *sandbox.notes,
    ]
    if report.ended != "done":
        why = report.error or "It was stopped; what was measured until then is here."
        lines.append(f"NOT COMPLETE. {why}")
    return lines


def left_out(report: TimingReport) -> list[str]:
    """Return what was not measured, and why."""
    lines = []
    for skipped in report.skipped:
        where = f" at {skipped.links:,} interfaces" if skipped.links else ""
        lines.append(f"{skipped.way}{where}: {skipped.reason}")
    return lines + [
        f"one run of {thrown.way} at {thrown.links:,} interfaces was thrown out: {thrown.reason}"
        for thrown in report.thrown_out
    ]


def way_lines(report: TimingReport) -> list[str]:
    """Return what each way does and takes, at the largest size that it has a result for."""
    order = report.order
    lines = []
    for way in order.ways:
        links = max((result.links for result in report.results if result.way == way), default=0)
        if links:
            cost = WAYS[way].cost(links, order.work, order.values[1])
            about = "" if cost.exact else "about "
            lines.append(
                f"{way}: {WAYS[way].sentence} For {links:,}: processes {cost.processes:,}, messages {cost.messages:,}, "
                f"bytes {cost.size:,}, system calls {about}{cost.system_calls:,}."
            )
    return lines


def paper_heads(report: TimingReport) -> list[str]:
    """Return the heads over `beside_paper`."""
    which = "with sysfs" if report.sandbox.sysfs else "no sysfs"
    return ["links", f"paper {which}: group", "process", "ratio", "here: ip-group", "process", "ratio"]


def beside_paper(report: TimingReport) -> list[list[str]]:
    """Return the paper's Table I beside ours: one `ip` for the group against one for each interface, both times."""
    if report.order.operation != "mtu":
        return []
    by_key = {(result.links, result.way): result for result in report.results}
    rows = []
    for links in sorted({links for links, _ in by_key}):
        row, group, each = paper_row(links), by_key.get((links, "ip-group")), by_key.get((links, "process"))
        if row is None or group is None or each is None:
            continue
        cells = [f"{links:,}"]
        for one, many in (row.times(report.sandbox.sysfs), (group.median_s, each.median_s)):
            cells += [duration(one), duration(many), times(many / one)]
        if each.estimated:
            cells[5] = "≈" + cells[5]
        rows.append(cells)
    return rows


def as_table(report: TimingReport) -> str:
    """Return it for a terminal."""
    lines = [line for text in conditions(report) for line in _wrapped(text)]
    for links in report.sizes:
        rows = [row_cells(result) for result in report.results if result.links == links]
        lines += ["", f"{links:,} interfaces, {report.condition}", *_columns([ROW_HEADS, *rows])]
    if rows := beside_paper(report):
        lines += ["", *_wrapped(f"Beside {SOURCE}"), *_columns([paper_heads(report), *rows])]
    for title, sentences in (
        ("What it says", reading(report)),
        ("Not measured", left_out(report)),
        ("The ways", way_lines(report)),
    ):
        if sentences:
            lines += ["", title, *(line for sentence in sentences for line in _wrapped(sentence))]
    return "\n".join(lines) + "\n"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def _columns(rows: list[list[str]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        " ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
