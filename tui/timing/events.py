"""What the measuring process tells, event by event; all times in seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Role: TypeAlias = Literal["warm-up", "listened", "counted"]
"""What a run is for: nothing but to warm up, to count notifications, or to be a result."""


@dataclass(frozen=True, slots=True)
class HostFacts:
    """What machine this is; what can't be found out is empty."""

    date: str = ""
    """UTC, ISO 8601."""
    kernel: str = ""
    machine: str = ""
    cpu: str = ""
    cores: int = 0
    load: tuple[float, ...] = ()
    """Over 1, 5 and 15 minutes."""
    python: str = ""
    iproute2: str = ""
    pyroute2: str = ""
    ifgroup: str = ""
    root: bool = False


@dataclass(frozen=True, slots=True)
class SandboxFacts:
    """What the sandbox is made of by now."""

    kinds: Mapping[str, int] = field(default_factory=dict)
    """Interfaces by kind; empty: nothing is made yet."""
    ipv6: bool = False
    """Whether the interfaces have IPv6."""
    sysfs: bool = False
    """Whether sysfs is mounted."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OthersUse:
    """How busy others keep the machine."""

    cores: float
    """Processors that they used, a mean."""
    seconds: float
    """Over how long."""


@dataclass(frozen=True, slots=True)
class RunProgress:
    """What comes now."""

    links: int
    way: str
    """Empty: interfaces are made."""
    text: str
    left_s: float
    """Until everything is done."""


@dataclass(frozen=True, slots=True)
class RunSample:
    """One run that changed every interface."""

    links: int
    way: str
    role: Role
    seconds: float
    ack_s: float | None
    """From the first message sent to the last answer; None where other processes send."""
    user_s: float
    system_s: float
    notifications: int | None = None
    """None: nobody listened."""
    last_notification_s: float | None = None
    """From the start; None: none came, or nobody listened."""
    lost: bool = False
    """Whether there were more notifications than were counted."""


@dataclass(frozen=True, slots=True)
class EstimateDue:
    """A way that is too slow to be run at this size."""

    links: int
    way: str


@dataclass(frozen=True, slots=True)
class SkippedWay:
    """A way that can't be measured."""

    way: str
    links: int | None
    """The size at which it can't; None: at none."""
    reason: str


@dataclass(frozen=True, slots=True)
class ThrownOutRun:
    """A run that did not do what it should."""

    links: int
    way: str
    role: Role
    reason: str


@dataclass(frozen=True, slots=True)
class BenchEnd:
    """The last event of all."""

    how: Literal["done", "stopped", "error"]
    text: str = ""
    """What went wrong, one sentence."""


Event: TypeAlias = (
    HostFacts | SandboxFacts | OthersUse | RunProgress | RunSample | EstimateDue | SkippedWay | ThrownOutRun | BenchEnd
)
