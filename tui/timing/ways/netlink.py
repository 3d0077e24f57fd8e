"""The three ways over one plain socket: they differ in the messages alone."""

from collections.abc import Callable, Sequence
from time import perf_counter

from tui.timing.ways.ack_socket import AckSocket
from tui.timing.ways.change import Change, Member
from tui.timing.ways.ways import PER_SEND

Batches = list[tuple[int, bytes]]
Build = Callable[[Callable[[], int], Change, Sequence[Member], int], Batches]


class NetlinkClient:
    """Builds all messages, then sends them batch by batch; the clock sees both."""

    def __init__(self, build: Build) -> None:
        """``build`` makes the batches. Raises OSError."""
        self._build = build
        self._acks = AckSocket()

    def change(self, change: Change, members: Sequence[Member], group: int) -> float:
        """See Client."""
        batches = self._build(self._acks.next_seq, change, members, group)
        sent = perf_counter()
        self._acks.send_all(batches)
        return sent

    def close(self) -> None:
        """See Client."""
        self._acks.close()


def _one(next_seq: Callable[[], int], change: Change, members: Sequence[Member], group: int) -> Batches:
    seq = next_seq()
    return [(seq, change.group_message(seq, group))]


def _together(next_seq: Callable[[], int], change: Change, members: Sequence[Member], group: int) -> Batches:
    batches = []
    for first in range(0, len(members), PER_SEND):
        part = members[first : first + PER_SEND]
        data = [change.link_message(next_seq(), member.ifindex, ack=False) for member in part[:-1]]
        last = next_seq()
        data.append(change.link_message(last, part[-1].ifindex, ack=True))
        batches.append((last, b"".join(data)))
    return batches


def _each(next_seq: Callable[[], int], change: Change, members: Sequence[Member], group: int) -> Batches:
    return [(seq := next_seq(), change.link_message(seq, member.ifindex, ack=True)) for member in members]


_BUILD: dict[str, Build] = {"group": _one, "sendmsg": _together, "ack": _each}


def open_netlink(way: str, first: Member) -> NetlinkClient:
    """Return the client of ``way``: group, sendmsg or ack. Raises OSError."""
    return NetlinkClient(_BUILD[way])
