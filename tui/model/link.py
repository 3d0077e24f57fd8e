"""An interface as the kernel describes it."""

from collections.abc import Mapping
from typing import NamedTuple

from tui.model.text import visible

IFF_UP = 0x1
IFF_NOARP = 0x80
IFF_PROMISC = 0x100
"""As somebody asked for it: what a bridge or a capture needs besides isn't told in the flags (dev_get_flags)."""
IFF_ALLMULTI = 0x200
IFF_MULTICAST = 0x1000
LEAST_IPV6_MTU = 1280
"""Bytes; RFC 8200, section 5. Below it the kernel takes IPv6 off an interface (addrconf_notify, net/ipv6/addrconf.c)
and its addresses don't come back."""
_IFF_LOOPBACK = 0x8
NONE = -1
"""What a link has not: its protocol is off."""

# include/uapi/linux/if.h; the order of the bits is the order in which `ip` prints them.
_FLAGS = (
    (0x8, "LOOPBACK"),
    (0x2, "BROADCAST"),
    (0x10, "POINTOPOINT"),
    (0x1000, "MULTICAST"),
    (0x80, "NOARP"),
    (0x200, "ALLMULTI"),
    (0x100, "PROMISC"),
    (0x400, "MASTER"),
    (0x800, "SLAVE"),
    (0x4, "DEBUG"),
    (0x8000, "DYNAMIC"),
    (0x4000, "AUTOMEDIA"),
    (0x2000, "PORTSEL"),
    (0x20, "NOTRAILERS"),
    (0x1, "UP"),
    (0x10000, "LOWER_UP"),
    (0x20000, "DORMANT"),
    (0x40000, "ECHO"),
)
_IFF_RUNNING = 0x40

HARDWARE = "hardware"
"""What an interface without a kind is called."""

# RFC 2863 ifOperStatus, as include/uapi/linux/if.h numbers it.
OPERSTATES = ("UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN", "TESTING", "DORMANT", "UP")

EUI64 = 0
ADDRGENMODES = ("eui64", "none", "stable_secret", "random")
"""IN6_ADDR_GEN_MODE_* (include/uapi/linux/if_link.h) in the words that `ip` uses: how the kernel makes link-local
addresses and those of router advertisements."""

# include/uapi/linux/if_arp.h, in the words that `ip` uses.
LINK_TYPES = {
    1: "ether",
    32: "infiniband",
    280: "can",
    512: "ppp",
    768: "ipip",
    769: "tunnel6",
    772: "loopback",
    776: "sit",
    778: "gre",
    801: "ieee802.11",
    803: "ieee802.11/radiotap",
    823: "gre6",
    824: "netlink",
    65534: "none",
}


class Link(NamedTuple):
    """One interface: an immutable record, equal when nothing that we show differs.

    A named tuple, since 16,384 of them are built and compared at every reconcile: that's C work here.
    """

    ifindex: int
    name: bytes
    """As the kernel holds it: up to 15 bytes, nearly any (see model/text.py)."""
    group: int
    """The group tag, u32; 0 is "default"."""
    flags: int
    """IFF_* bits."""
    operstate: int
    """RFC 2863 operational state, an index into OPERSTATES."""
    mtu: int
    """Bytes."""
    min_mtu: int
    """Bytes; the driver refuses less."""
    max_mtu: int
    """Bytes; the driver refuses more; 0: no limit."""
    txqlen: int
    """Packets."""
    kind: bytes
    """IFLA_INFO_KIND, empty for hardware."""
    master: int
    """ifindex of the master (bridge, bond), 0: none."""
    lower: int
    """IFLA_LINK: ifindex of the lower link or veth peer, 0: none."""
    lower_netnsid: int | None
    """The id of the netns that holds the lower link; None: this one."""
    address: bytes
    """Hardware address."""
    broadcast: bytes
    """Hardware broadcast address."""
    alias: bytes
    """Free text set by an administrator, up to 255 arbitrary bytes."""
    altnames: tuple[bytes, ...]
    arptype: int
    """ARPHRD_*, a key of LINK_TYPES."""
    protodown: int = 0
    """1: a program keeps the carrier down (IFLA_PROTO_DOWN)."""
    gso_max_size: int = 0
    """Bytes of the largest IPv6 packet that TCP hands down to be cut."""
    gso_ipv4_max_size: int = 0
    """Bytes; the same for IPv4."""
    gro_max_size: int = 0
    """Bytes of the largest IPv6 packet that received ones are put together to."""
    gro_ipv4_max_size: int = 0
    """Bytes; the same for IPv4."""
    gso_max_segs: int = 0
    """Packets that one of them may be cut into."""
    tso_max_size: int = 0
    """Bytes; the driver's limit of gso_max_size."""
    tso_max_segs: int = 0
    """Packets; the driver's limit of gso_max_segs."""
    addrgenmode: int = NONE
    """How IPv6 link-local addresses are made (IN6_ADDR_GEN_MODE_*); NONE: there is no IPv6 on it."""
    forwarding: int = NONE
    """1: IPv4 packets that come in here are forwarded; NONE: there is no IPv4 on it."""
    rp_filter: int = NONE
    """Whether the source of an IPv4 packet is checked: 0, 1 strict, 2 loose (RFC 3704); NONE: no IPv4 on it."""
    disable_ipv6: int = 0
    """1: IPv6 is switched off on it, though the kernel keeps settings for it (sysctl)."""

    @property
    def is_up(self) -> bool:
        """Whether it is administratively up."""
        return bool(self.flags & IFF_UP)

    @property
    def has_ipv6(self) -> bool:
        """Whether it has IPv6 addresses and routes while it is up."""
        return self.addrgenmode != NONE and not self.disable_ipv6

    @property
    def is_loopback(self) -> bool:
        """Whether it is `lo`, over which this machine's programs reach each other."""
        return bool(self.flags & _IFF_LOOPBACK)

    @property
    def oper(self) -> str:
        """The operational state as a word, as `ip` prints it."""
        return OPERSTATES[self.operstate] if self.operstate < len(OPERSTATES) else str(self.operstate)

    @property
    def state(self) -> str:
        """The administrative and the operational state in words, such as "up/lowerlayerdown"; "down" if both are."""
        if not self.is_up and self.oper == "DOWN":
            return "down"
        return f"{'up' if self.is_up else 'down'}/{self.oper.lower()}"

    def takes_mtu(self, mtu: int) -> bool:
        """Whether the driver's announced limits admit ``mtu``."""
        return takes_mtu(mtu, self.mtu, self.min_mtu, self.max_mtu)

    def flag_words(self) -> list[str]:
        """Return the flags as `ip` words them (print_link_flags, ip/ipaddress.c), unknown bits in hex."""
        rest = self.flags & ~_IFF_RUNNING
        words = []
        if self.flags & IFF_UP and not self.flags & _IFF_RUNNING:
            words.append("NO-CARRIER")
        for bit, word in _FLAGS:
            if rest & bit:
                words.append(word)
                rest &= ~bit
        if rest:
            words.append(f"{rest:x}")
        return words


def kind_word(kind: bytes) -> str:
    """Return how a kind is called: hardware has none of its own."""
    return visible(kind) or HARDWARE


def link_name(index: int, links: Mapping[int, Link]) -> str:
    """Return the name of the interface with this index; empty for 0."""
    if not index:
        return ""
    return visible(links[index].name) if index in links else f"if{index}"


def flags_as_ip(link: Link, links: Mapping[int, Link]) -> list[str]:
    """Return the flags of one of ``links`` as `ip` prints them.

    That is with a last one, ``M-DOWN``, which the kernel doesn't have: the lower link or veth peer is down. Of one that
    lives in another netns `ip` doesn't know it (print_name_and_link, lib/utils.c).
    """
    lower = links.get(link.lower) if link.lower_netnsid is None else None
    return [*link.flag_words(), *(["M-DOWN"] if lower is not None and not lower.is_up else [])]


def takes_mtu(mtu: int, now: int, least: int, most: int) -> bool:
    """Whether an interface whose MTU is ``now`` takes ``mtu``: dev_validate_mtu, net/core/dev.c. All in bytes.

    The kernel validates a change alone, so an MTU outside of the limits may stay. ``most``: 0: no limit.
    """
    return mtu == now or (mtu >= least and (most == 0 or mtu <= most))
