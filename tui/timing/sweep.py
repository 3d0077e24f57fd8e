"""The sweep: every size, every way, in alternating order, within the budget."""

from collections.abc import Sequence
from time import perf_counter
from typing import Any, NamedTuple, Protocol

from tui.model.text import visible
from tui.timing.change import Change, Member
from tui.timing.clients import Client, UnavailableError, open_client
from tui.timing.listener import Listener
from tui.timing.measure import NotChangedError, timed, unchanged, verify
from tui.timing.order import Order
from tui.timing.sandbox import GROUP, Sandbox
from tui.timing.schedule import HELPER_REPEATS, Forecast, affordable, stages, turn
from tui.timing.ways import WAYS

_MOST_FAILURES = 2  # of one way at one size, before it is given up there
_QUIET = {"mtu": 0.1, "txqueuelen": 0.1, "up": 1.1, "down": 1.1}
"""Seconds without a notification after which none is expected: linkwatch tells of a carrier up to a second later."""


class Emit(Protocol):
    """Takes an event."""

    def __call__(self, event: str, **fields: Any) -> None:
        """Take it."""


class _Stage(NamedTuple):
    links: int
    helper: bool
    """Whether it only serves for estimates."""
    members: list[Member]


class Sweep:
    """Carries one order out; for the measuring process, in its sandbox."""

    def __init__(self, order: Order, sandbox: Sandbox, listener: Listener, emit: Emit) -> None:
        """Measure nothing yet."""
        self._order = order
        self._sandbox = sandbox
        self._listener = listener
        self._emit = emit
        self._forecast = Forecast()
        self._clients: dict[str, Client] = {}
        self._skipped: set[str] = set()
        self._warm: set[str] = set()
        self._failures: dict[str, int] = {}
        self._value = 0  # which of the order's values the members have
        self._unready = 0  # members that the next run would not really change

    def run(self) -> None:
        """Measure everything. Raises OSError where the sandbox itself fails."""
        plan = stages(self._order.links)
        for number, (links, helper) in enumerate(plan):
            self._progress(links, "", f"making {links:,} interfaces", plan[number:])
            members = self._sandbox.grow(links, lambda made, n=links: self._making(made, n))  # type: ignore[misc]
            self._emit("sandbox", **self._sandbox.facts())
            self._run_stage(_Stage(links, helper, members), plan[number + 1 :])
        for client in self._clients.values():
            client.close()

    def _run_stage(self, stage: _Stage, later: Sequence[tuple[int, bool]]) -> None:
        self._failures = {}
        self._sandbox.put(stage.members)
        self._repair(stage)
        rounds: dict[str, int] = {}
        for way in self._ways():
            self._progress(stage.links, way, "warming up", later)
            if counted := self._first_runs(stage, way):
                rounds[way] = counted
        for number in range(max(rounds.values(), default=0)):
            for way in turn(list(rounds), number):
                if number < rounds[way] and way not in self._given_up():
                    self._progress(stage.links, way, f"run {number + 1} of {rounds[way]}", later, rounds, number)
                    self._run_once(stage, way, "counted")

    def _ways(self) -> list[str]:
        return [way for way in self._order.ways if way not in self._skipped]

    def _given_up(self) -> set[str]:
        return {way for way, failures in self._failures.items() if failures >= _MOST_FAILURES}

    def _first_runs(self, stage: _Stage, way: str) -> int:
        """Warm a way up and count its notifications; return how many counted runs the budget leaves."""
        order = self._order
        repeats = HELPER_REPEATS if stage.helper else order.repeats
        runs = affordable(self._forecast.expect(way, stage.links), repeats, order.budget)
        if runs.counted == 0 and WAYS[way].each:
            self._emit("estimate", links=stage.links, way=way)
            return 0
        if way not in self._clients and not self._open(way, stage):
            return 0
        if way not in self._warm:
            self._run_once(stage, way, "warm-up")
            self._warm.add(way)
        if runs.listened:
            self._run_once(stage, way, "listened")
        if self._failures.get(way):
            return repeats
        known = affordable(self._forecast.expect(way, stage.links), repeats, order.budget)
        return max(known.counted, 1)

    def _open(self, way: str, stage: _Stage) -> bool:
        try:
            self._clients[way] = open_client(way, stage.members[0])
        except UnavailableError as error:
            self._skip(way, str(error))
            return False
        except OSError as error:
            self._skip(way, error.strerror or str(error))
            return False
        return True

    def _skip(self, way: str, reason: str, links: int | None = None) -> None:
        """Say that a way can't be measured, at all or with so many interfaces."""
        if links is None:
            self._skipped.add(way)
        self._emit("skipped", way=way, links=links, reason=visible(reason))

    def _run_once(self, stage: _Stage, way: str, role: str) -> None:
        """Make one run and tell of it; one that did not change everything is thrown out, and mended."""
        if way in self._given_up():
            return
        begun = perf_counter()
        change = self._next_change(stage)
        if self._unready:
            why = f"{self._unready:,} of {stage.links:,} interfaces refused to be put where they can be changed."
            self._throw_out(stage, way, role, why)
            return
        if role == "listened":
            self._listener.begin()
        why, measured = "", None
        try:
            measured = timed(self._clients[way], change, stage.members, GROUP)
        except OSError as error:
            why = error.strerror or str(error)
        quiet = _QUIET[self._order.operation] if role == "listened" else 0.0
        heard = self._listener.end(quiet) if quiet else None
        try:
            verify(change, stage.members)
        except NotChangedError as error:
            why = f"{error} {why}".strip()
        if measured is None or why:
            self._throw_out(stage, way, role, why)
            return
        # What a run costs is more than what it measures: making ready and reading back count too.
        self._forecast.note(way, stage.links, perf_counter() - begun - quiet)
        fields = {"seconds": measured.seconds, "ack_s": measured.ack_s, "user_s": measured.user_s}
        fields["system_s"] = measured.system_s
        if heard is not None:
            last = max(heard.last - measured.begun, 0.0) if heard.notifications else None
            self._emit(
                "sample",
                links=stage.links,
                way=way,
                role=role,
                **fields,
                notifications=heard.notifications,
                last_notification_s=last,
                lost=heard.lost,
            )
            return
        self._emit("sample", links=stage.links, way=way, role=role, **fields)

    def _throw_out(self, stage: _Stage, way: str, role: str, why: str) -> None:
        self._emit("thrown_out", links=stage.links, way=way, role=role, reason=visible(why))
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
        operation = self._order.operation
        if operation in ("up", "down"):
            self._repair(stage)
            return Change(operation, 0)
        self._value = 1 - self._value
        return Change(operation, self._order.values[self._value])

    def _repair(self, stage: _Stage) -> None:
        """Put every member where the next run can really change it; one that refuses stays as it is."""
        operation = self._order.operation
        if operation in ("up", "down"):
            change = Change("down" if operation == "up" else "up", 0)
        else:
            change = Change(operation, self._order.values[self._value])
        self._unready = 0
        if left := unchanged(change, stage.members):
            self._sandbox.change_all(change, left)
            self._unready = len(unchanged(change, stage.members))

    def _making(self, made: int, of: int) -> None:
        self._emit("progress", links=of, way="", text=f"making interfaces: {made:,} of {of:,}", left_s=None)

    def _progress(
        self,
        links: int,
        way: str,
        text: str,
        later: Sequence[tuple[int, bool]],
        rounds: dict[str, int] | None = None,
        number: int = 0,
    ) -> None:
        """Tell what comes now, and how many seconds are left, as far as that is known."""
        order = self._order
        plan = [(each, size) for size, _ in later for each in self._ways()]
        left = self._forecast.total(plan, order.repeats, order.budget)
        for each, runs in (rounds or {}).items():
            expected = self._forecast.expect(each, links)
            left = None if left is None or expected is None else left + expected * max(runs - number, 0)
        self._emit("progress", links=links, way=way, text=text, left_s=left)
