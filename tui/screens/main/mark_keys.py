"""The marking keys of the main screen: space, v, *, !, +, -, U and a."""

from collections.abc import Callable

from tui.model.text import plural
from tui.model.view.marks import Marks
from tui.model.view.pattern import FilterError
from tui.present.commands import OnMain
from tui.present.words import count, some
from tui.screens.base import BaseScreen
from tui.screens.dialogs.prompt import PromptScreen
from tui.screens.main.tables import Tables
from tui.screens.main.view import READING, View


class MarkKeys:
    """Marks and unmarks by ifindex, whatever is sorted or hidden."""

    def __init__(self, screen: BaseScreen[None], view: View, tables: Tables, changed: Callable[[], object]) -> None:
        """``changed`` shows the interfaces anew."""
        self._screen = screen
        self._view = view
        self._tables = tables
        self._changed = changed
        self._range_from: int | None = None
        self.handlers = {
            "mark": self.mark,
            "mark_range": self.mark_range,
            "mark_all": self.mark_all,
            "invert_marks": self.invert,
            "mark_matching": lambda: self._ask_pattern("Mark", True),
            "unmark_matching": lambda: self._ask_pattern("Unmark", False),
            "unmark_all": self.unmark_all,
            "marked_alone": self.marked_alone,
        }
        """By the command's id."""

    def mark(self) -> None:
        """Mark the interface under the cursor, or unmark it, and go on to the next."""
        if (index := self._under_cursor()) is not None:
            self._view.marks.toggle(index)
            self._tables.links.action_cursor_by(1)
            self._marked_now()

    def mark_range(self) -> None:
        """Begin a range at the cursor; the second time mark everything between."""
        if (index := self._under_cursor()) is None:
            return
        rows = self._view.rows
        if self._range_from not in rows:
            self._range_from = index
            name = some([self._view.shown.snapshot.links[index]])
            then = f"go to its other end and press {OnMain.mark_range} again. {OnMain.back}: no range."
            self._screen.say(f"A range begins at {name}: {then}", "warn")
            return
        first, last = sorted((rows.index(self._range_from), rows.index(index)))
        self._range_from = None
        self._view.marks.add(rows[first : last + 1])
        self._marked_now()

    def leave_range(self) -> bool:
        """Forget a range that was begun; return whether there was one."""
        begun, self._range_from = self._range_from is not None, None
        if begun:
            self._screen.say("No range.")
        return begun

    def mark_all(self) -> None:
        """Mark every interface that is shown."""
        self._view.marks.add(self._view.rows)
        self._marked_now()

    def invert(self) -> None:
        """Mark what is shown and isn't marked, unmark what is."""
        self._view.marks.invert(self._view.rows)
        self._marked_now()

    def unmark_all(self) -> None:
        """Unmark everything, shown or not."""
        self._view.marks.clear()
        self._marked_now()

    def marked_alone(self) -> None:
        """Show the marked interfaces alone, or all again."""
        links, marks = self._view.links, self._view.marks
        if links.only is None and not marks:
            self._screen.say(f"Nothing is marked: {OnMain.mark} marks the interface under the cursor.", "warn")
            return
        links.only = marks.indexes if links.only is None else None
        self._changed()

    def lost_by_ending(self) -> list[str]:
        """Return what would be lost if the console ended now, a sentence each."""
        marks = len(self._view.marks)
        return [f"{plural(marks, 'interface is', 'interfaces are')} marked; marks aren't kept."] if marks else []

    def tell_vanished(self) -> None:
        """Say which marked interfaces are gone."""
        if gone := self._view.vanished:
            self._view.vanished = []
            self._screen.say(f"{plural(len(gone), 'marked interface')} vanished: {some(gone)}.", "warn")

    def _under_cursor(self) -> int | None:
        if self._tables.on_links and self._tables.links.cursor_key is not None:
            return self._tables.links.cursor_key
        if self._view.shown.reading:
            self._marked_now()
            return None
        there = f"press {OnMain.other_table} to go to them"
        text = f"Marks are for interfaces: {there}. Here {OnMain.mark_all} marks all that are shown."
        self._screen.say(text, "warn")
        return None

    def _ask_pattern(self, verb: str, mark: bool) -> None:
        view = self._view

        def found_by(pattern: str) -> tuple[list[int], str]:
            """Return the interfaces, or what is wrong with the pattern, one sentence."""
            try:
                return Marks.matching(pattern, view.rows, view.shown.snapshot), ""
            except FilterError as error:
                return [], str(error)

        def hint(pattern: str) -> str:
            return f"{count(len(found_by(pattern)[0]))} of {count(len(view.rows))} shown"

        def answered(pattern: str | None) -> None:
            if pattern is None:
                return
            found, problem = found_by(pattern)
            if problem:
                self._screen.say(problem, "bad")
                return
            if mark:
                view.marks.add(found)
            else:
                view.marks.remove(found)
            self._marked_now()

        title = f"{verb} the shown interfaces with this name, such as veth* or re:^eth[0-9]+$"
        page = PromptScreen(title, lambda text: found_by(text)[1], hint=hint)
        self._screen.app.push_screen(page, answered)

    def _marked_now(self) -> None:
        if self._view.shown.reading:
            self._screen.say(f"{READING} Nothing is marked before all of them are shown.", "warn")
            return
        self._view.keep_alone()
        self._changed()
        marks = len(self._view.marks)
        self._screen.say(f"{plural(marks, 'interface')} marked." if marks else "Nothing is marked.")
