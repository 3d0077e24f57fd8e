"""Which rows are shown, in which order, and which filter is in force."""

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.links import LINKS, a_link, fuzz
from tests.order import rank
from tui.model.link import Link
from tui.model.names.map import NameMap
from tui.model.store import Snapshot, Store
from tui.model.view.order import ALL_GROUPS
from tui.model.view.shown import Shown
from tui.present.column import cells
from tui.present.columns import LINK_COLUMNS, link_view

NAMES = NameMap()
LINK_KEYS = [column.key for column in LINK_COLUMNS]


def seen(*links: Link) -> Snapshot:
    store = Store()
    store.replace({link.ifindex: link for link in links})
    return store.snapshot()


FARM = seen(
    a_link(3, name=b"eth10", group=7),
    a_link(1, name=b"eth2", group=8, mtu=9000),
    a_link(2, name=b"veth1", group=7, mtu=9000),
)


def test_everything_is_shown_by_index_at_first() -> None:
    view = link_view()
    assert view.order(Shown(FARM, NAMES, {})) == [1, 2, 3]
    assert (view.text, view.problem, view.hint) == ("", "", "")


def test_a_filter_narrows_the_chosen_group() -> None:
    view = link_view()
    assert view.set_filter(" eth mtu:9000 ") == ""
    assert view.text == "eth mtu:9000"
    assert view.order(Shown(FARM, NAMES, {})) == [1, 2]
    view.place = 7
    assert view.order(Shown(FARM, NAMES, {})) == [2]
    view.set_filter("")
    assert view.order(Shown(FARM, NAMES, {})) == [2, 3]


def test_an_error_leaves_the_filter_as_it_was() -> None:
    view = link_view()
    view.set_filter("mtu:9000")
    assert view.set_filter("mtu:9000 group:").startswith("group: wants")
    assert view.problem.startswith("group: wants")
    assert view.text == "mtu:9000"
    assert view.order(Shown(FARM, NAMES, {})) == [1, 2]
    assert view.problem.startswith("group: wants")
    assert view.set_filter("mtu:9000 group:8") == ""
    assert view.problem == ""
    assert view.order(Shown(FARM, NAMES, {})) == [1]


def test_a_group_that_nobody_knows_is_hinted_at_as_long_as_it_is_looked_for() -> None:
    view = link_view()
    view.set_filter("group:dmz")
    assert view.order(Shown(FARM, NAMES, {})) == []
    assert view.hint == "There is no group “dmz”."
    assert view.problem == ""
    view.order(Shown(FARM, NameMap(by_name={b"dmz": 8}), {}))
    assert view.hint == ""
    view.order(Shown(FARM, NAMES, {}))
    view.set_filter("eth")
    view.order(Shown(FARM, NAMES, {}))
    assert view.hint == ""


SLOW = "re:(a+)+$"


@pytest.fixture(scope="module")
def crowd() -> Snapshot:
    """Names that take a moment each."""
    return seen(*(a_link(index, name=b"a" * 14 + b"!") for index in range(1, 16385)), a_link(20000, mtu=9000))


def test_a_filter_that_takes_too_long_gives_way_to_the_one_before(crowd: Snapshot) -> None:
    view = link_view()
    view.set_filter("mtu:9000")
    assert view.order(Shown(crowd, NAMES, {})) == [20000]
    assert view.set_filter(SLOW) == ""
    assert view.order(Shown(crowd, NAMES, {})) == [20000]
    assert view.text == "mtu:9000"
    assert "takes too long" in view.problem
    view.order(Shown(crowd, NAMES, {}))
    assert "takes too long" in view.problem
    view.set_filter("mtu:1500")
    assert view.problem == ""


def test_a_filter_that_takes_too_long_later_gives_way_to_none(crowd: Snapshot) -> None:
    view = link_view()
    view.set_filter(SLOW)
    assert view.order(Shown(FARM, NAMES, {})) == []
    assert len(view.order(Shown(crowd, NAMES, {}))) == len(crowd.links)
    assert view.text == ""
    assert "takes too long" in view.problem


def test_what_is_shown_alone_is_filtered_and_sorted_too() -> None:
    view = link_view()
    view.only = frozenset({1, 3, 99})
    assert view.order(Shown(FARM, NAMES, {})) == [1, 3]
    view.column, view.reverse = "name", True
    assert view.order(Shown(FARM, NAMES, {})) == [3, 1]
    view.set_filter("mtu:9000")
    assert view.order(Shown(FARM, NAMES, {})) == [1]
    view.place = 7
    assert view.order(Shown(FARM, NAMES, {})) == [1]
    view.only = frozenset()
    assert view.order(Shown(FARM, NAMES, {})) == []
    view.only = None
    assert view.order(Shown(FARM, NAMES, {})) == [2]


def test_numbers_in_names_sort_as_numbers() -> None:
    view = link_view()
    view.column = "name"
    assert view.order(Shown(FARM, NAMES, {})) == [1, 3, 2]


def test_what_is_gone_is_forgotten() -> None:
    view = link_view()
    view.set_filter("eth2")
    assert view.order(Shown(FARM, NAMES, {})) == [1]
    view.forget(seen(a_link(2)))
    assert list(view._words._known) == [2]
    assert view.order(Shown(seen(), NAMES, {})) == []
    assert view.order(Shown(seen(a_link(1, name=b"other")), NAMES, {})) == []


@fuzz
@given(
    st.lists(LINKS, max_size=8, unique_by=lambda link: link.ifindex),
    st.sampled_from((ALL_GROUPS, 0, 1)),
    st.none() | st.frozensets(st.integers(1, 8)),
    st.sampled_from(("", "mtu:>1280", "!kind:veth", "0")),
    st.sampled_from(LINK_KEYS),
    st.booleans(),
)
def test_group_marks_filter_and_order_hold_together(
    made: list[Link], group_id: int, only: frozenset[int] | None, text: str, column: str, reverse: bool
) -> None:
    snapshot = seen(*made)
    links = snapshot.links.items()
    view = link_view()
    view.set_filter(text)
    filtered = set(view.order(Shown(snapshot, NAMES, {})))
    view.place, view.only, view.column, view.reverse = group_id, only, column, reverse
    shown = view.order(Shown(snapshot, NAMES, {}))
    assert set(shown) == {
        index
        for index, link in snapshot.links.items()
        if index in filtered and (group_id in (ALL_GROUPS, link.group) if only is None else index in only)
    }
    words = {
        index: dict(zip(LINK_KEYS, cells(LINK_COLUMNS, link, Shown(snapshot, NAMES, {})), strict=True))
        for index, link in links
    }
    ranked = sorted((rank(column, words[index][column].text), index) for index in shown)
    assert shown == [index for _, index in (reversed(ranked) if reverse else ranked)]


@contextmanager
def bounded(most: float) -> Iterator[Callable[[int], None]]:
    """Memory may not grow by so many bytes from the first half of the rounds to the second; called after each."""
    peaks = [0, 0]

    def note(half: int) -> None:
        peaks[half] = max(peaks[half], tracemalloc.get_traced_memory()[0])

    tracemalloc.start()
    try:
        yield note
    finally:
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + most


def test_what_names_that_never_stop_changing_are_sorted_by_is_not_all_remembered() -> None:
    store, view = Store(), link_view()
    view.column = "name"
    # Ten thousand names in each half: more than are remembered, some 400 bytes each.
    with bounded(1_000_000) as note:
        for turn in range(40):
            store.replace({index: a_link(index, name=b"v%05d-%03d" % (turn, index)) for index in range(500)})
            snapshot = store.snapshot()
            view.forget(snapshot)
            view.order(Shown(snapshot, NAMES, {}))
            note(turn // 20)


def test_how_names_that_never_stop_changing_are_shown_is_not_all_remembered() -> None:
    shown = Shown(seen(), NAMES, {})
    # Each takes some hundred bytes where it is remembered.
    with bounded(100_000) as note:
        for number in range(4000):
            cells(LINK_COLUMNS, a_link(number, name=b"veth%d" % number, alias=b"\x1b%d" % number), shown)
            note(number // 2000)
