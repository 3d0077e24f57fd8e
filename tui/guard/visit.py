"""Another process at a guard's door: it asks to keep the change or to take it back, and hears what came of that."""

import contextlib
import json
import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tui.guard.client import ARM_WAIT, GuardExit
from tui.guard.door import address
from tui.guard.errors import GuardError
from tui.guard.order import reverted_of
from tui.guard.place import door_of

_READ = 1 << 16
_WORK = 600.0  # seconds that a guard may be at work, at most; thousands of links take half a minute
_LAST = ("kept", "reverted")


class DoorClosedError(GuardError):
    """No guard is behind the door (any more): the change was decided, or its guard died."""


class Visit:
    """A connection to a guard. Whoever visits holds nothing up, and may go at any time."""

    def __init__(self, record: Path, patience: float = ARM_WAIT) -> None:
        """Knock, and wait so many seconds to be let in. Raises DoorClosedError; GuardError if it can't be entered."""
        self._sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._buffer = b""
        self._token = os.urandom(8).hex()
        self._sock.settimeout(patience)
        try:
            with address(door_of(record)) as name:
                self._sock.connect(name)
        except (FileNotFoundError, ConnectionError) as error:
            self.close()
            raise DoorClosedError("Its guard is gone.") from error
        except OSError as error:
            self.close()
            raise GuardError(f"Its guard can't be reached: {error.strerror or 'it did not answer'}") from error

    def fileno(self) -> int:
        """Return the descriptor, readable once there is news."""
        return self._sock.fileno()

    def close(self) -> None:
        """Go."""
        self._sock.close()

    def news(self) -> list[Mapping[str, Any]]:
        """Return what the guard has said by now. Doesn't block. Raises DoorClosedError once there will be no more."""
        found: list[Mapping[str, Any]] = []
        try:
            while (words := self._hear(0.0)) is not None:
                found.append(words)
        except DoorClosedError:
            if not found:
                raise
        return found

    def decide(self, keep: bool, by: str, patience: float) -> tuple[GuardExit, bool]:
        """Ask to keep the change or to take it back; return how it ended, and whether that is what we asked for.

        ``by``: who asks; ``patience``: seconds until the guard must have begun. It may have ended otherwise right
        before it heard us. Raises DoorClosedError; GuardError if it doesn't answer: it isn't decided then.
        """
        self._sock.settimeout(patience)
        order = {"do": "keep" if keep else "revert", "by": by, "token": self._token}
        with contextlib.suppress(OSError):  # it may be going by now, with its last word on the way
            self._sock.sendall(json.dumps(order).encode() + b"\n")
        until = time.monotonic() + patience
        while (found := self._hear(max(0.0, until - time.monotonic()))) is not None:
            if found["say"] in _LAST:
                return _exit(found), found["token"] == self._token
            if found["say"] == "reverting":
                until = time.monotonic() + _WORK
        return self._withdraw(patience)

    def _withdraw(self, patience: float) -> tuple[GuardExit, bool]:
        """Take the request back, which a guard that hasn't read it won't heed. Raises GuardError."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_WR)
        if (found := self._hear(0.0)) is not None and found["say"] in _LAST:
            return _exit(found), found["token"] == self._token
        raise GuardError(f"Its guard did not answer within {patience:g} s")

    def _hear(self, wait: float) -> Mapping[str, Any] | None:
        """Return what the guard says next; None: nothing within so many seconds. Raises DoorClosedError."""
        until = time.monotonic() + wait
        while b"\n" not in self._buffer:
            try:
                self._sock.settimeout(max(0.0, until - time.monotonic()))
                data = self._sock.recv(_READ)
            except (TimeoutError, BlockingIOError):
                return None
            except OSError:
                data = b""
            if not data:
                raise DoorClosedError("Its guard is gone.")
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        found: Mapping[str, Any] = json.loads(line)
        return found


def _exit(found: Mapping[str, Any]) -> GuardExit:
    reverted = reverted_of(found["report"]) if found["say"] == "reverted" else None
    return GuardExit(kept=reverted is None, reverted=reverted, problem=found["problem"], by=found["by"])
