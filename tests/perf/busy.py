"""How busy the machine was with others' work: a figure taken meanwhile is no result."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

QUIET = 0.5
"""The load average of a minute above which nothing is said to meet its aim."""
_LOOK = 1.0  # seconds between looks at the load


@dataclass(frozen=True, slots=True)
class Busy:
    """What the machine did besides."""

    load: float
    """The load average of the minute before the measurement."""
    others: float
    """The share of all cores that was used by others than us and our children, while it was measured."""

    @property
    def quiet(self) -> bool:
        """Whether a figure means something."""
        return self.load <= QUIET

    def __str__(self) -> str:
        """Tell it in a few words."""
        return f"load {self.load:.2f}, others {self.others:.0%}"


class Watch:
    """Watches the machine from its making on."""

    def __init__(self) -> None:
        """Begin."""
        self._load = os.getloadavg()[0]
        self._begun, self._busy, self._ours = time.monotonic(), _busy(), _ours()

    def end(self) -> Busy:
        """Return what it did. Our children must have ended: proc(5) and times(2) count them only then."""
        room = (time.monotonic() - self._begun) * (os.cpu_count() or 1)
        theirs = (_busy() - self._busy) - (_ours() - self._ours)
        return Busy(self._load, min(1.0, max(0.0, theirs / room)) if room else 0.0)


def await_quiet(patience: float) -> None:
    """Wait, at most ``patience`` seconds, until the load is that of a quiet machine: our own work counts in it too."""
    end = time.monotonic() + patience
    while (load := os.getloadavg()[0]) > QUIET and time.monotonic() < end:
        print(f"\rwaiting for the load to fall: {load:.2f} ", end="", file=sys.stderr, flush=True)
        time.sleep(_LOOK)
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _busy() -> float:
    """Return the seconds that all cores together weren't idle, interrupts included (proc(5), the line "cpu")."""
    user, nice, system, _, _, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split(None, 9)[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _ours() -> float:
    """Return the seconds that we, and the children that have ended, used."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
