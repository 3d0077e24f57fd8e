"""The kernel's own messages: our decoder, pyroute2's on the very same bytes, and `ip -j -d link`, all alike."""

import os
import struct
import subprocess

import pytest

from tests.links import Ip, add, as_ip, cheap_kind, from_ip, index_of, many, raw_links, reference
from tui.model.link import Link
from tui.netlink.dump import LinkReader, StoppedError
from tui.netlink.link_decoder import LinkDecoder, decode_link
from tui.netlink.sockets import open_socket

HOSTILE = (
    b"\x1b[31mred",
    b"\x9b2J",
    b"\x01\x02\x7f",
    b"\xff\xfe\xc0\x80",
    b"[red]x",
    b"[@click=quit]x",
    b"$(id)",
    b";reboot",
    b"'\"`",
    b"-rf",
    "\u202ertl".encode(),
    "\u200bzw".encode(),
    "接口".encode(),
    b"<U+202E>",
    b"\\x1b",
    b'{"a"}',
    b"%d%s",
)


def links_now() -> dict[int, Link]:
    """Return all links, read three ways that must agree, message by message."""
    decoder = LinkDecoder()
    found = {}
    for raw in raw_links():
        link = decode_link(raw, 0, len(raw))
        assert link == reference(raw)
        assert decoder.decode(raw, 0, len(raw)) == decoder.decode(raw, 0, len(raw)) == link
        found[link.ifindex] = link
    return found


def agree(ip: Ip) -> dict[int, Link]:
    """Return all links as the product's reader gets them; they are what `ip` shows and what pyroute2 reads."""
    found = links_now()
    with open_socket() as sock:
        links, interrupted = LinkReader(sock).dump()
        singles = LinkReader(sock).get(links)
    assert not interrupted
    assert links == found == singles
    assert as_ip(links) == from_ip(ip)
    return links


def named(links: dict[int, Link], name: bytes) -> Link:
    (found,) = (link for link in links.values() if link.name == name)
    return found


@pytest.mark.parametrize(
    "kind", ["dummy", "ifb", "veth", "bridge", "vxlan", "macvlan", "macvtap", "vlan", "tap", "tun"]
)
def test_every_kind_of_link_down_and_up(ip: Ip, kind: str) -> None:
    words: list[str | int] = []
    if kind in ("macvlan", "macvtap", "vlan"):
        add(ip, "bridge", "under")
        words = ["link", "under"]
    add(ip, kind, "x", *words)
    ip("link", "set", "x", "group", 77, "txqueuelen", 3, "alias", "über ☃")
    link = named(agree(ip), b"x")
    assert (link.group, link.kind, link.is_up) == (77, b"tun" if kind == "tap" else kind.encode(), False)
    ip("link", "set", "x", "up", "mtu", 1400)
    link = named(agree(ip), b"x")
    assert (link.mtu, link.is_up, link.txqlen, link.alias) == (1400, True, 3, "über ☃".encode())


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_comes_through_byte_by_byte(ip: Ip, name: bytes) -> None:
    add(ip, "veth", "plain")
    index = index_of(ip, "plain")
    if b"%" in name:
        pytest.skip("a name with % is a template of new names, for `ip` and the kernel")
    os_rename(ip, name)
    links = links_now()
    assert links[index].name == name
    if b'"' not in name and b"\\" not in name:  # `ip -j` of 6.1 escapes those right; control bytes it doesn't
        agree(ip)


def os_rename(ip: Ip, name: bytes) -> None:
    """Rename `plain` as the kernel takes it, past what `ip` thinks of names."""
    index = index_of(ip, "plain")
    attr = struct.pack("=HH", 5 + len(name), 3) + name + b"\0"
    body = struct.pack("=BxHiII", 0, 0, index, 0, 0) + attr + bytes(-len(attr) % 4)
    with open_socket() as sock:
        sock.send(struct.pack("=IHHII", 16 + len(body), 19, 5, 1, 0) + body)
        assert struct.unpack_from("=i", sock.recv(4096), 16)[0] == 0


def test_an_alias_of_255_arbitrary_bytes(ip: Ip) -> None:
    add(ip, "veth", "x0")
    alias = bytes(range(1, 256))
    ip("link", "set", "x0", "alias", alias)
    assert named(links_now(), b"x0").alias == alias
    ip("link", "set", "x0", "alias", "")
    assert named(agree(ip), b"x0").alias == b""


def test_altnames_one_many_and_none_again(ip: Ip) -> None:
    add(ip, "veth", "x0")
    long = "n" * 127
    for name in ("one", "zwei-ünf", long):
        ip("link", "property", "add", "dev", "x0", "altname", name)
    assert named(agree(ip), b"x0").altnames == (b"one", "zwei-ünf".encode(), long.encode())
    for name in ("one", "zwei-ünf", long):
        ip("link", "property", "del", "dev", "x0", "altname", name)
    assert named(agree(ip), b"x0").altnames == ()


def test_masters_and_lowers(ip: Ip) -> None:
    add(ip, "bridge", "br")
    add(ip, "veth", "v")
    add(ip, "macvlan", "mv", "link", "br")
    ip("link", "set", "v", "master", "br")
    links = agree(ip)
    bridge, veth = named(links, b"br"), named(links, b"v")
    peer = links[veth.lower]
    assert (veth.master, bridge.master) == (bridge.ifindex, 0)
    assert (peer.lower, peer.kind) == (veth.ifindex, b"veth")
    assert named(links, b"mv").lower == bridge.ifindex
    assert veth.lower_netnsid is None


def test_a_veth_whose_peer_lives_in_another_netns(ip: Ip) -> None:
    add(ip, "veth", "here", "index", 50)
    peer = links_now()[50].lower
    with subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; read _"], stdin=-1, stdout=-1) as away:
        assert away.stdout is not None
        away.stdout.readline()
        name = links_now()[peer].name
        ip("link", "set", name, "netns", away.pid)
        link = agree(ip)[50]
        assert link.lower_netnsid is not None
        assert link.lower_netnsid >= 0
        assert link.lower == peer
        away.communicate(b"\n")


def test_the_largest_group_and_the_loopback(ip: Ip) -> None:
    add(ip, "veth", "x0")
    ip("link", "set", "x0", "group", 2147483647)
    links = agree(ip)
    assert named(links, b"x0").group == 2147483647
    lo = links[1]
    assert (lo.name, lo.kind, lo.arptype, lo.group) == (b"lo", b"", 772, 0)


def test_a_single_link_that_is_gone(netns: None) -> None:
    with open_socket() as sock:
        assert LinkReader(sock).get([1, 4000]).keys() == {1, 4000}
        assert LinkReader(sock).get([4000]) == {4000: None}


def test_many_single_links_in_more_than_one_batch(ip: Ip) -> None:
    with open_socket() as sock:
        found = LinkReader(sock).get(range(1, 400))
    assert found.keys() == set(range(1, 400))
    assert [index for index, link in found.items() if link] == [1]


def test_many_single_links_that_exist(ip: Ip) -> None:
    """Their answers are some 1.5 KB each and all wait at once: they must fit the receive buffer."""
    many(cheap_kind(ip), 400, 1, up=False)
    with open_socket() as sock:
        reader = LinkReader(sock)
        links, _ = reader.dump()
        assert reader.get(links) == links


def test_a_stopped_reader_waits_no_longer(netns: None) -> None:
    wake = os.eventfd(1, os.EFD_CLOEXEC)
    try:
        with open_socket() as sock, pytest.raises(StoppedError):
            LinkReader(sock, wake).dump()
    finally:
        os.close(wake)
