"""A group's interfaces are deleted for real: who goes, what goes too, and what nobody could foresee."""

import json

import pytest

from tests.links import Ip, add, cheap_kind, from_ip, index_of, many, needs_root
from tests.sitting import Sitting, sitting
from tests.writers import ActingWriter, once
from tui.model.names.map import NameMap
from tui.present.removal import removal_sentences, removed_line, removed_report
from tui.session.removal import bar, plan_deletion


def there(ip: Ip) -> set[str]:
    return {link["ifname"] for link in from_ip(ip).values()}


def writer(hands: Sitting) -> ActingWriter:
    found = vars(hands.session.services)["_writer"]
    assert isinstance(found, ActingWriter)
    return found


def zoo(ip: Ip) -> None:
    """Members of group 7 with everything on top, beside and below that this kernel makes here."""
    add(ip, "ifb", "base")
    add(ip, "veth", "v0")
    add(ip, "veth", "w0")
    ip("link", "set", "w0", "name", "other")
    for name in ("base", "v0"):
        ip("link", "set", name, "group", 7)
    peer = next(link["ifname"] for link in from_ip(ip).values() if link["ifindex"] == index_of(ip, "v0") - 1)
    ip("link", "add", "link", "base", "name", "mac0", "type", "macvlan")
    ip("link", "add", "link", "base", "name", "tap0", "type", "macvtap")
    ip("link", "add", "link", peer, "name", "mac1", "type", "macvlan")
    ip("link", "add", "vx0", "type", "vxlan", "id", 3, "dstport", 4789, "dev", "base")
    ip("link", "add", "vx1", "type", "vxlan", "id", 4, "dstport", 4789)
    ip("link", "add", "br0", "type", "bridge")
    ip("link", "set", "br0", "group", 7)
    ip("link", "set", "other", "master", "br0")


def test_what_goes_too_is_foreseen_and_nothing_else_goes(ip: Ip) -> None:
    zoo(ip)
    before = there(ip)
    with sitting() as hands:
        deletion = hands.weigh(7)
        assert bar(deletion, guarded=True) == ""
        assert {link.name for link in deletion.released} == {b"other"}
        removed = hands.delete(deletion)
        assert (removed.verdict, removed.unforeseen, removed.reply.messages) == ("done", (), 1)
        gone = {link.name.decode() for link in removed.gone}
        too = {one.link.name.decode() for one in removed.went_too}
        assert gone == {"base", "v0", "br0"}
        assert {"mac0", "tap0", "mac1", "vx0"} < too
        assert len(too) == 5  # and the peer
        assert before - there(ip) == gone | too
        assert {"lo", "other", "vx1"} <= there(ip)
        entry = hands.session.log.entries[-1]
        assert (entry.verdict, entry.lines) == ("done", ("ip link delete group 7",))
        assert entry.obstacle == "What is deleted can't be brought back."
        assert hands.session.log.last_undoable() is None
        assert [(sample.operation, sample.links) for sample in hands.session.samples] == [("delete", 3)]
        trace = hands.session.trace
        assert trace is not None
        assert (trace.work, trace.sent.messages, trace.other_way and trace.other_way.messages) == ("delete", 1, 3)


def test_one_that_cant_be_deleted_is_named_before_and_when_it_comes_at_the_last_moment(ip: Ip) -> None:
    many(cheap_kind(ip), 3, 7, up=False)
    names = NameMap()
    with sitting() as hands:
        deletion = hands.weigh(7)
        acts = [lambda: ip("link", "set", "lo", "group", 7)]
        writer(hands).before = once(list(acts))
        removed = hands.delete(deletion)
        # The kernel said EOPNOTSUPP and deleted nobody.
        assert (removed.verdict, removed.reply.errno, removed.gone) == ("failed", 95, ())
        line = removed_line(removed, names).text
        assert "3 still there" in line
        assert "Operation not supported" in line
        assert {"m0", "m1", "m2"} < there(ip)
        again = hands.weigh(7)
        assert (bar(again, guarded=True), [link.name for link in again.undeletable]) == ("undeletable", [b"lo"])
        # Who sends it all the same is stopped by the last look.
        refused = hands.delete(again)
        assert (refused.verdict, refused.reply.messages) == ("refused", 0)
        assert "can't delete lo" in refused.reply.text


def test_who_joins_after_it_was_shown_is_not_deleted(ip: Ip) -> None:
    many(cheap_kind(ip), 3, 7, up=False)
    add(ip, cheap_kind(ip), "late0")
    ip("link", "set", "dev", "late0", "name", b"esc\x1b[7z")
    with sitting() as hands:
        deletion = hands.weigh(7)
        ip("link", "set", "dev", b"esc\x1b[7z", "group", 7)  # a DOWN link: the kernel tells nobody
        refused = hands.delete(deletion)
        assert (refused.verdict, refused.reply.messages) == ("refused", 0)
        assert "1 interface joined that would go too (esc\\x1b[7z)" in removed_line(refused, NameMap()).text
        ip("link", "set", "dev", b"esc\x1b[7z", "name", "late0")
        assert {"m0", "late0"} < there(ip)
        # Between the last look and the message nobody can look: what it did is told.
        ip("link", "set", "late0", "group", 0)
        deletion = hands.weigh(7)
        writer(hands).before = once([lambda: ip("link", "set", "late0", "group", 7)])
        removed = hands.delete(deletion)
        assert "late0" not in there(ip)
        assert removed.verdict == "done"
        assert [link.name for link in (*removed.caught, *removed.unforeseen)] == [b"late0"]
        assert any("late0" in row for row in removed_report(removed, NameMap()))


def test_what_another_deletes_or_retags_meanwhile_is_told_apart(ip: Ip) -> None:
    many(cheap_kind(ip), 4, 7, up=False)
    with sitting() as hands:
        deletion = hands.weigh(7)
        ip("link", "del", "m0")
        ip("link", "set", "m1", "group", 8)
        removed = hands.delete(deletion)
        assert removed.verdict == "done"
        assert [link.name for link in removed.vanished] == [b"m0"]
        assert [link.name for link in removed.left] == [b"m1"]
        assert [link.name for link in removed.gone] == [b"m2", b"m3"]
        assert there(ip) == {"lo", "m1"}
        # All gone in the last moment: the kernel says ENODEV.
        ip("link", "set", "m1", "group", 7)
        deletion = hands.weigh(7)
        writer(hands).before = once([lambda: ip("link", "del", "m1")])
        removed = hands.delete(deletion)
        assert (removed.verdict, removed.reply.errno) == ("nothing", 19)
        assert "nobody was in it any more" in removed_line(removed, NameMap()).text


def test_what_carries_the_way_here_by_now_is_not_deleted(ip: Ip) -> None:
    add(ip, "veth", "v0")
    ip("link", "set", "v0", "group", 7, "up")
    ip("address", "add", "192.0.2.2/24", "dev", "v0")
    with sitting() as hands:
        deletion = hands.weigh(7)
        assert deletion.protected == {}
        ip("route", "add", "default", "via", "192.0.2.1")
        refused = hands.delete(deletion)
        assert (refused.verdict, refused.reply.messages) == ("refused", 0)
        assert "the way to this machine leads over" in refused.reply.text
        (sentence, *_) = removal_sentences(hands.weigh(7), NameMap())
        assert sentence.startswith("The way to this machine goes with them: ")
    assert "v0" in there(ip)


def test_a_way_over_the_peer_alone_is_named_too(ip: Ip) -> None:
    ip("link", "add", "v0", "type", "veth", "peer", "name", "w0")
    ip("link", "set", "v0", "group", 7, "up")
    ip("link", "set", "w0", "up")
    ip("address", "add", "192.0.2.2/24", "dev", "w0")
    ip("route", "add", "default", "via", "192.0.2.1")
    with sitting() as hands:
        deletion = hands.weigh(7)
        assert index_of(ip, "w0") in deletion.protected


@needs_root
def test_a_peer_in_another_netns_is_told_of_and_goes(ip: Ip) -> None:
    ip("netns", "add", "ifgroupfar")
    try:
        ip("link", "add", "v0", "type", "veth", "peer", "name", "w0", "netns", "ifgroupfar")
        ip("link", "set", "v0", "group", 7)
        with sitting() as hands:
            deletion = hands.weigh(7)
            assert ([link.name for link in deletion.torn], deletion.also) == ([b"v0"], ())
            assert any("in another netns" in row for row in removal_sentences(deletion, NameMap()))
            assert hands.delete(deletion).verdict == "done"
        assert [link["ifname"] for link in json.loads(ip("-n", "ifgroupfar", "-j", "link"))] == ["lo"]
    finally:
        ip("netns", "del", "ifgroupfar")


@pytest.mark.parametrize("why", ["gone", "unanswered"])
def test_what_isnt_answered_or_cant_be_sent_is_told(ip: Ip, why: str) -> None:
    many(cheap_kind(ip), 2, 7, up=False)

    def fail() -> None:
        if why == "gone":
            raise OSError(111, "no more")
        raise ValueError("a defect")

    with sitting() as hands:
        deletion = hands.weigh(7)
        writer(hands).before = fail
        removed = hands.delete(deletion)
        assert removed.verdict == ("refused" if why == "gone" else "unknown")
        assert ("no more" if why == "gone" else "ValueError: a defect") in removed.reply.text
        assert hands.session.under_way is None
    assert {"m0", "m1"} < there(ip)


def test_a_plan_of_what_isnt_there_is_barred(ip: Ip) -> None:
    with sitting() as hands:
        snapshot = hands.session.look().snapshot
        assert bar(plan_deletion(snapshot, 0, {}), guarded=True) == "default"
        assert bar(plan_deletion(snapshot, 99, {}), guarded=True) == "nobody"
