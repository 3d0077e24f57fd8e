"""Whoever replays the lines of `ifgroup watch --json` has what `ip` shows, under churn and after every kind of loss."""

import os
import select
import time
from pathlib import Path

import pytest

from tests.churn import churning
from tests.links import Ip, add, cheap_kind, many, until
from tests.replay import Replay, from_ip, replayed, watching


def agree(watch: Replay, ip: Ip) -> None:
    """Wait for a full check that began by now, then for what the kernel still does by itself (linkwatch)."""
    now = time.time()
    until(lambda: watch.checked > now, "a check")
    until(lambda: replayed(watch) == from_ip(ip), "the replay to equal what `ip` shows")
    assert watch.wrong == []


def overfill(watch: Replay, ip: Ip) -> None:
    """Change group 1 until the lines fit neither the pipe nor the queue: the reader stands still."""
    poll = select.poll()
    output = os.open(f"/proc/{watch.process.pid}/fd/1", os.O_WRONLY | os.O_NONBLOCK)
    poll.register(output, select.POLLOUT)
    mtu = 1400
    while poll.poll(0):
        ip("link", "set", "group", 1, "mtu", mtu := mtu + 1)
    os.close(output)
    for _ in range(3):
        # Once the next events of the same interfaces were received, those before wait for the reader.
        ip("link", "set", "group", 1, "mtu", mtu := mtu + 1)
        until(lambda: not unheard(), "the events to be received")


def unheard() -> int:
    """Return the bytes that wait in the sockets of who subscribed to links."""
    rows = [line.split() for line in Path("/proc/thread-self/net/netlink").read_text().splitlines()[1:]]
    return sum(int(row[4]) for row in rows if int(row[3], 16) == 1)


# (the kernel's receive buffer in bytes, changes that may wait for a slow reader, whether the reader stands still)
ROOMY, OVERRUN, SLOW, BOTH = (1 << 24, 40000, False), (4096, 40000, False), (1 << 24, 30, True), (4096, 30, True)


@pytest.mark.parametrize("seed", range(10))
def test_a_replay_under_churn_is_what_ip_shows(ip: Ip, seed: int) -> None:
    buffer, most, stands = (ROOMY, OVERRUN, SLOW, BOTH)[seed % 4]
    kind = cheap_kind(ip)
    many(kind, 150, 1, up=True)
    add(ip, "bridge", "br0")
    add(ip, "veth", "port0")
    ip("link", "set", "port0", "master", "br0", "up")
    words = ("--json", "--snapshot", "--heartbeat", "1")
    with watching(*words, buffer=buffer, most=most) as watch:
        watch.said("heartbeat")
        if stands:
            watch.going.clear()
        with churning(kind, seed=seed, steps=400) as churn:
            # What stands above is told by the names of what it stands on.
            ip("link", "set", "br0", "name", "br1")
            ip("link", "set", "br1", "up")
            ip("link", "set", "m3", "group", 9, "down")
            ip("link", "set", "m3", "group", 10)
            churn.wait()
        if stands:
            overfill(watch, ip)
            watch.going.set()
        agree(watch, ip)
        lost = {event["lost"] for event in watch.all if event["event"] == "overrun"}
        if (buffer, most, stands) == OVERRUN:
            assert lost == {"kernel"}
        if stands:
            assert "output" in lost
        assert watch.events["link"] > 100


def test_lost_notifications_are_told_and_made_good(ip: Ip) -> None:
    """First the loss, then the differences that a check finds, then that all is well again."""
    many(cheap_kind(ip), 100, 1, up=True)
    with (
        watching("--json", "--snapshot", "--heartbeat", "1", buffer=4096) as watch,
        watching("--snapshot", buffer=4096) as text,
    ):
        watch.said("heartbeat")
        text.said("watching")
        for each in (watch, text):
            each.stop()
        ip("link", "set", "group", 1, "mtu", 1400)
        ip("link", "del", "m3")
        for each in (watch, text):
            each.go_on()
        watch.said('"resync"')
        text.said("resync: ")
        kinds = [event["event"] for event in watch.all if event["event"] != "heartbeat"]
        lost, found = kinds.index("overrun"), kinds.index("resync")
        assert kinds == ["snapshot", *["link"] * (lost - 1), "overrun", *["link"] * (found - lost - 1), "resync"]
        later = [event for event in watch.all if event["event"] in ("link", "overrun")][lost - 1 :]
        assert {event.get("by") for event in later[1:]} == {"check"}
        assert {link["mtu"] for link in watch.links.values() if link["group_id"] == 1} == {1400}
        agree(watch, ip)


def test_a_reader_that_stood_still_gets_the_differences(ip: Ip) -> None:
    many(cheap_kind(ip), 100, 1, up=True)
    with watching("--json", "--snapshot", "--heartbeat", "1", buffer=1 << 24, most=50) as watch:
        watch.said("heartbeat")
        watch.going.clear()
        overfill(watch, ip)
        watch.going.set()
        watch.said('"resync"')
        assert {event["lost"] for event in watch.all if event["event"] == "overrun"} >= {"output"}
        assert watch.by["check"]
        agree(watch, ip)


def test_a_filtered_replay_holds_those_who_match(ip: Ip) -> None:
    kind = cheap_kind(ip)
    many(kind, 20, 1, up=True)
    with watching("--json", "--snapshot", "--heartbeat", "1", "!group:2", "name:?1*") as watch:
        watch.said("heartbeat")
        with churning(kind, seed=11, steps=400) as churn:
            churn.wait()

        def wanted() -> list[dict[str, object]]:
            return [link for link in from_ip(ip) if link["group"] != "2" and str(link["ifname"])[1:2] == "1"]

        now = time.time()
        until(lambda: watch.checked > now, "a check")
        until(lambda: replayed(watch) == wanted(), "the replay to equal what `ip` shows of them")
        assert watch.wrong == []
