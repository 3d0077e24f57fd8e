"""The queue of all that happens: what a taker gets after the monitor, or he himself, fell behind."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.kernel.netlink.test_monitor_life import kill_socket
from tests.links import Ip, add, cheap_kind, many, until
from tui.session.feed import Began, Checked, Dropped, Feed, Item, Lost, Took


@contextmanager
def feeding(most: int = 40000) -> Iterator[tuple[Feed, Began]]:
    feed = Feed(most=most)
    feed.start()
    try:
        first = wait_for(feed, Began)[-1]
        assert isinstance(first, Began)
        yield feed, first
    finally:
        feed.stop()


def wait_for(feed: Feed, kind: type[Item]) -> list[Item]:
    """Take what comes, up to the first of ``kind``."""
    taken: list[Item] = []

    def came() -> bool:
        while (item := feed.take()) is not None:
            taken.append(item)
            if isinstance(item, kind):
                return True
        return False

    until(came, kind.__name__)
    return taken


def test_after_a_restart_what_was_missed_is_told_between_loss_and_check(ip: Ip) -> None:
    add(ip, cheap_kind(ip), "x0")
    with feeding() as (feed, first):
        assert {link.name for link in first.snapshot.links.values()} == {b"lo", b"x0"}
        kill_socket(1)
        ip("link", "set", "x0", "mtu", 1400)
        lost = wait_for(feed, Lost)
        assert not [item for item in lost if isinstance(item, Took)]
        found = wait_for(feed, Checked)
        (took,) = (item for item in found if isinstance(item, Took))
        (change,) = took.changes
        assert (change.after and change.after.mtu, took.asked) == (1400, True)
        assert isinstance(found[-1], Checked)
        assert found[-1].resynced


def test_what_nobody_takes_is_dropped_as_a_whole(ip: Ip) -> None:
    many(cheap_kind(ip), 60, 1, up=True)
    with feeding(most=50) as (feed, first):
        for number in range(60):
            ip("link", "set", f"m{number}", "mtu", 1400)
        until(lambda: feed._full, "more changes than may wait")
        dropped = feed.take()
        assert isinstance(dropped, Dropped)
        assert dropped.snapshot.revision > first.snapshot.revision + 50
        # From then on as before: what is newer follows.
        known = dict(dropped.snapshot.links)
        ip("link", "del", "m59")
        while any(link.name == b"m59" for link in known.values()):
            took = wait_for(feed, Took)[-1]
            assert isinstance(took, Took)
            for change in took.changes if took.revision > dropped.snapshot.revision else ():
                assert known.pop(change.ifindex, None) == change.before
                if change.after is not None:
                    known[change.ifindex] = change.after
        assert [link.mtu for link in known.values() if link.group == 1] == [1400] * 59
