"""Ask the kernel which interfaces carry the default routes and our SSH sessions."""

import errno
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from ipaddress import IPv6Address

from tui.model.text import reason
from tui.netlink.ask import ask
from tui.netlink.connections import Address, Connection
from tui.netlink.dump import NoAnswerError
from tui.netlink.session import ssh_sessions
from tui.netlink.sockets import open_socket
from tui.netlink.wire import WireError, attribute, attributes, u32

# linux/rtnetlink.h
_RTM_NEWROUTE = 24
_RTM_GETROUTE = 26
_RTMSG = struct.Struct("=BBBBBBBBI")
_RTN_UNICAST = 1
_RTN_LOCAL = 2
_RTA_DST = 1
_RTA_SRC = 2
_RTA_OIF = 4
_RTA_MULTIPATH = 9
_RTA_IP_PROTO = 27
_RTA_SPORT = 28
_RTA_DPORT = 29
_RTM_F_FIB_MATCH = 0x2000
_NEXTHOP = struct.Struct("=HBBi")
_PORT = struct.Struct("!H")
_DEFAULT = "carries the default route"
_NO_ROUTE = (  # what fib_lookup and its callers answer where there is no way: none, or a route that forbids it
    errno.ENETUNREACH,
    errno.EHOSTUNREACH,
    errno.EACCES,
    errno.EINVAL,
    errno.ENODEV,
    errno.EADDRNOTAVAIL,
    errno.EOPNOTSUPP,
    errno.EAFNOSUPPORT,
)
_ABSENT = (errno.EOPNOTSUPP, errno.EAFNOSUPPORT)  # a kernel without this family


class Carriers:
    """Finds what carries the operator, and remembers what was answered last to each of its questions."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.problem = ""
        """What could not be asked for last time, and why; until it can, the answer before stands. Empty: nothing."""
        self._last: dict[str, dict[int, str]] = {}
        self._failed: frozenset[str] = frozenset()

    def find(self, *, routes: bool = True) -> dict[int, str]:
        """Return the reason for each interface that carries a default route or an SSH session, by ifindex.

        ``routes``: False where no default route changed since; then what is asked doesn't grow with the routes.
        """
        questions: dict[str, Callable[[], dict[int, str]]] = {
            "IPv4 default route": lambda: dict.fromkeys(_default_routes(socket.AF_INET), _DEFAULT),
            "IPv6 default route": lambda: dict.fromkeys(_default_routes(socket.AF_INET6), _DEFAULT),
            "SSH sessions": _ssh_links,
        }
        problems = {}
        for what, question in questions.items():
            if question is not _ssh_links and not routes and what in self._last and what not in self._failed:
                continue
            try:
                self._last[what] = question()
            except (OSError, WireError) as error:
                why = reason(error)
                kept = "known from before" if what in self._last else "unknown"
                problems[what] = f"{what} {kept} ({why})"
        self._failed = frozenset(problems)
        self.problem = "; ".join(problems.values())
        return {index: reason for what in questions for index, reason in self._last.get(what, {}).items()}


def _ssh_links() -> dict[int, str]:
    sessions = ssh_sessions()
    reason = "carries this SSH session" if sessions.known else "carries an SSH session"
    with open_socket() as sock:
        return {index: reason for session in sessions.found for index in _session_links(sock, session)}


def _session_links(sock: socket.socket, session: Connection) -> Iterator[int]:
    """Yield the interface that holds our address, and those that the way back to the client uses."""
    held = _holders(sock, session)
    yield from held
    if held:
        # Routing rules may choose by all of these (fib_rule_match, net/core/fib_rules.c).
        ports = attribute(_RTA_IP_PROTO, bytes((socket.IPPROTO_TCP,)))
        ports += attribute(_RTA_SPORT, _PORT.pack(session.our_port))
        ports += attribute(_RTA_DPORT, _PORT.pack(session.client_port))
        yield from _lookup(sock, session.client, _RTN_UNICAST, 0, session.device, session.ours, ports)


def _holders(sock: socket.socket, session: Connection) -> list[int]:
    if isinstance(session.ours, IPv6Address) and session.ours.is_link_local:
        return [session.device] if session.device else _link_local(session.ours)
    return list(_lookup(sock, session.ours, _RTN_LOCAL, _RTM_F_FIB_MATCH, session.device))


def _link_local(address: IPv6Address) -> list[int]:
    """Return every interface that holds a link-local address, from proc_net(5): address, ifindex, …, name."""
    with open("/proc/thread-self/net/if_inet6", "rb") as lines:
        return [int(words[1], 16) for line in lines if (words := line.split())[0] == address.packed.hex().encode()]


def _lookup(
    sock: socket.socket,
    address: Address,
    kind: int,
    flags: int,
    device: int,
    source: Address | None = None,
    ports: bytes = b"",
) -> Iterator[int]:
    """Yield the interfaces that the kernel's route to ``address`` uses, if the route is of type ``kind``.

    ``device``: the ifindex of the VRF or of the link that the socket is bound to; 0: none.
    """
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    length = address.max_prefixlen
    body = _RTMSG.pack(family, length, length if source else 0, 0, 0, 0, 0, 0, flags)
    body += attribute(_RTA_DST, address.packed) + (attribute(_RTA_SRC, source.packed) if source else b"")
    body += (u32(_RTA_OIF, device) if device else b"") + ports
    try:
        for _, route_type, indexes in _routes(sock, body, dump=False):
            if route_type == kind:
                yield from indexes
    except NoAnswerError:
        raise
    except OSError as error:
        if error.errno not in _NO_ROUTE:
            raise


def _default_routes(family: int) -> Iterator[int]:
    # Filtered by type in the kernel: with IPv6, each interface that is up has local and multicast routes too.
    body = _RTMSG.pack(family, 0, 0, 0, 0, 0, 0, _RTN_UNICAST, 0)
    with open_socket() as sock:
        try:
            for prefix, route_type, indexes in _routes(sock, body, dump=True):
                if prefix == 0 and route_type == _RTN_UNICAST:
                    yield from indexes
        except OSError as error:
            if error.errno not in _ABSENT:
                raise


def _routes(sock: socket.socket, body: bytes, *, dump: bool) -> Iterator[tuple[int, int, list[int]]]:
    """Yield (prefix length, route type, interfaces) of each route in the answer."""
    for answer in ask(sock, _RTM_GETROUTE, body, dump=dump):
        if answer.type == _RTM_NEWROUTE:
            yield read_interfaces(answer.data)


def read_interfaces(body: bytes) -> tuple[int, int, list[int]]:
    """Return (prefix length, route type, interfaces) of a route message's body. Raises WireError."""
    if len(body) < _RTMSG.size:
        raise WireError(f"a route message's body of {len(body)} bytes is too short for its rtmsg ({_RTMSG.size})")
    _, prefix, _, _, _, _, _, route_type, _ = _RTMSG.unpack_from(body)
    return prefix, route_type, list(_interfaces(body))


def _interfaces(body: bytes) -> Iterator[int]:
    for kind, first, last in attributes(body, _RTMSG.size, len(body)):
        if kind == _RTA_OIF and last - first == 4:
            yield int.from_bytes(body[first:last], sys.byteorder)
        elif kind == _RTA_MULTIPATH:
            while last - first >= _NEXTHOP.size:
                length, _, _, index = _NEXTHOP.unpack_from(body, first)
                yield index
                first += max(_NEXTHOP.size, (length + 3) & ~3)
