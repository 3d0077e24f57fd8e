"""One connection to the kernel's link state: a socket that listens, a socket that asks, and how they agree."""

import errno
import select
import socket
import struct
import time
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import NamedTuple, Self

from tui.model.link import Link
from tui.model.store import Store
from tui.netlink.aside import Answer, Aside
from tui.netlink.dump import LinkReader, StoppedError, until_whole
from tui.netlink.link_decoder import LinkDecoder
from tui.netlink.sockets import READ_SIZE, RTMGRP_LINK, open_socket, widen
from tui.netlink.wire import RTM_DELLINK, RTM_NEWLINK, WireError

_QUIET = 0.01  # seconds without an event after which a storm counts as over
_PATIENCE = 1.0  # seconds that a resync waits for that quiet before it dumps all the same
_RACED = 64  # links that changed during a dump and are asked for again; more of them wait for the next check
_ROUNDS = 3  # times that they are asked for
_TURN = 256  # messages decoded in a row
_DRAIN = 16384  # events taken in at once, so that requests are heard during a storm

_FIRST = 10.0  # seconds to wait for the first dump's answer
_LEAST = 2.0  # seconds to wait for an answer, at least
_MANY = 5  # times as long as the last dump took, from which on one takes long
_GRACE = 0.2  # seconds from which on an answer takes long, at least
_LOOK = 1.0  # seconds between two looks at what takes long

Heard = dict[int, bytes | Link | None]
"""The last that was heard of each link: a message as it came, or the link if it was taken in; None: it is gone."""

_EVENT = struct.Struct("=IHHIIBxHi")  # nlmsghdr, and ifinfomsg up to its index


class OverrunError(Exception):
    """The kernel dropped notifications: our receive buffer was full (ENOBUFS: netlink(7); netlink_overrun)."""


class Check(NamedTuple):
    """How a full check went."""

    doubt: str
    """Why the store may not equal the kernel's state, a few words; empty: it did. It may not if every dump was
    interrupted (then nothing was swept out), if more links changed during the dump than could be asked for again, or if
    notifications were lost."""
    overruns: int
    """How often notifications were lost meanwhile."""
    cost: float
    """CPU seconds that the dump, and comparing it with the store, took; what a storm made us do besides is no measure
    for the next one."""

    @property
    def certain(self) -> bool:
        """Whether the store equalled the kernel's state."""
        return not self.doubt


def _doubt(interrupted: bool, overruns: int, settled: bool) -> str:
    if interrupted:
        return "changes interrupt every check"
    if overruns:
        return "events are lost during every check"
    return "" if settled else "too much changes during every check"


def _nothing() -> None:
    pass


def _never() -> bool:
    return False


class LinkSubscription:
    """Subscribes before it dumps, takes events in, and checks the store against full dumps."""

    def __init__(
        self, store: Store, stop: int, buffer: int, force: bool = True, lost: Callable[[], None] | None = None
    ) -> None:
        """Open both sockets, asking for a receive buffer of ``buffer`` bytes.

        ``stop`` is a descriptor that ends every wait (StoppedError) once it is readable. ``lost`` is given by who wants
        every event, also those that a later one of the same link outdates: the store takes in each of them, in order,
        and ``lost`` is called, on this thread, where some were lost. Raises OSError.
        """
        self._store = store
        self._lost_some = lost
        # What happened before we subscribed, nobody told us.
        store.doubt()
        self._listen = open_socket(RTMGRP_LINK)
        try:
            self._listen.setblocking(False)
            self.buffer, self.forced = widen(self._listen, buffer, force)
            self._ask = open_socket()
        except OSError:
            self._listen.close()
            raise
        self.reader = LinkReader(self._ask, stop, _FIRST)
        """Asks for links."""
        self._usual = 0.0  # seconds that the last dump took
        self._meanwhile: Callable[[], None] = _nothing
        self._raced: Heard = {}  # events taken in while the kernel was asked
        self._lost = 0  # overruns meanwhile
        self._left: Heard = {}  # events heard and not decoded: the dump that is asked for is newer
        self.hurried: Callable[[], bool] = _never
        """Whether somebody waits for a check, or soon will, so that what a dump will tell needn't be decoded before."""
        self.decoder = LinkDecoder()
        """Reads events."""
        self._bytes = bytearray(READ_SIZE)
        self._view = memoryview(self._bytes)
        self._quiet = select.poll()
        self._quiet.register(self._listen, select.POLLIN)
        self._quiet.register(stop, select.POLLIN)
        self._stop = stop
        self.events = 0
        """Link notifications received."""
        self.foreign = 0
        """Messages dropped because their sender was not the kernel."""
        self.heard: bytes | None = None
        """One of the RTM_NEWLINK notifications that were received last, as it came; None: none came yet."""

    def __enter__(self) -> Self:
        """Return itself; leaving closes both sockets."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close both sockets."""
        self._listen.close()
        self._ask.close()

    def fileno(self) -> int:
        """Return the listening socket's descriptor, for polling."""
        return self._listen.fileno()

    def take_events(self) -> bool:
        """Take in the events that wait; return whether the store changed. Raises OverrunError, WireError, OSError."""
        before = self._store.revision
        self._take_left(self._drain(), self.hurried)
        return self._store.revision != before

    def check(self, meanwhile: Callable[[], None] = _nothing) -> Check:
        """Dump all links and make the store equal to them.

        Where that takes much longer than usual, events are taken in while we wait, and ``meanwhile`` is called now and
        then. Raises OSError (NoAnswerError among them), StoppedError, WireError.
        """
        self._meanwhile = meanwhile
        overruns = self._catch_up()
        self._raced, self._lost = {}, 0
        (links, cost), interrupted = until_whole(self._dump)
        self._left = {}
        try:
            settled = self._settle(links, self._raced | self._drain())
        except OverrunError:
            settled = False
            overruns += 1
        overruns += self._lost
        if interrupted:
            self._store.apply(links, asked=True)
        else:
            begun = time.thread_time()
            self._store.replace(links)
            cost += time.thread_time() - begun
            if overruns or not settled:
                self._store.doubt()
        return Check(_doubt(interrupted, overruns, settled), overruns, cost)

    def _dump(self) -> tuple[tuple[dict[int, Link], float], bool]:
        if self._usual:
            self.reader.timeout = max(_LEAST, _MANY * self._usual)
        begun = time.monotonic()
        (links, interrupted), cost = self.ask(self.reader.dump)
        self._usual = time.monotonic() - begun
        return (links, cost), interrupted

    def ask(self, work: Callable[[], Answer]) -> tuple[Answer, float]:
        """Return what ``work`` returns, done on a thread of its own, and the CPU seconds that it took.

        The kernel holds whoever asks while it works on somebody's change, which may be half a minute; events are taken
        in meanwhile. Raises StoppedError, and what ``work`` raises.
        """
        aside = Aside(work)
        try:
            self._await(aside)
            return aside.result(), aside.cost
        finally:
            aside.close()

    def _await(self, aside: Aside[Answer]) -> None:
        poll = select.poll()
        poll.register(self._stop, select.POLLIN)
        poll.register(aside.fileno(), select.POLLIN)
        # As a rule the answer is there at once: then nobody else is to run meanwhile.
        wait = max(_GRACE, _MANY * self._usual)
        while True:
            ready = {fd for fd, _ in poll.poll(wait * 1000)}
            if self._stop in ready:
                raise StoppedError
            if aside.fileno() in ready:
                return
            if self._listen.fileno() in ready:
                self._take_in()
            else:
                self._take_left({})
                poll.register(self._listen, select.POLLIN)
                wait = _LOOK
            self._meanwhile()

    def _take_in(self) -> None:
        """Take events in while the kernel is asked, and remember of which links they were."""
        try:
            queued = self._drain()
        except OverrunError:
            self._lost += 1
            return
        self._raced |= queued
        self._take_left(queued)

    def _take_left(self, queued: Heard, hurried: Callable[[], bool] = _never) -> None:
        """Take in what was left, and what came after it.

        Once ``hurried``, the rest is left until it is known that no dump tells of it soon.
        """
        waiting, self._left = self._left | queued, {}
        decoded = self._decode(waiting, hurried)
        if len(decoded) < len(waiting):
            self._left = {index: raw for index, raw in waiting.items() if index not in decoded}
        self._store.apply(decoded)

    def ask_anew(self) -> None:
        """Ask over another socket from now on: on the old one the kernel may still be at work. Raises OSError."""
        self._ask.close()
        self._ask = open_socket()
        self.reader = LinkReader(self._ask, self._stop, self.reader.timeout)

    def _catch_up(self) -> int:
        """Take what waits off the socket, since it is older than the dump to come and must not undo it.

        It isn't decoded: the dump tells the same, or newer; only who is gone is taken out. If the dump keeps us
        waiting, it is taken in meanwhile. A storm may have no end, so neither is this tried for ever. Return the
        overruns met.
        """
        overruns = 0
        for _ in range(_ROUNDS):
            try:
                if not (queued := self._drain()):
                    break
                self._left |= queued
            except OverrunError:
                overruns += 1
        self._store.apply({index: None for index, raw in self._left.items() if raw is None})
        return overruns

    def _settle(self, links: dict[int, Link], raced: Heard) -> bool:
        """Decide in ``links`` between the dump and the events that came meanwhile; return whether that succeeded.

        Which of the two is newer can't be told, and a retag that sends no event may lie between: so ask again.
        """
        for _ in range(_ROUNDS):
            if not raced or len(raced) > _RACED:
                break
            self._raced = {}
            _merge(links, self.ask(partial(self.reader.get, raced))[0])
            raced = self._raced | self._drain()
        _merge(links, self._decode(raced))
        return not raced

    def wait_for_quiet(self) -> int:
        """Throw away events until none comes for a moment, at most a second; return the further overruns met.

        A full check must follow. Raises StoppedError, OSError.
        """
        overruns = 0
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            try:
                self._drain(passing=True)
            except OverrunError:
                overruns += 1
            ready = self._quiet.poll(_QUIET * 1000)
            if any(fd == self._stop for fd, _ in ready):
                raise StoppedError
            if not ready:
                break
        return overruns

    def _drain(self, passing: bool = False) -> Heard:
        """Read the events that wait: the last message of each link, None if it says that the link is gone.

        If every event is wanted, they were taken in by then, unless they are ``passing``.
        """
        latest: Heard = {}
        earlier: Heard = {}
        every = self._lost_some is not None and not passing
        receive, view, unpack = self._listen.recvfrom_into, self._view, _EVENT.unpack_from
        for _ in range(_DRAIN):
            try:
                size, sender = receive(view)
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno == errno.ENOBUFS:
                    if every:
                        self._take_now(latest)
                    self._store.doubt()
                    if self._lost_some is not None:
                        self._lost_some()
                    raise OverrunError from error
                raise
            if sender[0] != 0:
                self.foreign += 1
                continue
            at = 0
            while size - at >= _EVENT.size:
                length, kind, _, _, _, family, _, index = unpack(view, at)
                if length < _EVENT.size or length > size - at:
                    raise WireError(f"a notification claims {length} bytes; {size - at} are there")
                # A bridge tells of its ports with the same message types, in a family of its own: no news of links.
                if family == socket.AF_UNSPEC and kind in (RTM_NEWLINK, RTM_DELLINK):
                    self.events += 1
                    if every and index in latest:
                        earlier |= self._take_now(latest)
                        latest = {}
                    latest[index] = bytes(view[at : at + length]) if kind == RTM_NEWLINK else None
                    if kind == RTM_DELLINK:
                        # At once: a later message, or a dump, may tell of another device with the same index.
                        self._store.bury(index)
                at += (length + 3) & ~3
        self.heard = next((raw for raw in reversed(latest.values()) if isinstance(raw, bytes)), self.heard)
        return earlier | self._take_now(latest) if every else latest

    def _take_now(self, heard: Heard) -> Heard:
        """Take events in, and return them as `_drain` does: to take them in once more costs next to nothing."""
        self._store.apply(decoded := self._decode(heard))
        return dict(decoded)

    def _decode(self, latest: Heard, hurried: Callable[[], bool] = _never) -> dict[int, Link | None]:
        """Return the links; once ``hurried``, only the first of them, or none."""
        decode = self.decoder.decode
        decoded: dict[int, Link | None] = {}
        for number, (index, raw) in enumerate(latest.items()):
            if number % _TURN == 0:
                # The screen's thread gets its turn; else it waits for the interpreter's lock.
                time.sleep(0)
                if hurried():
                    break
            decoded[index] = decode(raw, 0, len(raw)) if isinstance(raw, bytes) else raw
        return decoded


def _merge(links: dict[int, Link], changes: dict[int, Link | None]) -> None:
    for index, link in changes.items():
        if link is None:
            links.pop(index, None)
        else:
            links[index] = link
