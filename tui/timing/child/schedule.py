"""How often each way is run within the budget, in which order, and how long the rest will take."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Runs(NamedTuple):
    """How often one way is run at one size."""

    listened: bool
    """Whether one run more is made with somebody counting notifications; it serves as a warm-up too."""
    counted: int
    """0: it is estimated."""


def affordable(expected: float | None, repeats: int, budget: float) -> Runs:
    """Return how many runs of ``expected`` seconds each, all told, fit the budget (seconds); None: nobody knows."""
    if expected is None:
        return Runs(True, repeats)
    fit = int(budget / expected) if expected * (repeats + 1) > budget else repeats + 1
    return Runs(fit > 1, max(fit - 1, min(fit, 1)))


def turn(ways: Sequence[str], number: int) -> list[str]:
    """Return the ways in the order of the nth round: each round begins with another, every other one goes backwards."""
    if not ways:
        return []
    start = number % len(ways)
    order = [*ways[start:], *ways[:start]]
    return order[::-1] if number % 2 else order


def stages(links: Sequence[int]) -> list[tuple[int, bool]]:
    """Return the sizes to measure at, ascending, and whether only for the sake of estimates.

    A sweep gets a small size first, which tells soon how long the rest will take; one that begins with a large size
    gets more of them, from which slow ways can be estimated.
    """
    helpers = [size for size in _HELPERS if size * _FAR <= links[0] and (size == _HELPERS[0] or links[0] > _LARGE)]
    return [*((size, True) for size in helpers), *((size, False) for size in links)]


_HELPERS = (16, 64, 256)
_FAR = 2  # times what a helper's size is the least that it says something of
_LARGE = 512
HELPER_REPEATS = 2
"""Counted runs at a size that serves for estimates only; nobody listens there."""


MAKING = ""
"""Stands for making interfaces, where a way is asked for."""
_EACH = {
    MAKING: 3e-4,
    "group": 1e-5,
    "sendmsg": 1.5e-5,
    "ack": 2.5e-5,
    "ip-group": 1e-5,
    "ip-batch": 4.5e-5,
    "process": 1.4e-3,
    "ioctl": 1e-5,
    "sysfs": 2e-5,
    "pyroute2": 3e-4,
}
"""Seconds for each interface on some machine: what a forecast has before anything was measured, and its shape after."""
_RUN, _READ_BACK = 2e-3, 3e-5  # seconds for each run, and for each interface that is read back after it
_LOOKED_BACK = 4  # runs of a way that tell how this machine compares


class Forecast:
    """What a run of each way cost so far, all told, and what that lets expect."""

    def __init__(self, burden: Callable[[str, int], float] = lambda way, links: 0.0) -> None:
        """Start knowing nothing; ``burden``: guesses the seconds that a run of a way takes the kernel besides."""
        self._burden = burden
        self._known: dict[str, deque[tuple[float, float]]] = {}

    def note(self, way: str, links: int, seconds: float) -> None:
        """Take in one run."""
        self._known.setdefault(way, deque(maxlen=_LOOKED_BACK)).append((seconds, self._shape(way, links)))

    def expect(self, way: str, links: int) -> float | None:
        """Return the seconds that one run will take; None: the way was never seen."""
        return self.guess(way, links) if way in self._known else None

    def guess(self, way: str, links: int) -> float:
        """Return the seconds that one run will take; of a way that was never seen by what the others took."""
        known = self._known.get(way) or [pair for pairs in self._known.values() for pair in pairs]
        taken, shaped = (sum(values) for values in zip(*known, strict=True)) if known else (1.0, 1.0)
        return self._shape(way, links) * taken / shaped

    def cost(self, way: str, links: int, runs: Runs, listening: float) -> float:
        """Return the seconds that these runs will take; ``listening``: those of waiting for late notifications."""
        return self.guess(way, links) * (runs.counted + runs.listened) + listening * runs.listened

    def _shape(self, way: str, links: int) -> float:
        return _RUN + links * (_EACH[way] + _READ_BACK) + self._burden(way, links)
