"""The two ways without netlink: an ioctl(2) for each interface, as ifconfig does, and a write to sysfs for each."""

import fcntl
import os
import socket
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import assert_never

from tui.model.change.attribute import Bit, Number, Text
from tui.timing.ways.change import Change, Member
from tui.timing.ways.client import Client, UnavailableError

_SIOCGIFFLAGS = 0x8913  # linux/sockios.h
_NUMBER = struct.Struct("16si20x")  # ifreq of netdevice(7), its union holding an int
_FLAGS = struct.Struct("16sH22x")  # … or a short
_CLASS = Path("/sys/class/net")
_READ = 64


class IoctlClient:
    """netdevice(7): one call for each interface; two for a flag, which read the others first."""

    def __init__(self) -> None:
        """Open the socket that the calls go through. Raises OSError."""
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)

    def change(self, change: Change, members: Sequence[Member], group: int) -> None:
        """See Client."""
        descriptor, ioctl = self._sock.fileno(), fcntl.ioctl
        call, value = change.operation.ioctl, change.value
        match change.operation.carrier:
            case Number():
                for member in members:
                    ioctl(descriptor, call, _NUMBER.pack(member.name.encode(), value))
            case Bit(mask=bit):
                for member in members:
                    name = member.name.encode()
                    flags = _FLAGS.unpack(ioctl(descriptor, _SIOCGIFFLAGS, _FLAGS.pack(name, 0)))[1]
                    ioctl(descriptor, call, _FLAGS.pack(name, flags | bit if value else flags & ~bit))
            case Text() | None:
                raise ValueError("no ioctl does that")
            case never:
                assert_never(never)

    def close(self) -> None:
        """See Client."""
        self._sock.close()


class SysfsClient:
    """Opens, writes and closes a file for each interface; for a flag it reads the others first."""

    def change(self, change: Change, members: Sequence[Member], group: int) -> None:
        """See Client."""
        file, value = change.operation.sysfs, change.value
        match change.operation.carrier:
            case Number():
                data = b"%d" % value
                for member in members:
                    _write(f"{_CLASS}/{member.name}/{file}", data)
            case Bit(mask=bit):
                for member in members:
                    path = f"{_CLASS}/{member.name}/{file}"
                    flags = int(_read(path), 16)
                    _write(path, b"0x%08x" % (flags | bit if value else flags & ~bit))
            case Text() | None:
                raise ValueError("no file in sysfs does that")
            case never:
                assert_never(never)

    def close(self) -> None:
        """See Client."""


def _write(path: str, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, data)
    finally:
        os.close(descriptor)


def _read(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, _READ)
    finally:
        os.close(descriptor)


def open_file(way: str, first: Member) -> Client:
    """Return the client of ``way``: ioctl or sysfs. Raises UnavailableError, OSError."""
    match way:
        case "ioctl":
            return IoctlClient()
        case "sysfs":
            if not (_CLASS / first.name).exists():
                raise UnavailableError("sysfs is not mounted in the sandbox.")
            if not os.access(_CLASS / first.name / "mtu", os.W_OK):
                raise UnavailableError("sysfs is mounted read-only here.")
            return SysfsClient()
    raise ValueError(f"no file takes changes the way “{way}”")
