"""Events lost, storms and churn from another process: afterwards the store equals what `ip` shows."""

import socket
import threading

import pytest

from tests.changes import setting
from tests.churn import churning
from tests.links import PATIENCE, Ip, cheap_kind, many, until
from tests.watch import watching
from tui.netlink.sockets import EVENT_BUFFER
from tui.netlink.wire import group_change


def change_group(*, mtu: int | None = None, up: bool | None = None) -> None:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.bind((0, 0))
        sock.send(group_change(1, 1, setting(mtu=mtu, up=up)))
        sock.recv(1 << 16)


@pytest.mark.parametrize(
    ("buffer", "force"), [(4096, True), (4096, False), (EVENT_BUFFER, False), (EVENT_BUFFER, True)]
)
def test_after_churn_the_store_is_what_ip_shows(ip: Ip, buffer: int, force: bool) -> None:
    kind = cheap_kind(ip)
    many(kind, 60, 1, up=True)
    with watching(buffer, force) as watch:
        with churning(kind, seed=buffer + force, steps=300) as churn:
            while churn.poll() is None:
                watch.check()  # in the midst of it
        watch.agree(ip)
        health = watch.monitor.health
        assert (health.state, health.restarts) == ("live", 0)
        assert health.events > 0


def test_lost_events_are_noticed_counted_and_made_good(ip: Ip) -> None:
    """The monitor's thread is held, so that its little buffer must overflow."""
    kind = cheap_kind(ip)
    many(kind, 100, 1, up=True)
    with watching(buffer=4096) as watch:
        watch.pause.clear()
        change_group(mtu=1499)
        until(watch.paused.is_set, "the monitor to hear of it")
        change_group(mtu=1400)
        ip("link", "del", "m3")
        ip("link", "set", "m4", "group", 9)
        watch.pause.set()
        until(lambda: watch.monitor.health.overruns, "the overrun to be noticed")
        until(lambda: watch.monitor.health.state == "live", "the resync")
        until(lambda: watch.named("m3") is None, "the sweep")
        group = watch.store.snapshot().groups[1]
        assert group.mtus == ((1400, 98),)
        watch.agree(ip)


def test_a_storm_fits_the_full_buffer(ip: Ip) -> None:
    kind = cheap_kind(ip)
    many(kind, 300, 1, up=True)
    with watching() as watch:
        before = watch.monitor.health.events
        change_group(mtu=1400)
        until(lambda: watch.store.snapshot().groups[1].mtus == ((1400, 300),), "every link's new MTU")
        until(lambda: watch.monitor.health.events - before >= 300, "the events to be counted")
        watch.agree(ip)


@pytest.mark.parametrize("buffer", [212992, EVENT_BUFFER])
def test_a_storm_without_end_holds_up_neither_checks_nor_the_stop(ip: Ip, buffer: int) -> None:
    kind = cheap_kind(ip)
    many(kind, 200, 1, up=True)
    with watching(buffer) as watch, churning(kind, seed=1, steps=0) as churn:
        stopper = threading.Thread(target=watch.monitor.stop)
        try:
            for _ in range(3):
                assert len(watch.monitor.check().result(PATIENCE).links) == 201
            stopper.start()
            stopper.join(PATIENCE)
            assert not stopper.is_alive()
        finally:
            churn.kill()  # so that what waits for the end of the storm gets it
            if stopper.ident:
                stopper.join()
