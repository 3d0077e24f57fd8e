"""Interfaces and groups as JSON: the keys of `list --json`, and of every command that prints either.

What `ip -j -d link` also prints bears its key and form; forwarding and rp_filter those of `ip -j netconf`. Keys are
only added.
"""

from collections.abc import Collection, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from tui.model.change.attributes import ADDRGENMODE, RP_FILTER
from tui.model.group import Group
from tui.model.link import LINK_TYPES, NONE, Link, flags_as_ip, link_name
from tui.model.names.map import NameMap, name_as_ip
from tui.model.text import visible
from tui.model.view.shown import Shown

_SIZES = (
    "gso_max_size",
    "gso_max_segs",
    "tso_max_size",
    "tso_max_segs",
    "gro_max_size",
    "gso_ipv4_max_size",
    "gro_ipv4_max_size",
)
_IP_TUNNELS = (768, 769, 776, 778, 823)  # ARPHRD_*: their hardware address is an IP address


def shown_rows(shown: Shown, wanted: Collection[int] | None = None) -> dict[str, Any]:
    """Return the interfaces with these ifindexes, and their groups; None: all interfaces and all groups."""
    links, groups, names = shown.snapshot.links, shown.groups, shown.names
    indexes = links.keys() if wanted is None else wanted
    group_ids = sorted(groups_of(shown, wanted))
    return {
        "groups": [group_row(groups[group_id], names, group_id in shown.reasons) for group_id in group_ids],
        "interfaces": [link_row(links[index], links, names, shown.protected.get(index)) for index in sorted(indexes)],
    }


def groups_of(shown: Shown, wanted: Collection[int] | None) -> Collection[int]:
    """Return the groups of these interfaces, by id; None: all that there are, those that have but a name too."""
    if wanted is None:
        return shown.groups.keys()
    return {shown.snapshot.links[index].group for index in wanted}


def group_row(group: Group, names: NameMap, protected: bool) -> dict[str, Any]:
    """Return what the list tells of a group; ``protected``: whether any of its members is."""
    mtus = [mtu for mtu, _ in group.mtus]
    return {
        "group_id": group.group_id,
        "group": name_as_ip(group.group_id, names),
        "members": group.members,
        "up": group.up,
        "down": group.down,
        "mtu": group.mtu,
        "mtu_min": min(mtus, default=None),
        "mtu_max": max(mtus, default=None),
        "mtu_deviating": group.deviating,
        "kinds": {visible(kind): count for kind, count in group.kinds},
        "protected": protected,
    }


def link_row(link: Link, links: Mapping[int, Link], names: NameMap, why: str | None) -> dict[str, Any]:
    """Return what the list tells of one of ``links``; ``why``: it is protected, None: it isn't."""
    data: dict[str, Any] = {"ifindex": link.ifindex, "ifname": visible(link.name)}
    if link.lower_netnsid is not None:
        data["link_index"] = link.lower
        data["link_netnsid"] = link.lower_netnsid
    elif link.lower:
        data["link"] = link_name(link.lower, links)
    data |= {
        "flags": flags_as_ip(link, links),
        "mtu": link.mtu,
        "min_mtu": link.min_mtu,
        "max_mtu": link.max_mtu,
        "operstate": link.oper,
        "group_id": link.group,
        "group": name_as_ip(link.group, names),
        "txqlen": link.txqlen,
        "link_type": LINK_TYPES.get(link.arptype, f"[{link.arptype}]"),
        "address": hardware_address(link.address, link.arptype),
    }
    if link.broadcast:
        data["broadcast"] = hardware_address(link.broadcast, link.arptype)
    if link.master:
        data["master"] = link_name(link.master, links)
    if link.kind:
        data["linkinfo"] = {"info_kind": visible(link.kind)}
    if link.alias:
        data["ifalias"] = visible(link.alias)
    data |= {name: getattr(link, name) for name in _SIZES}
    if link.addrgenmode != NONE:
        data["inet6_addr_gen_mode"] = ADDRGENMODE.value(link.addrgenmode, names)
    if link.forwarding != NONE:
        data["forwarding"] = bool(link.forwarding)
    if link.rp_filter != NONE:
        data["rp_filter"] = RP_FILTER.value(link.rp_filter, names)
    if link.protodown:
        data["proto_down"] = True
    if link.altnames:
        data["altnames"] = [visible(name) for name in link.altnames]
    data["protected"] = why
    return data


def hardware_address(address: bytes, arptype: int) -> str:
    """Return a hardware address as `ip` prints it (ll_addr_n2a, iproute2 lib/ll_addr.c)."""
    if arptype in _IP_TUNNELS and len(address) == 4:
        return str(IPv4Address(address))
    if arptype in _IP_TUNNELS and len(address) == 16:
        return str(IPv6Address(address))
    return address.hex(":")
