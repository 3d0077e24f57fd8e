"""One change of the name map, from what a script asks to what is on record: no screen, no question, no kernel."""

import errno
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tui.files.names.version import Conflict, NameFileError, NeedsInPlace
from tui.model.names.document import NameDocument
from tui.model.names.edits import Edit
from tui.model.names.record import save_record, save_words
from tui.model.names.usage import usage
from tui.session.name_editor import NameEditor

_PATIENCE = 10.0  # seconds: a save takes milliseconds, and several scripts may want one at once
_PAUSE = 0.01  # seconds between tries

Members: TypeAlias = Callable[[Collection[int]], int]
"""Return how many interfaces bear one of these groups' numbers now."""
Put: TypeAlias = Callable[[Mapping[str, object]], str]
"""Put on record; return why that failed, one sentence, or ""."""


@dataclass(frozen=True, slots=True)
class NameOutcome:
    """What came of it. All its text is safe to show."""

    result: Literal["done", "unchanged", "refused"]
    edit: Edit
    diff: tuple[str, ...] = ()
    """What changed, or would."""
    missing: tuple[str, ...] = ()
    """Why it was refused, and what must be granted, a sentence each; of a dry run, why it would be."""
    remark: str = ""
    """What else the save did, one sentence."""
    complaint: str = ""
    """Why it isn't on record, one sentence."""


def change_names(
    editor: NameEditor,
    wanted: Callable[[NameDocument], Edit],
    *,
    granted: bool,
    dry_run: bool,
    members: Members,
    put: Put,
) -> NameOutcome:
    """Edit and save the map; what somebody else wrote meanwhile is read, and the edit made anew on top of it.

    ``granted``: what the screen would ask is answered with yes. Raises NameRuleError or what else ``wanted`` raises,
    and NameFileError; then nothing was written.
    """
    end = time.monotonic() + _PATIENCE
    in_place = False
    while True:
        edit = wanted(NameDocument.parse(editor.base))
        editor.edit(edit.document)
        changes = tuple(editor.diff())
        if not editor.edited:
            return NameOutcome("unchanged", edit)
        missing = () if granted else tuple(_questions(edit, members))
        if dry_run:
            return NameOutcome("refused" if missing else "done", edit, changes, missing)
        if barrier := editor.barrier():
            raise NameFileError(errno.EROFS, barrier)
        if missing:
            return NameOutcome("refused", edit, changes, missing)
        remark = "" if in_place else editor.linked()
        try:
            editor.save(in_place)
        except NeedsInPlace as error:
            if not granted:
                return NameOutcome("refused", edit, changes, (str(error),))
            in_place = True
        except NameFileError as error:
            again = isinstance(error, Conflict) or error.errno == errno.EAGAIN
            if not again or time.monotonic() > end:
                put(_record(editor, changes, str(error)))
                raise
            time.sleep(_PAUSE)
            editor.reload()
        else:
            return NameOutcome("done", edit, changes, (), remark, put(_record(editor, changes, "")))


def _record(editor: NameEditor, changes: Sequence[str], problem: str) -> dict[str, object]:
    what, _, outcome = save_words(editor.path.absolute(), changes, problem)
    return save_record(what, outcome, changes)


def _questions(edit: Edit, members: Members) -> list[str]:
    """Return what the screen would ask first, a sentence each."""
    found = [edit.beyond] if edit.beyond else []
    group_ids = {one.group_id for one in edit.given_up if one.group_id >= 0}
    if edit.change is not None and group_ids and (number := members(group_ids)):
        bears, after, *_ = usage(edit.given_up, number, edit.change)
        found.append(f"{bears.partition(' now.')[0]}. {after.rstrip(':')}.")
    return found
