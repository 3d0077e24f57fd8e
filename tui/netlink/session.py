"""Find the SSH sessions that the operator may be sitting behind, also through sudo, tmux and screen.

sshd(8) sets SSH_CONNECTION, sudo(8) drops it, and below a terminal multiplexer it belongs to whoever started the
server, perhaps long ago. But a multiplexer's server holds the terminals of its clients open, whatever their user and
however they found it; the processes on those terminals know their own SSH session, and so does the sshd above them.
"""

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from ipaddress import ip_address
from typing import NamedTuple

from tui.netlink.connections import Connection, connections, plain
from tui.netlink.processes import all_processes, environment, read_process, terminals
from tui.netlink.sshd import all_connections, connections_of, serves_ssh
from tui.netlink.wire import WireError

_FRESH = 2.0  # seconds for which an answer is good, at least
_SHARE = 0.01  # of one core that asking may cost
_MULTIPLEXERS = (b"tmux", b"screen", b"SCREEN")  # how the servers' command names begin
_NAMES = ("SSH_CONNECTION", "TMUX", "STY")


class Sessions(NamedTuple):
    """The SSH sessions that must not be cut off."""

    found: frozenset[Connection]
    known: bool
    """Whether they are those that the operator may sit behind; False: nothing tells, so they are everybody's."""


_cache: tuple[object, float, Sessions] = (None, 0.0, Sessions(frozenset(), known=True))


def ssh_sessions() -> Sessions:
    """Return every SSH session found in our environment, our ancestors', and those of a multiplexer's clients.

    Where there is none, return every SSH connection of this netns. Too many protect too much, too few cut somebody
    off: all are kept, dead ones too. What /proc doesn't let us read is left out. An answer may be two seconds old, or
    a hundred times what it costs. Raises OSError, NoAnswerError, WireError where the connections can't be listed.
    """
    global _cache
    own = {name: value for name in _NAMES if (value := os.environ.get(name))}
    key = (os.getpid(), os.getppid(), tuple(own.items()))
    if _cache[0] != key or time.monotonic() > _cache[1]:
        cost = time.thread_time()
        sessions = _sessions(own)
        cost = time.thread_time() - cost
        _cache = (key, time.monotonic() + max(_FRESH, cost / _SHARE), sessions)
    return _cache[2]


def _sessions(own: dict[str, str]) -> Sessions:
    servers: list[int] = []
    found = {_placed(session) for session in _search(own, servers)}
    try:
        found |= connections_of(servers)
    except (OSError, WireError):
        if not found:
            raise
    if found:
        return Sessions(frozenset(found), known=True)
    return Sessions(frozenset(all_connections()), known=False)


def _placed(session: Connection) -> Connection:
    """Return the session with the interface that its socket is bound to: a VRF tells itself in no environment."""
    with contextlib.suppress(OSError, WireError):
        for found in connections(session.our_port, session.client_port):
            if (found.client, found.ours) == (session.client, session.ours):
                return found._replace(device=found.device or session.device)
    return session


def _search(own: dict[str, str], servers: list[int]) -> Iterator[Connection]:
    """Yield the sessions that environments tell of; add the SSH servers that are met to ``servers``."""
    yield from _parsed(own)
    todo = [(os.getppid(), False), *((pid, True) for pid in _servers(own))]
    seen: set[tuple[int, bool]] = set()
    while todo:
        pid, serves = todo.pop()
        if pid <= 1 or (pid, serves) in seen:
            continue
        seen.add((pid, serves))
        variables, process = environment(pid, _NAMES), read_process(pid)
        yield from _parsed(variables)
        if serves_ssh(process.command):
            servers.append(pid)
        todo.append((process.parent, False))
        todo += [(server, True) for server in _servers(variables)]
        if serves or process.command.startswith(_MULTIPLEXERS):
            todo += [(other, False) for other in _processes_on(terminals(pid))]


def _parsed(variables: dict[str, str]) -> Iterator[Connection]:
    """Yield the session that SSH_CONNECTION tells of: the client's address and port, our address and port."""
    with contextlib.suppress(ValueError):
        client, client_port, ours, our_port = variables.get("SSH_CONNECTION", "").split()
        address, _, scope = ours.partition("%")
        yield Connection(
            plain(ip_address(client.partition("%")[0])),
            _port(client_port),
            plain(ip_address(address)),
            _port(our_port),
            _device(scope or client.partition("%")[2]),
        )


def _port(text: str) -> int:
    number = int(text)
    if not 0 < number < 0x10000:
        raise ValueError(f"no port: {number}")
    return number


def _device(scope: str) -> int:
    """Return the ifindex that the scope of a link-local address names; 0 if there is none such (any more)."""
    if scope.isascii() and scope.isdigit():
        return int(scope)
    with contextlib.suppress(OSError, ValueError):
        return socket.if_nametoindex(scope)
    return 0


def _servers(variables: dict[str, str]) -> list[int]:
    """Return the servers that TMUX (socket,pid,session) and STY (pid.terminal.host) name.

    They are ancestors as a rule; not so for what a multiplexer's hook or another service manager started.
    """
    words = (*variables.get("TMUX", "").split(",")[1:2], *variables.get("STY", "").split(".")[:1])
    return [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 10]


def _processes_on(wanted: set[int]) -> list[int]:
    """Return the processes whose controlling terminal is one of these."""
    return [pid for pid, process in all_processes() if process.terminal in wanted] if wanted else []
