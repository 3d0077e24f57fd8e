"""The terminal is left as it was found, whatever ends the console, and the process ends within two seconds."""

import asyncio
import codecs
import contextlib
import errno
import os
import select
import signal
import sys
import termios
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key

from tui.app.escapes import ESC, EscapeSplitter
from tui.app.paste import PasteFilter
from tui.files import own

GRACE = 1.2
"""Seconds that the console gets to leave in good order; then the process is ended."""
_TICK = 0.1  # seconds between looks whether a lone ESC was a key
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
# Kitty keyboard off, mouse reports off, bracketed paste off, line wrap on, main screen, cursor on, plain colours.
_RESTORE = (
    b"\x1b[<u\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?2004l\x1b[?7h\x1b[?1049l\x1b[?25h\x1b[0m\r\n"
)


class TerminalDriver(LinuxDriver):
    """Textual's driver, kept alive where it would die or go deaf."""

    def run_input_thread(self) -> None:
        """Read keys; bytes that aren't UTF-8 (a Latin-1 terminal, a stray paste) are dropped, not fatal.

        Textual's own loop would have to begin anew after them, and take the rest of a paste for keys.
        """
        parser, paste, escapes = XTermParser(self._debug), PasteFilter(), EscapeSplitter()
        decode = codecs.getincrementaldecoder("utf-8")("ignore").decode
        # The terminal may go; Lifeline sees that too and ends the process.
        with contextlib.suppress(OSError):
            while not self.exit_event.is_set():
                if select.select([self.fileno], [], [], _TICK)[0]:
                    if not (data := os.read(self.fileno, 4096)):
                        return
                    pieces = escapes.pieces(paste.filtered(decode(data)))
                else:
                    pieces = escapes.rest()
                for piece in pieces:
                    for event in (Key("escape", ESC),) if piece == ESC else parser.feed(piece):
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)

    _to_stop = False

    def _sigtstp_application(self, *_: Any) -> None:
        self._to_stop = True
        self._soon(self._stop)

    def _sigcont_application(self, *_: Any) -> None:
        self._to_stop = False
        self._soon(self._go_on)

    def _soon(self, step: Callable[[], None]) -> None:
        """Leave the signal's handler first: what it interrupted may hold the lock of the queue that both write to.

        Textual's own handler would wait for it for ever (WriterThread, textual/drivers/_writer_thread.py).
        """
        with contextlib.suppress(RuntimeError):  # the console has not begun yet, or has ended
            asyncio.get_running_loop().call_soon_threadsafe(step)

    def _stop(self) -> None:
        # It may have been continued before it came to stop, or while it gave the terminal back.
        if self._to_stop:
            self.suspend_application_mode()
            self._must_signal_resume = True
        if self._to_stop:
            os.kill(os.getpid(), signal.SIGSTOP)

    def _go_on(self) -> None:
        # After a SIGSTOP from outside nobody has suspended the driver: resuming it as it is would start a second
        # input thread, and take the raw mode for the terminal's own.
        if not self._must_signal_resume:
            self.suspend_application_mode()
            self._must_signal_resume = True
        super()._sigcont_application()


class Lifeline:
    """Hears the signals that end a console, and its terminal's going away."""

    def __init__(self, leave: Callable[[int], None]) -> None:
        """``leave(status)`` asks the console to end; it is called from a signal handler or another thread."""
        self._leave = leave
        self._leaving = threading.Event()
        self._attributes: list[Any] | None = None
        with contextlib.suppress(termios.error):
            self._attributes = termios.tcgetattr(sys.stdin.fileno())

    def hold(self) -> None:
        """Install the handlers and begin to watch the terminal. Call it on the main thread."""
        for number in _SIGNALS:
            signal.signal(number, self._on_signal)
        threading.excepthook = _record_thread
        threading.Thread(target=self._watch, name="terminal-watch", daemon=True).start()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._end(128 + number)

    def _watch(self) -> None:
        poll = select.poll()
        # No event is asked for: a hang-up is always told.
        poll.register(sys.stdin.fileno(), 0)
        poll.poll()
        self._end(128 + signal.SIGHUP)

    def _end(self, status: int) -> None:
        if self._leaving.is_set():
            return
        self._leaving.set()
        threading.Thread(target=self._insist, args=(status,), name="terminal-end", daemon=True).start()
        self._leave(status)

    def _insist(self, status: int) -> None:
        """End the process if it hasn't ended by itself: a closed terminal can block it for ever."""
        threading.Event().wait(GRACE)
        self._restore()
        os._exit(status)

    def _restore(self) -> None:
        with contextlib.suppress(OSError):
            os.set_blocking(sys.stderr.fileno(), False)
            os.write(sys.stderr.fileno(), _RESTORE)
        if self._attributes is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, self._attributes)


def record(error: BaseException) -> Path | None:
    """Write the traceback of a defect to a file for the report of it; return the file, None if that failed too."""
    lines = [datetime.now(UTC).isoformat(timespec="seconds"), "\n", *traceback.format_exception(error)]
    try:
        path = own.state_home() / "ifgroup" / "crash.log"
        own.append(path, "".join(lines).encode("utf-8", "backslashreplace"))
    except OSError:
        return None
    return path


def _record_thread(arguments: threading.ExceptHookArgs) -> None:
    # Whatever Textual wrote last fails with EIO when the terminal is closed: no defect.
    error = arguments.exc_value
    if error is not None and not (isinstance(error, OSError) and error.errno == errno.EIO):
        record(error)
