"""Groups below a parent changed for real: each way in which it can end for each of them, and for all."""

import errno
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.changes import asked
from tests.console import Console, console
from tests.links import PATIENCE, Ip, add, cheap_kind, many
from tests.sitting import Sitting, sitting
from tests.writers import once
from tui.model.change.intent import Intent, intent_for_branch
from tui.model.change.outcome import Outcome, steps_taken
from tui.model.change.past import NOWHERE, past_of
from tui.model.change.replay import replay
from tui.model.change.undo import plan_undo
from tui.model.names.map import NameMap, parse
from tui.model.names.tree import Branch, tree_of
from tui.present.change import outcome_line

CHILDREN = (257, 258, 259)
DC1 = Branch(b"dc1", (256, *CHILDREN))
MAP = "256 dc1\n257 dc1/a\n258 dc1/b\n259 dc1/r2/c\n300 other\n"


def three(ip: Ip, kind: str = "") -> None:
    """Make three groups of two below dc1, and one interface elsewhere."""
    for group, prefix in zip(CHILDREN, "abc", strict=True):
        many(kind or cheap_kind(ip), 2, group, up=False, prefix=prefix)
    many(kind or cheap_kind(ip), 1, 300, up=False, prefix="o")


def states(ip: Ip) -> dict[str, tuple[int, bool, str]]:
    """Return MTU, state and group of each interface, as `ip` tells them."""
    links = json.loads(ip("-N", "-j", "-d", "link"), strict=False)
    return {link["ifname"]: (link["mtu"], "UP" in link["flags"], link["group"]) for link in links}


def mtus(ip: Ip) -> dict[str, int]:
    return {name: mtu for name, (mtu, _, _) in states(ip).items() if name != "lo"}


def intent_of(shell: Console, operation: str, value: int | None = None, branch: Branch = DC1) -> Intent:
    shell.watch.check()
    return intent_for_branch(shell.watch.store.snapshot(), asked(operation, value), branch)


def verdicts(outcome: Outcome) -> list[str]:
    return [part.verdict for part in outcome.parts]


def undo(shell: Console, outcome: Outcome) -> Outcome:
    shell.watch.check()
    intent, _ = plan_undo(1, steps_taken(outcome), outcome.sent.revision, shell.watch.store.snapshot())
    assert intent is not None
    return shell.act(intent)


def test_all_groups_by_one_send_and_back_by_another(ip: Ip) -> None:
    three(ip)
    ip("link", "set", "c0", "mtu", 1400)
    ip("link", "set", "c1", "mtu", 1400)
    before = states(ip)
    with console() as shell:
        sent = shell.writer.sent = []  # type: ignore[misc]
        outcome = shell.act(intent_of(shell, "mtu", 9000))
        assert (outcome.verdict, verdicts(outcome)) == ("done", ["nothing", "done", "done", "done"])
        assert (outcome.reply.messages, outcome.reply.errno, [len(batch) for batch in sent]) == (3, 0, [3])
        assert mtus(ip) == {**dict.fromkeys(("a0", "a1", "b0", "b1", "c0", "c1"), 9000), "o0": 1500}
        undone = undo(shell, outcome)
        assert (undone.verdict, undone.reply.messages, [len(batch) for batch in sent]) == ("done", 3, [3, 3])
        assert states(ip) == before
        assert shell.act(intent_of(shell, "down")).verdict == "done"


def test_64_children_take_one_sendmsg_of_64(ip: Ip) -> None:
    kind = cheap_kind(ip)
    groups = tuple(range(0x101, 0x141))
    for number, group in enumerate(groups):
        many(kind, 2, group, up=False, prefix=f"g{number}x")
    with console() as shell:
        sent = shell.writer.sent = []  # type: ignore[misc]
        outcome = shell.act(intent_of(shell, "mtu", 1400, Branch(b"dc1", groups)))
        assert (outcome.verdict, len(outcome.changed), [len(batch) for batch in sent]) == ("done", 128, [64])
        assert set(mtus(ip).values()) == {1400}
        assert undo(shell, outcome).verdict == "done"
        assert ([len(batch) for batch in sent], set(mtus(ip).values())) == ([64, 64], {1500})


def test_a_group_that_refuses_stops_itself_alone_and_who_refused_is_named(ip: Ip) -> None:
    three(ip)
    ip("link", "add", "mid", "index", 500, "type", "bridge")
    ip("link", "set", "mid", "group", 258)
    add(ip, cheap_kind(ip), "z0", "index", 600)
    ip("link", "set", "z0", "group", 258)
    before = states(ip)
    with console() as shell:
        outcome = shell.act(intent_of(shell, "mtu", 65536))
        assert (outcome.verdict, verdicts(outcome)) == ("partly", ["nothing", "done", "partly", "done"])
        assert [refusal.link.name for refusal in outcome.refused] == [b"mid"]
        assert "mtu greater than device maximum" in outcome.refused[0].reason
        assert [link.name for link in outcome.not_reached] == [b"z0"]
        assert outcome.reply.messages == 4  # the changes, and the question why
        line = outcome_line(outcome, parse(MAP.encode())).text
        head = "dc1/ (4 groups) MTU 65536: 2 groups done, 1 partly; 6 changed; 1 refused (mid); 1 not reached"
        assert line.startswith(f"{head} · the kernel:")
        changed = dict.fromkeys(("a0", "a1", "b0", "b1", "c0", "c1"), 65536)
        assert mtus(ip) == {"mid": 1500, "z0": 1500, "o0": 1500, **changed}
        sent = shell.writer.sent = []  # type: ignore[misc]
        undone = undo(shell, outcome)
        # Two groups go back as wholes; of the third only who was changed.
        assert (undone.verdict, undone.reply.messages, [len(batch) for batch in sent]) == ("done", 4, [2, 2])
        assert (verdicts(undone), states(ip)) == (["done", "done", "done"], before)


def test_all_of_several_groups_refuse(ip: Ip) -> None:
    three(ip, "bridge")
    with console() as shell:
        outcome = shell.act(intent_of(shell, "mtu", 70000))
        assert (outcome.verdict, verdicts(outcome)) == ("failed", ["nothing", "failed", "failed", "failed"])
        assert [refusal.link.name for refusal in outcome.refused] == [b"a0", b"b0", b"c0"]
        assert [link.name for link in outcome.not_reached] == [b"a1", b"b1", b"c1"]


def test_who_agrees_when_asked_again_has_changed(ip: Ip) -> None:
    """The macvlan refuses as long as its lower link's MTU is too small; another mends that in between."""
    add(ip, "bridge", "lower")
    ip("link", "add", "mv", "link", "lower", "type", "macvlan")
    ip("link", "set", "mv", "group", 257)
    many(cheap_kind(ip), 1, 258, up=False, prefix="b")
    with console() as shell:
        mend = [lambda: ip("link", "set", "lower", "mtu", 2000)]
        shell.writer.after = once(mend)  # type: ignore[arg-type]
        outcome = shell.act(intent_of(shell, "mtu", 1600))
        assert [link.name for link in outcome.changed] == [b"mv", b"b0"]
        assert (outcome.refused, outcome.reply.messages, mtus(ip)["mv"]) == ((), 3, 1600)


def test_a_child_that_vanishes_between_plan_and_send_and_one_that_gets_its_first_member(ip: Ip) -> None:
    three(ip)
    with console() as shell:
        intent = intent_of(shell, "mtu", 9000)
        ip("link", "del", "b0")
        ip("link", "del", "b1")
        ip("link", "set", "o0", "group", 256)
        ip("link", "set", "c0", "group", 257)
        outcome = shell.act(intent)
        by_group = dict(zip(DC1.group_ids, outcome.parts, strict=True))
        assert [link.name for link in by_group[258].vanished] == [b"b0", b"b1"]
        # To the group that was empty nothing was sent, and it is told who is in it by now.
        assert ([link.name for link in by_group[256].joined], mtus(ip)["o0"]) == ([b"o0"], 1500)
        assert [link.name for link in by_group[257].joined] == [link.name for link in by_group[259].left] == [b"c0"]
        assert outcome.verdict == "done"
        # Who went from child to child was reached all the same, and goes back with the others.
        assert {step.before.name for step in steps_taken(outcome)} == {b"a0", b"a1", b"c0", b"c1"}
        assert undo(shell, outcome).verdict == "done"
        assert set(mtus(ip).values()) == {1500}


def test_where_all_are_empty_nothing_is_sent_and_the_view_may_be_behind(ip: Ip) -> None:
    three(ip)
    with console() as shell:
        sent = shell.writer.sent = []  # type: ignore[misc]
        intent = intent_of(shell, "mtu", 9000, Branch(b"dc2", (700, 701)))
        assert shell.act(intent).verdict == "nothing"
        ip("link", "set", "o0", "group", 700)
        outcome = shell.act(intent)
        assert (outcome.verdict, [link.name for link in outcome.joined], sent) == ("nothing", [b"o0"], [])


def test_no_answer_in_time_is_unknown_and_all_can_be_taken_back(ip: Ip) -> None:
    three(ip)
    with console() as shell:
        intent = intent_of(shell, "mtu", 9000)

        def slowly() -> None:
            time.sleep(0.3)

        shell.writer.after = slowly
        outcome = shell.act(intent, deadline=0.01)
        assert (outcome.verdict, outcome.reply.messages, outcome.reply.errno) == ("unknown", 3, None)
        assert len(steps_taken(outcome)) == 6


def test_what_cant_be_sent_is_refused(ip: Ip) -> None:
    three(ip)
    with console() as shell:

        def fail() -> None:
            raise OSError(errno.ENOBUFS, "no room")

        shell.writer.before = fail
        outcome = shell.act(intent_of(shell, "mtu", 9000))
        assert (outcome.verdict, outcome.reply.messages, outcome.reply.text) == ("refused", 0, "no room")
        assert set(mtus(ip).values()) == {1500}


def test_an_undo_whose_groups_went_and_whose_single_ones_couldnt_be_sent_is_partly_done(ip: Ip) -> None:
    three(ip)
    add(ip, "bridge", "b9")
    ip("link", "set", "b9", "group", 258)
    with console() as shell:
        outcome = shell.act(intent_of(shell, "mtu", 65536))
        batches: list[int] = []

        def second_fails() -> None:
            batches.append(1)
            if len(batches) == 2:
                raise OSError(errno.ENOBUFS, "no room")

        shell.writer.before = second_fails
        undone = undo(shell, outcome)
        assert (undone.verdict, [link.name for link in undone.not_reached]) == ("partly", [b"b0", b"b1"])
        assert {name for name, mtu in mtus(ip).items() if mtu == 65536} == {"b0", "b1"}


@pytest.fixture
def sat(ip: Ip, tmp_path: Path) -> Iterator[Sitting]:
    three(ip)
    (tmp_path / "group").write_text(MAP)
    with sitting(names=tmp_path / "group", audit=tmp_path / "audit") as seat:
        yield seat


def branch(seat: Sitting) -> Branch:
    found = tree_of(seat.session.services.names).branch(b"dc1")
    assert found is not None
    return found


def test_a_sitting_logs_it_once_records_each_group_traces_it_and_takes_it_back(
    sat: Sitting, ip: Ip, tmp_path: Path
) -> None:
    before = states(ip)
    plan = sat.propose(asked("mtu", 9000), branch(sat)).plan
    assert sat.carry_out(plan).verdict == "done"
    ((entry),) = sat.session.log.entries
    assert (entry.what, entry.plan) == ("dc1/ (4 groups) MTU 9000", "6 of 6: 1500 → 9000, 3 messages, one a group")
    assert entry.outcome.startswith("all 6 changed · 3 messages, 144 bytes, ACK after ")
    assert entry.lines == tuple(f"ip link set group dc1/{name} mtu 9000" for name in ("a", "b", "r2/c"))
    ((sample),) = sat.session.samples
    assert (sample.links, sample.messages) == (6, 3)
    trace = sat.session.trace
    assert trace is not None
    assert (trace.whole_group, trace.groups, trace.members, trace.sent.messages, trace.sent.sends) == (True, 3, 6, 3, 1)
    assert trace.answered == 1  # only the last asks for an ACK
    assert sat.take_back(1).verdict == "done"
    assert states(ip) == before
    assert sat.session.log.entries[-1].messages == 3
    until_recorded(tmp_path / "audit", 2)
    records = [json.loads(line) for line in (tmp_path / "audit").read_text().splitlines()]
    assert [record["branch"] for record in records] == ["dc1", None]
    assert [row["group_id"] for row in records[0]["by_group"]] == [256, *CHILDREN]
    for record, mtu in zip(records, (9000, 1500), strict=True):
        for line in lines_of(record):
            ip(*line.split()[1:])
        assert {name: value for name, value in mtus(ip).items() if name != "o0"} == dict.fromkeys(
            ("a0", "a1", "b0", "b1", "c0", "c1"), mtu
        )


def test_an_undo_leaves_alone_who_joined_one_of_the_groups_after_its_plan(sat: Sitting, ip: Ip) -> None:
    assert sat.carry_out(sat.propose(asked("mtu", 9000), branch(sat)).plan).verdict == "done"
    plan = sat.undo(1).plan
    assert plan is not None
    assert list(plan.intent.by_group()) == [257, 258, 259]
    ip("link", "set", "o0", "group", 257, "mtu", 9000)
    undone = sat.carry_out(plan)
    assert (undone.verdict, list(undone.intent.by_group()), undone.reply.messages) == ("done", [258, 259], 4)
    assert mtus(ip) == {**dict.fromkeys(("a0", "a1", "b0", "b1", "c0", "c1"), 1500), "o0": 9000}


def until_recorded(path: Path, number: int) -> None:
    end = time.monotonic() + PATIENCE
    while not path.exists() or path.read_text().count("\n") < number:
        assert time.monotonic() < end


def lines_of(record: dict[str, Any]) -> list[str]:
    past = past_of(json.dumps(record).encode())
    assert past is not None
    return replay(past, NameMap(), NOWHERE)


@pytest.mark.parametrize(
    ("edited", "renamed"),
    [
        (MAP.replace("dc1", "dc3"), True),  # a renamed parent
        (MAP + "260 dc1/new\n", True),
        (MAP.replace("258 dc1/b\n", ""), True),
        (MAP.replace("dc1/b", "dc1/other"), False),  # the same groups below it
    ],
)
def test_a_map_that_changed_while_the_dialog_was_open(sat: Sitting, tmp_path: Path, edited: str, renamed: bool) -> None:
    plan = sat.propose(asked("up"), branch(sat), unseen=True).plan
    assert not sat.session.overtaken(plan)
    (tmp_path / "group").write_text(edited)
    assert sat.session.overtaken(plan).renamed is renamed
    assert bool(sat.session.overtaken(plan)) is renamed


def test_who_joined_and_left_while_the_dialog_was_open(sat: Sitting, ip: Ip) -> None:
    plan = sat.propose(asked("up"), branch(sat), unseen=True).plan
    ip("link", "set", "c0", "group", 257)
    sat.check()
    assert not sat.session.overtaken(plan)  # from child to child: it is still meant
    ip("link", "set", "o0", "group", 256)
    ip("link", "set", "a0", "group", 300)
    sat.check()
    news = sat.session.overtaken(plan)
    assert (news.joined, news.left) == (1, 1)
