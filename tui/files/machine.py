"""What names this start of the machine, and this network namespace, and nothing after them."""

import socket
import sys
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_SO_NETNS_COOKIE = 71  # asm-generic/socket.h, Linux 5.14; never used twice, unlike the number that names a netns


def boot_id() -> str:
    """Return what names this start of the machine; empty without /proc."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""


def netns_cookie() -> int:
    """Return the cookie of this thread's network namespace. Raises OSError where the kernel has none."""
    with socket.socket(socket.AF_UNIX) as sock:
        return int.from_bytes(sock.getsockopt(socket.SOL_SOCKET, _SO_NETNS_COOKIE, 8), sys.byteorder)
