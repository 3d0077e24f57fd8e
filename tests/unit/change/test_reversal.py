"""What takes a change back, and what is left alone."""

from collections.abc import Iterable, Mapping

from hypothesis import given
from hypothesis import strategies as st

from tests.changes import made, setting
from tests.links import LINKS, a_link, fuzz
from tui.model.change.reversal import Reversal, Step, reversal
from tui.model.change.settings import Settings
from tui.model.link import Link

SETTINGS = st.builds(
    setting,
    mtu=st.sampled_from((None, 68, 1280, 1500, 9000)),
    up=st.sampled_from((None, True, False)),
    group=st.sampled_from((None, 0, 1, 2, 0xFFFFFFFF)),
    txqueuelen=st.sampled_from((None, 0, 500, 1000)),
)


def reversed_by(steps: Iterable[Step], now: Mapping[int, Link]) -> Reversal:
    return reversal(steps, lambda before: now.get(before.ifindex))


def test_what_the_change_made_is_put_back() -> None:
    before = a_link(1, mtu=1500)
    now = before._replace(mtu=9000, txqlen=5)
    found = reversed_by([Step(before, setting(mtu=9000))], {1: now})
    assert found.back == ((now, setting(mtu=1500)),)
    assert [found.as_before, found.changed_since, found.gone] == [(), (), ()]


def test_only_the_fields_of_the_change_are_put_back() -> None:
    before = a_link(1, mtu=1500, group=7)
    now = before._replace(mtu=1400, group=9)
    found = reversed_by([Step(before, setting(group=9))], {1: now})
    assert found.back == ((now, setting(group=7)),)


def test_what_is_as_before_stays() -> None:
    before = a_link(1, mtu=1500)
    found = reversed_by([Step(before, setting(mtu=9000))], {1: before})
    assert found.as_before == (before,)
    assert not found.back


def test_what_somebody_else_set_meanwhile_is_left_alone() -> None:
    before = a_link(1, mtu=1500)
    now = before._replace(mtu=1400)
    found = reversed_by([Step(before, setting(mtu=9000))], {1: now})
    assert found.changed_since == (now,)
    assert not found.back


def test_half_of_a_change_undone_by_somebody_else_is_left_alone() -> None:
    before = a_link(1, mtu=1500, group=7)
    now = before._replace(mtu=1500, group=9)
    found = reversed_by([Step(before, setting(mtu=9000, group=9))], {1: now})
    assert found.changed_since == (now,)


def test_vanished_and_renamed_interfaces_are_gone() -> None:
    links = [a_link(index) for index in (1, 2)]
    now = {2: links[1]._replace(name=b"other", mtu=9000)}
    found = reversed_by([Step(link, setting(mtu=9000)) for link in links], now)
    assert found.gone == tuple(links)
    assert not found.back


def test_the_order_is_that_of_the_indexes() -> None:
    links = [a_link(index) for index in (3, 1, 2)]
    now = {link.ifindex: link._replace(mtu=9000) for link in links}
    found = reversed_by([Step(link, setting(mtu=9000)) for link in links], now)
    assert [link.ifindex for link, _ in found.back] == [1, 2, 3]


@fuzz
@given(st.lists(st.tuples(LINKS, SETTINGS), unique_by=lambda pair: pair[0].ifindex), st.data())
def test_each_step_is_in_one_place_and_carrying_it_out_leaves_nothing_to_do(
    pairs: list[tuple[Link, Settings]], data: st.DataObject
) -> None:
    steps = [Step(link, wanted) for link, wanted in pairs]
    now: dict[int, Link] = {}
    for before, wanted in pairs:
        became = data.draw(st.sampled_from(("made", "as before", "other", "gone")))
        if became == "other":
            now[before.ifindex] = data.draw(LINKS)._replace(ifindex=before.ifindex)
        elif became != "gone":
            now[before.ifindex] = made(before, wanted) if became == "made" else before
    found = reversed_by(steps, now)
    placed = [*(link for link, _ in found.back), *found.as_before, *found.changed_since, *found.gone]
    assert sorted(link.ifindex for link in placed) == sorted(link.ifindex for link, _ in pairs)
    assert not reversed_by(steps, now | {link.ifindex: made(link, former) for link, former in found.back}).back
    by_index = {step.before.ifindex: step for step in steps}
    for link, former in found.back:
        assert former.met_by(by_index[link.ifindex].before)
        assert by_index[link.ifindex].wanted.met_by(link)
