"""The TCP connections of this netns, as sock_diag(7) lists them to everybody."""

import socket
import struct
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple, TypeAlias

from tui.netlink.ask import ask
from tui.netlink.sockets import NETLINK_SOCK_DIAG, open_socket
from tui.netlink.wire import WireError

Address: TypeAlias = IPv4Address | IPv6Address

# linux/sock_diag.h, linux/inet_diag.h, net/tcp_states.h
_SOCK_DIAG_BY_FAMILY = 20
_REQUEST = struct.Struct("=BBBxI")
_PORTS = struct.Struct("!HH")
_ID_REST = 44  # of the inet_diag_sockid that begins with the ports
_MESSAGE = struct.Struct("=4x4s16s16sI8x16xI")  # inet_diag_msg: ports, ours, theirs, interface, inode
_ESTABLISHED, _LISTEN = 1, 10


class Connection(NamedTuple):
    """One TCP connection, by its two ends."""

    client: Address
    """The other end's address, without a scope."""
    client_port: int
    ours: Address
    our_port: int
    device: int = 0
    """The ifindex that the socket is bound to: a link-local address's scope, or a VRF; 0: none."""
    inode: int = 0
    """The socket's number, as `/proc/PID/fd` shows it; 0: unknown."""


def connections(our_port: int = 0, client_port: int = 0) -> Iterator[Connection]:
    """Yield the established connections, those with these ports alone where they aren't 0.

    Raises OSError (this kernel has no sock_diag among them), NoAnswerError, WireError.
    """
    return _sockets(_ESTABLISHED, our_port, client_port)


def listening_ports() -> set[int]:
    """Return the ports that somebody listens on. Raises like `connections`."""
    return {found.our_port for found in _sockets(_LISTEN)}


def plain(address: Address) -> Address:
    """Return an IPv4 address as such, also where an IPv6 socket holds it."""
    return getattr(address, "ipv4_mapped", None) or address


def _sockets(state: int, our_port: int = 0, client_port: int = 0) -> Iterator[Connection]:
    with open_socket(protocol=NETLINK_SOCK_DIAG) as sock:
        for family in (socket.AF_INET, socket.AF_INET6):
            wanted = _REQUEST.pack(family, socket.IPPROTO_TCP, 0, 1 << state)
            body = wanted + _PORTS.pack(our_port, client_port) + bytes(_ID_REST)
            for answer in ask(sock, _SOCK_DIAG_BY_FAMILY, body, dump=True):
                yield read_connection(family, answer.data)


def read_connection(family: int, data: bytes) -> Connection:
    """Return what an inet_diag_msg of this address family tells. Raises WireError."""
    if len(data) < _MESSAGE.size:
        raise WireError(f"a socket's message of {len(data)} bytes is too short for its inet_diag_msg ({_MESSAGE.size})")
    ports, ours, theirs, device, inode = _MESSAGE.unpack_from(data)
    our_port, client_port = _PORTS.unpack(ports)
    return Connection(_address(family, theirs), client_port, _address(family, ours), our_port, device, inode)


def _address(family: int, raw: bytes) -> Address:
    return IPv4Address(raw[:4]) if family == socket.AF_INET else plain(IPv6Address(raw))
