"""The SSH connections of this netns, found by the processes that serve them, where no environment tells of any."""

import time
from collections.abc import Iterable

from tui.netlink.connections import Connection, connections, listening_ports
from tui.netlink.processes import all_processes, sockets

_USUAL = 22  # the port that is taken for an SSH server's, whatever serves it
_FRESH = 30.0  # seconds for which it is known which ports are those of SSH servers

_known: tuple[float, frozenset[int], frozenset[int]] = (0.0, frozenset(), frozenset())


def serves_ssh(command: bytes) -> bool:
    """Whether a process of this name serves SSH: sshd, sshd-session, dropbear, tinysshd."""
    return b"sshd" in command or command.startswith(b"dropbear")


def connections_of(pids: Iterable[int]) -> set[Connection]:
    """Return the SSH connections that these servers hold; none where we may not see it.

    Raises OSError, NoAnswerError, WireError.
    """
    if not (held := {inode for pid in pids for inode in sockets(pid)}):
        return set()
    # A server holds those that it forwards too: an SSH connection came in by a port that is listened on.
    ports = listening_ports() | {_USUAL}
    return {found for found in connections() if found.inode in held and found.our_port in ports}


def all_connections() -> set[Connection]:
    """Return every SSH connection: those to port 22 and, as far as we may see, to what an SSH server listens on.

    Raises OSError, NoAnswerError, WireError.
    """
    listening = listening_ports() | {_USUAL}
    came_in = {found for found in connections() if found.our_port in listening}
    ports = _servers_among(frozenset(found.our_port for found in came_in) - {_USUAL}, came_in) | {_USUAL}
    return {found for found in came_in if found.our_port in ports}


def _servers_among(ports: frozenset[int], came_in: set[Connection]) -> frozenset[int]:
    """Return which of these ports are those of SSH servers; to look through every process costs too much each time."""
    global _known
    until, asked, found = _known
    if not ports <= asked or (ports and time.monotonic() > until):
        held = {inode for pid, process in all_processes() if serves_ssh(process.command) for inode in sockets(pid)}
        found = frozenset(connection.our_port for connection in came_in if connection.inode in held)
        _known = (time.monotonic() + _FRESH, ports, found)
    return found & ports
