"""The report in the forms that it is printed and exported in: CSV, JSON, Markdown; the table is in report_table.py."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

from tui.timing.report.paper import SOURCE
from tui.timing.report.reading import reading
from tui.timing.report.results import TimingReport
from tui.timing.report.stored import report_json
from tui.timing.report.table import (
    ROW_HEADS,
    as_table,
    beside_paper,
    conditions,
    left_out,
    paper_heads,
    row_cells,
    way_lines,
)

_KEYS = (
    "links",
    "operation",
    "state",
    "way",
    "median_s",
    "min_s",
    "max_s",
    "repeats",
    "ratio",
    "user_s",
    "system_s",
    "cpu_split_coarse",
    "ack_s",
    "messages",
    "bytes",
    "processes",
    "system_calls",
    "notifications",
    "notifications_at_least",
    "last_notification_s",
    "verified",
    "estimated",
)
_HOST_KEYS = ("date", "kernel", "cpu", "cores", "python", "iproute2", "pyroute2", "ifgroup")


def as_json(report: TimingReport) -> str:
    """Return it as JSON: all that there is."""
    return json.dumps(report_json(report), indent=2)


def as_csv(report: TimingReport) -> str:
    """Return a line for each result, with the machine and the kinds on each; skipped ways have a reason instead."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*_KEYS, "skipped", *_HOST_KEYS, "kinds", "busy", "ipv6"])
    kinds = " ".join(f"{kind}:{count}" for kind, count in report.sandbox.kinds.items())
    host = [*(getattr(report.host, key) for key in _HOST_KEYS), kinds, report.busy, _plain(report.ipv6)]
    order = report.order
    for result in report.results:
        writer.writerow([*(_plain(getattr(result, key)) for key in _KEYS), "", *host])
    for skipped in report.skipped:
        empty: dict[str, Any] = {**dict.fromkeys(_KEYS, ""), "operation": order.operation, "state": order.state}
        empty |= {"way": skipped.way, "links": _plain(skipped.links), "verified": _plain(False)}
        writer.writerow([*(empty[key] for key in _KEYS), skipped.reason, *host])
    return out.getvalue()


def _plain(value: object) -> object:
    """Return a cell as spreadsheets take it: nothing for None, true and false as JSON has them."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else value


def as_markdown(report: TimingReport) -> str:
    """Return it as a Markdown document."""
    lines = ["# Changing interfaces by group and by each other way", ""]
    lines += [f"- {line}" for line in conditions(report)]
    for links in report.sizes:
        lines += ["", f"## {links:,} interfaces, {report.condition}", ""]
        rows = [
            [*row_cells(result), result.state, "on" if result.ipv6 else "off"]
            for result in report.results
            if result.links == links
        ]
        lines += _grid([*ROW_HEADS, "state before", "IPv6"], rows)
    if rows := beside_paper(report):
        lines += ["", f"## Beside the paper: {SOURCE}", "", *_grid(paper_heads(report), rows)]
    for title, sentences in (
        ("What it says", reading(report)),
        ("Not measured", left_out(report)),
        ("The ways", way_lines(report)),
    ):
        if sentences:
            lines += ["", f"## {title}", "", *(f"- {sentence}" for sentence in sentences)]
    return "\n".join(lines) + "\n"


def _grid(heads: list[str], rows: list[list[str]]) -> list[str]:
    def line(cells: list[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return [line(heads), line(["---", *("---:" for _ in heads[1:])]), *(line(row) for row in rows)]


FORMATS: dict[str, Callable[[TimingReport], str]] = {
    "table": as_table,
    "csv": as_csv,
    "json": as_json,
    "markdown": as_markdown,
}
"""Every form by its name on the command line."""
