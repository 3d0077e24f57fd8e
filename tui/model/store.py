"""The current truth: every interface by ifindex, its revision, and immutable snapshots of it."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from tui.model.group import Group, Tally, empty_group
from tui.model.identity import Lives
from tui.model.link import Link
from tui.model.members import Members, Together
from tui.model.ports import Ports


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was known at one moment. Never changes; holding one costs memory, no lock."""

    revision: int
    """Grows by one for each interface that really changed, so the difference of two counts the changes between."""
    links: Mapping[int, Link]
    """By ifindex, in no order."""
    groups: Mapping[int, Group]
    """By id, those that have members."""
    ports: Mapping[int, frozenset[int]]
    """The ifindexes of the ports of each master, by its ifindex."""
    born: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    """By ifindex: the revision at which the device that bears it was seen first (see model/identity.py)."""

    def same(self, index: int, revision: int) -> Link | None:
        """Return what the device that bore ``index`` at ``revision`` is now; None: it is gone, or another bears it."""
        return None if self.born.get(index, 0) > revision else self.links.get(index)

    def members(self, group_id: int) -> Members:
        """Return the members of a group by ifindex, ascending. Costs nothing until somebody goes through them."""
        return Members(self.links, self.groups.get(group_id) or empty_group(group_id))

    def together(self, group_ids: Iterable[int]) -> Together:
        """Return the members of several groups, each given once, as `members` does."""
        return Together(self.links, (self.groups.get(group_id) or empty_group(group_id) for group_id in group_ids))


class Change(NamedTuple):
    """What was taken in of one interface. If another device bears the index, there are two: one is gone, one is new."""

    before: Link | None
    """None: it wasn't there."""
    after: Link | None
    """None: it is gone."""

    @property
    def ifindex(self) -> int:
        """Of which interface."""
        link = self.after or self.before
        assert link is not None
        return link.ifindex


Observer = Callable[[Sequence[Change], int, bool], None]
"""Is told what was taken in, in order, the revision by then, and whether the kernel was asked for it, not heard."""

_PART = 512  # interfaces taken in under one lock

EMPTY = Snapshot(0, MappingProxyType({}), MappingProxyType({}), MappingProxyType({}))
"""Nothing known yet."""


class Store:
    """Holds the current interfaces. Written by the monitor thread alone; read from any thread."""

    def __init__(self, observer: Observer | None = None) -> None:
        """Start empty, at revision 0. ``observer`` is called on the writer's thread; it must not block."""
        self._observer = observer
        self._lock = threading.Lock()
        self._links: dict[int, Link] = {}
        self._tallies: dict[int, Tally] = {}
        self._groups: dict[int, Group] = {}
        self._touched: set[int] = set()
        self._lives = Lives()
        self._ports = Ports()
        self._revision = 0
        self._snapshot = EMPTY

    @property
    def revision(self) -> int:
        """The number of changes so far."""
        return self._revision

    def apply(self, changes: Mapping[int, Link | None], *, asked: bool = False) -> bool:
        """Take in changed interfaces (None: it is gone). Return whether anything differs from before.

        ``asked``: whether the kernel was asked for them; else it told of them by itself.
        """
        return self._apply_in_parts(changes.items(), asked)

    def replace(self, links: Mapping[int, Link]) -> bool:
        """Take in a whole dump: what it doesn't hold is gone. Return whether anything differs from before."""
        gone = [(index, None) for index in self._links.keys() - links.keys()]
        changed = self._apply_in_parts(gone, True)
        changed = self._apply_in_parts(links.items(), True) or changed
        self._lives.trust()
        return changed

    def bury(self, index: int) -> None:
        """Take note that the device with this index was deleted: what bears the index after that is another one."""
        self._lives.bury(index)

    def doubt(self) -> None:
        """Take note that changes may have gone unheard: up to the next `replace`, each device is compared."""
        self._lives.doubt()

    def _apply_in_parts(self, changes: Iterable[tuple[int, Link | None]], asked: bool) -> bool:
        """Apply a few at a time: who asks for a snapshot must not wait for all of a storm."""
        remaining = iter(changes)
        before = self._revision
        while part := list(islice(remaining, _PART)):
            if self._observer is None:
                with self._lock:
                    self._apply(part)
            elif changed := self._apply_observed(part):
                self._observer(changed, self._revision, asked)
            # Between parts the screen's thread gets its turn; else it waits for the interpreter's lock.
            time.sleep(0)
        return self._revision != before

    def _apply_observed(self, part: Sequence[tuple[int, Link | None]]) -> list[Change]:
        """Apply, and return what differs from before."""
        before = self._revision
        known = [self._links.get(index) for index, _ in part]
        with self._lock:
            self._apply(part)
        if self._revision == before:
            return []
        changed: list[Change] = []
        for old, (index, link) in zip(known, part, strict=True):
            if old is not None and link is not None and self._lives.since(index) > before:
                changed += (Change(old, None), Change(None, link))
            elif old != link:
                changed.append(Change(old, link))
        return changed

    def _apply(self, changes: Iterable[tuple[int, Link | None]]) -> None:
        known, lives, tallies = self._links, self._lives, self._tallies
        buried, certain = lives.buried, lives.certain
        for index, link in changes:
            old = known.get(index)
            if old == link and index not in buried:
                continue
            self._revision += 1
            if old is None or link is None or old.group != link.group or old.master != link.master:
                self._move(index, old, link)
            else:
                tallies[link.group].change(old, link)
                self._touched.add(link.group)
            if link is None:
                del known[index]
                lives.end(index)
                continue
            known[index] = link
            # `goes_on` is asked only where it has more to look at: thousands of changes come at once.
            if old is None or ((not certain or old.kind != link.kind) and not lives.goes_on(old, link)):
                lives.begin(index, self._revision)

    def _move(self, index: int, old: Link | None, link: Link | None) -> None:
        """Count an interface out of one group and master and into another."""
        self._ports.move(index, old.master if old else 0, link.master if link else 0)
        if old is not None:
            self._tallies[old.group].remove(old)
            self._touched.add(old.group)
        if link is not None:
            if (tally := self._tallies.get(link.group)) is None:
                tally = self._tallies[link.group] = Tally()
            tally.add(link)
            self._touched.add(link.group)

    def snapshot(self) -> Snapshot:
        """Return what is known now; the same object as long as nothing changes."""
        with self._lock:
            if self._snapshot.revision != self._revision:
                for group_id in self._touched:
                    tally = self._tallies[group_id]
                    if tally.members:
                        self._groups[group_id] = tally.group(group_id)
                    else:
                        del self._tallies[group_id]
                        self._groups.pop(group_id, None)
                self._touched.clear()
                self._snapshot = Snapshot(
                    self._revision,
                    MappingProxyType(self._links.copy()),
                    MappingProxyType(self._groups.copy()),
                    self._ports.shown(),
                    self._lives.shown(),
                )
            return self._snapshot
