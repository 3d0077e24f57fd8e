"""Between a key and its message nothing grows with the number of members."""

import errno
import gc
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from types import FrameType
from typing import Any

import pytest

from tests.changes import asked
from tests.links import a_link
from tui.files.audit import Audit
from tui.model.change.intent import Intent, intent_for_branch, make_intent
from tui.model.change.plan import Plan, make_plan
from tui.model.change.progress import Progress
from tui.model.change.protect import protect
from tui.model.health import Health
from tui.model.link import Link
from tui.model.names.map import NameMap
from tui.model.names.tree import Branch
from tui.model.store import Snapshot, Store
from tui.netlink.monitor import Monitor
from tui.netlink.wire import Ack
from tui.netlink.writer import Batches, Record, Writer
from tui.session.change_runner import ChangeRunner

FEW, MANY = 16, 4096


class Untouched(Mapping[int, Link]):
    """Links that nobody may go through; one at a time may be looked at."""

    def __init__(self, links: Mapping[int, Link]) -> None:
        self._links = links

    def __getitem__(self, index: int) -> Link:
        return self._links[index]

    def __len__(self) -> int:
        return len(self._links)

    def __iter__(self) -> Iterator[int]:
        raise AssertionError("somebody goes through all links")


class Sent(Writer):
    """Sends nothing; tells that something was to be sent, and that the kernel isn't there."""

    def __init__(self, sending: Callable[[], None]) -> None:
        self._sending = sending

    def begin_record(self) -> Record:
        return Record()

    def next_seq(self) -> int:
        return 1

    def take_seqs(self, number: int) -> int:
        return 1

    def send_all(self, batches: Batches, deadline: float, meanwhile: Callable[[], object] | None = None) -> None:
        next(batches)
        self._sending()
        raise OSError(errno.ENODEV, "no kernel here")

    def send(
        self, batch: Mapping[int, bytes], deadline: float, meanwhile: Callable[[], object] | None = None
    ) -> dict[int, Ack]:
        self._sending()
        raise OSError(errno.ENODEV, "no kernel here")


class Silent(Monitor):
    """Hears nothing, and never answers."""

    def __init__(self) -> None:
        self.health = Health()
        self.heard = None

    def expect_check(self) -> None:
        pass

    def check(self) -> Future[Snapshot]:
        return Future()


class Counter:
    """Counts the steps of the interpreter in this thread: those of a comprehension too, unlike calls."""

    def __init__(self) -> None:
        self.steps = 0

    def begin(self) -> None:
        sys.settrace(self._enter)

    def end(self) -> None:
        sys.settrace(None)

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any]:
        frame.f_trace_opcodes = True
        return self._step

    def _step(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any]:
        self.steps += event == "opcode"
        return self._step


class MonitoringCounter(Counter):
    """The same by sys.monitoring (PEP 669): from Python 3.12 on, a trace function misses opcodes now and then."""

    _ID = 4  # of those that no known tool has taken

    def begin(self) -> None:
        self._monitoring = vars(sys)["monitoring"]  # unknown to the types of Python 3.11
        self._monitoring.use_tool_id(self._ID, "counter")
        self._monitoring.register_callback(self._ID, self._monitoring.events.INSTRUCTION, self._count)
        self._monitoring.set_events(self._ID, self._monitoring.events.INSTRUCTION)

    def end(self) -> None:
        if self._monitoring.get_tool(self._ID):
            self._monitoring.set_events(self._ID, 0)
            self._monitoring.free_tool_id(self._ID)

    def _count(self, code: object, offset: int) -> None:
        self.steps += 1


def make_counter() -> Counter:
    return MonitoringCounter() if sys.version_info >= (3, 12) else Counter()


def farm(members: int, groups: int = 1) -> Store:
    store = Store()
    links = {index: a_link(index, group=7 + 10 * (index % groups)) for index in range(1, members + 1)}
    store.replace(links | {99999: a_link(99999, group=8)})
    return store


def steps_before_the_send(members: int, operation: str, mtu: int | None, groups: int = 1) -> int:
    store, counter = farm(members, groups), make_counter()
    snapshot, wanted = store.snapshot(), asked(operation, mtu)
    branch = Branch(b"dc1", (*range(7, 7 + 10 * groups, 10), 6))
    runner = ChangeRunner(Sent(counter.end), Silent(), store, Audit(None), None)

    def risk_now(plan: Plan) -> dict[int, str]:
        found = protect(store.snapshot(), {99999: "the default route"})
        return {index: why for index, why in found.items() if index in plan.intent.members}

    before = sys.gettrace()
    # A collection calls whoever asked to hear of it, hypothesis for one: those steps aren't ours.
    gc.collect()
    gc.disable()
    counter.begin()
    try:
        intent = make_intent(snapshot, wanted, 7) if groups == 1 else intent_for_branch(snapshot, wanted, branch)
        plan = make_plan(intent, {99999: "the default route"}, NameMap())
        result = runner.carry_out(plan, "a test", time.monotonic(), Progress(plan.preview.members), risk_now)
    finally:
        counter.end()
        sys.settrace(before)
        gc.enable()
    assert result.outcome.reply.errno == errno.ENODEV  # so it came to the send
    return counter.steps


@pytest.mark.parametrize(
    ("operation", "mtu"), [("up", None), ("down", None), ("mtu", 9000), ("mtu", 1000), ("txqueuelen", 500)]
)
def test_a_plan_and_its_message_take_as_many_steps_for_any_number_of_members(operation: str, mtu: int | None) -> None:
    # The first time abstract classes ask their Python side who is of them, and keep the answer.
    _, few, many = (steps_before_the_send(members, operation, mtu) for members in (FEW, FEW, MANY))
    assert few == many
    assert few > 100  # they were counted


@pytest.mark.parametrize(("operation", "mtu"), [("up", None), ("mtu", 1000)])
def test_nor_do_those_of_several_groups(operation: str, mtu: int | None) -> None:
    # The first time, isinstance() asks the classes' hooks.
    _, few, many = (steps_before_the_send(members, operation, mtu, 8) for members in (FEW, FEW, MANY))
    assert few == many
    assert steps_before_the_send(FEW, operation, mtu, 4) < few  # a message for each was built


@pytest.mark.parametrize(("operation", "mtu"), [("up", None), ("down", None), ("mtu", 9000), ("mtu", 90000)])
def test_nobody_goes_through_the_links_for_what_a_key_asks(operation: str, mtu: int | None) -> None:
    seen = farm(MANY).snapshot()
    snapshot = Snapshot(seen.revision, Untouched(seen.links), seen.groups, seen.ports)
    intent: Intent = make_intent(snapshot, asked(operation, mtu), 7)
    plan = make_plan(intent, {3: "the default route", 99999: "another"}, NameMap())
    preview = plan.preview
    assert (preview.members, preview.changing) == (MANY, 0 if operation == "down" else MANY)
    assert [link.ifindex for link in preview.protected] == [3]
    assert (preview.needs_name, preview.needs_yes) == (True, mtu == 90000)
    assert len(preview.refusing) == (MANY if mtu == 90000 else 0)
    with pytest.raises(AssertionError, match="goes through all links"):
        list(intent.members)


def test_the_counter_counts_what_a_comprehension_does() -> None:
    def doubled(number: int) -> list[int]:
        return [2 * index for index in range(number)]

    def steps(number: int) -> int:
        counter, before = make_counter(), sys.gettrace()
        counter.begin()
        doubled(number)
        counter.end()
        sys.settrace(before)
        return counter.steps

    assert steps(100) > steps(10) + 90
