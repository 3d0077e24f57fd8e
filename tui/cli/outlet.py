"""Lines on standard output that nobody may be left waiting for: it is written only while it takes something.

So a command that runs until it is ended ends at once, whatever its reader does: when the output or the input is closed,
and when a signal asks for it.
"""

import errno
import os
import select
import signal
import stat
import sys
from types import FrameType

_AT_ONCE = select.PIPE_BUF  # bytes that a pipe takes whole, once it takes any: pipe(7)
_READ = 1 << 16
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_CLOSED = (errno.EPIPE, errno.EIO, errno.ECONNRESET)


class Ended(BaseException):
    """Output or input were closed, or a signal came. Not an Exception: nobody on the way may take it for an error."""


class Outlet:
    """Standard output, by whole lines. On the main thread alone."""

    def __init__(self) -> None:
        """Look at what the streams are, and hear signals."""
        self._out = sys.stdout.fileno()
        self._encoding = sys.stdout.encoding
        self._watched = sys.stdin.fileno() if _can_end(sys.stdin.fileno()) else None
        self._waiting = bytearray()
        self._given: signal.Signals | None = None
        for number in _SIGNALS:
            # What is ignored stays ignored: nohup(1), and SIGINT of what a shell started in the background.
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._signalled)

    @property
    def room(self) -> bool:
        """Whether another line should be put: what waits isn't a full write yet."""
        return len(self._waiting) < _AT_ONCE

    def put(self, line: str) -> None:
        """Add a line, to be written by `wait`."""
        self._waiting += line.encode(self._encoding, "backslashreplace") + b"\n"

    def wait(self, wake: int, timeout: float) -> bool:
        """Write what waits, or wait for ``wake``; return whether all is written. Raises Ended, OSError.

        ``timeout``: seconds to wait at most.
        """
        if self._given:
            raise Ended
        poll = select.poll()
        poll.register(self._out, select.POLLOUT if self._waiting else 0)
        if not self._waiting:
            poll.register(wake, select.POLLIN)
        if self._watched is not None:
            poll.register(self._watched, select.POLLIN)
        ready = dict(poll.poll(timeout * 1000))
        said = ready.get(self._out, 0)
        if self._watched in ready and not self._skim():
            raise Ended
        if said & select.POLLOUT:
            self._write()
        elif said:
            raise Ended
        return not self._waiting

    def end(self) -> None:
        """Hear no further signal: it is ending."""
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)

    def _write(self) -> None:
        end = len(self._waiting)
        if end > _AT_ONCE:
            # Whole lines, as long as one fits: whoever is ended in between leaves no half of one.
            end = self._waiting.rfind(b"\n", 0, _AT_ONCE) + 1 or _AT_ONCE
        try:
            written = os.write(self._out, self._waiting[:end])
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno in _CLOSED:
                raise Ended from error
            raise
        del self._waiting[:written]

    def _skim(self) -> bool:
        """Throw away what is said to us; return whether more can come."""
        assert self._watched is not None
        try:
            return bool(os.read(self._watched, _READ))
        except BlockingIOError:
            return True
        except OSError:
            return False

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        if self._given is None:
            self._given = signal.Signals(number)
            # A terminal that was stopped (Ctrl+S) holds us in the middle of a write.
            raise Ended


def _can_end(descriptor: int) -> bool:
    """Whether somebody's closing it can be meant to end us; a terminal, a file and /dev/null are not such."""
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
