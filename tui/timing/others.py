"""How busy others keep the machine while something is measured, and whether that spoils it.

Others are all processes but the measuring ones and the console that started them; the kernel counts their time in ticks
(proc(5): /proc/stat, /proc/PID/stat), work that it does for nobody and what a hypervisor withholds included.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from time import monotonic
from typing import TypeAlias

from tui.timing.events import HostFacts, OthersUse

Judge: TypeAlias = Callable[[HostFacts, OthersUse | None], str]
"""What `busy` is."""

_BUSY = 0.1  # share of all processors that others may use
_WAITING = 0.5  # processes that may wait for a processor at the start; a measurement before this one leaves 1 running
_LEAST = 1.0  # seconds below which ticks tell nothing
_TICKS = os.sysconf("SC_CLK_TCK")
_WORK = (0, 1, 2, 5, 6, 7)  # user, nice, system, irq, softirq, steal


class Others:
    """Counts the processor time of others since it was made; where /proc tells nothing, there is nothing to say."""

    def __init__(self, helpers: Iterable[int]) -> None:
        """``helpers``: processes of ours that this one hasn't waited for."""
        self._ours = (*helpers, os.getppid())
        self._begun = self._told = monotonic()
        self._before = self._used()

    def use(self) -> OthersUse | None:
        """Return what others used until now; None: not known."""
        self._told = now = monotonic()
        used, seconds = self._used(), now - self._begun
        if used is None or self._before is None or seconds < _LEAST:
            return None
        return OthersUse(round(max(used - self._before, 0.0) / seconds, 2), round(seconds, 1))

    def due(self) -> bool:
        """Whether it is time to ask again."""
        return monotonic() - self._told >= _LEAST

    def _used(self) -> float | None:
        """Return the processor seconds of others since the machine started."""
        try:
            fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
            work = sum(int(fields[number]) for number in _WORK) / _TICKS
            own = os.times()
            return work - sum(own[:4]) - sum(map(_taken, self._ours))
        except (OSError, ValueError, IndexError):
            return None


def _taken(pid: int) -> float:
    """Return the processor seconds of one process; 0 if it is gone, or hidden."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS
    except (OSError, ValueError, IndexError):
        return 0.0


def busy(host: HostFacts, others: OthersUse | None) -> str:
    """Return why what was measured can't be trusted, a clause; empty: nothing speaks against it."""
    cores = host.cores or 1
    load = host.load[0] if host.load else 0.0
    if others is not None and others.cores > _BUSY * cores:
        return f"others used {others.cores:.1f} of {cores} CPUs"
    if load > cores + _WAITING:
        return f"load {load:.1f} at start, CPUs: {cores}"
    return ""
