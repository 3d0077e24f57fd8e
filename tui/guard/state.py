"""The guard's state file: the state before the change, for whoever comes after if guard and console both are killed.

The guard holds a lock (flock(2)) on it while it lives and removes it when it is done; a file that nobody locks is left
over, see `tui.guard.orphans`. One file is there from before the state is read, so that two guards know of each other:
what an undecided change made is no state that another guard may put back.
"""

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tui.guard.errors import GuardError, HeldError
from tui.guard.order import GuardOrder
from tui.guard.place import SUFFIX, check, discard, folders, is_ours, own_folder
from tui.guard.record import Record, content, record_of, write_deadline
from tui.model.text import visible

LIMIT = 256 * 1024 * 1024
"""Bytes that a record may have."""


class State:
    """A state file of our own, locked."""

    def __init__(self, who: str) -> None:
        """Make it, still empty. ``who`` makes the change, and where. Raises GuardError."""
        self._who = who
        self.path = own_folder() / f"{os.getpid()}-{os.urandom(4).hex()}{SUFFIX}"
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self._descriptor = os.open(self.path, flags, 0o600)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            if os.fstat(self._descriptor).st_nlink == 0:
                raise OSError(errno.ESTALE, "another ifgroup, just started, took it for a leftover")
            # From here on others see it; whose change was undecided when the state is read, counts until the end.
            self._others = list(_others(self.path))
        except OSError as error:
            self.remove()
            raise self._unwritable(error) from error

    def write(self, order: GuardOrder) -> None:
        """Write the order down. Raises GuardError, HeldError if somebody else guards one of its interfaces."""
        try:
            with open(self._descriptor, "wb", closefd=False) as file:
                file.write(content(order, self._who))
            found = [*self._others, *_others(self.path)]
        except OSError as error:
            self.remove()
            raise self._unwritable(error) from error
        for record, guarded in found:
            if record.touches(order.indexes):
                self.remove()
                raise HeldError(_whose(record, guarded))

    def counting(self, seconds: float) -> None:
        """Note for others that the change is taken back in so many seconds."""
        with contextlib.suppress(OSError):
            write_deadline(self._descriptor, seconds)

    def _unwritable(self, error: OSError) -> GuardError:
        path = visible(os.fsencode(self.path))
        return GuardError(f"The state before the change can't be written to {path} ({error.strerror}).")

    def remove(self) -> str:
        """Remove it: the change is kept, or taken back. Return what is wrong, one sentence; empty: nothing."""
        try:
            discard(self.path)
        except OSError as error:
            return f"{visible(os.fsencode(self.path))} can't be removed ({error.strerror}); remove it by hand."
        finally:
            os.close(self._descriptor)
        return ""


def open_locked(path: Path) -> int:
    """Open a record and lock it; return the descriptor. Raises BlockingIOError if it is locked, else OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_nlink == 0:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _others(but: Path) -> Iterator[tuple[Record, bool]]:
    return ((record, guarded) for _, record, guarded in undecided(but))


def undecided(but: Path | None = None) -> Iterator[tuple[Path, Record, bool]]:
    """Yield each change in this netns that is neither kept nor taken back: its file, and whether a guard lives.

    ``but``: a file to pass over. One that is being written doesn't count: its guard will find ours.
    """
    for folder in folders():
        with contextlib.suppress(OSError):
            check(folder)
            for path in folder.glob(f"*{SUFFIX}"):
                if path != but:
                    with contextlib.suppress(OSError, ValueError):
                        record, guarded = _look(path)
                        if record.here:
                            yield path, record, guarded


def _look(path: Path) -> tuple[Record, bool]:
    guarded = False
    try:
        descriptor = open_locked(path)
    except BlockingIOError:
        guarded = True
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        if not is_ours(os.fstat(descriptor), stat.S_IFREG):
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
        return record_of(file.read(LIMIT)), guarded


def _whose(record: Record, guarded: bool) -> str:
    """Return in one sentence why a change must wait."""
    who, what = f"{visible(record.who)}," if record.who else "Another ifgroup", visible(record.what)
    left = round((record.deadline - datetime.now(UTC)).total_seconds())
    if not guarded:
        return f"{who} left “{what}” undecided when guard and console died: start ifgroup again, which asks about it."
    if left < 0:
        late = f"its guard (pid {record.pid}) is {-left} s late"
        return f"{who} has “{what}” undecided, and {late}: end it, then start ifgroup again."
    return f"{who} has “{what}” undecided, for {left} s more: try again once it is kept or taken back."
