"""What would go, by rules that no kernel here can show: kinds that it doesn't have."""

import pytest

from tests.links import a_link
from tui.model.change.outcome import Reply
from tui.model.change.removal import Deletion, make_deletion
from tui.model.change.removed import compare_removed, removal_record
from tui.model.link import Link
from tui.model.names.map import NameMap
from tui.model.store import Snapshot, Store
from tui.present.removal import removal_sentences, removed_line
from tui.session.removal import bar


def known(*links: Link) -> Snapshot:
    store = Store()
    store.replace({link.ifindex: link for link in links})
    return store.snapshot()


def weighed(*links: Link, protected: dict[int, str] | None = None) -> Deletion:
    return make_deletion(known(*links), 7, protected or {}, {})


MEMBER = a_link(1, kind=b"bond", name=b"bond0")


@pytest.mark.parametrize("kind", [b"vlan", b"macvlan", b"ipvlan", b"macsec", b"unheardof"])
def test_what_is_stacked_goes_and_what_stands_on_that(kind: bytes) -> None:
    upper = a_link(2, kind=kind, lower=1, group=0)
    top = a_link(3, kind=b"vlan", lower=2, group=0)
    elsewhere = a_link(4, kind=kind, lower=1, lower_netnsid=0, group=0)
    found = weighed(MEMBER, upper, top, elsewhere).also
    assert [(one.link.ifindex, one.of.ifindex, one.is_peer) for one in found] == [(2, 1, False), (3, 2, False)]


@pytest.mark.parametrize("kind", [b"ipip", b"gre", b"sit", b"ip6tnl", b"xfrm", b"wireguard"])
def test_a_tunnel_outlives_what_it_goes_out_by(kind: bytes) -> None:
    assert weighed(MEMBER, a_link(2, kind=kind, lower=1, group=0)).also == ()


@pytest.mark.parametrize("kind", [b"veth", b"netkit", b"vxcan"])
def test_peers_go_together(kind: bytes) -> None:
    one, other = a_link(1, kind=kind, lower=2), a_link(2, kind=kind, lower=1, group=0)
    assert [each.is_peer for each in weighed(one, other).also] == [True]
    far = weighed(a_link(1, kind=kind, lower=2, lower_netnsid=5), a_link(2, kind=b"ifb", group=0))
    assert (far.also, [link.ifindex for link in far.torn]) == ((), [1])


@pytest.mark.parametrize(
    ("name", "kind", "passed"),
    [(b"sit0", b"sit", True), (b"erspan0", b"erspan", True), (b"sit1", b"sit", False), (b"can0", b"can", True)],
)
def test_who_is_passed_over_is_told_and_is_no_failure(name: bytes, kind: bytes, passed: bool) -> None:
    links = MEMBER, a_link(2, name=name, kind=kind)
    deletion = weighed(*links)
    assert ([link.name for link in deletion.staying], deletion.number) == ([name] if passed else [], 1 if passed else 2)
    assert any("passes over" in row for row in removal_sentences(deletion, NameMap())) is passed
    before = known(*links)
    removed = compare_removed(deletion, before, known(links[1]), Reply(0, "", 1, 40, 0.1))
    assert removed.verdict == ("done" if passed else "partly")
    assert ("passed over" in removed_line(removed, NameMap()).text) is passed


@pytest.mark.parametrize("kind", [b"", b"dsa", b"openvswitch"])
def test_who_has_no_dellink_is_known(kind: bytes) -> None:
    assert bar(weighed(MEMBER, a_link(2, kind=kind)), guarded=False) == "undeletable"


def test_a_session_is_not_deleted_unless_nobody_wants_a_guard() -> None:
    why = {1: "this SSH session"}
    assert bar(weighed(MEMBER, protected=why), guarded=True) == "session"
    assert bar(weighed(MEMBER, protected=why), guarded=False) == ""
    assert bar(weighed(MEMBER, protected={1: "the default route"}), guarded=True) == ""


def test_the_record_names_each_with_what_became_of_it() -> None:
    upper = a_link(2, kind=b"vlan", lower=1, group=0)
    removed = compare_removed(weighed(MEMBER, upper), known(MEMBER, upper), known(), Reply(0, "", 1, 40, 0.1))
    record = removal_record("delete group 7", removed)
    assert (record["event"], record["group_id"], record["outcome"]) == ("delete", 7, "done")
    assert record["members"] == [
        {"ifindex": 1, "ifname": "bond0", "became": "deleted", "before": {"group": 7}},
        {"ifindex": 2, "ifname": "v2", "became": "went too", "before": {"group": 0}},
    ]
