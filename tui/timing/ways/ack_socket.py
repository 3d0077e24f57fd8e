"""A plain rtnetlink socket that sends batches and takes the answers: the same for every way that speaks netlink."""

import socket
import struct
from collections.abc import Sequence

from tui.netlink.sockets import READ_SIZE, open_socket
from tui.netlink.wire import NLMSG_ERROR, Ack, decode_ack, messages

_PATIENCE = 120  # seconds for one answer: far more than any change took


class AckSocket:
    """Sends and waits; for one thread. Between send and answer there are two system calls and nothing else."""

    def __init__(self) -> None:
        """Open the socket. Raises OSError."""
        self._sock = open_socket()
        # By the kernel's clock and not by `settimeout`, which would add a poll(2) to each call.
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", _PATIENCE, 0))
        self._buffer = bytearray(READ_SIZE)
        self._seq = 0

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()

    def next_seq(self) -> int:
        """Return a sequence number of its own for a message."""
        self._seq += 1
        return self._seq

    def send(self, data: bytes, last: int) -> Ack:
        """Send messages in one go, wait for the answer to the one with number ``last``; return the first failure.

        Without a failure the answer to ``last`` is returned. Raises OSError (among them ENOBUFS: more failures than
        the receive buffer holds), WireError.
        """
        self._sock.send(data)
        failed: Ack | None = None
        while True:
            size, sender = self._sock.recvfrom_into(self._buffer)
            if sender[0] != 0:
                continue
            for head in messages(self._buffer, size):
                if head.type != NLMSG_ERROR:
                    continue
                ack = decode_ack(self._buffer, head)
                if ack.errno and failed is None:
                    failed = ack
                if ack.seq == last:
                    return failed or ack

    def send_all(self, batches: Sequence[tuple[int, bytes]]) -> None:
        """Send batches (last number, bytes), each when the one before was answered; all of them.

        Raises OSError with the kernel's words for the first failure once all are sent.
        """
        failed: Ack | None = None
        for last, data in batches:
            ack = self.send(data, last)
            if ack.errno and failed is None:
                failed = ack
        if failed is not None:
            raise OSError(failed.errno, failed.words)
