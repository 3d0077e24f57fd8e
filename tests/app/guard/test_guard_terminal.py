"""The guard of a console on a real terminal: killed, hung up, and started again."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.driven import State, states
from tests.guards import files, guards
from tests.links import Ip, cheap_kind, many, until
from tests.terminal import ROOT, Terminal, terminal


@pytest.fixture
def wan(ip: Ip, room: Path, way_out: str) -> State:
    """wan0, alone in group 5, with the default route; return its state."""
    return states(ip)[way_out]


@contextmanager
def counting(*words: str) -> Iterator[Terminal]:
    """Run a console that has taken group 5 down and counts."""
    with terminal("-m", "tui", *words, env={"SSH_CONNECTION": ""}) as made:
        made.press("jj")
        made.shows("interfaces of group 5")
        made.press("d")
        made.shows("type the group's name (5)", "A guard takes it back")
        made.press("5\r")
        made.shows("It is taken back in")
        yield made


def back(ip: Ip, wan: State) -> bool:
    return states(ip)["wan0"] == wan and "192.0.2.1" in ip("route", "show", "default")


END: list[Callable[[Terminal], object]] = [lambda made: os.kill(made.pid, signal.SIGKILL), Terminal.hang_up]


@pytest.mark.parametrize("end", END, ids=["killed", "hung up"])
def test_the_console_gone_its_guard_takes_the_change_back(
    ip: Ip, wan: State, tmp_path: Path, end: Callable[[Terminal], object]
) -> None:
    audit = tmp_path / "audit.jsonl"
    with counting("--confirm-timeout", "3600", "--audit", str(audit)) as made:
        assert not states(ip)["wan0"].up
        assert len(guards()) == 1
        end(made)
        until(lambda: back(ip, wan), "the revert")
        until(lambda: not guards() and not files(), "the guard's end")
    change, revert = (json.loads(line) for line in audit.read_text().splitlines())
    assert (change["event"], change["guarded"], change["outcome"]) == ("change", True, "done")
    assert (revert["event"], revert["why"], revert["complete"]) == ("revert", "the console ended", True)


def test_left_by_the_operator_the_change_is_taken_back_too(ip: Ip, wan: State) -> None:
    with counting("--confirm-timeout", "3600") as made:
        made.press(b"\x03")
        made.shows("End ifgroup?", "the guard takes it back")
        assert not states(ip)["wan0"].up
        made.press(b"\x03")
        made.ended()
        until(lambda: back(ip, wan), "the revert")


def test_nobody_answers_and_the_console_tells_what_was_taken_back(ip: Ip, wan: State) -> None:
    with counting("--confirm-timeout", "5") as made:
        made.shows("taken back (nobody kept it in time): 1 put back")
        assert back(ip, wan)
        made.press("q")
        made.hides("Taken back")
        made.answers()


def test_the_guard_killed_the_console_takes_it_back_and_goes_on(ip: Ip, wan: State) -> None:
    with counting("--confirm-timeout", "3600") as made:
        os.kill(guards()[0], signal.SIGKILL)
        made.shows("its guard died, so this console took it back")
        assert back(ip, wan)
        assert files() == []
        made.press("q")
        made.hides("Taken back")
        made.answers()


def test_both_killed_the_next_console_asks_and_takes_it_back(ip: Ip, wan: State) -> None:
    with counting("--confirm-timeout", "3600") as made:
        (guard,) = guards()
        os.kill(guard, signal.SIGSTOP)
        os.kill(made.pid, signal.SIGKILL)
        made.process.wait()
        os.kill(guard, signal.SIGKILL)
        until(lambda: not guards(), "the guard's death")
    assert not states(ip)["wan0"].up
    assert len(files()) == 1
    with terminal("-m", "tui", env={"SSH_CONNECTION": ""}, ready="") as made:
        made.shows("A change that nobody kept is still in force", "group 5 down")
        made.press("\r")
        made.press("R")
        made.shows("taken back (the operator asked for it)")
    assert back(ip, wan)
    assert files() == []


def test_no_guard_starts_none(ip: Ip, wan: State) -> None:
    with terminal("-m", "tui", "--no-guard", env={"SSH_CONNECTION": ""}) as made:
        made.press("jj")
        made.shows("interfaces of group 5")
        made.press("d")
        made.shows("No guard watches over it (--no-guard)")
        made.press("5\r")
        made.shows("group 5 down: 1 changed")
        assert guards() == []
    assert not states(ip)["wan0"].up


@pytest.mark.parametrize("seconds", ["4", "3601", "soon"])
def test_a_time_that_makes_no_sense_is_refused(netns: None, seconds: str) -> None:
    line = [sys.executable, "-m", "tui", "--confirm-timeout", seconds]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 2
    assert "--confirm-timeout" in done.stderr


def test_the_guard_of_a_stopped_console_takes_all_groups_of_a_parent_back(ip: Ip, wan: State, tmp_path: Path) -> None:
    """Ctrl+S, a hung terminal, a debugger: who can't answer hasn't kept it."""
    many(cheap_kind(ip), 2, 258, up=True, prefix="b")
    names = tmp_path / "group"
    names.write_text("5 dc1/wan\n258 dc1/b\n")
    before = states(ip)
    line = ("--confirm-timeout", "5", "--names", str(names), "--audit", str(tmp_path / "audit"))
    with terminal("-m", "tui", *line, env={"SSH_CONNECTION": ""}) as made:
        made.press("jj")
        made.shows("dc1/ (2 groups)")
        made.press("d")
        made.shows("type the parent's name (dc1)", "A guard takes it back")
        made.press("dc1\r")
        made.shows("It is taken back in")
        os.kill(made.pid, signal.SIGSTOP)
        assert not any(states(ip)[name].up for name in ("wan0", "b0", "b1"))
        until(lambda: states(ip) == before and back(ip, wan), "the revert")
        until(lambda: not guards(), "the guard's end")
        os.kill(made.pid, signal.SIGCONT)
        made.shows("taken back (nobody kept it in time): 3 put back")
        made.press("q")
        made.hides("Taken back")
        made.answers()
    change, revert = (json.loads(line) for line in (tmp_path / "audit").read_text().splitlines())
    assert (change["branch"], change["guarded"], [row["group_id"] for row in change["by_group"]]) == (
        "dc1",
        True,
        [258, 5],
    )
    assert (revert["event"], revert["why"], revert["complete"], len(revert["back"])) == ("revert", "timeout", True, 3)
    assert files() == []
