"""What is to be measured: one order, as the panel or the command line gives it and the measuring process takes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.model.change.attributes import UP
from tui.timing.ways.operations import OPERATIONS, Operation
from tui.timing.ways.ways import WAYS

STATES = ("down", "up", "mixed")
DEFAULT_LINKS = (128, 256, 512, 1024, 2048)
"""The sizes of the paper's Table I."""
MOST_LINKS = 65536
AUTO = "auto"
"""The kind that stands for the cheapest which this kernel makes."""

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
    values: tuple[int, int] = OPERATIONS["mtu"].values
    """Between which the runs alternate, unless it is up or down that is measured."""
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
        if self.work.attribute is UP and self.state != needed_state(self.operation):
            raise ValueError(
                f"Bringing interfaces {self.operation} is measured on ones that are {needed_state(self.operation)} "
                f"before, not {self.state}."
            )
        if not self.kinds or not all(count > 0 for _, count in self.kinds):
            raise ValueError("Name at least one kind, and how many there are of each.")
        if self.values[0] == self.values[1] or min(self.values) < self.work.least:
            raise ValueError(f"The two values must differ and be at least {self.work.least}.")
        if not 1 <= self.repeats <= _MOST_REPEATS or not self.budget > 0 or not 0 <= self.up_share <= 1:
            raise ValueError(f"Repeat 1 to {_MOST_REPEATS} times, within a budget of more than 0 seconds.")

    @property
    def work(self) -> Operation:
        """The operation itself."""
        return OPERATIONS[self.operation]

    @property
    def described(self) -> str:
        """What one run does, in a few words."""
        return self.work.described(self.values)


def needed_state(operation: str) -> str:
    """Return the state that interfaces must be in for ``operation``, or have where any will do."""
    work = OPERATIONS[operation]
    return "up" if work.attribute is UP and work.values[0] else "down"


def default_values(operation: str, now: int = 0) -> tuple[int, int]:
    """Return the two values that runs alternate between; ``now``: what the group has, if it matters."""
    work = OPERATIONS[operation]
    return (now - work.step, now) if work.step and now >= work.least + work.step else work.values


def order_for_group(kinds: Mapping[str, int], up: int, mtu: int, operation: str, **rest: Any) -> BenchOrder:
    """Return the order that copies a group: its size, its kinds, its up/down mix, its MTU in bytes.

    ``kinds``: members by kind; ``up``: members that are up. ``rest``: other fields of BenchOrder. Raises ValueError.
    """
    size = sum(kinds.values())
    if OPERATIONS[operation].attribute is UP:
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
