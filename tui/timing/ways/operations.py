"""What can be measured, and what the ways that don't speak netlink need to know of it: a record each."""

from dataclasses import dataclass

from tui.model.change.attribute import Attribute, Bit
from tui.model.change.attributes import MTU, TXQUEUELEN, UP
from tui.model.change.entries import Typed
from tui.model.link import LEAST_IPV6_MTU


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Setting one attribute, again and again."""

    id: str
    """Stable: part of the command line and of reports."""
    key: str
    """By which the panel asks for it."""
    attribute: Attribute
    values: tuple[int, int]
    """Between which the runs alternate, in the attribute's unit; if it is `one_way`: before and after, 1 is up."""
    least: int = 0
    """The least value that the runs may set."""
    step: int = 0
    """How much less than a group has one of its values is; 0: they don't go by the group."""
    quiet: float
    """Seconds without a notification after which none is expected."""
    ioctl: int
    """The ioctl(2) that sets it: linux/sockios.h."""
    sysfs: str
    """Its file below /sys/class/net/NAME."""
    library: str
    """pyroute2's keyword."""

    @property
    def one_way(self) -> bool:
        """Whether the way back is other work, which isn't measured along with it."""
        return isinstance(self.attribute.carrier, Bit)

    @property
    def label(self) -> str:
        """What people call it."""
        return self.id if self.one_way else self.attribute.label

    def described(self, values: tuple[int, int]) -> str:
        """Return what one run does, in a few words."""
        if not isinstance(self.attribute.typed, Typed):
            return f"bring {self.id}"
        low, high = values
        return f"{self.label} {low} ↔ {high} {self.attribute.typed.unit}"


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
        ioctl=0x8914,  # SIOCSIFFLAGS
        sysfs="flags",
        library="state",
    ),
    Operation(
        id="down",
        key="d",
        attribute=UP,
        values=(1, 0),
        quiet=1.1,
        ioctl=0x8914,
        sysfs="flags",
        library="state",
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
)
OPERATIONS: dict[str, Operation] = {operation.id: operation for operation in _ALL}
"""All of them by id, in the order in which they are shown."""
