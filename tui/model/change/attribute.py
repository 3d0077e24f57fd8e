"""What is known of a thing that can be set: how a message carries it, how it is typed, said, read and what it harms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TypeAlias

from tui.model.change.entries import Entry, Value
from tui.model.link import Link
from tui.model.names.map import NameMap
from tui.model.text import bytes_of, visible

_U32 = 0xFFFFFFFF


class Harm(Enum):
    """What a change of one interface can do beside what it is made for."""

    CUTS_OFF = auto()
    """It can cut off who reaches this machine over the interface."""
    TAKES_DOWN = auto()
    """Routes, permanent neighbours and IPv6 addresses go."""
    ENDS_IPV4 = auto()
    ENDS_IPV6 = auto()
    """The protocol ends on the interface: addresses, routes, settings and all."""
    FORGETS = auto()
    """Permanent neighbours go, IPv4's and IPv6's, if it is UP."""
    LEAVES = auto()
    """It leaves its master: all that was set on it as a port goes."""


Harms: TypeAlias = frozenset[Harm]


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number in an attribute of a link message."""

    type: int
    """IFLA_*: linux/if_link.h."""
    size: int = 4
    """Bytes: 4 or 1."""
    within: tuple[int, ...] = ()
    """The attributes that it stands in, the outermost first."""


@dataclass(frozen=True, slots=True)
class Bit:
    """A bit of ifi_flags, which goes with a mask of its own; its value is a bool."""

    mask: int
    """IFF_*: linux/if.h."""
    inverted: bool = False
    """Whether the kernel's bit means that it is off."""


@dataclass(frozen=True, slots=True)
class Text:
    """Bytes of an attribute."""

    type: int
    """IFLA_*."""
    longest: int
    """Bytes that the kernel takes."""


Carrier: TypeAlias = Number | Bit | Text
"""How a link message carries a value."""


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Attribute:
    """One thing that can be set; each of the functions takes a value of its."""

    id: str
    """Stable: part of audit files, of guards' records and of the command line."""
    recorded: str = ""
    """A key of its own in the audit file, of those that had one before "settings" was recorded."""
    label: str
    """What people call it."""
    carrier: Carrier
    read: Callable[[Link], Value]
    """Return what an interface has."""
    fields: tuple[str, ...]
    """The fields of a Link that `read`, `takes` and `limits` go by."""
    operation: Callable[[Value], str]
    """Return what setting it is called in the audit file and the timing panel."""
    ip: Callable[[Value, NameMap], str]
    """Return the words of `ip link set`, or a comment (#) that tells why it can't."""
    words: Callable[[Value, NameMap], str]
    """Return how it is said: "MTU 9000", "group dmz (10)"."""
    preposition: str = ""
    """What comes before that where it is asked for: "to "."""
    value: Callable[[Value, NameMap], str]
    """Return the value alone, "9000"."""
    instead: Callable[[Value], str]
    """Return what comes after "now" where something else was wanted: "1400", "in group 9"."""
    typed: Entry | None
    """How its value is typed; None: it is never asked for."""
    bare: Mapping[str, Value] = field(default_factory=dict)
    """Words that set it without a value: "up", "nomaster"."""
    by_group: bool = True
    """Whether one message can set it on a whole group."""
    takes: Callable[[Link, Value], bool] = lambda link, value: True
    """Whether what the driver announced admits a value; what it has already it does."""
    limits: Callable[[Link], str] = lambda link: ""
    """Return what it takes where it doesn't take all, a clause: "takes 68…9000"."""
    harm: Callable[[Value, Value], Harms] = lambda now, wanted: frozenset()
    """Return what it does to go from one value to another."""
    midway: frozenset[Value] = frozenset()
    """Values that it can be left at where the kernel refuses the one that is wanted."""
    walks: Callable[[Link, Value], float] = lambda link, value: 0.0
    """Return how often the kernel walks over its IPv6 FIB to change an interface with IPv6 (model/change/busy.py)."""
    stirs: bool = False
    """Whether setting it, even to what it is, counts as a change of state of an interface that is UP, for which the
    kernel walks once more, however many of these there are (do_setlink, DO_SETLINK_NOTIFY, net/core/rtnetlink.c)."""
    along: "Attribute | None" = None
    """What the kernel may set along with it: to take one back is to take both back."""

    def __repr__(self) -> str:
        """Tell which one it is."""
        return self.id

    def recorded_as(self, value: Value) -> object:
        """Return a value as records and JSON hold it."""
        return visible(value) if isinstance(value, bytes) else value

    def of_record(self, recorded: object) -> Value:
        """Return the value of what `recorded_as` made of it. Raises ValueError for what is none."""
        value: Value = recorded
        if isinstance(self.carrier, Text) and isinstance(recorded, str):
            value = bytes_of(recorded)
        if not self.admits(value):
            raise ValueError("This is no value of it.")
        return value

    def admits(self, value: object) -> bool:
        """Whether a link message can carry ``value``."""
        match self.carrier:
            case Number(size=size):
                most = _U32 if size == 4 else 0xFF
                return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
            case Bit():
                return isinstance(value, bool)
            case Text(longest=longest):
                return isinstance(value, bytes) and len(value) <= longest and b"\0" not in value
