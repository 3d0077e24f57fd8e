"""What the attributes of link messages are called and hold: linux/if_link.h, linux/netlink.h, rtnetlink(7)."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a table."""

    name: str
    """As the kernel's header names it."""
    form: str = "raw"
    """What it holds: a `struct` letter (a number of that size), "text" (ends with NUL), "address", "group",
    "operstate", "counters" (64 bits each), "nest" (attributes), "raw"."""
    meaning: str = ""
    """One short sentence; empty: the name says it."""
    inside: Mapping[int, "Attribute"] | None = None
    """The attributes of a nest; None: their names aren't known here."""


_COUNTED = """
    rx_packets tx_packets rx_bytes tx_bytes rx_errors tx_errors rx_dropped tx_dropped multicast collisions
    rx_length_errors rx_over_errors rx_crc_errors rx_frame_errors rx_fifo_errors rx_missed_errors
    tx_aborted_errors tx_carrier_errors tx_fifo_errors tx_heartbeat_errors tx_window_errors
    rx_compressed tx_compressed rx_nohandler rx_otherhost_dropped
"""
COUNTERS = tuple(_COUNTED.split())
"""The fields of struct rtnl_link_stats64, in order."""

_INFO = {
    1: Attribute("IFLA_INFO_KIND", "text", "The driver's word for this kind of interface."),
    2: Attribute("IFLA_INFO_DATA", "nest", "Options of this kind; a group change ignores them silently."),
    3: Attribute("IFLA_INFO_XSTATS"),
    4: Attribute("IFLA_INFO_SLAVE_KIND", "text", "The kind of its master."),
    5: Attribute("IFLA_INFO_SLAVE_DATA", "nest", "Options of a port, in its master's terms."),
}
_INET = {1: Attribute("IFLA_INET_CONF", meaning="IPv4 settings, 32 bits each; the first is forwarding.")}
_INET6 = {
    1: Attribute("IFLA_INET6_FLAGS", "I"),
    2: Attribute("IFLA_INET6_CONF", meaning="IPv6 settings, 32 bits each; the first is forwarding."),
    3: Attribute("IFLA_INET6_STATS"),
    4: Attribute("IFLA_INET6_MCAST"),
    5: Attribute("IFLA_INET6_CACHEINFO"),
    6: Attribute("IFLA_INET6_ICMP6STATS"),
    7: Attribute("IFLA_INET6_TOKEN"),
    8: Attribute("IFLA_INET6_ADDR_GEN_MODE", "B", "How link-local addresses are made."),
    9: Attribute("IFLA_INET6_RA_MTU", "I"),
}
_FAMILIES = {
    2: Attribute("AF_INET", "nest", "What IPv4 keeps for this interface.", _INET),
    10: Attribute("AF_INET6", "nest", "What IPv6 keeps for this interface.", _INET6),
}
_ALTNAMES = {53: Attribute("IFLA_ALT_IFNAME", "text", "Another name.")}
_XDP = {2: Attribute("IFLA_XDP_ATTACHED", "B", "0: no XDP program is attached.")}

_NUMBERED = """
    UNSPEC ADDRESS BROADCAST IFNAME MTU LINK QDISC STATS COST PRIORITY MASTER WIRELESS PROTINFO TXQLEN
    MAP WEIGHT OPERSTATE LINKMODE LINKINFO NET_NS_PID IFALIAS NUM_VF VFINFO_LIST STATS64 VF_PORTS
    PORT_SELF AF_SPEC GROUP NET_NS_FD EXT_MASK PROMISCUITY NUM_TX_QUEUES NUM_RX_QUEUES CARRIER
    PHYS_PORT_ID CARRIER_CHANGES PHYS_SWITCH_ID LINK_NETNSID PHYS_PORT_NAME PROTO_DOWN GSO_MAX_SEGS
    GSO_MAX_SIZE PAD XDP EVENT NEW_NETNSID IF_NETNSID CARRIER_UP_COUNT CARRIER_DOWN_COUNT NEW_IFINDEX
    MIN_MTU MAX_MTU PROP_LIST ALT_IFNAME PERM_ADDRESS PROTO_DOWN_REASON PARENT_DEV_NAME
    PARENT_DEV_BUS_NAME GRO_MAX_SIZE TSO_MAX_SIZE TSO_MAX_SEGS ALLMULTI DEVLINK_PORT GSO_IPV4_MAX_SIZE
    GRO_IPV4_MAX_SIZE DPLL_PIN MAX_PACING_OFFLOAD_HORIZON NETNS_IMMUTABLE HEADROOM TAILROOM
"""  # in the order of their numbers, from 0

_KNOWN: dict[str, tuple[str, str]] = {
    "ADDRESS": ("address", "The hardware address."),
    "BROADCAST": ("address", "The hardware address for broadcasts."),
    "IFNAME": ("text", "The name; it always comes first in what the kernel sends."),
    "MTU": ("I", "The largest packet, in bytes."),
    "LINK": ("I", "The index of the lower interface, or of a veth's peer."),
    "QDISC": ("text", "The queueing discipline; no link message can change it."),
    "STATS": ("raw", "The counters cut to 32 bits, for old programs."),
    "MASTER": ("I", "The index of the bridge, bond or VRF that it is a port of."),
    "TXQLEN": ("I", "How many packets may wait to be sent."),
    "MAP": ("raw", "Memory, interrupt and port of old hardware."),
    "OPERSTATE": ("operstate", "The operational state (RFC 2863); up or down by order is in ifi_flags."),
    "LINKMODE": ("B", "1: a program, such as wpa_supplicant, decides on the operational state."),
    "LINKINFO": ("nest", "What its driver is, and its own options."),
    "NET_NS_PID": ("I", "The process whose namespace it is to move to."),
    "IFALIAS": ("text", "Free text by an administrator."),
    "NUM_VF": ("I", "Virtual functions of the card."),
    "VFINFO_LIST": ("nest", ""),
    "STATS64": ("counters", "The counters since it was made."),
    "AF_SPEC": ("nest", "What each address family keeps for it."),
    "GROUP": ("group", "The group that it belongs to."),
    "NET_NS_FD": ("I", "A descriptor of the namespace that it is to move to."),
    "EXT_MASK": ("I", "What to add to the answer or leave out; 8: no statistics of address families."),
    "PROMISCUITY": ("I", "How many have asked it to take every packet."),
    "NUM_TX_QUEUES": ("I", ""),
    "NUM_RX_QUEUES": ("I", ""),
    "CARRIER": ("B", "1: it has a carrier."),
    "CARRIER_CHANGES": ("I", ""),
    "LINK_NETNSID": ("i", "The namespace of the lower interface."),
    "PHYS_PORT_NAME": ("text", ""),
    "PROTO_DOWN": ("B", "1: held down by a protocol's daemon."),
    "GSO_MAX_SEGS": ("I", ""),
    "GSO_MAX_SIZE": ("I", ""),
    "PAD": ("raw", "Empty: it puts the next 64-bit number on an even address."),
    "XDP": ("nest", "XDP programs."),
    "EVENT": ("I", "What brought this notification about."),
    "NEW_NETNSID": ("i", ""),
    "IF_NETNSID": ("i", ""),
    "CARRIER_UP_COUNT": ("I", ""),
    "CARRIER_DOWN_COUNT": ("I", ""),
    "NEW_IFINDEX": ("i", ""),
    "MIN_MTU": ("I", "The driver refuses less (dev_validate_mtu)."),
    "MAX_MTU": ("I", "The driver refuses more; 0: no limit."),
    "PROP_LIST": ("nest", "Its other names."),
    "ALT_IFNAME": ("text", "Another name."),
    "PERM_ADDRESS": ("address", "The hardware address that it was made with."),
    "PARENT_DEV_NAME": ("text", ""),
    "PARENT_DEV_BUS_NAME": ("text", ""),
    "GRO_MAX_SIZE": ("I", ""),
    "TSO_MAX_SIZE": ("I", ""),
    "TSO_MAX_SEGS": ("I", ""),
    "ALLMULTI": ("I", "How many have asked it to take every multicast."),
    "DEVLINK_PORT": ("nest", ""),
    "GSO_IPV4_MAX_SIZE": ("I", ""),
    "GRO_IPV4_MAX_SIZE": ("I", ""),
    "DPLL_PIN": ("nest", ""),
    "NETNS_IMMUTABLE": ("B", "1: it can't move to another namespace."),
    "HEADROOM": ("H", ""),
    "TAILROOM": ("H", ""),
}  # name: form and meaning

_INSIDE: dict[str, Mapping[int, Attribute]] = {
    "LINKINFO": _INFO,
    "AF_SPEC": _FAMILIES,
    "XDP": _XDP,
    "PROP_LIST": _ALTNAMES,
}

LINK: Mapping[int, Attribute] = {
    number: Attribute(f"IFLA_{name}", *_KNOWN.get(name, ("raw", "")), _INSIDE.get(name))
    for number, name in enumerate(_NUMBERED.split())
}
"""IFLA_*, by number."""

ERROR: Mapping[int, Attribute] = {
    1: Attribute("NLMSGERR_ATTR_MSG", "text", "The kernel's own words (NETLINK_EXT_ACK)."),
    2: Attribute("NLMSGERR_ATTR_OFFS", "I", "The byte of our message that it minds."),
    3: Attribute("NLMSGERR_ATTR_COOKIE"),
    4: Attribute("NLMSGERR_ATTR_POLICY", "nest", "What it would have taken."),
    5: Attribute("NLMSGERR_ATTR_MISS_TYPE", "I", "The attribute that it misses."),
    6: Attribute("NLMSGERR_ATTR_MISS_NEST", "I", "Where it misses it."),
}
"""What can follow an error, by number."""
