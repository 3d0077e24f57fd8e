"""How far what we show can be trusted."""

from dataclasses import dataclass
from typing import Literal

State = Literal["starting", "live", "checking", "resyncing", "stale"]


@dataclass(frozen=True, slots=True)
class Health:
    """The monitor's own condition, published as a whole each time it changes."""

    state: State = "starting"
    """live: events are followed and a full check agreed. checking: so it is, but the kernel takes long to answer the
    next check. resyncing: events were lost, a full check is under way. stale: nobody listens, or the kernel answers no
    check; what is shown may be old."""
    reason: str = ""
    """Why it is stale, one sentence."""
    since: float = 0.0
    """time.monotonic() when the check began that takes long."""
    doubt: str = ""
    """Why the last full check was not certain, a few words; empty: it was."""
    protection: str = ""
    """Which routes and sessions could not be asked for last, and why; empty: all could."""
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
    """time.monotonic() of the last full check (dump) that was certain, or of the first; 0: never."""
    check_cost: float = 0.0
    """CPU seconds that this check took."""
    period: float = 0.0
    """Seconds between full checks."""
