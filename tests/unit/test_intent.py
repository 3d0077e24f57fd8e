"""What the operator asked, frozen: a whole group by one message, or single interfaces by one each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.links import LINKS, a_link, fuzz
from tui.model.change.intent import Intent, Operation, intent_for_links, make_intent, whole_group
from tui.model.change.settings import Settings
from tui.model.link import Link
from tui.model.store import Snapshot, Store


def seen(*links: Link) -> Snapshot:
    store = Store()
    store.replace({link.ifindex: link for link in links})
    return store.snapshot()


FARM = seen(a_link(1), a_link(2), a_link(3, group=8), a_link(4, group=0))


@pytest.mark.parametrize("operation", ["up", "down", "mtu"])
def test_exactly_one_groups_members_are_that_groups_change(operation: Operation) -> None:
    mtu = 9000 if operation == "mtu" else None
    intent = intent_for_links(FARM, operation, frozenset({1, 2}), mtu)
    assert intent == make_intent(FARM, operation, 7, mtu)
    assert intent_for_links(FARM, operation, frozenset({4})).group_id == 0


@pytest.mark.parametrize("indexes", [{1}, {1, 2, 3}, {3, 4}])
def test_fewer_or_more_are_single_interfaces(indexes: set[int]) -> None:
    intent = intent_for_links(FARM, "up", frozenset(indexes))
    assert (intent.group_id, list(intent.members)) == (None, sorted(indexes))


def test_a_retag_is_never_a_groups_change() -> None:
    intent = intent_for_links(FARM, "retag", frozenset({1, 2}), new_group=9)
    assert (intent.group_id, intent.new_group, list(intent.members)) == (None, 9, [1, 2])


def test_what_is_not_there_is_left_out() -> None:
    intent = intent_for_links(FARM, "up", frozenset({2, 1, 99}))
    assert (intent.group_id, list(intent.members), intent.revision) == (7, [1, 2], FARM.revision)
    assert intent_for_links(FARM, "up", frozenset({99})).members == {}


def test_nobody_is_no_group() -> None:
    assert whole_group({}, FARM) is None
    assert whole_group({9: a_link(9, group=55)}, FARM) is None


@pytest.mark.parametrize(
    ("intent", "wanted", "up"),
    [
        (Intent("up", 7, {}, 1), Settings(up=True), True),
        (Intent("down", None, {}, 1), Settings(up=False), False),
        (Intent("mtu", None, {}, 1, mtu=1400), Settings(mtu=1400), None),
        (Intent("retag", None, {}, 1, new_group=0), Settings(group=0), None),
        (Intent("restore", None, {}, 1, each={1: Settings(mtu=5, group=2)}), Settings(mtu=5, group=2), None),
        (Intent("restore", None, {}, 1, each={2: Settings(mtu=5)}), Settings(), None),
    ],
)
def test_what_is_wanted_of_an_interface(intent: Intent, wanted: Settings, up: bool | None) -> None:
    assert (intent.wanted(1), intent.up) == (wanted, up)


def test_an_interface_is_reached_when_all_that_is_wanted_is_so() -> None:
    restore = Intent("restore", None, {}, 1, each={1: Settings(1400, True, 9)})
    there = a_link(1, mtu=1400, flags=0x1003, group=9)
    assert restore.reached(there)
    for short in (there._replace(mtu=1500), there._replace(flags=0x1002), there._replace(group=7)):
        assert not restore.reached(short)
    assert restore.reached(a_link(2))  # of which nothing is wanted


@fuzz
@given(st.lists(LINKS, max_size=8, unique_by=lambda link: link.ifindex), st.frozensets(st.integers(1, 9), max_size=8))
def test_a_group_message_reaches_the_chosen_and_nobody_else(links: list[Link], chosen: frozenset[int]) -> None:
    snapshot = seen(*links)
    intent = intent_for_links(snapshot, "down", chosen)
    assert set(intent.members) == chosen & set(snapshot.links)
    groups = [group_id for group_id in snapshot.groups if set(snapshot.members(group_id)) == set(intent.members)]
    assert intent.group_id == (groups[0] if groups else None)
