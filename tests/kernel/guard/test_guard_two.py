"""Two consoles, each with a guarded change of the same interfaces: whatever ends first, what is left is right."""

import os
import re
import signal
from pathlib import Path

import pytest

from tests.changes import setting
from tests.guards import FOREVER, SOON, arm, files, guards, mtus, set_mtu, steps_of
from tests.links import Ip, many
from tui.files.audit import Audit
from tui.guard import client
from tui.guard.ending import forget, take_back
from tui.guard.errors import GuardError, HeldError
from tui.guard.orphans import Orphan, left_over
from tui.model.change.reversal import Step
from tui.netlink import namespace

ONE, OTHER = setting(mtu=1400), setting(mtu=1300)


@pytest.fixture
def three(ip: Ip, room: Path) -> list[Step]:
    """Three links, m0 to m2, and the change of their MTU."""
    many("ifb", 3, 7, up=False)
    return steps_of("m", ONE)


def refusal(steps: list[Step]) -> str:
    """Return why no guard is armed."""
    with pytest.raises(HeldError) as caught:
        arm(steps)
    return str(caught.value)


def test_the_second_is_refused_and_told_who_holds_it(three: list[Step], ip: Ip) -> None:
    first = arm(three, 45.0, 900.0)
    set_mtu(ip, "m", 1400)
    said = refusal(steps_of("m1", OTHER))
    assert re.match(r"\S+( on \S+)?, pid \d+, has “a test” undecided, for 9\d\d s more: try again once", said)
    first.sent()
    assert re.search(r"undecided, for 4\d s more", refusal(steps_of("m1", OTHER)))
    assert f"pid {os.getpid()}," in said
    assert len(files()) == len(guards()) == 1
    first.revert()
    assert set(mtus(ip, "m").values()) == {1500}


@pytest.mark.parametrize("kept", [True, False])
def test_once_the_first_is_decided_the_second_counts_from_there(three: list[Step], ip: Ip, kept: bool) -> None:
    """What the second console saw, and says, is what the first one's change had made."""
    first = arm(three)
    set_mtu(ip, "m", 1400)
    first.sent()
    seen = steps_of("m", OTHER)
    refusal(seen)
    if kept:
        first.keep()
    else:
        first.revert()
    second = arm(seen, SOON)
    set_mtu(ip, "m", 1300)
    second.sent()
    ended = second.wait(60)
    assert ended is not None
    assert ended.reverted is not None
    assert set(mtus(ip, "m").values()) == {1400 if kept else 1500}


def test_what_the_first_takes_back_while_the_second_is_armed_is_no_state_of_the_seconds(
    three: list[Step], ip: Ip, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = arm(three)
    set_mtu(ip, "m", 1400)
    first.sent()
    read = client._to_put_back

    def meanwhile(steps: list[Step]) -> object:
        found = read(steps)
        first.revert()
        return found

    monkeypatch.setattr(client, "_to_put_back", meanwhile)
    refusal(steps_of("m", OTHER))
    assert set(mtus(ip, "m").values()) == {1500}


def test_a_route_over_two_interfaces_is_held_by_the_guard_of_either(ip: Ip, room: Path) -> None:
    many("ifb", 2, 7, up=True)
    for name in ("m0", "m1"):
        ip("addr", "add", f"192.0.2.{int(name[1]) + 1}/32", "dev", name)
    ip("route", "add", "198.51.100.0/24", "nexthop", "dev", "m0", "nexthop", "dev", "m1")
    first = arm(steps_of("m0", setting(up=False)))
    assert "undecided" in refusal(steps_of("m1", setting(up=False)))
    first.keep()


def left_behind(three: list[Step], ip: Ip) -> Orphan:
    """Change the MTU to 1400 under a guard that is killed."""
    first = arm(three)
    set_mtu(ip, "m", 1400)
    first.sent()
    os.kill(first.pid, signal.SIGKILL)
    assert first.wait(FOREVER) is not None
    (orphan,) = left_over().orphans
    return orphan


def test_what_nobody_decided_yet_holds_it_too(three: list[Step], ip: Ip, room: Path) -> None:
    orphan = left_behind(three, ip)
    said = refusal(steps_of("m", OTHER))
    assert "left “a test” undecided when guard and console died: start ifgroup again, which asks about it" in said
    take_back(orphan, Audit(None, ()))
    assert set(mtus(ip, "m").values()) == {1500}
    second = arm(steps_of("m", OTHER))
    second.keep()


def test_a_guard_that_is_stopped_holds_it_and_the_refusal_says_what_to_do(three: list[Step], ip: Ip) -> None:
    first = arm(three, SOON)
    set_mtu(ip, "m", 1400)
    os.kill(first.pid, signal.SIGSTOP)
    first.path.write_bytes(first.path.read_bytes().replace(b'"deadline": "2', b'"deadline": "1'))
    said = refusal(steps_of("m", OTHER))
    assert "s late: end it, then start ifgroup again" in said
    assert f"its guard (pid {first.pid})" in said
    os.kill(first.pid, signal.SIGCONT)
    first.revert()
    assert set(mtus(ip, "m").values()) == {1500}


def test_a_guard_of_another_netns_is_no_hindrance(three: list[Step], ip: Ip) -> None:
    first = arm(three)
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    namespace.unshare(namespace.CLONE_NEWNET)
    try:
        many("ifb", 3, 7, up=False)
        arm(steps_of("m", OTHER)).keep()
    finally:
        namespace.setns(home, namespace.CLONE_NEWNET)
        os.close(home)
    first.keep()


def test_one_console_alone_sees_to_what_is_left_behind(three: list[Step], ip: Ip) -> None:
    orphan = left_behind(three, ip)
    with orphan.claimed():
        for act in (lambda: take_back(orphan, Audit(None, ())), lambda: forget(orphan)):
            with pytest.raises(GuardError, match="Another console sees to it"):
                act()
    assert set(mtus(ip, "m").values()) == {1400}
    forget(orphan)
    with pytest.raises(GuardError, match="or has done so"):
        forget(orphan)


def test_a_guard_killed_before_it_was_armed_leaves_nothing(three: list[Step], ip: Ip) -> None:
    guard = client.Guard(3)
    guard._tell(who="somebody")
    guard._hear("placed")
    assert len(files()) == 1
    os.kill(guard.pid, signal.SIGKILL)
    guard.wait(FOREVER)
    assert left_over().problems == ()
    assert files() == []
