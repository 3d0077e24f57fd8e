"""Three versions of the name map made one, line by line; and what differs between two, as people read it."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tui.model.text import visible

Lines = tuple[bytes, ...]
"""Each with its end."""
Choice = Literal["base", "mine", "theirs", "both"]
"""What to take for a conflict; "both": mine, then theirs."""


class Conflict(NamedTuple):
    """Lines that both sides changed, each in its way."""

    base: Lines
    mine: Lines
    theirs: Lines


class _Change(NamedTuple):
    first: int
    last: int
    lines: Lines
    """What takes the place of base[first:last]."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of a merge. Two sides may each have named the same group on lines of their own: lint the result."""

    parts: tuple[Lines | Conflict, ...]

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """What must be chosen by hand, in file order."""
        return tuple(part for part in self.parts if isinstance(part, Conflict))

    @property
    def data(self) -> bytes | None:
        """The merged file; None as long as there are conflicts."""
        return None if self.conflicts else self.resolve(())

    def resolve(self, choices: Sequence[Choice]) -> bytes:
        """Return the file with one choice made for each conflict, in order. Raises ValueError if one is missing."""
        if len(choices) != len(self.conflicts):
            raise ValueError(f"{len(self.conflicts)} conflicts need as many choices, not {len(choices)}")
        remaining = iter(choices)
        lines: list[bytes] = []
        for part in self.parts:
            lines += _chosen(part, next(remaining)) if isinstance(part, Conflict) else part
        end = b"\r\n" if any(line.endswith(b"\r\n") for line in lines) else b"\n"
        # A last line without an end isn't always last any more.
        return b"".join(line if line.endswith(b"\n") else line + end for line in lines[:-1]) + b"".join(lines[-1:])


def merge(base: bytes, mine: bytes, theirs: bytes) -> Merged:
    """Take over the edits of both sides; what they changed differently becomes a conflict."""
    lines = _lines(base)
    changes = sorted({*_changes(lines, _lines(mine)), *_changes(lines, _lines(theirs))})
    ours = set(_changes(lines, _lines(mine)))
    parts: list[Lines | Conflict] = []
    at = 0
    while changes:
        group = [changes.pop(0)]
        while changes and _overlap(group, changes[0]):
            group.append(changes.pop(0))
        first, last = group[0].first, max(change.last for change in group)
        parts.append(lines[at:first])
        at = last
        if len(group) == 1:
            parts.append(group[0].lines)
            continue
        sides = [[change for change in group if (change in ours) is side] for side in (True, False)]
        parts.append(Conflict(lines[first:last], *(_applied(lines, first, last, side) for side in sides)))
    return Merged((*parts, lines[at:]))


def diff(old: bytes, new: bytes) -> list[str]:
    """Return the lines of a unified diff, safe to show; empty: no difference."""
    found: list[str] = []
    for line in difflib.unified_diff(_shown(old), _shown(new), "before", "after"):
        found.append(line.removesuffix("\n"))
        if not line.endswith("\n"):
            found.append("\\ No newline at end of file")
    return found


def _shown(data: bytes) -> list[str]:
    return [visible(line.removesuffix(b"\n")) + "\n" * line.endswith(b"\n") for line in _lines(data)]


def _lines(data: bytes) -> Lines:
    raws = data.split(b"\n")
    return (*(raw + b"\n" for raw in raws[:-1]), *(raw for raw in raws[-1:] if raw))


def _changes(base: Lines, new: Lines) -> list[_Change]:
    """Return what was done to ``base``, line for line where as many lines came as went."""
    # What both ends have in common is taken off first: it leaves little to the matcher, which is quadratic at worst.
    start = 0
    while start < min(len(base), len(new)) and base[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(base), len(new)) - start and base[-1 - end] == new[-1 - end]:
        end += 1
    middle, changed = base[start : len(base) - end], new[start : len(new) - end]
    found: list[_Change] = []
    for tag, first, last, low, high in difflib.SequenceMatcher(None, middle, changed).get_opcodes():
        if tag == "equal":
            continue
        if last - first == high - low:
            pairs = zip(range(first, last), changed[low:high], strict=True)
            found += [_Change(start + at, start + at + 1, (line,)) for at, line in pairs]
        else:
            found.append(_Change(start + first, start + last, changed[low:high]))
    return found


def _overlap(group: list[_Change], change: _Change) -> bool:
    """Whether ``change``, which begins no earlier, touches a line that the group changes, or inserts where it does."""
    return any(
        change.first < other.last or (change.first == change.last == other.first == other.last) for other in group
    )


def _applied(base: Lines, first: int, last: int, changes: list[_Change]) -> Lines:
    lines: list[bytes] = []
    for change in changes:
        lines += [*base[first : change.first], *change.lines]
        first = change.last
    return (*lines, *base[first:last])


def _chosen(conflict: Conflict, choice: Choice) -> Lines:
    if choice == "both":
        return conflict.mine + conflict.theirs
    return {"base": conflict.base, "mine": conflict.mine, "theirs": conflict.theirs}[choice]
