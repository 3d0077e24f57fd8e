"""One editing session of the name map: what was read, what is edited, what saving would do."""

import errno
from pathlib import Path

from tui.files.names.file import SEARCH
from tui.files.names.version import NameFileError
from tui.files.names.writer import ABSENT, Conflict, linked, read_version, save, target, writable
from tui.model.gate import OPEN, Gate
from tui.model.names.document import NameDocument, NameLine
from tui.model.names.lint import Finding, lint
from tui.model.names.merge import Merged, diff, merge
from tui.model.text import visible

_SHOWN = ("entry", "malformed", "negative")


class NameEditor:
    """Holds the document between reading and saving. Saving may wait for the disk."""

    def __init__(self, explicit: Path | None, gate: Gate = OPEN) -> None:
        """Read the map; ``explicit``: --names; ``gate`` may refuse every save. Raises NameFileError."""
        self._explicit = explicit
        self.gate = gate
        self._before: tuple[bytes, bytes] | None = None
        self.reload()

    def reload(self) -> None:
        """Read the map anew and drop what was edited. Raises NameFileError."""
        self.path, self.vendor = target(explicit=self._explicit)
        self.base, self.version = read_version(self.path)
        if self.vendor is not None:
            # Ours will hide the vendor's: it must begin with all that the vendor's says.
            self.base, _ = read_version(self.vendor)
        self.edit(NameDocument.parse(self.base))

    def edit(self, document: NameDocument) -> None:
        """Take an edited document, and look for what is wrong in it."""
        self.document = document
        self.findings: dict[int, list[Finding]] = {}
        for finding in lint(document, group_d=self._group_d()):
            self.findings.setdefault(finding.line, []).append(finding)

    def _group_d(self) -> list[str]:
        folder = self.path.parent / "group.d"
        try:
            return sorted(str(path) for path in folder.iterdir())
        except OSError:
            return []

    def lines(self) -> list[NameLine]:
        """Return the lines that say something, or fail to."""
        return [line for line in self.document.lines if line.kind in _SHOWN]

    @property
    def edited(self) -> bool:
        """Whether there is something to save."""
        return self.document.data != self.base

    def stale(self) -> bool:
        """Whether the file is not the one that was read any more. Raises NameFileError."""
        path, vendor = target(explicit=self._explicit)
        return (path, vendor, read_version(path)[1]) != (self.path, self.vendor, self.version)

    def force(self) -> str:
        """Return which file is in force and why, one sentence."""
        if self._explicit is not None:
            return f"{visible(str(self.path))}, named with --names"
        if self.vendor is not None:
            return f"{self.vendor}, since {self.path} doesn't exist; saving copies it there, which then hides it"
        if self.version == ABSENT:
            return f"none exists; saving makes {self.path}"
        return f"{self.path}, which `ip` reads" + (f"; it hides {SEARCH[1]}" if SEARCH[1].exists() else "")

    def rights(self) -> str:
        """Return why the file can't be written, one sentence; empty: it can."""
        return self.barrier() or writable(self.path)

    def barrier(self) -> str:
        """Return why nothing may be saved, whatever the rights, one sentence; empty: it may."""
        why = self.gate.obstacle()
        return f"Nothing can be saved: ifgroup was {why}." if why else ""

    def linked(self) -> str:
        """Return what a save does to the file's other names, one sentence; empty: it has none."""
        return linked(self.path)

    def diff(self) -> list[str]:
        """Return what saving would change, as lines to show."""
        # A map is full of tabs, and each would be shown as an escape.
        return [line.replace("\\x09", "    ") for line in diff(self.base, self.document.data)]

    def save(self, in_place: bool = False) -> None:
        """Write the document. Raises NameFileError (Conflict, NeedsInPlace), and then nothing was written."""
        if barrier := self.barrier():
            raise NameFileError(errno.EROFS, barrier)
        before, data = self.base, self.document.data  # the document may be edited on meanwhile
        self.version = save(self.path, data, self.version, in_place=in_place)
        self._before = (before, data)
        self.base = data
        self.vendor = None

    def merge(self, conflict: Conflict) -> Merged:
        """Return what came of both sides' edits, after somebody else changed the file."""
        return merge(self.base, self.document.data, conflict.theirs)

    def adopt(self, conflict: Conflict, data: bytes) -> None:
        """Go on with ``data``, merged from both sides, on top of what somebody else wrote."""
        self.base, self.version, self.vendor = conflict.theirs, conflict.version, None
        self.edit(NameDocument.parse(data))

    def take_back(self) -> bool:
        """Edit the last save back out of the document; return whether there was one.

        What was edited since stays, by whomever; where the same lines were, what was before the save wins.
        """
        if self._before is None:
            return False
        before, saved = self._before
        merged = merge(saved, self.document.data, before)
        self.edit(NameDocument.parse(merged.resolve(["theirs"] * len(merged.conflicts))))
        return True
