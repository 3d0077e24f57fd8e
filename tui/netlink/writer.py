"""The one writer of netlink messages: everything that changes a link goes through here, or does not go."""

import errno
import os
import select
import threading
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field
from itertools import islice
from queue import SimpleQueue
from typing import TypeAlias

from tui.model.gate import OPEN, Gate
from tui.model.wire.trace import KEPT
from tui.netlink.alike import joined
from tui.netlink.dump import NoAnswerError
from tui.netlink.privilege import obstacle
from tui.netlink.sockets import READ_SIZE, open_socket, widen
from tui.netlink.wire import NLMSG_ERROR, Ack, Head, decode_ack, messages

_MAX_SEQ = 0x7FFFFFFF
_ANSWERS = 1024 * 1024  # bytes for the answers to one batch; each that failed takes some 800 of them in the kernel


Batches: TypeAlias = Generator[Mapping[int, bytes], dict[int, Ack], None]
"""Yields messages by sequence number, a batch at a time, and is sent the answers to each."""


class WriteRefusedError(PermissionError):
    """Nothing was sent, for want of permission; the text says whose."""


class BusyError(OSError):
    """Nothing was sent: an earlier change has not been answered yet."""


@dataclass(slots=True)
class Record:
    """What went to and fro since it was begun; the writer's thread fills it in."""

    sent: list[bytes] = field(default_factory=list)
    """The first messages, as many as are KEPT."""
    sends: int = 0
    """Sends that returned."""
    inside: float = 0.0
    """Seconds that they took: the kernel does the work within them."""
    answers: list[bytes] = field(default_factory=list)
    """The first answers, as many as are KEPT."""
    answered: int = 0

    def note_send(self, batch: Mapping[int, bytes]) -> None:
        """Take note of a batch that is about to be sent."""
        self.sent += islice(batch.values(), KEPT - len(self.sent))

    def note_return(self, inside: float) -> None:
        """Take note that its send returned, after so many seconds."""
        self.sends += 1
        self.inside += inside

    def note_answer(self, buffer: bytearray, head: Head) -> None:
        """Take note of an answer that lies in ``buffer``."""
        if self.answered < KEPT:
            self.answers.append(bytes(buffer[head.start : head.end]))
        self.answered += 1


class _Job:
    """Batches on their way to the kernel."""

    def __init__(self, batches: Batches, deadline: float) -> None:
        self.batches = batches
        self.deadline = deadline
        self.answered = 0
        """Batches that the kernel has answered."""
        self.given_up = False
        """Whether nobody waits for it any more: nothing more of it is sent."""
        self.begun = threading.Event()
        self.ended: Future[None] = Future()


class Writer:
    """Sends messages that change links and reads the kernel's answers, one batch at a time.

    A send returns only when the kernel has done the work, or got the lock to do it, and can't be interrupted
    (netlink_unicast_kernel, net/netlink/af_netlink.c); so a thread of its own does that, and callers wait for it no
    longer than they want to.
    """

    def __init__(self, gate: Gate = OPEN) -> None:
        """``gate`` may refuse every batch. Raises OSError if there is no netlink socket."""
        self._gate = gate
        self._denied = ""
        self._sock = open_socket()
        widen(self._sock, _ANSWERS)
        self._poll = select.poll()
        self._poll.register(self._sock, select.POLLIN)
        self._buffer = bytearray(READ_SIZE)
        self._seq = time.monotonic_ns() & 0x3FFFFFFF
        self._record = Record()
        self._busy = threading.Lock()
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="netlink-writer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread and close the socket once the kernel has answered; doesn't wait for that."""
        self._jobs.put(None)

    def obstacle(self) -> str:
        """Return why nothing can be written now, one sentence; empty if it can."""
        return self._barrier() or self._denied

    def next_seq(self) -> int:
        """Return a sequence number of its own for a message."""
        return self.take_seqs(1)

    def take_seqs(self, number: int) -> int:
        """Return the first of so many sequence numbers in a row, for a message each."""
        first = self._seq + 1 if self._seq + number <= _MAX_SEQ else 1
        self._seq = first + number - 1
        return first

    def begin_record(self) -> Record:
        """Return a new record, kept from now on instead of the one before."""
        self._record = Record()
        return self._record

    def send(
        self, batch: Mapping[int, bytes], deadline: float, meanwhile: Callable[[], object] | None = None
    ) -> dict[int, Ack]:
        """Send all messages of ``batch`` (by sequence number) in one sendmsg; return the answers.

        The last message must ask for an ACK; those before need not, and then are in the answer only if they failed.
        ``deadline``: seconds to wait for the last answer; ``meanwhile`` is called while the kernel is at work. Raises
        WriteRefusedError (nothing was sent), BusyError (nothing was sent), NoAnswerError (sent, outcome unknown),
        OSError (nothing was sent), WireError.
        """
        answers: dict[int, Ack] = {}

        def once() -> Batches:
            answers.update((yield batch))

        self.send_all(once(), deadline, meanwhile)
        return answers

    def send_all(self, batches: Batches, deadline: float, meanwhile: Callable[[], object] | None = None) -> None:
        """Send batch after batch, each in one sendmsg, and hand each its answers.

        ``batches`` runs on the writer's thread: to pass each batch from thread to thread would cost as much as the
        kernel takes for it. ``deadline``: seconds to wait for the last answer to each. Raises like `send`, of the batch
        that was yielded last, and what ``batches`` raises; those before have their answers.
        """
        if not self._busy.acquire(blocking=False):
            raise BusyError(errno.EBUSY, "the kernel still works on the change before")
        job = _Job(batches, deadline)
        self._jobs.put(job)
        if meanwhile is not None and job.begun.wait(deadline):
            meanwhile()
        while True:
            answered = job.answered
            try:
                return job.ended.result(deadline)
            except NoAnswerError:
                raise
            except FutureTimeoutError as error:
                if job.answered == answered:
                    job.given_up = True
                    raise NoAnswerError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT)) from error

    def _barrier(self) -> str:
        """Return what forbids sending; an earlier EPERM does not, since it may have been lifted."""
        return self._gate.obstacle() or obstacle()

    def _run(self) -> None:
        with self._sock:
            while (job := self._jobs.get()) is not None:
                error = self._work(job)
                self._busy.release()
                if error is None:
                    job.ended.set_result(None)
                else:
                    job.ended.set_exception(error)

    def _work(self, job: _Job) -> Exception | None:
        """Send all of it; return what went wrong."""
        try:
            batch = next(job.batches)
            while True:
                answers = self.transact(batch, job.deadline, job.begun)
                if job.given_up:
                    return None  # whoever asked has counted this batch as unanswered
                job.answered += 1
                batch = job.batches.send(answers)
        except StopIteration:
            return None
        except Exception as error:
            return error
        finally:
            job.begun.set()
            job.batches.close()
        return None

    def transact(self, batch: Mapping[int, bytes], deadline: float, begun: threading.Event) -> dict[int, Ack]:
        """Send one batch and return the answers: every write goes through here. On the writer's thread alone.

        ``begun`` is set right before it is sent, for what is done meanwhile takes the interpreter.
        """
        if why := self._barrier():
            raise WriteRefusedError(errno.EPERM, why)
        record, data = self._record, joined(batch)
        record.note_send(batch)
        sent = time.monotonic()
        begun.set()
        self._sock.send(data)
        record.note_return(time.monotonic() - sent)
        answers = self._answers(batch, deadline, record)
        denied = any(ack.errno == errno.EPERM and not ack.text for ack in answers.values())
        self._denied = "the kernel refuses our changes (EPERM)" if denied else ""
        return answers

    def _answers(self, batch: Mapping[int, bytes], deadline: float, record: Record) -> dict[int, Ack]:
        until = time.monotonic() + deadline
        last = max(batch)
        answers: dict[int, Ack] = {}
        while last not in answers:
            left = until - time.monotonic()
            if left <= 0 or not self._poll.poll(left * 1000):
                raise NoAnswerError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
            try:
                size, sender = self._sock.recvfrom_into(self._buffer)
            except OSError as error:
                # ENOBUFS: more answers than the buffer holds. The messages went all the same.
                raise NoAnswerError(error.errno, f"answers were lost ({error.strerror})") from error
            if sender[0] != 0:
                continue
            for head in messages(self._buffer, size):
                if head.type == NLMSG_ERROR and head.seq in batch:
                    record.note_answer(self._buffer, head)
                    answers[head.seq] = decode_ack(self._buffer, head)
        return answers
