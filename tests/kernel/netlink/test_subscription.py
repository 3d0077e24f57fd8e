"""One connection, step by step and without its thread: what an event does, and what a race with a dump does."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.changes import setting
from tests.links import Ip, as_ip, cheap_kind, from_ip, many
from tui.model.link import Link
from tui.model.store import Store
from tui.netlink.dump import NoAnswerError
from tui.netlink.subscription import LinkSubscription
from tui.netlink.wire import Buffer, link_change

Dumped = tuple[dict[int, Link], bool]


class Step:
    """A subscription whose every step the test takes."""

    def __init__(self, subscription: LinkSubscription, store: Store) -> None:
        self.subscription = subscription
        self.store = store

    def after_dumps(self, happens: Callable[[int], bool]) -> None:
        """Call ``happens`` with the dump's number once each dump is read; True: claim that it was interrupted."""
        dump, done = self.subscription.reader.dump, iter(range(100))

        def raced() -> Dumped:
            links, interrupted = dump()
            return links, happens(next(done)) or interrupted

        self.subscription.reader.dump = raced  # type: ignore[method-assign]

    def assert_true(self, ip: Ip) -> None:
        assert as_ip(dict(self.store.snapshot().links)) == from_ip(ip)


@contextmanager
def following() -> Iterator[Step]:
    store, stop = Store(), os.eventfd(0, os.EFD_CLOEXEC)
    try:
        with LinkSubscription(store, stop, 1 << 20) as subscription:
            assert subscription.check().certain
            yield Step(subscription, store)
    finally:
        os.close(stop)


def test_events_alone_keep_the_store_true(ip: Ip) -> None:
    kind = cheap_kind(ip)
    changes: tuple[tuple[str | int, ...], ...] = (
        ("link", "add", "x0", "index", 700, "type", kind),
        ("link", "set", "x0", "up"),
        ("link", "set", "x0", "group", 9),
        ("link", "set", "x0", "down"),
        ("link", "set", "x0", "name", "y0"),
        ("link", "set", "y0", "txqueuelen", 7),
        ("link", "del", "y0"),
        ("link", "add", "z0", "index", 700, "type", kind),
    )
    with following() as step:
        for change in changes:
            ip(*change)
            assert step.subscription.take_events()
            assert not step.subscription.take_events()
            step.assert_true(ip)


def test_an_old_event_does_not_undo_a_check(ip: Ip) -> None:
    """The event says group 1; the retag after it sent none."""
    ip("link", "add", "x0", "type", cheap_kind(ip))
    with following() as step:
        ip("link", "set", "x0", "mtu", 1400)
        ip("link", "set", "x0", "group", 2)
        assert step.subscription.check().certain
        step.assert_true(ip)
        step.subscription.take_events()
        step.assert_true(ip)


def test_many_old_events_do_not_undo_a_check_either(ip: Ip) -> None:
    """More of them than are ever asked for again."""
    many(cheap_kind(ip), 600, 1, up=False)
    with following() as step, socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        ip("link", "set", "group", 1, "mtu", 1400)
        for index in step.store.snapshot().members(1):
            sock.send(link_change(1, index, setting(group=2)))
            sock.recv(4096)
        step.subscription.check()
        step.assert_true(ip)


def test_what_a_dump_tells_is_not_decoded_from_events_before(ip: Ip, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for the check waits for nothing else; the gone go all the same."""
    many(cheap_kind(ip), 600, 1, up=False)
    with following() as step:
        decoded: list[int] = []
        decode = step.subscription.decoder.decode

        def counting(buffer: Buffer, start: int, end: int) -> Link:
            decoded.append(start)
            return decode(buffer, start, end)

        monkeypatch.setattr(step.subscription.decoder, "decode", counting)
        ip("link", "set", "group", 1, "mtu", 1400)
        ip("link", "del", "m0")
        step.subscription.hurried = lambda: True
        step.subscription.take_events()
        assert not decoded
        ip("link", "set", "group", 1, "mtu", 1300)
        assert step.subscription.check().certain
        assert not decoded
        step.assert_true(ip)


def test_what_was_left_for_a_dump_that_never_came_is_taken_in(ip: Ip, monkeypatch: pytest.MonkeyPatch) -> None:
    many(cheap_kind(ip), 600, 1, up=False)
    with following() as step:

        def unanswered() -> tuple[dict[int, Link], bool]:
            raise NoAnswerError("no answer")

        ip("link", "set", "group", 1, "mtu", 1400)
        monkeypatch.setattr(step.subscription.reader, "dump", unanswered)
        with pytest.raises(NoAnswerError):
            step.subscription.check()
        assert step.subscription.take_events()
        step.assert_true(ip)


def test_what_changes_silently_after_an_event_during_a_dump(ip: Ip) -> None:
    ip("link", "add", "x0", "type", cheap_kind(ip))

    def happens(number: int) -> bool:
        ip("link", "set", "x0", "mtu", 1400)  # an event that still says group 0
        ip("link", "set", "x0", "group", 5)  # none
        return False

    with following() as step:
        step.after_dumps(happens)
        assert step.subscription.check().certain
        step.assert_true(ip)


def test_what_comes_and_goes_during_a_dump(ip: Ip) -> None:
    kind = cheap_kind(ip)
    ip("link", "add", "x0", "type", kind)

    def happens(number: int) -> bool:
        ip("link", "del", "x0")
        ip("link", "add", "x1", "type", kind)
        ip("link", "add", "x2", "type", kind)
        ip("link", "del", "x2")
        return False

    with following() as step:
        step.after_dumps(happens)
        assert step.subscription.check().certain
        step.assert_true(ip)


def test_an_interrupted_dump_is_made_again(ip: Ip) -> None:
    kind = cheap_kind(ip)
    ip("link", "add", "x0", "type", kind)
    numbers: list[int] = []

    def happens(number: int) -> bool:
        numbers.append(number)
        if number == 0:
            ip("link", "del", "x0")
        return number < 2

    with following() as step:
        step.after_dumps(happens)
        assert step.subscription.check().certain
        assert numbers == [0, 1, 2]
        step.assert_true(ip)


def test_dumps_that_are_always_interrupted_end_without_certainty_and_sweep_nothing_out(ip: Ip) -> None:
    ip("link", "add", "x0", "type", cheap_kind(ip))
    numbers: list[int] = []

    def happens(number: int) -> bool:
        numbers.append(number)
        return True

    with following() as step:
        step.store.apply({4000: step.store.snapshot().links[1]._replace(ifindex=4000)})
        step.after_dumps(happens)
        assert not step.subscription.check().certain
        assert len(numbers) < 20
        assert 4000 in step.store.snapshot().links


@pytest.mark.parametrize("count", [40, 700])
def test_more_that_races_than_is_asked_for_again(ip: Ip, count: int) -> None:
    """Without certainty where it's too many, but with what the events tell."""
    many(cheap_kind(ip), count, 1, up=True)

    def happens(number: int) -> bool:
        ip("link", "set", "group", 1, "mtu", 1400)
        return False

    with following() as step:
        step.after_dumps(happens)
        found = step.subscription.check()
        assert found.certain or count > 500
        assert found.overruns or step.store.snapshot().groups[1].mtus == ((1400, count),)
