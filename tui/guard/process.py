"""The guard process: armed before the change, it takes the change back unless it hears that the change stands.

It speaks JSON lines over its standard input and output with `tui.guard.client`, and outlives the console: a session of
its own, no terminal, SIGHUP and SIGINT ignored. SIGTERM, which systemd-logind sends to all that is left of a session
(KillUserProcesses=), makes it revert at once. So does the end of the console, unless that said that it leaves.
"""

import contextlib
import json
import os
import select
import signal
import time
from collections.abc import Mapping
from typing import Any

from tui.guard.order import GuardError, HeldError, order_of
from tui.guard.revert import revert
from tui.guard.state import State
from tui.model.text import visible
from tui.netlink.deletions import Deletions
from tui.netlink.sockets import open_socket
from tui.netlink.writer import Writer

_IGNORED = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE, signal.SIGTSTP)
_WHY = {"timeout": "timeout", "revert": "refused", "ended": "the console ended", "term": "told to end"}
_READ = 1 << 16
_ORDER_WAIT = 30.0


class _Ear:
    """Hears the console and SIGTERM."""

    def __init__(self) -> None:
        self._told, wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, lambda *_: None)
        for number in _IGNORED:
            signal.signal(number, signal.SIG_IGN)
        self._poll = select.poll()
        for descriptor in (0, self._told):
            self._poll.register(descriptor, select.POLLIN)
        self._buffer = b""
        self._left = False

    def leave(self) -> None:
        """Let the console go: its end means nothing from here on."""
        self._left = True

    def hear(self, until: float) -> Mapping[str, Any]:
        """Return the next order of the console, or "timeout", "term" or "ended" as one."""
        while b"\n" not in self._buffer:
            ready = dict(self._poll.poll(max(0.0, until - time.monotonic()) * 1000))
            if self._told in ready:
                return {"do": "term"}
            if not ready:
                return {"do": "timeout"}
            data = os.read(0, _READ)
            if not data:
                self._poll.unregister(0)
                if self._left:
                    continue
                return {"do": "ended"}
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        found: Mapping[str, Any] = json.loads(line)
        return found


def _say(**words: object) -> None:
    """Tell the console; if that is gone there is nobody to tell."""
    data = json.dumps(words).encode() + b"\n"
    with contextlib.suppress(OSError):
        while data:
            data = data[os.write(1, data) :]


def main() -> None:
    """Be the guard of one change."""
    ear = _Ear()
    try:
        _guard(ear)
    except GuardError as error:
        _say(say="unable", text=str(error), held=isinstance(error, HeldError))
    except Exception as error:
        _say(say="unable", text=f"The guard failed ({type(error).__name__}: {visible(str(error))}).")


def _guard(ear: _Ear) -> None:
    first = ear.hear(time.monotonic() + _ORDER_WAIT)
    if "who" not in first:
        return
    try:
        sock, writer, deletions = open_socket(), Writer(), Deletions()
    except OSError as error:
        raise GuardError(str(error)) from error
    if why := writer.obstacle():
        raise GuardError(f"The guard can't change links ({why}).")
    state = State(first["who"])
    _say(say="placed")
    second = ear.hear(time.monotonic() + _ORDER_WAIT)
    if "order" not in second:
        state.remove()
        return
    order = order_of(second["order"])
    state.write(order)
    deadline = time.monotonic() + order.change_wait + order.timeout
    _say(say="armed", path=os.fspath(state.path), deadline=deadline)
    while (heard := ear.hear(deadline)["do"]) not in _WHY:
        if heard == "sent":
            deadline = min(deadline, time.monotonic() + order.timeout)
            state.counting(deadline - time.monotonic())
            _say(say="counting", deadline=deadline)
        elif heard == "leave":
            ear.leave()
            _say(say="left")
        elif heard == "keep":
            _say(say="kept", problem=state.remove())
            return
    _say(say="reverting", why=_WHY[heard])
    done = revert(order, _WHY[heard], sock, writer, deletions)
    problem = state.remove()
    _say(say="reverted", report=done.as_json(), problem=problem)
