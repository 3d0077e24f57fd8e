"""Over which interface each VXLAN goes out: the one stacked kind that IFLA_LINK doesn't tell of.

It goes when that interface goes: vxlan_handle_lowerdev_unregister, drivers/net/vxlan/vxlan_core.c.
"""

import sys

from tui.netlink.ask import ask_all
from tui.netlink.sockets import open_socket
from tui.netlink.wire import IFINFO, IFLA_INFO_KIND, IFLA_LINKINFO, RTM_GETLINK, RTM_NEWLINK, attribute, attributes

_KIND = b"vxlan"
_IFLA_INFO_DATA, _IFLA_VXLAN_LINK = 2, 3  # linux/if_link.h
_PATH = (IFLA_LINKINFO, _IFLA_INFO_DATA, _IFLA_VXLAN_LINK)


def vxlan_lowers() -> dict[int, int]:
    """Return the lower link of each VXLAN that has one, by ifindex. Raises OSError, NoAnswerError, WireError."""
    body = IFINFO.pack(0, 0, 0, 0, 0) + attribute(IFLA_LINKINFO, attribute(IFLA_INFO_KIND, _KIND + b"\0"))
    with open_socket() as sock:
        found = ask_all(sock, RTM_GETLINK, body, RTM_NEWLINK)
    return {IFINFO.unpack_from(link)[2]: lower for link in found if (lower := _lower(link))}


def _lower(link: bytes) -> int:
    spans = [(IFINFO.size, len(link))]
    for wanted in _PATH:
        spans = [(first, end) for span in spans for kind, first, end in attributes(link, *span) if kind == wanted]
    return int.from_bytes(link[slice(*spans[0])], sys.byteorder) if spans else 0
