"""What is to be measured: one order, as the panel or the command line gives it and the measuring process takes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.model.link import LEAST_IPV6_MTU
from tui.timing.ways.ways import WAYS

OPERATIONS = ("mtu", "up", "down", "txqueuelen")
STATES = ("down", "up", "mixed")
DEFAULT_LINKS = (128, 256, 512, 1024, 2048)
"""The sizes of the paper's Table I."""
MOST_LINKS = 65536
AUTO = "auto"
"""The kind that stands for the cheapest which this kernel makes."""

_MTU_STEP = 100  # bytes between the two values
_QUEUES = (500, 1000)  # packets
_MTUS = (1400, 1500)
_MOST_REPEATS = 1000


@dataclass(frozen=True, slots=True)
class BenchOrder:
    """What is to be measured. Raises ValueError, one sentence, for what can't be."""

    links: tuple[int, ...] = DEFAULT_LINKS
    """How many interfaces, ascending: one measurement of every way for each."""
    ways: tuple[str, ...] = tuple(WAYS)
    """Ids of ways (WAYS)."""
    operation: str = "mtu"
    """One of OPERATIONS."""
    state: str = "down"
    """One of STATES: how the interfaces are before each run."""
    kinds: tuple[tuple[str, int], ...] = ((AUTO, 1),)
    """What the interfaces are made of, and in which proportion."""
    up_share: float = 0.0
    """The share of interfaces that are up in the state "mixed", 0 to 1."""
    values: tuple[int, int] = _MTUS
    """Bytes (MTU) or packets (queue length) between which the runs alternate."""
    repeats: int = 5
    """Counted runs of each way at each size."""
    budget: float = 20.0
    """Seconds that one way may take at one size; past it come fewer repeats, then an estimate."""
    sysfs: bool = True
    """Whether sysfs is mounted in the sandbox."""

    def __post_init__(self) -> None:
        """Check everything at once: from here on an order is sound."""
        if not self.links or list(self.links) != sorted(set(self.links)):
            raise ValueError("The numbers of interfaces must ascend, each once.")
        if not all(1 <= links <= MOST_LINKS for links in self.links):
            raise ValueError(f"Between 1 and {MOST_LINKS:,} interfaces can be measured.")
        if unknown := [way for way in self.ways if way not in WAYS]:
            raise ValueError(f"There is no way {unknown[0]!r}; there are {', '.join(WAYS)}.")
        if not self.ways or len(set(self.ways)) != len(self.ways):
            raise ValueError("Name at least one way, and each once.")
        if self.operation not in OPERATIONS or self.state not in STATES:
            raise ValueError(f"There is no operation {self.operation!r} on interfaces that are {self.state!r}.")
        if self.operation in ("up", "down") and self.state != needed_state(self.operation):
            raise ValueError(
                f"Bringing interfaces {self.operation} is measured on ones that are {needed_state(self.operation)} "
                f"before, not {self.state}."
            )
        if not self.kinds or not all(count > 0 for _, count in self.kinds):
            raise ValueError("Name at least one kind, and how many there are of each.")
        if self.values[0] == self.values[1] or min(self.values) < self.least_value:
            raise ValueError(f"The two values must differ and be at least {self.least_value}.")
        if not 1 <= self.repeats <= _MOST_REPEATS or not self.budget > 0 or not 0 <= self.up_share <= 1:
            raise ValueError(f"Repeat 1 to {_MOST_REPEATS} times, within a budget of more than 0 seconds.")

    @property
    def least_value(self) -> int:
        """The least value that the runs may set."""
        # Below it the kernel has IPv6 to take off, which is other work.
        return LEAST_IPV6_MTU if self.operation == "mtu" else 0

    @property
    def described(self) -> str:
        """What one run does, in a few words."""
        low, high = self.values
        return {
            "mtu": f"MTU {low} ↔ {high} bytes",
            "txqueuelen": f"queue length {low} ↔ {high} packets",
        }.get(self.operation, f"bring {self.operation}")


def needed_state(operation: str) -> str:
    """Return the state that interfaces must be in for ``operation``, or have where any will do."""
    return "up" if operation == "down" else "down"


def default_values(operation: str, mtu: int = 0) -> tuple[int, int]:
    """Return the two values that runs alternate between; ``mtu``: the bytes that the group has now, if it matters."""
    if operation != "mtu":
        return _QUEUES
    return (mtu - _MTU_STEP, mtu) if mtu >= LEAST_IPV6_MTU + _MTU_STEP else _MTUS


def order_for_group(kinds: Mapping[str, int], up: int, mtu: int, operation: str, **rest: Any) -> BenchOrder:
    """Return the order that copies a group: its size, its kinds, its up/down mix, its MTU in bytes.

    ``kinds``: members by kind; ``up``: members that are up. ``rest``: other fields of BenchOrder. Raises ValueError.
    """
    size = sum(kinds.values())
    if operation in ("up", "down"):
        state = needed_state(operation)
    else:
        state = "down" if up == 0 else "up" if up >= size else "mixed"
    return BenchOrder(
        links=(size,),
        operation=operation,
        state=state,
        kinds=tuple(kinds.items()),
        up_share=up / size if size else 0.0,
        values=default_values(operation, mtu),
        **rest,
    )
