"""Files of our own (crash log, measurements, backups), opened so that nobody can lead us to other ones.

A file is opened without following a link, without waiting, and only if it is a regular one. Root walks down to it
directory by directory: below one that belongs to a user it acts with that user's rights alone (setfsuid(2)), as behind
sudo with the caller's HOME; what it makes there is the user's. It follows only links that none but root can have made.
"""

import ctypes
import errno
import os
import pwd
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_NOBODY = 0xFFFFFFFF  # no id: setfsuid(2) changes nothing and tells the present one
_LINK = "it is a symbolic link"
_libc = ctypes.CDLL(None, use_errno=True)
for _call in (_libc.setfsuid, _libc.setfsgid):
    _call.argtypes, _call.restype = (ctypes.c_uint32,), ctypes.c_uint32


def state_home(environment: Mapping[str, str] = os.environ) -> Path:
    """Return $XDG_STATE_HOME, or what the XDG base directory specification puts in its place. Raises OSError.

    ``environment``: without HOME the home is that of the user whose rights we have.
    """
    return _base("XDG_STATE_HOME", ".local/state", environment)


def data_home() -> Path:
    """Return $XDG_DATA_HOME, or what the specification puts in its place. Raises OSError."""
    return _base("XDG_DATA_HOME", ".local/share", os.environ)


def _base(variable: str, otherwise: str, environment: Mapping[str, str]) -> Path:
    # The specification: a relative path there is to be ignored.
    if os.path.isabs(base := environment.get(variable, "")):
        return Path(base)
    if os.path.isabs(home := environment.get("HOME", "")):
        return Path(home) / otherwise
    try:
        return Path(pwd.getpwuid(os.geteuid()).pw_dir) / otherwise
    except KeyError as error:
        raise OSError(errno.ENOENT, "there is no home directory") from error


@contextmanager
def folder(path: Path, *, make: bool = False) -> Iterator[int]:
    """Hold a directory open, and act with its owner's rights meanwhile; ``make``: make what is missing, mode 0700.

    Raises OSError, whose text is a clause. Only this thread's rights change.
    """
    before = _libc.setfsuid(_NOBODY), _libc.setfsgid(_NOBODY)
    try:
        descriptor = _walk(path, make) if _is_root() else _straight(path, make)
        try:
            yield descriptor
        finally:
            os.close(descriptor)
    finally:
        _libc.setfsuid(before[0])
        _libc.setfsgid(before[1])


def read(path: Path, most: int) -> bytes:
    """Return what a regular file of at most ``most`` bytes holds. Raises OSError, whose text is a clause."""
    with folder(path.parent) as place, open(_opened(place, path.name, os.O_RDONLY), "rb") as file:
        if os.fstat(file.fileno()).st_size > most:
            raise OSError(errno.EFBIG, f"it is larger than {most:,} bytes")
        return file.read(most)


def append(path: Path, data: bytes) -> None:
    """Append to a file that is ours alone, or make it, mode 0600. Raises OSError, whose text is a clause."""
    with folder(path.parent, make=True) as place:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        with open(_opened(place, path.name, flags), "ab") as file:
            file.write(data)


def create(path: Path, data: bytes) -> None:
    """Write a new file, mode 0600: whole, or nothing is left of it. Raises OSError, whose text is a clause."""
    with folder(path.parent, make=True) as place:
        descriptor = _opened(place, path.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        try:
            with open(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            with suppress(OSError):
                os.unlink(path.name, dir_fd=place)
            raise


def _opened(place: int, name: str, flags: int) -> int:
    try:
        descriptor = os.open(name, flags | _FILE, 0o600, dir_fd=place)
    except OSError as error:
        raise OSError(error.errno, _LINK if error.errno == errno.ELOOP else error.strerror) from error
    status = os.fstat(descriptor)
    why = ""
    if not stat.S_ISREG(status.st_mode):
        why = "it is no regular file"
    elif flags & os.O_WRONLY and status.st_uid != _libc.setfsuid(_NOBODY):
        why = "it belongs to another user"
    elif flags & os.O_WRONLY and status.st_nlink != 1:
        why = "it has a second name, or was removed"
    if why:
        os.close(descriptor)
        raise OSError(errno.EINVAL, why)
    return descriptor


def _is_root() -> bool:
    """Whether we have more rights than a mere user: root, but not a user who is root in a private lab."""
    if os.geteuid() != 0:
        return False
    try:
        _, outside, length = map(int, Path("/proc/self/uid_map").read_text().split())
    except (OSError, ValueError):
        return True
    # user_namespaces(7): a map of a single id is a lab's, made without privilege.
    return length > 1 or outside == 0


def _straight(path: Path, make: bool) -> int:
    """Open a directory as any program does: with nobody's rights but the user's own, the kernel's checks suffice."""
    if make:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(path, _FOLDER)


def _walk(path: Path, make: bool) -> int:
    """Open a directory step by step from the root, as whoever owns the way."""
    place = os.open("/", _FOLDER)
    try:
        for name in Path(os.path.abspath(path)).parts[1:]:
            following = _step(place, name, make)
            os.close(place)
            place = following
            _become_owner(place)
    except BaseException:
        os.close(place)
        raise
    return place


def _step(place: int, name: str, make: bool) -> int:
    try:
        return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=place)
    except FileNotFoundError:
        if not make:
            raise
        with suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=place)
        return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=place)
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.ENOTDIR):
            raise
        status = os.fstat(place)
        if status.st_uid != 0 or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise OSError(error.errno, f"{name!a} is no directory, or a link that others can have made") from error
        return os.open(name, _FOLDER, dir_fd=place)


def _become_owner(place: int) -> None:
    """Give root's rights up for those of the owner of an open directory; those of a user are kept as they are."""
    status = os.fstat(place)
    if status.st_uid == 0 or _libc.setfsuid(_NOBODY) != 0:
        return
    try:
        group = pwd.getpwuid(status.st_uid).pw_gid
    except KeyError:
        group = status.st_gid
    _libc.setfsgid(group)
    _libc.setfsuid(status.st_uid)
    if (_libc.setfsuid(_NOBODY), _libc.setfsgid(_NOBODY)) != (status.st_uid, group):
        raise OSError(errno.EPERM, "the rights of its owner can't be taken")
