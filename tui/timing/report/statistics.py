"""Medians, growth, estimates: standard library only, no I/O."""

import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

LEAST_POINTS = 3
"""Sizes that it takes to speak of growth."""


class Summary(NamedTuple):
    """What several runs took."""

    median: float
    least: float
    most: float


def summary(values: Sequence[float]) -> Summary:
    """Return median and extremes of at least one value."""
    return Summary(statistics.median(values), min(values), max(values))


def median(values: Sequence[float | None]) -> float | None:
    """Return the median of the values that there are; None: there are none."""
    there = [value for value in values if value is not None]
    return statistics.median(there) if there else None


def mean(values: Sequence[float]) -> float | None:
    """Return the mean; None: there are none."""
    return statistics.fmean(values) if values else None


def exponent(points: Sequence[tuple[int, float]]) -> float | None:
    """Return the exponent k of seconds ∝ links^k that fits the points (links, seconds) best; None: too few.

    Least squares on the logarithms: 1 is linear, more gets dearer with each further interface.
    """
    usable = [(math.log(links), math.log(seconds)) for links, seconds in points if links > 0 and seconds > 0]
    if len({x for x, _ in usable}) < LEAST_POINTS:
        return None
    return statistics.linear_regression(*zip(*usable, strict=True)).slope


def extrapolate(points: Sequence[tuple[int, float]], links: int) -> float:
    """Return the seconds for ``links`` interfaces by the straight line that fits smaller sizes (at least one) best.

    A line that falls says nothing about what is larger: then, and with one point, it is in proportion to the last.
    """
    last_links, last_seconds = points[-1]
    if len(points) > 1:
        slope, intercept = statistics.linear_regression(*zip(*points, strict=True))
        if slope > 0 and (guess := intercept + slope * links) > 0:
            return guess
    return last_seconds * links / last_links
