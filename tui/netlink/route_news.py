"""Hear that a default route changed, without reading a route.

To ask for the default routes is to have every route sent, one or more for each interface that is up; before a key's
message there is no time for that. So a socket listens, and a filter in the kernel keeps away from it what tells of
other routes: however many change with a group, nothing waits here, and a look costs one poll(2).
"""

import contextlib
import ctypes
import select
import socket
import struct
import sys

from tui.netlink.sockets import open_socket

# linux/rtnetlink.h: RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_NEXTHOP.
_GROUPS = 1 << 6 | 1 << 10 | 1 << 31
_RTM_NEWNEXTHOP = 104  # the first of the messages about nexthop objects, which routes refer to

# asm-generic/socket.h; linux/bpf_common.h. The socket module names none of them.
_SO_ATTACH_FILTER = 26
_LOAD_BYTE, _IF_AT_LEAST, _IF_EQUAL, _RETURN = 0x30, 0x35, 0x15, 0x06
_TYPE_AT = 4 + (sys.byteorder == "big")  # the low byte of nlmsg_type
_DST_LEN_AT = 16 + 1  # rtmsg.rtm_dst_len
_TAKE, _DROP = 0xFFFFFFFF, 0
_FILTER = (
    (_LOAD_BYTE, 0, 0, _TYPE_AT),
    (_IF_AT_LEAST, 2, 0, _RTM_NEWNEXTHOP),
    (_LOAD_BYTE, 0, 0, _DST_LEN_AT),
    (_IF_EQUAL, 0, 1, 0),
    (_RETURN, 0, 0, _TAKE),
    (_RETURN, 0, 0, _DROP),
)
"""Classic BPF (code, jump if true, jump if false, operand): messages about nexthops, and routes to everywhere."""


class RouteNews:
    """Whether the kernel told of a default route, or of what one may refer to; for one thread at a time."""

    def __init__(self) -> None:
        """Listen to nothing yet: the first `heard` begins it."""
        self._sock: socket.socket | None = None

    def heard(self) -> bool:
        """Return whether there was news since the last call; the first time, and where it can't be known, there was.

        What is asked of the kernel after this call is newer than what was heard.
        """
        if self._sock is not None:
            poll = select.poll()
            poll.register(self._sock, select.POLLIN)
            if not poll.poll(0):
                return False
        # Not read, since there may be much of it: a new socket has heard nothing.
        self.close()
        with contextlib.suppress(OSError):
            self._sock = _listening()
        return True

    def close(self) -> None:
        """Listen no more."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None


def _listening() -> socket.socket:
    """Return a socket that hears what the filter lets through. Raises OSError."""
    sock = open_socket()
    try:
        code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in _FILTER))
        program = struct.pack("@HP", len(_FILTER), ctypes.addressof(code))  # struct sock_fprog
        # Before it subscribes: what came in between would be taken for news.
        sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
        sock.bind((sock.getsockname()[0], _GROUPS))
    except OSError:
        sock.close()
        raise
    return sock
