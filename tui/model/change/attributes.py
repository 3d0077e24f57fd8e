"""Everything that can be set on an interface, a record each: who sets, sends, words, parses or undoes goes by it.

What the kernel would acknowledge and ignore for a whole group isn't among them: see REFUSED.
"""

from collections.abc import Callable
from operator import attrgetter

from tui.model.change.attribute import Attribute, Bit, Harm, Harms, Number, Text
from tui.model.change.entries import AliasEntry, Choice, MasterEntry, Typed, Value
from tui.model.change.shell_word import quote
from tui.model.group import MAX_IP_GROUP
from tui.model.link import (
    ADDRGENMODES,
    IFF_ALLMULTI,
    IFF_MULTICAST,
    IFF_NOARP,
    IFF_PROMISC,
    IFF_UP,
    LEAST_IPV6_MTU,
    NONE,
    Link,
)
from tui.model.names.map import NameMap, group_title, ip_group, ip_set
from tui.model.text import visible

LEAST_IPV4_MTU = 68
"""Bytes, RFC 791. Below it the kernel ends IPv4 on an interface (inetdev_event, net/ipv4/devinet.c)."""
MAX_MTU = 0x7FFFFFFF
"""Bytes; the kernel takes the MTU for a signed int (dev_validate_mtu)."""

_INT = 0x7FFFFFFF  # `ip` takes no more packets (get_integer, iproute2 lib/utils.c)
_GRO_MOST = 8 * 65535  # GRO_MAX_SIZE, linux/netdevice.h: the kernel refuses more whatever the driver says
_NONE: Harms = frozenset()
_CUTS_OFF: Harms = frozenset({Harm.CUTS_OFF})
_LEAVES: Harms = frozenset({Harm.LEAVES})


def _up_or_down(value: Value, names: NameMap | None = None) -> str:
    return "up" if value else "down"


def _mtu_harm(now: int, wanted: int) -> Harms:
    if wanted >= now:
        return _NONE
    ends = ((LEAST_IPV4_MTU, Harm.ENDS_IPV4), (LEAST_IPV6_MTU, Harm.ENDS_IPV6))
    return _CUTS_OFF.union(harm for least, harm in ends if wanted < least <= now)


MTU = Attribute(
    id="mtu",
    recorded="mtu",
    label="MTU",
    carrier=Number(4),  # IFLA_MTU
    read=attrgetter("mtu"),
    fields=("mtu", "min_mtu", "max_mtu"),
    operation=lambda value: "mtu",
    ip=lambda value, names: f"mtu {value}",
    words=lambda value, names: f"MTU {value}",
    value=lambda value, names: str(value),
    instead=str,
    typed=Typed("an MTU", "bytes", 1, MAX_MTU, "1500 or 9000"),
    takes=Link.takes_mtu,
    limits=lambda link: f"takes {link.min_mtu}…{link.max_mtu or 'no limit'}",
    harm=_mtu_harm,
    walks=lambda link, value: 1.5,
)
GROUP = Attribute(
    id="group",
    recorded="new_group_id",
    label="group",
    carrier=Number(27),  # IFLA_GROUP
    read=attrgetter("group"),
    fields=("group",),
    operation=lambda value: "retag",
    ip=lambda value, names: f"group {ip_group(value, names)}" if value <= MAX_IP_GROUP else ip_set(value, "", names),
    words=lambda value, names: group_title(value, names),
    preposition="to ",
    value=lambda value, names: names.name(value),
    instead=lambda value: f"in group {value}",
    typed=None,
    by_group=False,  # the group of a group message is the one that it selects
    harm=lambda now, wanted: _CUTS_OFF if wanted != now else _NONE,
    stirs=True,
)
UP = Attribute(
    id="up",
    recorded="up",
    label="state",
    carrier=Bit(IFF_UP),
    read=lambda link: link.flags & IFF_UP != 0,
    fields=("flags",),
    operation=_up_or_down,
    ip=_up_or_down,
    words=_up_or_down,
    value=_up_or_down,
    instead=_up_or_down,
    typed=None,
    bare={"up": True, "down": False},
    harm=lambda now, wanted: _CUTS_OFF | {Harm.TAKES_DOWN} if now and not wanted else _NONE,
    walks=lambda link, value: 2.0 if value else 3.0,
)
TXQUEUELEN = Attribute(
    id="txqueuelen",
    recorded="txqueuelen",
    label="queue length",
    carrier=Number(13),  # IFLA_TXQLEN
    read=attrgetter("txqlen"),
    fields=("txqlen",),
    operation=lambda value: "txqueuelen",
    ip=lambda value, names: f"txqueuelen {value}",
    words=lambda value, names: f"queue length {value}",
    value=lambda value, names: str(value),
    instead=lambda value: f"queue length {value}",
    typed=Typed("a queue length", "packets", 0, _INT, "500 or 1000"),
    # A queue without room drops what can't be sent at once: pfifo_fast_enqueue, net/sched/sch_generic.c.
    harm=lambda now, wanted: _CUTS_OFF if wanted == 0 < now else _NONE,
)


def _on_or_off(value: Value, names: NameMap | None = None) -> str:
    return "on" if value else "off"


_SWITCH = Choice({"on": True, "off": False})


def _switch(
    name: str,
    bit: Bit,
    harm: Callable[[Value, Value], Harms] = lambda now, wanted: _NONE,
    walks: Callable[[Link, Value], float] = lambda link, value: 0.0,
) -> Attribute:
    """Return a switch that is a flag of the interface."""
    return Attribute(
        id=name,
        label=name,
        carrier=bit,
        read=lambda link: (link.flags & bit.mask != 0) != bit.inverted,
        fields=("flags",),
        operation=lambda value: name,
        ip=lambda value, names: f"{name} {_on_or_off(value)}",
        words=lambda value, names: f"{name} {_on_or_off(value)}",
        value=_on_or_off,
        instead=lambda value: f"{name} {_on_or_off(value)}",
        typed=_SWITCH,
        harm=harm,
        walks=walks,
    )


def _arp_harm(now: Value, wanted: Value) -> Harms:
    # Both ways the kernel forgets all neighbours, permanent ones too: arp_netdev_event (net/ipv4/arp.c) and
    # ndisc_netdev_event (net/ipv6/ndisc.c), by neigh_changeaddr.
    return (_NONE if now == wanted else frozenset({Harm.FORGETS})) | _lost(now, wanted)


def _lost(now: Value, wanted: Value) -> Harms:
    """What is switched off can cut off."""
    return _CUTS_OFF if now and not wanted else _NONE


def _told(link: Link, value: Value) -> float:
    """The kernel tells of other flags than UP, promisc and allmulticast if the interface is UP: __dev_notify_flags."""
    return float(link.is_up)


PROMISC = _switch("promisc", Bit(IFF_PROMISC))
ALLMULTICAST = _switch("allmulticast", Bit(IFF_ALLMULTI))
# Neighbours, IPv4's by ARP and IPv6's by multicast, are found no more.
ARP = _switch("arp", Bit(IFF_NOARP, inverted=True), _arp_harm, _told)
MULTICAST = _switch("multicast", Bit(IFF_MULTICAST), _lost, _told)


def _sized(name: str, type_: int, typed: Typed, most: str = "", along: Attribute | None = None) -> Attribute:
    """Return a size that has a field of its name; ``most``: the field with the driver's limit, if it has one."""
    read = attrgetter(name)
    limit = attrgetter(most) if most else lambda link: typed.most
    return Attribute(
        id=name,
        label=name,
        carrier=Number(type_),
        read=read,
        fields=(name, most) if most else (name,),
        operation=lambda value: name,
        ip=lambda value, names: f"{name} {value}",
        words=lambda value, names: f"{name} {value}",
        value=lambda value, names: str(value),
        instead=lambda value: f"{name} {value}",
        typed=typed,
        takes=lambda link, value: value == read(link) or value <= limit(link),
        limits=lambda link: f"takes up to {limit(link)}",
        along=along,
    )


# Below this TCP's head leaves no room for data: sk_setup_caps (net/core/sock.c) subtracts it unchecked.
_LEAST_SIZE = 512
_GSO = Typed("a size", "bytes", _LEAST_SIZE, _GRO_MOST, "16384 or 65536")
GSO_IPV4_MAX_SIZE = _sized("gso_ipv4_max_size", 63, _GSO, "tso_max_size")
# Up to 65536 the kernel sets the size for IPv4 to the same: netif_set_gso_max_size, net/core/dev.c.
GSO_MAX_SIZE = _sized("gso_max_size", 41, _GSO, "tso_max_size", GSO_IPV4_MAX_SIZE)
GRO_IPV4_MAX_SIZE = _sized("gro_ipv4_max_size", 64, _GSO)
GRO_MAX_SIZE = _sized("gro_max_size", 58, _GSO, along=GRO_IPV4_MAX_SIZE)
GSO_MAX_SEGS = _sized(
    "gso_max_segs", 40, Typed("a number of segments", "packets", 1, 65535, "64 or 65535"), "tso_max_segs"
)


def _ip_alias(value: Value, names: NameMap) -> str:
    try:
        return f"alias {quote(value)}"
    except ValueError:
        return "# ip can't be given this alias: it ends with a newline"


ALIAS = Attribute(
    id="alias",
    label="alias",
    carrier=Text(20, 255),  # IFLA_IFALIAS, IFALIASZ - 1
    read=attrgetter("alias"),
    fields=("alias",),
    operation=lambda value: "alias",
    ip=_ip_alias,
    words=lambda value, names: f"alias “{visible(value)}”" if value else "no alias",
    value=lambda value, names: f"“{visible(value)}”" if value else "none",
    instead=lambda value: f"alias “{visible(value)}”" if value else "without an alias",
    typed=AliasEntry(),
    stirs=True,
)


def _ip_master(value: Value, names: NameMap) -> str:
    return f"master {quote(names.device(value))}" if value else "nomaster"


MASTER = Attribute(
    id="master",
    label="master",
    carrier=Number(10),  # IFLA_MASTER
    read=attrgetter("master"),
    fields=("ifindex", "master", "flags"),
    operation=lambda value: "master",
    ip=_ip_master,
    words=lambda value, names: f"master {visible(names.device(value))}" if value else "no master",
    value=lambda value, names: visible(names.device(value)) if value else "none",
    instead=lambda value: f"a port of index {value}" if value else "without a master",
    typed=MasterEntry(),
    bare={"nomaster": 0},
    takes=lambda link, value: value == link.master or not (link.is_loopback or value == link.ifindex),
    limits=lambda link: "can't be a port" if link.is_loopback else "can't be its own master",
    harm=lambda now, wanted: (_CUTS_OFF | _LEAVES if now else _CUTS_OFF) if now != wanted else _NONE,
    midway=frozenset(
        {0}
    ),  # a port leaves its old master before the new one is asked: do_set_master, net/core/rtnetlink.c
)
_PROTODOWN_KINDS = frozenset({b"macvlan", b"vxlan", b""})  # of hardware the driver alone knows
PROTODOWN = Attribute(
    id="protodown",
    label="protodown",
    carrier=Number(39, size=1),  # IFLA_PROTO_DOWN
    read=attrgetter("protodown"),
    fields=("protodown", "kind", "flags"),
    operation=lambda value: "protodown",
    ip=lambda value, names: f"protodown {_on_or_off(value)}",
    words=lambda value, names: f"protodown {_on_or_off(value)}",
    value=_on_or_off,
    instead=lambda value: f"protodown {_on_or_off(value)}",
    typed=Choice({"on": 1, "off": 0}),
    takes=lambda link, value: value == link.protodown or (link.kind in _PROTODOWN_KINDS and not link.is_loopback),
    limits=lambda link: f"{visible(link.kind) or 'loopback'} has none",
    harm=lambda now, wanted: _CUTS_OFF if wanted and not now else _NONE,
    stirs=True,
)

_IFLA_AF_SPEC, _IFLA_INET_CONF, _IFLA_INET6_ADDR_GEN_MODE = 26, 1, 8  # linux/if_link.h
_AF_INET, _AF_INET6 = 2, 10  # linux/socket.h


def _of_protocol(
    name: str,
    carrier: Number,
    typed: Choice,
    protocol: str,
    ip: Callable[[Value, NameMap], str],
    harm: Callable[[Value, Value], Harms] = lambda now, wanted: _NONE,
) -> Attribute:
    """Return what ``protocol`` keeps of an interface as long as it is on there."""
    read = attrgetter(name)
    called = {value: word for word, value in typed.words.items()} | {NONE: "none"}

    def word(value: Value, names: NameMap | None = None) -> str:
        return called.get(value, str(value))

    return Attribute(
        id=name,
        label=name,
        carrier=carrier,
        read=read,
        fields=(name,),
        operation=lambda value: name,
        ip=ip,
        words=lambda value, names: f"{name} {word(value)}",
        value=word,
        instead=lambda value: f"{name} {word(value)}",
        typed=typed,
        takes=lambda link, value: read(link) != NONE,
        limits=lambda link: f"has no {protocol}",
        harm=harm,
        stirs=True,
    )


def _sysctl(name: str) -> Callable[[Value, NameMap], str]:
    return lambda value, names: (
        f"# ip can't set {name}; for one interface: sysctl -w net.ipv4.conf.NAME.{name}={value} (. in a name: /)"
    )


ADDRGENMODE = _of_protocol(
    "addrgenmode",
    Number(_IFLA_INET6_ADDR_GEN_MODE, size=1, within=(_IFLA_AF_SPEC, _AF_INET6)),
    Choice({word: value for value, word in enumerate(ADDRGENMODES)}),
    "IPv6",
    lambda value, names: f"addrgenmode {ADDRGENMODES[value] if 0 <= value < len(ADDRGENMODES) else value}",
)
_CONF = (_IFLA_AF_SPEC, _AF_INET, _IFLA_INET_CONF)
# linux/ip.h: IPV4_DEVCONF_*.
FORWARDING = _of_protocol(
    "forwarding", Number(1, within=_CONF), Choice({"on": 1, "off": 0}), "IPv4", _sysctl("forwarding")
)
RP_FILTER = _of_protocol(
    "rp_filter",
    Number(8, within=_CONF),
    Choice({"off": 0, "strict": 1, "loose": 2}),
    "IPv4",
    _sysctl("rp_filter"),
    lambda now, wanted: _CUTS_OFF if wanted and wanted != now else _NONE,
)

ATTRIBUTES = (
    MTU,
    GROUP,
    ALIAS,
    UP,
    PROMISC,
    ALLMULTICAST,
    ARP,
    MULTICAST,
    MASTER,
    TXQUEUELEN,
    GSO_MAX_SIZE,
    GSO_MAX_SEGS,
    GRO_MAX_SIZE,
    GSO_IPV4_MAX_SIZE,
    GRO_IPV4_MAX_SIZE,
    ADDRGENMODE,
    FORWARDING,
    RP_FILTER,
    PROTODOWN,
)
"""All of them, in the order in which the kernel sets them on an interface (do_setlink, net/core/rtnetlink.c); so they
go into a message, a line or a sentence."""
OF_THE_LINK_ALONE = (
    GSO_MAX_SIZE,
    GSO_IPV4_MAX_SIZE,
    GSO_MAX_SEGS,
    GRO_MAX_SIZE,
    GRO_IPV4_MAX_SIZE,
    PROTODOWN,
    ADDRGENMODE,
    FORWARDING,
    RP_FILTER,
)
"""Those that have a field of their own in a Link and no word of their own where it is described."""
BY_ID = {attribute.id: attribute for attribute in ATTRIBUTES}
REFUSED = {
    **dict.fromkeys(
        ("numtxqueues", "numrxqueues", "qdisc", "link", "altname", "type"),
        "the kernel ACKs it for a group and does nothing",
    ),
    "operstate": "the kernel ignores it on interfaces that are down",
    "carrier": "no driver takes it (EOPNOTSUPP)",
    "address": "one message would give every member the same MAC",
    "broadcast": "it would be the same for every member",
    "name": "it can't be the same for several interfaces; `ip link set dev NAME name NEW` renames one",
    "netns": "`ifgroup move` does that",
    "group": "`ifgroup retag` does that",
    "token": "it would be the same for every member",
}
"""What people may ask for and can't have here, and why: words of `ip link set`, each with a clause."""
