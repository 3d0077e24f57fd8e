"""Full collections wait for a pause, threads not for each other."""

import gc
import sys
from collections.abc import Iterator

import pytest

from tui.app import interpreter


@pytest.fixture(autouse=True)
def begun() -> Iterator[None]:
    before, turn = gc.get_threshold(), sys.getswitchinterval()
    interpreter.begin()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)
    sys.setswitchinterval(turn)


class Node:
    """Refers to itself, so that only a collection frees it."""

    alive = 0

    def __init__(self) -> None:
        self.own = self
        Node.alive += 1

    def __del__(self) -> None:
        Node.alive -= 1


def an_old_one() -> None:
    """Leave a cycle that no collection of the young reaches."""
    node = Node()
    gc.collect(1)
    del node


@pytest.mark.parametrize(
    ("rounds", "idle", "made"),
    [(6, 60.0, False), (60, 1.0, False), (60, 60.0, True), (900, 0.0, True)],
    ids=["not worth it", "keys come", "a pause", "overdue"],
)
def test_it_is_made_in_a_pause_or_when_it_is_overdue(
    monkeypatch: pytest.MonkeyPatch, rounds: int, idle: float, made: bool
) -> None:
    gc.collect()
    Node.alive = 0
    an_old_one()
    monkeypatch.setattr(gc, "get_count", lambda: (0, 0, rounds))
    assert interpreter.collect(idle) is made
    assert Node.alive == (0 if made else 1)


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="collects in small steps by itself")
def test_the_interpreter_makes_none_by_itself() -> None:
    gc.collect()
    full = gc.get_stats()[2]["collections"]
    kept = [[number] for number in range(3_000_000)]
    assert len(kept) == 3_000_000
    assert gc.get_stats()[2]["collections"] == full


def test_a_thread_that_wants_its_turn_gets_it_soon() -> None:
    assert sys.getswitchinterval() <= 0.001
