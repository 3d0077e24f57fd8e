"""Writing the name map in place, where it can't be replaced: a bind mount, or a directory that isn't ours.

Not atomic: a reader may see the file half-done, and death may leave it so. Then the backup is whole.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tui.files.names.backup import back_up_anywhere, backup_path
from tui.files.names.disk import locked, overwrite
from tui.files.names.version import NameFileError, Version, label, opened, unchanged, verified
from tui.model.text import visible

RIGHTS = (errno.EACCES, errno.EPERM, errno.EROFS)
"""The errnos of what we may not do to a directory, though perhaps to a file in it."""


@contextmanager
def _held(folder: int, name: str, descriptor: int) -> Iterator[None]:
    """Hold the lock of the directory, or that of the file itself where nothing can be made in the directory."""
    with ExitStack() as held:
        try:
            held.enter_context(locked(folder, name))
        except OSError as error:
            if error.errno not in RIGHTS:
                raise
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def save_in_place(path: Path, folder: int, name: str, data: bytes, expected: Version) -> Version:
    """Overwrite ``name`` in an open directory, or put back what was there if that fails half-way.

    Raises OSError; Conflict; NameFileError if the old content could not be put back either.
    """
    with opened(folder, name, os.O_RDWR) as descriptor:
        if descriptor is None:
            unchanged(path, None, expected)
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        with _held(folder, name, descriptor):
            old = unchanged(path, descriptor, expected)
            back_up_anywhere(path, folder, name, old, descriptor)
            # Once more: the backup took its time.
            unchanged(path, descriptor, expected)
            try:
                overwrite(descriptor, data)
                os.fsync(descriptor)
                return verified(path, descriptor, data)
            except BaseException as error:
                _put_back(path, descriptor, old, error)
                raise


def _put_back(path: Path, descriptor: int, old: bytes, error: BaseException) -> None:
    try:
        overwrite(descriptor, old)
        os.fsync(descriptor)
    except OSError as second:
        raise NameFileError(
            second.errno,
            f"The name map {label(path)} is damaged: writing it in place failed ({error}), and so did putting the old "
            f"content back; that is whole in {visible(os.fsencode(backup_path(path)))}: copy it over the map.",
        ) from error
