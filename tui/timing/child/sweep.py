"""The sweep: every size, every way, in alternating order, within the budget."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from time import perf_counter
from typing import NamedTuple

from tui.model.text import reason, visible
from tui.timing.child.listener import Listener
from tui.timing.child.measure import Measured, NotChangedError, timed, unchanged, verify
from tui.timing.child.sandbox import GROUP, Sandbox
from tui.timing.child.schedule import HELPER_REPEATS, MAKING, Forecast, Runs, affordable, stages, turn
from tui.timing.events import EstimateDue, Event, Role, RunProgress, RunSample, SkippedWay, ThrownOutRun
from tui.timing.order import BenchOrder
from tui.timing.ways.change import Change, Member
from tui.timing.ways.client import Client, UnavailableError
from tui.timing.ways.open import open_client
from tui.timing.ways.ways import WAYS

_MOST_FAILURES = 2  # of one way at one size, before it is given up there


class Tools(NamedTuple):
    """What runs are made, timed and read back with."""

    open_client: Callable[[str, Member], Client] = open_client
    timed: Callable[[Client, Change, Sequence[Member], int], Measured] = timed
    unchanged: Callable[[Change, Sequence[Member]], list[Member]] = unchanged
    verify: Callable[[Change, Sequence[Member]], None] = verify
    clock: Callable[[], float] = perf_counter
    """Tells how long runs take all told, in seconds."""


TOOLS = Tools()


class _Stage(NamedTuple):
    links: int
    helper: bool
    """Whether it only serves for estimates."""
    members: list[Member]
    """Others than before once they were deleted and made anew."""


class Sweep:
    """Carries one order out; for the measuring process, in its sandbox."""

    def __init__(
        self,
        order: BenchOrder,
        sandbox: Sandbox,
        listener: Listener,
        emit: Callable[[Event], None],
        tools: Tools = TOOLS,
    ) -> None:
        """Measure nothing yet."""
        self._order = order
        self._tools = tools
        self._sandbox = sandbox
        self._listener = listener
        self._emit = emit
        self._forecast = Forecast(self._burden)
        self._clients: dict[str, Client] = {}
        self._skipped: set[str] = set()
        self._warm: set[str] = set()
        self._failures: dict[str, int] = {}
        self._value = 0  # which of the order's values the members have
        self._unready = 0  # members that the next run would not really change
        self._listening = [order.work.quiet]  # seconds that it took to hear the last notification
        self._later: list[tuple[int, bool]] = []  # sizes still to come, see `stages`
        self._to_make = 0  # interfaces still to be made for the size at hand
        self._to_run: dict[str, Runs] = {}  # what is still to be run at the size at hand

    def run(self) -> None:
        """Measure everything. Raises OSError where the sandbox itself fails."""
        self._later = stages(self._order.links)
        for way, why in self._order.work.cant.items():
            if way in self._order.ways:
                self._skip(way, why)
        made = 0
        while self._later:
            links, helper = self._later.pop(0)
            self._to_make, self._to_run = links - made, self._planned(links, helper, self._warm)
            self._progress(links, "", f"making {links:,} interfaces")
            members = self._make(links, made)
            made = links
            self._emit(self._sandbox.facts())
            self._run_stage(_Stage(links, helper, members))
        for client in self._clients.values():
            client.close()

    def _burden(self, way: str, links: int) -> float:
        """Guess what a run takes besides: what the kernel has to do, and making anew what it deletes."""
        if way == MAKING:
            return 0.0
        again = self._forecast.guess(MAKING, links) if self._order.work.deletes else 0.0
        return self._order.burden(way, links) + again

    def _make(self, links: int, before: int) -> list[Member]:
        begun = self._tools.clock()

        def making(made: int) -> None:
            self._to_make = links - made
            self._progress(links, "", f"making interfaces: {made:,} of {links:,}")

        members = self._sandbox.grow(links, making)
        self._sandbox.put(members)
        self._to_make = 0
        self._forecast.note(MAKING, links - before, self._tools.clock() - begun)
        return members

    def _run_stage(self, stage: _Stage) -> None:
        self._failures = {}
        self._repair(stage)
        rounds: dict[str, int] = {}
        for way in self._ways():
            self._progress(stage.links, way, "warming up")
            if counted := self._first_runs(stage, way):
                rounds[way] = counted
            self._to_run[way] = Runs(False, counted)
        for number in range(max(rounds.values(), default=0)):
            for way in turn(list(rounds), number):
                if number < rounds[way] and way not in self._given_up():
                    self._progress(stage.links, way, f"run {number + 1} of {rounds[way]}")
                    self._run_once(stage, way, "counted")
                    self._to_run[way] = Runs(False, rounds[way] - number - 1)

    def _ways(self) -> list[str]:
        return [way for way in self._order.ways if way not in self._skipped]

    def _given_up(self) -> set[str]:
        return {way for way, failures in self._failures.items() if failures >= _MOST_FAILURES}

    def _first_runs(self, stage: _Stage, way: str) -> int:
        """Warm a way up and count its notifications; return how many counted runs the budget leaves."""
        runs = self._affordable(way, stage.links, stage.helper)
        if runs.counted == 0 and WAYS[way].each:
            self._emit(EstimateDue(stage.links, way))
            return 0
        if way not in self._clients and not self._open(way, stage):
            return 0
        if way not in self._warm:
            self._run_once(stage, way, "warm-up")
            self._warm.add(way)
        if runs.listened:
            self._to_run[way] = runs
            self._progress(stage.links, way, "counting notifications")
            self._run_once(stage, way, "listened")
        if self._failures.get(way):
            return runs.counted
        return max(self._affordable(way, stage.links, stage.helper).counted, 1)

    def _affordable(self, way: str, links: int, helper: bool) -> Runs:
        repeats = HELPER_REPEATS if helper else self._order.repeats
        runs = affordable(self._forecast.expect(way, links), repeats, self._order.budget)
        return Runs(False, runs.counted) if helper else runs

    def _open(self, way: str, stage: _Stage) -> bool:
        try:
            self._clients[way] = self._tools.open_client(way, stage.members[0])
        except (UnavailableError, OSError) as error:
            self._skip(way, reason(error))
            return False
        return True

    def _skip(self, way: str, why: str, links: int | None = None) -> None:
        """Say that a way can't be measured, at all or with so many interfaces."""
        if links is None:
            self._skipped.add(way)
        self._emit(SkippedWay(way, links, visible(why)))

    def _run_once(self, stage: _Stage, way: str, role: Role) -> None:
        """Make one run and tell of it; one that did not change everything is thrown out, and mended."""
        if way in self._given_up():
            return
        begun = self._tools.clock()
        change = self._next_change(stage)
        if self._unready:
            why = f"{self._unready:,} of {stage.links:,} interfaces refused to be put where they can be changed."
            self._throw_out(stage, way, role, why)
            return
        if change.operation.deletes:
            self._sandbox.assure()
        if role == "listened":
            self._listener.begin()
        why, measured = "", None
        try:
            measured = self._tools.timed(self._clients[way], change, stage.members, GROUP)
        except OSError as error:
            why = reason(error)
        heard, listening = None, 0.0
        if role == "listened":
            since = self._tools.clock()
            heard = self._listener.end(self._order.work.quiet)
            listening = self._tools.clock() - since
            self._listening.append(listening)
        try:
            self._tools.verify(change, stage.members)
        except NotChangedError as error:
            why = f"{error} {why}".strip()
        if measured is None or why:
            self._throw_out(stage, way, role, why)
            return
        # What a run costs is more than what it measures: making ready and reading back count too.
        self._forecast.note(way, stage.links, self._tools.clock() - begun - listening)
        _, seconds, ack_s, user_s, system_s = measured
        sample = RunSample(stage.links, way, role, seconds, ack_s, user_s, system_s)
        if heard is not None:
            last = max(heard.last - measured.begun, 0.0) if heard.notifications else None
            sample = replace(sample, notifications=heard.notifications, last_notification_s=last, lost=heard.lost)
        self._emit(sample)

    def _throw_out(self, stage: _Stage, way: str, role: Role, why: str) -> None:
        self._emit(ThrownOutRun(stage.links, way, role, visible(why)))
        self._failures[way] = self._failures.get(way, 0) + 1
        if way in self._given_up():
            self._skip(way, f"given up after {_MOST_FAILURES} runs that were thrown out: {why}", stage.links)
        # Answers may still be on their way: what comes next gets a socket of its own.
        self._clients.pop(way).close()
        if not self._open(way, stage):
            self._failures[way] = _MOST_FAILURES
        self._repair(stage)

    def _next_change(self, stage: _Stage) -> Change:
        """Return the change of the next run; every member is such that it is a real one."""
        work = self._order.work
        if work.one_way:
            self._repair(stage)
            return Change(work, work.values[1])
        self._value = 1 - self._value
        return Change(work, self._order.values[self._value])

    def _repair(self, stage: _Stage) -> None:
        """Put every member where the next run can really change it; one that refuses stays as it is."""
        work = self._order.work
        self._unready = 0
        if work.deletes:
            there = self._tools.unchanged(Change(work, work.values[1]), stage.members)
            if len(there) < stage.links:
                stage.members[:] = self._sandbox.grow(stage.links, lambda made: None)
                self._sandbox.put(stage.members)
            return
        ready = Change(work, work.values[0] if work.one_way else self._order.values[self._value])
        if left := self._tools.unchanged(ready, stage.members):
            self._sandbox.change_all(ready.settings, left)
            self._unready = len(self._tools.unchanged(ready, stage.members))

    def _planned(self, links: int, helper: bool, warm: Container[str]) -> dict[str, Runs]:
        """Return the runs of each way that this many interfaces will take, by what is known now."""
        planned = {}
        for way in self._ways():
            runs = self._affordable(way, links, helper)
            # The first run of all warms up, and is no result.
            planned[way] = runs if way in warm else Runs(runs.listened, runs.counted + 1)
        return planned

    def _left(self, links: int) -> float:
        """Return the seconds that everything still to come will take."""
        seconds, made = self._seconds(links, self._to_make, self._to_run), links
        for size, helper in self._later:
            seconds += self._seconds(size, size - made, self._planned(size, helper, WAYS))
            made = size
        return seconds

    def _seconds(self, links: int, to_make: int, to_run: Mapping[str, Runs]) -> float:
        seconds = self._forecast.guess(MAKING, to_make) if to_make else 0.0
        listening = fmean(self._listening)
        ways = [way for way in to_run if way not in self._skipped | self._given_up()]
        return seconds + sum(self._forecast.cost(way, links, to_run[way], listening) for way in ways)

    def _progress(self, links: int, way: str, text: str) -> None:
        """Tell what comes now, and how many seconds are left."""
        self._emit(RunProgress(links, way, text, self._left(links)))
