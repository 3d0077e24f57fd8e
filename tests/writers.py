"""The writer that tests give to sessions and consoles: it notes what it sends, and does what the test wants."""

import socket
import threading
from collections.abc import Callable, Mapping
from typing import ClassVar

import pytest

from tui.model.gate import OPEN, Gate
from tui.netlink.wire import Ack
from tui.netlink.writer import Writer


def _nothing() -> None:
    pass


class ActingWriter(Writer):
    """Sends as every writer does; acts on the writer's thread."""

    sent: ClassVar[list[dict[int, bytes]] | None] = None
    """The batches that were sent since `record_sends`, by whichever of them."""

    def __init__(self, gate: Gate = OPEN) -> None:
        super().__init__(gate)
        self.before: Callable[[], object] = _nothing
        """Called before each batch goes; what it raises is what comes of the batch, and nothing is sent."""
        self.after: Callable[[], object] = _nothing
        """Called as soon as the kernel has answered; what it raises is told instead of the answer."""

    @property
    def sock(self) -> socket.socket:
        """What it sends and hears through, for who disturbs it."""
        return self._sock

    def transact(self, batch: Mapping[int, bytes], deadline: float, begun: threading.Event) -> dict[int, Ack]:
        self.before()
        if self.sent is not None:
            self.sent.append(dict(batch))
        answers = super().transact(batch, deadline, begun)
        self.after()
        return answers


def record_sends(monkeypatch: pytest.MonkeyPatch) -> list[dict[int, bytes]]:
    """Have every batch of messages that is sent noted in the list returned."""
    sent: list[dict[int, bytes]] = []
    monkeypatch.setattr(ActingWriter, "sent", sent)
    return sent


def once(acts: list[Callable[[], object]]) -> Callable[[], None]:
    """Return what does all that is in the list, and leaves it empty."""

    def act() -> None:
        while acts:
            acts.pop()()

    return act
