"""Changes of others that wait to be kept: shown by every console, and decided in any."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.app.cli.verbs import verb
from tests.app.guard.test_guard_terminal import counting
from tests.driven import states
from tests.guards import all_are, guards, leave_one
from tests.hostile import controls
from tests.links import Ip, many, until
from tests.terminal import Terminal, terminal
from tui.guard.errors import GuardError
from tui.session.others import Others


@pytest.fixture
def three(ip: Ip, room: Path) -> None:
    """Three links, m0 to m2."""
    many("ifb", 3, 7, up=False)


@contextmanager
def looking(*words: str) -> Iterator[Terminal]:
    """Run a console that shows what waits."""
    with terminal("-m", "tui", *words, env={"SSH_CONNECTION": ""}) as made:
        made.shows("pending, ", " s, K looks: ")
        yield made


def test_it_is_told_and_kept(three: None, ip: Ip) -> None:
    guard = leave_one(ip)
    with looking() as made:
        made.shows("s, K looks: a test, by ")
        made.press("K")
        made.shows("A change waits to be kept", "a test,", f"pid {os.getpid()}, since ")
        made.shows("k: keep it", "r: take it back now")
        made.press("K")  # who presses it once more hasn't looked
        made.press("k")
        made.shows("a test: kept.")
        made.hides("K looks")
        made.press("q")
        made.ended()
    ended = guard.wait(60)
    assert ended is not None
    assert (ended.kept, all_are(ip, 1400)) == (True, True)


def test_taken_back(three: None, ip: Ip) -> None:
    leave_one(ip)
    with looking() as made:
        made.press("K")
        made.shows("A change waits to be kept")
        made.press("r")
        made.shows("Taken back", "3 put back")
    until(lambda: all_are(ip, 1500), "the old MTU")


def test_left_alone_it_waits_on(three: None, ip: Ip) -> None:
    guard = leave_one(ip)
    with looking() as made:
        made.press("K")
        made.shows("A change waits to be kept")
        made.press("\x1b")
        made.hides("A change waits to be kept")
        made.shows("K looks: a test")
    assert (guard.ended, all_are(ip, 1400)) == (None, True)
    assert verb("revert", guard.path.stem).status == 0


def test_who_may_change_nothing_sees_it_and_leaves_it(three: None, ip: Ip) -> None:
    guard = leave_one(ip)
    with looking("--read-only") as made:
        made.press("K")
        made.shows("A change waits to be kept")
        made.press("k")
        made.shows("Nothing was kept: ifgroup was started with --read-only")
    assert verb("keep", guard.path.stem).status == 0


def test_decided_elsewhere_meanwhile_the_dialog_says_so(three: None, ip: Ip) -> None:
    guard = leave_one(ip)
    with looking() as made:
        made.press("K")
        made.shows("A change waits to be kept")
        assert verb("revert", guard.path.stem).status == 0
        made.press("k")
        made.shows(f"{guard.path.stem} was decided right before this")


def test_its_own_countdown_comes_first(three: None, ip: Ip, way_out: str) -> None:
    guard = leave_one(ip)
    with counting("--confirm-timeout", "3600") as made:
        made.shows("pending, ", "a test, by ")
        made.hides("K looks")
        # Right after it has come up, no key decides.
        made.until(lambda: any(f"back in {left} s" in made.screen.text for left in range(3500, 3599)), "two seconds")
        made.press("K")
        made.shows("group 5 down: kept.")
        made.shows("K looks")
    assert not states(ip)["wan0"].up
    assert verb("keep", guard.path.stem).status == 0


@pytest.mark.parametrize(
    ("word", "says"), [("keep", "group 5 down: kept by "), ("revert", "asked for it): 1 put back")]
)
def test_who_counts_down_hears_that_another_process_decided(
    ip: Ip, room: Path, way_out: str, word: str, says: str
) -> None:
    with counting("--confirm-timeout", "3600") as made:
        (row,) = verb("pending", "--json").json["pending"]
        assert (row["what"], row["guarded"]) == ("group 5 down", True)
        assert f"pid {made.pid}" in row["who"]
        assert verb(word, row["id"], "--json").json["result"] == "done"
        made.shows(says)
        made.hides("It is taken back in")
        assert states(ip)["wan0"].up is (word == "revert")
    until(lambda: not guards(), "the guard's end")


def test_hostile_words_reach_no_terminal(three: None, ip: Ip) -> None:
    guard = leave_one(ip, what="esc\x1b[7z rlo\u202ex [b]")
    with looking() as made:
        made.shows("esc\\x1b[7z rlo<U+202E>x [b]")
        made.press("K")
        made.shows("A change waits to be kept")
        assert b"\x1b[7z" not in made.output
        assert not controls(made.screen.text.replace("\n", ""))
    assert verb("keep", guard.path.stem).status == 0


def test_only_others_count_and_those_of_this_netns(three: None, ip: Ip) -> None:
    others = Others()
    guard = leave_one(ip)

    def sees(what: object) -> bool:
        others.look()
        return bool(what)

    until(lambda: sees(others._netns), "the guard's words")
    assert others.waiting == []  # this process made it
    guard.revert()
    until(lambda: sees(not others._visits), "the guard's end")
    others.close()


def test_a_killed_guard_is_none_that_waits(three: None, ip: Ip) -> None:
    guard = leave_one(ip)
    os.kill(guard.pid, signal.SIGKILL)
    guard.wait()
    others = Others()
    others.look()
    assert (others.waiting, others._visits) == ([], {})
    with pytest.raises(GuardError):
        guard.sent()
    guard.take_over()
