"""Everything that can be set on an interface, a record each: who sets, sends, words, parses or undoes goes by it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from operator import attrgetter
from typing import TypeAlias

from tui.model.group import MAX_IP_GROUP
from tui.model.link import IFF_UP, LEAST_IPV6_MTU, Link
from tui.model.names.map import NameMap, group_title, ip_group, ip_set
from tui.model.text import visible

LEAST_IPV4_MTU = 68
"""Bytes, RFC 791. Below it the kernel ends IPv4 on an interface (inetdev_event, net/ipv4/devinet.c)."""
MAX_MTU = 0x7FFFFFFF
"""Bytes; the kernel takes the MTU for a signed int (dev_validate_mtu)."""

_U32 = 0xFFFFFFFF
_INT = 0x7FFFFFFF  # `ip` takes no more packets (get_integer, iproute2 lib/utils.c)
_LONGEST = 20  # characters of what was typed that an error repeats


class Harm(Enum):
    """What a change of one interface can do beside what it is made for."""

    CUTS_OFF = auto()
    """It can cut off who reaches this machine over the interface."""
    TAKES_DOWN = auto()
    """Routes, permanent neighbours and IPv6 addresses go."""
    ENDS_IPV4 = auto()
    ENDS_IPV6 = auto()
    """The protocol ends on the interface: addresses, routes, settings and all."""


Harms: TypeAlias = frozenset[Harm]
_NONE: Harms = frozenset()
_CUTS_OFF: Harms = frozenset({Harm.CUTS_OFF})


@dataclass(frozen=True, slots=True)
class Number:
    """A 32-bit attribute of a link message."""

    type: int
    """IFLA_*: linux/if_link.h."""


@dataclass(frozen=True, slots=True)
class Bit:
    """A bit of ifi_flags, which goes with a mask of its own; its value is a bool."""

    mask: int
    """IFF_*: linux/if.h."""


Carrier: TypeAlias = Number | Bit
"""How a link message carries a value."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A number that an operator types."""

    noun: str
    """With its article: "an MTU"."""
    unit: str
    least: int
    most: int
    examples: str

    def parse(self, text: str) -> int:
        """Read what was typed. Raises ValueError with one sentence."""
        cleaned = text.strip().replace(",", "").replace("_", "")
        name = self.noun.partition(" ")[2]
        if not (cleaned.isascii() and cleaned.isdigit()):
            shown = text.strip()
            shown = shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
            raise ValueError(
                f"“{visible(shown)}” is no {name}: give {self.unit}, such as {self.examples}."
                if cleaned
                else f"Give {self.noun} in {self.unit}."
            )
        value = int(cleaned) if len(cleaned) < 12 else self.most + 1
        if not self.least <= value <= self.most:
            raise ValueError(f"{self.noun[0].upper()}{self.noun[1:]} is {self.least} to {self.most} {self.unit}.")
        return value


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Attribute:
    """One thing that can be set. A value is a number, of a bit a bool; each of the functions takes it."""

    id: str
    """Stable: part of audit files, of guards' records and of the command line."""
    recorded: str
    """The key in the audit file under which the value stands that was asked for."""
    label: str
    """What people call it."""
    carrier: Carrier
    read: Callable[[Link], int]
    """Return what an interface has."""
    operation: Callable[[int], str]
    """Return what setting it is called in the audit file and the timing panel."""
    ip: Callable[[int, NameMap], str]
    """Return the words of `ip link set`, or a comment (#) that tells why it can't."""
    words: Callable[[int, NameMap], str]
    """Return how it is said: "MTU 9000", "group dmz (10)"."""
    preposition: str = ""
    """What comes before that where it is asked for: "to "."""
    value: Callable[[int, NameMap], str]
    """Return the value alone, "9000"."""
    instead: Callable[[int], str]
    """Return what comes after "now" where something else was wanted: "1400", "in group 9"."""
    typed: Typed | None
    """How its value is typed; None: it is never asked for as a number."""
    by_group: bool
    """Whether one message can set it on a whole group."""
    takes: Callable[[Link, int], bool]
    """Whether the driver's announced limits admit a value; what it has already they do."""
    harm: Callable[[int, int], Harms]
    """Return what it does to go from one value to another."""

    def __repr__(self) -> str:
        """Tell which one it is."""
        return self.id

    def admits(self, value: object) -> bool:
        """Whether a link message can carry ``value``."""
        match self.carrier:
            case Number():
                return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _U32
            case Bit():
                return isinstance(value, bool)


def _up_or_down(value: int, names: NameMap | None = None) -> str:
    return "up" if value else "down"


def _any(link: Link, value: int) -> bool:
    return True


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
    operation=lambda value: "mtu",
    ip=lambda value, names: f"mtu {value}",
    words=lambda value, names: f"MTU {value}",
    value=lambda value, names: str(value),
    instead=str,
    typed=Typed("an MTU", "bytes", 1, MAX_MTU, "1500 or 9000"),
    by_group=True,
    takes=Link.takes_mtu,
    harm=_mtu_harm,
)
GROUP = Attribute(
    id="group",
    recorded="new_group_id",
    label="group",
    carrier=Number(27),  # IFLA_GROUP
    read=attrgetter("group"),
    operation=lambda value: "retag",
    ip=lambda value, names: f"group {ip_group(value, names)}" if value <= MAX_IP_GROUP else ip_set(value, "", names),
    words=lambda value, names: group_title(value, names),
    preposition="to ",
    value=lambda value, names: names.name(value),
    instead=lambda value: f"in group {value}",
    typed=None,
    by_group=False,  # the group of a group message is the one that it selects
    takes=_any,
    harm=lambda now, wanted: _CUTS_OFF if wanted != now else _NONE,
)
UP = Attribute(
    id="up",
    recorded="up",
    label="state",
    carrier=Bit(IFF_UP),
    read=lambda link: link.flags & IFF_UP != 0,
    operation=_up_or_down,
    ip=_up_or_down,
    words=_up_or_down,
    value=_up_or_down,
    instead=_up_or_down,
    typed=None,
    by_group=True,
    takes=_any,
    harm=lambda now, wanted: _CUTS_OFF | {Harm.TAKES_DOWN} if now and not wanted else _NONE,
)
TXQUEUELEN = Attribute(
    id="txqueuelen",
    recorded="txqueuelen",
    label="queue length",
    carrier=Number(13),  # IFLA_TXQLEN
    read=attrgetter("txqlen"),
    operation=lambda value: "txqueuelen",
    ip=lambda value, names: f"txqueuelen {value}",
    words=lambda value, names: f"queue length {value}",
    value=lambda value, names: str(value),
    instead=lambda value: f"queue length {value}",
    typed=Typed("a queue length", "packets", 0, _INT, "500 or 1000"),
    by_group=True,
    takes=_any,
    # A queue without room drops what can't be sent at once: pfifo_fast_enqueue, net/sched/sch_generic.c.
    harm=lambda now, wanted: _CUTS_OFF if wanted == 0 < now else _NONE,
)

ATTRIBUTES = (MTU, GROUP, UP, TXQUEUELEN)
"""All of them, in the order in which they go into a message, a line or a sentence."""
BY_ID = {attribute.id: attribute for attribute in ATTRIBUTES}
