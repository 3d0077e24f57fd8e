"""A plan carried out without a screen: every way it can end, guarded or not, and each on record."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.console import Console, console
from tests.driven import requests, states
from tests.guards import files, guards
from tests.links import Ip, add, cheap_kind, index_of, many, until
from tests.writers import record_sends
from tui.files.audit import Audit
from tui.guard.client import Guard
from tui.guard.place import discard
from tui.model.change.outcome import steps_taken
from tui.model.change.plan import Plan, make_plan
from tui.model.change.progress import Progress
from tui.model.change.protect import protect
from tui.model.change.undo import plan_undo
from tui.model.gate import Gate
from tui.model.names.map import NameMap
from tui.netlink.dump import NoAnswerError
from tui.netlink.routes import Carriers
from tui.netlink.writer import Writer
from tui.session.change_runner import ChangeRunner, Result

NEWLINK, SETLINK = 16, 19  # linux/rtnetlink.h
FOREVER = 600.0


class Hands(Console):
    """What the services have, and what they do with it."""

    def __init__(self, console: Console, audit: Path) -> None:
        super().__init__(console.watch, console.writer)
        self.audit = audit
        self.timeout: float | None = FOREVER
        self.progress: Progress | None = None

    def plan(self, operation: str, whom: int | str, value: int | None = None) -> Plan:
        """A plan for a group, by its number, or for the interfaces whose names begin so."""
        intent = self.intent(operation, value, whom if isinstance(whom, int) else self.indexes(whom))
        return make_plan(intent, protect(self.watch.store.snapshot(), Carriers().find()), NameMap())

    def carry_out(
        self, plan: Plan, writer: Writer | None = None, told: Callable[[Result], object] = lambda _: None
    ) -> Result:
        runner = ChangeRunner(
            writer or self.writer, self.watch.monitor, self.watch.store, Audit(self.audit, ()), self.timeout
        )
        progress = self.progress = self.progress or Progress(len(plan.intent.members))
        return runner.carry_out(plan, "a test", time.monotonic(), progress, self.risk_now, told)

    def risk_now(self, plan: Plan) -> dict[int, str]:
        now = protect(self.watch.store.snapshot(), Carriers().find())
        return {index: now[index] for index in plan.intent.members if index in now}

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.audit.read_text().splitlines()]


@pytest.fixture
def hands(ip: Ip, room: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hands]:
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    with console() as made:
        yield Hands(made, tmp_path / "audit.jsonl")


@pytest.fixture
def three(ip: Ip) -> None:
    """m0 to m2 in group 7, down."""
    many(cheap_kind(ip), 3, 7, up=False)


def test_a_change_that_endangers_nobody_needs_no_guard(three: None, ip: Ip, hands: Hands) -> None:
    result = hands.carry_out(hands.plan("mtu", 7, 9000))
    assert (result.outcome.verdict, result.guard, result.complaint, guards()) == ("done", None, "", [])
    assert result.sample is not None
    assert (result.sample.links, result.sample.messages, result.sample.whole_group) == (3, 1, True)
    assert 0 <= result.sample.sent <= result.sample.acked <= result.sample.seen
    (record,) = hands.records
    assert (record["what"], record["guarded"], record["outcome"]) == ("a test", False, "done")
    assert [(row["before"], row["after"]) for row in record["members"]] == [({"mtu": 1500}, {"mtu": 9000})] * 3


def test_the_guard_stands_before_the_first_message_goes(ip: Ip, way_out: str, hands: Hands) -> None:
    standing: list[tuple[int, int]] = []
    hands.writer.before = lambda: standing.append((len(guards()), len(files())))
    result = hands.carry_out(hands.plan("down", 5))
    assert standing == [(1, 1)]
    assert result.guard is not None
    assert hands.records[0]["guarded"] is True
    assert not states(ip)["wan0"].up
    assert result.guard.deadline - time.monotonic() <= FOREVER  # it counts from the outcome
    result.guard.revert()
    assert states(ip)["wan0"].up
    assert "192.0.2.1" in ip("route", "show", "default")


def test_a_dead_guard_is_found_out_before_anything_is_sent(
    ip: Ip, way_out: str, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a group, and for single interfaces, of which not one batch goes."""
    many(cheap_kind(ip), 2, 8, up=True, prefix="wany")
    sent = record_sends(monkeypatch)
    arm = Guard.arm.__func__  # type: ignore[attr-defined]

    def arm_and_kill(cls: type[Guard], *arguments: Any, **rest: Any) -> Guard:
        guard: Guard = arm(cls, *arguments, **rest)
        os.kill(guard.pid, signal.SIGKILL)
        guard.wait()
        return guard

    monkeypatch.setattr(Guard, "arm", classmethod(arm_and_kill))
    result = hands.carry_out(hands.plan("down", 5))
    assert (result.outcome.verdict, result.guard) == ("refused", None)
    assert "The guard ended before the change was sent" in result.outcome.reply.text
    hands.progress = None
    result = hands.carry_out(hands.plan("down", "wan"))
    assert not result.outcome.changed
    assert sent == []
    assert {record["outcome"] for record in hands.records} <= {"refused", "nothing"}
    assert states(ip)["wan0"].up
    for path in files():
        discard(path)


def test_a_guard_that_cant_be_armed_leaves_everything_as_it_was(
    ip: Ip, way_out: str, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = record_sends(monkeypatch)
    monkeypatch.setattr("tui.guard.client.sys.executable", "/no/such/python")
    result = hands.carry_out(hands.plan("down", 5))
    assert (result.outcome.verdict, result.outcome.reply.messages, sent) == ("refused", 0, [])
    assert result.outcome.reply.text.endswith("`--no-guard` does without")
    (record,) = hands.records
    assert (record["outcome"], record["messages"]) == ("refused", 0)
    assert [row["became"] for row in record["members"]] == ["not sent"]
    assert states(ip)["wan0"].up


def test_a_guarded_change_that_failed_needs_no_countdown(ip: Ip, way_out: str, hands: Hands) -> None:
    plan = hands.plan("mtu", 5, 100)
    hands.writer.close()
    refusing = Writer(Gate(read_only=True))
    result = hands.carry_out(plan, refusing)
    refusing.close()
    assert (result.outcome.verdict, result.guard) == ("refused", None)
    until(lambda: not guards() and not files(), "the guard's end")
    assert states(ip)["wan0"].mtu == 1500


def test_without_a_guard_nothing_is_armed(ip: Ip, way_out: str, hands: Hands) -> None:
    hands.timeout = None
    result = hands.carry_out(hands.plan("down", 5))
    assert (result.outcome.verdict, result.guard, guards()) == ("done", None, [])


def test_a_silent_kernel_leaves_a_guarded_change_guarded(ip: Ip, way_out: str, hands: Hands) -> None:
    def silent() -> None:
        raise NoAnswerError(110, "timed out")

    hands.writer.after = silent
    result = hands.carry_out(hands.plan("down", 5))
    assert result.outcome.verdict == "unknown"
    assert result.guard is not None
    assert result.guard.revert().complete
    assert states(ip)["wan0"].up


def test_the_way_here_is_looked_for_once_more_right_before_sending(
    ip: Ip, way_out: str, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    ip("route", "del", "default")
    plan = hands.plan("down", 5)
    ip("route", "add", "default", "via", "192.0.2.1")
    sent = record_sends(monkeypatch)
    result = hands.carry_out(plan)
    assert (result.outcome.verdict, sent) == ("refused", [])
    assert "by now it carries the way to this machine" in result.outcome.reply.text
    assert hands.records[0]["outcome"] == "refused"


def test_a_defect_in_the_middle_is_an_outcome_too(
    three: None, ip: Ip, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("broken")

    monkeypatch.setattr("tui.session.change_runner.change_group", broken)
    result = hands.carry_out(hands.plan("up", 7))
    assert (result.outcome.verdict, result.sample) == ("unknown", None)
    assert "ZeroDivisionError: broken" in result.outcome.reply.text
    assert hands.records[0]["outcome"] == "unknown"


def test_what_cant_be_put_on_record_is_complained_of_and_done_all_the_same(three: None, ip: Ip, hands: Hands) -> None:
    hands.audit.mkdir()
    result = hands.carry_out(hands.plan("up", 7))
    assert result.outcome.verdict == "done"
    assert result.complaint.startswith("The change is not on record: ")
    assert all(state.up for name, state in states(ip).items() if name.startswith("m"))


def test_an_outcome_is_told_before_it_is_put_on_record(three: None, ip: Ip, hands: Hands) -> None:
    told: list[tuple[str, bool]] = []
    result = hands.carry_out(
        hands.plan("up", 7), told=lambda result: told.append((result.outcome.verdict, hands.audit.exists()))
    )
    assert told == [("done", False)]
    assert [record["outcome"] for record in hands.records] == [result.outcome.verdict]


def test_who_follows_a_change_is_among_what_can_be_undone(ip: Ip, hands: Hands) -> None:
    add(ip, "veth", "low0")
    add(ip, "macvlan", "mac0", "link", "low0")
    ip("link", "set", "low0", "group", 7)
    result = hands.carry_out(hands.plan("mtu", 7, 1300))
    assert states(ip)["mac0"].mtu == 1300
    assert [step.before.name for step in result.followers] == [b"mac0"]


def test_a_stop_between_two_batches_is_on_record(ip: Ip, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    many(cheap_kind(ip), 600, 7, up=False)
    sent = record_sends(monkeypatch)
    plan = hands.plan("retag", "m", 9)
    progress = hands.progress = Progress(600)
    hands.writer.after = progress.stop.set
    result = hands.carry_out(plan)
    assert (result.outcome.verdict, result.outcome.stopped) == ("partly", True)
    assert [len(batch) for batch in sent] == [512]
    (record,) = hands.records
    assert record["stopped"] is True
    became = [row["became"] for row in record["members"]]
    assert (became.count("changed"), became.count("not reached")) == (512, 88)


def test_single_interfaces_go_by_index_and_a_group_by_its_number(
    three: None, ip: Ip, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = record_sends(monkeypatch)
    hands.carry_out(hands.plan("up", 7))
    hands.progress = None
    hands.carry_out(hands.plan("retag", "m", 9))
    assert requests(sent) == [[(NEWLINK, 0)], [(SETLINK, index_of(ip, f"m{number}")) for number in range(3)]]


def test_what_was_before_is_what_was_there_right_before_the_send(three: None, ip: Ip, hands: Hands) -> None:
    """Another changes one, and brings one in, between the plan and the send."""
    many(cheap_kind(ip), 1, 8, up=True, prefix="late")
    plan = hands.plan("mtu", 7, 9000)
    ip("link", "set", "m1", "mtu", 1234)
    ip("link", "set", "late0", "group", 7)
    hands.watch.check()
    result = hands.carry_out(plan)
    (record,) = hands.records
    befores = {row["ifname"]: (row["became"], row["before"]) for row in record["members"]}
    assert befores == {
        "m0": ("changed", {"mtu": 1500}),
        "m1": ("changed", {"mtu": 1234}),
        "m2": ("changed", {"mtu": 1500}),
        "late0": ("joined meanwhile", {"mtu": 1500}),
    }
    assert {step.before.name: step.before.mtu for step in steps_taken(result.outcome)} == {
        b"m0": 1500,
        b"m1": 1234,
        b"m2": 1500,
        b"late0": 1500,
    }


def arming(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object], times: int) -> list[Guard]:
    """Have something happen while each of the first guards is being armed; return the guards."""
    made: list[Guard] = []
    arm = Guard.arm.__func__  # type: ignore[attr-defined]

    def arming(cls: type[Guard], *arguments: Any, **rest: Any) -> Guard:
        guard: Guard = arm(cls, *arguments, **rest)
        made.append(guard)
        if len(made) <= times:
            act()
        return guard

    monkeypatch.setattr(Guard, "arm", classmethod(arming))
    return made


def test_a_guard_gives_back_what_was_there_right_before_the_send(
    ip: Ip, way_out: str, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another changes it between the plan and the guard, and once more while the guard is started."""
    plan = hands.plan("mtu", 5, 1300)
    ip("link", "set", "wan0", "mtu", 1450)
    hands.watch.check()

    def another() -> None:
        ip("link", "set", "wan0", "mtu", 1440)
        hands.watch.check()

    made = arming(monkeypatch, another, 1)
    result = hands.carry_out(plan)
    assert (result.outcome.verdict, len(made), guards()) == ("done", 2, [made[1].pid])
    assert hands.records[0]["members"][0]["before"] == {"mtu": 1440}
    assert result.guard is not None
    result.guard.revert()
    assert states(ip)["wan0"].mtu == 1440


def test_while_others_keep_changing_what_is_to_be_guarded_nothing_is_sent(
    ip: Ip, way_out: str, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, mtus = hands.plan("mtu", 5, 1300), iter(range(1400, 1500))

    def another() -> None:
        ip("link", "set", "wan0", "mtu", next(mtus))
        hands.watch.check()

    arming(monkeypatch, another, 99)
    sent = record_sends(monkeypatch)
    result = hands.carry_out(plan)
    assert (result.outcome.verdict, sent) == ("refused", [])
    assert "Somebody else keeps changing these interfaces; nothing was sent" in result.outcome.reply.text
    until(lambda: not guards() and not files(), "the guards' end")


def test_an_undo_that_cannot_look_again_sends_nothing(
    three: None, ip: Ip, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = hands.carry_out(hands.plan("mtu", 7, 9000))
    intent, _ = plan_undo(1, steps_taken(first.outcome), first.outcome.sent.revision, hands.watch.store.snapshot())
    assert intent is not None
    sent = record_sends(monkeypatch)
    hands.watch.monitor.stop()
    result = hands.carry_out(make_plan(intent, {}, NameMap()))
    assert (result.outcome.verdict, sent) == ("refused", [])
    assert result.outcome.reply.text == "the kernel didn't tell in time what the interfaces are now"


def test_who_was_retagged_away_after_the_message_can_still_be_taken_back(three: None, ip: Ip, hands: Hands) -> None:
    hands.writer.after = lambda: ip("link", "set", "m1", "group", 8)
    outcome = hands.carry_out(hands.plan("mtu", 7, 9000)).outcome
    assert [link.name for link in outcome.left] == [b"m1"]
    assert [step.before.name for step in steps_taken(outcome)] == [b"m0", b"m1", b"m2"]


def test_no_guard_is_left_where_what_it_guards_cannot_be_looked_at_again(
    ip: Ip, way_out: str, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = hands.plan("mtu", 5, 1300)
    arming(monkeypatch, hands.watch.monitor.stop, 1)
    result = hands.carry_out(plan)
    assert (result.outcome.verdict, result.outcome.reply.messages) == ("refused", 0)
    until(lambda: not guards() and not files(), "the guard's end")
    assert states(ip)["wan0"].mtu == 1500
