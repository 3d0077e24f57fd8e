"""The monitor's own life: started, stopped in the middle of things, struck dead and risen again."""

import os
import resource
import select
import threading
from concurrent.futures import Future

import pytest

from tests.links import PATIENCE, Ip, cheap_kind, descriptors, many, until
from tests.watch import netlink_descriptors, watching
from tui.model.store import Snapshot, Store
from tui.netlink.dump import StoppedError
from tui.netlink.monitor import Monitor


def kill_socket(groups: int) -> None:
    """Put something that is no socket in the place of the monitor's (groups 1: it listens; 0: it asks)."""
    (descriptor,) = netlink_descriptors(groups)
    nothing = os.open("/dev/null", os.O_RDONLY)
    os.dup2(nothing, descriptor, inheritable=False)
    os.close(nothing)


def assert_stopped(future: Future[Snapshot]) -> None:
    with pytest.raises(StoppedError):
        future.result(PATIENCE)


@pytest.mark.parametrize("groups", [1, 0])
def test_a_session_that_dies_is_told_of_and_rises_again(ip: Ip, groups: int) -> None:
    with watching() as watch:
        seen = []
        kill_socket(groups)
        pending = watch.monitor.check()  # wakes it
        until(lambda: watch.monitor.health.restarts == 1, "the failure to be noticed")
        seen.append(watch.monitor.health)
        ip("link", "add", "x0", "type", cheap_kind(ip))
        watch.wait_live()
        assert watch.named("x0") is not None
        assert {link.name for link in pending.result(PATIENCE).links.values()} >= {b"lo"}
        assert (watch.monitor.health.restarts, watch.monitor.health.reason) == (1, "")
        watch.agree(ip)
    if seen[0].state != "live":  # unless we looked too late
        assert (seen[0].state, bool(seen[0].reason)) == ("stale", True)


def test_the_condition_is_stale_with_a_reason_until_it_is_live(netns: None) -> None:
    """Every condition that was published, in order."""
    states: list[tuple[str, bool]] = []
    store = Store()
    monitor = Monitor(store, lambda: states.append((monitor.health.state, bool(monitor.health.reason))))
    monitor.start()
    try:
        until(lambda: monitor.health.state == "live", "a live monitor")
        kill_socket(1)
        monitor.check().result(PATIENCE)
        until(lambda: states[-1] == ("live", False), "the news of it")
    finally:
        monitor.stop()
    order = [state for state, before in zip(states, [None, *states], strict=False) if state != before]
    assert order == [("starting", False), ("live", False), ("stale", True), ("live", False)]


def test_counts_survive_a_restart(ip: Ip) -> None:
    with watching() as watch:
        ip("link", "add", "x0", "type", cheap_kind(ip))
        until(lambda: watch.monitor.health.events > 0, "an event")
        before = watch.monitor.health.events
        kill_socket(1)
        watch.check()
        assert watch.monitor.health.events >= before


def test_stop_leaves_no_descriptor_and_no_thread(ip: Ip) -> None:
    before, threads = descriptors(), threading.active_count()
    for _ in range(3):
        with watching() as watch:
            kill_socket(0)
            watch.check()
            assert descriptors() > before
    assert (descriptors(), threading.active_count()) == (before, threads)


def test_a_monitor_that_never_started_stops_and_twice_is_once(netns: None) -> None:
    before = descriptors()
    monitor = Monitor(Store(), lambda: None)
    waiting = monitor.check()
    monitor.stop()
    monitor.stop()
    assert_stopped(waiting)
    assert_stopped(monitor.check())
    assert descriptors() == before


def test_what_waits_for_a_check_is_told_of_the_stop(ip: Ip) -> None:
    kind = cheap_kind(ip)
    with watching() as watch:
        watch.pause.clear()
        ip("link", "add", "x0", "type", kind)
        until(watch.paused.is_set, "the monitor to stand still")
        waiting = [watch.monitor.check() for _ in range(3)]
        stopper = threading.Thread(target=watch.monitor.stop)
        stopper.start()
        until(lambda: select.select([watch.monitor._stop], [], [], 0)[0], "the stop to be asked for")
        watch.pause.set()
        stopper.join(PATIENCE)
        assert not stopper.is_alive()
        for future in waiting:
            assert_stopped(future)


def test_stop_in_the_middle_of_checks(ip: Ip) -> None:
    many(cheap_kind(ip), 400, 1, up=False)
    for _ in range(10):
        with watching() as watch:
            waiting = [watch.monitor.check() for _ in range(3)]
            watch.monitor.stop()
            for future in waiting:  # each is answered, one way or the other
                error = future.exception(PATIENCE)
                assert error is None or isinstance(error, StoppedError)


def test_stop_while_it_waits_to_start_again(netns: None) -> None:
    with watching() as watch:
        kill_socket(1)
        waiting = watch.monitor.check()
        until(lambda: watch.monitor.health.restarts == 1, "the failure")
        watch.monitor.stop()
        error = waiting.exception(PATIENCE)
        assert error is None or isinstance(error, StoppedError)


def test_without_descriptors_it_says_so_and_comes_back(netns: None) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with watching() as watch:
        kill_socket(1)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
        try:
            watch.monitor.check()
            until(lambda: watch.monitor.health.restarts >= 2, "a restart that fails")
            health = watch.monitor.health
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert (health.state, "gives no netlink socket" in health.reason) == ("stale", True)
        watch.wait_live()
