"""The lab's few interfaces with relations: an uplink with the default route, a bridge with ports, a stacked link.

The one place that uses pyroute2: these messages are many-shaped and few.
"""

import contextlib
from typing import Any

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

UPLINK, STACK, MIXED = 1, 100, 110
"""Group ids: carries the default route; a bridge and its ports; members that don't all take the same MTU."""


def build_stack(fill: str) -> None:
    """Make the stack; what this kernel can't make is left out. ``fill`` is the kind of the plain members."""
    with IPRoute(ext_ack=True) as ipr:
        ipr.link("set", index=_index(ipr, "lo"), state="up")
        for step in (_uplink, _bridge, _mixed):
            # A kernel without veth or macvlan still has a lab worth looking at.
            with contextlib.suppress(NetlinkError):
                step(ipr, fill)


def _index(ipr: Any, name: str) -> int:
    return int(ipr.link_lookup(ifname=name)[0])


def _veth(ipr: Any, name: str, peer: str, group: int, peer_group: int) -> int:
    ipr.link("add", ifname=name, kind="veth", peer={"ifname": peer})
    for which, tag in ((name, group), (peer, peer_group)):
        ipr.link("set", index=_index(ipr, which), group=tag, state="up")
    return _index(ipr, name)


def _uplink(ipr: Any, fill: str) -> None:
    wan = _veth(ipr, "wan0", "provider0", UPLINK, STACK)
    # RFC 5737: addresses for documentation.
    ipr.addr("add", index=wan, address="192.0.2.2", prefixlen=24)
    ipr.route("add", dst="default", gateway="192.0.2.1")
    ipr.link("set", index=wan, ifalias="the way out of the lab")


def _bridge(ipr: Any, fill: str) -> None:
    ipr.link("add", ifname="br0", kind="bridge")
    bridge = _index(ipr, "br0")
    ipr.link("set", index=bridge, group=STACK, state="up")
    for number in range(2):
        port = _veth(ipr, f"port{number}", f"host{number}", STACK, STACK)
        ipr.link("set", index=port, master=bridge)


def _mixed(ipr: Any, fill: str) -> None:
    left = _veth(ipr, "left0", "right0", MIXED, MIXED)
    ipr.link("set", index=left, ifalias="takes up to 65535 bytes")
    # A macvlan takes no more than its lower link has, whatever its announced limits say.
    ipr.link("add", ifname="macv0", kind="macvlan", link=_index(ipr, "host0"), macvlan_mode="bridge")
    ipr.link("set", index=_index(ipr, "macv0"), group=MIXED, ifalias="takes no more than host0 has")
    for number in range(4):
        ipr.link("add", ifname=f"after{number}", kind=fill)
        ipr.link("set", index=_index(ipr, f"after{number}"), group=MIXED)
