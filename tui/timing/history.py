"""Past measurements, kept as JSON files below XDG_DATA_HOME (the XDG base directory specification)."""

import errno
import json
import os
import re
import secrets
from pathlib import Path

from tui.files.export import write_new
from tui.model.text import visible
from tui.timing.collect import Report

_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{4}\.json")
_MOST = 64 * 1024 * 1024  # bytes of a file that may be one of ours


def directory() -> Path:
    """Return where measurements are kept."""
    base = Path(os.environ.get("XDG_DATA_HOME") or "")
    # The specification: a relative path there is to be ignored.
    return (base if base.is_absolute() else Path.home() / ".local" / "share") / "ifgroup" / "timing"


def save(report: Report) -> Path:
    """Keep a report; return where. Raises OSError, one sentence."""
    stamp = re.sub(r"[-:]|\+.*", "", str(report["host"].get("date", "")))
    name = f"{stamp}Z-{secrets.token_hex(2)}.json"
    if not _NAME.fullmatch(name):
        raise OSError(errno.EINVAL, "Only a report that says when it was made can be kept.")
    folder = directory()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        shown = visible(os.fsencode(folder))
        raise OSError(error.errno, f"The directory {shown} can't be made ({error.strerror}).") from error
    return write_new(folder / name, json.dumps(report, indent=1).encode() + b"\n")


def runs() -> list[Path]:
    """Return the reports that are kept, newest first; none where the directory can't be read."""
    try:
        return sorted((path for path in directory().iterdir() if _NAME.fullmatch(path.name)), reverse=True)
    except OSError:
        return []


def load(path: Path) -> Report:
    """Return a report that was kept. Raises OSError, one sentence, for a file that can't be read or is none."""
    shown = visible(os.fsencode(path))
    try:
        with path.open("rb") as file:
            data = file.read(_MOST)
    except OSError as error:
        raise OSError(error.errno, f"{shown} can't be read ({error.strerror}).") from error
    try:
        report = json.loads(data)
        if isinstance(report["host"], dict) and isinstance(report["results"], list):
            return dict(report)
    except (ValueError, KeyError, TypeError):
        pass
    raise OSError(errno.EINVAL, f"{shown} holds no measurement.")
