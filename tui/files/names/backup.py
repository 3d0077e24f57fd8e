"""The old content of the name map, kept as ``group-`` (the custom of passwd, group and shadow)."""

import errno
import os
from contextlib import suppress
from pathlib import Path

from tui.files import own
from tui.files.names.disk import dress, staged
from tui.files.names.version import NameFileError, denied, label
from tui.model.text import visible


def backup_path(path: Path) -> Path:
    """Return where a save keeps the old content: beside it, or in our state directory where we can't write there."""
    real = Path(os.path.realpath(path))
    if not denied(real.parent, os.W_OK | os.X_OK):
        return real.with_name(f"{real.name}-")
    return own.state_home() / "ifgroup" / f"{str(real).strip('/').replace('/', '!')}-"


def back_up(path: Path, folder: int, name: str, old: bytes, like: int) -> None:
    """Keep ``old`` as ``name`` and a minus in an open directory, with the owner and mode of ``like``. Raises OSError.

    A copy, since a hard link would follow what is later written in place.
    """
    with staged(folder, name, old) as (temporary, descriptor):
        with suppress(OSError):
            dress(descriptor, like)  # in vain where the owner isn't us: then only we may read it
        os.fsync(descriptor)
        try:
            os.rename(temporary, f"{name}-", src_dir_fd=folder, dst_dir_fd=folder)
        except IsADirectoryError as error:
            raise NameFileError(
                errno.EISDIR,
                f"The name map {label(path)} was not saved and is as it was: a directory has the name of its backup, "
                f"{visible(os.fsencode(name))}-; move that away and save again.",
            ) from error


def back_up_anywhere(path: Path, folder: int, name: str, old: bytes, like: int) -> None:
    """Keep ``old`` at `backup_path`, which need not be the open directory. Raises OSError."""
    place = backup_path(path)
    if place.parent == Path(os.path.realpath(path)).parent:
        back_up(path, folder, name, old, like)
        return
    with own.folder(place.parent, make=True) as other:
        back_up(path, other, place.name.removesuffix("-"), old, like)
