"""The store against a naive dictionary, whatever is applied to it in whatever order."""

import threading
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.links import LINKS, a_link, fuzz
from tui.model.group import FORM, Group
from tui.model.link import Link
from tui.model.store import EMPTY, Change, Snapshot, Store

DUMPS = st.dictionaries(st.integers(1, 8), LINKS, max_size=8).map(
    lambda links: {index: link._replace(ifindex=index) for index, link in links.items()}
)
CHANGES = st.dictionaries(st.integers(1, 8), st.none() | LINKS, max_size=5).map(
    lambda links: {index: link and link._replace(ifindex=index) for index, link in links.items()}
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("apply"), CHANGES),
        st.tuples(st.just("replace"), DUMPS),
        st.tuples(st.just("again"), st.just({})),
        st.tuples(st.just("snapshot"), st.just({})),
    ),
    max_size=14,
)


def recount(links: Mapping[int, Link]) -> dict[int, Group]:
    """Count the groups the slow way."""
    groups = {}
    for group_id in {link.group for link in links.values()}:
        members = [link for link in links.values() if link.group == group_id]
        mtus = {mtu: sum(link.mtu == mtu for link in members) for mtu in {link.mtu for link in members}}
        kinds = {kind: sum(link.kind == kind for link in members) for kind in {link.kind for link in members}}
        forms = Counter(tuple(getattr(link, name) for name in FORM) for link in members)
        groups[group_id] = Group(
            group_id,
            len(members),
            sum(link.is_up for link in members),
            tuple(sorted(mtus.items(), key=lambda item: (-item[1], item[0]))),
            tuple(sorted(kinds.items(), key=lambda item: (-item[1], item[0]))),
            tuple(sorted(forms.items(), key=lambda item: (-item[1], item[0]))),
        )
    return groups


def ports(links: Mapping[int, Link]) -> Mapping[int, frozenset[int]]:
    masters = {link.master for link in links.values()} - {0}
    return {m: frozenset(index for index, link in links.items() if link.master == m) for m in masters}


def differences(before: Mapping[int, Link], after: Mapping[int, Link]) -> int:
    return sum(before.get(index) != after.get(index) for index in before.keys() | after.keys())


@fuzz
@given(STEPS)
def test_any_sequence_ends_in_what_a_dictionary_holds(steps: list[tuple[str, dict[int, Link | None]]]) -> None:
    heard: list[Change] = []
    replayed: dict[int, Link] = {}
    silent = Store()
    store, naive, revision = Store(lambda changes, *_: heard.extend(changes)), dict[int, Link](), 0
    kept: list[tuple[Snapshot, dict[int, Link]]] = []
    for what, links in steps:
        before = dict(naive)
        if what == "apply":
            naive.update({index: link for index, link in links.items() if link is not None})
            naive = {index: link for index, link in naive.items() if index not in links or links[index] is not None}
            changed = store.apply(links)
            assert silent.apply(links) == changed
        elif what == "replace":
            naive = {index: link for index, link in links.items() if link is not None}
            changed = store.replace(naive)
            assert silent.replace(naive) == changed
        elif what == "again":
            changed = store.replace(dict(naive))
        else:
            changed = False
            kept.append((store.snapshot(), dict(naive)))
        assert changed == (naive != before)
        revision += differences(before, naive)
        assert store.revision == silent.revision == revision
        for change in heard:
            assert change.before != change.after
            assert replayed.pop(change.ifindex, None) == change.before
            if change.after is not None:
                replayed[change.ifindex] = change.after
        heard.clear()
        assert replayed == naive
    snapshot = store.snapshot()
    assert (snapshot.revision, snapshot.links, snapshot.groups) == (revision, naive, recount(naive))
    assert snapshot.ports == ports(naive)
    for old, then in kept:  # what came later has not touched what was taken before
        assert old == Snapshot(old.revision, then, recount(then), ports(then), old.born)


def test_a_snapshot_is_the_same_object_until_something_changes() -> None:
    store = Store()
    assert store.snapshot() is EMPTY
    store.apply({1: a_link(1)})
    first = store.snapshot()
    assert store.snapshot() is first
    assert not store.apply({1: a_link(1), 2: None})
    assert not store.replace({1: a_link(1)})
    assert store.snapshot() is first
    assert store.apply({1: a_link(1, mtu=9000)})
    second = store.snapshot()
    assert second is not first
    assert second.revision == first.revision + 1
    assert (first.links[1].mtu, second.links[1].mtu) == (1500, 9000)


def test_a_snapshot_cannot_be_written() -> None:
    store = Store()
    store.apply({1: a_link(1)})
    snapshot = store.snapshot()
    with pytest.raises(TypeError):
        snapshot.links[2] = a_link(2)  # type: ignore[index]
    with pytest.raises(TypeError):
        snapshot.groups[2] = snapshot.groups[7]  # type: ignore[index]
    with pytest.raises(AttributeError):
        snapshot.revision = 0  # type: ignore[misc]


def test_members_come_in_the_order_of_their_indexes() -> None:
    store = Store()
    for index in (5, 3, 9, 1):
        store.apply({index: a_link(index, group=7 if index != 3 else 0)})
    assert list(store.snapshot().members(7)) == [1, 5, 9]
    assert list(store.snapshot().members(4)) == []


def test_a_dump_without_a_link_sweeps_it_out_and_its_group_with_it() -> None:
    store = Store()
    store.replace({1: a_link(1), 2: a_link(2, group=9)})
    assert store.replace({1: a_link(1)})
    assert list(store.snapshot().groups) == [7]
    assert store.replace({})
    assert (store.snapshot().links, store.snapshot().groups) == ({}, {})


def test_readers_on_other_threads_never_see_half_a_change() -> None:
    store, stop, wrong = Store(), threading.Event(), []

    def look() -> None:
        while not stop.is_set():
            snapshot = store.snapshot()
            mtus = {link.mtu for link in snapshot.links.values()}
            if len(mtus) > 1 or snapshot.groups != recount(snapshot.links):
                wrong.append(snapshot)

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for mtu in range(1280, 1480):
            store.replace({index: a_link(index, mtu=mtu, group=mtu & 1) for index in range(20)})
    finally:
        stop.set()
        reader.join()
    assert not wrong


def held(*links: Link) -> Store:
    store = Store()
    store.replace({link.ifindex: link for link in links})
    return store


OTHERS = [a_link(1), a_link(1, address=b"\2" * 6), a_link(1, name=b"new", mtu=9000)]


@pytest.mark.parametrize("now", OTHERS)
def test_a_deleted_device_is_never_the_one_that_bears_its_index_later(now: Link) -> None:
    """Whether its absence was seen, or a later message overtook it; the next look at the new one is no news."""
    for ways in (("apply", "apply"), ("bury", "apply"), ("bury", "replace")):
        store = held(a_link(1), a_link(2))
        then = store.revision
        if ways[0] == "apply":
            store.apply({1: None})
        else:
            store.bury(1)
        if ways[1] == "apply":
            assert store.apply({1: now})
        else:
            assert store.replace({1: now, 2: a_link(2)})
        snapshot = store.snapshot()
        assert (snapshot.same(1, then), snapshot.same(2, then), snapshot.links[1]) == (None, a_link(2), now)
        assert snapshot.same(1, snapshot.revision) == now
        assert not store.apply({1: now})


def test_without_a_deletion_a_device_may_change_all_but_its_kind() -> None:
    store = held(a_link(1))
    then = store.revision
    changed = a_link(1, name=b"new", address=b"\2" * 6, group=9, mtu=9000)
    store.replace({1: changed})
    assert store.snapshot().same(1, then) == changed
    store.replace({1: changed._replace(kind=b"ifb")})
    assert store.snapshot().same(1, then) is None


def test_where_news_may_have_been_lost_another_address_is_another_device() -> None:
    store = held(a_link(1), a_link(2), a_link(3, kind=b"bond"))
    then = store.revision
    store.doubt()
    after = {1: a_link(1, address=b"\2" * 6), 2: a_link(2, mtu=9000), 3: a_link(3, kind=b"bond", address=b"\2" * 6)}
    store.replace(after)
    assert [store.snapshot().same(index, then) for index in (1, 2, 3)] == [None, after[2], after[3]]
    then = store.revision
    store.replace(after | {2: a_link(2, address=b"\3" * 6)})  # there is no doubt any more
    assert store.snapshot().same(2, then) is not None


def test_a_deletion_of_what_is_not_known_means_nothing() -> None:
    store = held(a_link(1))
    store.bury(2)
    store.apply({2: a_link(2)})
    then = store.revision
    store.apply({2: a_link(2, mtu=9000)})
    assert store.snapshot().same(2, then) == a_link(2, mtu=9000)
