"""The command log: every change of this run, what came of it, and what it takes to undo it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from tui.model.change.outcome import Verdict
from tui.model.change.reversal import Step
from tui.model.change.shell import shortened

LIMIT = 1000
"""Changes that are kept; older ones are in the audit file alone."""
WHOLE = 50
"""Of these, the latest, kept with all their steps and lines: 16,384 members take megabytes."""
_ROOM = 200  # characters of a line of an older change

LogVerdict = Verdict | Literal["reverted", "saved"]
"""How a change ended; "reverted": it was taken back unasked; "saved": it was the name map's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One change. All its text is visible and ready to be shown."""

    time: datetime
    """When it was asked for; aware, UTC."""
    netns: str
    """The place that was changed, as the title names it; empty: this machine."""
    what: str
    """What was asked, such as "group dmz (10) MTU 9000"."""
    plan: str
    """What it was to come to."""
    outcome: str
    """What happened, one line."""
    verdict: LogVerdict
    messages: int = 0
    """Messages sent to change something."""
    size: int = 0
    """Bytes sent."""
    waited: float = 0.0
    """Seconds from send to ACK."""
    lines: tuple[str, ...] = ()
    """The equivalent shell lines, as model/change/shell.py writes them."""
    steps: tuple[Step, ...] = ()
    """The members that changed, with what was wanted of each; empty: there is nothing to undo."""
    revision: int = 0
    """The store's revision at which the interfaces were as the steps say that they were before."""
    undoes: int | None = None
    """The number of the change that this one takes back."""
    undone_by: int | None = None
    """The number of the change that took this one back."""
    number: int = 0
    """Its place in the log, counted from 1; given by the log."""
    aged: bool = False
    """Whether steps, or parts of lines, were dropped because of its age."""
    final: str = ""
    """Why nothing ever takes it back, one sentence; empty: something may."""
    by: str = ""
    """Who made it, if that was another sitting, which can be read and not undone; empty: this one."""

    @property
    def obstacle(self) -> str:
        """Why it can't be undone, one sentence; empty if it can."""
        if self.by:
            return "It is not of this sitting, and only what this one changed can be undone here."
        if self.undone_by is not None:
            return f"Change {self.undone_by} has undone it already."
        if self.final:
            return self.final
        if self.steps:
            return ""
        return "It is too long ago to undo." if self.aged else "It changed no interface: there is nothing to undo."


class Log:
    """The changes of this run in order, the last LIMIT of them; for one thread."""

    def __init__(self) -> None:
        """Begin empty."""
        self._entries: list[LogEntry] = []
        self._dropped = 0
        self.revision = 0
        """Grows with every change of the log."""

    def __len__(self) -> int:
        """Return how many changes are kept."""
        return len(self._entries)

    @property
    def entries(self) -> Sequence[LogEntry]:
        """The changes that are kept, the oldest first; not to be changed."""
        return self._entries

    def add(self, entry: LogEntry) -> LogEntry:
        """Append a change; return it with the number that it was given."""
        numbered = replace(entry, number=self._dropped + len(self._entries) + 1)
        self._entries.append(numbered)
        if len(self._entries) > WHOLE:
            self._entries[-WHOLE - 1] = aged(self._entries[-WHOLE - 1])
        if len(self._entries) > LIMIT:
            del self._entries[0]
            self._dropped += 1
        self.revision += 1
        return numbered

    def get(self, number: int) -> LogEntry | None:
        """Return the change with this number; None: it isn't kept, or never was."""
        place = number - self._dropped - 1
        return self._entries[place] if 0 <= place < len(self._entries) else None

    def last_undoable(self) -> LogEntry | None:
        """Return what the undo key takes back: the latest change that isn't undone, and is no undo itself.

        So one undo after the other steps back through the changes, and never redoes one.
        """
        for entry in reversed(self._entries):
            if entry.undoes is None and not entry.obstacle:
                return entry
        return None

    def mark_undone(self, number: int, by: int) -> None:
        """Note that the change ``by`` took the change ``number`` back.

        If that was an undo itself, what it had undone is in effect again, and can be undone again; and so on.
        """
        place: int | None = number
        undone_by: int | None = by
        while place is not None and (entry := self.get(place)) is not None:
            self._put(replace(entry, undone_by=undone_by))
            place, undone_by = entry.undoes, None if undone_by is not None else entry.number
            self.revision += 1

    def _put(self, entry: LogEntry) -> None:
        self._entries[entry.number - self._dropped - 1] = entry


def again(entries: Iterable[LogEntry]) -> list[str]:
    """Return the shell lines of changes, the oldest first; of what wasn't done, or doesn't stand, as a comment."""
    found = list(entries)
    unasked = {entry.undoes for entry in found if entry.verdict == "reverted"}
    lines: list[str] = []
    for entry in found:
        not_done = entry.verdict not in ("done", "partly") and not entry.by
        why = "taken back by the guard" if entry.number in unasked else f"{entry.verdict} then" if not_done else ""
        lines += (f"# {why}: {shortened(line, _ROOM)}" if why else line for line in entry.lines)
    return lines


def aged(entry: LogEntry) -> LogEntry:
    """Return an older ``entry`` without what takes memory."""
    lines = tuple(map(_aged_line, entry.lines))
    if lines == entry.lines and not entry.steps:
        return entry
    return replace(entry, lines=lines, steps=(), aged=True)


def _aged_line(line: str) -> str:
    """Return a line, or, if it is long, a comment that tells it in short: nobody is to run half of it."""
    short = shortened(line, _ROOM)
    return line if short == line else f"# not kept whole: {short}"
