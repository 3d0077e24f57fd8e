"""What somebody knows who was told every change so far: from that, and the next change, comes what to tell him."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Generic, NamedTuple, TypeVar

from tui.model.change.protect import protect
from tui.model.group import Group
from tui.model.link import Link
from tui.model.names.map import NameMap
from tui.model.store import Snapshot
from tui.model.view.filter import Filter
from tui.model.view.words import Words

Row = TypeVar("Row")

MakeRow = Callable[[Link, Mapping[int, Link], NameMap, str | None], Row]
"""Makes what is told of an interface, of it, all interfaces, the names, and why it is protected (None: it isn't)."""


class Told(NamedTuple, Generic[Row]):
    """One change, to be told."""

    before: Row | None
    """None: it wasn't there."""
    after: Row | None
    """None: it is gone."""
    matched: bool
    """Whether it passed the filter before."""
    matches: bool
    """Whether it does now."""


class Mirror(Generic[Row]):
    """Holds the interfaces as they were told, those that don't pass the filter too. Not for several threads."""

    def __init__(self, snapshot: Snapshot, names: NameMap, carriers: Mapping[int, str],
                 make_row: MakeRow[Row], only: Filter) -> None:  # fmt: skip
        """Begin with what is known; ``only``: what is to be told of. Raises FilterError, as all methods do."""
        self._make = make_row
        self._only = only
        self.names = names
        """The name map."""
        self.links: dict[int, Link] = dict(snapshot.links)
        """By ifindex."""
        self._above: dict[int, set[int]] = {}
        for link in self.links.values():
            self._stack(link)
        self._revision = snapshot.revision
        self._carriers = carriers
        self.protected: Mapping[int, str] = self._protect()
        """Why interfaces are protected, by ifindex."""
        self._matching = {index for index in self.links if self._matches(index)}

    @property
    def matching(self) -> Collection[int]:
        """The interfaces that pass the filter, by ifindex."""
        return self._matching

    def take(self, changes: Iterable[tuple[int, Link | None]], revision: int) -> Iterator[Told[Row]]:
        """Yield what is to be told of these, (ifindex, how it is now); nothing if they are older than what is known."""
        if revision <= self._revision:
            return
        self._revision = revision
        for index, after in changes:
            yield from self._take(index, after)

    def catch_up(self, snapshot: Snapshot) -> Iterator[Told[Row]]:
        """Yield the differences between what was told and ``snapshot``."""
        known = self._revision
        self._revision = snapshot.revision
        for index in self.links.keys() - snapshot.links.keys():
            yield from self._take(index, None)
        for index, link in snapshot.links.items():
            if index in self.links and snapshot.same(index, known) is None:
                yield from self._take(index, None)
            if self.links.get(index) != link:
                yield from self._take(index, link)

    def carry(self, carriers: Mapping[int, str]) -> Iterator[Told[Row]]:
        """Yield what other ``carriers`` change: who is protected."""
        self._carriers = carriers
        yield from self._protect_anew()

    def rename(self, names: NameMap) -> Iterator[Told[Row]]:
        """Yield who enters or leaves the filter, since groups are called otherwise now."""
        if not self._only.terms:
            self.names = names
            return
        before, self.names = self.names, names
        for index, link in self.links.items():
            matched, matches = index in self._matching, self._matches(index)
            if matched != matches:
                why = self.protected.get(index)
                was = self._make(link, self.links, before, why)
                self._note(index, matches)
                yield Told(was, self._make(link, self.links, names, why), matched, matches)

    def _take(self, index: int, after: Link | None) -> Iterator[Told[Row]]:
        before = self.links.get(index)
        if before == after:
            return
        touched = [index]
        if index in self._above and _reads_otherwise(before, after):
            touched += sorted(self._above[index] - {index})
        was = [self._row(each) for each in touched]
        if before is not None:
            self._unstack(before)
        if after is None:
            del self.links[index]
        else:
            self.links[index] = after
            self._stack(after)
        for each, row in zip(touched, was, strict=True):
            yield from self._compare(each, row)
        if self._carriers and _stands_otherwise(before, after):
            yield from self._protect_anew()

    def _compare(self, index: int, before: Row | None) -> Iterator[Told[Row]]:
        after, matched, matches = self._row(index), index in self._matching, self._matches(index)
        self._note(index, matches)
        if (matched or matches) and (before != after or (matched != matches and after is not None)):
            yield Told(before, after, matched, matches)

    def _note(self, index: int, matches: bool) -> None:
        if matches:
            self._matching.add(index)
        else:
            self._matching.discard(index)

    def _row(self, index: int) -> Row | None:
        link = self.links.get(index)
        return None if link is None else self._make(link, self.links, self.names, self.protected.get(index))

    def _matches(self, index: int) -> bool:
        """Whether the filter lets one interface through, without looking at all the others."""
        link = self.links.get(index)
        if link is None or not self._only.terms:
            return link is not None
        near = {each: self.links[each] for each in (index, link.master) if each in self.links}
        group = Group(link.group, 1, int(link.is_up), ((link.mtu, 1),), ((link.kind, 1),))
        return bool(self._only.select((index,), Snapshot(0, near, {link.group: group}, {}), self.names, Words()))

    def _stack(self, link: Link) -> None:
        for below in _below(link):
            self._above.setdefault(below, set()).add(link.ifindex)

    def _unstack(self, link: Link) -> None:
        for below in _below(link):
            self._above[below].discard(link.ifindex)
            if not self._above[below]:
                del self._above[below]

    def _protect(self) -> Mapping[int, str]:
        if not self._carriers:
            return {}
        return protect(Snapshot(0, self.links, {}, _Ports(self.links, self._above)), self._carriers)

    def _protect_anew(self) -> Iterator[Told[Row]]:
        protected = self._protect()
        before = self.protected
        differ = [index for index in before.keys() | protected.keys() if before.get(index) != protected.get(index)]
        was = [(index, self._row(index)) for index in sorted(differ) if index in self.links]
        self.protected = protected
        for index, row in was:
            yield from self._compare(index, row)


class _Ports(Mapping[int, frozenset[int]]):
    """The ports of each master, looked up when they are asked for: as a rule few are."""

    def __init__(self, links: Mapping[int, Link], above: Mapping[int, set[int]]) -> None:
        self._links, self._above = links, above

    def __getitem__(self, index: int) -> frozenset[int]:
        return frozenset(each for each in self._above[index] if self._links[each].master == index)

    def __iter__(self) -> Iterator[int]:
        return iter(self._above)

    def __len__(self) -> int:
        return len(self._above)


def _below(link: Link) -> set[int]:
    lower = link.lower if link.lower_netnsid is None else 0
    return {link.master, lower} - {0}


def _reads_otherwise(before: Link | None, after: Link | None) -> bool:
    """Whether what is told of interfaces above may differ: they name this one, and say whether it is up."""
    if before is None or after is None:
        return True
    return before.is_up != after.is_up or (before.name, before.altnames, before.alias, before.kind, before.address) != (
        after.name, after.altnames, after.alias, after.kind, after.address)  # fmt: skip


def _stands_otherwise(before: Link | None, after: Link | None) -> bool:
    """Whether other interfaces may be protected now: by who stands on whom."""
    if before is None or after is None:
        return True
    return (before.master, before.lower, before.lower_netnsid) != (after.master, after.lower, after.lower_netnsid)
