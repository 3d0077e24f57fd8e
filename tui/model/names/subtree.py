"""A place in the tree of names, as lines of the map: they are renamed at once or not at all."""

from dataclasses import dataclass

from tui.model.group import DEFAULT_GROUP
from tui.model.names.document import NameDocument, NameLine
from tui.model.names.rules import NameRuleError, check_name
from tui.model.names.tree import SEPARATOR, parts
from tui.model.text import plural, visible


@dataclass(frozen=True, slots=True)
class Subtree:
    """All entries at a path and below it, also those that `ip` doesn't get to. Group 0 is in none."""

    document: NameDocument
    path: bytes
    lines: tuple[NameLine, ...]
    """In file order. Empty: there is no such place."""

    @property
    def below(self) -> int:
        """How many entries are below the path itself."""
        return sum(line.name != self.path for line in self.lines)

    @property
    def own(self) -> NameLine | None:
        """The first entry that bears the path itself; None: none does."""
        return next((line for line in self.lines if line.name == self.path), None)

    def error(self, new: str) -> str:
        """Return why the path can't become ``new``, one sentence that names what clashes, or "": it can.

        Fit to be called at every keystroke.
        """
        if problem := check_name(new, self.own.group_id if self.own else None):
            return problem
        try:
            self.renamed(new)
        except NameRuleError as error:
            return str(error)
        return ""

    def renamed(self, new: str) -> NameDocument:
        """Return the map with ``new`` in place of the path on every line. Raises NameRuleError."""
        return self.document.rename_all(self._renamed(new))

    def joins(self, new: str) -> str:
        """Return that other names are at or below ``new`` already, one sentence; empty: there are none."""
        numbers = {line.number for line in self.lines}
        others = sum(line.number not in numbers for line in subtree(self.document, new.encode()).lines)
        if not others:
            return ""
        return f"{plural(others, 'other name')} {'is' if others == 1 else 'are'} at {new} or below it already."

    def _renamed(self, new: str) -> dict[int, str]:
        rest = len(self.path)
        return {line.number: new + line.name[rest:].decode(errors="surrogateescape") for line in self.lines}


def subtree(document: NameDocument, path: bytes) -> Subtree:
    """Return what is at a path and below it."""
    above = parts(path)
    depth = len(above)
    found = (
        line
        for line in document.lines
        if line.found and line.kind != "malformed" and line.group_id != DEFAULT_GROUP
        if parts(line.name)[:depth] == above
    )
    return Subtree(document, path, tuple(found))


def find_subtree(document: NameDocument, word: str) -> Subtree:
    """Return what is at a path, given as it is or as it is shown, and below it; a “/” at its end may be left out."""
    raw = word.encode(errors="surrogateescape")
    for path in (raw, raw.rstrip(SEPARATOR)):
        if path and (found := subtree(document, path)).lines:
            return found
    shown = word.rstrip("/")
    paths = dict.fromkeys(above for line in document.lines if line.found for above in lineage(line.name))
    path = next((path for path in paths if visible(path) == shown), raw)
    return subtree(document, path)


def lineage(name: bytes) -> list[bytes]:
    """Return a name and all that is above it, the nearest first."""
    found = parts(name)
    return [SEPARATOR.join(found[:depth]) for depth in range(len(found), 0, -1)]
