"""Ask the kernel: dumps of all links and single links, over a socket that hears nothing else."""

import select
import socket
import sys
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from tui.model.link import Link
from tui.netlink.link_decoder import LinkDecoder
from tui.netlink.sockets import READ_SIZE, open_socket
from tui.netlink.wire import (
    HEADER,
    NLM_F_DUMP_INTR,
    NLMSG_DONE,
    NLMSG_ERROR,
    RTM_NEWLINK,
    Head,
    WireError,
    decode_ack,
    dump_links,
    get_link,
    messages,
)

Dumped = TypeVar("Dumped")

_ERRNO_SIZE = 4
_TRIES = 5  # dumps in a row, before an interrupted one is taken for what it is
_BATCH = 32  # requests a send: their answers fit the smallest receive buffer in use


class StoppedError(Exception):
    """Someone asked us to stop while we waited for the kernel."""


class NoAnswerError(TimeoutError):
    """The kernel did not answer within the deadline."""


def until_whole(dump: Callable[[], tuple[Dumped, bool]]) -> tuple[Dumped, bool]:
    """Dump, and dump anew while changes interrupt; return the last dump, and whether even that one was interrupted.

    The kernel makes a dump as it is read, and flags it once something changed: nl_dump_check_consistent, net/netlink.h.
    """
    for _ in range(_TRIES):
        found, interrupted = dump()
        if not interrupted:
            break
    return found, interrupted


class LinkReader:
    """Reads links over ``sock``; ``wake``, if given, is a descriptor that ends every wait once it is readable."""

    def __init__(self, sock: socket.socket, wake: int | None = None, timeout: float = 30.0) -> None:
        """Wait at most ``timeout`` seconds for each part of an answer."""
        self._sock = sock
        self._wake = wake
        self.timeout = timeout
        """Seconds to wait for each part of an answer; may be changed between two questions."""
        self._buffer = bytearray(READ_SIZE)
        self._seq = time.monotonic_ns() & 0x3FFFFFFF
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)
        if wake is not None:
            self._poll.register(wake, select.POLLIN)
        self._decoder = LinkDecoder()

    def read(self) -> dict[int, Link]:
        """Return all links by ifindex, dumping anew while changes interrupt; raises like `dump`."""
        return until_whole(self.dump)[0]

    def dump(self) -> tuple[dict[int, Link], bool]:
        """Return all links by ifindex, and whether the dump was interrupted by a change (NLM_F_DUMP_INTR).

        Raises OSError (the kernel refused), NoAnswerError, StoppedError, WireError.
        """
        self._seq += 1
        seq = self._seq
        self._sock.send(dump_links(seq))
        links: dict[int, Link] = {}
        buffer, decode, unpack = self._buffer, self._decoder.decode, HEADER.unpack_from
        interrupted = False
        while True:
            size = self._receive()
            at = 0
            # The hot loop: wire.messages() inlined, at 16,384 messages a dump.
            while at < size:
                if size - at < HEADER.size:
                    raise WireError(f"{size - at} bytes are too few for a message header (16)")
                length, kind, flags, answered, _ = unpack(buffer, at)
                end = at + length
                if length < HEADER.size or end > size:
                    raise WireError(f"a message claims {length} bytes; {size - at} are there")
                if answered == seq:
                    if flags & NLM_F_DUMP_INTR:
                        interrupted = True
                    if kind == RTM_NEWLINK:
                        link = decode(buffer, at, end)
                        links[link[0]] = link
                    elif kind in (NLMSG_DONE, NLMSG_ERROR):
                        _raise_for(buffer, at, end)
                        return links, interrupted
                at += (length + 3) & ~3

    def get(self, indexes: Iterable[int]) -> dict[int, Link | None]:
        """Return these links; None for one that doesn't exist. Raises like `dump`."""
        wanted = list(indexes)
        found: dict[int, Link | None] = {}
        for first in range(0, len(wanted), _BATCH):
            found.update(self._get(wanted[first : first + _BATCH]))
        return found

    def _get(self, indexes: list[int]) -> dict[int, Link | None]:
        asked = {}
        for index in indexes:
            self._seq += 1
            asked[self._seq] = index
        self._sock.send(b"".join(get_link(seq, index) for seq, index in asked.items()))
        found: dict[int, Link | None] = {}
        while asked:
            for head in messages(self._buffer, self._receive()):
                self._take(head, asked, found)
        return found

    def _take(self, head: Head, asked: dict[int, int], found: dict[int, Link | None]) -> None:
        if (index := asked.pop(head.seq, None)) is None:
            return
        if head.type == RTM_NEWLINK:
            found[index] = self._decoder.decode(self._buffer, head.start, head.end)
        elif head.type == NLMSG_ERROR:
            found[index] = None

    def _receive(self) -> int:
        ready = self._poll.poll(self.timeout * 1000)
        if not ready:
            raise NoAnswerError(f"the kernel did not answer within {self.timeout:.3g} s")
        if any(fd == self._wake for fd, _ in ready):
            raise StoppedError
        size, sender = self._sock.recvfrom_into(self._buffer)
        return size if sender[0] == 0 else 0


def read_links() -> dict[int, Link]:
    """Return all links of this netns, once. Raises like LinkReader.dump, and NoNetlinkError."""
    with open_socket() as sock:
        return LinkReader(sock).read()


def _raise_for(buffer: bytearray, start: int, end: int) -> None:
    """Raise OSError if the message that ends a dump carries an error."""
    if end - start < HEADER.size + _ERRNO_SIZE:
        return
    _, kind, flags, seq, pid = HEADER.unpack_from(buffer, start)
    if kind == NLMSG_ERROR:
        head = Head(kind, flags, seq, pid, start, end)
        ack = decode_ack(buffer, head)
        raise OSError(ack.errno, ack.text or "the kernel refused to list the interfaces")
    errno = -int.from_bytes(buffer[start + HEADER.size : start + HEADER.size + _ERRNO_SIZE], sys.byteorder, signed=True)
    if errno:
        raise OSError(errno, "the kernel ended the list of interfaces early")
