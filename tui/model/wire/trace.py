"""One change as it went over the wire, kept for teaching: what was sent, answered and heard, and how else it goes."""

from dataclasses import dataclass
from typing import Literal

KEPT = 3
"""Messages of each sort that are kept as they were; of the rest only the number."""


Work = Literal["change", "delete", "move"]
"""What the messages ask the kernel to do with the interfaces."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages that were sent, or that would be."""

    first: tuple[bytes, ...]
    """The first of them, byte for byte."""
    messages: int
    size: int
    """Bytes of all of them."""
    sends: int
    """Calls of send() that they take."""


@dataclass(frozen=True, slots=True)
class WireTrace:
    """A change that was sent, and what came back. All times in seconds from the key that sent it."""

    title: str
    """What was asked, in words; made visible."""
    whole_group: bool
    """Whether one message a group did it; else a message per interface."""
    members: int
    """Interfaces that it was asked of."""
    sent: Batch
    """With the question why a member refused, if that was asked."""
    answers: tuple[bytes, ...]
    """The first answers, byte for byte."""
    answered: int
    """How many answers there were: an ACK for each send, and each refusal."""
    events: int
    """Notifications heard from before the send to the end of the read-back, others' among them: they can't be told
    apart."""
    notification: bytes | None
    """One of them, byte for byte; None: none was heard."""
    of_member: bool
    """Whether that one is of an interface that the change was asked of."""
    checked: bool
    """Whether the state after was read back."""
    links: int
    """Interfaces that the read-back showed."""
    sent_at: float
    """Until the first message was handed to the kernel."""
    inside: float
    """How long the sends took (a duration): the kernel does the work within them."""
    acked_at: float
    """Until the kernel had answered the last of them."""
    seen_at: float
    """Until every member had been read back."""
    other_way: Batch | None
    """The same change done the other way, built and never sent; None: there is none."""
    remark: str
    """What is to be said of the other way, one sentence; empty: nothing."""
    work: Work = "change"
    groups: int = 1
    """Groups that a message went to as a whole, where ``whole_group`` is true."""
