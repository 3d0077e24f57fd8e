"""The name map as a document: every byte of it, what each line says to `ip`, and edits that touch no other line."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from tui.model.group import DEFAULT_GROUP
from tui.model.names.map import WIDTH, NameEntry, NameMap, entry, ignored, parse, pieces
from tui.model.names.rules import DEFAULT_NAME, NameRuleError, check_id, check_name
from tui.model.names.tree import parts
from tui.model.text import visible

Kind = Literal["entry", "comment", "blank", "malformed", "negative"]


@dataclass(frozen=True, slots=True)
class NameLine:
    """One line, and what `ip` reads in it (iproute2 lib/rt_names.c)."""

    number: int
    """Counted from 1."""
    raw: bytes
    """Every byte of it, its end included."""
    kind: Kind
    """By its first piece; "malformed" if `ip` stops at any piece of it. "negative": `ip` skips it."""
    found: NameEntry | None
    """The entry in its first piece."""
    pieces: int
    """How many lines `ip` takes it for: more than 1 if it is longer than 511 bytes."""
    rest: tuple[tuple[int, bytes], ...]
    """(id, name) of the entries that `ip` reads in its further pieces."""

    @property
    def group_id(self) -> int | None:
        """The id as `ip` stores it in an int; None: no entry."""
        return self.found.group_id if self.found else None

    @property
    def name(self) -> bytes:
        """The name as `ip` reads it; empty: no entry."""
        return self.found.name if self.found else b""

    @property
    def end(self) -> bytes:
        """Its line end: LF, CRLF or, for the last line, nothing."""
        if not self.raw.endswith(b"\n"):
            return b""
        return b"\r\n" if self.raw.endswith(b"\r\n") else b"\n"

    @property
    def text(self) -> bytes:
        """The line without its end."""
        return self.raw.removesuffix(self.end)

    def entries(self) -> list[tuple[int, bytes]]:
        """Return every (id, name) that `ip` reads in it, up to a piece at which it stops."""
        return [self.found[:2], *self.rest] if self.found else list(self.rest)


@dataclass(frozen=True)
class NameDocument:
    """A name map file, immutable. Edits return a new document, or raise NameRuleError with the rule that forbids it."""

    data: bytes

    @classmethod
    def parse(cls, data: bytes) -> "NameDocument":
        """Take in a whole file. Never fails: whatever it holds, `data` gives back the same bytes."""
        return cls(data)

    @cached_property
    def lines(self) -> tuple[NameLine, ...]:
        """Every line, also those that `ip` doesn't get to."""
        raws = self.data.split(b"\n")
        ended = [raw + b"\n" for raw in raws[:-1]] + ([raws[-1]] if raws[-1] else [])
        return tuple(_line(number, raw) for number, raw in enumerate(ended, 1))

    @cached_property
    def _names(self) -> NameMap:
        return parse(self.data)

    def names(self) -> NameMap:
        """Return what `ip` makes of it."""
        return self._names

    def line(self, number: int) -> NameLine:
        """Return a line by its number. Raises NameRuleError if there is none."""
        if not 1 <= number <= len(self.lines):
            raise NameRuleError(f"There is no line {number}.")
        return self.lines[number - 1]

    def taken_names(self, but: int = 0) -> dict[bytes, int]:
        """Return the line that holds each name, line ``but`` left out; lines that `ip` doesn't get to count too."""
        found = {name: line.number for line in self.lines if line.number != but for _, name in line.entries()}
        return {DEFAULT_NAME.encode(): 0, **found}

    def taken_ids(self, but: int = 0) -> dict[int, int]:
        """Return the line that names each id, line ``but`` left out; lines that `ip` doesn't get to count too."""
        return {group: line.number for line in self.lines if line.number != but for group, _ in line.entries()}

    def name_error(self, name: str, group_id: int | None = None, line_number: int = 0) -> str:
        """Return why ``name`` can't be given to ``group_id``, on that line if it has one already; "": it can."""
        taken = self.taken_names(line_number)
        if taken[DEFAULT_NAME.encode()] == 0 and group_id in (None, DEFAULT_GROUP):
            del taken[DEFAULT_NAME.encode()]
        return check_name(name, group_id, taken)

    def id_error(self, text: str, line_number: int = 0) -> str:
        """Return why ``text`` can't be the id of a new entry, or of the one on that line; "": it can."""
        return check_id(text, self.taken_ids(line_number))

    def names_error(self, names: Mapping[int, str]) -> str:
        """Return why these lines, given by their numbers, can't all have these names, one sentence; "": they can."""
        taken = {name: line.number for line in self.lines if line.number not in names for _, name in line.entries()}
        taken.setdefault(DEFAULT_NAME.encode(), 0)
        for number, name in names.items():
            if problem := check_name(name, self.line(number).group_id, taken):
                return problem if name in problem else f"{visible(name)}: {problem}"
            taken[name.encode()] = number
        return ""

    def add(self, group_id: int, name: str) -> "NameDocument":
        """Return it with a new entry, spaced like the one that it follows.

        That is the last one with the same parent or, failing that, the last one that `ip` gets to. The id is in hex
        where one with the same parent is.
        """
        _refuse(self.id_error(str(group_id)) or self.name_error(name, group_id))
        stop = self.names().corrupt_line or len(self.lines) + 1
        entries = [line for line in self.lines[: stop - 1] if line.found]
        kin = _kin(entries, name.encode())
        before = kin or entries[-1:]
        # Without an entry to follow: before the line at which `ip` stops, else at the end.
        at = before[-1].number if before else stop - 1
        gap, indent, number = b"\t", b"", str(group_id).encode()
        if before and (found := before[-1].found):
            text = before[-1].raw
            gap = _blank(text[found.id_at.stop : found.name_at.start]) or b" "
            indent = _blank(text[: found.id_at.start])
        if any(line.text.lstrip().startswith(b"0x") for line in kin):
            number = f"{group_id:#x}".encode()
        return self._insert(at, indent + number + gap + name.encode())

    def rename(self, line_number: int, name: str) -> "NameDocument":
        """Return it with another name on that line; its spacing and all that follows the name stay."""
        line, found = self._entry(line_number)
        _refuse(self.name_error(name, found.group_id, line_number))
        return self._edited(line, found, found.group_id, name.encode())

    def rename_all(self, names: Mapping[int, str]) -> "NameDocument":
        """Return it with other names on these lines, given by their numbers, at once, so that they may change places.

        A rule that one of them breaks refuses them all.
        """
        _refuse(self.names_error(names))
        raws = [line.raw for line in self.lines]
        for number, name in names.items():
            line, found = self._entry(number)
            raws[number - 1] = _respelled(line, found, found.group_id, name.encode()) + line.end
        return NameDocument(b"".join(raws))

    def renumber(self, line_number: int, group_id: int) -> "NameDocument":
        """Return it with another id on that line, in the same base; its spacing and the name stay."""
        line, found = self._entry(line_number)
        _refuse(self.id_error(str(group_id), line_number))
        shown = found.name.decode(errors="surrogateescape")
        if group_id not in (found.group_id, DEFAULT_GROUP) and shown == DEFAULT_NAME:
            _refuse(f"Group {DEFAULT_GROUP} keeps its name, {DEFAULT_NAME}.")
        if group_id == DEFAULT_GROUP:
            _refuse(check_name(shown, group_id))
        return self._edited(line, found, group_id, found.name)

    def delete(self, line_number: int) -> "NameDocument":
        """Return it without that line, of whatever kind."""
        line = self.line(line_number)
        only = DEFAULT_GROUP not in self.taken_ids(line_number)
        if only and line.kind == "entry" and line.entries() == [(DEFAULT_GROUP, DEFAULT_NAME.encode())]:
            _refuse(f"Group {DEFAULT_GROUP} keeps its name, {DEFAULT_NAME}: all but `ip` know it from this line alone.")
        return self.replace(line_number, ())

    def delete_all(self, line_numbers: Collection[int]) -> "NameDocument":
        """Return it without these lines, none of them group 0's."""
        return NameDocument(b"".join(line.raw for line in self.lines if line.number not in line_numbers))

    def comment_of(self, line_number: int) -> str:
        """Return the comment that belongs to an entry, safe to show: the text of the comment line right above it."""
        self._entry(line_number)
        above = self._comment_above(line_number)
        raw = above.text.lstrip(b" \t")[1:].strip() if above else b""
        shown = visible(raw)
        # To be edited, a backslash is single as long as there is nothing that it could be taken for an escape of.
        plain = shown.replace("\\\\", "\\")
        return plain if plain.encode() == raw else shown

    def comment(self, line_number: int, text: str) -> "NameDocument":
        """Return it with ``text`` as the comment line right above an entry: added, replaced, or removed if empty.

        Never at the end of the entry's own line: pyroute2 fails on that, and `ip` reads ``name#text`` as a name.
        """
        line, found = self._entry(line_number)
        text = text.strip()
        if not text.isprintable():
            _refuse("A comment is one line of printable text.")
        new = _blank(line.raw[: found.id_at.start]) + b"# " + text.encode()
        if len(new) > WIDTH:
            _refuse(f"A comment line has at most {WIDTH} bytes; this has {len(new)}.")
        above = self._comment_above(line_number)
        if above:
            return self.replace(above.number, (new,) if text else ())
        return self._insert(line_number - 1, new) if text else self

    def replace(self, line_number: int, texts: Iterable[bytes]) -> "NameDocument":
        """Return it with other lines in the place of one, each given without its end. No rule is checked: for mends."""
        line = self.line(line_number)
        texts = list(texts)
        end = line.end or self._end()
        raws = [text + end for text in texts]
        if raws and not line.end:
            raws[-1] = texts[-1]
        return self._with(line_number - 1, line_number, raws)

    def _entry(self, line_number: int) -> tuple[NameLine, NameEntry]:
        line = self.line(line_number)
        if line.found is None or line.kind == "malformed":
            raise NameRuleError(f"Line {line_number} is no entry.")
        return line, line.found

    def _comment_above(self, line_number: int) -> NameLine | None:
        above = self.lines[line_number - 2] if line_number > 1 else None
        if above is None or above.kind != "comment" or above.pieces > 1:
            return None
        # “#10 dmz” is an entry that somebody switched off, not a remark on the next one.
        return None if above.raw.lstrip(b" \t")[1:2].isdigit() else above

    def _edited(self, line: NameLine, found: NameEntry, group_id: int, name: bytes) -> "NameDocument":
        return self.replace(line.number, (_respelled(line, found, group_id, name),))

    def _insert(self, at: int, text: bytes) -> "NameDocument":
        """Return it with a new line after line ``at``; 0: before all."""
        end = self._end()
        if at and at == len(self.lines) and not (last := self.lines[-1]).end:
            # A CR must not be what makes the line too long: `ip` would trip over it.
            closed = last.raw + end if _line(at, last.raw + end).pieces == last.pieces else last.raw + b"\n"
            return self._with(at - 1, at, [closed, text + end])
        return self._with(at, at, [text + end])

    def _with(self, first: int, last: int, raws: list[bytes]) -> "NameDocument":
        return NameDocument(
            b"".join([*(x.raw for x in self.lines[:first]), *raws, *(x.raw for x in self.lines[last:])])
        )

    def _end(self) -> bytes:
        """The file's line end."""
        return next((line.end for line in self.lines if line.end), b"\n")


def _respelled(line: NameLine, found: NameEntry, group_id: int, name: bytes) -> bytes:
    """Return the text of a line with another id, in the same base, or name. Raises NameRuleError."""
    text = line.text
    number = text[found.id_at]
    if group_id != found.number:
        digits = len(number) - 2 if number[:2] == b"0x" else 0
        number = f"0x{group_id:0{digits}x}".encode() if digits else str(group_id).encode()
    gap = text[found.id_at.stop : found.name_at.start] or b" "
    new = text[: found.id_at.start] + number + gap + name + text[found.name_at.stop :]
    if line.pieces > 1 or _line(line.number, new + line.end).pieces > 1:
        _refuse(f"A line has at most {WIDTH} bytes, since `ip` splits longer ones: shorten line {line.number} first.")
    return new


def _kin(entries: Sequence[NameLine], name: bytes) -> list[NameLine]:
    """Return the entries that share the nearest parent with a name, that parent too; none if it has no parent."""
    above = parts(name)
    for depth in range(len(above) - 1, 0, -1):
        if kin := [line for line in entries if parts(line.name)[:depth] == above[:depth]]:
            return kin
    return []


def _line(number: int, raw: bytes) -> NameLine:
    read = list(pieces(raw.removesuffix(b"\n")))
    first = entry(read[0]) if not ignored(read[0]) else None
    kind: Kind = "entry"
    if first is None:
        kind = "blank" if not read[0].strip(b" \t") else "comment" if ignored(read[0]) else "malformed"
    elif first.group_id < 0:
        kind = "negative"
    rest: list[tuple[int, bytes]] = []
    for piece in read[1:]:
        if kind == "malformed" or ignored(piece):
            continue
        if (found := entry(piece)) is None:
            kind = "malformed"
        else:
            rest.append(found[:2])
    return NameLine(number, raw, kind, first, len(read), tuple(rest))


def _blank(raw: bytes) -> bytes:
    """Return spacing to imitate; nothing if it isn't what every reader takes for white space."""
    return b"" if raw.strip(b" \t") else raw


def _refuse(problem: str) -> None:
    if problem:
        raise NameRuleError(problem)
