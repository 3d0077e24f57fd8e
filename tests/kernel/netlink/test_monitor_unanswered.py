"""Checks that are not answered, held, or interrupted for ever: what is shown meanwhile, and said.

No kernel can be made to leave a dump unanswered, so here the question isn't sent; all else is real.
"""

import threading
import time
from collections.abc import Iterator

import pytest

from tests.links import PATIENCE, Ip, cheap_kind, index_of, until
from tests.watch import watching
from tui.model.link import Link
from tui.netlink import subscription as follow
from tui.netlink.dump import LinkReader
from tui.present.words import status_fields


class Odd(LinkReader):
    """Reads links, as badly as the test wants."""

    deaf = interrupted = False
    held = threading.Event()

    def dump(self) -> tuple[dict[int, Link], bool]:
        if self.deaf:
            self._receive()
        links, interrupted = super().dump()
        # As where the kernel works on somebody's change, half-way through the answer.
        assert self.held.wait(PATIENCE)
        return links, interrupted or self.interrupted


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Odd]]:
    class Ours(Odd):
        held = threading.Event()

    Ours.held.set()
    monkeypatch.setattr(follow, "LinkReader", Ours)
    yield Ours
    Ours.held.set()


def test_events_are_followed_while_a_check_is_not_answered(ip: Ip, reader: type[Odd]) -> None:
    kind = cheap_kind(ip)
    with watching() as watch:
        reader.deaf = True
        waiting = watch.monitor.check()
        until(lambda: watch.monitor.health.state == "checking", "the console to say that it waits")
        ip("link", "add", "x0", "type", kind)
        until(lambda: watch.named("x0"), "the new link")
        until(lambda: watch.monitor.health.state == "stale", "the wait to end")
        assert watch.monitor.health.reason == "the kernel did not answer within 2 s"
        ip("link", "add", "x1", "type", kind)
        until(lambda: watch.named("x1"), "the next link")
        reader.deaf = False
        assert {link.name for link in waiting.result(PATIENCE).links.values()} == {b"lo", b"x0", b"x1"}
        until(lambda: watch.monitor.health.state == "live", "an answer")
        assert (watch.monitor.health.reason, watch.monitor.health.restarts) == ("", 0)
        watch.agree(ip)


def test_events_are_followed_while_the_kernel_holds_who_asks(ip: Ip, reader: type[Odd]) -> None:
    """What changed without an event after the dump's answer was made is found all the same, by the events beside it."""
    kind = cheap_kind(ip)
    for name in ("x0", "gone"):
        ip("link", "add", name, "type", kind)
    with watching() as watch:
        reader.held.clear()
        waiting = watch.monitor.check()
        until(lambda: watch.monitor.health.state == "checking", "the console to say that it waits")
        ip("link", "set", "x0", "mtu", 1400)
        ip("link", "set", "x0", "group", 7)
        ip("link", "del", "gone")
        until(lambda: (link := watch.named("x0")) and link.mtu == 1400, "the new MTU")
        until(lambda: watch.named("gone") is None, "the link to go")
        assert not waiting.done()
        reader.held.set()
        known = waiting.result(PATIENCE).links
        assert known[index_of(ip, "x0")].group == 7
        assert len(known) == 2
        watch.agree(ip)


def test_it_stops_while_the_kernel_holds_it(ip: Ip, reader: type[Odd]) -> None:
    with watching() as watch:
        reader.held.clear()
        watch.monitor.check()
        until(lambda: watch.monitor.health.state == "checking", "the console to say that it waits")
        watch.monitor.stop()
        until(lambda: "netlink-monitor" not in [thread.name for thread in threading.enumerate()], "the monitor to end")


def test_checks_that_are_interrupted_for_ever_are_told(ip: Ip, reader: type[Odd]) -> None:
    with watching() as watch:
        certain = watch.monitor.health.checked_at
        reader.interrupted = True
        watch.check()
        health = watch.monitor.health
        assert (health.state, health.doubt) == ("live", "changes interrupt every check")
        assert health.checked_at == certain
        reader.interrupted = False
        watch.check()
        assert watch.monitor.health.doubt == ""
        assert watch.monitor.health.checked_at > certain


def test_what_is_interrupted_for_ever_is_stale_in_the_end_and_says_why(
    netns: None, reader: type[Odd], monkeypatch: pytest.MonkeyPatch
) -> None:
    with watching() as watch:
        reader.interrupted = True
        watch.check()
        later = time.monotonic() + 60
        monkeypatch.setattr(time, "monotonic", lambda: later)
        texts = [field.text for field in status_fields(watch.monitor.health, 0.0)]
        monkeypatch.undo()
    assert texts[0] == "✖ stale: changes interrupt every check"
    assert any(text.startswith(("checked 59 s", "checked 60 s")) for text in texts)
