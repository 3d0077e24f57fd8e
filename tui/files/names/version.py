"""The name map on disk as one version of one file: read whole, told apart from any other, refused in plain words."""

import ctypes
import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tui.files.names.disk import shut
from tui.files.names.file import LIMIT
from tui.model.text import visible

_ATTEMPTS = 5
_libc = ctypes.CDLL(None, use_errno=True)


class NameFileError(OSError):
    """The name map can't be read or written; the text is one sentence: what, where, what to do."""

    def __str__(self) -> str:
        """Return the sentence alone."""
        return str(self.strerror)


class Conflict(NameFileError):  # noqa: N818 - what happened, not a defect
    """The file is not the version that the edit began with; it was left alone."""

    def __init__(self, sentence: str, theirs: bytes, version: "Version") -> None:
        """``theirs`` and ``version`` are what is there now: the base of the next attempt."""
        super().__init__(errno.ESTALE, sentence)
        self.theirs = theirs
        self.version = version


class NeedsInPlace(NameFileError):  # noqa: N818 - an offer, not a defect
    """The file may be written but not replaced at once; `save(..., in_place=True)` would do it, not atomically."""


@dataclass(frozen=True, slots=True)
class Version:
    """Which content of which file was read. Two that are equal are the same file, untouched."""

    device: int
    inode: int
    mtime_ns: int
    """The last write, in nanoseconds since 1970."""
    size: int
    """Bytes."""
    sha256: str
    """Of the content: mtime alone misses two writes within one tick of the kernel's clock."""


ABSENT = Version(0, 0, 0, 0, "")
"""There is no file."""


def label(path: Path) -> str:
    """Return a path to show; where symbolic links lead elsewhere, that too."""
    text, real = visible(os.fsencode(path)), visible(os.path.realpath(os.fsencode(path)))
    return f"{text} (a link to {real})" if os.path.islink(path) else text


def denied(path: Path, mode: int) -> int:
    """Return why access(2) refuses ``mode`` (os.W_OK …), an errno; 0: it doesn't.

    Unlike os.access() it tells a missing right from a read-only file system and from an immutable file.
    """
    return ctypes.get_errno() if _libc.access(os.fsencode(path), mode) else 0


_WHY = {
    errno.EACCES: (
        "you lack the right to write it (which is apart from the right to change links)",
        "run ifgroup as its owner or with sudo",
    ),
    errno.EPERM: (
        "the system forbids it, perhaps because it is immutable",
        "`lsattr` shows that and `chattr -i` lifts it; else run ifgroup as its owner",
    ),
    errno.EROFS: (
        "its file system is read-only",
        "remount it for writing, or change the map where it is made (package, image, system configuration)",
    ),
    errno.ENOSPC: ("the disk is full", "make room (`df` and `df -i` show where) and save again"),
    errno.EDQUOT: ("your disk quota is used up", "make room (`quota` shows how much) and save again"),
    errno.EIO: ("the disk reports an error", "look into `dmesg`, and save to another place with --names"),
    errno.ENOENT: ("its directory is missing", "make it first with `mkdir -p`"),
    errno.ELOOP: ("its symbolic links lead in a circle", "mend the link and save again"),
    errno.EAGAIN: ("another ifgroup is saving it right now", "try again in a moment"),
}


def refused(path: Path, number: int, what: str = "was not saved and is as it was") -> NameFileError:
    """Return the error for a save that this errno prevents and that changed nothing."""
    why, advice = _WHY.get(number, (os.strerror(number), "mend that and save again"))
    return NameFileError(number, f"The name map {label(path)} {what}: {why}; {advice}.")


_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


def not_a_file(path: Path, mode: int) -> str:
    """Return the sentence about something that is no regular file, by its st_mode; empty: it is one."""
    if stat.S_ISREG(mode):
        return ""
    kind = _KINDS.get(stat.S_IFMT(mode), "no regular file")
    return f"The name map {label(path)} is {kind}, not a file; move it away, or name another file with --names."


def read_open(path: Path, descriptor: int) -> tuple[bytes, Version]:
    """Return what an open file says, whole, and which version that is. Raises OSError, NameFileError.

    ``path`` is only told in errors.
    """
    for _ in range(_ATTEMPTS):
        before = os.fstat(descriptor)
        if problem := not_a_file(path, before.st_mode):
            raise NameFileError(errno.EINVAL, problem)
        data = _content(descriptor)
        if len(data) > LIMIT:
            raise NameFileError(
                errno.EFBIG,
                f"The name map {label(path)} is larger than 1 MiB; shorten it, or name another with --names.",
            )
        after = os.fstat(descriptor)
        if (before.st_mtime_ns, len(data)) == (after.st_mtime_ns, after.st_size):
            sha256 = hashlib.sha256(data).hexdigest()
            return data, Version(after.st_dev, after.st_ino, after.st_mtime_ns, after.st_size, sha256)
    raise NameFileError(errno.EAGAIN, f"The name map {label(path)} is being written right now; try again in a moment.")


def _content(descriptor: int) -> bytes:
    parts: list[bytes] = []
    length = 0
    while length <= LIMIT and (part := os.pread(descriptor, LIMIT + 1 - length, length)):
        parts.append(part)
        length += len(part)
    return b"".join(parts)


def read_version(path: Path) -> tuple[bytes, Version]:
    """Read a name map whole, and which version it is; no file at all is ``b""`` and ABSENT.

    Raises NameFileError for what is no regular file, is larger than 1 MiB or can't be read.
    """
    try:
        # Asked before it is opened: opening a device can set it going.
        if problem := not_a_file(path, path.stat().st_mode):
            raise NameFileError(errno.EINVAL, problem)
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            return read_open(path, descriptor)
        finally:
            shut(descriptor)
    except FileNotFoundError:
        return b"", ABSENT
    except NameFileError:
        raise
    except OSError as error:
        raise NameFileError(
            error.errno,
            f"The name map {label(path)} can't be read ({error.strerror}); mend that, or name another with --names.",
        ) from error


@contextmanager
def opened(folder: int, name: str, flags: int) -> Iterator[int | None]:
    """Open ``name`` in an open directory, never through a link; None: there is none. Raises OSError."""
    try:
        descriptor = os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError:
        yield None
        return
    try:
        yield descriptor
    finally:
        shut(descriptor)


def unchanged(path: Path, descriptor: int | None, expected: Version) -> bytes:
    """Return what is there, if it is the ``expected`` version. Raises Conflict, OSError."""
    data, version = (b"", ABSENT) if descriptor is None else read_open(path, descriptor)
    if version != expected:
        raise Conflict(
            f"The name map {label(path)} was changed by somebody else since it was read, and is as they left it; "
            "compare the two and save again.",
            data,
            version,
        )
    return data


def verified(path: Path, descriptor: int, data: bytes) -> Version:
    """Return the version that was written, once it reads as ``data``. Raises OSError, EIO if it doesn't."""
    found, version = read_open(path, descriptor)
    if found != data:
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    return version
