"""Past measurements, kept as JSON files below XDG_DATA_HOME (the XDG base directory specification)."""

import errno
import json
import os
import re
import secrets
from pathlib import Path

from tui.files import own
from tui.model.text import visible
from tui.timing.report.results import TimingReport
from tui.timing.report.stored import report_json, report_of

_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{4}\.json")
_MOST = 8 * 1024 * 1024  # bytes of a file that may be one of ours: a hundred times what one has


def directory() -> Path:
    """Return where measurements are kept. Raises OSError where there is no home."""
    return own.data_home() / "ifgroup" / "timing"


def save(report: TimingReport) -> Path:
    """Keep a report; return where. Raises OSError, one sentence."""
    stamp = re.sub(r"[-:]|\+.*", "", report.host.date)
    name = f"{stamp}Z-{secrets.token_hex(2)}.json"
    if not _NAME.fullmatch(name):
        raise OSError(errno.EINVAL, "Only a report that says when it was made can be kept.")
    path = directory() / name
    try:
        own.create(path, json.dumps(report_json(report), indent=1).encode() + b"\n")
    except OSError as error:
        raise OSError(error.errno, f"{visible(os.fsencode(path))} can't be written ({error.strerror}).") from error
    return path


def runs() -> list[Path]:
    """Return the reports that are kept, newest first; none where the directory can't be read."""
    try:
        where = directory()
        with own.folder(where) as place:
            return [where / name for name in sorted(filter(_NAME.fullmatch, os.listdir(place)), reverse=True)]
    except OSError:
        return []


def load(path: Path) -> TimingReport:
    """Return a report that was kept. Raises OSError, one sentence, for a file that can't be read or is none."""
    shown = visible(os.fsencode(path))
    try:
        data = own.read(path, _MOST)
    except OSError as error:
        raise OSError(error.errno, f"{shown} can't be read ({error.strerror}).") from error
    problem = "holds no measurement"
    try:
        report = json.loads(data)
        if isinstance(report["host"], dict) and isinstance(report["results"], list):
            problem = "holds a measurement that this version can't read"
            return report_of(report)
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise OSError(errno.EINVAL, f"{shown} {problem}.")
