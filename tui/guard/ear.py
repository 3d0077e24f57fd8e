"""What the guard hears: the console's pipe, SIGTERM, and who comes to its door; and how it answers them."""

import contextlib
import json
import os
import select
import signal
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from tui.guard.door import Door, Visitor

_IGNORED = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE, signal.SIGTSTP)
_READ = 1 << 16
_CONSOLE = 0


class Ear:
    """Hears all of them, and speaks to all of them."""

    def __init__(self) -> None:
        """Listen to the console and to SIGTERM."""
        self._told, wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, lambda *_: None)
        for number in _IGNORED:
            signal.signal(number, signal.SIG_IGN)
        self._poll = select.poll()
        for descriptor in (_CONSOLE, self._told):
            self._poll.register(descriptor, select.POLLIN)
        self._buffer = b""
        self._heard: deque[Mapping[str, Any]] = deque()
        self._left = False
        self._door: Door | None = None
        self._hello: Callable[[], Mapping[str, object]] = dict
        self._visitors: dict[int, Visitor] = {}

    def leave(self) -> None:
        """Let the console go: its end means nothing from here on."""
        self._left = True

    def open(self, door: Door, hello: Callable[[], Mapping[str, object]]) -> None:
        """Listen at the door too; ``hello`` is what a visitor is told first."""
        self._door, self._hello = door, hello
        self._poll.register(door, select.POLLIN)

    def hear(self, until: float) -> Mapping[str, Any]:
        """Return the next order, or "timeout", "term" or "ended" as one. Raises ValueError for what is none."""
        while not self._heard:
            ready = dict(self._poll.poll(max(0.0, until - time.monotonic()) * 1000))
            if self._told in ready:
                return {"do": "term"}
            if not ready:
                return {"do": "timeout"}
            late = time.monotonic() >= until
            for descriptor in ready:
                self._attend(descriptor)
            if late and not self._heard:
                return {"do": "timeout"}  # whoever comes and goes at the door doesn't put it off
        return self._heard.popleft()

    def _attend(self, descriptor: int) -> None:
        if descriptor == _CONSOLE:
            self._attend_console()
        elif visitor := self._visitors.get(descriptor):
            if (orders := visitor.read()) is None:
                self._show_out(visitor)
            else:
                self._heard.extend(orders)
        elif self._door is not None:
            hello = _line(self._hello())
            for visitor in self._door.admit():
                if visitor.tell(hello):
                    self._visitors[visitor.fileno()] = visitor
                    self._poll.register(visitor, select.POLLIN)
                else:
                    visitor.close()

    def _attend_console(self) -> None:
        if data := os.read(_CONSOLE, _READ):
            *lines, self._buffer = (self._buffer + data).split(b"\n")
            self._heard.extend(json.loads(line) for line in lines)
            return
        self._poll.unregister(_CONSOLE)
        if not self._left:
            self._heard.append({"do": "ended"})

    def _show_out(self, visitor: Visitor) -> None:
        self._poll.unregister(visitor)
        del self._visitors[visitor.fileno()]
        visitor.close()

    def say(self, **words: object) -> None:
        """Tell the console and all visitors; whoever is gone, or doesn't read, is none any more."""
        data = _line(words)
        _tell_console(data)
        for visitor in list(self._visitors.values()):
            if not visitor.tell(data):
                self._show_out(visitor)

    def last_word(self, **words: object) -> None:
        """Tell it the console, all visitors, and whoever still came to the door, which must be taken away by now."""
        data = _line(words)
        _tell_console(data)
        if self._door is not None:
            self._door.last_word(data, list(self._visitors.values()))


def _line(words: Mapping[str, object]) -> bytes:
    return json.dumps(words).encode() + b"\n"


def _tell_console(data: bytes) -> None:
    """Tell the console; if that is gone there is nobody to tell."""
    with contextlib.suppress(OSError):
        while data:
            data = data[os.write(1, data) :]
