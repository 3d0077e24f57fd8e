"""How long one real change took, from the key to the last member seen."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """One change that the operator made; all times in seconds from the key that sent it."""

    what: str
    """What was asked, in words."""
    operation: str
    links: int
    """Interfaces that it was asked of."""
    up: int
    """How many of them were UP before."""
    whole_group: bool
    """Whether one message did it; else a message per interface, many in one send."""
    messages: int
    sent: float
    """Until the (first) message was handed to the kernel."""
    acked: float
    """Until the kernel had answered (the last of) them."""
    seen: float
    """Until every member had been read back."""
