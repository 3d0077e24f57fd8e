"""The guard's door: a socket beside its record, for processes other than the one that started it.

It speaks what the pipe speaks. A pid could be another's by now, or mean nothing in this PID namespace; who is behind
the door is whoever holds the record. Only who may write into the records' folder reaches it (unix(7)). It goes before
the last word is said, and whoever came before hears that word: what became of the change isn't guessed.
"""

import contextlib
import json
import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tui.guard.errors import GuardError
from tui.guard.place import door_of
from tui.model.text import visible

_BACKLOG = 64
_READ = 1 << 16
_LAST_WAIT = 2.0  # seconds that the last word waits for a visitor who doesn't read
_ORDERS = ("keep", "revert")
_WORDS = 160  # characters of a name that a visitor gives himself


@contextlib.contextmanager
def address(path: Path) -> Iterator[str]:
    """Yield a name of ``path`` that fits into a socket's address: 108 bytes, unix(7). Raises OSError."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


class Visitor:
    """Somebody at the door."""

    def __init__(self, sock: socket.socket) -> None:
        """``sock`` is his, and doesn't block."""
        self._sock = sock
        self._buffer = b""

    def fileno(self) -> int:
        """Return the descriptor to poll."""
        return self._sock.fileno()

    def read(self) -> list[Mapping[str, Any]] | None:
        """Return what he asks for; None: he is gone, and with him what he asked for: he has said that nobody heard."""
        try:
            while data := self._sock.recv(_READ):
                self._buffer += data
                if len(self._buffer) > _READ:
                    return None
        except BlockingIOError:
            *lines, self._buffer = self._buffer.split(b"\n")
            try:
                return [_order(line) for line in lines]
            except (ValueError, LookupError, TypeError, RecursionError):
                return None
        except OSError:
            return None
        return None

    def tell(self, data: bytes, wait: float = 0.0) -> bool:
        """Tell him something, ``wait`` seconds at most; return whether he took it."""
        try:
            self._sock.settimeout(wait)
            self._sock.sendall(data)
            self._sock.settimeout(0.0)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Show him out."""
        self._sock.close()


class Door:
    """The guard's side."""

    def __init__(self, record: Path) -> None:
        """Open it beside the record. Raises GuardError."""
        path = door_of(record)
        try:
            self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
            with address(path) as name:
                self._listener.bind(name)
            self._listener.listen(_BACKLOG)
        except OSError as error:
            shown = visible(os.fsencode(path))
            raise GuardError(f"Nobody could reach the guard: {shown} can't be made ({error.strerror}).") from error

    def fileno(self) -> int:
        """Return the descriptor to poll."""
        return self._listener.fileno()

    def admit(self) -> Iterator[Visitor]:
        """Yield those who wait outside."""
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                sock.setblocking(False)
                yield Visitor(sock)

    def last_word(self, data: bytes, visitors: list[Visitor]) -> None:
        """Tell it all who are inside and who still came before the door was taken away; close."""
        for visitor in (*visitors, *self.admit()):
            visitor.tell(data, _LAST_WAIT)
            visitor.close()
        self._listener.close()


def _order(line: bytes) -> Mapping[str, Any]:
    """Return one order, harmless. Raises ValueError, LookupError or TypeError for what is none."""
    found = json.loads(line)
    do, by, token = found["do"], found["by"], found["token"]
    if do not in _ORDERS or not isinstance(by, str) or not isinstance(token, str):
        raise ValueError("no order")
    return {"do": do, "by": visible(by)[:_WORDS], "token": token[:_WORDS]}
