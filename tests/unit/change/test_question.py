"""What must be asked before a change: nothing, a yes, or a name."""

import pytest

from tests.changes import setting
from tests.links import a_link
from tui.model.change.attributes import MTU
from tui.model.change.settings import Settings
from tui.model.link import Link
from tui.model.names.map import NameMap
from tui.model.store import Store
from tui.model.view.shown import Shown
from tui.session.planning import Chosen, plan_change
from tui.session.question import Answer, Question

LINKS = [
    a_link(1, group=0, flags=0x1009, name=b"lo", arptype=772),
    a_link(2, group=5, flags=0x1003),
    a_link(3, group=7),
    a_link(4, group=7, max_mtu=1500),
    a_link(5, group=0),
    a_link(6, group=8),
]


def shown(*links: Link) -> Shown:
    store = Store()
    store.replace({link.ifindex: link for link in links})
    return Shown(store.snapshot(), NameMap(), {2: "the default route"})


def question(settings: Settings, chosen: Chosen, **more: int) -> Question:
    return Question(plan_change(shown(*LINKS), settings, chosen), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "chosen", "answer"),
    [
        (setting(up=True), 7, Answer.NOTHING),
        (setting(up=False), 7, Answer.NOTHING),
        (setting(mtu=1400), 7, Answer.NOTHING),
        (setting(mtu=9000), 7, Answer.YES),  # one can't take it
        (setting(mtu=1279), 8, Answer.YES),  # IPv6 is lost
        (setting(mtu=1280), 8, Answer.NOTHING),
        (setting(up=True), 0, Answer.NAME),
        (setting(up=True), 5, Answer.NAME),  # it carries the way here, whatever is done to it
        (setting(up=True), frozenset({5}), Answer.NAME),  # nobody tagged it
        (setting(group=7), frozenset({5}), Answer.NOTHING),
        (setting(group=7), frozenset({2, 3}), Answer.NAME),
        (setting(up=False), frozenset({3, 6}), Answer.NOTHING),
        (setting(up=True), 99, Answer.NOTHING),  # it has no members
    ],
)
def test_what_a_plan_needs(settings: Settings, chosen: Chosen, answer: Answer) -> None:
    assert question(settings, chosen).answer is answer


@pytest.mark.parametrize("more", [{"hidden": 1}, {"unseen": True}])
def test_what_the_operator_does_not_see_is_shown_first(more: dict[str, int]) -> None:
    assert question(setting(up=True), 7, **more).answer is Answer.YES
    assert question(setting(up=True), 0, **more).answer is Answer.NAME
    assert question(setting(up=True), 99, **more).answer is Answer.NOTHING


@pytest.mark.parametrize(
    ("settings", "guarded", "weighed"),
    [
        (setting(up=False), True, True),
        (setting(mtu=1400), True, True),
        (setting(mtu=9000), False, False),
        (setting(up=True), False, False),
    ],
)
def test_what_can_cut_us_off_is_guarded_and_weighed(settings: Settings, guarded: bool, weighed: bool) -> None:
    found = question(settings, 5)
    assert (found.guarded, found.weighed) == (guarded, weighed)


def test_a_single_interface_goes_alone_when_others_may_have_joined_since_it_was_chosen() -> None:
    chosen, seen = frozenset({3, 4}), shown(*LINKS).snapshot
    settings = Settings({MTU: 1400})
    assert plan_change(shown(*LINKS), settings, chosen, seen).intent.group_id == 7
    later = Store()
    later.replace({link.ifindex: link for link in LINKS})
    later.apply({7: a_link(7, group=7)})
    now = Shown(later.snapshot(), NameMap(), {})
    plan = plan_change(now, settings, chosen, seen)
    assert (plan.intent.group_id, list(plan.intent.members)) == (None, [3, 4])
