"""A guard that stays behind: who started it has left, or was killed, and the change waits for its deadline."""

import json
import os
import pty
import signal
import sys
from pathlib import Path

import pytest

from tests.changes import setting
from tests.guards import FOREVER, SOON, all_are, arm, files, guards, killed, set_mtu, steps_of
from tests.kernel.guard.conftest import Start
from tests.links import Ip, until
from tui.guard.errors import GuardError
from tui.guard.orphans import left_over

SMALLER = setting(mtu=1400)
ON_A_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)


@pytest.mark.parametrize("moment", ["left", "gone"])
def test_it_takes_the_change_back_at_its_deadline_whatever_became_of_the_starter(
    three: None, ip: Ip, start: Start, tmp_path: Path, moment: str
) -> None:
    console = start("m", 3, FOREVER, moment, tmp_path / "audit")
    left = console.hear("left")
    assert [path.stem for path in files()] == [left["id"]]
    if moment == "left":
        console.kill()
    assert console.process.wait(60) == (0 if moment == "gone" else -signal.SIGKILL)
    until(lambda: not guards(), "the guard's end")
    assert all_are(ip, 1500)
    record = json.loads((tmp_path / "audit").read_text())
    assert (record["why"], record["complete"], len(record["back"])) == ("timeout", True, 3)


def test_it_outlives_the_terminal_that_it_was_started_from(three: None, ip: Ip, start: Start) -> None:
    ours, theirs = pty.openpty()
    console = start("m", FOREVER, FOREVER, "left", terminal=theirs, before=(sys.executable, "-S", "-c", ON_A_TERMINAL))
    os.close(theirs)
    console.hear("left")
    os.close(ours)
    assert console.process.wait(60) == -signal.SIGHUP
    console.close()
    (guard,) = guards()
    # What sshd, or a shell that ends, may send to what is left; it does nothing.
    os.kill(guard, signal.SIGHUP)
    os.kill(guard, signal.SIGTERM)
    until(lambda: all_are(ip, 1500), "the revert")


def test_told_to_end_it_takes_the_change_back_at_once(three: None, ip: Ip) -> None:
    guard = arm(steps_of("m", SMALLER))
    set_mtu(ip, "m", 1400)
    guard.sent()
    assert guard.leave() == guard.path.stem
    os.kill(guard.pid, signal.SIGTERM)
    ended = guard.wait(60)
    assert ended is not None
    assert ended.reverted is not None
    assert (ended.reverted.why, all_are(ip, 1500)) == ("told to end", True)


def test_before_the_outcome_is_told_it_waits_for_as_long_as_the_change_may_take(three: None, ip: Ip) -> None:
    guard = arm(steps_of("m", SMALLER), SOON, SOON)
    set_mtu(ip, "m", 1400)
    guard.leave()
    ended = guard.wait(60)
    assert ended is not None
    assert ended.reverted is not None
    assert (ended.reverted.why, all_are(ip, 1500)) == ("timeout", True)


def test_killed_it_leaves_the_change_to_the_next_start(three: None, ip: Ip, start: Start) -> None:
    console = start("m", FOREVER, FOREVER, "gone")
    pid = console.hear("armed")["guard"]
    found = console.hear("left")["id"]
    assert console.process.wait(60) == 0
    killed(pid)
    until(lambda: left_over().orphans, "the end of its lock")
    (orphan,) = left_over().orphans
    assert (orphan.path.stem, all_are(ip, 1400)) == (found, True)
    orphan.forget()


def test_nobody_leaves_a_guard_that_died(three: None) -> None:
    guard = arm(steps_of("m", SMALLER))
    killed(guard.pid)
    with pytest.raises(GuardError, match="died"):
        guard.leave()
    guard.take_over()
