"""Hear which links are deleted, and nothing else: for a process that waits, and looks only at the end."""

import contextlib
import ctypes
import errno
import socket
import struct
from types import TracebackType
from typing import Self

from tui.netlink.sockets import READ_SIZE, SOL_NETLINK, open_socket, widen
from tui.netlink.wire import RTM_DELLINK

# linux/netlink.h, linux/rtnetlink.h, asm-generic/socket.h
_NETLINK_ADD_MEMBERSHIP, _RTNLGRP_LINK, _SO_ATTACH_FILTER = 1, 1, 26
_BUFFER = 4 * 1024 * 1024  # bytes: thousands of deletions
_EVENT = struct.Struct("=IHHIIBxHi")  # nlmsghdr, and ifinfomsg up to its index
_INSTRUCTION = struct.Struct("=HBBI")  # struct sock_filter, linux/filter.h
# Load the message's type, in network order as BPF does; if it is that of a deletion take the message, else drop it.
_FILTER = b"".join(
    _INSTRUCTION.pack(*step)
    for step in ((0x28, 0, 0, 4), (0x15, 0, 1, socket.htons(RTM_DELLINK)), (0x06, 0, 0, 0xFFFFFFFF), (0x06, 0, 0, 0))
)


class Deletions:
    """Remembers the indexes of the links that were deleted since it was made, or moved to another netns."""

    def __init__(self) -> None:
        """Subscribe. Raises OSError."""
        self.sock = open_socket()
        """Hears of deletions."""
        try:
            self.sock.setblocking(False)
            widen(self.sock, _BUFFER)
            self._attach()
            self.sock.setsockopt(SOL_NETLINK, _NETLINK_ADD_MEMBERSHIP, _RTNLGRP_LINK)
        except OSError:
            self.sock.close()
            raise
        self._heard: set[int] = set()
        self.lost = False
        """Whether some were not heard of, since the receive buffer was full."""

    def __enter__(self) -> Self:
        """Return itself; leaving ends the subscription."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the subscription."""
        self.sock.close()

    def heard(self) -> frozenset[int]:
        """Return all of them up to now; look at `lost` afterwards. Raises OSError."""
        while True:
            try:
                data, sender = self.sock.recvfrom(READ_SIZE)
            except BlockingIOError:
                return frozenset(self._heard)
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self.lost = True
                continue
            if sender[0] == 0 and len(data) >= _EVENT.size:
                _, kind, _, _, _, family, _, index = _EVENT.unpack_from(data)
                # A port that leaves its bridge is told of with the same message type, in a family of its own.
                if kind == RTM_DELLINK and family == socket.AF_UNSPEC:
                    self._heard.add(index)

    def _attach(self) -> None:
        """Have the kernel drop what isn't a deletion; where it can't, that only fills the buffer."""
        code = ctypes.create_string_buffer(_FILTER, len(_FILTER))
        program = struct.pack("@HP", len(_FILTER) // _INSTRUCTION.size, ctypes.addressof(code))
        with contextlib.suppress(OSError):
            self.sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
