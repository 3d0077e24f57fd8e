"""The name map: seen, edited, checked, saved."""

from collections.abc import Callable
from dataclasses import replace

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Input

from tui.files.names.writer import NameFileError
from tui.model.group import DEFAULT_GROUP
from tui.model.names.document import NameDocument, NameLine
from tui.model.names.rules import NameRuleError, check_name, read_id
from tui.model.names.subtree import subtree
from tui.model.names.tree import tree_of
from tui.model.names.usage import GivenUp, NameChange
from tui.model.text import plural, visible
from tui.model.view.shown import Shown
from tui.present.column import cells
from tui.present.commands import OnNames, OnUnsaved, find_hint
from tui.present.names import NAME_COLUMNS, NameRow, line_text
from tui.present.words import Field
from tui.screens.base import BaseScreen
from tui.screens.names.asking import Asking
from tui.screens.names.permanent import ExportScreen
from tui.screens.names.saving import OnRecord, Saving
from tui.screens.names.tree import TreeEdits
from tui.session.name_editor import NameEditor
from widgets.keyed_table.table import KeyedTable
from widgets.lines import Lines
from widgets.safe_input import SafeInput

# Keys of the table: entries have their line number; then come
_UNNAMED = 1 << 40  # groups in use that have no name, by their id,
_PARENTS = 1 << 41  # and parents that have no line, as they were met
_PERIOD = 1.0  # seconds between looks at the file


class NamesScreen(BaseScreen[None], commands=OnNames):
    """Edits the name map with the keyboard alone; nothing is written before its diff was seen."""

    def __init__(self, editor: NameEditor, shown: Callable[[], Shown], ascii: bool, on_record: OnRecord) -> None:
        """Edit by ``editor``; ``shown`` tells the members of each group by now, ``on_record`` hears of each save."""
        super().__init__(ascii)
        self.editor = editor
        self._saving = Saving(self, editor, self.show_entries, on_record)
        self._asking = Asking(self, shown)
        self._tree = TreeEdits(self._asking, shown, self._edit)
        self._shown = shown
        self._filter = ""
        self._read: NameDocument | None = None
        self._lines_by_key: dict[int, NameLine] = {}
        self._named: set[int] = set()
        self._parents: dict[int, bytes] = {}
        self._met: dict[bytes, int] = {}
        self._told = Field("")
        self._words: dict[int, str] = {}
        self._table = self.table(NAME_COLUMNS, self._row, empty="no entries", id="names", flash=False)

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        yield Lines(id="where")
        yield SafeInput(id="namefilter", placeholder=find_hint(OnNames.back))
        yield self._table
        yield Lines(id="finding")
        yield Lines(id="message")
        yield Lines(id="keys")

    def on_mount(self) -> None:
        """Begin."""
        self._table.focus()
        self.show_entries()
        self.say(self.editor.rights(), "warn")
        self.set_interval(_PERIOD, self._look)

    def _look(self) -> None:
        """Notice what somebody else did to the file, and who joined or left a group."""
        told = Field("")
        try:
            if not (self._asking.under_way or self._saving.under_way) and self.editor.stale():
                if self.editor.edited:
                    told = Field("Somebody else changed the file; saving will merge both edits.", "warn")
                else:
                    self.editor.reload()
                    self.say("Read anew: somebody else changed the file.")
        except NameFileError as error:
            told = Field(str(error), "bad")
        if told != self._told and told.text:  # once: it must not hide for good what else is said
            self.say(told.text, told.tone)
        self._told = told
        self.show_entries()

    def show_entries(self, go_to: int | bytes | None = None) -> None:
        """Show the entries again, with the cursor on ``go_to``: a line, or where this name is."""
        if self._read != self.editor.document:
            self._index()
        named, snapshot = self._named, self._shown().snapshot
        unnamed = [group_id for group_id in sorted(snapshot.groups) if group_id and group_id not in named]
        keys = [*self._lines_by_key, *self._parents, *(_UNNAMED + group_id for group_id in unnamed)]
        if wanted := self._filter:
            words = self._words | {_UNNAMED + group_id: f"{group_id} (no name)" for group_id in unnamed}
            keys = [key for key in keys if wanted in words[key]]
        self._table.sync(keys)
        if isinstance(go_to, bytes):
            names = {**{line.name: key for key, line in self._lines_by_key.items()}, **self._met}
            go_to = names.get(go_to)
        if go_to is not None:
            self._table.move_to(go_to)
        self._around()

    def _index(self) -> None:
        """Note what the document says, once for each edit: it may have 10,000 lines."""
        self._read = self.editor.document
        self._lines_by_key = {line.number: line for line in self.editor.lines()}
        self._named = {group_id for line in self._lines_by_key.values() for group_id, _ in line.entries()}
        self._words = {
            key: " ".join((str(line.group_id), line_text(line), *self._rules(key))).lower()
            for key, line in self._lines_by_key.items()
        }
        named = {line.name for line in self._lines_by_key.values()}
        self._parents = {}
        for path in tree_of(self._read.names()):
            if path not in named:
                key = self._met.setdefault(path, _PARENTS + len(self._met))
                self._parents[key] = path
                self._words[key] = visible(path).lower()

    def _rules(self, key: int) -> list[str]:
        return [finding.rule for finding in self.editor.findings.get(key, ())]

    def _around(self) -> None:
        editor = self.editor
        wrong = sum(map(len, editor.findings.values()))
        state = Field("   unsaved", "warn") if editor.edited else Field("   saved", "muted")
        found = Field(f"   {plural(wrong, 'finding')}", "warn" if wrong else "muted")
        rights, entries = editor.rights(), plural(len(self._lines_by_key), "entry", "entries")
        whole = [finding.what for finding in editor.findings.get(0, ())]
        self.show(
            "where",
            [Field(f" name map: {editor.force()}")],
            [Field(f" {rights}" if rights else " you may write it", "warn" if rights else "muted")],
            [Field(f" {entries}"), state, found, *map(Field, whole)],
        )
        self.show("finding", *([line] for line in self._about(self._table.cursor_key)))

    def _about(self, key: int | None) -> list[Field]:
        if key is None:
            return []
        if path := self._parents.get(key):
            below = plural(subtree(self.editor.document, path).below, "name")
            text = f" {visible(path)} is a parent of {below}: {OnNames.rename} renames it all,"
            text += f" {OnNames.below} adds to it, {OnNames.add} gives it a number."
            return [Field(text)]
        if key >= _UNNAMED:
            return [Field(f" Group {key - _UNNAMED} is in use and has no name: {OnNames.add} gives it one.")]
        findings = self.editor.findings.get(key, [])
        line = self._lines_by_key[key]
        comment = self.editor.document.comment_of(key) if line.kind == "entry" else ""
        first = [Field(f" # {comment}", "muted")] if comment else []
        if not findings:
            return first or [Field(" Nothing is wrong with this line.", "muted")]
        finding = findings[0]
        mend = f" {OnNames.mend}: {finding.mend}" if finding.mend else " This can't be mended by a key."
        more = f" (and {len(findings) - 1} more here)" if len(findings) > 1 else ""
        return [Field(f" {finding.what}{more}", "warn"), Field(f" {finding.why}"), Field(mend, "good"), *first]

    def _row(self, key: int) -> list[Field]:
        if path := self._parents.get(key):
            branch = tree_of(self.editor.document.names()).branch(path)
            number = sum(self._shown().group(group_id).members for group_id in branch.group_ids) if branch else 0
            return cells(NAME_COLUMNS, NameRow(None, None, number, parent=visible(path)))
        if key >= _UNNAMED:
            group = self._shown().group(key - _UNNAMED)
            return cells(NAME_COLUMNS, NameRow(None, group.group_id, group.members))
        line = self._lines_by_key[key]
        members = None
        if line.group_id is not None and line.group_id >= 0:
            members = self._shown().group(line.group_id).members
        rules = self._rules(key)
        return cells(NAME_COLUMNS, NameRow(line, line.group_id, members, rules[0] if rules else ""))

    @on(KeyedTable.Moved)
    def _moved(self) -> None:
        self._around()

    def _entry(self) -> NameLine | None:
        """Return the entry under the cursor; None, and say so, if there is none."""
        line = self._lines_by_key.get(self._table.cursor_key or 0)
        if line is None:
            self.say(f"There is no entry under the cursor; {OnNames.add} adds one.", "warn")
        return line

    def _whole_entry(self) -> NameLine | None:
        """Return the entry under the cursor, one that `ip` can read; None, and say so, if there is none."""
        line = self._entry()
        if line is not None and line.kind == "malformed":
            self.say(f"This line is no entry: {OnNames.mend} mends it, {OnNames.delete} deletes it.", "warn")
            return None
        return line

    def _edit(self, change: Callable[[], NameDocument], said: str, go_to: int | bytes | None = None) -> None:
        try:
            self.editor.edit(change())
        except NameRuleError as error:
            self.say(str(error), "warn")
            return
        self.show_entries(go_to)
        self.say(f"{said} Not saved yet: {OnNames.save} saves.")

    @work(exclusive=True)
    async def action_add(self) -> None:
        """Add an entry: for the group under the cursor if it has no name."""
        document = self.editor.document
        key = self._table.cursor_key or 0
        if _UNNAMED <= key < _PARENTS:
            number: str | None = str(key - _UNNAMED)
        else:
            number = await self._asking.text("New entry: the group's number", document.id_error)
        if number is None:
            return
        group_id, path = read_id(number), visible(self._parents.get(key, b""))
        name = await self._asking.text(
            f"Name of group {group_id}", lambda text: document.name_error(text, group_id), path
        )
        if name is not None:
            self._edit(lambda: document.add(group_id, name), f"Added {name} for group {group_id}.")

    @work(exclusive=True)
    async def action_below(self) -> None:
        """Add a child of what is under the cursor."""
        key = self._table.cursor_key or 0
        path = self._parents.get(key)
        if path is None:
            line = self._whole_entry()
            if line is None:
                return
            path = line.name
        if problem := check_name(f"{visible(path)}/x"):
            self.say(problem, "warn")
            return
        await self._tree.add_below(self.editor.document, path)

    @work(exclusive=True)
    async def action_rename(self) -> None:
        """Give the entry under the cursor another name, or a parent with all that is below it."""
        document = self.editor.document
        if path := self._parents.get(self._table.cursor_key or 0):
            await self._tree.rename(subtree(document, path))
            return
        line = self._whole_entry()
        if line is None:
            return
        if line.group_id != DEFAULT_GROUP and (tree := subtree(document, line.name)).below:
            await self._tree.rename(tree)
            return
        group_id, number = line.group_id, line.number
        old = visible(line.name)
        name = await self._asking.text(
            f"New name of group {group_id}", lambda text: document.name_error(text, group_id, number), old
        )
        if name is not None and await self._accepted(line, "rename", f"Rename {old} to {name}"):
            self._edit(lambda: document.rename(number, name), f"Renamed {old} to {name}.", number)

    @work(exclusive=True)
    async def action_renumber(self) -> None:
        """Give the entry under the cursor another number."""
        document, line = self.editor.document, self._whole_entry()
        if line is None:
            return
        number, shown = line.number, visible(line.name)
        text = await self._asking.text(
            f"New number for {shown}", lambda text: document.id_error(text, number), str(line.group_id)
        )
        if text is not None and await self._accepted(line, "renumber", f"Renumber {shown} to {text}"):
            self._edit(lambda: document.renumber(number, read_id(text)), f"{shown} is group {text} now.", number)

    @work(exclusive=True)
    async def action_delete(self) -> None:
        """Delete the line under the cursor."""
        document, line = self.editor.document, self._entry()
        if line is None:
            return
        if await self._accepted(line, "delete", f"Delete {visible(line.name) or 'this line'}"):
            below = subtree(document, line.name).below if line.name else 0
            stay = f" {plural(below, 'name')} below it {'stays' if below == 1 else 'stay'}." if below else ""
            self._edit(lambda: document.delete(line.number), f"Deleted {visible(line.name) or 'the line'}.{stay}")

    async def _accepted(self, line: NameLine, change: NameChange, title: str) -> bool:
        """Ask first where something may hang on the name."""
        given_up = [] if line.group_id is None else [GivenUp(line.name, line.group_id)]
        return await self._asking.accepted(given_up, change, title)

    @work(exclusive=True)
    async def action_comment(self) -> None:
        """Write the comment above the entry under the cursor."""
        document, line = self.editor.document, self._whole_entry()
        if line is None or line.kind != "entry":
            return
        number = line.number

        def check(text: str) -> str:
            try:
                document.comment(number, text)
            except NameRuleError as error:
                return str(error)
            return ""

        text = await self._asking.text(
            f"Comment above {visible(line.name)}; empty: none", check, document.comment_of(number)
        )
        if text is not None:
            self._edit(lambda: document.comment(number, text), "Comment changed.")

    def action_mend(self) -> None:
        """Mend what is wrong with the line under the cursor."""
        findings = self.editor.findings.get(self._table.cursor_key or 0, [])
        if not findings or not findings[0].mend:
            self.say("There is nothing here that a key could mend.", "warn")
            return
        self._edit(lambda: findings[0].mended(self.editor.document), f"{findings[0].mend}: done.")

    @work(exclusive=True)
    async def action_save(self) -> None:
        """Show the diff, and save."""
        await self._saving.save()

    @work(exclusive=True)
    async def action_take_back(self) -> None:
        """Take the last save back, as an edit that is saved like any other."""
        await self._saving.take_back()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let no key begin anything while the disk writes: it would end the save unheard."""
        return not self._saving.under_way

    def action_permanent(self) -> None:
        """Show what makes the present tags permanent."""
        names = replace(self.editor.document.names(), ip=self._shown().names.ip)
        self.app.push_screen(ExportScreen(self._shown().snapshot, names, self.editor.gate))

    def action_filter(self) -> None:
        """Ask for the text to find."""
        box = self.query_one("#namefilter", Input)
        box.display = True
        self.set_focus(box)

    @on(Input.Changed, "#namefilter")
    def _filter_changed(self, event: Input.Changed) -> None:
        self._filter = event.value.strip().lower()
        self.show_entries()

    @on(Input.Submitted, "#namefilter")
    def _filter_kept(self) -> None:
        self._close_filter()

    def _close_filter(self) -> None:
        self.query_one("#namefilter").display = False
        self.set_focus(self._table)

    def refuse_to_leave(self) -> bool:
        """Say that there is something unsaved, and return whether there is."""
        if self.editor.edited:
            keep, leave, throw = OnNames.save, OnNames.back, OnUnsaved.throw_away
            self.say(f"There are unsaved changes: {keep} saves them; {leave}, then {throw}, throws them away.", "warn")
        return self.editor.edited

    @work(exclusive=True)
    async def action_back(self) -> None:
        """Leave the filter, else the screen; what is unsaved is asked about."""
        box = self.query_one("#namefilter", Input)
        if self._filter or box.display:
            box.value = ""
            self._filter = ""
            self._close_filter()
            self.show_entries()
            return
        if await self._saving.settle():
            self.dismiss()
