"""Write what makes tags permanent, never over a file that is there."""

import errno
import os
from collections.abc import Iterable
from pathlib import Path

from tui.model.gate import OPEN, Gate
from tui.model.text import visible


def write_new(path: Path, data: bytes, gate: Gate = OPEN) -> Path:
    """Write a new file, mode 0644 less the umask; return its path.

    Raises OSError, whose text is one sentence: it exists already, the disk is full, ``gate`` refuses a place of the
    system's. Nothing is left then.
    """
    shown = visible(os.fsencode(path))
    if why := gate.file_obstacle(Path(os.path.realpath(path))):
        raise OSError(errno.EROFS, f"{shown} was not written: {why}; choose a place of your own.")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    except FileExistsError as error:
        raise OSError(errno.EEXIST, f"{shown} exists; nothing was written over it.") from error
    except OSError as error:
        raise OSError(error.errno, f"{shown} can't be written ({error.strerror}).") from error
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise OSError(error.errno, f"{shown} can't be written ({error.strerror}); nothing is left of it.") from error
    return path


def write_all_new(folder: Path, files: Iterable[tuple[str, bytes]], gate: Gate = OPEN) -> list[Path]:
    """Write new files under the last part of their paths, all or none; return where. Raises OSError as `write_new`."""
    written: list[Path] = []
    try:
        for path, data in files:
            written.append(write_new(folder / Path(path).name, data, gate))
    except OSError:
        for done in written:
            done.unlink(missing_ok=True)
        raise
    return written
