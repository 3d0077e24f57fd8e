"""How long the kernel is busy with a change, estimated; and what an operator hears of it."""

import pytest

from tests.changes import setting
from tests.links import a_link
from tui.model.change.attributes import ALIAS, ATTRIBUTES, FORWARDING, MTU, MULTICAST, PROMISC, TXQUEUELEN, UP
from tui.model.change.intent import Intent, intent_for_branch, make_intent
from tui.model.change.plan import Plan, make_plan
from tui.model.change.settings import Settings
from tui.model.change.still import obstacle
from tui.model.link import NONE, Link
from tui.model.names.map import NameMap
from tui.model.names.tree import Branch
from tui.model.store import Snapshot, Store
from tui.model.view.shown import Shown
from tui.present.busy import busy, instead, waiting
from tui.present.change import asked, plan_line, risks
from tui.present.words import about
from tui.session.planning import plan_change, plan_each
from tui.session.question import Answer, Question

NAMES = NameMap(by_id={7: b"dmz"}, by_name={b"dmz": 7})
ADDED = 5  # nodes and entries in the FIB for each link that is UP, as the kernel counts them for an ifb
UP_FLAGS, DOWN_FLAGS = 0x1003, 0x1002


def seen(*links: Link) -> Snapshot:
    store = Store()
    store.replace({link.ifindex: link for link in links})
    return store.snapshot()


def farm(number: int, *, up: bool = True, mode: int = 0, group: int = 7, first: int = 1) -> list[Link]:
    flags = UP_FLAGS if up else DOWN_FLAGS
    return [a_link(i, group=group, flags=flags, addrgenmode=mode) for i in range(first, first + number)]


def plan(number: int, settings: Settings, fib: int = 0, *, up: bool = True, mode: int = 0) -> Plan:
    return make_plan(make_intent(seen(*farm(number, up=up, mode=mode)), settings, 7), {}, NAMES, fib)


PROMISC_ON = Settings({PROMISC: True})
MTU_1400 = setting(mtu=1400)


@pytest.mark.parametrize(
    ("number", "settings", "up", "fib", "group", "each"),
    [
        # Seconds on Linux 6.18, two cores that others used too; None: not measured.
        (512, MTU_1400, True, 0, 0.043, 0.023),
        (1024, MTU_1400, True, 0, 0.171, 0.092),
        (2048, MTU_1400, True, 0, 0.664, 0.396),
        (4096, MTU_1400, True, 0, 3.01, 1.95),
        (8192, MTU_1400, True, 0, 39.6, 23.8),
        (512, PROMISC_ON, True, 0, 0.025, None),
        (1024, PROMISC_ON, True, 0, 0.097, None),
        (2048, PROMISC_ON, True, 0, 0.344, 0.103),
        (4096, PROMISC_ON, True, 0, 1.47, 0.253),
        (6144, PROMISC_ON, True, 0, 4.49, None),
        (8192, PROMISC_ON, True, 0, 11.8, 0.26),
        (1024, Settings({ALIAS: b"x"}), True, 0, 0.098, 0.087),
        (2048, Settings({MULTICAST: False}), True, 0, 0.635, 0.434),
        (1024, Settings({FORWARDING: 1}), True, 0, 0.085, 0.087),
        (2048, setting(up=True), False, 0, 0.236, 0.489),
        (4096, setting(up=True), False, 0, 0.914, 2.73),
        (8192, setting(up=True), False, 0, 4.3, None),
        (16384, setting(up=True), False, 0, 30.0, None),
        (1024, setting(up=False), True, 0, 0.162, 0.268),
        (2048, setting(up=False), True, 0, 0.811, 0.756),
        (4096, setting(up=False), True, 0, 2.90, 3.71),
        (6144, setting(up=False), True, 0, 4.72, None),
        # Of 2,304 that are UP; while 2,048 others are; beside 20,000 routes that have nothing to do with them.
        (256, PROMISC_ON, True, 11520, 0.049, None),
        (256, MTU_1400, True, 11520, 0.104, 0.048),
        (256, MTU_1400, False, 10240, 0.044, None),
        (256, PROMISC_ON, True, 61200, 0.779, None),
        (256, MTU_1400, True, 61200, 1.51, 0.664),
    ],
)
def test_the_estimate_is_within_a_factor_of_about_two(
    number: int, settings: Settings, up: bool, fib: int, group: float, each: float | None
) -> None:
    estimate = plan(number, settings, fib or (ADDED * number if up else 0), up=up).preview.estimate
    assert group / 2.1 < estimate.seconds < group * 2.1
    assert each is None or each / 2.1 < estimate.each < each * 2.1


def test_without_ipv6_or_down_there_is_nothing_to_tell_of() -> None:
    for found in (plan(8192, MTU_1400, mode=NONE), plan(8192, PROMISC_ON, up=False), plan(4, MTU_1400, 20)):
        assert not found.preview.estimate.long
        assert busy(found.preview) == ""
    assert plan(8192, MTU_1400, 50000, mode=NONE).preview.estimate.seconds < 0.5
    # Where the FIB's length can't be read, the members' own routes count, fewer without a link-local address.
    assert plan(4096, PROMISC_ON).preview.estimate == plan(4096, PROMISC_ON, ADDED * 4096).preview.estimate
    assert plan(4096, PROMISC_ON, mode=1).preview.estimate.seconds < plan(4096, PROMISC_ON).preview.estimate.seconds / 4


def test_a_group_message_costs_a_walk_for_each_that_is_up_whatever_it_sets_even_to_what_it_is() -> None:
    walk = plan(4096, Settings({TXQUEUELEN: 1000})).preview
    assert (walk.changing, walk.estimate.long) == (0, True)
    for attribute, value, walks, alone in (
        (PROMISC, True, 1, 0),
        (MTU, 1400, 2.5, 1.5),
        (ALIAS, b"x", 1, 1),
        (MULTICAST, False, 2, 1),
        (UP, False, 3, 3),
    ):
        estimate = plan(512, Settings({attribute: value}), 100_000).preview.estimate
        one = plan(512, Settings({TXQUEUELEN: 1000}), 100_000).preview.estimate
        walk_alone = one.seconds - one.each
        rest = one.each
        reached = (estimate.seconds - rest) / walk_alone, (estimate.each - rest) / walk_alone
        assert reached == pytest.approx((walks, alone), rel=0.05, abs=0.01), attribute


def test_each_record_can_be_asked() -> None:
    up, down = farm(1)[0], farm(1, up=False)[0]
    for attribute in ATTRIBUTES:
        assert attribute.walks(up, attribute.read(down)) >= attribute.walks(down, attribute.read(down)) >= 0


def test_the_operator_hears_of_it_before_the_key_and_may_have_a_message_each() -> None:
    found = plan(8192, PROMISC_ON, ADDED * 8192)
    preview = found.preview
    assert busy(preview) == (
        "8,192 members with IPv6 that are UP: about 10 s, during which no other link change on this machine gets "
        "through, and nothing can stop it."
    )
    assert risks(preview, NAMES) == [busy(preview)]
    assert "about 10 s" in plan_line("M", preview, NAMES)[3].text
    assert instead(preview) == (
        "8,192 messages, one each, without the group attribute: less than 1 s; other link changes get through "
        "in between"
    )
    each = plan_each(found, NAMES, ADDED * 8192)
    assert (each.preview.messages, each.preview.estimate.long, instead(each.preview)) == (8192, False, "")
    assert asked(each.intent, NAMES) == "8,192 interfaces of group dmz (7) promisc on"
    assert each.preview.estimate.seconds == preview.estimate.each
    slow = plan_each(plan(8192, MTU_1400, ADDED * 8192), NAMES, ADDED * 8192)
    assert busy(slow.preview).endswith("about 20 s, during which other link changes get through in between.")


def test_of_a_parent_all_groups_count_and_each_member_of_all_gets_its_message() -> None:
    links = [*farm(2048, group=7), *farm(2048, group=8, first=5000), *farm(100, group=9, first=9000)]
    branch = Branch(b"dc1", (7, 8, 6))
    whole = make_plan(intent_for_branch(seen(*links), PROMISC_ON, branch), {}, NAMES, ADDED * 4196)
    assert whole.preview.estimate.seconds == pytest.approx(
        plan(4096, PROMISC_ON, ADDED * 4196).preview.estimate.seconds
    )
    assert "get through between two messages alone" in busy(whole.preview)
    each = plan_each(whole, NAMES, ADDED * 4196)
    assert (each.preview.messages, each.intent.whole, len(each.intent.alone)) == (4096, (), 4096)
    assert asked(each.intent, NAMES) == "4,096 interfaces of dc1/ (3 groups) promisc on"


def test_the_console_asks_for_the_time_alone_and_a_script_is_not_held_up() -> None:
    shown = Shown(seen(*farm(4096)), NAMES, {}, fib=ADDED * 4096)
    found = plan_change(shown, PROMISC_ON, 7)
    assert Question(found).answer is Answer.YES
    assert Question(found, patient=True).answer is Answer.NOTHING
    assert Question(plan_change(shown, PROMISC_ON, 7, each=True)).answer is Answer.NOTHING
    few = Shown(seen(*farm(16)), NAMES, {}, fib=ADDED * 16)
    assert Question(plan_change(few, PROMISC_ON, 7)).answer is Answer.NOTHING


def test_who_left_the_group_before_its_message_gets_none() -> None:
    links = farm(3)
    intent: Intent = make_intent(seen(*links), MTU_1400, 7).each()
    now = seen(links[0], links[1]._replace(group=9), links[2])
    assert [obstacle(intent, link, now) for link in links] == ["", "in group 9 now", ""]


def test_a_member_that_began_to_carry_the_way_here_meanwhile_is_still_looked_for() -> None:
    # lo in a group of its own isn't asked for as a single interface, if it wasn't as a member.
    links = [*farm(2), a_link(9, group=7, name=b"lo", flags=0x1009)]
    whole = make_plan(make_intent(seen(*links), MTU_1400, 7), {}, NAMES)
    assert not whole.preview.needs_name
    assert not plan_each(whole, NAMES, 0).preview.needs_name
    kept = make_plan(make_intent(seen(*links), MTU_1400, 7), {2: "the default route"}, NAMES)
    assert [link.ifindex for link in plan_each(kept, NAMES, 0).preview.endangered] == [2]


def test_no_estimate_is_more_exact_than_it_is() -> None:
    assert [about(seconds) for seconds in (0.2, 1.2, 9.4, 11, 39, 56.9, 58, 170)] == [
        "less than 1 s",
        "about 1 s",
        "about 9 s",
        "about 10 s",
        "about 40 s",
        "about 55 s",
        "about 1 min",
        "about 3 min",
    ]


def test_while_it_runs_the_time_is_told() -> None:
    assert waiting("x", 0.9, one=True, estimate=10.0) == "x: sent, waiting for the kernel…"
    assert waiting("x", 4.2, one=True, estimate=9.7) == (
        "x: sent, waiting for the kernel for 4 s of about 10 s. One message can't be interrupted."
    )
    assert waiting("x", 4.2, one=False) == "x: sent, waiting for the kernel for 4 s."
