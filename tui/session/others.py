"""Undecided changes of others in this netns, as their guards tell them: followed at the price of a look at a folder."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui.guard.client import here
from tui.guard.errors import GuardError
from tui.guard.place import check, doors_in, folders, record_of_door
from tui.guard.record import netns_now
from tui.guard.visit import Visit
from tui.model.text import visible

_PATIENCE = 0.02  # seconds at a door with a queue before it: the screen's thread waits, and looks again soon


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change that another process made, and that its guard takes back unless somebody keeps it."""

    path: Path
    """Its record."""
    what: str
    """The change, harmless."""
    who: str
    """Who made it, and where, harmless."""
    since: str
    """When it was armed, as ISO 8601."""
    deadline: float
    """When it is taken back (`time.monotonic`)."""


class Others:
    """Visits each guard once, and hears from it; a guard that says nothing (stopped) isn't told of."""

    def __init__(self) -> None:
        """Know of none yet."""
        self._visits: dict[Path, Visit] = {}
        self._waiting: dict[Path, Waiting | None] = {}
        self._netns = ""

    @property
    def waiting(self) -> list[Waiting]:
        """Those that were there at the last look, the next to be taken back first."""
        return sorted(filter(None, self._waiting.values()), key=lambda one: one.deadline)

    def look(self) -> None:
        """See who came and who went. Doesn't block."""
        with suppress(OSError):
            for path in _records():
                if path not in self._visits:
                    with suppress(GuardError):  # of a killed guard the door is still there
                        self._visits[path] = Visit(path, _PATIENCE)
        for path, visit in list(self._visits.items()):
            try:
                for words in visit.news():
                    self._hear(path, words)
            except (GuardError, ValueError, LookupError, TypeError):
                self._forget(path)

    def close(self) -> None:
        """Visit none any more."""
        for path in list(self._visits):
            self._forget(path)

    def _forget(self, path: Path) -> None:
        self._visits.pop(path).close()
        self._waiting.pop(path, None)

    def _hear(self, path: Path, words: Mapping[str, Any]) -> None:
        known = self._waiting.get(path)
        if words["say"] == "guards":
            self._netns = self._netns or netns_now()
            if words["netns"] == self._netns and words["who"] != here():
                self._waiting[path] = Waiting(
                    path,
                    visible(words["what"]),
                    visible(words["who"]),
                    words["when"],
                    time.monotonic() + words["left"],
                )
        elif words["say"] == "counting" and known is not None:
            left = time.monotonic() + words["left"]
            self._waiting[path] = Waiting(path, known.what, known.who, known.since, left)
        elif words["say"] in ("reverting", "kept", "reverted"):
            self._waiting.pop(path, None)


def _records() -> Iterator[Path]:
    """Yield the records whose guards have a door. Raises OSError."""
    for folder in folders():
        with suppress(FileNotFoundError):
            if doors := doors_in(os.listdir(folder)):
                check(folder)
                yield from (record_of_door(folder / name) for name in doors)
