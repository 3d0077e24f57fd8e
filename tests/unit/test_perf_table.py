"""A figure that was taken on a busy machine is not said to meet its aim."""

import pytest

from tests.perf.busy import QUIET, Busy, Watch, await_quiet
from tests.perf.table import Line, table


def a_line(meets: bool, load: float | None) -> Line:
    busy = None if load is None else Busy(load, 0.25)
    return Line("what", "aim", "1.0 ms", "bare 1.0 ms", "1.00×", meets, busy=busy)


@pytest.mark.parametrize(
    ("meets", "load", "verdict"),
    [
        (True, QUIET, "meets"),
        (False, QUIET, "MISSES"),
        (True, QUIET + 0.01, "TOO BUSY"),
        (False, QUIET + 0.01, "TOO BUSY"),
        (True, None, "meets"),
    ],
)
def test_only_a_quiet_machine_gives_a_verdict(meets: bool, load: float | None, verdict: str) -> None:
    assert a_line(meets, load).verdict == verdict


def test_beside_each_figure_stands_how_busy_the_machine_was() -> None:
    head, _, first, second = table([a_line(True, 0.1), a_line(True, 7.0)]).splitlines()
    assert head.endswith("the machine")
    assert first.endswith("meets    | load 0.10, others 25%")
    assert second.endswith("TOO BUSY | load 7.00, others 25%")


def test_others_are_a_share_of_the_machine_and_nobody_waits_without_patience() -> None:
    watch = Watch()
    await_quiet(0)
    sum(range(1_000_000))
    assert 0 <= watch.end().others <= 1
