"""What makes the present tags permanent: shown, to copy or to write."""

import os
from collections.abc import Iterator
from pathlib import Path

from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.events import Key

from tui.files.export import write_all_new
from tui.model.change.permanent import exports
from tui.model.gate import OPEN, Gate
from tui.model.names.map import NameMap
from tui.model.store import Snapshot
from tui.model.text import plural, reason, visible
from tui.present.commands import OnPermanent, hint
from tui.screens.dialogs.page import PageScreen
from tui.screens.dialogs.prompt import PromptScreen

_INTRODUCTION = (
    "A tag lives as long as its interface: it is gone after a reboot, or when the interface is made anew. "
    "A name lives in the name map, apart from that. Any one of these sets the present tags again."
)
_WRITE = OnPermanent.write
_SHOWN = 400  # lines of one export that are shown; all are written


class ExportScreen(PageScreen[None], commands=OnPermanent):
    """Shows one way at a time; digits choose among them."""

    def __init__(self, snapshot: Snapshot, names: NameMap, gate: Gate = OPEN) -> None:
        """Export the tags of ``snapshot``, where ``gate`` lets files be written."""
        super().__init__()
        found = exports(snapshot.links.values(), names)
        self._exports = {str(place): export for place, export in enumerate(found, 1)}
        self._chosen = ""
        self._gate = gate

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        with VerticalScroll(classes="report", can_focus=False):
            yield self.line(classes="head")
            yield self.line(classes="problem")
            yield self.line(classes="body")

    def on_mount(self) -> None:
        """Begin with the first way."""
        self._choose(next(iter(self._exports)))

    def on_key(self, event: Key) -> None:
        """Show another way."""
        if event.character in self._exports:
            event.stop()
            self._choose(event.character)

    def _choose(self, key: str) -> None:
        self._chosen = key
        titles = "   ".join(f"{key}: {export.title}" for key, export in self._exports.items())
        keys = "   ".join(map(hint, OnPermanent.all))
        self.tell(head=f"{_INTRODUCTION}\n{titles}\n{keys}", body="\n".join(self._shown()))
        self._note("")

    def _shown(self) -> Iterator[str]:
        left = _SHOWN
        for path, data in self._exports[self._chosen].files:
            lines = data.splitlines()
            yield f"── {visible(path)}"
            yield from (visible(line.replace(b"\t", b"    ")) for line in lines[:left])
            if len(lines) > left:
                yield f"… and {plural(len(lines) - left, 'more line')}, which {_WRITE} writes"
            left = max(left - len(lines), 0)

    def _note(self, text: str) -> None:
        self.tell(problem=text)
        self.page.scroll_home(animate=False)  # it stands at the top

    def action_copy(self) -> None:
        """Copy it by OSC 52, if it is text that a terminal can take."""
        text = b"".join(data for _, data in self._exports[self._chosen].files)
        if not text:
            self._note("There is nothing to copy: no interface is in another group than 0.")
            return
        if any(visible(line) != line.decode(errors="replace").replace("\\", "\\\\") for line in text.splitlines()):
            self._note(f"A name in it holds bytes that a clipboard would garble: {_WRITE} writes it to a file.")
            return
        self.app.copy_to_clipboard(text.decode())
        handed = f"{plural(len(text), 'byte')} handed to the terminal (OSC 52)"
        self._note(f"{handed}; many terminals drop that. {_WRITE} writes.")

    @work(exclusive=True)
    async def action_write(self) -> None:
        """Ask for a directory, and write there."""
        export = self._exports[self._chosen]
        if not export.files:
            self._note("There is nothing to write: no interface is in another group than 0.")
            return
        title = f"{export.title}: write {plural(len(export.files), 'file')} into which directory?"
        folder = await self.app.push_screen_wait(PromptScreen(title, _no_directory, value=os.getcwd()))
        if folder is None:
            return
        try:
            written = write_all_new(Path(folder), export.files, self._gate)
        except OSError as error:
            self._note(reason(error))
            return
        self._note("Written: " + ", ".join(visible(str(path)) for path in written))


def _no_directory(text: str) -> str:
    if "\0" in text or not Path(text).is_dir():
        return "There is no such directory."
    return "" if os.access(text, os.W_OK) else "You may not write into it."
