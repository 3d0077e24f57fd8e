"""The marking keys of the main screen."""

from tui.model.text import plural
from tui.model.view.marks import Marks
from tui.model.view.pattern import FilterError
from tui.present.words import Field, count, some
from tui.screens.dialogs.prompt import PromptScreen
from tui.screens.main.change_keys import Changes
from tui.screens.main.shown import READING
from widgets.keyed_table.table import KeyedTable


class Marking(Changes):
    """What the keys space, v, *, !, +, -, U and a do. Marks are kept by ifindex, whatever is sorted or hidden."""

    link_table: KeyedTable

    def __init__(self) -> None:
        """Start without a range."""
        super().__init__()
        self._range_from: int | None = None

    def sync_links(self) -> None:
        """Show the interfaces again."""
        raise NotImplementedError

    def action_mark(self) -> None:
        """Mark the interface under the cursor, or unmark it, and go on to the next."""
        if (index := self._under_cursor()) is not None:
            self.picture.marks.toggle(index)
            self.link_table.action_cursor_by(1)
            self._marked_now()

    def action_mark_range(self) -> None:
        """Begin a range at the cursor; the second time mark everything between."""
        if (index := self._under_cursor()) is None:
            return
        shown = self.picture.shown
        if self._range_from not in shown:
            self._range_from = index
            name = some([self.picture.snapshot.links[index]])
            self.say(Field(f"A range begins at {name}: go to its other end and press v again. Esc: no range.", "warn"))
            return
        first, last = sorted((shown.index(self._range_from), shown.index(index)))
        self._range_from = None
        self.picture.marks.add(shown[first : last + 1])
        self._marked_now()

    def reasons_to_stay(self) -> list[str]:
        """Return what would be lost if the console ended now, a sentence each."""
        marks = len(self.picture.marks)
        lost = f"{plural(marks, 'interface is', 'interfaces are')} marked; marks aren't kept."
        return [*super().reasons_to_stay(), *([lost] if marks else [])]

    def leave_range(self) -> bool:
        """Forget a range that was begun; return whether there was one."""
        begun, self._range_from = self._range_from is not None, None
        if begun:
            self.say(Field("No range."))
        return begun

    def action_mark_all(self) -> None:
        """Mark every interface that is shown."""
        self.picture.marks.add(self.picture.shown)
        self._marked_now()

    def action_invert_marks(self) -> None:
        """Mark what is shown and isn't marked, unmark what is."""
        self.picture.marks.invert(self.picture.shown)
        self._marked_now()

    def action_unmark_all(self) -> None:
        """Unmark everything, shown or not."""
        self.picture.marks.clear()
        self._marked_now()

    def action_mark_matching(self) -> None:
        """Ask for a pattern, and mark the shown interfaces with such a name."""
        self._ask_pattern("Mark", True)

    def action_unmark_matching(self) -> None:
        """Ask for a pattern, and unmark the shown interfaces with such a name."""
        self._ask_pattern("Unmark", False)

    def action_marked_alone(self) -> None:
        """Show the marked interfaces alone, or all again."""
        view = self.picture.view
        if view.only is None and not self.picture.marks:
            self.say(Field("Nothing is marked: space marks the interface under the cursor.", "warn"))
            return
        view.only = self.picture.marks.indexes if view.only is None else None
        self.sync_links()

    def tell_vanished(self) -> None:
        """Say which marked interfaces are gone."""
        if gone := self.picture.vanished:
            self.picture.vanished = []
            self.say(Field(f"{plural(len(gone), 'marked interface')} vanished: {some(gone)}.", "warn"))

    def _under_cursor(self) -> int | None:
        if self.on_links and self.link_table.cursor_key is not None:
            return self.link_table.cursor_key
        if self.picture.reading:
            self._marked_now()
            return None
        self.say(Field("Marks are for interfaces: press Tab to go to them. Here * marks all that are shown.", "warn"))
        return None

    def _ask_pattern(self, verb: str, mark: bool) -> None:
        def found_by(pattern: str) -> tuple[list[int], str]:
            """Return the interfaces, or what is wrong with the pattern, one sentence."""
            try:
                return Marks.matching(pattern, self.picture.shown, self.picture.snapshot), ""
            except FilterError as error:
                return [], str(error)

        def hint(pattern: str) -> str:
            return f"{count(len(found_by(pattern)[0]))} of {count(len(self.picture.shown))} shown"

        def answered(pattern: str | None) -> None:
            if pattern is None:
                return
            found, problem = found_by(pattern)
            if problem:
                self.say(Field(problem, "bad"))
                return
            if mark:
                self.picture.marks.add(found)
            else:
                self.picture.marks.remove(found)
            self._marked_now()

        title = f"{verb} the shown interfaces with this name, such as veth* or re:^eth[0-9]+$"
        self.app.push_screen(PromptScreen(title, lambda text: found_by(text)[1], self.spell, hint=hint), answered)

    def _marked_now(self) -> None:
        if self.picture.reading:
            self.say(Field(f"{READING} Nothing is marked before all of them are shown.", "warn"))
            return
        if self.picture.view.only is not None:
            self.picture.view.only = self.picture.marks.indexes or None
        self.sync_links()
        marks = len(self.picture.marks)
        self.say(Field(f"{plural(marks, 'interface')} marked." if marks else "Nothing is marked."))
