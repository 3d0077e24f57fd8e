"""Saving the name map: the diff first, then the disk, and what to do if somebody else was there meanwhile."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from tui.files.names.writer import Conflict, NameFileError, NeedsInPlace
from tui.model.text import visible
from tui.present.commands import OnNames, OnUnsaved
from tui.screens.base import BaseScreen
from tui.screens.dialogs.choice import ChoiceScreen
from tui.session.name_editor import NameEditor

OnRecord: TypeAlias = Callable[[str, list[str], str], object]
"""Told of each save: the file, its diff, and what went wrong, one sentence, or ""."""


class Saving:
    """What brings the edits of the name map to the disk, and asks first."""

    def __init__(
        self, screen: BaseScreen[Any], editor: NameEditor, changed: Callable[[], object], on_record: OnRecord
    ) -> None:
        """Save what ``editor`` holds; ``changed`` shows the entries anew."""
        self._screen = screen
        self._editor = editor
        self._changed = changed
        self._on_record = on_record
        self.under_way = False
        """Whether the file is being written: neither may the editor look at it, nor a key begin anything."""

    async def save(self) -> bool:
        """Show the diff, and save if the operator agrees; return whether everything is saved."""
        if not self._editor.edited:
            self._screen.say("There is nothing to save.")
            return True
        if barrier := self._editor.barrier():
            self._screen.say(barrier, "warn")
            return False
        question = f"Save {visible(str(self._editor.path))}?"
        lines = [*filter(None, [self._editor.linked()]), *self._editor.diff()]
        if await self._ask(question, lines, {"y": "save"}) != "y":
            self._screen.say("Not saved.")
            return False
        return await self._write(in_place=False)

    async def _write(self, in_place: bool) -> bool:
        if barrier := self._editor.barrier():
            self._screen.say(barrier, "warn")
            return False
        changes = self._editor.diff()
        try:
            await self._to_disk(in_place)
        except Conflict as conflict:
            await self._merge(conflict)
            return False
        except NeedsInPlace as error:
            lines = [str(error), "Written in place, a reader may for a moment see half of it."]
            if await self._ask("It can't be replaced at once.", lines, {"i": "write in place"}) == "i":
                return await self._write(in_place=True)
            self._screen.say("Not saved.")
            return False
        except NameFileError as error:
            self._screen.say(str(error), "bad")
            self._on_record(str(self._editor.path), changes, str(error))
            return False
        self._on_record(str(self._editor.path), changes, "")
        self._changed()
        self._screen.say(f"Saved {visible(str(self._editor.path))}; {OnNames.take_back} takes it back.", "good")
        return True

    async def _to_disk(self, in_place: bool) -> None:
        self.under_way = True
        try:
            await asyncio.to_thread(self._editor.save, in_place)
        finally:
            self.under_way = False

    async def _merge(self, conflict: Conflict) -> None:
        """Bring both sides together; what overlaps is chosen by hand."""
        merged = self._editor.merge(conflict)
        choices = []
        for number, part in enumerate(merged.conflicts, 1):
            sides = (("base", part.base), ("mine", part.mine), ("theirs", part.theirs))
            lines = [f"{side:<7} {visible(line.rstrip())}" for side, raws in sides for line in raws or (b"(nothing)",)]
            title = f"Somebody else changed the same lines ({number} of {len(merged.conflicts)}). Which?"
            keys = {"m": "mine", "t": "theirs", "b": "both", "o": "as it was"}
            answer = await self._ask(title, lines, keys)
            if not answer:
                self._screen.say(f"Not saved, and nothing of yours is lost: {OnNames.save} tries again.", "warn")
                return
            choices.append({"m": "mine", "t": "theirs", "b": "both", "o": "base"}[answer])
        self._editor.adopt(conflict, merged.resolve(choices))  # type: ignore[arg-type]
        self._changed()
        text = "Somebody else had changed the file: both edits are merged here."
        self._screen.say(f"{text} Look, then {OnNames.save} saves.", "warn")

    async def take_back(self) -> None:
        """Take the last save back, as an edit that is saved like any other."""
        if barrier := self._editor.barrier():
            self._screen.say(barrier, "warn")
        elif not self._editor.take_back():
            self._screen.say("Nothing was saved yet in this session.", "warn")
        else:
            self._changed()
            await self.save()

    async def settle(self) -> bool:
        """Ask what is to become of unsaved edits; return whether they are saved, or not wanted any more."""
        if not self._editor.edited:
            return True
        keys = {str(command): command.label for command in OnUnsaved.all}
        answer = await self._ask(OnUnsaved.title, self._editor.diff(), keys)
        if answer == str(OnUnsaved.save):
            return await self._write(in_place=False)
        return answer == str(OnUnsaved.throw_away)

    async def _ask(self, title: str, lines: Sequence[str], keys: Mapping[str, str]) -> str | None:
        return await self._screen.app.push_screen_wait(ChoiceScreen(title, lines, keys))
