"""Saving the name map: whole or not at all, never over somebody else's change, with a backup.

Readers (`ip`, nft, scripts) open the file at any moment and take no lock, so at every instant it is the old or the new
one. The steps, all in the file's own directory: lock, compare, write a temporary file, flush it and read it again, keep
the old content as ``group-``, exchange the two, compare what came out, flush the directory.
"""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tui.files.names.backup import back_up, backup_path
from tui.files.names.disk import (
    create,
    dress,
    exchange,
    flush,
    give_back,
    is_mount,
    locked,
    remove,
    shut,
    staged,
    sweep,
)
from tui.files.names.file import LIMIT, SEARCH
from tui.files.names.place import RIGHTS, save_in_place
from tui.files.names.version import (
    ABSENT,
    Conflict,
    NameFileError,
    NeedsInPlace,
    Version,
    denied,
    label,
    not_a_file,
    opened,
    read_version,
    refused,
    unchanged,
    verified,
)
from tui.model.names.map import parse

__all__ = [
    "ABSENT",
    "Conflict",
    "NameFileError",
    "NeedsInPlace",
    "Version",
    "backup_path",
    "linked",
    "read_version",
    "save",
    "target",
    "writable",
]


def target(search: Sequence[Path] = SEARCH, explicit: Path | None = None) -> tuple[Path, Path | None]:
    """Return the file to write, and the vendor's file whose content it must begin with.

    The first of ``search`` is the one written; while it doesn't exist a later one is in force, which it will hide.
    The second is None where the file exists or no other does, and for an ``explicit`` file (--names).
    """
    if explicit is not None:
        return explicit, None
    own = search[0]
    return own, None if _exists(own) else next((path for path in search[1:] if _exists(path)), None)


def _exists(path: Path) -> bool:
    """Decide as `ip` does: only a missing file makes it look further (iproute2 lib/rt_names.c)."""
    return denied(path, os.F_OK) != errno.ENOENT


def writable(path: Path) -> str:
    """Return why the map can't be saved now, one sentence; empty: it can, though perhaps only in place.

    That is a right to a file, and tells nothing of the right to change links.
    """
    real = Path(os.path.realpath(path))
    try:
        if problem := not_a_file(path, real.stat().st_mode):
            return problem
        number = denied(real, os.W_OK)
    except FileNotFoundError:
        makes_directory = not real.parent.exists() and not path.is_symlink()
        number = denied(real.parent.parent if makes_directory else real.parent, os.W_OK | os.X_OK)
    except OSError as error:
        number = error.errno or errno.EIO
    return str(refused(path, number, "can't be saved")) if number else ""


def linked(path: Path) -> str:
    """Return what a save does to the map's other names (hard links), one sentence; empty: it has none."""
    try:
        others = os.stat(path).st_nlink - 1
    except OSError:
        return ""
    if others < 1:
        return ""
    rest = (
        "another name (a hard link), which keeps" if others == 1 else f"{others} other names (hard links), which keep"
    )
    return f"This file has {rest} the old content: a save gives {label(path)} a file of its own."


def save(path: Path, data: bytes, expected: Version, *, in_place: bool = False) -> Version:
    """Make ``data`` the whole content of the map, if it still is the ``expected`` version; return the new version.

    Symbolic links are followed. A missing directory is made (the last part only). ``in_place`` overwrites the file
    that is there, for when NeedsInPlace was raised: a reader may see it half-done, and death may leave it so.

    Raises NameFileError, the file as it was: Conflict if it changed since it was read, NeedsInPlace if it could be
    overwritten but not replaced (bind mount; no right to its directory or to its owner), with errno EAGAIN while
    another ifgroup saves it, with EINVAL or EFBIG for ``data`` that `ip` or we wouldn't read to its end.
    """
    _acceptable(path, data)
    real = Path(os.path.realpath(path))
    try:
        if expected != ABSENT and (number := denied(real, os.W_OK)) not in (0, errno.ENOENT):
            raise refused(path, number)
        with _directory(path, real.parent) as folder:
            if in_place and expected != ABSENT:
                return save_in_place(path, folder, real.name, data, expected)
            return _replace(path, folder, real.name, data, expected)
    except NameFileError:
        raise
    except OSError as error:
        number = error.errno or errno.EIO
        if in_place or number not in (*RIGHTS, errno.EBUSY) or denied(real, os.W_OK):
            raise refused(path, number) from error
        why = "it is a mount point" if number == errno.EBUSY else "its directory, owner or attributes aren't yours"
        raise NeedsInPlace(
            number,
            f"The name map {label(path)} is as it was and can't be replaced in one step: {why}; it can be written in "
            "place, where a reader may see it half-done.",
        ) from error


def _acceptable(path: Path, data: bytes) -> None:
    """Refuse what readers would lose a part of."""
    if len(data) > LIMIT:
        raise NameFileError(
            errno.EFBIG, f"The name map {label(path)} was not saved: it would be larger than 1 MiB; shorten it."
        )
    if line := parse(data).corrupt_line:
        raise NameFileError(
            errno.EINVAL,
            f"The name map {label(path)} was not saved: line {line} is malformed, and `ip` would lose every name "
            "after it; mend that line.",
        )


@contextmanager
def _directory(path: Path, directory: Path) -> Iterator[int]:
    """Open the directory, and make it if need be; then it goes again if nothing comes of the save."""
    # Where a link leads is the business of those who made the link.
    made = not directory.exists() and not path.is_symlink()
    if made:
        directory.mkdir()
    try:
        folder = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            if made:
                os.fchmod(folder, 0o755)  # whatever the umask: every user's `ip` reads in there
            yield folder
        finally:
            shut(folder)
    except BaseException:
        if made:
            with suppress(OSError):
                directory.rmdir()
        raise


def _replace(path: Path, folder: int, name: str, data: bytes, expected: Version) -> Version:
    with locked(folder, name), opened(folder, name, os.O_RDONLY) as like:
        sweep(folder, name)
        old = unchanged(path, like, expected)
        if like is not None and is_mount(folder, like):
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        with staged(folder, name, data) as (temporary, descriptor):
            dress(descriptor, like)
            os.fsync(descriptor)
            version = verified(path, descriptor, data)
            if like is None:
                _appear(path, folder, temporary, name)
            else:
                back_up(path, folder, name, old, like)
                _swap(path, folder, temporary, name, expected, version)
    return version


def _appear(path: Path, folder: int, temporary: str, name: str) -> None:
    try:
        create(folder, temporary, name)
    except FileExistsError:
        with opened(folder, name, os.O_RDONLY) as theirs:
            unchanged(path, theirs, ABSENT)
        raise
    try:
        flush(folder)
    except BaseException:
        remove(folder, name)
        raise


def _swap(path: Path, folder: int, temporary: str, name: str, expected: Version, ours: Version) -> None:
    try:
        exchange(folder, temporary, name)
    except FileNotFoundError:
        unchanged(path, None, expected)
        raise
    try:
        with opened(folder, temporary, os.O_RDONLY) as theirs:
            unchanged(path, theirs, expected)
        flush(folder)
    except BaseException:
        give_back(folder, temporary, name, (ours.device, ours.inode))
        raise
