"""What each interface can be found by, remembered from one keystroke to the next."""

from tui.model.link import Link
from tui.model.store import Snapshot
from tui.model.text import visible


class Words:
    """Holds the visible texts of every interface that was looked for, in small letters."""

    def __init__(self) -> None:
        """Remember nothing."""
        self._known: dict[int, tuple[Link, str]] = {}

    def containing(self, wanted: str, snapshot: Snapshot) -> set[int]:
        """Return the ifindexes whose name, altnames, alias, kind or MAC contain ``wanted``, in small letters."""
        known, found = self._known, set()
        for index, link in snapshot.links.items():
            entry = known.get(index)
            if entry is None or entry[0] is not link:
                entry = self._learn(link, entry)
            if wanted in entry[1]:
                found.add(index)
        return found

    def _learn(self, link: Link, before: tuple[Link, str] | None) -> tuple[Link, str]:
        """Note ``link``; in a storm most of what changes is no word."""
        if before is not None and _parts(before[0]) == _parts(link):
            words = before[1]
        else:
            # No text holds a line feed once it is visible, so nothing is found across two of them.
            words = "\n".join((*map(visible, _parts(link)), link.address.hex(":"))).lower()
        entry = self._known[link.ifindex] = (link, words)
        return entry

    def forget(self, snapshot: Snapshot) -> None:
        """Drop what was remembered of interfaces that are gone."""
        for index in self._known.keys() - snapshot.links.keys():
            del self._known[index]


def _parts(link: Link) -> tuple[bytes, ...]:
    return (link.name, link.alias, link.kind, *link.altnames)
