"""Who wants a name typed, which one, and why: the same in the pane, in the question, and where it is checked."""

import pytest

from tests.changes import asked
from tests.links import a_link
from tui.model.change.intent import intent_for_links
from tui.model.change.plan import Plan, Preview, make_plan
from tui.model.link import Link
from tui.model.names.map import NameMap
from tui.model.store import Store
from tui.present.change import risks, warning

LO = a_link(1, name=b"lo", group=0, flags=0x9, mtu=65536)
OTHER = a_link(2, name=b"eth0", group=0)
TAGGED = a_link(3, name=b"eth1", group=7)
BESIDE = (a_link(8, name=b"x", group=0), a_link(9, name=b"y", group=7))
NAMES = NameMap()


def a_preview(operation: str, *links: Link, new_group: int | None = None, protected: tuple[int, ...] = ()) -> Preview:
    """Return what a change of just these, among others, comes to."""
    return a_plan(operation, *links, new_group=new_group, protected=protected).preview


def a_plan(operation: str, *links: Link, new_group: int | None = None, protected: tuple[int, ...] = ()) -> Plan:
    store = Store()
    store.replace({link.ifindex: link for link in (*links, *BESIDE)})
    chosen = frozenset(link.ifindex for link in links)
    intent = intent_for_links(store.snapshot(), asked(operation, 9000 if new_group is None else new_group), chosen)
    return make_plan(intent, dict.fromkeys(protected, "the default route"), NAMES)


@pytest.mark.parametrize("operation", ["up", "down", "mtu"])
@pytest.mark.parametrize(
    ("links", "asked"),
    [
        ((LO,), "lo"),
        ((OTHER,), "eth0"),
        ((TAGGED, OTHER, LO), "lo"),
        ((TAGGED, OTHER), "eth0"),
        ((TAGGED,), ""),
    ],
)
def test_lo_and_members_of_group_0_want_a_name(operation: str, links: tuple[Link, ...], asked: str) -> None:
    preview = a_preview(operation, *links)
    assert preview.group_id is None
    assert preview.needs_name is bool(asked)
    if asked:
        assert preview.accepted(NAMES)[0] == asked
        assert warning(preview, NAMES) == f"asks for the name ({asked})"
        told = " ".join(risks(preview, NAMES))
        assert ("Programs on this machine reach each other over lo." in told) is (LO in links)
        assert ("Nobody tagged eth0 (group 0)" in told) is (OTHER in links)


def test_to_tag_what_is_untagged_wants_no_name_but_for_lo() -> None:
    assert not a_preview("retag", OTHER, TAGGED, new_group=9).needs_name
    assert a_preview("retag", OTHER, LO, new_group=9).accepted(NAMES)[0] == "lo"


def test_the_way_to_this_machine_is_named_first() -> None:
    preview = a_preview("down", LO, OTHER, TAGGED, protected=(3,))
    assert preview.accepted(NAMES)[0] == "eth1"
    assert warning(preview, NAMES) == "asks for the name (eth1)"


def test_a_whole_group_wants_its_own_name() -> None:
    whole = a_plan("down", TAGGED, BESIDE[1], protected=(3,)).preview
    assert whole.group_id == 7
    assert whole.accepted(NAMES) == ("7", "7")
    assert warning(whole, NAMES) == "asks for the name (7)"
