"""May we change links? Asked of the kernel without sending anything."""

import ctypes
import fcntl
import os

CAP_NET_ADMIN = 12
_NS_GET_USERNS = 0xB701  # ioctl_ns(2)
_CAPABILITY_VERSION_3 = 0x20080522  # capget(2)

_libc = ctypes.CDLL(None, use_errno=True)


def _has_capability() -> bool:
    """Whether CAP_NET_ADMIN is in this thread's effective set."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()
    if _libc.capget(ctypes.byref(header), ctypes.byref(sets)):
        return False
    return bool(sets[0] & (1 << CAP_NET_ADMIN))


def _owns_netns() -> bool:
    """Whether our capabilities count in the present netns: it belongs to our user namespace or one below.

    NS_GET_USERNS fails with EPERM for an owner that lies above us.
    """
    try:
        netns = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return True  # no /proc: the kernel's own EPERM will tell
    try:
        os.close(fcntl.ioctl(netns, _NS_GET_USERNS))
    except PermissionError:
        return False
    except OSError:
        return True
    finally:
        os.close(netns)
    return True


def obstacle() -> str:
    """Return why this thread can't change links of its netns, one sentence; empty if it can."""
    if not _has_capability():
        return "CAP_NET_ADMIN is missing; run ifgroup as root, or try `ifgroup lab`"
    if not _owns_netns():
        return "this network namespace belongs to a user namespace above ours; run ifgroup as root of that one"
    return ""
