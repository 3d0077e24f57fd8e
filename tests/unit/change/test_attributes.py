"""Everything that can be set, by the one record of it: each is sent, read back, worded and taken back alike."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.links import LINKS, a_link, fuzz
from tui.guard.codec import step_of, step_row
from tui.model.change.attribute import Attribute, Bit, Harm, Number, Text
from tui.model.change.attributes import (
    ADDRGENMODE,
    ATTRIBUTES,
    BY_ID,
    FORWARDING,
    GROUP,
    GSO_IPV4_MAX_SIZE,
    GSO_MAX_SIZE,
    MTU,
    RP_FILTER,
    TXQUEUELEN,
    UP,
)
from tui.model.change.reversal import Step
from tui.model.change.settings import UNTOUCHED, Settings
from tui.model.link import Link
from tui.model.names.map import NameMap
from tui.model.wire.attributes import LINK
from tui.model.wire.attributes import Attribute as Known
from tui.netlink.link_decoder import LinkDecoder
from tui.netlink.wire import attribute as encoded
from tui.netlink.wire import link_change, messages


def values(attribute: Attribute) -> st.SearchStrategy[Any]:
    match attribute.carrier:
        case Bit():
            return st.booleans()
        case Number(size=size):
            return st.integers(0, (1 << 8 * size) - 1)
        case Text(longest=longest):
            return st.binary(max_size=longest).filter(lambda raw: b"\0" not in raw)


SETTINGS = st.fixed_dictionaries({}, optional={attribute: values(attribute) for attribute in ATTRIBUTES}).map(Settings)


@fuzz
@given(SETTINGS, st.integers(1, 0x7FFFFFFF))
def test_what_is_sent_reads_back_as_what_was_asked(settings: Settings, ifindex: int) -> None:
    # The kernel tells IPv4's settings as an array, and takes each as an attribute of its own.
    settings = Settings({one: value for one, value in settings.items() if one not in (FORWARDING, RP_FILTER)})
    data = link_change(1, ifindex, settings)
    (head,) = messages(data)
    found = LinkDecoder().decode(data, head.start, head.end)
    assert found.ifindex == ifindex
    assert settings.met_by(found)
    assert Settings({one: value for one, value in settings.as_of(found).items() if one in settings}) == settings


def test_what_stands_within_others_shares_them() -> None:
    data = link_change(1, 7, Settings({RP_FILTER: 2, ADDRGENMODE: 1, FORWARDING: 1}))
    inet6 = encoded(10, encoded(8, b"\1"))
    inet = encoded(2, encoded(1, encoded(1, b"\1\0\0\0") + encoded(8, b"\2\0\0\0")))
    assert data[32:] == encoded(26, inet6 + inet)


def test_what_goes_along_is_taken_back_too() -> None:
    link = a_link(1, gso_max_size=60000, gso_ipv4_max_size=30000)
    assert Settings({GSO_MAX_SIZE: 9000}).as_of(link) == Settings({GSO_MAX_SIZE: 60000, GSO_IPV4_MAX_SIZE: 30000})


@fuzz
@given(SETTINGS, LINKS)
def test_a_guards_record_holds_it(settings: Settings, link: Link) -> None:
    assert step_of(step_row(Step(link, settings))) == Step(link, settings)


@fuzz
@given(SETTINGS, LINKS)
def test_met_means_that_each_is_so_and_otherwise_tells_which_is_not(settings: Settings, link: Link) -> None:
    differing = [one for one, value in settings.items() if one.read(link) != value]
    assert settings.met_by(link) == (not differing) == (settings.otherwise(link) == "")
    assert settings.as_of(link).met_by(link)
    assert settings.as_of(link).keys() == settings.keys() | {one.along for one in settings if one.along}


@fuzz
@given(SETTINGS)
def test_equal_ones_are_one_whatever_order_they_were_made_in(settings: Settings) -> None:
    again = Settings(dict(reversed([*settings.items()])))
    assert (again, hash(again), [*again]) == (settings, hash(settings), [*settings])
    assert {again, settings} == {settings}
    assert settings.as_of(a_link(1)) != UNTOUCHED or not settings
    places = [ATTRIBUTES.index(one) for one in settings]
    assert all(first < second for first, second in pairwise(places))


@pytest.mark.parametrize("attribute", ATTRIBUTES, ids=repr)
def test_the_number_is_that_of_the_kernels_header(attribute: Attribute) -> None:
    match attribute.carrier:
        case Number(type=kind, within=()) | Text(type=kind):
            called = LINK[kind].name.removeprefix("IFLA_")
            assert called.replace("_", "")[:7] in {attribute.id.replace("_", "").upper()[:7], _CALLED.get(attribute.id)}
        case Number(type=kind, within=(26, 10)):
            assert (_inside(LINK[26], 10, kind), attribute.id) == ("IFLA_INET6_ADDR_GEN_MODE", "addrgenmode")
        case Number(within=within):
            assert within == (26, 2, 1)
            assert attribute.id in ("forwarding", "rp_filter")


_CALLED = {"txqueuelen": "TXQLEN", "alias": "IFALIAS"}


def _inside(known: Known, family: int, kind: int) -> str:
    assert known.inside is not None
    inside = known.inside[family].inside
    assert inside is not None
    return inside[kind].name


@pytest.mark.parametrize("attribute", ATTRIBUTES, ids=repr)
def test_what_a_message_can_not_carry_is_refused(attribute: Attribute) -> None:
    wrong: list[object] = [None, "1", -1, 1 << 32, 1.5, [1]]
    right: tuple[object, ...]
    more: tuple[object, ...]
    match attribute.carrier:
        case Bit():
            right, more = (True, False), (0, 1, b"")
        case Number(size=4):
            right, more = (0, 1, 0xFFFFFFFF), (True, False, b"")
        case Number():
            right, more = (0, 1, 0xFF), (True, 0x100)
        case Text(longest=longest):
            right, more = (b"", b"\xff" * longest), (b"x" * (longest + 1), b"a\0", 1)
    wrong += more
    assert all(attribute.admits(value) for value in right)
    assert not any(attribute.admits(value) for value in wrong)


def test_no_two_share_an_id_or_a_key() -> None:
    recorded = [attribute.recorded for attribute in ATTRIBUTES if attribute.recorded]
    assert len(BY_ID) == len(ATTRIBUTES)
    assert len({*recorded}) == len(recorded) == 4


@pytest.mark.parametrize(
    ("attribute", "now", "wanted", "harm"),
    [
        (MTU, 1500, 9000, set()),
        (MTU, 9000, 1500, {Harm.CUTS_OFF}),
        (MTU, 1280, 1279, {Harm.CUTS_OFF, Harm.ENDS_IPV6}),
        (MTU, 1279, 68, {Harm.CUTS_OFF}),
        (MTU, 1500, 67, {Harm.CUTS_OFF, Harm.ENDS_IPV6, Harm.ENDS_IPV4}),
        (GROUP, 7, 7, set()),
        (GROUP, 7, 0, {Harm.CUTS_OFF}),
        (UP, True, True, set()),
        (UP, False, True, set()),
        (UP, True, False, {Harm.CUTS_OFF, Harm.TAKES_DOWN}),
        (UP, False, False, set()),
        (TXQUEUELEN, 1000, 1, set()),
        (TXQUEUELEN, 1000, 0, {Harm.CUTS_OFF}),
        (TXQUEUELEN, 0, 0, set()),
    ],
)
def test_what_it_does_beside(attribute: Attribute, now: int, wanted: int, harm: set[Harm]) -> None:
    assert attribute.harm(now, wanted) == harm


def test_several_at_once_are_told_in_one_order() -> None:
    settings = Settings({UP: False, TXQUEUELEN: 500, GROUP: 9, MTU: 1400})
    assert settings.ip(NameMap()) == ("mtu 1400 group 9 down txqueuelen 500", [])
    assert settings.words(NameMap()) == "MTU 1400, group 9, down, queue length 500"
    assert settings.otherwise(a_link(1, flags=0x1003)) == "now 1500, in group 7, up, queue length 1000"
    assert (settings.by_group, settings.operation) == (False, "set")
    link = a_link(1, flags=0x1003)
    assert settings.harm(link) == {Harm.CUTS_OFF, Harm.TAKES_DOWN}
