"""What is to be measured: one order, as the panel or the command line gives it and the measuring process takes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.model.change.attribute import Bit
from tui.model.change.attributes import UP
from tui.model.change.busy import Reckoner
from tui.model.change.settings import Settings
from tui.model.group import BLANK
from tui.model.link import EUI64, IFF_UP
from tui.timing.ways.operations import OPERATIONS, Operation
from tui.timing.ways.ways import WAYS

STATES = ("down", "up", "mixed")
DEFAULT_LINKS = (128, 256, 512, 1024, 2048)
"""The sizes of the paper's Table I."""
FEWER_LINKS = (128, 256, 512, 1024)
"""The sizes where each interface costs the more, the more there are."""
MOST_LINKS = 65536
MOST_CROWDED = 8192
"""Interfaces that may be up with IPv6: one message holds up all other link changes of the machine for 40 s then."""
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
    ipv6: bool = False
    """Whether the interfaces have IPv6; it costs where they are up."""

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
        if self.crowded(self.links[-1]) > MOST_CROWDED:
            raise ValueError(
                f"At most {MOST_CROWDED:,} interfaces that are up are measured with IPv6: more would hold up all other "
                "link changes of this machine for minutes."
            )
        if not self.kinds or not all(count > 0 for _, count in self.kinds):
            raise ValueError("Name at least one kind, and how many there are of each.")
        if self.values[0] == self.values[1] or min(self.values) < self.work.least:
            raise ValueError(f"The two values must differ and be at least {self.work.least}.")
        if isinstance(self.work.carrier, Bit) and not self.work.one_way and sorted(self.values) != [0, 1]:
            raise ValueError(f"{self.work.label.capitalize()} is off or on: the two values are 0 and 1.")
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

    def crowded(self, links: int) -> int:
        """Return how many of so many interfaces are, or come, up with IPv6."""
        share = {"down": 0.0, "up": 1.0, "mixed": self.up_share}[self.state] if self.work.attribute is not UP else 1.0
        return round(links * share) if self.ipv6 else 0

    def burden(self, way: str, links: int) -> float:
        """Return about how many seconds one run takes the kernel beyond what it takes it per interface that is down."""
        each = WAYS[way].each
        return self._walks(self.crowded(links), each) + (self.work.alone * links if each else 0.0)

    def _walks(self, number: int, each: bool) -> float:
        """Return how many seconds IPv6 walks for so many interfaces that are, or come, up."""
        if not number or (attribute := self.work.attribute) is None:
            return 0.0
        before, wanted = self.work.values if attribute is UP else self.values
        flags = IFF_UP if attribute is not UP or before else 0
        link = BLANK._replace(flags=flags, mtu=before, addrgenmode=EUI64)
        reckoner = Reckoner(0)
        value = bool(wanted) if isinstance(attribute.carrier, Bit) else wanted
        reckoner.add(link, number, Settings({attribute: value}), by_group=not each)
        return reckoner.estimate().seconds

    @property
    def held(self) -> float:
        """About how many seconds one message holds up all other link changes of the machine; 0: not for long."""
        together = [way for way in self.ways if not WAYS[way].each]
        return max((self.burden(way, self.links[-1]) for way in together), default=0.0)


def needed_state(operation: str) -> str:
    """Return the state that interfaces must be in for ``operation``, or have where any will do."""
    work = OPERATIONS[operation]
    return "up" if work.attribute is UP and work.values[0] else "down"


def default_links(operation: str, state: str, ipv6: bool) -> tuple[int, ...]:
    """Return the sizes that are measured unless somebody asks for others."""
    return FEWER_LINKS if ipv6 and (state != "down" or OPERATIONS[operation].attribute is UP) else DEFAULT_LINKS


def default_values(operation: str, now: int = 0) -> tuple[int, int]:
    """Return the two values that runs alternate between; ``now``: what the group has, if it matters."""
    work = OPERATIONS[operation]
    return (now - work.step, now) if work.step and now >= work.least + work.step else work.values


def order_for_group(
    kinds: Mapping[str, int], up: int, mtu: int, operation: str, wanted: str = "", **rest: Any
) -> BenchOrder:
    """Return the order that copies a group: its size, its kinds, its up/down mix, its MTU in bytes.

    ``kinds``: members by kind; ``up``: members that are up; ``wanted``: a state in place of theirs, where any will do.
    ``rest``: other fields of BenchOrder. Raises ValueError.
    """
    size = sum(kinds.values())
    if OPERATIONS[operation].attribute is UP:
        state = needed_state(operation)
    else:
        state = wanted or ("down" if up == 0 else "up" if up >= size else "mixed")
    return BenchOrder(
        links=(size,),
        operation=operation,
        state=state,
        kinds=tuple(kinds.items()),
        up_share=up / size if size else 0.0,
        values=default_values(operation, mtu),
        **rest,
    )
