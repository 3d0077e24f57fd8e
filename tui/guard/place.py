"""Where the guard's records lie: where nobody else could have planted one, and where a restart of the machine empties.

What a record names is set on the machine's interfaces with our rights. So the machine's root reads them in the system's
own runtime directory alone. The owner and the mode that a file system tells prove nothing where others may mount one of
their own (FUSE shows whatever its server likes); which file system a directory is on, the kernel says.
"""

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from tui.files.audit import outer_uid
from tui.guard.errors import GuardError
from tui.model.text import visible

SUFFIX = ".guard"
"""What a record's name ends with."""
_DOOR = ".door"
_NAME = "ifgroup"
_SYSTEM = Path("/run")


def door_of(record: Path) -> Path:
    """Return where the guard of a record can be reached."""
    return record.with_suffix(_DOOR)


def doors_in(names: Iterable[str]) -> list[str]:
    """Return which names of files are doors."""
    return [name for name in names if name.endswith(_DOOR)]


def record_of_door(door: Path) -> Path:
    """Return the record that a door belongs to."""
    return door.with_suffix(SUFFIX)


def discard(record: Path) -> None:
    """Remove a record and its door; that they are gone already is no error. Raises OSError."""
    door_of(record).unlink(missing_ok=True)
    record.unlink(missing_ok=True)


def folders() -> list[Path]:
    """Return where records may lie, best first.

    Root in a user's own lab is that user: in there, /run is nobody's that we know (user_namespaces(7)).
    """
    user = outer_uid(os.geteuid())
    if user == 0:
        return [_SYSTEM / _NAME]
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    found = [Path(runtime) / _NAME] if os.path.isabs(runtime) else []
    return [*found, Path(f"/tmp/{_NAME}-{user}")]


def hidden() -> bool:
    """Whether records of root's may lie where we may not look."""
    try:
        return (_SYSTEM / _NAME).lstat().st_uid != os.geteuid()
    except OSError:
        return False


def own_folder() -> Path:
    """Return the first folder that is safe, made if need be. Raises GuardError."""
    problems = []
    for folder in folders():
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            check(folder)
        except OSError as error:
            problems.append(f"{visible(os.fsencode(folder))}: {error.strerror}")
        else:
            return folder
    raise GuardError(f"There is no safe place for the state before the change ({'; '.join(problems)}).")


def check(folder: Path) -> None:
    """Raise OSError, its text a clause, unless nobody but us can have put there what lies in ``folder``."""
    found = folder.lstat()
    if not is_ours(found, stat.S_IFDIR):
        raise PermissionError(errno.EPERM, "it is not a directory of ours alone")
    if found.st_dev != folder.parent.lstat().st_dev:
        raise PermissionError(errno.EPERM, "another file system is mounted on it")
    if outer_uid(os.geteuid()) == 0:
        for parent in folder.parents:
            above = parent.lstat()
            if not stat.S_ISDIR(above.st_mode) or above.st_uid != 0 or above.st_mode & 0o022:
                raise PermissionError(errno.EPERM, f"{parent} is not a directory that root alone can write")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def is_ours(found: os.stat_result, kind: int) -> bool:
    """Whether it is of ``kind`` (stat.S_IF*), belongs to us, and nobody else may read or write it."""
    return stat.S_IFMT(found.st_mode) == kind and found.st_uid == os.geteuid() and not found.st_mode & 0o077
