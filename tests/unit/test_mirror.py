"""Whoever replays what the mirror tells knows what the list tells, whatever the filter and what was dropped."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.links import LINKS, a_link, fuzz
from tui.model.change.protect import protect
from tui.model.link import Link
from tui.model.names.map import NameMap
from tui.model.names.map import parse as parse_names
from tui.model.store import EMPTY, Change, Snapshot, Store
from tui.model.view.filter import parse
from tui.model.view.words import Words
from tui.present.columns import CRITERIA
from tui.present.rows import link_row
from tui.session.mirror import Mirror, Told

LINK_SETS = st.lists(LINKS, max_size=6).map(lambda links: {link.ifindex: link for link in links})
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("apply", "apply", "apply", "replace", "drop", "names", "carriers")),
        LINK_SETS,
        st.sets(st.integers(1, 8), max_size=2),
    ),
    max_size=10,
)
FILTERS = (
    "",
    "group:two",
    "!state:up",
    "master:*1*",
    "kind:veth mtu:>1000",
    "!group:1",
    "re:a",
    "b",
    "!ve",
    "index:2..5",
)
NAME_MAPS = (NameMap(), parse_names(b"1 one\n2 two\n"), parse_names(b"2 one\n1 b\n"))

Replayed = dict[int, dict[str, Any]]


def replay(rows: Replayed, told: Iterable[Told[dict[str, Any]]]) -> None:
    for each in told:
        assert each.matched or each.matches
        row = each.after or each.before
        assert row is not None
        index = row["ifindex"]
        assert each.matched == (index in rows)
        if each.matched:
            assert each.before is not None
            # The names of groups are told once for all of them.
            old = rows[index] | {"group": each.before["group"]}
            assert old == each.before
        if each.after is not None and each.matches:
            rows[index] = each.after
        else:
            del rows[index]


def listed(snapshot: Snapshot, names: NameMap, carriers: dict[int, str], only: str) -> Replayed:
    chosen = parse(only, CRITERIA).select(snapshot.links, snapshot, names, Words())
    protected = protect(snapshot, carriers)
    return {index: link_row(snapshot.links[index], snapshot.links, names, protected.get(index)) for index in chosen}


@fuzz
@given(STEPS, st.sampled_from(FILTERS))
def test_a_replay_equals_the_list(steps: list[tuple[str, dict[int, Link], set[int]]], only: str) -> None:
    heard: list[tuple[list[Change], int]] = []
    store = Store(lambda changes, revision, asked: heard.append((list(changes), revision)))
    names, carriers, rows = NAME_MAPS[0], dict[int, str](), Replayed()
    mirror = Mirror(EMPTY, names, carriers, link_row, parse(only, CRITERIA))
    for number, (what, links, indexes) in enumerate(steps):
        dropped: Snapshot | None = None
        match what:
            case "names":
                names = NAME_MAPS[number % 3]
                replay(rows, mirror.rename(names))
            case "carriers":
                carriers = dict.fromkeys(indexes, "carries it")
                replay(rows, mirror.carry(carriers))
            case "replace":
                store.replace(links)
            case "apply":
                store.apply(links | dict.fromkeys(indexes))
            case _:
                store.apply(links)
                dropped = store.snapshot()
                replay(rows, mirror.catch_up(dropped))
        for changes, revision in heard:
            told = list(mirror.take([(change.ifindex, change.after) for change in changes], revision))
            assert not (told and dropped), "what is as old as the snapshot was told twice"
            replay(rows, told)
        heard.clear()
        renamed = {index: row | {"group": names_of(row, names)} for index, row in rows.items()}
        assert renamed == listed(store.snapshot(), names, carriers, only)
        assert len(mirror.matching) == len(rows)


def names_of(row: dict[str, Any], names: NameMap) -> str:
    """Whoever replays looks the names of groups up by their numbers."""
    return names.name(row["group_id"]) if row["group_id"] < 1 << 31 else "-1"


def test_a_rename_below_is_told_of_what_stands_above() -> None:
    store = Store()
    store.replace({1: a_link(1), 2: a_link(2, master=1), 3: a_link(3, lower=1), 4: a_link(4, lower=1, lower_netnsid=5)})
    mirror = Mirror(store.snapshot(), NameMap(), {}, link_row, parse("", CRITERIA))
    told = list(mirror.take([(1, a_link(1, name=b"new"))], store.revision + 1))
    assert [each.after and each.after["ifindex"] for each in told] == [1, 2, 3]
    assert [each.after and (each.after.get("master"), each.after.get("link")) for each in told] == [
        (None, None),
        ("new", None),
        (None, "new"),
    ]


def test_who_is_found_by_its_masters_alias_is_told_of() -> None:
    store = Store()
    store.replace({1: a_link(1), 2: a_link(2, master=1)})
    mirror = Mirror(store.snapshot(), NameMap(), {}, link_row, parse("uplink", CRITERIA))
    for revision, alias in ((9, b"my uplink"), (10, b"")):
        told = list(mirror.take([(1, a_link(1, alias=alias))], revision))
        assert [(each.after and each.after["ifindex"], each.matches) for each in told] == [
            (1, bool(alias)),
            (2, bool(alias)),
        ]


@pytest.mark.parametrize(("group", "matched", "matches"), [(8, True, False), (7, True, True)])
def test_who_leaves_the_filter_is_told_a_last_time(group: int, matched: bool, matches: bool) -> None:
    store = Store()
    store.replace({1: a_link(1), 2: a_link(2, group=9)})
    mirror = Mirror(store.snapshot(), NameMap(), {}, link_row, parse("group:7", CRITERIA))
    changes = [(1, a_link(1, group=group, mtu=9000)), (2, a_link(2, group=9, mtu=9000))]
    (told,) = mirror.take(changes, store.revision + 2)
    assert (told.matched, told.matches) == (matched, matches)
    again = list(mirror.take([(1, a_link(1, group=group, mtu=1280))], store.revision + 3))
    assert len(again) == matches


def test_another_device_with_the_same_index_is_one_gone_and_one_new() -> None:
    heard: list[Change] = []
    store = Store(lambda changes, revision, asked: heard.extend(changes))
    store.replace({1: a_link(1)})
    mirror = Mirror(store.snapshot(), NameMap(), {}, link_row, parse("", CRITERIA))
    heard.clear()
    store.bury(1)
    store.apply({1: a_link(1, mtu=1400)})
    assert heard == [Change(a_link(1), None), Change(None, a_link(1, mtu=1400))]
    # Also for who missed it.
    assert [(each.before is None, each.after is None) for each in mirror.catch_up(store.snapshot())] == [
        (False, True),
        (True, False),
    ]
