"""Replacing one file in an open directory: the lock, the temporary file, its attributes, and the exchange.

Every call goes by the directory's descriptor, so that nobody can slip another directory under us. Errors are plain
OSErrors, left to `name_writer` to put in words.
"""

import ctypes
import errno
import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# linux/fs.h
_NOREPLACE = 1
_EXCHANGE = 2
_UNSUPPORTED = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)

_FRESH = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
# Hashes that the kernel keeps of a file's content: a copy would be wrong, and is refused.
_KERNELS_OWN = frozenset({"security.ima", "security.evm"})
_libc = ctypes.CDLL(None, use_errno=True)


def _rename(folder: int, old: str, new: str, flags: int) -> None:
    """Call renameat2(2), which os.rename() doesn't give."""
    call = getattr(_libc, "renameat2", None)
    if call is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if call(folder, os.fsencode(old), folder, os.fsencode(new), flags):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _identity(folder: int, name: str) -> tuple[int, int]:
    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    return found.st_dev, found.st_ino


@contextmanager
def locked(folder: int, name: str) -> Iterator[None]:
    """Hold ``name`` against another ifgroup. Raises BlockingIOError if one holds it; death releases it.

    A file of our own and not the map itself: anybody who may read a file may lock it, and so keep others out.
    """
    lock = f".{name}.ifgroup-lock"
    while True:
        descriptor = os.open(lock, _FRESH, 0o600, dir_fd=folder)
        try:
            if _take(folder, lock, descriptor):
                try:
                    yield
                finally:
                    remove(folder, lock)
                return
        finally:
            shut(descriptor)


def _take(folder: int, lock: str, descriptor: int) -> bool:
    """Lock an open lock file; return False if the holder before us, being done, removed it meanwhile."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found = os.fstat(descriptor)
        return (found.st_dev, found.st_ino) == _identity(folder, lock)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        raise
    except OSError:
        remove(folder, lock)
        raise


def is_mount(folder: int, descriptor: int) -> bool:
    """Return whether an open file is a mount of its own (a bind mount), which no rename can replace."""
    return _mount_id(folder) != _mount_id(descriptor)


def _mount_id(descriptor: int) -> str:
    with suppress(OSError), open(f"/proc/self/fdinfo/{descriptor}") as lines:
        return next((line for line in lines if line.startswith("mnt_id:")), "")
    return ""


def shut(descriptor: int) -> None:
    """Close a descriptor. What close(2) might complain of, fsync(2) has told before, when it could still be undone."""
    with suppress(OSError):
        os.close(descriptor)


def remove(folder: int, name: str) -> None:
    """Unlink what is ours, if it is there and can be."""
    with suppress(OSError):
        os.unlink(name, dir_fd=folder)


def sweep(folder: int, name: str) -> None:
    """Remove the temporary files of writers that died. Only under the lock: whoever made them held it."""
    ours = re.compile(rf"\.{re.escape(name)}\.ifgroup-[0-9a-f]{{16}}")
    for entry in os.listdir(folder):
        if ours.fullmatch(entry):
            remove(folder, entry)


@contextmanager
def staged(folder: int, name: str, data: bytes) -> Iterator[tuple[str, int]]:
    """Write ``data`` to a temporary file beside ``name``, readable by us alone; yield its name and descriptor.

    Whatever bears the temporary name in the end is removed.
    """
    temporary = _temporary(name)
    descriptor = os.open(temporary, _FRESH | os.O_EXCL, 0o600, dir_fd=folder)
    try:
        overwrite(descriptor, data)
        yield temporary, descriptor
    finally:
        remove(folder, temporary)
        shut(descriptor)


def _temporary(name: str) -> str:
    return f".{name}.ifgroup-{secrets.token_hex(8)}"


def overwrite(descriptor: int, data: bytes) -> None:
    """Make ``data`` the whole content of an open file."""
    done = 0
    while done < len(data):
        done += os.pwrite(descriptor, data[done:], done)
    os.ftruncate(descriptor, len(data))


def dress(descriptor: int, like: int | None) -> None:
    """Give a file the owner, the mode and the extended attributes of another; without one, anybody may read it."""
    if like is None:
        os.fchmod(descriptor, 0o644)
        return
    old, new = os.fstat(like), os.fstat(descriptor)
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode))
    wanted, present = _attributes(like), _attributes(descriptor)
    # A directory may hand down an ACL that the old file doesn't have.
    for name in present.keys() - wanted.keys():
        os.removexattr(descriptor, name)
    for name, value in wanted.items():
        if present.get(name) != value:
            os.setxattr(descriptor, name, value)


def _attributes(descriptor: int) -> dict[str, bytes]:
    try:
        names = os.listxattr(descriptor)
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
        return {}
    return {name: os.getxattr(descriptor, name) for name in names if name not in _KERNELS_OWN}


def create(folder: int, temporary: str, name: str) -> None:
    """Give a temporary file its name. Raises FileExistsError if something bears it by now."""
    try:
        _rename(folder, temporary, name, _NOREPLACE)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
        os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)


def exchange(folder: int, temporary: str, name: str) -> None:
    """Put a temporary file in the place of ``name``; what was there, whatever it was, bears the temporary name then.

    So the last look at what we replaced comes after it, and nothing is lost between a look and a rename. Raises
    OSError, EBUSY for a mount point.
    """
    try:
        _rename(folder, temporary, name, _EXCHANGE)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
        _exchange_in_steps(folder, temporary, name)


def _exchange_in_steps(folder: int, temporary: str, name: str) -> None:
    """Do the same where the file system can't (NFS, 9p): a change between the first two steps would be lost."""
    kept = _temporary(name)
    os.link(name, kept, src_dir_fd=folder, dst_dir_fd=folder)
    try:
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        try:
            os.rename(kept, temporary, src_dir_fd=folder, dst_dir_fd=folder)
        except OSError:
            os.rename(kept, name, src_dir_fd=folder, dst_dir_fd=folder)
            raise
    except OSError:
        remove(folder, kept)
        raise


def give_back(folder: int, temporary: str, name: str, ours: tuple[int, int]) -> None:
    """Undo `exchange`, by which the file ``ours`` (its device and inode) got its name.

    What somebody else put there meanwhile stays: of theirs, the newest wins.
    """
    put = ours
    with suppress(FileNotFoundError):  # removed meanwhile: so be it
        while True:
            newest = _identity(folder, temporary)
            exchange(folder, temporary, name)
            if _identity(folder, temporary) == put:
                return
            put = newest


def flush(folder: int) -> None:
    """Make the directory's entries outlast a power cut. Raises OSError."""
    try:
        os.fsync(folder)
    except OSError as error:
        # Some file systems have no such call for directories.
        if error.errno not in _UNSUPPORTED:
            raise
