"""The time left: a whole sweep by a clock of our own, on machines that are not like the one that was guessed."""

import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import cast

import pytest

from tui.timing.child.listener import EventCount, Listener
from tui.timing.child.measure import Measured
from tui.timing.child.sandbox import Sandbox
from tui.timing.child.sweep import Sweep, Tools
from tui.timing.events import Event, RunProgress, SandboxFacts, SkippedWay, ThrownOutRun
from tui.timing.order import BenchOrder
from tui.timing.ways.change import Change, Member
from tui.timing.ways.client import Client

FAIR = {
    "group": 1e-5,
    "sendmsg": 1.5e-5,
    "ack": 2.5e-5,
    "ip-group": 1e-5,
    "ip-batch": 4e-5,
    "process": 1.4e-3,
    "ioctl": 1e-5,
    "sysfs": 2e-5,
    "pyroute2": 3e-4,
}
"""Seconds for each interface."""


class World:
    """A machine on which time passes as it is told."""

    def __init__(self, each: dict[str, float], fixed: float, making: float, noise: float, seed: int) -> None:
        self.now = 0.0
        self.each, self.fixed, self.making, self.noise = each, fixed, making, noise
        self.random = random.Random(seed)
        self.size = 0

    def passes(self, seconds: float) -> None:
        self.now += seconds * (1 + self.random.uniform(-self.noise, self.noise))

    def clock(self) -> float:
        return self.now

    # What the sweep asks of a sandbox.

    def grow(self, size: int, progress: Callable[[int], None]) -> list[Member]:
        while self.size < size:
            more = min(64, size - self.size)
            self.passes(more * self.making)
            self.size += more
            progress(self.size)
        return [Member(number, "x") for number in range(size)]

    def put(self, members: list[Member]) -> None:
        pass

    def facts(self) -> SandboxFacts:
        return SandboxFacts()

    # … and of a listener.

    def begin(self) -> None:
        pass

    def end(self, quiet: float) -> EventCount:
        self.passes(quiet)
        return EventCount(1, self.now, False)


class FakeClient:
    """One way, which takes its time."""

    def __init__(self, world: World, way: str) -> None:
        self.world, self.way = world, way

    def change(self, change: Change, members: Sequence[Member], group: int) -> None:
        self.world.passes(self.world.fixed + len(members) * (self.world.each[self.way] + 3e-5))

    def close(self) -> None:
        pass


def told(order: BenchOrder, world: World) -> list[tuple[float, float]]:
    """Run a sweep; return when a time left was told, and which; last the end, with 0."""

    def timed(client: Client, change: Change, members: Sequence[Member], group: int) -> Measured:
        begun = world.now
        client.change(change, members, group)
        return Measured(begun, world.now - begun, None, 0.0, 0.0)

    tools = Tools(
        lambda way, first: FakeClient(world, way), timed, lambda change, members: [], lambda *_: None, world.clock
    )
    found: list[tuple[float, float]] = []

    def emit(event: Event) -> None:
        assert not isinstance(event, SkippedWay | ThrownOutRun)
        if isinstance(event, RunProgress):
            found.append((world.now, event.left_s))

    Sweep(order, cast(Sandbox, world), cast(Listener, world), emit, tools).run()
    return [*found, (world.now, 0.0)]


SLOW = {way: 4 * each for way, each in FAIR.items()}
ODD = {**FAIR, "process": 3e-3, "pyroute2": 5e-5, "group": 1e-4}
PAPERS = (64, 128, 256, 512, 1024, 2048)


@pytest.mark.parametrize("each", [FAIR, SLOW, ODD], ids=["as guessed", "slow", "odd"])
@pytest.mark.parametrize("links", [PAPERS, (256,), (512, 4096)])
@pytest.mark.parametrize("operation", ["mtu", "up"])
def test_the_time_left_is_near_the_truth_and_never_jumps_after_the_first_fifth(
    each: dict[str, float], links: tuple[int, ...], operation: str
) -> None:
    order = BenchOrder(links=links, operation=operation, repeats=3, budget=10.0)
    seen = told(order, World(each, 0.004, 5e-4, 0.2, seed=len(links)))
    end = seen[-1][0]
    for (before, left_before), (now, left) in pairwise(seen):
        if now > end / 5:
            jump = left - (left_before - (now - before))
            assert abs(jump) < end / 8, f"{jump:+.1f} s at {now:.1f} of {end:.1f} s"
            assert abs(left - (end - now)) < end / 4, f"{left:.1f} s left at {now:.1f} of {end:.1f} s"
    assert all(left >= 0 for _, left in seen)
    assert seen[-2][1] < end / 10


def test_the_time_left_falls() -> None:
    seen = told(BenchOrder(links=PAPERS, repeats=3, budget=10.0), World(ODD, 0.004, 5e-4, 0.2, seed=1))
    end = seen[-1][0]
    tenths = [min(left for now, left in seen if now >= end * share / 10) for share in range(2, 11)]
    at = [next(left for now, left in seen if now >= end * share / 10) for share in range(2, 11)]
    assert at == sorted(at, reverse=True), at
    assert tenths[-1] == 0
