"""Many messages that differ in their interface alone, packed in one piece: one template, and two columns of numbers."""

import struct
from array import array
from collections.abc import Iterator, Mapping, Sequence

from tui.model.change.settings import Settings
from tui.netlink.wire import NLM_F_ACK, NLM_F_REQUEST, link_change

# Places in a link message (nlmsghdr, then ifinfomsg), in words of 32 bits, of which all of it consists.
_SEQ, _INDEX = 2, 5
_WORD = 4
_FLAGS_AT = 6
_U16 = struct.Struct("=H")


class Alike(Mapping[int, bytes]):
    """RTM_SETLINK messages by sequence number, of which the last asks for an ACK; cut apart only if somebody looks."""

    def __init__(self, first: int, indexes: Sequence[int], settings: Settings) -> None:
        """Set the same on each interface; ``first``: the first sequence number of as many in a row. At least one."""
        template = link_change(0, 0, settings, ack=False)
        number, words = len(indexes), len(template) // _WORD
        packed = array("I", template * number)
        packed[_SEQ::words] = array("I", range(first, first + number))
        packed[_INDEX::words] = array("I", indexes)
        self._first = first
        self._number = number
        self._size = len(template)
        _U16.pack_into(packed, (number - 1) * self._size + _FLAGS_AT, NLM_F_REQUEST | NLM_F_ACK)
        self.data = packed.tobytes()
        """All of them, as they are sent."""

    def __len__(self) -> int:
        """Return how many there are."""
        return self._number

    def __iter__(self) -> Iterator[int]:
        """Go through the sequence numbers."""
        return iter(range(self._first, self._first + self._number))

    def __getitem__(self, seq: int) -> bytes:
        """Return one message. Raises KeyError."""
        if not self._first <= seq < self._first + self._number:
            raise KeyError(seq)
        at = (seq - self._first) * self._size
        return self.data[at : at + self._size]

    def __contains__(self, seq: object) -> bool:
        """Whether one of them bears this number."""
        return isinstance(seq, int) and self._first <= seq < self._first + self._number


def joined(batch: Mapping[int, bytes]) -> bytes:
    """Return the messages of a batch in one piece."""
    return batch.data if isinstance(batch, Alike) else b"".join(batch.values())
