"""Send many messages, in few sendmsg; hear who refused."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from tui.netlink.actions import ack_deadline
from tui.netlink.wire import Ack, WireError
from tui.netlink.writer import Writer

T = TypeVar("T")

BATCH = 512
"""Messages a send: were all of them refused, the answers still fit the smallest receive buffer (measured)."""


class Batch(Generic[T]):
    """The messages of one send, each under a sequence number of its own; only the last asks for an ACK."""

    def __init__(self, items: Sequence[T], make: Callable[[T, int, bool], bytes], writer: Writer) -> None:
        """Build them: ``make`` (item, sequence number, whether to ask for an ACK). ``items``: one at least."""
        self._writer = writer
        self.items = {writer.next_seq(): item for item in items}
        """What each message is for, by sequence number."""
        last = next(reversed(self.items))
        self._messages = {seq: make(item, seq, seq == last) for seq, item in self.items.items()}

    @property
    def size(self) -> int:
        """Bytes of all of them."""
        return sum(map(len, self._messages.values()))

    def send(self) -> list[tuple[T, Ack]]:
        """Send them and return who refused. Blocks; raises as Writer.send does."""
        answers = self._writer.send(self._messages, ack_deadline(len(self._messages)))
        return [(self.items[seq], ack) for seq, ack in answers.items() if ack.errno]


def send_each(items: Sequence[T], make: Callable[[T, int, bool], bytes], writer: Writer) -> list[tuple[T, Ack]]:
    """Send what ``make`` (item, sequence number, whether to ask for an ACK) makes of each; return who refused.

    A batch that could not be sent, or got no answer, counts as refused with the error's number and words. Blocks.
    """
    refused: list[tuple[T, Ack]] = []
    for first in range(0, len(items), BATCH):
        batch = Batch(items[first : first + BATCH], make, writer)
        try:
            refused += batch.send()
        except (OSError, WireError) as error:
            number, words = getattr(error, "errno", None) or 0, getattr(error, "strerror", None) or str(error)
            refused += [(item, Ack(seq, number, words)) for seq, item in batch.items.items()]
    return refused
