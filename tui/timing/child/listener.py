"""A process that counts link notifications and notes when the last one came, while another one makes the changes.

It is forked, so that the measuring process shares neither a lock nor a core with it where there are two cores. It
subscribes for one run at a time: all other runs go on with nobody listening.
"""

import errno
import os
import select
import socket
import struct
import time
from typing import NamedTuple, NoReturn

from tui.netlink.sockets import EVENT_BUFFER, SOL_NETLINK, open_socket, widen
from tui.netlink.wire import HEADER, RTM_DELLINK, RTM_NEWLINK

# linux/netlink.h, linux/rtnetlink.h
_ADD_MEMBERSHIP, _DROP_MEMBERSHIP = 1, 2
_RTNLGRP_LINK = 1

_ORDER = struct.Struct("=d")  # negative: subscribe; else: tell what came once nothing came for that many seconds
_ANSWER = struct.Struct("=Qd?")
_SUBSCRIBE = -1.0


class EventCount(NamedTuple):
    """What the kernel told during one run."""

    notifications: int
    last: float
    """When the last one was read: time.perf_counter() of every process, since both read CLOCK_MONOTONIC."""
    lost: bool
    """Whether the receive buffer overran: the count is then a lower bound."""


class Listener:
    """The handle of the counting process."""

    def __init__(self) -> None:
        """Fork it, before any thread exists. Raises OSError."""
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.pid = os.fork()
        """The counting process."""
        if self.pid == 0:
            self._control.close()
            _serve(theirs)
        theirs.close()

    def begin(self) -> None:
        """Subscribe; what happens from now on is counted. Raises OSError."""
        self._control.send(_ORDER.pack(_SUBSCRIBE))
        self._answer()

    def end(self, quiet: float) -> EventCount:
        """Return what was heard, once nothing more came for ``quiet`` seconds, and unsubscribe. Raises OSError."""
        self._control.send(_ORDER.pack(quiet))
        return self._answer()

    def close(self) -> None:
        """End it."""
        self._control.close()
        os.waitpid(self.pid, 0)

    def _answer(self) -> EventCount:
        data = self._control.recv(_ANSWER.size)
        if len(data) != _ANSWER.size:
            raise OSError(errno.EPIPE, "The process that counts notifications has ended.")
        return EventCount(*_ANSWER.unpack(data))


def _serve(control: socket.socket) -> NoReturn:
    """Be that process, until the other end of ``control`` is gone; never return into the code of the other one."""
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        # Whoever reads the results must see them end with the process that writes them.
        for descriptor in (0, 1):
            os.dup2(nowhere, descriptor)
        with open_socket() as sock:
            widen(sock, EVENT_BUFFER)
            sock.setblocking(False)
            while _next_order(control) is not None:
                sock.setsockopt(SOL_NETLINK, _ADD_MEMBERSHIP, _RTNLGRP_LINK)
                control.send(_ANSWER.pack(0, 0.0, False))
                heard = _follow(sock, control)
                sock.setsockopt(SOL_NETLINK, _DROP_MEMBERSHIP, _RTNLGRP_LINK)
                _take(sock, bytearray(HEADER.size))
                control.send(_ANSWER.pack(*heard))
    finally:
        os._exit(0)


def _next_order(control: socket.socket) -> float | None:
    data = control.recv(_ORDER.size)
    return float(_ORDER.unpack(data)[0]) if data else None


def _follow(sock: socket.socket, control: socket.socket) -> EventCount:
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    poll.register(control, select.POLLIN)
    count, last, lost = 0, 0.0, False
    # The kernel cuts a message to what there is room for: counting needs no more than its header.
    head = bytearray(HEADER.size)
    quiet: float | None = None
    while True:
        ready = poll.poll(None if quiet is None else quiet * 1000)
        if not ready:
            return EventCount(count, last, lost)
        for descriptor, _ in ready:
            if descriptor == control.fileno():
                quiet = _next_order(control)
                if quiet is None:
                    return EventCount(count, last, lost)
                poll.unregister(control)
                continue
            more, overrun = _take(sock, head)
            lost |= overrun
            if more:
                count += more
                last = time.perf_counter()


def _take(sock: socket.socket, head: bytearray) -> tuple[int, bool]:
    """Read all that waits; return how many link messages that were, and whether some were lost."""
    count, lost = 0, False
    while True:
        try:
            _, sender = sock.recvfrom_into(head)
        except BlockingIOError:
            return count, lost
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            lost = True
            continue
        count += sender[0] == 0 and HEADER.unpack(head)[1] in (RTM_NEWLINK, RTM_DELLINK)
