"""What can be measured, and what the ways that don't speak netlink need to know of it: a record each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.model.change.attribute import Attribute, Carrier
from tui.model.change.attributes import MTU, PROMISC, TXQUEUELEN, UP
from tui.model.change.entries import Typed
from tui.model.link import LEAST_IPV6_MTU


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Setting one attribute, or deleting, again and again."""

    id: str
    """Stable: part of the command line and of reports."""
    key: str
    """By which the panel asks for it."""
    attribute: Attribute | None
    """What is set; None: the interfaces are deleted."""
    values: tuple[int, int]
    """Between which the runs alternate, in the attribute's unit; if it is `one_way`: before and after, 1 is up."""
    least: int = 0
    """The least value that the runs may set."""
    step: int = 0
    """How much less than a group has one of its values is; 0: they don't go by the group."""
    quiet: float
    """Seconds without a notification after which none is expected."""
    ioctl: int = 0
    """The ioctl(2) that sets it: linux/sockios.h."""
    sysfs: str = ""
    """Its file below /sys/class/net/NAME."""
    library: str = ""
    """pyroute2's keyword; flags have one in common."""
    cant: Mapping[str, str] = field(default_factory=dict)
    """The ways that can't do it, each with the reason, a clause."""
    caution: str = ""
    """What it does beside its work, one sentence."""
    budget: float = 20.0
    """Seconds that one way should take at one size, unless somebody asks for more."""
    alone: float = 0.0
    """Seconds that each interface takes the kernel more by itself than with its group, on some machine."""

    @property
    def carrier(self) -> Carrier | None:
        """How a message carries the value; None: it has none."""
        return None if self.attribute is None else self.attribute.carrier

    @property
    def deletes(self) -> bool:
        """Whether it is the interfaces themselves that go."""
        return self.attribute is None

    @property
    def one_way(self) -> bool:
        """Whether the way back is other work, which isn't measured along with it."""
        return self.attribute is None or self.attribute is UP

    @property
    def label(self) -> str:
        """What people call it."""
        return self.id if self.attribute is None or self.one_way else self.attribute.label

    def described(self, values: tuple[int, int]) -> str:
        """Return what one run does, in a few words."""
        if self.attribute is None:
            return self.id
        if self.one_way:
            return f"bring {self.id}"
        low, high = values
        if isinstance(self.attribute.typed, Typed):
            return f"{self.label} {low} ↔ {high} {self.attribute.typed.unit}"
        return f"{self.label} on ↔ off"


_SIOCSIFFLAGS = 0x8914

_ALL = (
    Operation(
        id="mtu",
        key="m",
        attribute=MTU,
        values=(1400, 1500),
        least=LEAST_IPV6_MTU,  # below it the kernel has IPv6 to take off, which is other work
        step=100,
        quiet=0.1,
        ioctl=0x8922,  # SIOCSIFMTU
        sysfs="mtu",
        library="mtu",
    ),
    # Linkwatch tells of a carrier up to a second later.
    Operation(
        id="up",
        key="u",
        attribute=UP,
        values=(0, 1),
        quiet=1.1,
        ioctl=_SIOCSIFFLAGS,
        sysfs="flags",
    ),
    Operation(
        id="down",
        key="d",
        attribute=UP,
        values=(1, 0),
        quiet=1.1,
        ioctl=_SIOCSIFFLAGS,
        sysfs="flags",
    ),
    Operation(
        id="txqueuelen",
        key="q",
        attribute=TXQUEUELEN,
        values=(500, 1000),
        quiet=0.1,
        ioctl=0x8943,  # SIOCSIFTXQLEN
        sysfs="tx_queue_len",
        library="txqlen",
    ),
    Operation(
        id="promisc",
        key="p",
        attribute=PROMISC,
        values=(0, 1),
        quiet=0.1,
        ioctl=_SIOCSIFFLAGS,
        sysfs="flags",
        # __dev_set_promiscuity, net/core/dev.c
        caution="The kernel writes a line to its log for each interface that becomes promiscuous or ceases to be; the "
        "times include that.",
    ),
    Operation(
        id="delete",
        key="x",
        attribute=None,
        values=(1, 0),
        quiet=0.1,
        cant={
            "ioctl": "No ioctl deletes an interface of any kind.",
            "sysfs": "No file in sysfs deletes an interface.",
        },
        caution="Before each run the interfaces are made anew, which isn't timed.",
        budget=5.0,
        alone=0.018,  # unregister_netdevice_queue: it waits until nobody uses the interface any more
    ),
)
OPERATIONS: dict[str, Operation] = {operation.id: operation for operation in _ALL}
"""All of them by id, in the order in which they are shown."""
