"""The report of a measurement: what each way took, and under which conditions."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from tui.timing.events import HostFacts, OthersUse, SandboxFacts, SkippedWay, ThrownOutRun
from tui.timing.order import BenchOrder

Ended: TypeAlias = Literal["", "done", "stopped", "error"]
"""How a measurement ended; empty: it goes on."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one way took at one size; the fields are the keys of `bench --format json`, which are only ever added to."""

    links: int
    operation: str
    state: str
    way: str
    label: str
    median_s: float
    min_s: float | None
    """None, as `max_s`: it is an estimate."""
    max_s: float | None
    repeats: int
    user_s: float | None
    """Processor time of one run, a mean; None: it is an estimate."""
    system_s: float | None
    cpu_split_coarse: bool
    """Whether the runs were too short for the kernel to tell user from system time."""
    ack_s: float | None
    messages: int
    bytes: int
    processes: int
    system_calls: int
    system_calls_exact: bool
    notifications: int | None
    """None: nobody listened."""
    notifications_at_least: bool
    last_notification_s: float | None
    listened_s: float | None
    """What the run took to which somebody listened."""
    verified: bool
    estimated: bool
    ratio: float | None = None
    """Times the median of one group message; None: that wasn't measured."""
    ratio_words: str = ""
    ipv6: bool = False
    """Whether the interfaces had IPv6."""

    def overlaps(self, other: "Result") -> bool:
        """Whether the extremes of the two, if they were measured, have something in common."""
        if self.min_s is None or self.max_s is None or other.min_s is None or other.max_s is None:
            return False
        return self.min_s <= other.max_s and other.min_s <= self.max_s


@dataclass(frozen=True, slots=True)
class Growth:
    """How a way grows with the number of interfaces: seconds ∝ links^exponent."""

    way: str
    exponent: float
    links: tuple[int, ...]
    """The sizes that tell."""


@dataclass(frozen=True, slots=True)
class TimingReport:
    """Everything that is known of one measurement, at any moment."""

    order: BenchOrder
    host: HostFacts = field(default_factory=HostFacts)
    sandbox: SandboxFacts = field(default_factory=SandboxFacts)
    others: OthersUse | None = None
    """None: not known."""
    busy: str = ""
    """Why the figures can't be trusted, a clause; empty: nothing speaks against them."""
    ended: Ended = ""
    error: str = ""
    """What went wrong, one sentence."""
    results: tuple[Result, ...] = ()
    """By size, then in the order of `WAYS`."""
    skipped: tuple[SkippedWay, ...] = ()
    thrown_out: tuple[ThrownOutRun, ...] = ()
    growth: tuple[Growth, ...] = ()

    @property
    def ipv6(self) -> bool:
        """Whether the interfaces have IPv6."""
        return self.order.ipv6 or self.sandbox.ipv6

    @property
    def condition(self) -> str:
        """How the interfaces are before each run, in a few words."""
        return f"{self.order.state} before, IPv6 {'on' if self.ipv6 else 'off'}"

    @property
    def sizes(self) -> list[int]:
        """The sizes that there are results for, ascending."""
        return sorted({result.links for result in self.results})

    @property
    def first_reason(self) -> str:
        """Why something was left out first: "sysfs: It is not mounted."; empty: nothing was."""
        left_out: tuple[SkippedWay | ThrownOutRun, ...] = (*self.skipped, *self.thrown_out)
        return f"{left_out[0].way}: {left_out[0].reason}" if left_out else ""

    def at(self, links: int) -> dict[str, Result]:
        """Return the results at one size, by way."""
        return {result.way: result for result in self.results if result.links == links}
