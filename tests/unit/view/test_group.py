"""A group's figures, counted as members come and go."""

from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tests.links import LINKS, a_link, fuzz
from tests.unit.view.test_store import recount
from tui.model.change.attribute import Attribute
from tui.model.change.attributes import ATTRIBUTES, GROUP
from tui.model.group import COUNTED, NO_ID, Group, Tally, empty_group, summed
from tui.model.link import Link
from tui.model.members import alike_in


@fuzz
@given(st.lists(LINKS, min_size=1, max_size=12), st.data())
def test_a_tally_equals_a_recount_after_any_comings_and_goings(links: list[Link], data: st.DataObject) -> None:
    members = [link._replace(group=3, ifindex=index) for index, link in enumerate(links)]
    tally = Tally()
    for link in members:
        tally.add(link)
    gone = data.draw(st.lists(st.sampled_from(members), unique=True, max_size=len(members) - 1))
    for link in gone:
        tally.remove(link)
    left = {link.ifindex: link for link in members if link not in gone}
    assert tally.group(3) == recount(left)[3]


def test_figures() -> None:
    tally = Tally()
    for link in (a_link(1, flags=1), a_link(2, mtu=9000), a_link(3, flags=0x41, kind=b"")):
        tally.add(link)
    group = tally.group(7)
    assert group[:5] == Group(7, 3, 2, ((1500, 2), (9000, 1)), ((b"veth", 2), (b"", 1)))[:5]
    assert (group.down, group.mtu, group.deviating) == (1, 1500, 1)


def test_of_two_equally_common_mtus_the_smaller_is_named_always() -> None:
    tally = Tally()
    tally.add(a_link(1, mtu=9000))
    tally.add(a_link(2, mtu=1500))
    assert tally.group(7).mtu == 1500


def test_an_empty_group() -> None:
    group = empty_group(4)
    assert group == Tally().group(4)
    assert (group.members, group.up, group.down, group.mtu, group.deviating) == (0, 0, 0, None, 0)


@fuzz
@given(st.lists(LINKS, max_size=12))
def test_groups_together_are_what_one_group_of_all_their_members_would_be(links: list[Link]) -> None:
    tallies = [Tally() for _ in range(3)]
    together = Tally()
    for number, link in enumerate(links):
        tallies[number % 3].add(link)
        together.add(link)
    found = summed(tally.group(number) for number, tally in enumerate(tallies))
    assert found == together.group(NO_ID)


@fuzz
@given(st.lists(LINKS, max_size=12))
def test_members_are_counted_by_all_that_a_plan_for_the_group_goes_by(links: list[Link]) -> None:
    tally = Tally()
    for link in links:
        tally.add(link)

    def looked_at(link: Link) -> tuple[object, ...]:
        return _looked_at(link, [one for one in ATTRIBUTES if one is not GROUP and COUNTED.issuperset(one.fields)])

    found = Counter[object]()
    for likeness, number in tally.group(3).likenesses():
        assert likeness.group == 3
        found[looked_at(likeness)] += number
    assert found == Counter(map(looked_at, links))


@fuzz
@given(st.lists(LINKS, max_size=8))
def test_members_are_told_apart_by_all_that_an_attribute_goes_by(links: list[Link]) -> None:
    members = dict(enumerate(links))
    for attribute in ATTRIBUTES:
        found = Counter[object]()
        for likeness, number in alike_in(("flags", *attribute.fields), members):
            found[_looked_at(likeness, [attribute])] += number
        assert found == Counter(_looked_at(link, [attribute]) for link in links), attribute


def _looked_at(link: Link, attributes: Sequence[Attribute]) -> tuple[object, ...]:
    """Return all that a plan asks of a link about ``attributes``."""
    values = (0, 1, 1400, 9000, 70000)
    limits = (attribute.limits(link) for attribute in attributes)
    refused = (attribute.takes(link, value) for attribute in attributes for value in values)
    return (*(attribute.read(link) for attribute in attributes), *limits, *refused)
