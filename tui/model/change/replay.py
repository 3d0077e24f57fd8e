"""A record of the audit file → the `ip` lines that do the same again.

What is not on record precisely enough, or wasn't done, is a comment that says why: never a line that does otherwise.
"""

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from tui.model.change.attributes import ATTRIBUTES, BY_ID, MASTER
from tui.model.change.past import Fields, Netns, Past, Row
from tui.model.change.settings import Settings
from tui.model.change.shell import ip_move, named_lines
from tui.model.group import DEFAULT_GROUP
from tui.model.names.map import NameMap, ip_delete, ip_set
from tui.model.text import ascii_text, bytes_of

_DID = ("changed", "already", "changed again by another")
"""What became of members that the kernel set as asked."""
_FORBIDDEN = b"/: \t\n\v\f\r\0"  # in a name: dev_valid_name, net/core/dev.c
_LONGEST_NAME = 15  # bytes: IFNAMSIZ
_TOLD = 8  # members without a line that are named; the others are counted


class _UnclearError(ValueError):
    """It isn't on record precisely enough; the text is a clause."""


def replay(past: Past, names: NameMap, here: Netns) -> list[str]:
    """Return the lines, printable ASCII all of them.

    ``names``: the name map by which `ip` will read them, and how it is called; groups are written as numbers.
    ``here``: where they are to be run.
    """
    numbers = replace(names, by_id=MappingProxyType({}), devices=_masters(past))
    try:
        if past.event not in _LINES:
            raise _UnclearError(_NOT_INTERFACES.get(past.event, "this ifgroup doesn't know what that is"))
        if past.elsewhere(here):
            raise _UnclearError(f"that was in another network namespace, {past.text('netns')}")
        lines = [*_LINES[past.event](past, numbers)]
    except _UnclearError as error:
        lines = [f"# not done again: {error}"]
    return [ascii_text(line) for line in lines]


_NOT_INTERFACES = {
    "save": "the name map was saved, which is no change of interfaces",
    "keep": "a change was kept, which changed nothing",
}


class _Master(NamedTuple):
    name: bytes


def _masters(past: Past) -> Mapping[int, _Master]:
    """Return what is on record of those that were somebody's master, by ifindex."""
    found = {}
    for index, shown in past.fields("masters").items():
        with contextlib.suppress(_UnclearError):
            found[index] = _Master(_name(shown) if isinstance(shown, str) else b"")
    return {int(index): master for index, master in found.items() if index.isdecimal() and master.name}


def _was_done(past: Past) -> None:
    """Raise _UnclearError if it wasn't, or nobody knows."""
    match past.verdict:
        case "refused" | "nothing":
            raise _UnclearError("nothing was sent")
        case "failed":
            raise _UnclearError("it changed nothing")
        case "unknown":
            raise _UnclearError("what came of it isn't on record")


def _delete(past: Past, names: NameMap) -> Iterator[str]:
    _was_done(past)
    if past.group_id is None or past.group_id <= DEFAULT_GROUP:
        raise _UnclearError("there is no such group")
    yield ip_delete(past.group_id, names)


def _move(past: Past, names: NameMap) -> Iterator[str]:
    _was_done(past)
    if past.group_id is None or past.group_id <= DEFAULT_GROUP or not past.text("to"):
        raise _UnclearError("where they were moved isn't on record")
    try:
        yield ip_move(past.group_id, os.fsdecode(bytes_of(past.text("to"))), names)
    except ValueError as error:
        raise _UnclearError("where they were moved isn't on record") from error


def _change(past: Past, names: NameMap) -> Iterator[str]:
    _was_done(past)
    alike = _alike(past, names)
    if past.by_group:
        yield from _groups(past, alike, names)
    elif past.group_id is None:
        yield from _each(past.rows(), alike, names)
    elif alike is None:
        raise _UnclearError("what was set isn't on record")
    else:
        yield from _group(past.group_id, alike, names)


def _group(group_id: int, settings: Settings, names: NameMap) -> Iterator[str]:
    if group_id < 0:
        raise _UnclearError("there is no such group")
    words, comments = settings.ip(names)
    yield from comments
    if words:
        yield ip_set(group_id, words, names)


def _groups(past: Past, alike: Settings | None, names: NameMap) -> Iterator[str]:
    """Yield the lines of several groups, each changed as a whole, and of the interfaces that were in none of them."""
    for part in past.by_group:
        try:
            match part.outcome:
                case "done" | "partly":
                    yield from _group(part.group_id, alike or _settings(part.settings or {}, names), names)
                case "nothing":
                    pass
                case "failed":
                    raise _UnclearError("it changed nothing")
                case _:
                    raise _UnclearError("what came of it isn't on record")
        except _UnclearError as error:
            yield f"# not done again: group {part.group_id}: {error}"
    if rest := [row for row in past.rows() if row.alone]:
        yield from _each(rest, alike, names)


def _alike(past: Past, names: NameMap) -> Settings | None:
    """Return what was set on all interfaces; None: on each something of its own."""
    record = past.record
    if isinstance(fields := record.get("settings"), dict):
        return _settings(fields, names)
    if "settings" in record or record.get("operation") == "restore":
        return None
    # Before 'settings' was recorded, each attribute had a key of its own, None where it wasn't set.
    found = {a.id: value for a in ATTRIBUTES if a.recorded and (value := record.get(a.recorded)) is not None}
    settings = _settings(found, names)
    if settings.operation != record.get("operation"):
        raise _UnclearError("what was set isn't on record")
    return settings


def _settings(fields: Fields, names: NameMap) -> Settings:
    if not fields:
        raise _UnclearError("what was set isn't on record")
    found = {}
    for key, recorded in fields.items():
        if (attribute := BY_ID.get(key)) is None:
            raise _UnclearError("it set something that this ifgroup doesn't know")
        try:
            found[attribute] = attribute.of_record(recorded)
        except ValueError as error:
            raise _UnclearError(f"its {key} is none that can be set") from error
    if found.get(MASTER) and found[MASTER] not in names.devices:
        raise _UnclearError(f"which interface had index {found[MASTER]}, the master, isn't on record")
    return Settings(found)


def _each(rows: Iterable[Row], alike: Settings | None, names: NameMap) -> Iterator[str]:
    """Yield the lines of single interfaces, and a comment for each without one."""
    able: list[tuple[bytes, Settings]] = []
    unable: list[str] = []
    for row in rows:
        if row.became == "joined meanwhile":
            continue
        try:
            if row.became and row.became not in _DID:
                raise _UnclearError(f"{row.became} then{f', {row.reason}' if row.reason else ''}")
            own = alike or _settings(row.settings or row.after or {}, names)
            able.append((_name(row.ifname), own))
        except _UnclearError as error:
            unable.append(f"# not done again: {row.ifname}: {error}")
    yield from named_lines(able, names)
    yield from unable[:_TOLD]
    if len(unable) > _TOLD:
        yield f"# not done again: {len(unable) - _TOLD:,} more"
    if not able and not unable:
        yield "# not done again: no interface is on record"


def _name(shown: str) -> bytes:
    """Return an interface's name, of which ``shown`` was made."""
    try:
        raw = bytes_of(shown)
    except ValueError as error:
        raise _UnclearError("its name isn't on record") from error
    if not 1 <= len(raw) <= _LONGEST_NAME or raw in (b".", b"..") or set(raw) & set(_FORBIDDEN):
        raise _UnclearError("its name is none that an interface can have")
    return raw


def _reverted(past: Past, names: NameMap) -> Iterator[str]:
    if not isinstance(past.record.get("put_back"), list):
        raise _UnclearError("what the guard put back isn't on record")
    rows = [*past.rows("put_back")]
    if rows:
        yield from _each(rows, None, names)
    else:
        yield "# not done again: the guard put no interface back"
    for key in ("returned", "missing"):
        if past.record.get(key):
            yield f"# not done again: routes and addresses ({key} then)"


_LINES: Mapping[str, Callable[[Past, NameMap], Iterable[str]]] = {
    "change": _change,
    "delete": _delete,
    "move": _move,
    "revert": _reverted,
}
