"""What the operator asked, frozen: a whole group by one message, or single interfaces by one each."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.changes import asked, setting
from tests.links import LINKS, a_link, fuzz
from tui.model.change.intent import Intent, intent_for_links, make_intent, whole_group
from tui.model.change.settings import Settings
from tui.model.link import Link
from tui.model.store import Snapshot, Store


def seen(*links: Link) -> Snapshot:
    store = Store()
    store.replace({link.ifindex: link for link in links})
    return store.snapshot()


FARM = seen(a_link(1), a_link(2), a_link(3, group=8), a_link(4, group=0))


@pytest.mark.parametrize("operation", ["up", "down", "mtu"])
def test_exactly_one_groups_members_are_that_groups_change(operation: str) -> None:
    mtu = 9000 if operation == "mtu" else None
    intent = intent_for_links(FARM, asked(operation, mtu), frozenset({1, 2}))
    assert intent == make_intent(FARM, asked(operation, mtu), 7)
    assert intent_for_links(FARM, asked(operation), frozenset({4})).group_id == 0


@pytest.mark.parametrize("indexes", [{1}, {1, 2, 3}, {3, 4}])
def test_fewer_or_more_are_single_interfaces(indexes: set[int]) -> None:
    intent = intent_for_links(FARM, setting(up=True), frozenset(indexes))
    assert (intent.group_id, list(intent.members)) == (None, sorted(indexes))


def test_a_retag_is_never_a_groups_change() -> None:
    intent = intent_for_links(FARM, setting(group=9), frozenset({1, 2}))
    assert (intent.group_id, list(intent.members)) == (None, [1, 2])


def test_what_is_not_there_is_left_out() -> None:
    intent = intent_for_links(FARM, setting(up=True), frozenset({2, 1, 99}))
    assert (intent.group_id, list(intent.members), intent.revision) == (7, [1, 2], FARM.revision)
    assert intent_for_links(FARM, setting(up=True), frozenset({99})).members == {}


def test_nobody_is_no_group() -> None:
    assert whole_group({}, FARM) is None
    assert whole_group({9: a_link(9, group=55)}, FARM) is None


@pytest.mark.parametrize(
    ("asked", "wanted", "operation"),
    [
        (setting(up=True), setting(up=True), "up"),
        (setting(up=False), setting(up=False), "down"),
        (setting(mtu=1400), setting(mtu=1400), "mtu"),
        (setting(group=0), setting(group=0), "retag"),
        (setting(mtu=1400, up=True), setting(mtu=1400, up=True), "set"),
        ({1: setting(mtu=5, group=2)}, setting(mtu=5, group=2), "restore"),
        ({2: setting(mtu=5)}, setting(), "restore"),
    ],
)
def test_what_is_wanted_of_an_interface(
    asked: Settings | Mapping[int, Settings], wanted: Settings, operation: str
) -> None:
    intent = Intent(asked, None, {}, 1)
    assert (intent.wanted(1), intent.operation) == (wanted, operation)
    assert intent.alike == (asked if isinstance(asked, Settings) else None)


def test_an_interface_is_reached_when_all_that_is_wanted_is_so() -> None:
    restore = Intent({1: setting(mtu=1400, up=True, group=9)}, None, {}, 1)
    there = a_link(1, mtu=1400, flags=0x1003, group=9)
    assert restore.reached(there)
    for short in (there._replace(mtu=1500), there._replace(flags=0x1002), there._replace(group=7)):
        assert not restore.reached(short)
    assert restore.reached(a_link(2))  # of which nothing is wanted


@fuzz
@given(st.lists(LINKS, max_size=8, unique_by=lambda link: link.ifindex), st.frozensets(st.integers(1, 9), max_size=8))
def test_a_group_message_reaches_the_chosen_and_nobody_else(links: list[Link], chosen: frozenset[int]) -> None:
    snapshot = seen(*links)
    intent = intent_for_links(snapshot, setting(up=False), chosen)
    assert set(intent.members) == chosen & set(snapshot.links)
    groups = [group_id for group_id in snapshot.groups if set(snapshot.members(group_id)) == set(intent.members)]
    assert intent.group_id == (groups[0] if groups else None)
