"""Marks: kept by ifindex through whatever happens, dropped only when the interface is gone."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.links import a_link, fuzz
from tui.model.link import Link
from tui.model.store import EMPTY, Snapshot, Store
from tui.model.view.filter import FilterError
from tui.model.view.marks import Marks


class World:
    """A store whose next states are told one by one."""

    def __init__(self) -> None:
        self.store = Store()

    def seen(self, *links: Link, deleted: Iterable[int] = ()) -> Snapshot:
        """Have these links be all; the devices at ``deleted`` were deleted before, whatever bears the index now."""
        for index in deleted:
            self.store.bury(index)
        self.store.replace({link.ifindex: link for link in links})
        return self.store.snapshot()


def seen(*links: Link) -> Snapshot:
    return World().seen(*links)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def marks(world: World) -> Marks:
    """Marks over the interfaces 1 to 4, of which 1 and 2 are marked."""
    made = Marks()
    made.take(world.seen(*map(a_link, range(1, 5))))
    made.add((1, 2))
    return made


def test_marks_begin_empty() -> None:
    marks = Marks()
    assert (len(marks), marks.indexes, 1 in marks) == (0, frozenset(), False)
    assert marks.take(EMPTY) == []


def test_toggle_marks_and_unmarks(marks: Marks) -> None:
    marks.toggle(1)
    marks.toggle(4)
    assert marks.indexes == {2, 4}
    assert (1 in marks, 4 in marks, len(marks)) == (False, True, 2)


def test_what_is_not_there_is_not_marked(marks: Marks) -> None:
    marks.add((3, 99))
    marks.toggle(98)
    marks.invert((97,))
    marks.remove((96,))
    assert marks.indexes == {1, 2, 3}


def test_inverting_leaves_what_is_hidden_as_it_is(marks: Marks) -> None:
    marks.invert([2, 3])
    assert marks.indexes == {1, 3}


def test_clear_unmarks_everything(marks: Marks) -> None:
    marks.clear()
    assert marks.indexes == frozenset()


CHANGES = [
    ("state, MTU and group", {"flags": 0x1003, "mtu": 9000, "group": 9}, True),
    ("a rename", {"name": b"new"}, True),
    ("another MAC", {"address": b"\2\2\2\2\2\2"}, True),
    ("a rename and another MAC", {"name": b"new", "address": b"\2\2\2\2\2\2"}, True),
    ("another kind", {"kind": b"ifb"}, False),
]


@pytest.mark.parametrize(("change", "kept"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES])
def test_a_mark_stays_with_its_device(marks: Marks, world: World, change: dict[str, object], kept: bool) -> None:
    dropped = marks.take(world.seen(a_link(1, **change), a_link(2)))
    assert (1 in marks) == kept
    assert dropped == ([] if kept else [a_link(1)])
    assert 2 in marks


def test_a_recreated_interface_is_not_marked_even_if_it_looks_the_same(marks: Marks, world: World) -> None:
    assert marks.take(world.seen(a_link(1), a_link(2), deleted=[1])) == [a_link(1)]
    assert marks.indexes == {2}
    marks.add((1,))
    assert marks.take(world.seen(a_link(1), a_link(2, mtu=9000))) == []
    assert marks.indexes == {1, 2}


def test_what_vanished_is_told_once_as_it_was_last_seen(marks: Marks, world: World) -> None:
    renamed = a_link(1, name=b"new")
    assert marks.take(world.seen(renamed, a_link(2))) == []
    assert marks.take(world.seen(a_link(2))) == [renamed]
    assert marks.take(world.seen(a_link(2))) == []
    assert marks.indexes == {2}
    assert marks.take(EMPTY) == [a_link(2)]


def test_an_interface_that_comes_back_is_not_marked(marks: Marks, world: World) -> None:
    marks.take(EMPTY)
    marks.take(world.seen(a_link(1), a_link(2)))
    assert marks.indexes == frozenset()


def test_a_device_is_followed_through_one_change_after_the_other(marks: Marks, world: World) -> None:
    """Name, then address: each time it is the device that was seen before."""
    marks.take(world.seen(a_link(1, name=b"new"), a_link(2)))
    marks.take(world.seen(a_link(1, name=b"new", address=b"\2\2\2\2\2\2"), a_link(2)))
    assert marks.indexes == {1, 2}


def test_the_indexes_are_one_object_until_they_change(marks: Marks, world: World) -> None:
    before = marks.indexes
    marks.take(world.seen(a_link(1, mtu=9000), a_link(2, flags=0x1003)))
    assert marks.indexes is before
    marks.add((2,))
    marks.remove((1,))
    assert marks.indexes == {2}
    assert before == {1, 2}


NAMED = seen(
    a_link(1, name=b"eth0"),
    a_link(2, name=b"eth10"),
    a_link(3, name=b"veth0"),
    a_link(4, name=b"[b]"),
    a_link(5, name=b"bad\xff\x1b"),
)


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("eth0", [1]),
        ("eth", []),
        ("ETH*", [1, 2]),
        (" eth?? ", [2]),
        ("*", [1, 2, 3, 4, 5]),
        ("[[]b]", [4]),
        ("[!ev]*", [4, 5]),
        ("bad\\xff*", [5]),
        ("re:eth", [1, 2, 3]),
        ("RE:^ETH[0-9]$", [1]),
        ("re:\\x1b", [5]),
        ("re:[[b]", [4, 5]),
    ],
)
def test_a_pattern_finds_names(pattern: str, wanted: list[int]) -> None:
    assert Marks.matching(pattern, [1, 2, 3, 4, 5], NAMED) == wanted
    assert Marks.matching(pattern, [5, 1], NAMED) == [index for index in (5, 1) if index in wanted]


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        (" ", "Give a name, a glob such as eth*, or re: and a regular expression."),
        ("re:", "re: wants a regular expression, such as re:^eth[0-9]+$."),
        ("re:(", "re: at character 1: missing ), unterminated subpattern."),
        ("re:((a+)+)+b", "re: could take too long: simplify what repeats inside a repeat."),
    ],
)
def test_a_pattern_that_means_nothing_is_refused(pattern: str, says: str) -> None:
    with pytest.raises(FilterError) as caught:
        Marks.matching(pattern, [1], NAMED)
    assert str(caught.value) == says


def test_a_pattern_that_takes_long_is_stopped() -> None:
    snapshot = seen(*(a_link(index, name=b"a" * 14 + b"!") for index in range(1, 16385)))
    with pytest.raises(FilterError, match="takes too long on these names"):
        Marks.matching("re:(a+)+$", snapshot.links, snapshot)


INDEXES = st.lists(st.integers(1, 6), max_size=4)
STEPS = st.one_of(
    st.tuples(st.just("toggle"), st.integers(1, 6)),
    st.tuples(st.sampled_from(("add", "remove", "invert")), INDEXES),
    st.tuples(st.just("clear"), st.none()),
    st.tuples(st.just("take"), st.sets(st.integers(1, 6))),
    st.tuples(st.just("reuse"), st.integers(1, 6)),
)


@fuzz
@given(st.lists(STEPS, max_size=12))
def test_marks_are_a_set_of_what_is_there(steps: list[tuple[str, object]]) -> None:
    marks, model, seen = Marks(), set[int](), World().seen
    links = {index: a_link(index) for index in range(1, 7)}
    there = set(links)
    marks.take(seen(*links.values()))
    for what, argument in steps:
        match what, argument:
            case "take", set(now):
                gone = marks.take(seen(*(links[index] for index in now)))
                assert {link.ifindex for link in gone} == model - now
                there, model = now, model & now
            case "reuse", int(index):
                before = links[index]
                links[index] = a_link(index, name=before.name + b"+", address=before.address[1:] + b"\7")
                gone = marks.take(seen(*(links[index] for index in there), deleted=[index]))
                assert gone == ([before] if index in model else [])
                model -= {index} & there
            case "toggle", int(index):
                marks.toggle(index)
                model ^= {index} & there
            case "clear", _:
                marks.clear()
                model.clear()
            case "add", list(indexes):
                marks.add(indexes)
                model |= set(indexes) & there
            case "remove", list(indexes):
                marks.remove(indexes)
                model -= set(indexes)
            case "invert", list(indexes):
                marks.invert(indexes)
                model ^= set(indexes) & there
        assert marks.indexes == model
        assert len(marks) == len(model)
        assert {index for index in range(8) if index in marks} == model
