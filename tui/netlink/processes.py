"""What proc(5) tells of other processes. What it doesn't let us read is left out; nothing is raised."""

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_PTS = range(136, 144)  # UNIX98_PTY_SLAVE_MAJOR, linux/major.h: an SSH session's terminal is one of these


class Process(NamedTuple):
    """What a process's stat tells; zeros once it is gone."""

    command: bytes
    parent: int
    terminal: int
    """The device number of its controlling terminal; 0: none."""


def read_process(pid: int) -> Process:
    """Return what is known of a process."""
    try:
        # The command name may hold anything, so the fields are counted from its closing bracket.
        head, _, tail = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")
        fields = tail.split()
        parent, encoded = int(fields[1]), int(fields[4])
    except (OSError, ValueError, IndexError):
        return Process(b"", 0, 0)
    # new_encode_dev, linux/kdev_t.h
    terminal = os.makedev((encoded >> 8) & 0xFFF, (encoded & 0xFF) | ((encoded >> 12) & 0xFFF00))
    return Process(head.partition(b"(")[2], parent, terminal)


def all_processes() -> Iterator[tuple[int, Process]]:
    """Yield every process that we see, by its id."""
    with contextlib.suppress(OSError):
        for name in os.listdir("/proc"):
            if name.isdigit():
                yield int(name), read_process(int(name))


def environment(pid: int, names: tuple[str, ...]) -> dict[str, str]:
    """Return these variables of a process, as they were when its program began."""
    found = {}
    with contextlib.suppress(OSError):
        for entry in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
            name, _, value = entry.decode("ascii", "replace").partition("=")
            if name in names:
                found[name] = value
    return found


def terminals(pid: int) -> set[int]:
    """Return the device numbers of the pseudo-terminals that a process holds open at the user's end."""
    return {
        status.st_rdev
        for status in _open_files(pid)
        if stat.S_ISCHR(status.st_mode) and os.major(status.st_rdev) in _PTS
    }


def sockets(pid: int) -> set[int]:
    """Return the inodes of the sockets that a process holds open; only root is told those of another user."""
    return {status.st_ino for status in _open_files(pid) if stat.S_ISSOCK(status.st_mode)}


def _open_files(pid: int) -> Iterator[os.stat_result]:
    with contextlib.suppress(OSError):
        for name in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                yield os.stat(f"/proc/{pid}/fd/{name}")
