"""What is asked before a group's interfaces are deleted: always the name, typed."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input

from tui.model.change.removal import Deletion
from tui.model.names.map import NameMap, group_title
from tui.present.commands import OnConfirm, OnDialog, hint
from tui.present.removal import bar_sentence, removal_in_short, removal_sentences
from tui.screens.dialogs.dialog import Dialog
from tui.session.removal import bar
from widgets.safe_input import SafeInput

_LOOKING = "Looking what goes with them…"


class RemovalScreen(Dialog[Deletion], commands=OnConfirm):
    """Shows what goes, what goes too and what can't; answers with that once its name was typed.

    Nobody can agree before `weighed` tells.
    """

    def __init__(self, group_id: int, names: NameMap, *, guarded: bool) -> None:
        """``guarded``: whether changes that could lock the operator out are guarded; a deletion can't be."""
        super().__init__()
        self._names = names
        self._guarded = guarded
        self._title = f"delete the interfaces of {group_title(group_id, names)}"
        self._words = names.name(group_id), str(group_id)
        self._deletion: Deletion | None = None
        self._plan, self._risks, self._error = _LOOKING, "", ""

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        with VerticalScroll(classes="dialog -risk", can_focus=False):
            yield self.line(self._title, "head")
            yield self.line(self._plan, "plan")
            yield self.line(self._risks, "risk")
            way = f"type the group's name ({self._words[0]}) and press {OnConfirm.name}"
            yield self.line(f"To delete them, {way}. {hint(OnDialog.leave)}.")
            yield SafeInput(id="name", select_on_focus=False)
            yield self.line(self._error, "error")

    def weighed(self, found: Deletion | str) -> None:
        """Tell what goes, or why that can't be told: then nothing can be sent."""
        if isinstance(found, str):
            self._plan, self._risks = "", f"! What goes with them can't be found out ({found}): nothing can be sent."
        elif why := bar(found, guarded=self._guarded):
            self._plan, self._risks = "", f"! {bar_sentence(why, found, self._names)}"
        else:
            self._deletion = found
            self._plan = removal_in_short(found, self._names)
            self._risks = "\n".join(f"! {sentence}" for sentence in removal_sentences(found, self._names))
        self.on_mount()

    def on_mount(self) -> None:
        """Tell what was found before there was a line to tell it in."""
        self.tell(plan=self._plan, risk=self._risks, error="")

    def action_yes(self) -> None:
        """A plain yes is never enough."""

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Agree if the name is right; say so if not."""
        typed, name = event.value.strip(), self._words[0]
        if self._deletion is None:
            why = f"{_LOOKING} Press {OnConfirm.name} again then." if self._plan else "Nothing can be sent."
            self.tell(error=why)
        elif typed and typed in self._words:
            self.dismiss(self._deletion)
        else:
            self.tell(error=f"{f'That is not {name}' if typed else f'Type {name} first'}. Nothing was sent.")
