"""The main screen: groups, interfaces, what a key would do, what the last one did."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize
from textual.message import Message
from textual.screen import Screen

from tui.files.names.writer import NameFileError
from tui.model.names.map import group_title
from tui.model.text import visible
from tui.model.view.order import ALL_GROUPS
from tui.model.view.shown import Shown
from tui.present.columns import GROUP_COLUMNS, LINK_COLUMNS
from tui.present.commands import COMMANDS, MOVES
from tui.present.words import Field, as_ascii, link_details, spaced, status_fields, wrapped
from tui.screens.base import shown_as
from tui.screens.footer import footer
from tui.screens.main.filter_box import FilterBox
from tui.screens.main.shown import READING, Picture, Target
from tui.screens.main.undo_keys import Undoing
from tui.screens.names.screen import NamesScreen
from tui.session.services import Services
from widgets.keyed_table.table import Cell, Column, KeyedTable
from widgets.lines import Lines

if TYPE_CHECKING:
    from tui.screens.timing.run import Last

PERIOD = 0.1
"""Seconds between looks at what changes, at least."""
_SHARE = 0.2  # of the screen's time that redrawing may take during a storm
_RATE = 2.0  # seconds over which events are counted
_WIDE = 150  # cells from which the tables stand side by side


class MainScreen(Undoing, Screen[None]):
    """Shows a picture taken now and then, and hears keys; knows nothing of sockets."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(command.keys, command.id, command.label, show=False, priority=command.priority)
        for command in COMMANDS
        if command.keys
    ]

    def __init__(self, services: Services, where: str, *, preset: int = 9000, ascii: bool = False) -> None:
        """Show ``services``; ``where``: the place that we look at; ``preset``: the MTU of the key M, in bytes."""
        super().__init__()
        self.services = services
        self.where = where or "this machine"
        self.picture = Picture(services, where, preset)
        self.frozen = False
        self.ascii = ascii
        self._next_look = 0.0
        self._look_planned = False
        self._plan_shown: tuple[Target, int, Shown] | None = None
        self._counted: list[tuple[float, int]] = []
        self._last_measured: Last | None = None
        self.filter_box = FilterBox(self.spell)
        self._filter_complaint = ""
        self.group_table = KeyedTable(
            shown_as(GROUP_COLUMNS, self.spell),
            lambda key: self._cells(self.picture.group_row(key)),
            ascii=ascii,
            id="groups",
        )
        self.link_table = KeyedTable(
            [Column("mark", "", 1), *shown_as(LINK_COLUMNS, self.spell)],
            lambda key: self._cells(self.picture.link_row(key)),
            empty="reading…",
            ascii=ascii,
            id="links",
        )
        self._last_table = self.group_table

    def compose(self) -> ComposeResult:
        """Lay the screen out, from top to bottom."""
        yield Lines(id="title")
        with Vertical(id="tables"):
            yield self.group_table
            with Vertical(id="interfaces"):
                yield Lines(id="caption")
                yield self.filter_box
                yield self.link_table
        yield Lines(id="pane")
        yield Lines(id="message")
        yield Lines(id="status")
        yield Lines(id="keys")

    def on_mount(self) -> None:
        """Begin."""
        self.group_table.set_sort(*self.picture.sorted_by)
        self.link_table.set_sort(self.picture.view.column, self.picture.view.reverse)
        self.set_focus(self.group_table)
        self.say(Field(READING))
        self.set_interval(1, self._each_second)
        self._each_second()

    def on_resize(self, event: Resize) -> None:
        """Choose the layout by the terminal's size; a small one loses what matters least."""
        width, height = event.size
        sizes = (
            ("wide", width >= _WIDE),
            ("low", height < 18),
            ("lower", height < 12),
            ("lowest", height < 6),
        )
        for name, fits in sizes:
            self.set_class(fits, f"-{name}")

    def spell(self, text: str) -> str:
        """Write our own words as this terminal can show them."""
        return as_ascii(text) if self.ascii else text

    def _cells(self, fields: Iterable[Field]) -> list[Cell]:
        return [Cell(self.spell(field.text), field.tone) for field in fields]

    def _lines(self, which: str) -> Lines:
        return self.query_one(f"#{which}", Lines)

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
        if not self.services.take_dirty():
            return
        if self.frozen:
            self._show_lines()
            return
        begun = time.monotonic()
        self._take()
        self.tell_vanished()
        now = time.monotonic()
        self._next_look = now + max(PERIOD, (now - begun) / _SHARE)

    def _take(self) -> None:
        first = self.picture.reading
        self.picture.take()
        self.sync()
        if first and not self.picture.reading:
            self.link_table.set_empty("no interfaces")
            problems = [text for text in (self.services.record_problem, self.services.names_problem) if text]
            self.say(Field("".join(problems[:1]), "warn"))
            self.complain("".join(problems[1:]))
            self.ask_orphans()

    def _each_second(self) -> None:
        if self.services.refresh_names():
            if not self.frozen:
                self._take()
            self.say(Field(self.services.names_problem, "warn"))
        now = time.monotonic()
        self._counted = [pair for pair in self._counted if now - pair[0] <= _RATE]
        self._counted.append((now, self.services.health.events))
        self._show_lines()
        # This is the net under it, should a message ever be lost.
        if self.services.dirty:
            self.on_main_screen_changed()

    def sync(self) -> None:
        """Show the picture in both tables and around them."""
        self.group_table.sync(self.picture.group_keys())
        self.sync_links()

    def sync_links(self) -> None:
        """Show the interfaces of the chosen group, and what stands around them."""
        chosen = self.group_table.cursor_key
        self.picture.view.group_id = ALL_GROUPS if chosen is None else chosen
        self.link_table.sync(self.picture.link_keys())
        self._tell_filter()
        self._show_lines()

    def _show_lines(self) -> None:
        """Show everything around the tables."""
        (begun, before), (ended, after) = self._counted[0], self._counted[-1]
        rate = (after - before) / (ended - begun) if ended > begun else 0.0
        self._lines("title").show(self._cells(self.picture.title(self.frozen)))
        self._lines("caption").show(self._cells(self.picture.caption(self.link_table.row_count)))
        self.show_plan()
        health = self.services.health
        if self.picture.reading:
            # What was checked isn't shown yet.
            health = replace(health, checked_at=0.0, state="starting" if health.state == "live" else health.state)
        state, *rest = status_fields(health, rate)
        self._lines("status").show(self._cells([Field(" "), *spaced([state, *self.picture.marked(), *rest])]))

    def show_plan(self) -> None:
        """Show what the keys would do."""
        target = self.target
        link = self.picture.snapshot.links.get(self.link_table.cursor_key or 0) if self.on_links else None
        self._lines("pane").show(*map(self._cells, self.picture.pane(target, link)))
        self._plan_shown = (target, self.picture.preset, self.picture.moment)
        self._lines("keys").show(self._cells(footer(COMMANDS, self.size.width, preset=self.picture.preset)))

    @property
    def plan_is_seen(self) -> bool:
        """Whether the operator sees now, in full, what u, d and M would do."""
        target, size = self.target, self._lines("pane").region.size
        if target.chosen is None or self._plan_shown is None:
            return False
        shown, preset, moment = self._plan_shown
        if moment is not self.picture.moment or (shown, preset) != (target, self.picture.preset):
            return False
        plans = self.picture.plans(target.chosen)
        # What stands last in each line, the `ip` line or figures, may be cut.
        needed = max(sum(cell_len(self.spell(field.text)) for field in line[:-1]) for line in plans)
        return size.height >= len(plans) and size.width > needed

    def say(self, field: Field) -> None:
        """Show one sentence, over two lines if it needs them; it stays until the next."""
        lines = wrapped(self.spell(field.text), self.app.size.width)
        self._lines("message").show(*(self._cells([Field(line, field.tone)]) for line in lines))

    @property
    def message(self) -> str:
        """The sentence that is shown."""
        return " ".join(self._lines("message").text.split())

    @property
    def on_links(self) -> bool:
        """Whether the interface table has the cursor, or gets it back from an input."""
        return self._table is self.link_table

    @property
    def _table(self) -> KeyedTable:
        return self.focused if isinstance(self.focused, KeyedTable) else self._last_table

    @on(KeyedTable.Moved, "#groups")
    def _group_chosen(self) -> None:
        self.sync_links()

    @on(KeyedTable.Moved, "#links")
    def _link_moved(self) -> None:
        self._show_lines()

    def on_descendant_focus(self) -> None:
        """Show what belongs to the table that has the cursor now."""
        self._last_table = self._table
        if self.filter_box.display and not self.filter_box.has_focus_within:
            self._leave_filter()
        if self._counted:
            self._show_lines()

    @on(KeyedTable.Chosen)
    def _row_chosen(self, event: KeyedTable.Chosen) -> None:
        if event.table is self.group_table:
            self.set_focus(self.link_table)
        else:
            self._show_details(event.key)

    @on(KeyedTable.HeaderClicked)
    def _header_clicked(self, event: KeyedTable.HeaderClicked) -> None:
        column, reverse = self._order(event.table)
        self._sort(event.table, event.column, not reverse if column == event.column else False)

    def _order(self, table: KeyedTable) -> tuple[str, bool]:
        view = self.picture.view
        return (view.column, view.reverse) if table is self.link_table else self.picture.sorted_by

    def _sort(self, table: KeyedTable, column: str, reverse: bool) -> None:
        if table is self.link_table:
            self.picture.view.column, self.picture.view.reverse = column, reverse
        else:
            self.picture.sorted_by = (column, reverse)
        table.set_sort(column, reverse)
        self.sync()

    def _show_details(self, ifindex: int) -> None:
        if (link := self.picture.snapshot.links.get(ifindex)) is None:
            return
        rows = link_details(link, self.picture.snapshot, self.picture.names, self.picture.reason(ifindex))
        lines = [f"{what:<14} {value}" for what, value in rows]
        self.show_report(f"Interface {rows[0][1]}", lines)

    def on_paste(self) -> None:
        """Say that a paste which no input took did nothing."""
        self.say(Field("Nothing here takes text: what was pasted was dropped.", "warn"))

    def action_details(self) -> None:
        """Do what Enter does on the row under the cursor."""
        self._table.action_choose()

    def action_other_table(self) -> None:
        """Go from the groups to the interfaces and back."""
        self.set_focus(self.group_table if self.on_links else self.link_table)

    def action_sort(self) -> None:
        """Sort by the next column that is shown."""
        if not (columns := self._table.sortable):
            return
        column, _ = self._order(self._table)
        after = columns.index(column) + 1 if column in columns else 0
        self._sort(self._table, columns[after % len(columns)], False)

    def action_reverse(self) -> None:
        """Turn the order round."""
        column, reverse = self._order(self._table)
        self._sort(self._table, column, not reverse)

    def action_freeze(self) -> None:
        """Freeze the picture, or go on."""
        if self.picture.reading:
            self.say(Field(READING, "warn"))
            return
        self.frozen = not self.frozen
        if not self.frozen:
            self._take()
        self._show_lines()

    def action_check(self) -> None:
        """Ask for a full check."""
        self.services.check()

    def action_filter(self) -> None:
        """Ask for what to show."""
        self.filter_box.open(self.picture.view.text, [visible(name) for name in self.picture.names.by_name])

    def on_filter_box_changed(self, message: FilterBox.Changed) -> None:
        """Show what the text means so far; what is wrong with it stands under it."""
        if self.filter_box.display:
            self._set_filter(message.text.strip())
            self.sync_links()

    def on_filter_box_accepted(self, message: FilterBox.Accepted) -> None:
        """Close the filter, and leave it in force."""
        if self.picture.view.problem:
            self.app.bell()
            return
        self.filter_box.keep(message.text)
        self._leave_filter()

    def _leave_filter(self) -> None:
        """Close the filter; the keys go where they went before, unless they go to a table already."""
        table = self._table
        self.filter_box.close()
        self.set_focus(table)
        # What is typed halfway isn't in force, and what is wrong with it goes too.
        self._set_filter(self.picture.view.text)
        self.sync_links()

    def _set_filter(self, text: str) -> None:
        """Put another filter in force; what was said of the one before goes."""
        self.picture.view.set_filter(text)
        if self._filter_complaint and self._filter_complaint == self.message:
            self.say(Field(""))
        self._filter_complaint = ""

    def _tell_filter(self) -> None:
        """Say what is wrong with the filter, also if only a later picture showed it."""
        view = self.picture.view
        if self.filter_box.display:
            self.filter_box.say(view.problem, view.hint)
        elif view.problem:
            self.say(Field(view.problem, "bad"))
            self._filter_complaint = self.message
            view.set_filter(view.text)

    def action_back(self) -> None:
        """Leave one thing: a range, the filter, the marked alone, the interfaces."""
        if self.leave_range():
            return
        if self.picture.view.text or self.filter_box.display:
            self._set_filter("")
            self._leave_filter()
        elif self.picture.view.only is not None:
            self.action_marked_alone()
        else:
            self.set_focus(self.group_table)

    def action_names(self) -> None:
        """Edit the name map."""
        try:
            editor = self.services.edit_names()
        except NameFileError as error:
            self.say(Field(str(error), "bad"))
            return
        self.app.push_screen(NamesScreen(editor, self.picture, self.spell, self.ascii, self.names_saved))

    def action_timing(self) -> None:
        """Measure every way to change as many interfaces as the chosen group has."""
        self.settle()
        chosen = self.group_table.cursor_key
        if chosen is None or chosen == ALL_GROUPS:
            self.say(Field("Choose one group first, with j and k: the panel measures a change of its size.", "warn"))
            return
        # Not at the top: the engine and the plots would cost every start.
        from tui.screens.timing.screen import TimingScreen

        name = group_title(chosen, self.picture.names)
        group, gate = self.picture.group(chosen), self.services.gate
        panel = TimingScreen(group, name, self.samples, self.spell, self.ascii, last=self._last_measured, gate=gate)
        self.app.push_screen(panel, self._keep_measured)

    def _keep_measured(self, last: Last | None) -> None:
        self._last_measured = last

    def action_wire(self) -> None:
        """Take the last message apart."""
        self.settle()
        from tui.screens.wire.screen import WireScreen

        self.app.push_screen(WireScreen(self.trace, self.picture.names, self.spell))

    def action_help(self) -> None:
        """Show every key."""
        lines = [f"{command.shown:<9} {command.help}" for command in COMMANDS]
        self.show_report("Keys", [*lines, "", *(f"{keys:<9} {text}" for keys, text in MOVES)])

    def action_quit(self) -> None:
        """End; ask first if something would be lost by it."""
        if reasons := self.reasons_to_stay():
            self.ask_to_leave(reasons)
        else:
            self.app.exit(0)
