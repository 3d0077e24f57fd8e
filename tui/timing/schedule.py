"""How often each way is run within the budget, in which order, and how long the rest will take."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tui.timing.statistics import extrapolate


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

    A sweep that begins with a large size gets small ones before it, from which slow ways can be estimated.
    """
    helpers = [size for size in _HELPERS if size < links[0]] if links[0] > _LARGE else []
    return [*((size, True) for size in helpers), *((size, False) for size in links)]


_HELPERS = (64, 256)
_LARGE = 512
HELPER_REPEATS = 2
"""Counted runs at a size that serves for estimates only."""


class Forecast:
    """What a run of each way cost so far, all told, and what that lets expect."""

    def __init__(self) -> None:
        """Start knowing nothing."""
        self._known: dict[str, dict[int, float]] = {}

    def note(self, way: str, links: int, seconds: float) -> None:
        """Take in one run."""
        self._known.setdefault(way, {})[links] = seconds

    def expect(self, way: str, links: int) -> float | None:
        """Return the seconds that one run will take; None: nobody knows."""
        known = self._known.get(way)
        return extrapolate(sorted(known.items()), links) if known else None

    def total(self, plan: Iterable[tuple[str, int]], repeats: int, budget: float) -> float | None:
        """Return the seconds that these (way, links) will take in all; None: nobody knows yet."""
        seconds = 0.0
        for way, links in plan:
            expected = self.expect(way, links)
            if expected is None:
                return None
            runs = affordable(expected, repeats, budget)
            seconds += expected * (runs.counted + runs.listened)
        return seconds
