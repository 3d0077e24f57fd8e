"""The filter's input, with what is wrong under it, and the last filters behind the arrow keys."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from tui.present.columns import CRITERIA
from tui.present.commands import OnFilter, OnMain, find_hint, hint
from tui.present.words import Field, Spelling
from widgets.keyed_table.table import Cell
from widgets.lines import Lines
from widgets.safe_input import SafeInput

_KEPT = 50  # filters
_LONGEST = 400  # characters
_LISTED = " ".join(f"{name}:" for name, known in CRITERIA.items() if known.listed)
_HELP = Field(f" {_LISTED}  !not  {hint(OnFilter.earlier)}", "muted")


class History:
    """The last texts, the latest first; going through them starts from what is being typed."""

    def __init__(self) -> None:
        """Start without any."""
        self._texts: list[str] = []
        self._at = -1
        self._typed = ""

    def keep(self, text: str) -> None:
        """Take in a text, as the latest."""
        if text:
            self._texts = [text, *(known for known in self._texts if known != text)][:_KEPT]

    def start(self) -> None:
        """Go back to what is being typed."""
        self._at = -1

    def step(self, by: int, now: str) -> str:
        """Go ``by`` steps to what is earlier, or later if negative, and return the text there; ``now``: what stands."""
        if self._at < 0 or self._texts[self._at] != now:
            self._at, self._typed = -1, now
        self._at = max(-1, min(self._at + by, len(self._texts) - 1))
        return self._texts[self._at] if self._at >= 0 else self._typed


class TermSuggester(Suggester):
    """Completes the last term: what a bare word can be, and the values of a column."""

    def __init__(self, words: Mapping[str, Sequence[str]]) -> None:
        """``words``: what can stand after each column's colon; under "": alone."""
        super().__init__(case_sensitive=True)
        self._words = words

    async def get_suggestion(self, value: str) -> str | None:
        """Return the whole text with its last term completed; None: nothing begins like that."""
        before, space, term = value.rpartition(" ")
        inversion = "!" if term.startswith("!") else ""
        column, colon, begun = term[len(inversion) :].rpartition(":")
        head = f"{before}{space}{inversion}{column}{colon}"
        if not begun and not colon:
            return None
        found = (word for word in self._words.get(column.lower(), ()) if word.lower().startswith(begun.lower()))
        word = next(found, None)
        return None if word is None else head + word


class FilterBox(Vertical):
    """Two lines while it is open, none while it isn't; who uses it decides what a text means."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(OnFilter.earlier.keys, "recall(1)", "Earlier filter", show=False),
        Binding(OnFilter.later.keys, "recall(-1)", "Later filter", show=False),
    ]
    DEFAULT_CSS = """
    FilterBox {
        height: auto; display: none;
        & Input, & Input:focus { height: 1; border: none; padding: 0; background: $boost; }
    }
    """

    class Changed(Message):
        """The text is another one now."""

        def __init__(self, text: str) -> None:
            """``text``: the whole of it."""
            super().__init__()
            self.text = text

        def can_replace(self, message: Message) -> bool:
            """Whether that one needs no answer any more."""
            return isinstance(message, FilterBox.Changed)

    class Accepted(Message):
        """Enter was pressed."""

        def __init__(self, text: str) -> None:
            """``text``: the whole of it."""
            super().__init__()
            self.text = text

    def __init__(self, spell: Spelling) -> None:
        """Start closed; ``spell`` writes our own words as the terminal can show them."""
        super().__init__(id="filterbox")
        self._spell = spell
        self._history = History()
        self._input = SafeInput(id="filter", placeholder=find_hint(OnMain.back), max_length=_LONGEST)
        self._line = Lines()

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield self._input
        yield self._line

    def open(self, text: str, groups: Sequence[str], parents: Sequence[str] = ()) -> None:
        """Show the box with ``text`` and take the keys.

        ``groups``, ``parents``: the names to complete, safe to show; the latter those that have groups below them.
        """
        words = [*groups, *(f"{column}:" for column in CRITERIA)]
        self._input.suggester = TermSuggester({"": words, "group": groups, "under": [*parents, *groups]})
        self._input.value = text
        self._history.start()
        self.say("")
        self.display = True
        self._input.focus()

    def close(self) -> None:
        """Hide the box; who uses it says where the keys go now."""
        self.display = False

    def keep(self, text: str) -> None:
        """Hide the box and let the arrow keys find ``text`` again."""
        self._history.keep(text.strip())
        self.close()

    def say(self, problem: str, hint: str = "") -> None:
        """Show what is wrong with the text, else what may be; both safe to show; else what can be typed."""
        field = Field(f" {problem}", "bad") if problem else Field(f" {hint}", "warn") if hint else _HELP
        self._line.show([Cell(self._spell(field.text), field.tone)])

    def action_recall(self, steps: int) -> None:
        """Put an earlier filter into the input, or a later one."""
        self._input.value = self._history.step(steps, self._input.value)
        self._input.action_end()

    @on(Input.Changed)
    def _input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def _input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Accepted(event.value))
