"""The audit file: one line of JSON for each attempted change, only ever appended.

Whatever a name or a reason holds, it can't begin a line of its own: JSON escapes controls and all that isn't ASCII.
"""

import contextlib
import errno
import json
import os
import pwd
import stat
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from tui.files import own
from tui.files.machine import boot_id, netns_cookie
from tui.files.syslog import SOCKETS, notice
from tui.model.change.past import Netns
from tui.model.text import reason, visible

LOG = Path("/var/log/ifgroup.jsonl")
_UNSET = 0xFFFFFFFF  # the login uid of what no login began: credentials(7)
_NOTICE = 900  # bytes of a line for the system log; with syslog's own head it stays below 1,000
_WORDS = (160, 40, 10)  # characters of one text in it: the most that lets all fields in; JSON may write six for one


class Audit:
    """Appends records to the file and sends a short form of each to the system's log."""

    def __init__(self, path: Path | None, sockets: Iterable[Path] = SOCKETS) -> None:
        """``path``: the file, see `default_path`; None: nothing is put on record anywhere.

        ``sockets``: where the system's log may listen; none for what happens in a private lab.
        """
        self.path = path
        self.sockets = tuple(sockets)

    def write(self, record: Mapping[str, object]) -> str:
        """Put ``record``, ready for JSON, on record with who, where and when, which it can't override.

        Return why that failed, one sentence; empty: it is on record. Doesn't raise for a disk or a file, and mends
        nothing. May be called by any thread.
        """
        if self.path is None:
            return ""
        them = who()
        told = notice(brief({**them, **record, **them}), self.sockets)
        where = {"time": _now(), "host": os.uname().nodename, "pid": os.getpid(), **them, "netns_id": netns_here().id}
        try:
            _append(self.path, _json({**where, **record, **where}).encode("ascii") + b"\n")
        except OSError as error:
            return f"The change is not on record: {visible(os.fspath(self.path))} can't be written ({reason(error)})."
        return told

    def obstacle(self) -> str:
        """Return why nothing could be put on record now, one sentence; empty: it could. Nothing is written."""
        try:
            if self.path is not None:
                _try(self.path)
        except OSError as error:
            shown = visible(os.fspath(self.path or ""))
            return f"No change will be on record: {shown} can't be written ({reason(error)})."
        return ""


def default_path(private: bool, log: Path = LOG) -> Path:
    """Return where the audit file belongs: the system's logs for root, if they can be written, else the user's state.

    ``private``: in a private lab, which concerns nobody else. ``log``: the file among the system's logs.
    """
    if os.geteuid() == 0 and not private and os.access(log.parent, os.W_OK):
        return log
    return _own()


def _own() -> Path:
    """Return the one place whose directories we make: elsewhere a missing one is a mistake of who named the file."""
    try:
        # sudo may keep the caller's environment, but root's record doesn't belong into somebody else's home.
        home = own.state_home({} if "SUDO_UID" in os.environ else os.environ)
    except OSError:
        home = Path("/.local/state")
    return home / "ifgroup" / "audit.jsonl"


def _append(path: Path, line: bytes) -> None:
    """Append one line, by one write. Raises OSError, whose text is a clause."""
    if path == _own() and not path.parent.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = _open(path, os.O_CREAT)
    try:
        size = _safe_size(descriptor)
        # Somebody may have been killed, or the disk may have been full, in the middle of a line. That another one is
        # just writing looks the same; then an empty line stays between the two.
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        data = b"\n" + line if torn else line
        written = os.write(descriptor, data)
        if written < len(data):
            raise OSError(0, f"only {written} of {len(data)} bytes were taken; is the disk full?")
    finally:
        os.close(descriptor)


def _open(path: Path, more: int) -> int:
    """Open the file with ``more`` flags. Raises OSError, whose text is a clause; FileNotFoundError as it is."""
    # O_NONBLOCK: whatever stands in its place must not hold us up. To read as well: is the last line whole?
    flags = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        return os.open(path, flags | more, 0o600)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(error.errno, "it is a symbolic link") from error
        if error.errno == errno.ENOENT and not path.parent.exists():
            raise FileNotFoundError(error.errno, "its directory is missing: make it with mkdir") from error
        raise


def _try(path: Path) -> None:
    """Raise OSError, whose text is a clause, if nothing could be appended now. Makes nothing."""
    try:
        descriptor = _open(path, 0)
    except FileNotFoundError:
        place = path.parent
        while path == _own() and not place.exists() and place != place.parent:
            place = place.parent
        if not place.exists():
            raise
        if not place.is_dir():
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)) from None
        if not os.access(place, os.W_OK | os.X_OK):
            raise OSError(errno.EACCES, "you may not write into its directory") from None
        return
    try:
        _safe_size(descriptor)
    finally:
        os.close(descriptor)


def _safe_size(descriptor: int) -> int:
    """Return the file's size in bytes. Raises OSError for a file that others may have, or write."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(0, "it is no regular file")
    if status.st_uid != os.geteuid():
        raise OSError(0, "it belongs to another user")
    if status.st_nlink != 1:
        raise OSError(0, "it has a second name, or was removed")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise OSError(0, "others may write it: chmod go-w")
    return status.st_size


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def netns_here() -> Netns:
    """Return this thread's network namespace; what can't be told is empty."""
    name = identity = ""
    with contextlib.suppress(OSError):
        name = os.readlink("/proc/thread-self/ns/net")
        identity = f"{boot_id()}/{netns_cookie()}"
    return Netns(name, identity)


def who() -> dict[str, object]:
    """Return who we are and where; what isn't known is left out."""
    uid = outer_uid(os.getuid())
    try:
        user = pwd.getpwuid(uid).pw_name
    except KeyError:
        user = str(uid)
    found: dict[str, object] = {"user": user, "uid": uid}
    if os.getuid() == 0 and (caller := os.environ.get("SUDO_USER")):
        found["sudo_user"] = visible(caller)
    login = _number("/proc/self/loginuid")
    if login is not None and login != _UNSET:
        found["login_uid"] = login
    if tty := _tty():
        found["tty"] = tty
    with contextlib.suppress(OSError):
        found["netns"] = os.readlink("/proc/thread-self/ns/net")
    return found


def outer_uid(uid: int) -> int:
    """Return ``uid`` as the world outside a lab knows it: root in there is the user who began it.

    user_namespaces(7). Only a map of a single id is a lab's; the root of a container stays its root.
    """
    try:
        inside, outside, length = map(int, Path("/proc/self/uid_map").read_text().split())
    except (OSError, ValueError):
        return uid
    return outside if length == 1 and inside == uid else uid


def _number(path: str) -> int | None:
    try:
        return int(Path(path).read_text())
    except (OSError, ValueError):
        return None


def _tty() -> str:
    for descriptor in (0, 1, 2):
        try:
            return os.ttyname(descriptor)
        except OSError:
            continue
    return ""


def _json(record: Mapping[str, object]) -> str:
    return json.dumps(record, ensure_ascii=True, separators=(",", ":"))


def brief(record: Mapping[str, object]) -> str:
    """Return a short form for the system's log: numbers in place of lists, and no long text.

    Should even that be too much, the last fields are left out.
    """
    for room in _WORDS:
        fields = {key: _short(value, room) for key, value in record.items() if value is not None}
        if len(line := _json(fields)) <= _NOTICE:
            return line
    while len(line := _json(fields)) > _NOTICE:
        fields.popitem()
    return line


def _short(value: object, room: int) -> object:
    if isinstance(value, (list, tuple, dict)):
        return len(value)
    return value[:room] if isinstance(value, str) else value
