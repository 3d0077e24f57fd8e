"""Send many messages, in few sendmsg; hear who refused."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from tui.netlink.actions import ack_deadline
from tui.netlink.wire import Ack, WireError
from tui.netlink.writer import Writer

T = TypeVar("T")

BATCH = 512
"""Messages a send: were all of them refused, the answers still fit the smallest receive buffer (measured)."""


def send_each(items: Sequence[T], make: Callable[[T, int, bool], bytes], writer: Writer) -> list[tuple[T, Ack]]:
    """Send what ``make`` (item, sequence number, whether to ask for an ACK) makes of each; return who refused.

    A batch that could not be sent, or got no answer, counts as refused with the error's number and words. Blocks.
    """
    refused: list[tuple[T, Ack]] = []
    for first in range(0, len(items), BATCH):
        batch = items[first : first + BATCH]
        numbered = {writer.next_seq(): item for item in batch}
        last = next(reversed(numbered))
        messages = {seq: make(item, seq, seq == last) for seq, item in numbered.items()}
        try:
            answers = writer.send(messages, ack_deadline(len(batch)))
        except (OSError, WireError) as error:
            number, words = getattr(error, "errno", None) or 0, getattr(error, "strerror", None) or str(error)
            refused += [(item, Ack(seq, number, words)) for seq, item in numbered.items()]
        else:
            refused += [(numbered[seq], ack) for seq, ack in answers.items() if ack.errno]
    return refused
