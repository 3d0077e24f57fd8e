"""Shell lines to take along: copied by OSC 52, and shown, since many a terminal drops that."""

from collections.abc import Sequence

from textual.app import App

from tui.model.change.shell import pasteable, shortened
from tui.model.text import plural
from tui.screens.dialogs.report import ReportScreen

ROOM = 8000
"""Characters of one line that a page shows."""


def copy(app: App[int], lines: Sequence[str]) -> None:
    """Copy lines, and show them. Raises ValueError, one sentence, for what a clipboard must not get."""
    text = pasteable(lines)
    app.copy_to_clipboard(text)
    shown = [shortened(line, ROOM) for line in lines]
    cut = "" if list(lines) == shown else " Shown here in short; what was copied is whole."
    title = f"{plural(len(text), 'byte')}: copied if your terminal allows it (OSC 52); else select it here.{cut}"
    app.push_screen(ReportScreen(title, ["", *shown]))
