"""Before/after → Outcome: each member in exactly one place, and the whole in one word."""

from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.changes import asked, setting
from tests.links import LINKS, a_link, fuzz
from tui.model.change.intent import Intent
from tui.model.change.outcome import Outcome, Reply, Verdict, compare, first_suspect, steps_taken, with_refusal
from tui.model.change.reversal import Step, reversal
from tui.model.link import Link
from tui.model.store import Store

ACK = Reply(0, "", 1, 40, 0.01)
REFUSED = Reply(22, "mtu greater than device maximum", 1, 40, 0.01)
SILENCE = Reply(None, "no answer within 10 s", 1, 40, 10.0)
NOT_SENT = Reply(1, "started with --read-only", 0, 0, 0.0)


def by_index(*links: Link) -> dict[int, Link]:
    return {link.ifindex: link for link in links}


def intent(*members: Link, operation: str = "mtu", mtu: int | None = 9000) -> Intent:
    return Intent(asked(operation, mtu), 7, by_index(*members), len(members))


def became(
    asked: Intent,
    after: Mapping[int, Link],
    reply: Reply,
    deleted: Iterable[int] = (),
    between: Mapping[int, Link] | None = None,
) -> Outcome:
    """Compare what a store held with what it holds after; the devices at ``deleted`` were deleted in between.

    ``between``: what there was right before the send, if not what was seen.
    """
    store = Store()
    store.replace(asked.members)
    assert store.revision == asked.revision
    if between is not None:
        store.replace(between)
    sent = store.snapshot()
    agreed = sent.members(7) if reply.errno == 0 else ()
    for index in deleted:
        store.bury(index)
    store.replace(after)
    return compare(asked, sent, agreed, store.snapshot(), reply)


def places(outcome: Outcome) -> dict[str, list[int]]:
    """Where each member is, by index; the six places that exclude one another, then the two that don't."""
    found = {
        "changed": [link.ifindex for link in outcome.changed],
        "already": [link.ifindex for link in outcome.already],
        "overtaken": [link.ifindex for link in outcome.overtaken],
        "refused": [refusal.link.ifindex for refusal in outcome.refused],
        "not_reached": [link.ifindex for link in outcome.not_reached],
        "left": [link.ifindex for link in outcome.left],
        "vanished": [link.ifindex for link in outcome.vanished],
        "joined": [link.ifindex for link in outcome.joined],
        "renamed": [after.ifindex for _, after in outcome.renamed],
    }
    return {place: indexes for place, indexes in found.items() if indexes}


CASES: list[tuple[str, Link, Link | None, dict[str, list[int]]]] = [
    ("changed", a_link(1), a_link(1, mtu=9000), {"changed": [1]}),
    ("already", a_link(1, mtu=9000), a_link(1, mtu=9000), {"already": [1]}),
    ("changed and changed back", a_link(1), a_link(1), {"overtaken": [1]}),
    ("was there and is no more", a_link(1, mtu=9000), a_link(1), {"overtaken": [1]}),
    ("half changed by another", a_link(1), a_link(1, mtu=1400), {"overtaken": [1]}),
    ("left, changed", a_link(1), a_link(1, group=8, mtu=9000), {"left": [1]}),
    ("left, unchanged", a_link(1), a_link(1, group=0), {"left": [1]}),
    ("vanished", a_link(1), None, {"vanished": [1]}),
    ("renamed", a_link(1), a_link(1, name=b"new", mtu=9000), {"changed": [1], "renamed": [1]}),
    ("renamed, changed back", a_link(1), a_link(1, name=b"new"), {"overtaken": [1], "renamed": [1]}),
    ("renamed and left", a_link(1), a_link(1, name=b"new", group=1), {"left": [1], "renamed": [1]}),
    ("new MAC, same name", a_link(1), a_link(1, address=b"\2" * 6, mtu=9000), {"changed": [1]}),
    (
        "index reused by another kind",
        a_link(1),
        a_link(1, kind=b"ifb", mtu=9000),
        {"vanished": [1], "joined": [1]},
    ),
    ("new MAC and name", a_link(1), a_link(1, name=b"new", address=b"\2" * 6), {"overtaken": [1], "renamed": [1]}),
]


@pytest.mark.parametrize(("before", "after", "want"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_where_a_member_goes(before: Link, after: Link | None, want: dict[str, list[int]]) -> None:
    assert places(became(intent(before), {} if after is None else {1: after}, ACK)) == want


def test_a_device_deleted_meanwhile_is_not_the_one_that_bears_its_index_now() -> None:
    """Not even if it looks the same."""
    for now in (a_link(1, mtu=9000), a_link(1), a_link(1, address=b"\2" * 6, mtu=9000)):
        assert places(became(intent(a_link(1)), {1: now}, ACK, deleted=[1])) == {"vanished": [1], "joined": [1]}
    elsewhere = a_link(1, group=0, mtu=9000)
    assert places(became(intent(a_link(1)), {1: elsewhere}, ACK, deleted=[1])) == {"vanished": [1]}


def test_without_the_kernels_agreement_nobody_is_overtaken() -> None:
    """Where an error ended the walk, or nothing was heard, who is not as asked was not reached."""
    for reply in (REFUSED, SILENCE):
        assert places(became(intent(a_link(1)), {1: a_link(1, mtu=1400)}, reply)) == {"not_reached": [1]}


def test_who_came_into_the_group_before_the_message_was_caught_by_it() -> None:
    """Who came after it wasn't, nor who was made anew in between; the first can be taken back."""
    seen, came, late = a_link(1), a_link(2), a_link(3, group=8)
    after = by_index(seen._replace(mtu=9000), came._replace(mtu=9000), late._replace(group=7))
    outcome = became(intent(seen), after, ACK, between=by_index(seen, came, late))
    assert [link.ifindex for link in outcome.joined] == [2, 3]
    assert outcome.caught == (after[2],)
    assert steps_taken(outcome) == (Step(seen, setting(mtu=9000)), Step(came, setting(mtu=9000)))
    again = became(intent(seen), after, ACK, between=by_index(seen, came, late), deleted=[2])
    assert again.caught == ()


def test_before_is_what_was_there_right_before_the_send() -> None:
    seen = [a_link(1), a_link(2), a_link(3)]
    between = [a_link(1, mtu=1234), a_link(2, mtu=9000), a_link(3, group=8)]
    after = [link._replace(mtu=9000) for link in between]
    outcome = became(intent(*seen), by_index(*after), ACK, between=by_index(*between))
    assert places(outcome) == {"changed": [1], "already": [2], "left": [3]}
    assert [outcome.before(link).mtu for link in after] == [1234, 9000, 1500]
    assert steps_taken(outcome) == (Step(between[0], setting(mtu=9000)), Step(between[2], setting(mtu=9000)))


def test_who_was_overtaken_is_a_step_that_undo_leaves_alone() -> None:
    outcome = became(intent(a_link(1)), {1: a_link(1, mtu=1400)}, ACK)
    (step,) = steps_taken(outcome)
    found = reversal([step], lambda _: a_link(1, mtu=1400))
    assert (outcome.verdict, found.changed_since) == ("partly", (a_link(1, mtu=1400),))


def test_up_and_down() -> None:
    up, down = a_link(1, flags=0x1003), a_link(1)
    assert places(became(intent(down, operation="up"), {1: up}, ACK)) == {"changed": [1]}
    assert places(became(intent(up, operation="up"), {1: up}, ACK)) == {"already": [1]}
    assert places(became(intent(up, operation="down"), {1: up}, ACK)) == {"overtaken": [1]}


def test_who_joined_is_named_and_strangers_are_not() -> None:
    after = by_index(a_link(1, mtu=9000), a_link(2), a_link(3, group=8))
    assert places(became(intent(a_link(1)), after, ACK)) == {"changed": [1], "joined": [2]}


MAPS = st.dictionaries(st.integers(1, 8), LINKS, max_size=8).map(
    lambda links: {index: link._replace(ifindex=index, group=7 if link.group else 0) for index, link in links.items()}
)


@fuzz
@given(MAPS, MAPS, st.sampled_from(("up", "down", "mtu")), st.data())
def test_each_member_is_in_exactly_one_place(
    before: dict[int, Link], after: dict[int, Link], operation: str, data: st.DataObject
) -> None:
    # Most links stay what they are, else hardly any would be the same device.
    for index in data.draw(st.sets(st.sampled_from(sorted(before)))) if before else ():
        after[index] = before[index]._replace(mtu=data.draw(st.sampled_from((1500, 9000))))
    members = {index: link for index, link in before.items() if link.group == 7}
    outcome = became(Intent(asked(operation, 9000), 7, members, len(members)), after, ACK)
    if suspect := first_suspect(outcome):
        outcome = with_refusal(outcome, suspect.ifindex, "why", 0)
        assert suspect not in outcome.not_reached
    found = places(outcome)
    joined, renamed = found.pop("joined", []), found.pop("renamed", [])
    assert sorted(index for indexes in found.values() for index in indexes) == sorted(members)
    assert set(renamed).isdisjoint(found.get("vanished", []))
    now = {index for index, link in after.items() if link.group == 7}
    assert now == set(joined) | {
        index
        for place in ("changed", "already", "overtaken", "refused", "not_reached")
        for index in found.get(place, [])
    }


@pytest.mark.parametrize(
    ("verdict", "members", "after", "reply"),
    [
        ("done", [a_link(1)], [a_link(1, mtu=9000)], ACK),
        ("done", [a_link(1, mtu=9000)], [a_link(1, mtu=9000)], ACK),
        ("done", [], [a_link(2, mtu=9000)], ACK),
        ("nothing", [], [a_link(2, mtu=9000)], Reply(0, "", 0, 0, 0.0)),
        ("partly", [a_link(1)], [a_link(1, mtu=1400)], ACK),
        ("partly", [a_link(1), a_link(2)], [a_link(1, mtu=9000), a_link(2)], REFUSED),
        ("partly", [a_link(1), a_link(2)], [a_link(1, mtu=9000), a_link(2)], ACK),
        ("failed", [a_link(1), a_link(2)], [a_link(1), a_link(2)], REFUSED),
        ("failed", [a_link(1), a_link(2, mtu=9000)], [a_link(1), a_link(2, mtu=9000)], REFUSED),
        ("failed", [a_link(1)], [], REFUSED),
        ("partly", [a_link(1)], [a_link(1)], ACK),
        ("nothing", [], [], Reply(0, "", 0, 0, 0.0)),
        ("nothing", [a_link(1)], [], ACK),
        ("nothing", [a_link(1)], [a_link(1, group=1)], ACK),
        ("unknown", [a_link(1)], [a_link(1, mtu=9000)], SILENCE),
        ("unknown", [a_link(1), a_link(2)], [a_link(1, mtu=9000), a_link(2)], SILENCE),
        ("unknown", [a_link(1)], [a_link(1)], SILENCE),
    ],
)  # fmt: skip
def test_the_verdict(verdict: Verdict, members: list[Link], after: list[Link], reply: Reply) -> None:
    assert became(intent(*members), by_index(*after), reply).verdict == verdict


def test_the_verdict_without_a_read_back() -> None:
    assert Outcome(intent(a_link(1)), NOT_SENT, checked=False).verdict == "refused"
    assert Outcome(intent(a_link(1)), ACK, checked=False).verdict == "unknown"
    assert Outcome(intent(a_link(1)), SILENCE, checked=False).verdict == "unknown"


def test_a_known_refusal_keeps_the_rest_not_reached() -> None:
    before = [a_link(1), a_link(2, max_mtu=1500), a_link(3)]
    outcome = became(intent(*before), by_index(before[0]._replace(mtu=9000), *before[1:]), REFUSED)
    suspect = first_suspect(outcome)
    assert suspect is not None
    told = with_refusal(outcome, suspect.ifindex, "too much", 0)
    assert places(told) == {"changed": [1], "refused": [2], "not_reached": [3]}
    assert (told.verdict, told.refused[0].reason) == ("partly", "too much")


def test_whom_to_ask() -> None:
    links = [a_link(1), a_link(2), a_link(3, max_mtu=1500)]
    outcome = became(intent(*links), by_index(*links), REFUSED)
    assert first_suspect(outcome) == links[2]  # its limits exclude the MTU, so it is the one
    assert first_suspect(became(intent(*links, mtu=1400), by_index(*links), REFUSED)) == links[0]
    assert first_suspect(became(intent(*links, operation="up"), by_index(*links), REFUSED)) == links[0]
    done = [link._replace(mtu=9000) for link in links]
    assert first_suspect(became(intent(*links), by_index(*done), ACK)) is None


def test_many_that_vanished_and_came_back_under_their_index() -> None:
    members = [a_link(index) for index in range(1, 1025)]
    after = {link.ifindex: link._replace(kind=b"ifb") for link in members}
    outcome = became(intent(*members), after, ACK)
    assert len(outcome.vanished) == len(outcome.joined) == 1024
