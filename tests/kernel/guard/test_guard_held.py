"""Addresses, routes and neighbours that a change loses: said before, put back after."""

import json
import time
from pathlib import Path

import pytest

from tests.changes import setting
from tests.guards import arm, steps_of
from tests.links import PATIENCE, Ip, add, index_of, until
from tui.guard.losses import losses
from tui.model.change.attributes import ARP
from tui.model.change.reversal import Step
from tui.model.change.settings import Settings
from tui.netlink.dependants.item import read_held
from tui.netlink.dump import read_links
from tui.netlink.sockets import open_socket

DOWN = setting(up=False)
ROUTES = (
    "default via 192.0.2.1",
    "10.0.0.0/8 via 192.0.2.1 src 192.0.2.3 mtu 1400 proto static",
    "10.1.0.0/16 nexthop via 192.0.2.1 dev wan0 nexthop via 192.0.2.9 dev wan0 weight 3",
    "10.2.0.0/16 via 172.16.0.1 dev wan0 onlink metric 7",
    "203.0.113.0/24 dev wan0 table 100 metric 5",
    "local 10.3.0.0/16 dev wan0 table 101",
)
IPV6_ROUTES = (
    "default via 2001:db8::1",
    "2001:db8:7::/48 via fe80::99 dev wan0 src 2001:db8::2",
    "2001:db8:8::/48 nexthop via 2001:db8::8 dev wan0 nexthop via 2001:db8::9 dev wan0",
    "2001:db8:9::/48 dev wan0 table 100",
    "2001:db8:a::/48 via inet6 fe80::98 dev wan0 from 2001:db8::/64",
)


@pytest.fixture
def wan(ip: Ip, room: Path) -> list[Step]:
    """A veth, up, with all that there may be on it; and the step that takes it down."""
    setting = Path("/proc/sys/net/ipv6/conf")
    if not setting.exists():
        pytest.skip("this kernel has no IPv6")
    for which in ("all", "default"):
        (setting / which / "disable_ipv6").write_text("0")
    # Nobody looks for another with the same address, which takes seconds, but where a test asks for it.
    (setting / "default" / "accept_dad").write_text("0")
    add(ip, "veth", "wan0")
    ip("link", "set", "veth0", "up")
    ip("link", "set", "wan0", "up")
    for address in ("192.0.2.2/24", "192.0.2.3/24", "2001:db8::2/64", "2001:db8:5::3/64", "fe80::1/64"):
        ip("addr", "add", address, "dev", "wan0")
    until(lambda: "tentative" not in ip("addr", "show", "dev", "wan0"), "the addresses")
    for route in ROUTES:
        ip("route", "add", *route.split())
    for route in IPV6_ROUTES:
        ip("-6", "route", "add", *route.split())
    ip("neigh", "add", "192.0.2.1", "lladdr", "02:00:00:00:00:01", "dev", "wan0", "nud", "permanent")
    ip("neigh", "add", "proxy", "192.0.2.77", "dev", "wan0")
    ip("-6", "neigh", "add", "proxy", "2001:db8::77", "dev", "wan0", "router", "protocol", "static")
    return steps_of("wan", DOWN)


def picture(ip: Ip) -> list[str]:
    """Return all that `ip` knows of addresses, routes and permanent neighbours, sorted; states left out."""
    shown = []
    for link in json.loads(ip("-j", "addr")):
        shown += [f"{link['ifname']} {one['local']}/{one['prefixlen']} {one['scope']}" for one in link["addr_info"]]
    for family in ("-4", "-6"):
        for route in json.loads(ip("-j", "-d", family, "route", "show", "table", "all")):
            shown.append(json.dumps({name: value for name, value in route.items() if name != "flags"}, sort_keys=True))
    neighbours = json.loads(ip("-j", "neigh", "show", "nud", "permanent"))
    proxies = ip("neigh", "show", "proxy").splitlines()
    return sorted([*shown, *(f"{one['dst']} {one['lladdr']}" for one in neighbours), *proxies])


def addresses(ip: Ip) -> list[str]:
    """Return the global addresses of wan0 in the kernel's order, which is that of preference."""
    (link,) = json.loads(ip("-j", "addr", "show", "dev", "wan0", "scope", "global"))
    return [one["local"] for one in link["addr_info"] if one]


def settled(ip: Ip) -> list[str]:
    """Return the picture once the kernel has given each interface its link-local address, and the route to it."""

    def ready() -> bool:
        routes = ip("-6", "route", "show", "table", "local")
        for link in json.loads(ip("-j", "addr")):
            own = [one["local"] for one in link["addr_info"] if (one["family"], one["scope"]) == ("inet6", "link")]
            live = "LOWER_UP" in link["flags"] and "LOOPBACK" not in link["flags"]
            if live and not any(f"local {address} dev {link['ifname']} " in routes for address in own):
                return False
        return True

    until(ready, "the link-local addresses")
    return picture(ip)


def lacking(ip: Ip, before: list[str]) -> tuple[list[str], list[str]]:
    """Return what is missing of the picture from before, and what is new; addresses settle for a while."""
    end = time.monotonic() + PATIENCE
    while (now := picture(ip)) != before and time.monotonic() < end:
        time.sleep(0.05)
    return [one for one in before if one not in now], [one for one in now if one not in before]


def test_down_and_back_all_is_as_it_was(wan: list[Step], ip: Ip) -> None:
    Path("/proc/sys/net/ipv6/conf/wan0/accept_dad").write_text("1")
    before, order = settled(ip), addresses(ip)
    guard = arm(wan)
    ip("link", "set", "wan0", "down")
    guard.sent()
    assert len(picture(ip)) < len(before) - 10
    done = guard.revert()
    assert (done.missing, done.complete) == ((), True)
    assert set(done.returned) == set(guard.order.losses.restorable)
    assert (lacking(ip, before), addresses(ip)) == (([], []), order)


def test_an_mtu_too_small_for_ipv6_and_back_all_is_as_it_was(wan: list[Step], ip: Ip) -> None:
    before = settled(ip)
    guard = arm(steps_of("wan", setting(mtu=1000)))
    assert not [text for text in guard.order.losses.restorable if "192.0.2" in text]
    assert "IPv6 settings of wan0" in " ".join(guard.order.losses.for_good)
    ip("link", "set", "wan0", "mtu", 1000)
    guard.sent()
    assert "2001:db8" not in " ".join(picture(ip))
    assert guard.revert().missing == ()
    assert lacking(ip, before) == ([], [])


def test_an_mtu_too_small_for_ipv4_and_back_the_addresses_are_as_they_were(wan: list[Step], ip: Ip) -> None:
    add(ip, "ifb", "low0")
    ip("addr", "add", "198.51.100.7/24", "dev", "low0")
    ip("link", "set", "low0", "up")
    ip("route", "add", "198.51.101.0/24", "via", "198.51.100.1")
    before = settled(ip)
    guard = arm(steps_of("low", setting(mtu=60)))
    ip("link", "set", "low0", "mtu", 60)
    guard.sent()
    assert "198.51" not in " ".join(picture(ip))
    assert guard.revert().missing == ()
    assert lacking(ip, before) == ([], [])


def test_what_is_lost_is_said_before_by_name(wan: list[Step], ip: Ip) -> None:
    ip("addr", "add", "2001:db8:6::1/64", "dev", "wan0", "valid_lft", 1000, "preferred_lft", 500)
    ip("-6", "route", "add", "2001:db8:b::/48", "dev", "wan0", "proto", "ra")
    found = losses(wan)
    assert found.restorable == [
        "address fe80::1/64 on wan0",
        "address 2001:db8::2/64 on wan0",
        "address 2001:db8:5::3/64 on wan0",
        "permanent neighbour 192.0.2.1 on wan0",
        "proxy neighbour 192.0.2.77 on wan0",
        "proxy neighbour 2001:db8::77 on wan0",
        "route 203.0.113.0/24 dev wan0 table 100 metric 5",
        "route 2001:db8:9::/48 dev wan0 table 100",
        "route default via 192.0.2.1 dev wan0",
        "route 10.0.0.0/8 via 192.0.2.1 dev wan0",
        "route 10.1.0.0/16 via 192.0.2.1 dev wan0, via 192.0.2.9 dev wan0",
        "route 10.2.0.0/16 via 172.16.0.1 dev wan0 metric 7",
        "route 2001:db8:7::/48 via fe80::99 dev wan0",
        "route 2001:db8:8::/48 via 2001:db8::8 dev wan0, via 2001:db8::9 dev wan0",
        "route 2001:db8:a::/48 from 2001:db8::/64 via fe80::98 dev wan0",
        "route default via 2001:db8::1 dev wan0",
    ]
    assert found.for_good == [
        "address 2001:db8:6::1/64 on wan0 (it comes with the next lease or advertisement)",
        "route 2001:db8:b::/48 dev wan0 (learned by router advertisement; the next one brings it)",
    ]
    assert index_of(ip, "wan0") == wan[0].before.ifindex


@pytest.mark.parametrize("wanted", [setting(mtu=1400), setting(group=9), setting(up=True), setting(mtu=9000)])
def test_a_change_that_loses_nothing_says_nothing(wan: list[Step], wanted: Settings) -> None:
    found = losses(steps_of("wan", wanted))
    assert (found.restorable, found.for_good, found.held, found.followers) == ([], [], (), ())


@pytest.mark.parametrize("switched_on", [False, True])
def test_the_neighbours_that_arp_forgets_are_told_and_put_back(wan: list[Step], ip: Ip, switched_on: bool) -> None:
    if switched_on:
        ip("link", "set", "wan0", "arp", "off")
        ip("neigh", "add", "192.0.2.1", "lladdr", "02:00:00:00:00:01", "dev", "wan0", "nud", "permanent")
    ip("-6", "neigh", "add", "2001:db8::1", "lladdr", "02:00:00:00:00:01", "dev", "wan0", "nud", "permanent")
    steps = steps_of("wan", Settings({ARP: switched_on}))
    assert losses(steps).restorable == [
        "permanent neighbour 192.0.2.1 on wan0",
        "permanent neighbour 2001:db8::1 on wan0",
    ]
    before = settled(ip)
    guard = arm(steps)
    ip("link", "set", "wan0", "arp", "on" if switched_on else "off")
    guard.sent()
    assert "02:00:00:00:00:01" not in " ".join(picture(ip))
    assert guard.revert().complete
    assert lacking(ip, before) == ([], [])


def test_addresses_that_the_kernel_keeps_are_not_called_lost(wan: list[Step], ip: Ip) -> None:
    Path("/proc/sys/net/ipv6/conf/wan0/keep_addr_on_down").write_text("1")
    assert [text for text in losses(wan).restorable if text.startswith("address")] == ["address fe80::1/64 on wan0"]
    before = settled(ip)
    guard = arm(wan)
    ip("link", "set", "wan0", "down")
    guard.sent()
    assert guard.revert().complete
    assert lacking(ip, before) == ([], [])


def test_what_is_on_a_bridge_comes_back_when_its_port_does(wan: list[Step], ip: Ip) -> None:
    """The bridge takes the smallest MTU of its ports, and so loses IPv6 with one of them."""
    add(ip, "bridge", "br0")
    add(ip, "veth", "port0")
    ip("link", "set", "port0", "master", "br0", "up")
    ip("link", "set", "br0", "up")
    ip("addr", "add", "2001:db8:77::1/64", "dev", "br0", "nodad")
    before = settled(ip)
    guard = arm(steps_of("port", setting(mtu=1200)))
    assert "address 2001:db8:77::1/64 on br0" in guard.order.losses.restorable
    ip("link", "set", "port0", "mtu", 1200)
    guard.sent()
    assert "2001:db8:77::1" not in " ".join(picture(ip))
    done = guard.revert()
    assert [link.name for link in done.back] == [b"port0"]
    assert lacking(ip, before) == ([], [])


def test_a_route_that_somebody_else_made_meanwhile_stays_and_is_named(wan: list[Step], ip: Ip) -> None:
    guard = arm(wan)
    ip("link", "set", "wan0", "down")
    guard.sent()
    add(ip, "veth", "other0")
    ip("link", "set", "other0", "up")
    ip("addr", "add", "198.18.0.2/24", "dev", "other0")
    ip("route", "add", "default", "via", "198.18.0.1")
    done = guard.revert()
    assert done.missing == (("route default via 192.0.2.1 dev wan0", "something else is in its place"),)
    assert [route["dev"] for route in json.loads(ip("-j", "route", "show", "default"))] == ["other0"]


def test_nothing_is_put_on_an_interface_that_is_left_alone(wan: list[Step], ip: Ip) -> None:
    guard = arm(steps_of("wan", setting(mtu=1000, up=False)))
    ip("link", "set", "wan0", "mtu", 1000, "down")
    guard.sent()
    ip("link", "set", "wan0", "mtu", 1300, "up")
    done = guard.revert()
    assert [link.name for link in done.changed_since] == [b"wan0"]
    assert done.returned == ()
    assert {reason for _, reason in done.missing} == {"its interface was left alone"}
    assert "2001:db8" not in " ".join(picture(ip))


def test_a_dead_interface_among_several_loses_no_shared_route(wan: list[Step], ip: Ip) -> None:
    add(ip, "veth", "wan1")
    ip("link", "set", "wan1", "up")
    ip("addr", "add", "198.18.1.2/24", "dev", "wan1")
    ip("route", "add", "10.9.0.0/16", "nexthop", "via", "192.0.2.1", "nexthop", "via", "198.18.1.1")
    paths = "nexthop via fe80::7 dev wan0 nexthop via fe80::8 dev wan1"
    ip("-6", "route", "add", "2001:db8:c::/48", *paths.split())
    before = settled(ip)
    guard = arm(wan)
    ip("link", "set", "wan0", "down")
    guard.sent()
    assert guard.revert().missing == ()
    assert lacking(ip, before) == ([], [])


def test_a_route_over_a_nexthop_object_comes_back_without_it(wan: list[Step], ip: Ip) -> None:
    try:
        ip("nexthop", "add", "id", 7, "via", "192.0.2.1", "dev", "wan0")
    except RuntimeError as error:
        pytest.skip(f"no nexthop objects here: {error}")
    ip("nexthop", "add", "id", 8, "group", 7)
    ip("route", "add", "10.7.0.0/16", "nhid", 7)
    guard = arm(wan)
    text = "route 10.7.0.0/16 via 192.0.2.1 dev wan0 (without its nexthop object)"
    assert text in guard.order.losses.restorable
    why = "nexthop objects are left to who made them; routes come back without"
    objects = ("nexthop object 7 via 192.0.2.1 dev wan0", "nexthop object 8 (a group, over wan0)")
    assert guard.order.losses.for_good == [f"{one} ({why})" for one in objects]
    ip("link", "set", "wan0", "down")
    guard.sent()
    done = guard.revert()
    assert text in done.returned
    assert {what for what, _ in done.missing} == set(objects)
    assert "via 192.0.2.1 dev wan0" in ip("route", "show", "10.7.0.0/16")


def test_a_hostile_name_is_harmless_in_the_texts(wan: list[Step], ip: Ip) -> None:
    add(ip, "veth", b"evil\x1b[31m")
    ip("link", "set", b"evil\x1b[31m", "up")
    ip("addr", "add", "2001:db8:66::1/64", "dev", b"evil\x1b[31m", "nodad")
    assert r"address 2001:db8:66::1/64 on evil\x1b[31m" in losses(steps_of("evil", DOWN)).restorable


def test_the_kernels_own_is_left_to_the_kernel(ip: Ip, wan: list[Step]) -> None:
    """What is listed for a link that never held anything is nothing."""
    add(ip, "veth", "bare0")
    ip("link", "set", "bare0", "up")
    links = read_links()
    names = {index: link.name for index, link in links.items()}
    with open_socket() as sock:
        assert read_held(sock, {index_of(ip, "bare0"), index_of(ip, "lo")}, names) == []
