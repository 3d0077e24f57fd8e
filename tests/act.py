"""A group change from a process of its own: ``python -m tests.act UP_OR_DOWN GROUP [WHEN]``.

WHEN: ``before``: give up CAP_NET_ADMIN first; ``meanwhile``: between two changes; ``unseen``: the same, but the writer
doesn't look before it sends. Prints the outcomes as JSON.
"""

import ctypes
import json
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import Future

from tests.changes import asked
from tui.model.change.intent import make_intent
from tui.model.store import Snapshot, Store
from tui.netlink.change_group import change_group
from tui.netlink.dump import LinkReader
from tui.netlink.sockets import open_socket
from tui.netlink.wire import Ack
from tui.netlink.writer import Writer


def give_up_capability() -> None:
    """Empty this thread's capability sets: capset(2)."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    if ctypes.CDLL(None, use_errno=True).capset(header, (ctypes.c_uint32 * 6)()):
        raise OSError(ctypes.get_errno(), "capset")


class LosingWriter(Writer):
    """Its thread loses the capability before the second change."""

    losing = False
    looks = True

    def _barrier(self) -> str:
        return super()._barrier() if self.looks else ""

    def transact(self, batch: Mapping[int, bytes], deadline: float, begun: threading.Event) -> dict[int, Ack]:
        if self.losing:
            give_up_capability()
        return super().transact(batch, deadline, begun)


class Checker:
    """A full check, made by whoever asks for it."""

    def __init__(self) -> None:
        self.store = Store()

    def expect_check(self) -> None:
        pass

    def check(self) -> Future[Snapshot]:
        done: Future[Snapshot] = Future()
        with open_socket() as sock:
            self.store.replace(LinkReader(sock).dump()[0])
        done.set_result(self.store.snapshot())
        return done


def main(operation: str, group: int, when: str) -> None:
    """Make one change, or two with the capability lost between them; print what came of each."""
    if when == "before":
        give_up_capability()
    writer, checker = LosingWriter(), Checker()
    writer.looks = when != "unseen"
    results = []
    for _ in range(2 if when in ("meanwhile", "unseen") else 1):
        intent = make_intent(checker.check().result(), asked("up" if operation == "up" else "down"), group)
        outcome = change_group(intent, writer, checker, checker.store.snapshot)
        results.append(
            {
                "verdict": outcome.verdict,
                "messages": outcome.reply.messages,
                "errno": outcome.reply.errno,
                "text": outcome.reply.text,
                "changed": len(outcome.changed),
                "obstacle": writer.obstacle(),
            }
        )
        writer.losing = True
        operation = "down"
    print(json.dumps(results))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
