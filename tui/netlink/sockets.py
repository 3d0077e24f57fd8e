"""Open netlink sockets, with what each kind of use needs."""

import contextlib
import errno
import socket
import sys

# linux/netlink.h
NETLINK_ROUTE = 0
NETLINK_SOCK_DIAG = 4
SOL_NETLINK = 270
NETLINK_CAP_ACK = 10
NETLINK_EXT_ACK = 11
NETLINK_GET_STRICT_CHK = 12
# asm-generic/socket.h; the socket module names neither
SO_RCVBUFFORCE = 33

RTMGRP_LINK = 0x1
"""The bit of RTNLGRP_LINK in a bind address."""

READ_SIZE = 256 * 1024
"""Bytes; the kernel never fills more in one read of a dump or an event."""
EVENT_BUFFER = 64 * 1024 * 1024
"""Bytes of receive buffer asked for the listening socket. The kernel uses it only while events wait in it."""


class NoNetlinkError(OSError):
    """This machine has no rtnetlink socket for us."""


def open_socket(groups: int = 0, protocol: int = NETLINK_ROUTE) -> socket.socket:
    """Open a netlink socket, subscribed to ``groups`` (RTMGRP_* bits), with the kernel's texts for errors on.

    Raises NoNetlinkError with one sentence.
    """
    if not sys.platform.startswith("linux"):
        raise NoNetlinkError(f"ifgroup needs Linux; this is {sys.platform}.")
    try:
        sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, protocol)
    except OSError as error:
        raise NoNetlinkError(f"This machine gives no netlink socket ({error.strerror}).") from error
    try:
        # Best effort: old kernels lack them, and everything works without.
        for option in (NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK):
            try:
                sock.setsockopt(SOL_NETLINK, option, 1)
            except OSError as error:
                if error.errno != errno.ENOPROTOOPT:
                    raise
        sock.bind((0, groups))
    except OSError as error:
        sock.close()
        raise NoNetlinkError(f"A netlink socket can't be set up ({error.strerror}).") from error
    return sock


def widen(sock: socket.socket, size: int, force: bool = True) -> tuple[int, bool]:
    """Ask for a receive buffer of ``size`` bytes; return the bytes granted and whether the limit was overridden.

    SO_RCVBUFFORCE, tried if ``force``, needs CAP_NET_ADMIN in the first user namespace; else net.core.rmem_max is
    the limit.
    """
    forced = False
    if force:
        with contextlib.suppress(PermissionError):
            sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, size)
            forced = True
    if not forced:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
    # The kernel doubles the request to account for its own overhead, and reports the double.
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // 2, forced
