"""A guard's record: one line of JSON, which tells who guards what until when, and holds the order.

It names no file to write: whoever takes a change back puts that on record where he does with his own changes.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tui.files.machine import boot_id, netns_cookie
from tui.guard.check import check_order
from tui.guard.order import GuardOrder, order_of
from tui.model.change.attributes import BY_ID
from tui.netlink.namespace import identity

_VERSION = 3
_FIRST = '{"deadline": "'  # what a record begins with, so that the time can be written over
_NOT_KEPT = {"audit": None, "journal": False}  # what belongs to who takes it back
_DEFECTS = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)


@dataclass(frozen=True, slots=True)
class Record:
    """What a record tells."""

    here: bool
    """Whether it is of this netns, since this start of the machine."""
    stale: bool
    """Whether it is from before the machine was started."""
    what: str
    """The change in the operator's words; unsafe to show before `visible`."""
    who: str
    """Who made the change, and where; unsafe to show before `visible`."""
    pid: int
    """The guard's process id."""
    when: datetime
    """When it was armed, UTC."""
    deadline: datetime
    """When the change is taken back at the latest, UTC."""
    order: GuardOrder | None
    """What takes it back; None: another version of ifgroup wrote the record."""

    def touches(self, indexes: frozenset[int]) -> bool:
        """Whether it guards any of these interfaces."""
        return self.order is None or not self.order.indexes.isdisjoint(indexes)


def content(order: GuardOrder, who: str) -> bytes:
    """Return the record of an order. ``who``: who makes the change, and where."""
    now = datetime.now(UTC)
    head = {
        "deadline": _time(now + timedelta(seconds=order.change_wait + order.timeout)),
        "version": _VERSION,
        "boot": boot_id(),
        "netns": netns_now(),
        "who": who,
        "pid": os.getpid(),
        "what": order.what,
        "sets": sorted({attribute.id for step in (*order.steps, *order.losses.followers) for attribute in step.wanted}),
        "when": _time(now),
        "order": {name: value for name, value in order.as_json().items() if name not in _NOT_KEPT},
    }
    return json.dumps(head).encode() + b"\n"


def record_of(data: bytes) -> Record:
    """Read a record. Raises ValueError for what is none, and for an order that no guard gives."""
    try:
        head = json.loads(data)
        return _record(head)
    except _DEFECTS as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def write_deadline(descriptor: int, seconds: float) -> None:
    """Write over a record's deadline: so many seconds from now. Raises OSError."""
    os.pwrite(descriptor, _time(datetime.now(UTC) + timedelta(seconds=seconds)).encode(), len(_FIRST))


def _record(head: Mapping[str, Any]) -> Record:
    boot, netns = _text(head["boot"]), _text(head["netns"])
    when, deadline = datetime.fromisoformat(head["when"]), datetime.fromisoformat(head["deadline"])
    if when.tzinfo is None or deadline.tzinfo is None:
        raise ValueError("a time without its zone")
    what, who, pid, version = _text(head["what"]), _text(head.get("who", "")), head["pid"], head["version"]
    if not isinstance(version, int) or not isinstance(pid, int):
        raise TypeError("no number")
    here = (boot, netns) == (boot_id(), netns_now())
    order = None
    # Those of others are for others to read: what their interfaces are isn't known here.
    if here and version == _VERSION and BY_ID.keys() >= set(head["sets"]):
        order = check_order(order_of({**head["order"], **_NOT_KEPT}))
    return Record(here, boot != boot_id(), what, who, pid, when, deadline, order)


def _text(found: object) -> str:
    if not isinstance(found, str):
        raise TypeError("a number in place of a text")
    return found


def _time(when: datetime) -> str:
    """Return it at its one length."""
    return when.isoformat(timespec="milliseconds")


def netns_now() -> str:
    """Return what names this netns and none that comes after it; before Linux 5.14, its number alone."""
    with suppress(OSError):
        return f"{identity()} {netns_cookie()}"
    return identity()
