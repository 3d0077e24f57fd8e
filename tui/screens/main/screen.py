"""The main screen: groups, interfaces, what a key would do, what the last one did."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from tui.files.names.writer import NameFileError
from tui.model.names.tree import place_title
from tui.model.view.order import ALL_GROUPS
from tui.present.commands import MOVES, Command, OnMain, help_lines
from tui.present.log import names_words
from tui.present.session import unkept_sentences, unseen_sentences
from tui.present.words import Field, link_details, spaced, status_fields
from tui.screens.base import BaseScreen
from tui.screens.main.captions import caption, marked, title
from tui.screens.main.change_keys import ChangeKeys
from tui.screens.main.filter_box import FilterBox
from tui.screens.main.filter_keys import FilterKeys
from tui.screens.main.fold_keys import FoldKeys
from tui.screens.main.guard_keys import GuardKeys
from tui.screens.main.mark_keys import MarkKeys
from tui.screens.main.pane import Pane
from tui.screens.main.removal_keys import RemovalKeys
from tui.screens.main.tables import Tables
from tui.screens.main.undo_keys import UndoKeys
from tui.screens.main.view import NO_GROUP, READING, View
from tui.screens.names.screen import NamesScreen
from tui.session.session import Session
from widgets.keyed_table.table import KeyedTable
from widgets.lines import Lines

if TYPE_CHECKING:
    from tui.screens.timing.run import Last

PERIOD = 0.1
"""Seconds between looks at what changes, at least."""
_SHARE = 0.2  # of the screen's time that redrawing may take during a storm
_RATE = 2.0  # seconds over which events are counted
_WIDE = 150  # cells from which the tables stand side by side


class MainScreen(BaseScreen[None], commands=OnMain):
    """Shows what is known, looked at now and then, and hands each command to the part that does it."""

    def __init__(self, session: Session, *, ascii: bool = False) -> None:
        """Show ``session``; ``ascii``: use no other glyphs."""
        super().__init__(ascii)
        self.session = session
        self.view = View(session.look())
        self._next_look = 0.0
        self._look_planned = False
        self._counted: list[tuple[float, int]] = []
        self._last_measured: Last | None = None
        self.tables = Tables(self, self.view)
        self._pane = Pane(self, session, self.view)
        self.guard = GuardKeys(self, session)
        self.filtering = FilterKeys(self, self.view, self.tables, self.sync_links)
        self.folding = FoldKeys(self, self.view, self.tables, self.show_lines)
        self.marking = MarkKeys(self, self.view, self.tables, self.sync_links)
        self.changes = ChangeKeys(
            self, session, self.view, self.tables, self._pane, self.show_plan, self.guard.count_down
        )
        undoing = UndoKeys(self, session, self.view, self.changes)
        self.handlers: dict[str, Callable[[], object]] = {
            "other_table": self._other_table,
            "details": self._details,
            "sort": self._sort_by_next,
            "reverse": self._reverse,
            "freeze": self._freeze,
            "check": session.services.check,
            "timing": self._timing,
            "wire": self._wire,
            "names": self._names,
            "help": self._help,
            "back": self._back,
            "quit": self._quit,
            **self.filtering.handlers,
            **self.folding.handlers,
            **self.marking.handlers,
            **self.changes.handlers,
            **RemovalKeys(self, session, self.view, self.tables, self.changes).handlers,
            **undoing.handlers,
            **self.guard.handlers,
        }
        """What does each command, by its id."""

    def action_do(self, command: str) -> None:
        """Do what a command does whose key was pressed."""
        self.handlers[command]()

    def choose(self, command: str) -> None:
        """Do what a command does that was chosen by its name: nothing of the system is changed by that alone."""
        if command in self.session.at_once:
            self.changes.propose(command, unseen=True)
        else:
            self.handlers[command]()

    @property
    def group_table(self) -> KeyedTable:
        """The groups."""
        return self.tables.groups

    @property
    def link_table(self) -> KeyedTable:
        """The interfaces of the chosen group."""
        return self.tables.links

    def compose(self) -> ComposeResult:
        """Lay the screen out, from top to bottom."""
        yield Lines(id="title")
        with Vertical(id="tables"):
            yield self.group_table
            with Vertical(id="interfaces"):
                yield Lines(id="caption")
                yield self.filtering.box
                yield self.link_table
        yield Lines(id="pane")
        yield Lines(id="message")
        yield Lines(id="status")
        yield Lines(id="keys")

    def on_mount(self) -> None:
        """Begin."""
        for table in (self.group_table, self.link_table):
            table.set_sort(*self.tables.order(table))
        self.set_focus(self.group_table)
        self.say(READING)
        self.set_interval(1, self._each_second)
        self._each_second()

    def on_resize(self) -> None:
        """Choose the layout by the terminal's size; a small one loses what matters least."""
        width, height = self.app.size
        sizes = (
            ("wide", width >= _WIDE),
            ("low", height < 18),
            ("lower", height < 12),
            ("lowest", height < 6),
        )
        for name, fits in sizes:
            self.set_class(fits, f"-{name}")

    class Changed(Message):
        """There is something to take in. Posted from other threads."""

    def on_main_screen_changed(self) -> None:
        """Plan a look: soon, but so seldom that a storm leaves the keys their time."""
        if not self._look_planned:
            self._look_planned = True
            self.set_timer(max(self._next_look - time.monotonic(), 0.001), self._look)

    def _look(self) -> None:
        """Take in what changed."""
        self._look_planned = False
        if not self.session.services.take_dirty():
            return
        if self.view.frozen:
            self.show_lines()
            return
        begun = time.monotonic()
        self._take()
        self.marking.tell_vanished()
        now = time.monotonic()
        self._next_look = now + max(PERIOD, (now - begun) / _SHARE)

    def _take(self) -> None:
        first = self.view.shown.reading
        self.view.take(self.session.look())
        self.sync()
        if first and not self.view.shown.reading:
            self.link_table.set_empty("no interfaces")
            services = self.session.services
            problems = [text for text in (services.record_problem, services.names_problem) if text]
            self.say("".join(problems[:1]), "warn")
            self.complain("".join(problems[1:]))
            self.guard.ask_orphans()

    def _each_second(self) -> None:
        before = self.session.services.names_problem
        if self.session.services.refresh_names():
            if not self.view.frozen:
                self._take()
            if (problem := self.session.services.names_problem) != before:
                self.say(problem, "warn")
        self.session.services.others.look()
        now = time.monotonic()
        self._counted = [pair for pair in self._counted if now - pair[0] <= _RATE]
        self._counted.append((now, self.session.services.health.events))
        self.show_lines()
        # This is the net under it, should a message ever be lost.
        if self.session.services.dirty:
            self.on_main_screen_changed()

    def sync(self) -> None:
        """Show the view in both tables and around them."""
        self.tables.sync()
        self._show_around()

    def sync_links(self) -> None:
        """Show the interfaces of the chosen group, and what stands around them."""
        self.tables.sync_links()
        self._show_around()

    def _show_around(self) -> None:
        self.filtering.tell()
        self.show_lines()

    def show_lines(self) -> None:
        """Show everything around the tables."""
        (begun, before), (ended, after) = self._counted[0], self._counted[-1]
        rate = (after - before) / (ended - begun) if ended > begun else 0.0
        self.lines("title").show(self.cells(title(self.session, self.view)))
        self.lines("caption").show(self.cells(caption(self.view)))
        self.show_plan()
        health = self.session.services.health
        if self.view.shown.reading:
            # What was checked isn't shown yet.
            health = replace(health, checked_at=0.0, state="starting" if health.state == "live" else health.state)
        state, *rest = status_fields(health, rate)
        self.lines("status").show(self.cells([Field(" "), *spaced([state, *marked(self.view), *rest])]))

    def show_plan(self) -> None:
        """Show what the keys would do."""
        links = self.view.shown.snapshot.links
        link = links.get(self.link_table.cursor_key or 0) if self.tables.on_links else None
        self._pane.show(self.tables.target, link)
        self.show_keys()

    @property
    def offered(self) -> tuple[Command, ...]:
        """The commands that the foot may name: those that fold where anything can be folded, soon then."""
        others = tuple(command for command in OnMain.all if command.id not in self.folding.handlers)
        return others if self.view.shown.tree.is_flat else (OnMain.unfold, OnMain.fold, *others)

    def label(self, command: Command) -> str:
        """Return what the foot and the palette call a command."""
        return command.label.format(preset=self.session.preset)

    @on(KeyedTable.Moved, "#groups")
    def _group_chosen(self) -> None:
        self.sync_links()

    @on(KeyedTable.Moved, "#links")
    def _link_moved(self) -> None:
        self.show_lines()

    def on_descendant_focus(self) -> None:
        """Show what belongs to the table that has the cursor now."""
        self.tables.note_focus()
        self.filtering.left()
        if self._counted:
            self.show_lines()

    @on(KeyedTable.Chosen)
    def _row_chosen(self, event: KeyedTable.Chosen) -> None:
        if event.table is self.group_table:
            self.set_focus(self.link_table)
        else:
            self._show_details(event.key)

    @on(KeyedTable.HeaderClicked)
    def _header_clicked(self, event: KeyedTable.HeaderClicked) -> None:
        column, reverse = self.tables.order(event.table)
        self._sort(event.table, event.column, not reverse if column == event.column else False)

    def _sort(self, table: KeyedTable, column: str, reverse: bool) -> None:
        self.tables.sort(table, column, reverse)
        self.sync()

    def _show_details(self, ifindex: int) -> None:
        shown = self.view.shown
        if (link := shown.snapshot.links.get(ifindex)) is None:
            return
        rows = link_details(link, shown.snapshot, shown.names, shown.protected.get(ifindex))
        lines = [f"{what:<14} {value}" for what, value in rows]
        self.show_report(f"Interface {rows[0][1]}", lines)

    def on_paste(self) -> None:
        """Say that a paste which no input took did nothing."""
        self.say("Nothing here takes text: what was pasted was dropped.", "warn")

    def _details(self) -> None:
        """Do what Enter does on the row under the cursor."""
        self.tables.current.action_choose()

    def _other_table(self) -> None:
        """Go from the groups to the interfaces and back."""
        self.set_focus(self.group_table if self.tables.on_links else self.link_table)

    def _sort_by_next(self) -> None:
        """Sort by the next column that is shown."""
        table = self.tables.current
        if not (columns := table.sortable):
            return
        column, _ = self.tables.order(table)
        after = columns.index(column) + 1 if column in columns else 0
        self._sort(table, columns[after % len(columns)], False)

    def _reverse(self) -> None:
        """Turn the order round."""
        column, reverse = self.tables.order(self.tables.current)
        self._sort(self.tables.current, column, not reverse)

    def _freeze(self) -> None:
        """Freeze what is shown, or go on."""
        if self.view.shown.reading:
            self.say(READING, "warn")
            return
        self.view.frozen = not self.view.frozen
        if not self.view.frozen:
            self._take()
        self.show_lines()

    def on_filter_box_changed(self, message: FilterBox.Changed) -> None:
        """Show what is typed so far."""
        self.filtering.typed(message.text)

    def on_filter_box_accepted(self, message: FilterBox.Accepted) -> None:
        """Leave the filter in force."""
        self.filtering.accepted(message.text)

    def _back(self) -> None:
        """Leave one thing: a range, the filter, the marked alone, the interfaces."""
        if self.marking.leave_range() or self.filtering.clear():
            return
        if self.view.links.only is not None:
            self.marking.marked_alone()
        else:
            self.set_focus(self.group_table)

    def _names(self) -> None:
        """Edit the name map."""
        try:
            editor = self.session.services.edit_names()
        except NameFileError as error:
            self.say(str(error), "bad")
            return
        self.app.push_screen(NamesScreen(editor, lambda: self.view.shown, self.ascii, self._names_saved))

    def _names_saved(self, path: str, changes: list[str], problem: str) -> None:
        self.complain(self.session.book_names(names_words(path, changes, problem), changes, saved=not problem))

    def _timing(self) -> None:
        """Measure every way to change as many interfaces as the chosen group has."""
        chosen = self.tables.place
        if chosen == ALL_GROUPS:
            self.say(f"{NO_GROUP.why} The panel measures a change of its size.", "warn")
            return
        # Not at the top: the engine and the plots would cost every start.
        from tui.screens.timing.screen import TimingScreen

        shown, session = self.view.shown, self.session
        panel = TimingScreen(
            shown.figures(chosen),
            place_title(chosen, shown.names),
            session.samples,
            self.ascii,
            last=self._last_measured,
            gate=session.services.gate,
        )
        self.app.push_screen(panel, self._keep_measured)

    def _keep_measured(self, last: Last | None) -> None:
        self._last_measured = last

    def _wire(self) -> None:
        """Take the last message apart."""
        from tui.screens.wire.screen import WireScreen

        self.app.push_screen(WireScreen(self.session.trace, self.view.shown.names, self.ascii))

    def _help(self) -> None:
        """Show every key."""
        self.show_report(OnMain.title, [*help_lines(OnMain), "", *(f"{keys:<9} {text}" for keys, text in MOVES)])

    def _quit(self) -> None:
        """End; ask first if something would be lost by it."""
        unseen = unseen_sentences(self.session, self.view.shown.names)
        if reasons := [*unseen, *self.marking.lost_by_ending(), *unkept_sentences(self.session)]:
            self.guard.ask_to_leave(reasons)
        else:
            self.app.exit(0)
