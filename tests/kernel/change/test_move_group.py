"""A group's interfaces are moved to another netns for real: who arrives, who can't, and what is lost by it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.elsewhere import Far, far_netns
from tests.links import Ip, add, cheap_kind, from_ip, index_of, many
from tests.sitting import Sitting, sitting
from tests.writers import ActingWriter, once
from tui.model.change.moved import Moved
from tui.model.change.progress import Progress
from tui.model.names.map import NameMap
from tui.netlink.move_group import BATCH
from tui.present.move import move_sentences, moved_line
from tui.present.removal import removed_report
from tui.session.move import move_bar
from tui.session.removal import RemovalResult

NAMES = NameMap()


@pytest.fixture
def far(ip: Ip) -> Iterator[Far]:
    with far_netns(ip) as found:
        yield found


def there(ip: Ip) -> set[str]:
    return {link["ifname"] for link in from_ip(ip).values()} - {"lo"}


def writer(hands: Sitting) -> ActingWriter:
    found = vars(hands.session.services)["_writer"]
    assert isinstance(found, ActingWriter)
    return found


def test_they_arrive_by_one_message_with_their_index_if_it_is_free(ip: Ip, far: Far) -> None:
    many(cheap_kind(ip), 3, 7, up=True)
    far.ip("link", "add", "taken0", "index", str(index_of(ip, "m1")), "type", cheap_kind(ip))
    with sitting() as hands:
        move = hands.weigh_move(7, far.path)
        assert (move_bar(move, guarded=True), move.renumbered, move.joined) == ("", 1, 0)
        moved = hands.move(move)
        assert (moved.verdict, moved.reply.messages, len(moved.moved)) == ("done", 1, 3)
        assert list(moved.new_index) == [move.members[index].ifindex for index in move.members][1:2]
        assert (there(ip), far.names()) == (set(), {"m0", "m1", "m2", "taken0"})
        assert "1 of them have another index there" in moved_line(moved, NAMES).text
        entry = hands.session.log.entries[-1]
        assert entry.lines == (f"ip link set group 7 netns {far.path}",)
        assert "brought back from there alone" in entry.obstacle
        assert [(sample.operation, sample.links) for sample in hands.session.samples] == [("netns", 3)]
        assert hands.session.trace is not None
        assert hands.session.trace.work == "move"
    assert far.ip("-o", "link", "show", "m0").count(",UP") == 0


def test_a_clash_is_named_beforehand_and_told_when_it_comes_at_the_last_moment(ip: Ip, far: Far) -> None:
    kind = cheap_kind(ip)
    many(kind, 3, 7, up=False)
    with sitting() as hands:
        move = hands.weigh_move(7, far.path)
        writer(hands).before = once([lambda: far.ip("link", "add", "m1", "type", kind)])
        moved = hands.move(move)
        assert (moved.verdict, moved.reply.errno) == ("partly", 17)
        assert [link.name for link in moved.moved] == [b"m0"]
        assert [refusal.link.name for refusal in moved.refused] == [b"m1"]
        assert [link.name for link in moved.not_reached] == [b"m2"]
        assert there(ip) == {"m1", "m2"}
        assert any("m1" in row for row in removed_report(moved, NAMES))
        again = hands.weigh_move(7, far.path)
        assert (move_bar(again, guarded=True), [link.name for link in again.clashes]) == ("clash", [b"m1"])
        refused = hands.move(again)
        assert (refused.verdict, refused.reply.messages) == ("refused", 0)
        assert "m1 has a name that is taken there" in refused.reply.text
        # One by one the others go all the same, should it come at the last moment.
        far.ip("link", "del", "m1")
        each = hands.weigh_move(7, far.path, each=True)
        writer(hands).before = once([lambda: far.ip("link", "add", "m1", "type", kind)])
        moved = hands.move(each)
        assert (moved.verdict, [link.name for link in moved.moved]) == ("partly", [b"m2"])
        assert [(refusal.link.name, refusal.errno) for refusal in moved.refused] == [(b"m1", 17)]


def test_who_never_leaves_and_who_would_be_deleted_are_known(ip: Ip, far: Far) -> None:
    add(ip, "ifb", "base")
    ip("link", "set", "base", "group", 7)
    ip("link", "add", "vx0", "type", "vxlan", "id", 3, "dstport", 4789, "dev", "base")
    ip("link", "add", "link", "base", "name", "mac0", "type", "macvlan")
    ip("link", "add", "br0", "type", "bridge")
    with sitting() as hands:
        for name in ("br0", "lo"):
            ip("link", "set", name, "group", 7)
            move = hands.weigh_move(7, far.path)
            assert (move_bar(move, guarded=True), [link.name for link in move.tied]) == ("tied", [name.encode()])
            assert hands.move(move).reply.messages == 0
            ip("link", "set", name, "group", 0)
        ip("link", "set", "vx0", "group", 7)
        move = hands.weigh_move(7, far.path)
        assert (move_bar(move, guarded=True), [one.link.name for one in move.carried]) == ("carried", [b"vx0"])
        ip("link", "set", "vx0", "group", 0)
        move = hands.weigh_move(7, far.path)
        assert [one.link.name for one in move.lost] == [b"vx0"]
        assert any("vx0 (on base)" in row for row in move_sentences(move, NAMES))
        moved = hands.move(move)
        assert [link.name for link in moved.lost] == [b"vx0"]
        assert there(ip) == {"mac0", "br0"}  # a macvlan stays


def test_one_by_one_it_can_be_stopped_and_what_others_delete_is_told(ip: Ip, far: Far) -> None:
    many(cheap_kind(ip), 3 * BATCH, 7, up=False)
    with sitting() as hands:
        move = hands.weigh_move(7, far.path, each=True)
        progress: list[Progress] = []

        def act() -> None:
            ip("link", "del", f"m{3 * BATCH - 1}")
            progress[0].stop.set()

        writer(hands).after = once([act])
        results: list[RemovalResult] = []
        progress.append(hands.session.remove(move, "a move", results.append))
        hands.until(lambda: results, "an outcome")
        (moved,) = (result.removed for result in results)
        assert isinstance(moved, Moved)
        assert (moved.verdict, moved.stopped, len(moved.moved)) == ("partly", True, BATCH)
        assert len(moved.not_reached) == 2 * BATCH - 1
        assert moved.reply.messages == BATCH
        assert [*moved.vanished, *moved.missing] == [move.members[max(move.members)]]
    assert len(far.names()) == BATCH


def test_who_joins_meanwhile_stays_here_and_so_do_all(ip: Ip, far: Far) -> None:
    many(cheap_kind(ip), 2, 7, up=False)
    add(ip, cheap_kind(ip), "late0")
    with sitting() as hands:
        move = hands.weigh_move(7, far.path)
        ip("link", "set", "late0", "group", 7)
        refused = hands.move(move)
        assert (refused.verdict, refused.reply.messages) == ("refused", 0)
        assert "late0" in refused.reply.text
    assert far.names() == set()


def test_a_path_that_means_another_netns_by_now_gets_nobody(ip: Ip, far: Far) -> None:
    many(cheap_kind(ip), 2, 7, up=False)
    with far_netns(ip) as other, sitting() as hands:
        move = hands.weigh_move(7, far.path)
        refused = hands.move(replace(move, to=move.to._replace(name=other.path)))
        assert (refused.verdict, refused.reply.messages) == ("refused", 0)
        assert "is another namespace by now" in refused.reply.text
        assert (other.names(), far.names()) == (set(), set())


def test_what_is_no_netns_is_told(ip: Ip) -> None:
    with sitting() as hands:
        for name, says in (("/nowhere", "There is no network namespace at /nowhere"), ("/etc/hosts", "is no network")):
            with pytest.raises(AssertionError, match=says):
                hands.weigh_move(7, name)
