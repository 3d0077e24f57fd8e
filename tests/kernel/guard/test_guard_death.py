"""The guard when consoles and guards are killed, stopped or cut off."""

import contextlib
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.changes import setting
from tests.guards import FOREVER, SOON, all_are, arm, files, guards, killed, set_mtu, steps_of
from tests.kernel.guard.conftest import Start
from tests.links import Ip, until
from tests.terminal import ROOT
from tui.guard.errors import GuardError
from tui.guard.orphans import Left, left_over
from tui.guard.revert import revert_now

SMALLER = setting(mtu=1400)


@pytest.mark.parametrize("moment", ["changed", "sent"])
def test_the_console_killed_the_guard_reverts_at_once(three: None, ip: Ip, start: Start, moment: str) -> None:
    console = start("m", FOREVER, FOREVER, moment)
    console.hear(moment)
    assert all_are(ip, 1400)
    console.kill()
    until(lambda: all_are(ip, 1500), "the revert")
    until(lambda: not guards(), "the guard's end")


def test_the_console_killed_before_it_sent_nothing_is_changed(three: None, ip: Ip, start: Start) -> None:
    console = start("m", FOREVER, FOREVER, "armed")
    console.hear("armed")
    console.kill()
    until(lambda: not guards(), "the guard's end")
    assert all_are(ip, 1500)
    assert files() == []


def test_the_terminal_closed_the_guard_reverts(three: None, ip: Ip, start: Start) -> None:
    ours, theirs = pty.openpty()
    launch = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
    console = start("m", FOREVER, FOREVER, "sent", terminal=theirs, before=(sys.executable, "-S", "-c", launch))
    os.close(theirs)
    console.hear("sent")
    os.close(ours)
    assert console.process.wait(60) == -signal.SIGHUP
    until(lambda: all_are(ip, 1500), "the revert")


def test_the_guard_killed_the_console_hears_and_reverts_itself(three: None, ip: Ip) -> None:
    guard = arm(steps_of("m", SMALLER))
    set_mtu(ip, "m", 1400)
    guard.sent()
    killed(guard.pid)
    ended = guard.wait(60)
    assert ended is not None
    assert (ended.died, ended.problem) == (True, "The guard died.")
    for act in (guard.keep, guard.sent, guard.revert):
        with pytest.raises(GuardError, match="died"):
            act()
    assert len(left_over().orphans) == 1
    done = guard.take_over()
    assert (done.why, len(done.back), done.complete) == ("the guard died", 3, True)
    assert all_are(ip, 1500)
    assert left_over() == Left()


def test_a_console_that_waits_takes_over_from_a_killed_guard(three: None, ip: Ip, start: Start) -> None:
    console = start("m", FOREVER, FOREVER)
    pid = console.hear("armed")["guard"]
    console.hear("sent")
    killed(pid)
    ended = console.hear("ended")
    assert (ended["why"], len(ended["back"])) == ("the guard died", 3)
    assert console.process.wait(60) == 0
    assert all_are(ip, 1500)


def test_both_killed_the_next_start_finds_the_way_back(three: None, ip: Ip, start: Start) -> None:
    console = start("m", FOREVER, FOREVER, "sent")
    pid = console.hear("armed")["guard"]
    console.hear("sent")
    assert left_over() == Left()
    os.kill(pid, signal.SIGSTOP)
    console.kill()
    killed(pid)
    assert all_are(ip, 1400)
    until(lambda: left_over().orphans, "the end of its lock")
    (orphan,) = left_over().orphans
    assert (orphan.what, [step.before.name for step in orphan.steps]) == ("a test", [b"m0", b"m1", b"m2"])
    assert orphan.order is not None
    done = revert_now(orphan.order, "left over")
    assert (done.why, len(done.back), done.complete) == ("left over", 3, True)
    assert all_are(ip, 1500)
    orphan.forget()
    assert left_over() == Left()


def test_the_console_stopped_the_guard_reverts_in_time_and_the_console_learns_it(
    three: None, ip: Ip, start: Start
) -> None:
    console = start("m", SOON, FOREVER)
    console.hear("sent")
    console.process.send_signal(signal.SIGSTOP)
    until(lambda: all_are(ip, 1500), "the revert")
    console.process.send_signal(signal.SIGCONT)
    assert console.hear("ended")["why"] == "timeout"
    assert console.process.wait(60) == 0


def test_the_console_stopped_before_it_tells_the_outcome_is_reverted_too(three: None, ip: Ip, start: Start) -> None:
    console = start("m", SOON, SOON, "changed")
    console.hear("changed")
    console.process.send_signal(signal.SIGSTOP)
    until(lambda: all_are(ip, 1500), "the revert")
    until(lambda: not files(), "the state file's end")
    console.kill()


def test_a_guard_without_anybody_to_tell_puts_on_record_what_it_did(
    three: None, ip: Ip, start: Start, tmp_path: Path
) -> None:
    console = start("m", FOREVER, FOREVER, "sent", tmp_path / "audit")
    console.hear("sent")
    console.close()
    until(lambda: not guards(), "the guard's end")
    record = json.loads((tmp_path / "audit").read_text())
    assert (record["why"], record["complete"], len(record["back"])) == ("the console ended", True, 3)
    assert all_are(ip, 1500)


LAB = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "unshare", "--user", "--map-root-user", "--net")


def python_for_all() -> str:
    """Return an interpreter that another user may run; skip the test if there is none, or no user namespace."""
    for python in (sys.executable, "/usr/bin/python3"):
        probe = [*LAB, python, "-c", "import tui.guard.client"]
        with contextlib.suppress(FileNotFoundError):
            if subprocess.run(probe, capture_output=True, cwd=ROOT, check=False).returncode == 0:
                return python
    pytest.skip("no unprivileged user namespace can be made here, or no Python be run in it")


def test_in_a_users_lab_it_works_as_well(room: Path) -> None:
    """Root of a user namespace: no right to /run, and another's number outside."""
    command = 'ip link add m0 type ifb && exec "$@"'
    words = (*LAB, "sh", "-c", command, "sh", python_for_all(), "-m", "tests.guarded", "m", str(SOON), str(FOREVER))
    runtime = room.with_name("theirs")
    runtime.mkdir(mode=0o700)
    os.chown(runtime, 65534, 65534)
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(runtime)}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert said[-1]["said"] == "ended", said
    assert (said[-1]["why"], len(said[-1]["back"])) == ("timeout", 1)
    assert Path(said[0]["path"]).parent == runtime / "ifgroup"
    assert not list((runtime / "ifgroup").iterdir())


def test_where_its_rights_do_not_count_nothing_is_armed(three: None, ip: Ip, start: Start) -> None:
    below = ("unshare", "--user", "--map-root-user")
    if shutil.which("unshare") is None or subprocess.run([*below, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no user namespace can be made here")
    console = start("m", FOREVER, FOREVER, before=below)
    assert "user namespace above" in console.hear("unarmed")["text"]
    assert all_are(ip, 1500)
    assert console.process.wait(60) == 0
