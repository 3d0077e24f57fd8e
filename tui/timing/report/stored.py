"""The report as JSON: `bench --format json`, exports, and the files that are kept."""

from dataclasses import asdict
from typing import Any

from tui.timing.codec import record_of
from tui.timing.report.paper import CLAIMS, SOURCE, TABLE
from tui.timing.report.reading import reading
from tui.timing.report.results import TimingReport


def report_json(report: TimingReport) -> dict[str, Any]:
    """Return the report as JSON takes it, with the paper's figures and what it all means; keys are only ever added."""
    return {
        **asdict(report),
        "others": asdict(report.others) if report.others is not None else {},
        "paper": {
            "source": SOURCE,
            "claimed_ratios": [{"links": links, "ratio": ratio} for links, ratio in CLAIMS.items()],
            "rows": [row._asdict() for row in TABLE],
        },
        "reading": reading(report),
    }


def report_of(data: dict[str, Any]) -> TimingReport:
    """Return the report that `report_json` gave, through JSON. Raises ValueError for what isn't one."""
    return record_of(TimingReport, {**data, "others": data.get("others") or None})
