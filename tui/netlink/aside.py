"""One question to the kernel on a thread of its own: the kernel may hold whoever asks while it works on a change.

Both need RTNL, a lock of all namespaces together: rtnl_dumpit, rtnetlink_rcv_msg, net/core/rtnetlink.c.
"""

import os
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")

_LAST = 0.5  # seconds that closing waits


class Aside(Generic[Answer]):
    """Runs ``work`` on a thread from now on; `fileno` becomes readable when it has ended."""

    def __init__(self, work: Callable[[], Answer]) -> None:
        """Start it."""
        self._work = work
        self._answer: Answer
        self.cost = 0.0
        """CPU seconds that it took."""
        self._error: BaseException | None = None
        # Each side closes its own end, so that a late thread never writes into a descriptor of somebody else.
        self._read, self._write = os.pipe2(os.O_CLOEXEC)
        self._thread = threading.Thread(target=self._run, name="netlink-question", daemon=True)
        self._thread.start()

    def fileno(self) -> int:
        """Return the descriptor to poll."""
        return self._read

    def close(self) -> None:
        """Wait a moment more, and then no longer: the thread ends by itself when the kernel lets it go."""
        self._thread.join(_LAST)
        os.close(self._read)

    def result(self) -> Answer:
        """Return what ``work`` returned, or raise what it raised; once it has ended."""
        if self._error is not None:
            raise self._error
        return self._answer

    def _run(self) -> None:
        try:
            self._answer = self._work()
        except BaseException as error:
            self._error = error
        finally:
            self.cost = time.thread_time()
            os.close(self._write)
