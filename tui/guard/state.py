"""The guard's state file: the state before the change, for whoever comes after if guard and console both are killed.

The guard holds a lock (flock(2)) on it while it lives and removes it when it is done; a file that nobody locks is an
orphan. It lies where only we (or root) can read and write it, and where a restart of the machine empties.
"""

import contextlib
import errno
import fcntl
import json
import os
import secrets
import socket
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tui.guard.order import GuardError, Order, order_of
from tui.model.reversal import Step
from tui.model.text import visible
from tui.netlink.namespace import identity
from tui.netlink.sockets import open_socket

_VERSION = 1
_LIMIT = 256 * 1024 * 1024  # bytes
_SO_NETNS_COOKIE = 71  # asm-generic/socket.h; never used twice, unlike the number that names a netns
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_SUFFIX = ".guard"


@dataclass(frozen=True, slots=True)
class Orphan:
    """A change that nobody guards any more: guard and console were both killed."""

    path: Path
    what: str
    """The change in the operator's words; unsafe to show before `visible`."""
    when: datetime
    """When it was armed, UTC."""
    order: Order | None
    """What takes it back; None: another version of ifgroup wrote the file."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """The members as they were."""
        return () if self.order is None else self.order.steps

    def forget(self) -> None:
        """Remove the file; the next start says nothing of it. Raises GuardError."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise GuardError(f"{visible(os.fsencode(self.path))} can't be removed ({error.strerror}).") from error


class State:
    """A state file of our own, locked."""

    def __init__(self, order: Order) -> None:
        """Write it. Raises GuardError."""
        self.path = _own_directory() / f"{os.getpid()}-{secrets.token_hex(4)}{_SUFFIX}"
        content = json.dumps(_head(order) | {"order": order.as_json()}).encode() + b"\n"
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self._descriptor = os.open(self.path, flags, 0o600)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            with open(self._descriptor, "wb", closefd=False) as file:
                file.write(content)
            if os.fstat(self._descriptor).st_nlink == 0:
                raise OSError(errno.ESTALE, "another ifgroup, just started, took it for a leftover")
        except OSError as error:
            self.remove()
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> GuardError:
        path = visible(os.fsencode(self.path))
        return GuardError(f"The state before the change can't be written to {path} ({error.strerror}).")

    def remove(self) -> str:
        """Remove it: the change is kept, or taken back. Return what is wrong, one sentence; empty: nothing."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            return f"{visible(os.fsencode(self.path))} can't be removed ({error.strerror}); remove it by hand."
        finally:
            os.close(self._descriptor)
        return ""


def orphans() -> list[Orphan]:
    """Return what was left unguarded in this netns since the machine started, oldest first.

    Files of an earlier start are removed, and torn ones: those were never armed. Files of other netns are left alone.
    """
    found: list[Orphan] = []
    for folder in _directories():
        with contextlib.suppress(OSError):
            _check(folder)
            for path in sorted(folder.glob(f"*{_SUFFIX}")):
                with contextlib.suppress(OSError):
                    found += _look(path)
    return sorted(found, key=lambda orphan: orphan.when)


def _look(path: Path) -> Iterator[Orphan]:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        if not _is_ours(os.fstat(descriptor), stat.S_IFREG):
            return
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        content = file.read(_LIMIT)
        try:
            head = json.loads(content)
            boot, netns, when = head["boot"], head["netns"], datetime.fromisoformat(head["when"])
            what = str(head["what"])
        except (ValueError, KeyError, TypeError):
            path.unlink()
            return
        if boot != _boot():
            path.unlink()
        elif netns == _netns():
            yield Orphan(path, what, when, _order(head))


def _order(head: Mapping[str, Any]) -> Order | None:
    try:
        return order_of(head["order"]) if head["version"] == _VERSION else None
    except (ValueError, KeyError, TypeError):
        return None


def _head(order: Order) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "version": _VERSION,
        "boot": _boot(),
        "netns": _netns(),
        "pid": os.getpid(),
        "what": order.what,
        "when": now.isoformat(timespec="milliseconds"),
        "deadline": (now + timedelta(seconds=order.change_wait + order.timeout)).isoformat(timespec="milliseconds"),
    }


def _boot() -> str:
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""


def _netns() -> str:
    """Return what names this netns and none that comes after it; before Linux 5.14, its number alone."""
    with open_socket() as sock, contextlib.suppress(OSError):
        cookie = sock.getsockopt(socket.SOL_SOCKET, _SO_NETNS_COOKIE, 8)
        return f"{identity()} {int.from_bytes(cookie, sys.byteorder)}"
    return identity()


def _directories() -> list[Path]:
    """Return where state files may lie, best first."""
    found = [Path("/run/ifgroup")] if os.geteuid() == 0 else []
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        found.append(Path(runtime) / "ifgroup")
    return [*found, Path(f"/tmp/ifgroup-{_outer_uid()}")]


def _outer_uid() -> int:
    """Return our user id outside the user namespace: in their labs, all users are root (user_namespaces(7))."""
    uid = os.geteuid()
    with contextlib.suppress(OSError, ValueError):
        inside, outside, length = map(int, Path("/proc/self/uid_map").read_text().splitlines()[0].split())
        if inside <= uid < inside + length:
            return outside + uid - inside
    return uid


def _own_directory() -> Path:
    """Return the first directory that is ours, made if need be. Raises GuardError."""
    problems = []
    for folder in _directories():
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            _check(folder)
        except OSError as error:
            problems.append(f"{visible(os.fsencode(folder))}: {error.strerror}")
        else:
            return folder
    raise GuardError(f"There is no safe place for the state before the change ({'; '.join(problems)}).")


def _check(folder: Path) -> None:
    """Raise OSError unless ``folder`` is a directory, no link, that nobody but us can write to."""
    if not _is_ours(folder.lstat(), stat.S_IFDIR):
        raise PermissionError(errno.EPERM, "not a directory that is ours alone")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _is_ours(found: os.stat_result, kind: int) -> bool:
    return stat.S_IFMT(found.st_mode) == kind and found.st_uid == os.geteuid() and not found.st_mode & 0o077
