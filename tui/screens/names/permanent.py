"""What makes the present tags permanent: shown, to copy or to write."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.files.export import write_all_new
from tui.model.change.permanent import exports
from tui.model.gate import OPEN, Gate
from tui.model.names.map import NameMap
from tui.model.store import Snapshot
from tui.model.text import plural, reason, visible
from tui.present.words import Spelling
from tui.screens.dialogs.confirm import plain
from tui.screens.dialogs.page import PageScreen
from tui.screens.dialogs.prompt import PromptScreen

_INTRODUCTION = (
    "A tag lives as long as its interface: it is gone after a reboot, or when the interface is made anew. "
    "A name lives in the name map, apart from that. Any one of these sets the present tags again."
)
_SHOWN = 400  # lines of one export that are shown; all are written


class ExportScreen(PageScreen[None]):
    """Shows one way at a time; digits choose among them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Back", show=False),
        *(Binding(str(number), f"choose({number - 1})", "Choose", show=False) for number in range(1, 5)),
        Binding("y", "copy", "Copy", show=False),
        Binding("w", "write", "Write", show=False),
    ]

    def __init__(self, snapshot: Snapshot, names: NameMap, spell: Spelling, gate: Gate = OPEN) -> None:
        """Export the tags of ``snapshot``, where ``gate`` lets files be written."""
        super().__init__()
        self._exports = exports(snapshot.links.values(), names)
        self._chosen = 0
        self._spell = spell
        self._gate = gate

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        with VerticalScroll(classes="report", can_focus=False):
            yield plain("", "head")
            yield plain("", "problem")
            yield plain("", "body")

    def on_mount(self) -> None:
        """Begin with the first way."""
        self.action_choose(0)

    def action_choose(self, number: int) -> None:
        """Show another way."""
        if number < len(self._exports):
            self._chosen = number
        titles = "   ".join(f"{place}: {export.title}" for place, export in enumerate(self._exports, 1))
        self._set("head", f"{_INTRODUCTION}\n{titles}\ny: copy   w: write   Esc: back")
        self._set("problem", "")
        self._set("body", "\n".join(self._shown()))
        self.page.scroll_home(animate=False)

    def _shown(self) -> Iterator[str]:
        left = _SHOWN
        for path, data in self._exports[self._chosen].files:
            lines = data.splitlines()
            yield f"── {visible(path)}"
            yield from (visible(line.replace(b"\t", b"    ")) for line in lines[:left])
            if len(lines) > left:
                yield f"… and {plural(len(lines) - left, 'more line')}, which w writes"
            left = max(left - len(lines), 0)

    def _set(self, which: str, text: str) -> None:
        self.query_one(f".{which}", Static).update(Content(self._spell(text)))
        if which == "problem":  # it stands at the top
            self.page.scroll_home(animate=False)

    def action_copy(self) -> None:
        """Copy it by OSC 52, if it is text that a terminal can take."""
        text = b"".join(data for _, data in self._exports[self._chosen].files)
        if not text:
            self._set("problem", "There is nothing to copy: no interface is in another group than 0.")
            return
        if any(visible(line) != line.decode(errors="replace").replace("\\", "\\\\") for line in text.splitlines()):
            self._set("problem", "A name in it holds bytes that a clipboard would garble: w writes it to a file.")
            return
        self.app.copy_to_clipboard(text.decode())
        self._set(
            "problem",
            f"{plural(len(text), 'byte')} handed to the terminal (OSC 52); many terminals drop that. w writes.",
        )

    @work(exclusive=True)
    async def action_write(self) -> None:
        """Ask for a directory, and write there."""
        export = self._exports[self._chosen]
        if not export.files:
            self._set("problem", "There is nothing to write: no interface is in another group than 0.")
            return
        title = f"{export.title}: write {plural(len(export.files), 'file')} into which directory?"
        folder = await self.app.push_screen_wait(PromptScreen(title, _no_directory, self._spell, value=os.getcwd()))
        if folder is None:
            return
        try:
            written = write_all_new(Path(folder), export.files, self._gate)
        except OSError as error:
            self._set("problem", reason(error))
            return
        self._set("problem", "Written: " + ", ".join(visible(str(path)) for path in written))


def _no_directory(text: str) -> str:
    if "\0" in text or not Path(text).is_dir():
        return "There is no such directory."
    return "" if os.access(text, os.W_OK) else "You may not write into it."
