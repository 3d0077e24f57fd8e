"""The console on a pseudo-terminal of 80×24, and just enough of a terminal to know what it shows."""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import select
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.perf.farm import ROOT

WIDTH, HEIGHT = 80, 24
_TOKEN = re.compile(
    r"\x1b\[([?<>=]?)([0-9;:]*)[ -/]*([@-~])"
    r"|\x1b[\]P_^].*?(?:\x07|\x1b\\)"
    r"|\x1b[ -/]*[0-Z\\`-~]"
    r"|([\x00-\x1f\x7f])"
    r"|([^\x00-\x1f\x7f]+)",
    re.DOTALL,
)


class Terminal:
    """Understands cursor movement, erasing and text; every character takes one cell."""

    def __init__(self, width: int = WIDTH, height: int = HEIGHT) -> None:
        """Start blank."""
        self._width = width
        self._cells = [[" "] * width for _ in range(height)]
        self._x = self._y = 0
        self._rest = ""

    @property
    def lines(self) -> list[str]:
        """What is shown."""
        return ["".join(line).rstrip() for line in self._cells]

    def feed(self, data: str) -> None:
        """Take in what a program wrote."""
        data = self._rest + data
        at = 0
        while at < len(data) and (token := _TOKEN.match(data, at)):
            at = token.end()
            private, numbers, final, control, text = token.groups()
            if text:
                self._write(text)
            elif control:
                self._control(control)
            elif final and not private:
                self._sequence(final, [int(n) if n.isdigit() else 0 for n in numbers.split(";")])
        self._rest = data[at:]

    def _write(self, text: str) -> None:
        line = self._cells[self._y]
        text = text[: self._width - self._x]
        line[self._x : self._x + len(text)] = text
        self._x += len(text)

    def _control(self, control: str) -> None:
        if control == "\r":
            self._x = 0
        elif control == "\n":
            self._x, self._y = 0, min(self._y + 1, len(self._cells) - 1)

    def _sequence(self, final: str, numbers: list[int]) -> None:
        if final in "Hf":
            row, column = (*numbers, 1, 1)[:2]
            self._y = min(max(row, 1), len(self._cells)) - 1
            self._x = min(max(column, 1), self._width) - 1
        elif final == "J":
            for line in self._cells:
                line[:] = [" "] * self._width
        elif final == "K":
            self._cells[self._y][self._x :] = [" "] * (self._width - self._x)


class Console:
    """A program on a terminal of its own."""

    def __init__(self, arguments: Sequence[str]) -> None:
        """Run Python with these arguments."""
        self.terminal = Terminal()
        self.received = 0
        """Bytes that it wrote."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._master, slave = os.openpty()
        termios.tcsetwinsize(slave, (HEIGHT, WIDTH))
        environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES", "NO_COLOR")}
        environment |= {"TERM": "xterm-256color", "COLORTERM": "", "PYTHONFAULTHANDLER": ""}
        self.begun = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Console:
        """Return itself; leaving ends the program."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ask it to end, then insist."""
        with contextlib.suppress(OSError):
            self.press("q")
        end = time.monotonic() + 5
        while self._process.poll() is None and time.monotonic() < end:
            self.read(0.05)
        self._process.kill()
        self._process.wait()
        os.close(self._master)

    @property
    def lines(self) -> list[str]:
        """What the screen shows."""
        return self.terminal.lines

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    def read(self, wait: float) -> bool:
        """Take in what it writes within ``wait`` seconds, once; return whether there was anything."""
        if not select.select([self._master], [], [], max(0.0, wait))[0]:
            return False
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:
            # EIO: nobody has the other side open.
            data = b""
        if not data:
            time.sleep(min(0.01, wait))
            return False
        self.received += len(data)
        self.terminal.feed(self._decoder.decode(data))
        return True

    def listen(self, seconds: float) -> int:
        """Take in everything for so long; return the bytes."""
        before, end = self.received, time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)
        return self.received - before

    def until(self, true: Callable[[], bool], what: str, patience: float = 60.0) -> float:
        """Read until ``true``; return when (time.monotonic()) the bytes that made it so were read."""
        end = time.monotonic() + patience
        now = time.monotonic()
        while not true():
            if now > end or self._process.poll() is not None:
                shown = "\n".join(self.lines)
                raise RuntimeError(f"waited in vain for {what}; the screen shows:\n{shown}")
            self.read(0.2)
            now = time.monotonic()
        return now

    def cpu(self) -> float:
        """Return the CPU seconds that its threads have used, from the scheduler's own clock (schedstat)."""
        used = 0
        for thread in Path(f"/proc/{self.pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError):
                used += int((thread / "schedstat").read_text().split()[0])
        return used / 1e9

    def memory(self, which: str = "VmRSS") -> float:
        """Return its resident memory (VmRSS, or VmHWM for the most it ever was), in MB of 10⁶ bytes."""
        with open(f"/proc/{self.pid}/status") as file:
            line = next(line for line in file if line.startswith(which))
        return int(line.split()[1]) * 1024 / 1e6


def open_ifgroup(netns: str, *words: str) -> Console:
    """Run the console in a namespace; ``words``: further options."""
    return Console(["-m", "tui", "--netns", netns, *words])


def is_complete(console: Console, links: int, group: int) -> bool:
    """Whether the screen shows it live, with all links: the group with its members, and the first interfaces."""
    lines = console.lines
    members = re.compile(rf"^.\s*{group} .*\b{links:,}\b")
    return (
        any("live" in line for line in lines[-3:])
        and any(members.match(line) for line in lines)
        and any(line[3:6] == "m0 " for line in lines)
    )


def cursor(console: Console, name: str) -> int | None:
    """Return the number in the name of the interface under the cursor."""
    for line in console.lines:
        if found := re.match(rf">..{name}(\d+) ", line):
            return int(found[1])
    return None


def cursor_line(console: Console) -> int | None:
    """Return the uppermost line with a cursor."""
    return next((y for y, line in enumerate(console.lines) if line.startswith(">")), None)
