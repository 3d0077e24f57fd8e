"""Everything that can be set, by the one record of it: each is sent, read back, worded and taken back alike."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.links import LINKS, a_link, fuzz
from tui.guard.codec import step_of, step_row
from tui.model.change.attributes import ATTRIBUTES, BY_ID, GROUP, MTU, TXQUEUELEN, UP, Attribute, Bit, Harm, Number
from tui.model.change.reversal import Step
from tui.model.change.settings import UNTOUCHED, Settings
from tui.model.link import Link
from tui.model.names.map import NameMap
from tui.model.wire.attributes import LINK
from tui.netlink.link_decoder import LinkDecoder
from tui.netlink.wire import link_change, messages


def values(attribute: Attribute) -> st.SearchStrategy[int]:
    return st.booleans() if isinstance(attribute.carrier, Bit) else st.integers(0, 0xFFFFFFFF)


SETTINGS = st.fixed_dictionaries({}, optional={attribute: values(attribute) for attribute in ATTRIBUTES}).map(Settings)


@fuzz
@given(SETTINGS, st.integers(1, 0x7FFFFFFF))
def test_what_is_sent_reads_back_as_what_was_asked(settings: Settings, ifindex: int) -> None:
    data = link_change(1, ifindex, settings)
    (head,) = messages(data)
    found = LinkDecoder().decode(data, head.start, head.end)
    assert found.ifindex == ifindex
    assert settings.met_by(found)
    assert settings.as_of(found) == settings


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
    assert settings.as_of(link).keys() == settings.keys()


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
    if isinstance(attribute.carrier, Number):
        assert LINK[attribute.carrier.type].name in ("IFLA_MTU", "IFLA_GROUP", "IFLA_TXQLEN")
        assert LINK[attribute.carrier.type].name.removeprefix("IFLA_")[:3] == attribute.id[:3].upper()


@pytest.mark.parametrize("attribute", ATTRIBUTES, ids=repr)
def test_what_a_message_can_not_carry_is_refused(attribute: Attribute) -> None:
    wrong: list[object] = [None, "1", -1, 1 << 32, 1.5, [1]]
    right: tuple[object, ...] = (True, False) if isinstance(attribute.carrier, Bit) else (0, 1, 0xFFFFFFFF)
    wrong += (0, 1) if isinstance(attribute.carrier, Bit) else (True, False)
    assert all(attribute.admits(value) for value in right)
    assert not any(attribute.admits(value) for value in wrong)


def test_no_two_share_an_id_or_a_key() -> None:
    assert len(BY_ID) == len(ATTRIBUTES) == len({attribute.recorded for attribute in ATTRIBUTES})


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
