"""Saving the name map: the diff first, then the disk, and what to do if somebody else was there meanwhile."""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

from textual import work

from tui.files.names.writer import Conflict, NameFileError, NeedsInPlace
from tui.model.text import visible
from tui.present.commands import OnNames
from tui.screens.base import BaseScreen
from tui.screens.dialogs.choice import ChoiceScreen
from tui.session.name_editor import NameEditor

OnRecord: TypeAlias = Callable[[str, list[str], str], object]
"""Told of each save: the file, its diff, and what went wrong, one sentence, or ""."""


def no_record(path: str, changes: list[str], problem: str) -> None:
    """Put nothing on record."""


class NamesSaving(BaseScreen[None], commands=OnNames):
    """What the keys w and z of the name map do."""

    def __init__(self, editor: NameEditor, on_record: OnRecord, ascii: bool) -> None:
        """Save what ``editor`` holds."""
        super().__init__(ascii)
        self.editor = editor
        self._on_record = on_record
        self._saving = False
        self.locked = False
        """Whether the editor must not look at the file: it is being written."""

    def show_entries(self, go_to: int | None = None) -> None:
        """Show the entries again."""
        raise NotImplementedError

    @work(exclusive=True)
    async def action_save(self) -> None:
        """Show the diff, and save."""
        await self.save()

    async def save(self) -> bool:
        """Show the diff, and save if the operator agrees; return whether everything is saved."""
        if not self.editor.edited:
            self.say("There is nothing to save.")
            return True
        if barrier := self.editor.barrier():
            self.say(barrier, "warn")
            return False
        question = f"Save {visible(str(self.editor.path))}?"
        lines = [*filter(None, [self.editor.linked()]), *self.editor.diff()]
        answer = await self.app.push_screen_wait(ChoiceScreen(question, lines, {"y": "save"}, self.spell))
        if answer != "y":
            self.say("Not saved.")
            return False
        return await self._write(in_place=False)

    async def _write(self, in_place: bool) -> bool:
        if barrier := self.editor.barrier():
            self.say(barrier, "warn")
            return False
        changes = self.editor.diff()
        try:
            await self._to_disk(in_place)
        except Conflict as conflict:
            await self._merge(conflict)
            return False
        except NeedsInPlace as error:
            lines = [str(error), "Written in place, a reader may for a moment see half of it."]
            page = ChoiceScreen("It can't be replaced at once.", lines, {"i": "write in place"}, self.spell)
            if await self.app.push_screen_wait(page) == "i":
                return await self._write(in_place=True)
            self.say("Not saved.")
            return False
        except NameFileError as error:
            self.say(str(error), "bad")
            self._on_record(str(self.editor.path), changes, str(error))
            return False
        self._on_record(str(self.editor.path), changes, "")
        self.show_entries()
        self.say(f"Saved {visible(str(self.editor.path))}; {OnNames.take_back} takes it back.", "good")
        return True

    async def _to_disk(self, in_place: bool) -> None:
        self._saving = self.locked = True
        try:
            await asyncio.to_thread(self.editor.save, in_place)
        finally:
            self._saving = self.locked = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let no key begin anything while the disk writes: it would end the save unheard."""
        return not self._saving

    async def _merge(self, conflict: Conflict) -> None:
        """Bring both sides together; what overlaps is chosen by hand."""
        merged = self.editor.merge(conflict)
        choices = []
        for number, part in enumerate(merged.conflicts, 1):
            sides = (("base", part.base), ("mine", part.mine), ("theirs", part.theirs))
            lines = [f"{side:<7} {visible(line.rstrip())}" for side, raws in sides for line in raws or (b"(nothing)",)]
            title = f"Somebody else changed the same lines ({number} of {len(merged.conflicts)}). Which?"
            keys = {"m": "mine", "t": "theirs", "b": "both", "o": "as it was"}
            answer = await self.app.push_screen_wait(ChoiceScreen(title, lines, keys, self.spell))
            if not answer:
                self.say(f"Not saved, and nothing of yours is lost: {OnNames.save} tries again.", "warn")
                return
            choices.append({"m": "mine", "t": "theirs", "b": "both", "o": "base"}[answer])
        self.editor.adopt(conflict, merged.resolve(choices))  # type: ignore[arg-type]
        self.show_entries()
        text = "Somebody else had changed the file: both edits are merged here."
        self.say(f"{text} Look, then {OnNames.save} saves.", "warn")

    @work(exclusive=True)
    async def action_take_back(self) -> None:
        """Take the last save back, as an edit that is saved like any other."""
        if barrier := self.editor.barrier():
            self.say(barrier, "warn")
            return
        if not self.editor.take_back():
            self.say("Nothing was saved yet in this session.", "warn")
            return
        self.show_entries()
        await self.save()
