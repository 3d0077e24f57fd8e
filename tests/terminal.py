"""The console as a person runs it: a process of its own on a real pseudo-terminal."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.vt import Screen

ROOT = Path(__file__).parent.parent
# Makes the terminal the controlling one of the new session, then becomes the program.
_LAUNCH = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
PATIENCE = 40.0
"""Seconds after which a test stops hoping."""
READY = "overruns   checked"
"""Shown as soon as the tables are full."""


def _audited(words: Sequence[str], folder: str) -> Sequence[str]:
    """Have a console put its changes on record where no test finds it, not in the host's logs."""
    if tuple(words[:2]) != ("-m", "tui") or "--audit" in words:
        return words
    return [*words[:2], "--audit", f"{folder}/audit.jsonl", *words[2:]]


class Terminal:
    """A process on a terminal of its own, and what is seen there."""

    def __init__(self, words: Sequence[str], env: Mapping[str, str], columns: int, lines: int) -> None:
        self._records = TemporaryDirectory(prefix="ifgroup-test-", ignore_cleanup_errors=True)
        self.output = b""
        """All bytes that reached the terminal."""
        self.screen = Screen(columns, lines)
        self.descriptor, self.slave = pty.openpty()
        self.resize(columns, lines)
        self.attributes = self.modes()
        # The slave stays open here: its attributes are looked at after the process has ended.
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-c", _LAUNCH, sys.executable, *_audited(words, self._records.name)],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "", "LINES": "", "LC_ALL": "C.UTF-8", **env},
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The process."""
        return self.process.pid

    def modes(self) -> list[Any]:
        """Return the terminal's attributes: raw or cooked, echo …"""
        return termios.tcgetattr(self.slave)

    def resize(self, columns: int, lines: int) -> None:
        """Change the terminal's size, as its window would."""
        self.pump()
        self.screen.resize(columns, lines)
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def pump(self, seconds: float = 0.0) -> bool:
        """Take in what was written, waiting for it so long at most; return whether there was anything."""
        if not select.select([self.descriptor], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.descriptor, 1 << 16)
        except OSError:
            return False
        self.output += data
        self.screen.feed(data)
        return bool(data)

    def until(self, true: Callable[[], object], what: str) -> None:
        """Take in what is written until ``true``."""
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, f"waited {PATIENCE:g} s in vain for {what}; seen:\n{self.screen.text}"
            if not self.pump(0.05):
                assert self.process.poll() is None or true(), f"ended before {what}:\n{self.output[-2000:]!r}"

    def shows(self, *texts: str) -> None:
        """Wait until all ``texts`` are seen."""
        self.until(lambda: all(text in self.screen.text for text in texts), repr(texts))

    def hides(self, text: str) -> None:
        """Wait until ``text`` isn't seen any more."""
        self.until(lambda: text not in self.screen.text, f"no {text!r}")

    def press(self, keys: str | bytes) -> None:
        """Type."""
        os.write(self.descriptor, keys.encode() if isinstance(keys, str) else keys)

    def answers(self) -> None:
        """Prove that keys are still heard: open and close the help."""
        self.press("?")
        self.shows("Keys  (Esc: back)")
        self.press("q")
        self.hides("Keys  (Esc: back)")
        self.shows(READY)

    def ended(self, within: float = 5.0) -> int:
        """Return the exit status, and assert that the end came in time."""
        begun = time.monotonic()
        while self.process.poll() is None:
            assert time.monotonic() - begun < PATIENCE, f"still running:\n{self.screen.text}"
            self.pump(0.02)
        took = time.monotonic() - begun
        assert took < within, f"took {took:.1f} s to end"
        while self.pump():
            pass
        return self.process.returncode

    def hang_up(self) -> None:
        """Close the terminal, both ends of it."""
        os.close(self.slave)
        os.close(self.descriptor)
        self.slave = self.descriptor = -1

    def close(self) -> None:
        """End the process if it still runs, and close the terminal."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        for descriptor in (self.slave, self.descriptor):
            if descriptor >= 0:
                os.close(descriptor)
        self._records.cleanup()


@contextmanager
def terminal(
    *words: str, env: Mapping[str, str] | None = None, columns: int = 80, lines: int = 24, ready: str = READY
) -> Iterator[Terminal]:
    """Run ``python WORDS`` on a terminal, and wait until it shows ``ready``."""
    made = Terminal(words, env or {}, columns, lines)
    try:
        if ready:
            made.shows(ready)
        yield made
    finally:
        made.close()


def stat_fields(pid: int | str) -> list[str]:
    """Return the fields of /proc/PID/stat after the command's name: state, parent, group, session … (proc(5))."""
    return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()


def session_of(leader: int) -> list[int]:
    """Return the living processes of the session that ``leader`` began."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            fields = stat_fields(entry.name)
            if int(fields[3]) == leader and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def holders(identity: str) -> list[int]:
    """Return the processes that live in a network namespace."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/ns/net"):
        with contextlib.suppress(OSError):
            if os.readlink(entry) == identity:
                found.append(int(entry.parts[2]))
    return found
