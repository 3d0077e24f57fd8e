"""How far what we show can be trusted."""

from dataclasses import dataclass
from typing import Literal

State = Literal["starting", "live", "resyncing", "stale"]


@dataclass(frozen=True, slots=True)
class Health:
    """The monitor's own condition, published as a whole each time it changes."""

    state: State = "starting"
    """live: events are followed and a full check agreed. resyncing: events were lost, a full check is under way.
    stale: nobody listens; what is shown is old."""
    reason: str = ""
    """Why it is stale, one sentence."""
    events: int = 0
    """Link notifications received so far."""
    overruns: int = 0
    """How often the kernel dropped notifications because our receive buffer was full (ENOBUFS)."""
    foreign: int = 0
    """Messages dropped because they did not come from the kernel."""
    restarts: int = 0
    """How often the monitor failed and was started again."""
    buffer: int = 0
    """The receive buffer that the kernel granted, bytes."""
    forced: bool = False
    """Whether the buffer exceeds net.core.rmem_max (SO_RCVBUFFORCE)."""
    checked_at: float = 0.0
    """time.monotonic() of the last full check (dump) that was taken in; 0: never."""
    check_cost: float = 0.0
    """CPU seconds that this check took."""
    period: float = 0.0
    """Seconds between full checks."""
