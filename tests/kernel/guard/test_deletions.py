"""What is heard of deletions: all of them, of nothing else, and that some were lost."""

import socket

from tests.links import Ip, add, cheap_kind, index_of, many
from tui.netlink.deletions import Deletions


def test_what_is_deleted_is_heard_and_nothing_else(ip: Ip) -> None:
    add(ip, "veth", "gone0")
    add(ip, "veth", "stays0")
    add(ip, "bridge", "br0")
    ip("link", "set", "stays0", "master", "br0")
    before = index_of(ip, "gone0")
    with Deletions() as deletions:
        assert deletions.heard() == frozenset()
        ip("link", "set", "stays0", "nomaster")  # a deletion too, but in the bridge's family
        ip("link", "set", "stays0", "up", "mtu", 1400)
        ip("link", "del", "gone0")
        add(ip, "veth", "gone0", "index", before)
        heard = deletions.heard()
        assert before in heard
        assert index_of(ip, "stays0") not in heard
        assert deletions.heard() == heard
        assert not deletions.lost


def test_a_thousand_events_of_another_sort_do_not_fill_its_buffer(ip: Ip) -> None:
    kind = cheap_kind(ip)
    many(kind, 200, 7, up=False)
    last = index_of(ip, "m199")
    with Deletions() as deletions:
        deletions.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        for mtu in (1400, 1401, 1402, 1403, 1404):
            ip("link", "set", "group", 7, "mtu", mtu)
        ip("link", "del", "m199")
        assert deletions.heard() == {last}
        assert not deletions.lost


def test_deletions_that_were_lost_are_told(ip: Ip) -> None:
    many(cheap_kind(ip), 50, 7, up=False)
    with Deletions() as deletions:
        deletions.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        ip("link", "del", "group", 7)
        assert len(deletions.heard()) < 50
        assert deletions.lost
