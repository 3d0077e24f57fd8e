"""Find the SSH sessions that the operator may be sitting behind, also through sudo, tmux and screen.

sshd(8) sets SSH_CONNECTION, sudo(8) drops it, and below a terminal multiplexer it belongs to whoever started the
server, perhaps long ago. But a multiplexer's server holds the terminals of its clients open, whatever their user and
however they found it; the processes on those terminals know their own SSH session.
"""

import contextlib
import os
import stat
import time
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import NamedTuple

Address = IPv4Address | IPv6Address
Session = tuple[Address, Address]
"""(the client's address, ours)."""

_FRESH = 2.0  # seconds for which an answer is good
_PTS = range(136, 144)  # UNIX98_PTY_SLAVE_MAJOR, linux/major.h: an SSH session's terminal is one of these
_MULTIPLEXERS = (b"tmux", b"screen", b"SCREEN")  # how the servers' command names begin
_NAMES = ("SSH_CONNECTION", "TMUX", "STY")


class _Process(NamedTuple):
    """What proc(5) tells in a process's stat; zeros once it is gone."""

    command: bytes
    parent: int
    terminal: int
    """The device number of its controlling terminal; 0: none."""


_cache: tuple[object, float, frozenset[Session]] = (None, 0.0, frozenset())


def ssh_sessions() -> frozenset[Session]:
    """Return every SSH session found in our environment, our ancestors', and those of a multiplexer's clients.

    Too many protect too much, too few cut somebody off: all are kept, dead ones too. What /proc doesn't let us read
    is left out; nothing is raised. An answer may be two seconds old.
    """
    global _cache
    own = {name: value for name in _NAMES if (value := os.environ.get(name))}
    key = (os.getpid(), os.getppid(), tuple(own.items()))
    if _cache[0] != key or time.monotonic() > _cache[1]:
        _cache = (key, time.monotonic() + _FRESH, frozenset(_search(own)))
    return _cache[2]


def _search(own: dict[str, str]) -> Iterator[Session]:
    yield from _parsed(own)
    todo = [(os.getppid(), False), *((pid, True) for pid in _servers(own))]
    seen: set[tuple[int, bool]] = set()
    while todo:
        pid, serves = todo.pop()
        if pid <= 1 or (pid, serves) in seen:
            continue
        seen.add((pid, serves))
        environment, process = _environment(pid), _process(pid)
        yield from _parsed(environment)
        todo.append((process.parent, False))
        todo += [(server, True) for server in _servers(environment)]
        if serves or process.command.startswith(_MULTIPLEXERS):
            todo += [(other, False) for other in _processes_on(_terminals(pid))]


def _parsed(environment: dict[str, str]) -> Iterator[Session]:
    """Yield the session that SSH_CONNECTION tells of: the client's address and port, our address and port."""
    with contextlib.suppress(ValueError):
        client, _, ours, _ = environment.get("SSH_CONNECTION", "").split()
        yield ip_address(client.partition("%")[0]), ip_address(ours.partition("%")[0])


def _servers(environment: dict[str, str]) -> list[int]:
    """Return the servers that TMUX (socket,pid,session) and STY (pid.terminal.host) name.

    They are ancestors as a rule; not so for what a multiplexer's hook or another service manager started.
    """
    words = (*environment.get("TMUX", "").split(",")[1:2], *environment.get("STY", "").split(".")[:1])
    return [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 10]


def _environment(pid: int) -> dict[str, str]:
    """Return what interests us of a process's environment, as it was when its program began (proc(5))."""
    found = {}
    with contextlib.suppress(OSError):
        for entry in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
            name, _, value = entry.decode("ascii", "replace").partition("=")
            if name in _NAMES:
                found[name] = value
    return found


def _process(pid: int | str) -> _Process:
    try:
        # proc(5): the command name may hold anything, so the fields are counted from its closing bracket.
        head, _, tail = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")
        fields = tail.split()
        parent, encoded = int(fields[1]), int(fields[4])
    except (OSError, ValueError, IndexError):
        return _Process(b"", 0, 0)
    # new_encode_dev, linux/kdev_t.h
    terminal = os.makedev((encoded >> 8) & 0xFFF, (encoded & 0xFF) | ((encoded >> 12) & 0xFFF00))
    return _Process(head.partition(b"(")[2], parent, terminal)


def _terminals(pid: int) -> set[int]:
    """Return the device numbers of the pseudo-terminals that a process holds open at the user's end."""
    found = set()
    with contextlib.suppress(OSError):
        for name in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                status = os.stat(f"/proc/{pid}/fd/{name}")
                if stat.S_ISCHR(status.st_mode) and os.major(status.st_rdev) in _PTS:
                    found.add(status.st_rdev)
    return found


def _processes_on(terminals: set[int]) -> list[int]:
    """Return the processes whose controlling terminal is one of these."""
    if terminals:
        with contextlib.suppress(OSError):
            return [
                int(name) for name in os.listdir("/proc") if name.isdigit() and _process(name).terminal in terminals
            ]
    return []
