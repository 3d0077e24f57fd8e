"""One message that changes something, and what the kernel said to it."""

import time

from tui.model.change.outcome import Reply
from tui.netlink.dump import NoAnswerError
from tui.netlink.wire import WireError
from tui.netlink.writer import Writer


def send_one(seq: int, data: bytes, wait: float, writer: Writer) -> Reply:
    """Send it and wait ``wait`` seconds for its answer. Blocks. Raises OSError if nothing was sent."""
    sent = time.monotonic()

    def reply(errno: int | None, text: str) -> Reply:
        return Reply(errno, text, 1, len(data), time.monotonic() - sent, sent)

    try:
        ack = writer.send({seq: data}, wait)[seq]
    except NoAnswerError:
        return reply(None, f"no answer within {wait:g} s")
    except WireError as error:
        return reply(None, str(error))
    return reply(ack.errno, ack.text)
