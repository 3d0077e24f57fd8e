"""What the name map's screen asks before an edit."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from textual.screen import Screen

from tui.model.names.usage import GivenUp, NameChange, usage
from tui.model.view.shown import Shown
from tui.present.commands import OnConfirm
from tui.present.words import members
from tui.screens.base import BaseScreen
from tui.screens.dialogs.choice import ChoiceScreen
from tui.screens.dialogs.prompt import PromptScreen

Answer = TypeVar("Answer")


class Asking:
    """Asks; meanwhile nothing is read anew, since the answer is an edit of what was read before."""

    def __init__(self, screen: BaseScreen[Any], shown: Callable[[], Shown]) -> None:
        """Ask over ``screen``; ``shown`` tells the members of each group by now."""
        self._screen = screen
        self._shown = shown
        self.under_way = False

    async def text(
        self,
        title: str,
        check: Callable[[str], str],
        value: str = "",
        hint: Callable[[str], str] = lambda text: "",
        begun: bool = False,
    ) -> str | None:
        """Return a line that ``check`` finds nothing wrong with, see `PromptScreen`; None: there is no answer."""
        return await self._answer(PromptScreen(title, check, value=value, hint=hint, begun=begun))

    async def accepted(self, given_up: Sequence[GivenUp], change: NameChange, title: str, beyond: str = "") -> bool:
        """Ask first where something may hang on a name, or where it comes to more than was asked for: ``beyond``."""
        group_ids = {one.group_id for one in given_up if one.group_id >= 0}
        number = sum(self._shown().group(group_id).members for group_id in group_ids)
        if not number and not beyond:
            return True
        question = f"{title}?" + (f" It has {members(number)} now." if number else "")
        lines = [*filter(None, [beyond]), *(usage(given_up, number, change) if number else ())]
        keys = {str(OnConfirm.yes): OnConfirm.yes.label}
        return await self._answer(ChoiceScreen(question, lines, keys)) == str(OnConfirm.yes)

    async def _answer(self, page: Screen[Answer]) -> Answer | None:
        self.under_way = True
        try:
            return await self._screen.app.push_screen_wait(page)
        finally:
            self.under_way = False
