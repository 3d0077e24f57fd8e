"""Intent → Plan: what a change takes, risks and will change, before anything is sent."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.changes import asked, setting
from tests.links import a_link, fuzz
from tui.model.change.attributes import MAX_MTU, MTU
from tui.model.change.intent import make_intent
from tui.model.change.plan import Plan, make_plan
from tui.model.link import Link
from tui.model.names.map import NameMap, parse
from tui.model.store import Store
from tui.present.change import risks, warning

assert MTU.typed
TYPED = MTU.typed


def a_plan(
    *links: Link,
    operation: str = "mtu",
    group: int = 7,
    mtu: int | None = None,
    protected: tuple[int, ...] = (),
    names: NameMap | None = None,
) -> Plan:
    store = Store()
    store.replace({link.ifindex: link for link in links})
    intent = make_intent(store.snapshot(), asked(operation, mtu), group)
    return make_plan(intent, dict.fromkeys(protected, "the default route"), names or NameMap())


def indexes(links: Sequence[Link]) -> list[int]:
    return [link.ifindex for link in links]


def test_an_intent_keeps_what_the_operator_saw() -> None:
    store = Store()
    store.replace({2: a_link(2), 1: a_link(1), 3: a_link(3, group=8)})
    intent = make_intent(store.snapshot(), setting(up=True), 7)
    store.replace({})
    assert list(intent.members) == [1, 2]
    assert (intent.revision, intent.group_id) == (3, 7)


def test_who_changes_and_who_already_is_as_asked() -> None:
    plan = a_plan(a_link(1, mtu=9000), a_link(2), a_link(3, mtu=9000), mtu=9000)
    assert (indexes(plan.changing), plan.already) == ([2], 2)
    up, down = a_link(1, flags=0x1003), a_link(2)
    plan = a_plan(up, down, operation="up")
    assert (indexes(plan.changing), plan.already) == ([2], 1)
    plan = a_plan(up, down, operation="down")
    assert (indexes(plan.changing), plan.already) == ([1], 1)


def test_who_will_refuse_the_mtu() -> None:
    links = (
        a_link(1, min_mtu=1400),
        a_link(2, max_mtu=1500),
        a_link(3, max_mtu=0),  # no limit
        a_link(4, max_mtu=1500, mtu=9000),  # already there, past its own limit: not touched
    )
    assert indexes(a_plan(*links, mtu=9000).preview.refusing) == [2]
    assert indexes(a_plan(*links, mtu=1399).preview.refusing) == [1]
    assert indexes(a_plan(*links, mtu=1400).preview.refusing) == []
    assert indexes(a_plan(*links, operation="up").preview.refusing) == []


@pytest.mark.parametrize(
    ("mtu", "was", "loses"),
    [
        (1280, 1500, False),
        (1279, 1500, True),
        (68, 1280, True),
        (68, 1279, False),
        (67, 1500, True),
        (1500, 1500, False),
        (1000, 1000, False),
    ],
)
def test_an_mtu_that_takes_ipv6_off(mtu: int, was: int, loses: bool) -> None:
    plan = a_plan(a_link(1, mtu=was), mtu=mtu)
    assert plan.preview.loses_ipv6 is loses
    assert plan.preview.needs_yes is loses


def test_an_mtu_that_ends_ipv4_alone_is_asked_for_too() -> None:
    plan = a_plan(a_link(1, mtu=1000, min_mtu=0), mtu=67)
    assert (plan.preview.loses_ipv6, plan.preview.loses_ipv4, plan.preview.needs_yes) == (False, True, True)
    assert warning(plan.preview, NameMap()) == "IPv4 is lost below 68"
    assert risks(plan.preview, NameMap()) == [
        "Below 68 bytes IPv4 is taken off an interface, and its addresses don't come back."
    ]
    assert not a_plan(a_link(1, mtu=67, min_mtu=0), mtu=60).preview.needs_yes


def test_one_member_is_enough_to_lose_ipv6_and_down_is_no_mtu() -> None:
    assert a_plan(a_link(1, mtu=1000), a_link(2), mtu=1000).preview.loses_ipv6
    assert not a_plan(a_link(1), operation="down").preview.loses_ipv6


def test_a_refusal_ahead_asks_for_a_plain_yes() -> None:
    assert a_plan(a_link(1, max_mtu=1500), mtu=9000).preview.needs_yes
    assert not a_plan(a_link(1), mtu=9000).preview.needs_yes
    assert not a_plan(a_link(1), operation="down").preview.needs_yes


@pytest.mark.parametrize("operation", ["up", "down", "mtu"])
def test_the_name_must_be_typed_for_group_0_and_for_protected_members(operation: str) -> None:
    mtu = 1400 if operation == "mtu" else None
    assert a_plan(a_link(1, group=0), operation=operation, group=0, mtu=mtu).preview.needs_name
    assert a_plan(a_link(1), a_link(2), operation=operation, mtu=mtu, protected=(2, 99)).preview.needs_name
    assert not a_plan(a_link(1), operation=operation, mtu=mtu, protected=(99,)).preview.needs_name
    assert not a_plan(operation=operation, group=0, mtu=mtu).preview.needs_name  # nobody in it


def test_protected_members_are_named() -> None:
    assert indexes(a_plan(a_link(1), a_link(2), mtu=1, protected=(2,)).preview.protected) == [2]


@pytest.mark.parametrize(
    ("operation", "mtu", "line"),
    [
        ("up", None, "ip link set group dmz up"),
        ("down", None, "ip link set group dmz down"),
        ("mtu", 9000, "ip link set group dmz mtu 9000"),
    ],
)
def test_the_equivalent_ip_line(operation: str, mtu: int | None, line: str) -> None:
    assert a_plan(a_link(1), operation=operation, mtu=mtu, names=parse(b"7 dmz\n")).preview.ip_line == line
    assert a_plan(a_link(1), operation=operation, mtu=mtu).preview.ip_line == line.replace("dmz", "7")


def test_a_group_that_ip_cannot_name_gives_a_comment() -> None:
    link = a_link(1, group=0xFFFFFFFF)
    assert a_plan(link, operation="up", group=0xFFFFFFFF).preview.ip_line.startswith("# ")


@pytest.mark.parametrize(
    ("text", "mtu"),
    [
        ("1500", 1500),
        (" 9000 ", 9000),
        ("9,000", 9000),
        ("65_535", 65535),
        ("1", 1),
        ("2147483647", MAX_MTU),
        ("01500", 1500),
    ],
)
def test_an_mtu_as_people_type_it(text: str, mtu: int) -> None:
    assert TYPED.parse(text) == mtu


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        ",",
        "0",
        "-1",
        "+1500",
        "1500b",
        "1.5k",
        "1e3",
        "0x5dc",
        "2147483648",
        "99999999999",
        "9" * 5000,
        "١٥٠٠",
        "²",
        "１５００",
    ],
)
def test_what_is_no_mtu_is_told_in_one_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$") as caught:
        TYPED.parse(text)
    assert "\n" not in str(caught.value)
    assert "int()" not in str(caught.value)


def test_what_is_no_mtu_is_not_echoed_raw() -> None:
    with pytest.raises(ValueError, match="is no MTU") as caught:
        TYPED.parse("\x1b[2J\u202e")
    assert str(caught.value).isprintable()


@fuzz
@given(
    st.lists(st.tuples(st.sampled_from((1000, 1280, 1500, 9000)), st.booleans()), max_size=12),
    st.sampled_from(("up", "down", "mtu")),
    st.sampled_from((1000, 1500, 9000)),
)
def test_a_preview_counts_what_the_plan_would_change(members: list[tuple[int, bool]], operation: str, mtu: int) -> None:
    links = {i: a_link(i, group=7, mtu=old, flags=0x1002 | up, max_mtu=4000) for i, (old, up) in enumerate(members, 1)}
    links[99] = a_link(99, group=8, max_mtu=100)
    store = Store()
    store.replace(links)
    snapshot = store.snapshot()
    plan = make_plan(make_intent(snapshot, asked(operation, mtu), 7), {2: "x", 99: "y"}, NameMap())
    shown = plan.preview
    alone = make_plan(replace(plan.intent, group_id=None), {2: "x", 99: "y"}, NameMap()).preview
    assert replace(shown, group_id=None, ip_line="", estimate=alone.estimate) == replace(alone, ip_line="")
    assert plan.preview.changing == len(plan.changing)
    assert len(shown.refusing) == len(tuple(shown.refusing))
    assert plan.already == sum(plan.intent.reached(link) for link in links.values() if link.group == 7)
