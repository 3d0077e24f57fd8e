"""What `ifgroup watch` says of each thing that happens: in words for people, in JSON for programs."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Generic, Literal

from tui.model.group import empty_group
from tui.model.health import Health
from tui.model.link import Link
from tui.model.names.map import NameMap, name_as_ip
from tui.model.store import Snapshot
from tui.model.text import plural, visible
from tui.model.view.filter import Filter
from tui.model.view.shown import Shown
from tui.present.changes import Around, change_line, clock, described
from tui.present.rows import link_row, shown_rows
from tui.present.words import as_ascii
from tui.session.feed import Began, Carried, Checked, Dropped, Took
from tui.session.mirror import MakeRow, Mirror, Row, Told

Where = Literal["kernel", "output"]
"""Where something was lost: before we heard it, or since our output was taken too slowly."""
By = Literal["event", "check"]


class Face(ABC, Generic[Row]):
    """Says it all, by lines; lines of `took` and its like are made when they are asked for, in order."""

    def __init__(self, make_row: MakeRow[Row], only: Filter) -> None:
        """``make_row`` makes what is told of an interface; ``only``: of which ones."""
        self._make = make_row
        self._only = only
        self._mirror: Mirror[Row] | None = None
        self._checked = 0.0

    @property
    def mirror(self) -> Mirror[Row]:
        """What was told so far; once it began."""
        assert self._mirror is not None
        return self._mirror

    def begin(self, item: Began, names: NameMap, snapshot: bool) -> Iterator[str]:
        """Yield what is, if a ``snapshot`` is wanted."""
        self._mirror = Mirror(item.snapshot, names, item.carriers, self._make, self._only)
        self._checked = item.begun
        yield from self._first(item, snapshot)

    def hint(self) -> str:
        """Return what is odd about the filter though it is no error; empty: nothing."""
        mirror = self.mirror
        here = {link.group for link in mirror.links.values()}
        return self._only.hint(Snapshot(0, mirror.links, {each: empty_group(each) for each in here}, {}), mirror.names)

    def took(self, item: Took) -> Iterator[str]:
        """Yield changes."""
        by: By = "check" if item.asked else "event"
        changes = ((change.ifindex, change.after) for change in item.changes)
        return self._changes(item.time, by, self.mirror.take(changes, item.revision))

    def dropped(self, item: Dropped) -> Iterator[str]:
        """Yield that changes were dropped, and the differences that they made."""
        yield self.overrun(item.time, "output")
        yield from self._changes(item.time, "check", self.mirror.catch_up(item.snapshot))
        yield from self._changes(item.time, "check", self.mirror.carry(item.carriers))
        if not item.lost:
            yield self._resync(item.time)

    def carried(self, item: Carried) -> Iterator[str]:
        """Yield who is protected now, and who isn't any more."""
        return self._changes(item.time, "check", self.mirror.carry(item.carriers))

    def checked(self, item: Checked, health: Health) -> Iterator[str]:
        """Take note of a check; yield that all is in step again if it wasn't."""
        self._checked = item.begun
        if item.resynced:
            yield self._resync(item.time)

    def renamed(self, names: NameMap) -> Iterator[str]:
        """Yield that groups are called otherwise, and whom the filter lets through because of that."""
        if self._mirror is None:
            return
        now = datetime.now(UTC).timestamp()
        before = self.mirror.names
        told = list(self.mirror.rename(names))
        for group_id in sorted(before.by_id.keys() | names.by_id.keys()):
            if before.by_id.get(group_id) != names.by_id.get(group_id):
                yield self._renamed(now, group_id, before, names)
        yield from self._changes(now, "check", iter(told))

    def _changes(self, when: float, by: By, told: Iterator[Told[Row]]) -> Iterator[str]:
        return filter(None, (self._change(when, by, each) for each in told))

    @abstractmethod
    def overrun(self, when: float, where: Where) -> str:
        """Return that something was lost."""

    @abstractmethod
    def heartbeat(self, health: Health) -> str:
        """Return that we are there."""

    @abstractmethod
    def _first(self, item: Began, snapshot: bool) -> Iterator[str]: ...

    @abstractmethod
    def _change(self, when: float, by: By, told: Told[Row]) -> str: ...

    @abstractmethod
    def _renamed(self, when: float, group_id: int, before: NameMap, names: NameMap) -> str: ...

    @abstractmethod
    def _resync(self, when: float) -> str: ...


class JsonFace(Face[dict[str, Any]]):
    """One object a line."""

    def __init__(self, only: Filter) -> None:
        """``only``: of which interfaces."""
        super().__init__(link_row, only)

    def overrun(self, when: float, where: Where) -> str:
        """Return the event `overrun`."""
        return _json("overrun", when, lost=where)

    def heartbeat(self, health: Health) -> str:
        """Return the event `heartbeat`."""
        checked = _iso(self._checked) if self._checked else None
        now = datetime.now(UTC).timestamp()
        return _json(
            "heartbeat", now, state=health.state, checked=checked, events=health.events, overruns=health.overruns
        )

    def _first(self, item: Began, snapshot: bool) -> Iterator[str]:
        if snapshot:
            shown = Shown(item.snapshot, self.mirror.names, self.mirror.protected)
            wanted = self.mirror.matching if self._only.terms else None
            yield _json("snapshot", item.time, **shown_rows(shown, wanted))

    def _change(self, when: float, by: By, told: Told[dict[str, Any]]) -> str:
        before, after = told.before or {}, told.after or {}
        keys = (before | after).keys()
        changed = [key for key in keys if before.get(key) != after.get(key)] if before and after else []
        return _json(
            "link",
            when,
            before=told.before,
            after=told.after,
            changed=changed,
            matches=told.matches,
            ours=False,
            by=by,
        )

    def _renamed(self, when: float, group_id: int, before: NameMap, names: NameMap) -> str:
        def row(map_: NameMap) -> dict[str, Any] | None:
            named = group_id in map_.by_id
            return {"group_id": group_id, "group": name_as_ip(group_id, map_)} if named else None

        return _json("group", when, before=row(before), after=row(names))

    def _resync(self, when: float) -> str:
        return _json("resync", when)


def _iso(when: float) -> str:
    return datetime.fromtimestamp(when, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _json(event: str, when: float, **rest: object) -> str:
    return json.dumps({"event": event, "time": _iso(when), **rest}, separators=(",", ":"))


class TextFace(Face[Link]):
    """A sentence a line, that only ever goes on below: no colour, no cursor."""

    def __init__(self, only: Filter, ascii: bool) -> None:
        """``only``: of which interfaces; ``ascii``: write ASCII alone."""

        def as_it_is(link: Link, links: Mapping[int, Link], names: NameMap, why: str | None) -> Link:
            return link

        super().__init__(as_it_is, only)
        self._ascii = ascii

    @property
    def _around(self) -> Around:
        return Around(self.mirror.links, self.mirror.names)

    def overrun(self, when: float, where: Where) -> str:
        """Return that something was lost."""
        if where == "kernel":
            return self._line(when, "overrun: the kernel's notifications were lost; what a check finds follows.")
        return self._line(when, "overrun: these lines were read too slowly; how it differs now follows.")

    def heartbeat(self, health: Health) -> str:
        """Return that we are there."""
        now = datetime.now(UTC).timestamp()
        checked = f"checked at {clock(self._checked)}" if self._checked else "not checked yet"
        return self._line(now, f"watching, {health.state}, {checked}.")

    def _first(self, item: Began, snapshot: bool) -> Iterator[str]:
        if snapshot:
            for index in sorted(self.mirror.matching):
                link = self.mirror.links[index]
                group = self.mirror.names.name(link.group)
                yield self._line(item.time, f"{visible(link.name)} {group}: {described(link, self._around)}")
        yield self._line(item.time, f"watching {plural(len(self.mirror.matching), 'interface')}.")

    def _change(self, when: float, by: By, told: Told[Link]) -> str:
        text = change_line(told.before, told.after, self._around)
        if told.before is not None and told.after is not None and told.matched != told.matches:
            where = "the filter finds it now" if told.matches else "the filter doesn't find it any more"
            text = f"{text}; {where}" if text else f"{visible(told.after.name)}: {where}"
        if not text:
            return ""
        return self._line(when, f"{text} (found by a check)" if by == "check" else text)

    def _renamed(self, when: float, group_id: int, before: NameMap, names: NameMap) -> str:
        old, now = (map_.name(group_id) if group_id in map_.by_id else "no name" for map_ in (before, names))
        return self._line(when, f"group {group_id}: name {old} → {now}")

    def _resync(self, when: float) -> str:
        return self._line(when, "resync: these lines agree with the kernel again.")

    def _line(self, when: float, text: str) -> str:
        line = f"{clock(when)} {text}"
        return as_ascii(line) if self._ascii else line
