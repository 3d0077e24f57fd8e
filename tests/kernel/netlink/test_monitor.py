"""The monitor against the real kernel: what it hears, and what it finds without hearing of it."""

import os
import shutil
import socket
import struct
import subprocess

import pytest

from tests.links import PATIENCE, Ip, add, cheap_kind, index_of, many, raw_links, until
from tests.watch import Watch, netlink_descriptors, port_of, watching
from tui.model.store import Store
from tui.netlink.dump import LinkReader
from tui.netlink.monitor import CHECK_SHARE, MIN_PERIOD, Monitor
from tui.netlink.sockets import open_socket
from tui.netlink.subscription import LinkSubscription
from tui.netlink.wire import attribute, u32


def gone(watch: Watch, name: str) -> bool:
    return watch.named(name) is None


def test_the_first_dump_holds_everything(ip: Ip) -> None:
    add(ip, "veth", "x0")
    add(ip, "bridge", "br")
    with watching() as watch:
        watch.agree(ip)
        health = watch.monitor.health
    assert (health.state, health.overruns, health.restarts, health.foreign, health.reason) == ("live", 0, 0, 0, "")
    assert health.buffer > 0
    assert health.checked_at > 0


def test_changes_of_up_links_are_followed_by_their_events(ip: Ip) -> None:
    kind = cheap_kind(ip)
    with watching() as watch:
        ip("link", "add", "x0", "type", kind)
        until(lambda: watch.named("x0"), "the new link")
        ip("link", "set", "x0", "up")
        until(lambda: (link := watch.named("x0")) and link.is_up, "up")
        ip("link", "set", "x0", "group", 33)
        until(lambda: (link := watch.named("x0")) and link.group == 33, "the new group")
        ip("link", "set", "x0", "mtu", 1401)
        until(lambda: (link := watch.named("x0")) and link.mtu == 1401, "the new MTU")
        ip("link", "set", "x0", "alias", "hello")
        until(lambda: (link := watch.named("x0")) and link.alias == b"hello", "the alias")
        ip("link", "set", "x0", "down")
        ip("link", "set", "x0", "name", "y0")
        until(lambda: watch.named("y0") and gone(watch, "x0"), "the new name")
        assert sorted(link.name for link in watch.links.values()) == [b"lo", b"y0"]
        ip("link", "del", "y0")
        until(lambda: gone(watch, "y0"), "the link to go")
        assert watch.monitor.health.events >= 7
        assert watch.monitor.health.overruns == 0
        watch.agree(ip)


def test_a_retag_of_a_down_link_is_found_by_a_check(ip: Ip) -> None:
    kind = cheap_kind(ip)
    ip("link", "add", "x0", "type", kind)
    with watching() as watch:
        ip("link", "set", "x0", "group", 44)
        assert watch.check()[index_of(ip, "x0")].group == 44
        watch.agree(ip)


def test_a_retag_of_a_down_link_is_found_without_asking(ip: Ip) -> None:
    ip("link", "add", "x0", "type", cheap_kind(ip))
    with watching() as watch:
        ip("link", "set", "x0", "group", 45)
        until(lambda: (link := watch.named("x0")) and link.group == 45, "the periodical check to find the retag")


def test_a_write_to_sysfs_is_found_by_a_check(ip: Ip) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("unshare(1) is not installed")
    ip("link", "add", "x0", "type", cheap_kind(ip))
    ip("link", "set", "x0", "up")
    script = "mount -t sysfs sysfs /sys && echo 55 > /sys/class/net/x0/netdev_group"
    with watching() as watch:
        done = subprocess.run(["unshare", "--mount", "sh", "-c", script], capture_output=True, check=False)
        if done.returncode:
            pytest.skip(f"no sysfs of our own: {done.stderr.decode().strip()}")
        assert watch.check()[index_of(ip, "x0")].group == 55
        watch.agree(ip)


def test_an_index_reused_on_purpose(ip: Ip) -> None:
    add(ip, "veth", "old", "index", 700)
    with watching() as watch:
        ip("link", "del", "old")
        ip("link", "add", "new", "index", 700, "type", "bridge")
        until(lambda: gone(watch, "old") and watch.named("new"), "the other link")
        assert watch.links[700].kind == b"bridge"
        watch.agree(ip)


def test_a_link_that_moves_to_another_netns_is_gone_and_can_come_back(ip: Ip) -> None:
    add(ip, "veth", "x0", "index", 700)
    line = ["unshare", "--net", "sh", "-c", "echo; read _; exec ip link set x0 netns $PPID"]
    with watching() as watch, subprocess.Popen(line, stdin=-1, stdout=-1) as away:
        assert away.stdout is not None
        away.stdout.readline()
        ip("link", "set", "x0", "netns", away.pid)
        until(lambda: gone(watch, "x0"), "the link to move away")
        watch.agree(ip)
        away.communicate(b"\n")
        until(lambda: watch.named("x0"), "the link to come back")
        watch.agree(ip)


def test_what_a_bridge_tells_of_its_ports_is_no_news_of_links(ip: Ip) -> None:
    add(ip, "bridge", "br")
    add(ip, "veth", "x0", "index", 700)
    ip("link", "set", "x0", "master", "br", "group", 7)
    stop = os.eventfd(0)
    store = Store()
    try:
        with (
            LinkSubscription(store, stop, 1 << 20) as subscription,
            socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock,
        ):
            assert subscription.check()
            before = store.snapshot()
            # IFLA_PROTINFO { IFLA_BRPORT_COST }: the bridge sends RTM_NEWLINK of family AF_BRIDGE, without a group.
            body = struct.pack("=BxHiII", 7, 0, 700, 0, 0) + attribute(12 | 0x8000, u32(3, 55))
            sock.send(struct.pack("=IHHII", 16 + len(body), 19, 5, 1, 0) + body)
            assert struct.unpack_from("=i", sock.recv(4096), 16)[0] == 0
            subscription.take_events()
            assert store.snapshot() is before
            ip("link", "set", "x0", "nomaster")  # RTM_DELLINK of family AF_BRIDGE, then the real news
            subscription.take_events()
            assert store.snapshot().links[700].master == 0
    finally:
        os.close(stop)


def test_a_foreign_sender_is_not_believed_but_counted(ip: Ip) -> None:
    (lie,) = raw_links()
    lie = lie.replace(b"lo\0", b"xx\0")
    with watching() as watch, socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as liar:
        (ours,) = netlink_descriptors(groups=1)
        try:
            for _ in range(3):
                liar.sendto(lie, (port_of(ours), 0))
        except PermissionError:
            pytest.skip("the kernel doesn't let us send to another socket")
        until(lambda: watch.monitor.health.foreign == 3, "three foreign messages to be counted")
        assert watch.monitor.health.state == "live"
        assert [link.name for link in watch.links.values()] == [b"lo"]
        watch.agree(ip)


def test_a_foreign_answer_to_a_question_is_not_believed(netns: None) -> None:
    (lie,) = raw_links()
    lie = lie.replace(b"lo\0", b"xx\0")
    with open_socket() as sock, socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as liar:
        reader = LinkReader(sock)
        done = struct.pack("=IHHIIi", 20, 3, 2, 0, 0, 0)
        for forged in (lie, done):
            for seq in range(reader._seq, reader._seq + 3):
                liar.sendto(forged[:8] + struct.pack("=I", seq) + forged[12:], (sock.getsockname()[0], 0))
        links, _ = reader.dump()
        assert [link.name for link in links.values()] == [b"lo"]


def test_checks_cost_no_more_than_their_share(ip: Ip) -> None:
    many(cheap_kind(ip), 500, 1, up=False)
    with watching() as watch:
        for _ in range(3):
            watch.check()
            health = watch.monitor.health
            assert health.check_cost > 0
            assert health.period >= max(MIN_PERIOD, health.check_cost / CHECK_SHARE)


def test_a_check_tells_how_old_it_is(ip: Ip) -> None:
    with watching() as watch:
        before = watch.monitor.health.checked_at
        watch.check()
        assert watch.monitor.health.checked_at > before


def test_events_before_a_check_that_never_comes_are_taken_in(ip: Ip) -> None:
    """Whoever expected the check has given up: then the events tell, not the next check."""
    add(ip, cheap_kind(ip), "x0")
    with watching() as watch:
        watch.check()
        checked = watch.monitor.health.checked_at
        watch.monitor.expect_check()
        ip("link", "set", "x0", "mtu", 1401)
        until(lambda: (link := watch.named("x0")) and link.mtu == 1401, "the new MTU")
        assert watch.monitor.health.checked_at == checked


def test_who_expects_a_check_hears_of_it_before_the_screen_does(netns: None) -> None:
    told: list[tuple[str, float]] = []

    def tell(whom: str) -> None:
        told.append((whom, monitor.health.checked_at))

    monitor = Monitor(Store(), lambda: tell("the screen"))
    monitor.start()
    try:
        until(lambda: monitor.health.state == "live", "a live monitor")
        checked = monitor.health.checked_at
        monitor.expect_check()
        monitor.check().add_done_callback(lambda _: tell("who waits"))
        until(lambda: any(whom == "the screen" and at > checked for whom, at in told), "the screen's news of it")
    finally:
        monitor.stop()
    assert next(whom for whom, at in told if at > checked) == "who waits"


def test_the_buffer_that_is_granted_is_told(netns: None) -> None:
    with watching(buffer=8192, force=False) as watch:
        assert watch.monitor.health.buffer == 8192
        assert not watch.monitor.health.forced


@pytest.mark.parametrize("how", ["an event", "a check"])
def test_an_interface_made_anew_is_another_one_also_if_both_are_heard_of_at_once(ip: Ip, how: str) -> None:
    """The message of the new one overtakes the deletion; both look alike."""
    words = ("address", "02:00:00:00:00:01")
    add(ip, "veth", "v0", *words)
    add(ip, "veth", "w0")
    with watching() as watch:
        watch.check()
        index, other = index_of(ip, "v0"), index_of(ip, "w0")
        then = watch.store.revision
        watch.pause.clear()
        ip("link", "set", "w0", "mtu", 1400)
        assert watch.paused.wait(PATIENCE)
        ip("link", "del", "v0")
        add(ip, "veth", "v0", "index", index, *words)
        watch.pause.set()
        if how == "a check":
            watch.check()
        until(lambda: watch.store.snapshot().same(index, then) is None, "the other interface")
        watch.check()
        snapshot = watch.store.snapshot()
        assert (snapshot.same(index, then), snapshot.links[index].name) == (None, b"v0")
        assert snapshot.same(other, then) is not None
