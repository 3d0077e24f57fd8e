"""Send many messages, in few sendmsg; hear who refused."""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from tui.model.text import reason
from tui.netlink.alike import joined
from tui.netlink.read_back import ack_deadline
from tui.netlink.wire import Ack, WireError
from tui.netlink.writer import Writer

T = TypeVar("T")

BATCH = 512
"""Messages a send: were all of them refused, the answers still fit the smallest receive buffer (measured)."""


class Batch(Generic[T]):
    """The messages of one send, each under a sequence number of its own; only the last asks for an ACK."""

    def __init__(
        self, items: Sequence[T], build: Callable[[int, Sequence[T]], Mapping[int, bytes]], writer: Writer
    ) -> None:
        """Build them: ``build`` (the first of as many sequence numbers, the items). ``items``: one at least."""
        self._writer = writer
        self.first = writer.take_seqs(len(items))
        """The sequence number of the first; the others follow in a row."""
        self.items = items
        """What each message is for, in their order."""
        self.messages = build(self.first, items)
        """By sequence number."""

    @property
    def size(self) -> int:
        """Bytes of all of them."""
        return len(joined(self.messages))

    def send(self) -> list[tuple[T, Ack]]:
        """Send them and return who refused. Blocks; raises as Writer.send does."""
        return self.refused(self._writer.send(self.messages, ack_deadline(len(self.items))))

    def refused(self, answers: Mapping[int, Ack]) -> list[tuple[T, Ack]]:
        """Return who refused, by the answers to them."""
        return [(self.items[seq - self.first], ack) for seq, ack in answers.items() if ack.errno]


def one_each(
    make: Callable[[T, int, bool], bytes],
) -> Callable[[int, Sequence[T]], Mapping[int, bytes]]:
    """Return how to build a batch of what ``make`` (item, sequence number, whether to ask for an ACK) makes of each."""

    def build(first: int, items: Sequence[T]) -> Mapping[int, bytes]:
        last = first + len(items) - 1
        return {seq: make(item, seq, seq == last) for seq, item in enumerate(items, first)}

    return build


def send_each(items: Sequence[T], make: Callable[[T, int, bool], bytes], writer: Writer) -> list[tuple[T, Ack]]:
    """Send what ``make`` (item, sequence number, whether to ask for an ACK) makes of each; return who refused.

    A batch that could not be sent, or got no answer, counts as refused with the error's number and words. Blocks.
    """
    refused: list[tuple[T, Ack]] = []
    for start in range(0, len(items), BATCH):
        batch = Batch(items[start : start + BATCH], one_each(make), writer)
        try:
            refused += batch.send()
        except (OSError, WireError) as error:
            number, words = getattr(error, "errno", None) or 0, reason(error)
            refused += [(item, Ack(seq, number, words)) for seq, item in enumerate(batch.items, batch.first)]
    return refused
