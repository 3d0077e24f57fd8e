"""Messages as the kernel makes them, built by hand."""

import struct

from tui.model.names.map import parse
from tui.netlink.wire import HEADER, attribute

DMZ = parse(b"10 dmz\n")
"""A name map."""
IFINFO = struct.Struct("=BxHiII")
"""ifinfomsg: family, type, index, flags, change mask."""


def notification(*parts: bytes, index: int = 3, flags: int = 0x1043) -> bytes:
    """Return what the kernel tells of an interface, with these attributes."""
    body = IFINFO.pack(0, 1, index, flags, 0xFFFFFFFF) + b"".join(parts)
    return HEADER.pack(16 + len(body), 16, 0, 0, 0) + body


def error(number: int, request: bytes, words: bytes = b"") -> bytes:
    """Return what netlink_ack makes of a request."""
    echoed = request[:16] if number == 0 else request
    flags = (0x100 if number == 0 else 0) | (0x200 if words else 0)
    body = struct.pack("=i", -number) + echoed + (attribute(1, words + b"\0") if words else b"")
    return HEADER.pack(16 + len(body), 2, flags, 5, 77) + body
