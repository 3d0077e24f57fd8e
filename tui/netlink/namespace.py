"""Network namespaces: one that exists, by name, and a private one that vanishes with the process.

A namespace is entered before any thread starts: threads inherit it, and a user namespace can't be entered later.
"""

import ctypes
import errno
import os
import sys
from pathlib import Path

# linux/sched.h
CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
# sys/mount.h
_MS_REC = 0x4000
_MS_PRIVATE = 0x40000

_RUN_NETNS = Path("/run/netns")  # where ip-netns(8) keeps names
_libc = ctypes.CDLL(None, use_errno=True)


class NamespaceError(OSError):
    """A namespace can't be entered; the text is one sentence that says why and what to do."""


def _check(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def unshare(flags: int) -> None:
    """Leave the namespaces of ``flags`` (CLONE_NEW*) for new ones: unshare(2). Raises OSError."""
    _check(_libc.unshare(flags))


def setns(descriptor: int, kind: int) -> None:
    """Enter the namespace of ``descriptor``: setns(2). Raises OSError."""
    _check(_libc.setns(descriptor, kind))


def mount(source: str, target: str, kind: str, flags: int = 0, data: str = "") -> None:
    """Mount a file system: mount(2). Raises OSError."""
    _check(_libc.mount(source.encode(), os.fsencode(target), kind.encode(), flags, data.encode()))


def open_named(name: str, option: str = "") -> int:
    """Return a descriptor of the netns that `ip netns` calls ``name``; a name with a slash is a namespace file's path.

    ``option``: which one named it, for the error. Raises NamespaceError.
    """

    def wrong(number: int, text: str) -> NamespaceError:
        return NamespaceError(number, f"{option}: {text}" if option else f"{text[0].upper()}{text[1:]}")

    path = Path(name) if "/" in name else _RUN_NETNS / name
    if name in ("", ".", ".."):
        raise wrong(errno.EINVAL, "give the name of a network namespace; `ip netns` lists them.")
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError as error:
        text = f"there is no network namespace at {path}; `ip netns` lists the names."
        raise wrong(errno.ENOENT, text) from error
    except (OSError, ValueError) as error:
        raise wrong(errno.EIO, f"{path} can't be opened ({error}).") from error


def names_of_netns() -> list[str]:
    """Return the names that ip-netns(8) knows, in order; none where it keeps none."""
    try:
        return sorted(path.name for path in _RUN_NETNS.iterdir())
    except OSError:
        return []


def enter_named(name: str) -> None:
    """Enter the netns that `ip netns` calls ``name``, or the path of a namespace file. Raises NamespaceError."""
    path = Path(name) if "/" in name else _RUN_NETNS / name
    descriptor = open_named(name, "--netns")
    try:
        setns(descriptor, CLONE_NEWNET)
    except PermissionError as error:
        raise NamespaceError(errno.EPERM, f"--netns: entering {path} needs root.") from error
    except OSError as error:
        raise NamespaceError(errno.EINVAL, f"--netns: {path} is no network namespace.") from error
    finally:
        os.close(descriptor)


def enter_private() -> None:
    """Enter new network and mount namespaces, as root of a new user namespace if we aren't root.

    They belong to this process alone, so they vanish with it however it dies. Raises NamespaceError.
    """
    if not sys.platform.startswith("linux"):
        raise NamespaceError(errno.ENOSYS, f"A private network namespace needs Linux; this is {sys.platform}.")
    try:
        if os.geteuid() == 0:
            unshare(CLONE_NEWNET | CLONE_NEWNS)
        else:
            _enter_user()
        mount("none", "/", "", _MS_REC | _MS_PRIVATE)
    except OSError as error:
        raise NamespaceError(
            error.errno, f"A private network namespace can't be made ({error.strerror}): {_advice(error)}"
        ) from error


def _enter_user() -> None:
    uid, gid = os.geteuid(), os.getegid()
    unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS)
    # user_namespaces(7): an unprivileged process may map its own ids once it gave up setgroups(2).
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1")


_SWITCHES = (
    (
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "kernel.apparmor_restrict_unprivileged_userns=0",
    ),
    ("/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
    ("/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces=16384"),
    ("/proc/sys/user/max_net_namespaces", "0", "user.max_net_namespaces=16384"),
)


def _advice(error: OSError) -> str:
    if error.errno == errno.EINVAL:
        # path_mount, fs/namespace.c: only a mount can be made private.
        return "the root directory is no mount point; for a chroot, do `mount --bind DIR DIR` before it is entered."
    root = os.geteuid() == 0
    for path, bad, setting in _SWITCHES:
        try:
            if Path(path).read_text().strip() == bad:
                return f"allow them with `sysctl {setting}` as root{'' if root else ', or run it with sudo'}."
        except OSError:
            continue
    return "inside a container, give it the capability CAP_SYS_ADMIN." if root else "run it with sudo."


def identity() -> str:
    """Return the netns of this process as the kernel names it, such as ``net:[4026531840]``; empty without /proc."""
    try:
        return os.readlink("/proc/self/ns/net")
    except OSError:
        return ""
