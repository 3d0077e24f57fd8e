"""Writes a measurement, or a picture of the panel, to a new file."""

import os
from collections.abc import Callable
from pathlib import Path

from textual.app import App

from tui.files.export import write_new
from tui.model.gate import Gate
from tui.model.text import visible
from tui.screens.dialogs.choice import ChoiceScreen
from tui.screens.dialogs.prompt import PromptScreen
from tui.timing.report.formats import FORMATS
from tui.timing.report.results import TimingReport

_KEYS = {"c": "CSV", "j": "JSON", "m": "Markdown", "s": "SVG of the panel"}
_ENDINGS = {"c": "csv", "j": "json", "m": "md", "s": "svg"}
_WRITERS = {"c": "csv", "j": "json", "m": "markdown"}


async def export(app: App[object], report: TimingReport | None, picture: Callable[[], str], gate: Gate) -> str | None:
    """Ask for form and file, and write where ``gate`` lets us; return what came of it, one sentence, None if left.

    ``report``: None: nothing was measured, the picture alone can be written. Raises OSError, one sentence.
    """
    keys = _KEYS if report is not None else {"s": _KEYS["s"]}
    lines = ["A new file is written; nothing that is there is overwritten."]
    form = await app.push_screen_wait(ChoiceScreen("Export in which form?", lines, keys))
    if form is None:
        return None
    name = await app.push_screen_wait(
        PromptScreen("Write to which file?", _problem, value=str(_proposed(report, _ENDINGS[form])))
    )
    if name is None:
        return None
    text = picture() if form == "s" or report is None else FORMATS[_WRITERS[form]](report)
    return f"Written to {visible(os.fsencode(write_new(Path(name), text.encode(), gate)))}."


def _proposed(report: TimingReport | None, ending: str) -> Path:
    stamp = "".join(char for char in (report.host.date if report is not None else "")[:19] if char.isalnum())
    base = Path.cwd() / f"ifgroup-timing{'-' + stamp if stamp.isascii() and stamp else ''}.{ending}"
    number, path = 1, base
    while os.path.lexists(path):
        number += 1
        path = base.with_name(f"{base.stem}-{number}{base.suffix}")
    return path


def _problem(text: str) -> str:
    if not text or "\0" in text:
        return "Give the name of a file."
    path = Path(text)
    if not path.parent.is_dir():
        return "There is no such directory."
    return "There is such a file already; it is not overwritten." if os.path.lexists(path) else ""
