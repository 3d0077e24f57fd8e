"""A verb that could cut its caller off: refused, or guarded, or neither on request."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.cli.verbs import verb
from tests.guards import files, mtus
from tests.links import Ip, until


@pytest.fixture
def uplink(ip: Ip, room: Path) -> Iterator[Ip]:
    """Make `u0` in group 7, which carries the default route."""
    ip("link", "add", "u0", "type", "veth", "peer", "name", "u1")
    ip("link", "set", "u0", "group", 7, "up")
    ip("link", "set", "u1", "up")
    ip("addr", "add", "10.9.0.2/24", "dev", "u0")
    ip("route", "add", "default", "via", "10.9.0.1")
    yield ip
    until(lambda: not files(), "the guard's end")


def test_it_is_refused_with_all_that_grants_it(uplink: Ip) -> None:
    done = verb("set", "7", "mtu", "1400", "--json")
    assert (done.status, done.json["result"], done.json["messages"]) == (1, "refused", 0)
    assert done.json["needs"] == ["--yes=7", "--confirm"]
    assert verb("set", "7", "mtu", "1400", "--yes=7", "--json").json["needs"] == ["--confirm"]
    assert mtus(uplink, "u")["u0"] == 1500


def test_what_endangers_nobody_needs_no_guard(uplink: Ip) -> None:
    done = verb("set", "7", "mtu", "1600", "--yes=7", "--json")
    assert (done.status, done.json["result"], done.json["confirm"]) == (0, "done", None)


def test_without_a_guard_it_stays(uplink: Ip) -> None:
    done = verb("set", "7", "mtu", "1400", "--yes=7", "--no-guard", "--json")
    assert (done.status, done.json["result"], done.json["confirm"]) == (0, "done", None)
    assert files() == []
    assert mtus(uplink, "u")["u0"] == 1400


def test_a_guard_stays_behind_and_takes_it_back(uplink: Ip) -> None:
    done = verb("set", "7", "mtu", "1400", "--yes=7", "--confirm=5", "--json")
    told = done.json
    assert (done.status, told["result"], told["changed"]) == (0, "pending", True)
    assert [path.name.removesuffix(".guard") for path in files()] == [told["confirm"]["id"]]
    assert mtus(uplink, "u")["u0"] == 1400
    until(lambda: mtus(uplink, "u")["u0"] == 1500, "the old MTU")
