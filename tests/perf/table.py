"""One line of the table: an aim, what was measured, and its reference from the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from tests.perf.busy import Busy

HEADS = ("what", "aim", "measured", "reference", "ratio", "", "the machine")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    what: str
    aim: str
    measured: str
    reference: str
    ratio: str
    meets: bool
    notes: Sequence[str] = field(default=())
    busy: Busy | None = None
    """What the machine did besides; None: nobody looked."""

    @property
    def cells(self) -> tuple[str, ...]:
        """Its text, column by column."""
        return (
            self.what,
            self.aim,
            self.measured,
            self.reference,
            self.ratio,
            self.verdict,
            "" if self.busy is None else str(self.busy),
        )

    @property
    def verdict(self) -> str:
        """Whether the aim is met, which is said of a quiet machine alone."""
        if self.busy is not None and not self.busy.quiet:
            return "TOO BUSY"
        return "meets" if self.meets else "MISSES"


def failed(what: str, error: BaseException) -> Line:
    """Return the line of something that could not be measured."""
    return Line(what, "", "", "", "", False, (f"not measured: {type(error).__name__}: {error}",))


def table(lines: Iterable[Line]) -> str:
    """Return the lines under their heads, each followed by its notes."""
    rows = list(lines)
    widths = [max(len(cells[i]) for cells in (HEADS, *(row.cells for row in rows))) for i in range(len(HEADS))]
    shown = [_joined(HEADS, widths), "-+-".join("-" * width for width in widths)]
    for row in rows:
        shown.append(_joined(row.cells, widths))
        shown += [f"    {note}" for note in row.notes]
    return "\n".join(shown)


def _joined(cells: Sequence[str], widths: Sequence[int]) -> str:
    return " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def ms(seconds: float) -> str:
    """Return seconds in milliseconds."""
    return f"{seconds * 1000:,.1f} ms"


def times(ratio: float) -> str:
    """Return a ratio."""
    return f"{ratio:.2f}×"


def timed(work: Callable[[], object]) -> float:
    """Return the seconds of wall time that ``work`` takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that ``percent`` of the values don't exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, -(-len(ranked) * int(percent * 10) // 1000) - 1))]


def spread(values: Sequence[float]) -> str:
    """Return median and extremes, in milliseconds."""
    return f"median {ms(statistics.median(values))}, {ms(min(values))} … {ms(max(values))}, n={len(values)}"
