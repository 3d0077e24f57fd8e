"""News of default routes is heard, and nothing else makes the routes be asked for before a send."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.changes import setting
from tests.links import Ip, add, cheap_kind, many
from tui.files.names.file import NameFile
from tui.model.change.intent import make_intent
from tui.netlink import routes
from tui.netlink.dump import read_links
from tui.netlink.route_news import RouteNews
from tui.netlink.routes import Carriers
from tui.session.services import Services


@pytest.fixture
def news(ip: Ip) -> Iterator[RouteNews]:
    settings = Path("/proc/sys/net/ipv6/conf")
    if not settings.exists():
        pytest.skip("this kernel has no IPv6")
    for which in ("default", "all"):
        (settings / which / "disable_ipv6").write_text("0")
    for device, address in (("a0", "192.0.2.1/24"), ("b0", "198.51.100.1/24")):
        add(ip, cheap_kind(ip), device)
        ip("link", "set", device, "up")
        ip("address", "add", address, "dev", device)
    listener = RouteNews()
    assert listener.heard()  # the first time
    try:
        yield listener
    finally:
        listener.close()


@pytest.mark.parametrize(
    "words",
    [
        "route add default via 192.0.2.2",
        "route add default dev b0 metric 7 table 77",
        "-6 route add default dev a0",
        "route add blackhole default table 5",
        "nexthop add id 5 dev a0",
    ],
)
def test_what_concerns_a_default_route_is_news_once(ip: Ip, news: RouteNews, words: str) -> None:
    assert not news.heard()
    ip(*words.split())
    assert (news.heard(), news.heard()) == (True, False)
    ip(*words.replace(" add ", " del ").replace(" id 5 dev a0", " id 5").split())
    assert (news.heard(), news.heard()) == (True, False)


def test_other_routes_are_no_news(ip: Ip, news: RouteNews) -> None:
    ip("route", "add", "203.0.113.0/24", "dev", "a0")
    ip("-6", "route", "add", "2001:db8::/64", "dev", "a0")
    ip("address", "add", "192.0.2.9/24", "dev", "a0")
    ip("link", "set", "b0", "down")
    ip("link", "set", "b0", "up")
    assert not news.heard()


def test_a_multipath_default_route_is_news_and_all_its_ways_are_found(ip: Ip, news: RouteNews) -> None:
    ip("route", "add", "default", "nexthop", "via", "192.0.2.2", "nexthop", "via", "198.51.100.2")
    assert news.heard()
    ways = Carriers()
    assert len(ways.find()) == 2
    assert ways.find(routes=False) == Carriers().find()


def test_the_routes_are_not_asked_for_before_a_send_unless_there_is_news(
    ip: Ip, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = []
    read = routes._default_routes

    def counted(family: int) -> Iterator[int]:
        asked.append(family)
        return read(family)

    monkeypatch.setattr(routes, "_default_routes", counted)
    many(cheap_kind(ip), 4, 7, up=False)
    services = Services(NameFile(tmp_path / "group"), read_only=False)
    try:
        services._store.replace(read_links())
        snapshot = services.snapshot()
        plan = services.plan(make_intent(snapshot, setting(up=False), 7), snapshot)
        risks = [services.risk_now(plan) for _ in range(3)]
        assert (risks, len(asked)) == ([{}] * 3, 2)
        member = next(iter(plan.intent.members.values()))
        ip("link", "set", member.name.decode(), "up")
        ip("route", "add", "default", "dev", member.name.decode())
        assert list(services.risk_now(plan)) == [member.ifindex]
        assert len(asked) == 4
    finally:
        services.stop()
