"""A change of all groups below a parent: what is asked, planned, told apart, put on record, and taken back."""

import json
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.changes import asked, made, setting
from tests.links import LINKS, a_link, fuzz
from tui.model.change.audit import change_record
from tui.model.change.intent import Intent, intent_for_branch
from tui.model.change.merge import merged
from tui.model.change.outcome import Outcome, Refusal, Reply, compare, steps_taken, with_refusal
from tui.model.change.past import NOWHERE, past_of
from tui.model.change.plan import ip_lines, make_plan
from tui.model.change.replay import replay
from tui.model.change.reversal import Step
from tui.model.change.still import still_whole
from tui.model.change.undo import plan_undo
from tui.model.link import Link
from tui.model.names.map import NameMap, parse
from tui.model.names.tree import Branch, tree_of
from tui.model.store import EMPTY, Snapshot, Store
from tui.present.change import asked as words
from tui.present.change import effort, empty_groups, outcome_line, part_lines, risks

NAMES = parse(b"256 dc1\n257 dc1/a\n258 dc1/b\n259 dc1/r2/c\n0 dc1/none\n300 other\n")
DC1 = Branch(b"dc1", (256, 257, 258, 259))
ACK, SENT = Reply(0, "", 1, 40, 0.01, 1.0), Reply(22, "no such MTU", 1, 40, 0.01, 1.0)
UNSENT = Reply(0, "", 0, 0, 0.0)


def seen(*links: Link) -> Snapshot:
    store = Store()
    store.replace({link.ifindex: link for link in links})
    return store.snapshot()


FARM = (a_link(1, group=257), a_link(2, group=257, mtu=1400), a_link(3, group=258), a_link(4, group=259), a_link(5))


def came_to(intent: Intent, before: Snapshot, after: Snapshot, *replies: Reply) -> Outcome:
    parts = [
        compare(part, before, before.members(part.group_id or 0) if reply.errno == 0 else (), after, reply)
        for part, reply in zip(intent.parts(), replies, strict=True)
    ]
    return merged(intent, parts, before)


def test_the_tree_never_has_group_0_below_a_parent() -> None:
    assert tree_of(NAMES).branch(b"dc1") == DC1


def test_who_is_meant_is_the_members_of_all_groups_and_each_group_is_a_part() -> None:
    intent = intent_for_branch(seen(*FARM), setting(mtu=9000), DC1)
    assert (list(intent.members), len(intent.members), 5 in intent.members) == ([1, 2, 3, 4], 4, False)
    assert (intent.group_id, intent.whole, intent.alone) == (None, DC1.group_ids, {})
    assert list(intent.by_group()) == [257, 258, 259]  # nobody is in 256: no message goes to it
    assert [(part.group_id, list(part.members)) for part in intent.parts()] == [
        (256, []),
        (257, [1, 2]),
        (258, [3]),
        (259, [4]),
    ]


def test_what_one_message_cant_do_to_a_group_takes_one_for_each_interface() -> None:
    intent = intent_for_branch(seen(*FARM), setting(group=9), DC1)
    assert (intent.whole, list(intent.alone)) == ((), [1, 2, 3, 4])


def test_the_plan_counts_groups_and_members() -> None:
    plan = make_plan(intent_for_branch(seen(*FARM), setting(mtu=1400), DC1), {3: "the default route", 5: "x"}, NAMES)
    preview = plan.preview
    assert (preview.members, preview.changing, preview.messages, preview.empty) == (4, 3, 3, (256,))
    assert (preview.needs_name, preview.accepted(NAMES)) == (True, ("dc1", "dc1/"))
    assert [link.ifindex for link in preview.endangered] == [3]
    assert preview.ip_line == "ip link set group dc1/a mtu 1400; ... and 2 more groups"
    assert (words(plan.intent, NAMES), effort(preview)) == ("dc1/ (4 groups) MTU 1400", "3 messages, one a group")
    assert empty_groups(preview.empty, NAMES) == ["No message for 1 group without members: dc1."]
    assert risks(preview, NAMES)[0].startswith("dc1/ (4 groups) carries the way to this machine")
    assert ip_lines(plan.intent, NAMES) == [f"ip link set group dc1/{name} mtu 1400" for name in ("a", "b", "r2/c")]


def test_a_group_that_refuses_is_told_apart_and_doesnt_stop_the_others() -> None:
    before = seen(*FARM)
    intent = intent_for_branch(before, setting(mtu=9000), DC1)
    after = seen(*(made(link, setting(mtu=9000)) if link.group in (257, 259) else link for link in FARM))
    outcome = came_to(intent, before, after, UNSENT, ACK, SENT, ACK)
    refused = with_refusal(outcome.parts[2], FARM[2].ifindex, "no such MTU", 22)
    outcome = merged(intent, (*outcome.parts[:2], refused, outcome.parts[3]), before)
    assert [part.verdict for part in outcome.parts] == ["nothing", "done", "failed", "done"]
    assert (outcome.verdict, [link.ifindex for link in outcome.changed]) == ("partly", [1, 2, 4])
    assert (outcome.reply.errno, outcome.reply.messages, outcome.reply.size) == (22, 3, 120)
    line = outcome_line(outcome, NAMES).text
    assert line.startswith("dc1/ (4 groups) MTU 9000: 2 groups done, 1 failed; 3 changed; 1 refused (")
    assert line.endswith("· the kernel: no such MTU")
    refusal = "group dc1/b (258): failed: 1 refused (v3) · the kernel: no such MTU"
    assert part_lines(outcome, NAMES, but_done=True) == [refusal]
    assert part_lines(outcome, NAMES)[:2] == [refusal, "group dc1 (256): no members, no message"]


def test_who_goes_from_child_to_child_has_left_the_one_and_joined_the_other_and_is_taken_back_once() -> None:
    seen_then, sent = seen(*FARM), seen(FARM[0]._replace(group=258), *FARM[1:])
    intent = intent_for_branch(seen_then, setting(up=True), DC1)
    after = seen(*(made(link, setting(up=True)) for link in sent.links.values() if link.ifindex != 5), FARM[4])
    outcome = came_to(intent, sent, after, UNSENT, ACK, ACK, ACK)
    assert ([link.ifindex for link in outcome.left], [link.ifindex for link in outcome.joined]) == ([1], [1])
    assert [step.before.ifindex for step in steps_taken(outcome)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("replies", "verdict"),
    [
        ((UNSENT, ACK, ACK, ACK), "done"),
        ((UNSENT, ACK, SENT, ACK), "partly"),  # all are as asked, and yet a message failed
        ((UNSENT, ACK, Reply(None, "no answer", 1, 40, 9.0), ACK), "unknown"),
        ((UNSENT, UNSENT, UNSENT, UNSENT), "nothing"),
    ],
)
def test_the_whole_in_one_word(replies: tuple[Reply, ...], verdict: str) -> None:
    before = seen(*FARM)
    after = seen(*(made(link, setting(mtu=9000)) for link in FARM[:4]), FARM[4])
    assert came_to(intent_for_branch(before, setting(mtu=9000), DC1), before, after, *replies).verdict == verdict


def test_nothing_of_a_part_is_left_out_of_the_whole() -> None:
    refusal, link = Refusal(FARM[0], "why"), FARM[1]
    filled: dict[str, Any] = {
        field.name: ((link, link),) if field.name == "renamed" else (refusal if "Refusal" in str(field.type) else link,)
        for field in fields(Outcome)
        if str(field.type).startswith("tuple") and field.name != "parts"
    }
    part = Outcome(intent_for_branch(seen(*FARM), setting(mtu=9000), DC1), ACK, stopped=True, checked=False, **filled)
    whole = merged(part.intent, [Outcome(part.intent, ACK), part], EMPTY)
    assert {name: getattr(whole, name) for name in filled} == filled
    assert len(filled) > 8
    assert (whole.stopped, whole.checked) == (True, False)


def record_of(outcome: Outcome) -> dict[str, Any]:
    record = {"time": "2026-01-02T03:04:05Z", **change_record("x", outcome, guarded=False, links={})}
    return json.loads(json.dumps(record))  # type: ignore[no-any-return]


def again(record: dict[str, Any]) -> list[str]:
    past = past_of(json.dumps(record).encode())
    assert past is not None
    return replay(past, NameMap(), NOWHERE)


def test_the_record_tells_of_each_group_and_the_lines_that_do_it_again_leave_out_what_failed() -> None:
    before = seen(*FARM)
    intent = intent_for_branch(before, setting(mtu=9000), DC1)
    after = seen(*(made(link, setting(mtu=9000)) if link.group in (257, 259) else link for link in FARM))
    record = record_of(came_to(intent, before, after, UNSENT, ACK, SENT, ACK))
    assert (record["branch"], record["group_id"], record["groups"]) == ("dc1", None, [257, 258, 259])
    told = [(row["group_id"], row["outcome"], row["errno"]) for row in record["by_group"]]
    assert told == [(256, "nothing", 0), (257, "done", 0), (258, "failed", 22), (259, "done", 0)]
    assert again(record) == [
        "ip link set group 257 mtu 9000",
        "# not done again: group 258: it changed nothing",
        "ip link set group 259 mtu 9000",
    ]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"group_id": True, "outcome": "done"}, "# not done again: group -1: there is no such group"),
        ({"group_id": -7, "outcome": "done"}, "# not done again: group -7: there is no such group"),
        ({"group_id": 7, "outcome": 5}, "# not done again: group 7: what came of it isn't on record"),
        ({"group_id": 7, "outcome": "done"}, "ip link set group 7 up"),
    ],
)
def test_a_record_that_another_wrote(row: dict[str, Any], says: str) -> None:
    record = {"time": "2026-01-02T03:04:05Z", "event": "change", "outcome": "done", "settings": {"up": True}}
    assert again({**record, "by_group": [row, "x"]}) == [says]


def test_what_was_set_on_each_group_is_on_record_where_they_differ() -> None:
    before = [(a_link(1, group=257), 1500), (a_link(2, group=257), 1500), (a_link(3, group=258), 1400)]
    now = seen(*(link._replace(mtu=9000) for link, _ in before), a_link(9, group=258, mtu=9000))
    steps = [Step(link._replace(mtu=mtu), setting(mtu=9000)) for link, mtu in before]
    undo, _ = plan_undo(4, steps, 99, now)
    assert undo is not None
    after = seen(*(link._replace(mtu=mtu) for link, mtu in before), a_link(9, group=258, mtu=9000))
    record = record_of(came_to(undo, now, after, ACK, ACK))
    assert again(record) == ["ip link set group 257 mtu 1500", "ip link set dev v3 mtu 1400"]


def test_an_undo_takes_each_whole_group_back_by_one_message_whatever_it_had() -> None:
    before = (
        a_link(1, group=257),
        a_link(2, group=257),
        a_link(3, group=258, mtu=1400),
        a_link(4, group=258, mtu=1400),
    )
    steps = [Step(link, setting(mtu=9000)) for link in before]
    undo, _ = plan_undo(4, steps, 99, seen(*(link._replace(mtu=9000) for link in before)))
    assert undo is not None
    assert (undo.group_id, undo.by_group()) == (None, {257: setting(mtu=1500), 258: setting(mtu=1400)})
    assert dict(undo.alone) == {}
    assert words(undo, NAMES) == "undo 4: 2 groups back as they were"


@pytest.mark.parametrize(
    "other",
    [
        a_link(9, group=258, mtu=9000),  # somebody else is in it
        a_link(3, group=258, mtu=1300),  # somebody else changed one of it
    ],
)
def test_a_group_that_isnt_ours_alone_goes_back_member_by_member(other: Link) -> None:
    before = [a_link(index, group=257 + index // 3) for index in (1, 2, 3, 4)]
    now = {link.ifindex: link._replace(mtu=9000) for link in before} | {other.ifindex: other}
    undo, _ = plan_undo(4, [Step(link, setting(mtu=9000)) for link in before], 99, seen(*now.values()))
    assert undo is not None
    assert list(undo.by_group()) == [257]
    assert list(undo.alone) == ([3, 4] if other.ifindex == 9 else [4])


def test_group_0_and_a_group_of_one_go_back_by_index() -> None:
    before = (a_link(1, group=0), a_link(2, group=0), a_link(3, group=258), a_link(4, group=259), a_link(5, group=259))
    steps = [Step(link, setting(mtu=9000)) for link in before]
    undo, _ = plan_undo(4, steps, 99, seen(*(link._replace(mtu=9000) for link in before)))
    assert undo is not None
    assert (list(undo.by_group()), list(undo.alone)) == ([259], [1, 2, 3])


def test_before_an_undo_is_sent_a_group_that_another_joined_or_left_is_no_whole_any_more() -> None:
    before = [a_link(index, group=257 + index // 3) for index in (1, 2, 3, 4)]
    now = [link._replace(mtu=9000) for link in before]
    undo, _ = plan_undo(4, [Step(link, setting(mtu=9000)) for link in before], 99, seen(*now))
    assert undo is not None
    assert still_whole(undo, seen(*now)) is undo
    assert still_whole(undo, seen(*now, a_link(9, group=257))).groups == (258,)
    # As many as before, and yet another one.
    swapped = seen(now[0], now[1]._replace(group=8), *now[2:], a_link(9, group=257))
    assert still_whole(undo, swapped).groups == (258,)
    assert list(still_whole(undo, swapped).alone) == [1, 2]


@fuzz
@given(
    st.lists(
        LINKS.map(lambda link: link._replace(group=link.group % 4 + 256)), max_size=12, unique_by=lambda x: x.ifindex
    )
)
def test_an_undo_reaches_each_who_changed_and_nobody_else(links: list[Link]) -> None:
    before = seen(*links)
    intent = intent_for_branch(before, asked("mtu", 9000), Branch(b"x", (256, 257)))
    after = seen(*(made(link, setting(mtu=9000)) if link.group < 258 else link for link in links))
    outcome = came_to(intent, before, after, *(ACK if part.members else UNSENT for part in intent.parts()))
    changed = {link.ifindex for link in links if link.group < 258 and link.mtu != 9000}
    assert {link.ifindex for link in outcome.changed} == changed
    undo, _ = plan_undo(1, steps_taken(outcome), intent.revision, after)
    reached = set[int]()
    back = {link.ifindex: link.mtu for link in links}
    if undo is not None:
        reached |= set(undo.alone) if undo.group_id is None else set(after.members(undo.group_id))
        for group_id, settings in undo.by_group().items():
            reached |= set(after.members(group_id))
            assert {back[index] for index in after.members(group_id)} == set(settings.values())
    assert reached == changed
