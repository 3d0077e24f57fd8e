"""The inverse plan: by as few messages as possible, and nobody else touched."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.changes import asked, made, setting
from tests.links import LINKS, a_link, fuzz
from tui.model.change.intent import intent_for_links
from tui.model.change.outcome import Outcome, Reply, compare, steps_taken
from tui.model.change.reversal import Step
from tui.model.change.settings import Settings
from tui.model.change.undo import plan_undo
from tui.model.link import Link
from tui.model.store import Snapshot, Store

ACK = Reply(0, "", 1, 40, 0.01)


def seen(*links: Link) -> Snapshot:
    store = Store()
    store.replace({link.ifindex: link for link in links})
    return store.snapshot()


def steps(wanted: Settings, *links: Link) -> list[Step]:
    return [Step(link, wanted) for link in links]


@pytest.mark.parametrize(
    ("wanted", "operation"),
    [(setting(mtu=9000), "mtu"), (setting(up=True), "down"), (setting(group=9), "retag")],
)
def test_alike_before_they_become_alike_again(wanted: Settings, operation: str) -> None:
    before = (a_link(1), a_link(2))
    now = seen(*(made(link, wanted) for link in before), a_link(3, group=9))
    intent, found = plan_undo(4, steps(wanted, *before), 99, now)
    assert intent is not None
    assert (intent.operation, intent.undoes, list(intent.members)) == (operation, 4, [1, 2])
    assert intent.alike == wanted.as_of(before[0])
    assert intent.group_id == (None if operation == "retag" else 7)
    assert len(found.back) == 2


def test_who_is_not_the_whole_group_gets_a_message_each() -> None:
    before = (a_link(1), a_link(2))
    now = seen(*(link._replace(mtu=9000) for link in before), a_link(3))
    intent, _ = plan_undo(1, steps(setting(mtu=9000), *before), 99, now)
    assert intent is not None
    assert (intent.group_id, intent.alike) == (None, setting(mtu=1500))


def test_different_before_each_gets_back_its_own() -> None:
    before = (a_link(1), a_link(2, mtu=1400))
    now = seen(*(link._replace(mtu=9000) for link in before))
    intent, _ = plan_undo(1, steps(setting(mtu=9000), *before), 99, now)
    assert intent is not None
    assert (intent.operation, intent.group_id) == ("restore", None)
    assert intent.settings == {1: setting(mtu=1500), 2: setting(mtu=1400)}


def test_who_was_touched_since_is_left_out_and_the_group_message_with_him() -> None:
    before = (a_link(1), a_link(2), a_link(3))
    now = seen(before[0]._replace(mtu=9000), before[1]._replace(mtu=1400), before[2]._replace(mtu=9000, name=b"new"))
    intent, found = plan_undo(1, steps(setting(mtu=9000), *before), 99, now)
    assert intent is not None
    assert (list(intent.members), intent.group_id) == ([1], None)
    assert ([link.ifindex for link in found.changed_since], [link.ifindex for link in found.gone]) == ([2], [3])


def test_where_nothing_is_left_to_be_done_there_is_no_intent() -> None:
    before = (a_link(1), a_link(2))
    for now in (seen(*before), seen(), seen(*(link._replace(mtu=1400) for link in before))):
        assert plan_undo(1, steps(setting(mtu=9000), *before), 99, now)[0] is None
    assert plan_undo(1, [], 99, seen(*before))[0] is None


def test_of_a_change_with_an_unknown_end_all_that_were_to_change_can_go_back() -> None:
    before = seen(a_link(1), a_link(2, mtu=9000))
    intent = intent_for_links(before, setting(mtu=9000), frozenset({1, 2}))
    unknown = Outcome(intent, Reply(None, "no answer", 1, 40, 10.0), checked=False)
    assert [step.before.ifindex for step in steps_taken(unknown)] == [1]
    refused = Outcome(intent, Reply(1, "no", 0, 0, 0.0), checked=False)
    assert steps_taken(refused) == ()


@pytest.mark.parametrize("looks", [{}, {"address": b"\2" * 6}])
def test_a_recreated_interface_is_gone_whatever_it_looks_like(looks: dict[str, bytes]) -> None:
    store = Store()
    store.replace({1: a_link(1), 2: a_link(2)})
    then = store.revision
    store.replace({1: a_link(1, mtu=9000), 2: a_link(2, mtu=9000)})
    store.bury(2)
    store.replace({1: a_link(1, mtu=9000), 2: a_link(2, mtu=9000, **looks)})
    intent, found = plan_undo(1, steps(setting(mtu=9000), a_link(1), a_link(2)), then, store.snapshot())
    assert found.gone == (a_link(2),)
    assert intent is not None
    assert (list(intent.members), intent.group_id) == ([1], None)


@fuzz
@given(
    st.lists(LINKS, min_size=1, max_size=8, unique_by=lambda link: link.ifindex),
    st.data(),
    st.sampled_from((("up",), ("down",), ("mtu", 1400), ("retag", 9), ("txqueuelen", 500))),
)
def test_change_and_undo_are_the_identity(links: list[Link], data: st.DataObject, change: tuple[Any, ...]) -> None:
    store = Store()
    store.replace({link.ifindex: link for link in links})
    before = store.snapshot()
    chosen = frozenset(data.draw(st.sets(st.sampled_from(sorted(before.links)), min_size=1)))
    intent = intent_for_links(before, asked(*change), chosen)
    store.replace(
        {index: made(link, intent.wanted(index)) if index in chosen else link for index, link in before.links.items()}
    )
    after = store.snapshot()
    undo, found = plan_undo(1, steps_taken(compare(intent, before, chosen, after, ACK)), before.revision, after)
    assert not found.changed_since
    reached = (
        set(after.members(undo.group_id)) if undo and undo.group_id is not None else set(undo.members if undo else ())
    )
    assert undo is None or reached == set(undo.members)
    again = {
        index: made(link, undo.wanted(index)) if undo and index in undo.members else link
        for index, link in after.links.items()
    }
    assert again == dict(before.links)
