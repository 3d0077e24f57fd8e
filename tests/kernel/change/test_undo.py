"""Undo on real interfaces: plan → apply → undo is the identity, and whoever was touched meanwhile is left and named."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.changes import setting
from tests.console import Console, console
from tests.driven import State, states
from tests.links import Ip, cheap_kind, fuzz, many
from tui.model.change.intent import Intent
from tui.model.change.outcome import Outcome, steps_taken
from tui.model.change.reversal import Reversal
from tui.model.change.undo import plan_undo

LINKS = 6
START = st.tuples(st.sampled_from((7, 8)), st.booleans(), st.sampled_from((1280, 1500, 9000)))


class Hands(Console):
    """Changes and undoes the interfaces m0, m1, …"""

    def __init__(self, ip: Ip, console: Console) -> None:
        super().__init__(console.watch, console.writer)
        self.ip = ip

    def put(self, name: str, group: int, up: bool, mtu: int) -> None:
        self.ip("link", "set", name, "up" if up else "down", "mtu", mtu, "group", group)

    def change(self, operation: str, names: frozenset[str] | None, value: int) -> Intent:
        """A change of these interfaces; None: of group 7."""
        links = self.watch.check().values()
        chosen = [link.ifindex for link in links if names is not None and link.name.decode() in names]
        return self.intent(operation, value, 7 if names is None else chosen)

    def undo(self, outcome: Outcome) -> tuple[Outcome | None, Reversal]:
        self.watch.check()
        intent, found = plan_undo(1, steps_taken(outcome), outcome.intent.revision, self.watch.store.snapshot())
        return (None if intent is None else self.act(intent)), found

    def ours(self) -> dict[str, State]:
        return {name: state for name, state in states(self.ip).items() if name.startswith("m")}


@pytest.fixture
def hands(ip: Ip) -> Iterator[Hands]:
    many(cheap_kind(ip), LINKS, 7, up=False)
    with console() as made:
        yield Hands(ip, made)


CHANGES = st.one_of(
    st.tuples(st.sampled_from(("up", "down")), st.just(0)),
    st.tuples(st.just("mtu"), st.sampled_from((1280, 1500, 4000))),
    st.tuples(st.just("retag"), st.sampled_from((0, 7, 9, 0xFFFFFFFF))),
)
WHOM = st.none() | st.frozensets(st.sampled_from([f"m{number}" for number in range(LINKS)]), min_size=1)


@fuzz
@given(start=st.lists(START, min_size=LINKS, max_size=LINKS), change=CHANGES, whom=WHOM)
def test_change_and_undo_leave_everything_as_it_was(
    hands: Hands, start: list[tuple[int, bool, int]], change: tuple[str, int], whom: frozenset[str] | None
) -> None:
    if change[0] == "retag" and whom is None:
        return
    for number, state in enumerate(start):
        hands.put(f"m{number}", *state)
    before = hands.ours()
    intent = hands.change(change[0], whom, change[1])
    outcome = hands.act(intent)
    assert outcome.verdict in ("done", "nothing")
    for link in intent.members.values():
        now = hands.watch.store.snapshot().links[link.ifindex]
        assert intent.reached(now)
    undone, found = hands.undo(outcome)
    assert (found.changed_since, found.gone) == ((), ())
    assert undone is None or undone.verdict == "done"
    assert hands.ours() == before


@fuzz
@given(
    start=st.lists(START, min_size=LINKS, max_size=LINKS),
    change=CHANGES.filter(lambda change: change[0] != "retag"),
    others=st.dictionaries(st.sampled_from([f"m{number}" for number in range(LINKS)]), START, min_size=1),
)
def test_what_others_changed_meanwhile_is_left_as_they_made_it_and_named(
    hands: Hands,
    start: list[tuple[int, bool, int]],
    change: tuple[str, int],
    others: dict[str, tuple[int, bool, int]],
) -> None:
    for number, state in enumerate(start):
        hands.put(f"m{number}", *state)
    before = hands.ours()
    outcome = hands.act(hands.change(change[0], frozenset(before), change[1]))
    changed = {link.name.decode() for link in outcome.changed}
    for name, state in others.items():
        hands.put(name, *state)
    meanwhile = hands.ours()
    _, found = hands.undo(outcome)
    named = {link.name.decode() for link in found.changed_since}
    for name, now in hands.ours().items():
        if name not in changed or name in named:
            assert now == meanwhile[name]
        elif change[0] == "mtu":
            assert now == meanwhile[name]._replace(mtu=before[name].mtu)
            assert name not in others or meanwhile[name].mtu in (change[1], before[name].mtu)
        else:
            assert now == meanwhile[name]._replace(up=before[name].up)
    if change[0] == "mtu":
        for name in changed & others.keys():
            assert (name in named) == (meanwhile[name].mtu not in (change[1], before[name].mtu))


def test_a_uniform_mtu_goes_back_by_one_message_and_a_mixed_one_by_one_each(hands: Hands) -> None:
    outcome = hands.act(hands.change("mtu", None, 9000))
    undone, _ = hands.undo(outcome)
    assert undone is not None
    assert (undone.intent.group_id, undone.intent.alike, undone.reply.messages) == (7, setting(mtu=1500), 1)
    hands.put("m1", 7, False, 1400)
    outcome = hands.act(hands.change("mtu", None, 9000))
    undone, _ = hands.undo(outcome)
    assert undone is not None
    assert (undone.intent.operation, undone.intent.group_id, undone.reply.messages) == ("restore", None, LINKS)
    assert {state.mtu for state in hands.ours().values()} == {1400, 1500}


def test_who_is_gone_renamed_or_replaced_is_named(hands: Hands) -> None:
    outcome = hands.act(hands.change("mtu", None, 9000))
    hands.ip("link", "del", "m0")
    hands.ip("link", "set", "m1", "name", "mother")
    _, found = hands.undo(outcome)
    assert [link.name for link in found.gone] == [b"m0", b"m1"]
    assert hands.ours()["mother"].mtu == 9000
    assert hands.ours()["m2"].mtu == 1500


def test_an_undo_can_be_undone(hands: Hands) -> None:
    outcome = hands.act(hands.change("mtu", None, 9000))
    undone, _ = hands.undo(outcome)
    assert undone is not None
    redone, _ = hands.undo(undone)
    assert redone is not None
    assert redone.verdict == "done"
    assert {state.mtu for state in hands.ours().values()} == {9000}


def test_half_of_a_partial_change_goes_back(hands: Hands) -> None:
    hands.ip("link", "add", "mx", "type", "vxlan", "id", 9, "dstport", 4789)
    hands.ip("link", "set", "mx", "group", 7)
    hands.ip("link", "add", "my", "type", "ifb")
    hands.ip("link", "set", "my", "group", 7)
    outcome = hands.act(hands.change("mtu", None, 65536))
    assert outcome.verdict == "partly"
    _, found = hands.undo(outcome)
    assert len(found.back) == LINKS
    assert {state.mtu for name, state in hands.ours().items() if name != "my"} == {1500, hands.ours()["mx"].mtu}
