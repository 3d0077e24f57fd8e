"""How far a change of many interfaces has come."""

from dataclasses import dataclass, field
from threading import Event


@dataclass(slots=True)
class Progress:
    """Kept by the thread that makes the change; the one who waits reads it, and may stop it."""

    total: int
    done: int = 0
    """Interfaces that the kernel has answered for, or that were skipped."""
    stop: Event = field(default_factory=Event)
    """Set: nothing more is sent after the batch that is under way."""
