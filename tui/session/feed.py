"""All that becomes of the interfaces, in order, for one who tells it: a bounded queue behind the monitor.

What doesn't fit, because it is taken too slowly, is dropped as a whole: then the taker gets the whole state instead.
"""

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tui.model.health import Health
from tui.model.store import Change, Snapshot, Store
from tui.netlink.monitor import Monitor
from tui.netlink.routes import Carriers
from tui.netlink.sockets import EVENT_BUFFER

MOST = 40000
"""Changes that wait at most: more than two of each of 16,384 interfaces, and some 30 MB."""


class Began(NamedTuple):
    """The first full check is complete."""

    time: float
    """time.time(), as in all of these."""
    snapshot: Snapshot
    carriers: Mapping[int, str]
    """Why interfaces carry the operator, by ifindex."""
    begun: float
    """When that check began; 0: it was not certain, and `Lost` follows."""


class Took(NamedTuple):
    """Changes of interfaces."""

    time: float
    changes: Sequence[Change]
    revision: int
    """Of the store once they were in it."""
    asked: bool
    """Whether a check found them; else they were heard of."""


class Lost(NamedTuple):
    """The kernel's notifications were lost; a check finds what they told. Said once until a check succeeds."""

    time: float


class Dropped(NamedTuple):
    """What waited was dropped, since too much of it did; this is what is known now."""

    time: float
    snapshot: Snapshot
    carriers: Mapping[int, str]
    lost: bool
    """Whether the kernel's notifications were lost as well, and no check has succeeded since."""


class Carried(NamedTuple):
    """Other interfaces than before carry the operator."""

    time: float
    carriers: Mapping[int, str]


class Checked(NamedTuple):
    """A full check agreed: what was told up to here is the kernel's state when the check began."""

    time: float
    begun: float
    """When the check began."""
    resynced: bool
    """Whether it was the first since notifications were lost."""


Item = Began | Took | Lost | Dropped | Carried | Checked


class Feed:
    """Follows the kernel from a thread of its own; `fileno` is readable while something waits for `take`."""

    def __init__(self, *, most: int = MOST, buffer: int = EVENT_BUFFER, force: bool = True) -> None:
        """``most``: changes that may wait; ``buffer``, ``force``: the kernel's receive buffer, see Monitor."""
        self._most = most
        self._lock = threading.Lock()
        self._items: deque[Item] = deque()
        self._size = 0
        self._full = False
        self._began = False
        self._lost_at = 0.0  # time.monotonic(); 0: nothing was lost since the last check
        self._checked_at = 0.0
        self._ways = Carriers()
        self._carriers: Mapping[int, str] = {}
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._store = Store(self._took)
        self._monitor = Monitor(
            self._store, self._look, after_check=self._find, buffer=buffer, force=force, lost=self._lost
        )

    def start(self) -> None:
        """Start the thread."""
        self._monitor.start()

    def stop(self) -> None:
        """End it; it waits a moment at most."""
        self._monitor.stop()

    def fileno(self) -> int:
        """Return the descriptor to poll."""
        return self._wake

    @property
    def health(self) -> Health:
        """How far what is told can be trusted."""
        return self._monitor.health

    def take(self) -> Item | None:
        """Return what comes next; None: nothing yet. What `Dropped` tells isn't told again, going by its revision."""
        with self._lock:
            if self._full:
                self._full = False
                return Dropped(time.time(), self._store.snapshot(), self._carriers, bool(self._lost_at))
            if self._items:
                item = self._items.popleft()
                self._size -= _size(item)
                return item
            with contextlib.suppress(BlockingIOError):
                os.eventfd_read(self._wake)
            return None

    def _put(self, item: Item) -> None:
        """Let ``item`` wait; the caller holds the lock."""
        if not self._began or self._full:
            return
        if not self._items:
            os.eventfd_write(self._wake, 1)
        self._size += _size(item)
        self._items.append(item)
        if self._size > self._most:
            self._items.clear()
            self._size = 0
            self._full = True

    def _took(self, changes: Sequence[Change], revision: int, asked: bool) -> None:
        with self._lock:
            self._put(Took(time.time(), changes, revision, asked))

    def _lost(self) -> None:
        with self._lock:
            if not self._lost_at:
                self._put(Lost(time.time()))
            self._lost_at = time.monotonic()

    def _find(self) -> str:
        found = self._ways.find()
        with self._lock:
            if found != self._carriers:
                self._carriers = found
                self._put(Carried(time.time(), found))
        return self._ways.problem

    def _look(self) -> None:
        """See whether another check agreed. On the monitor's thread, so what it found was put before."""
        health = self._monitor.health
        if health.checked_at == self._checked_at:
            return
        self._checked_at = health.checked_at
        with self._lock:
            now = time.time()
            begun = now - (time.monotonic() - self._checked_at)
            lost, self._lost_at = self._lost_at, self._lost_at if self._lost_at > self._checked_at else 0.0
            if self._began:
                self._put(Checked(now, begun, 0.0 < lost < self._checked_at))
                return
            self._began = True
            self._put(Began(now, self._store.snapshot(), self._carriers, 0.0 if health.doubt else begun))
            if health.doubt:
                self._lost_at = time.monotonic()
            if self._lost_at:
                self._put(Lost(now))


def _size(item: Item) -> int:
    return len(item.changes) if isinstance(item, Took) else 1
