"""What every way's client has in common."""

from collections.abc import Sequence
from typing import Protocol

from tui.timing.ways.change import Change, Member


class UnavailableError(Exception):
    """This machine can't run a way; the text says why, one sentence."""


class Client(Protocol):
    """Makes a change in one way, as often as it is asked to; opened before the clock starts."""

    def change(self, change: Change, members: Sequence[Member], group: int) -> float | None:
        """Make it; return when the first message left (time.perf_counter()), None where there is none of ours.

        Raises OSError for what refused.
        """

    def close(self) -> None:
        """Give back what it holds."""
