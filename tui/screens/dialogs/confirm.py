"""What is asked before a risky change. Nothing here is sent by Enter alone."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input

from tui.guard.losses import Losses
from tui.model.names.map import NameMap
from tui.present.busy import instead
from tui.present.change import asked, effort, empty_groups, in_short, risks
from tui.present.commands import OnConfirm, OnDialog, hint
from tui.present.guard import loss_sentences
from tui.present.session import question_sentences
from tui.screens.dialogs.dialog import Dialog
from tui.session.question import Agreed, Answer, Question
from widgets.safe_input import SafeInput

_WEIGHING = "Asking the kernel what this would cut off…"


class ConfirmScreen(Dialog[Agreed], commands=OnConfirm):
    """Shows a plan with its risks; wants a name typed, or a plain yes, as the question needs.

    Where the kernel must be asked first what would be cut off, nobody can agree before `weighed` tells. Where the
    kernel would be busy for long with whole groups, he may have a message sent for each member instead.
    """

    def __init__(self, question: Question, names: NameMap, notice: str) -> None:
        """``notice``: what the guard will do, one sentence."""
        super().__init__()
        self._question = question
        self._names = names
        self._notice = notice
        self._weighing = question.weighed
        self._lost = f"! {_WEIGHING}"
        self._hasty = False
        self._instead = instead(question.plan.preview) if question.plan.preview.estimate.long else ""
        self._agreed = Agreed.AS_PLANNED
        self._needs_name = question.answer is Answer.NAME
        self._words = question.plan.preview.accepted(names) if self._needs_name else ("", "")

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        question, preview = self._question, self._question.plan.preview
        more = question_sentences(question)
        if question.guarded and not question.weighed:
            more.append(self._notice)
        with VerticalScroll(classes="dialog -risk", can_focus=False):
            yield self.line(asked(question.plan.intent, self._names), "head")
            yield self.line(in_short(preview, self._names))
            for sentence in empty_groups(preview.empty, self._names):
                yield self.line(sentence)
            for risk in (*risks(preview, self._names), *more):
                yield self.line(f"! {risk}", "risk")
            if question.weighed:
                yield self.line(self._lost, "risk weighing")
            if self._instead:
                yield self.line(self._ways(), "ways")
            if self._needs_name:
                whose = "group" if preview.group_id is not None else "parent" if preview.path else "interface"
                way = f"type the {whose}'s name ({self._words[0]}) and press {OnConfirm.name}"
                yield self.line(f"To do it all the same, {way}. {hint(OnDialog.leave)}.")
                yield SafeInput(id="name", select_on_focus=False)
                yield self.line(classes="error")
            else:
                each = [OnConfirm.each] if self._instead else []
                yield self.line(hint(OnConfirm.yes, *each, OnDialog.leave))

    def _ways(self) -> str:
        """Return what a message each would take, and where a name is typed, which way is chosen."""
        if not self._needs_name:
            return f"Or {self._instead}."
        planned = self._agreed is Agreed.AS_PLANNED
        chosen, other = (effort(self._question.plan.preview), self._instead)[:: 1 if planned else -1]
        return f"Chosen: {chosen}. {OnConfirm.other_way}: {other}."

    def weighed(self, lost: Losses | str) -> None:
        """Tell what the kernel said that the change would cut off, or why that can't be told."""
        self._weighing = False
        self._lost = "\n".join(f"! {sentence}" for sentence in (*loss_sentences(lost), self._notice))
        again = f"Read what it would cut off, then press {OnConfirm.name} again."
        self.tell(weighing=self._lost, error=again if self._hasty else "")

    def on_mount(self) -> None:
        """Tell what the kernel said before there was a line to tell it in."""
        self.tell(weighing=self._lost)

    def action_yes(self) -> None:
        """Agree, where a plain yes is enough."""
        if not self._needs_name:
            self.dismiss(Agreed.AS_PLANNED)

    def action_each(self) -> None:
        """Agree to a message each instead, where that is offered and a plain yes is enough."""
        if self._instead and not self._needs_name:
            self.dismiss(Agreed.EACH)

    def action_other_way(self) -> None:
        """Choose a message each, or as planned again, where a name is typed."""
        if self._instead and self._needs_name:
            self._agreed = Agreed.EACH if self._agreed is Agreed.AS_PLANNED else Agreed.AS_PLANNED
            self.tell(ways=self._ways())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Agree if the name is right; say so if not."""
        typed, name = event.value.strip(), self._words[0]
        if self._weighing:
            self._hasty = True
            self.tell(error=f"{_WEIGHING} Press {OnConfirm.name} again then.")
        elif typed and typed in self._words:
            self.dismiss(self._agreed)
        else:
            self.tell(error=f"{f'That is not {name}' if typed else f'Type {name} first'}. Nothing was sent.")
