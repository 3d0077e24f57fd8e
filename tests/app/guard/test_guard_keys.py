"""A change that could cut the operator off: counted down, kept only by its key, taken back in every other case."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.changes import setting
from tests.driven import Driven, State, eager, states
from tests.guards import arm, files, guards, steps_of
from tests.links import Ip, cheap_kind, many, until
from tests.terminal import ROOT
from tui.guard.place import discard
from tui.screens.dialogs.choice import ChoiceScreen
from tui.screens.dialogs.confirm import ConfirmScreen
from tui.screens.log import LogScreen

Sent = list[dict[int, bytes]]
DEFAULT = "default via 192.0.2.1 dev wan0"


@pytest.fixture
def wan(ip: Ip, room: Path, way_out: str) -> State:
    """wan0 in group 5 with the default route, and x0 in the same group; return the state of wan0."""
    many(cheap_kind(ip), 1, 5, up=True, prefix="x")
    return states(ip)[way_out]


async def press_named(hands: Driven, key: str, name: str = "5") -> None:
    """Press a key on group 5 and type what is asked."""
    await hands.choose(5)
    await hands.press(key)
    await hands.sees("type the group's name", "A guard takes it back after")
    await hands.press(*name, "enter")
    await hands.sees("It is taken back in ")


def route(ip: Ip) -> str:
    return ip("route", "show", "default").strip()


def what_was_recorded(audit: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in audit.read_text().splitlines()]


async def test_only_k_keeps_it_and_what_writes_waits(ip: Ip, wan: State, sent: Sent, tmp_path: Path) -> None:
    audit = tmp_path / "audit.jsonl"
    async with eager(audit=audit) as hands:
        await press_named(hands, "d")
        await hands.sees("It is taken back in ", " s unless you press K.  R: at once.   group 5 down")
        assert not states(ip)["wan0"].up
        assert len(guards()) == len(files()) == 1
        for key in ("u", "d", "M", "m", "z"):
            hands.main.say("")
            await hands.press(key)
            await hands.hears("Nothing more is sent before you keep the last change (K) or take it back (R).")
            assert hands.app.screen is hands.main
        await hands.press("tab", "asterisk", "r", "k")
        assert hands.app.screen is hands.main
        assert not states(ip)["wan0"].up
        assert len(sent) == 1
        await hands.press("K")
        await hands.hears("group 5 down: kept.")
        assert "It is taken back in" not in hands.text
    until(lambda: not guards(), "the guard's end")
    assert files() == []
    assert not states(ip)["wan0"].up
    first, second = what_was_recorded(audit)
    assert (first["event"], first["guarded"], second["event"], second["what"]) == (
        "change",
        True,
        "keep",
        "group 5 down",
    )


@pytest.mark.parametrize("size", [(80, 24), (60, 15), (80, 16), (40, 8)])
async def test_all_can_be_looked_at_while_it_counts(ip: Ip, wan: State, sent: Sent, size: tuple[int, int]) -> None:
    def counts(hands: Driven) -> bool:
        foot = hands.text.splitlines()[-1]
        return re.match(r" It is taken back in \d+ s ", foot) is not None

    async with eager() as hands:
        await press_named(hands, "d")
        await hands.pilot.resize_terminal(*size)
        await hands.until(lambda: counts(hands), "the line at the foot")
        await hands.press("tab", "s", "S", "slash", *"KR", "backspace", "backspace", *"wan")
        assert (hands.main.view.links.text, hands.shown) == ("wan", ["wan0"])
        await hands.press("enter")
        assert counts(hands)
        for key in ("enter", "question_mark", "l", "w"):
            await hands.press(key)
            await hands.until(lambda: hands.app.screen is not hands.main, f"what {key} opens")
            await hands.until(lambda: counts(hands), f"the line at the foot of what {key} opens")
            await hands.press("escape")
            await hands.until(lambda: hands.app.screen is hands.main, "the main screen")
        assert hands.session.counts_down
        await hands.press("slash", *"KR")
        assert hands.session.counts_down
        await hands.press("escape", "l")
        await hands.until(lambda: isinstance(hands.app.screen, LogScreen), "the log")
        await hands.press("K")
        await hands.hears("group 5 down: kept.")
        assert isinstance(hands.app.screen, LogScreen)
        await hands.until(lambda: "It is taken back in" not in hands.text, "the line's end")
    assert not states(ip)["wan0"].up


async def test_a_key_typed_ahead_decides_nothing(
    ip: Ip, wan: State, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with eager(eye=600.0) as hands:
        await press_named(hands, "d")
        for key in "KR":
            hands.main.say("")
            await hands.press(key)
            await hands.hears("look, and press again")
            assert hands.session.counts_down
        hands.main.guard.eye = 0.0
        await hands.press("R")
        await hands.sees("Taken back")
    assert states(ip)["wan0"] == wan


@pytest.mark.parametrize("leave", ["q", "ctrl+c"])
async def test_before_it_is_left_it_says_what_becomes_of_the_change(ip: Ip, wan: State, sent: Sent, leave: str) -> None:
    async with eager() as hands:
        await press_named(hands, "d")
        await hands.press(leave)
        await hands.sees(
            "End ifgroup?", "group 5 down isn't kept: if the console ends, the guard takes it back at once."
        )
        await hands.sees("K: keep it", "R: take it back", "y: end it", "Esc: leave it")
        await hands.press("escape")
        await hands.until(lambda: hands.app.screen is hands.main, "the main screen")
        assert hands.session.counts_down
        await hands.press(leave, "K")
        await hands.hears("group 5 down: kept.")
        assert hands.app.screen is hands.main
        await hands.press(leave)
        assert hands.app._exit
    assert not states(ip)["wan0"].up


async def test_left_all_the_same_it_is_taken_back(ip: Ip, wan: State, sent: Sent) -> None:
    async with eager() as hands:
        await press_named(hands, "d")
        await hands.press("q")
        await hands.sees("End ifgroup?")
        await hands.press("y")
        assert hands.app._exit
        guard = hands.session.guarded
        assert guard is not None
        guard.guard.close()  # as the end of the process does
    until(lambda: states(ip)["wan0"] == wan, "the revert")


async def test_the_question_whether_to_end_goes_when_the_time_is_over(ip: Ip, wan: State, sent: Sent) -> None:
    async with eager(guard_timeout=3) as hands:
        await press_named(hands, "d")
        await hands.press("q")
        await hands.sees("End ifgroup?")
        await hands.sees("Taken back", "taken back (nobody kept it in time): 2 put back")
        await hands.press("escape")
        assert hands.app.screen is hands.main
    assert states(ip)["wan0"] == wan


async def test_over_what_is_being_typed_no_window_opens(ip: Ip, wan: State, sent: Sent) -> None:
    async with eager(guard_timeout=3) as hands:
        await press_named(hands, "d")
        await hands.press("slash", *"wan")
        await hands.hears("taken back (nobody kept it in time): 2 put back")
        assert hands.app.screen is hands.main
        await hands.press("0")
        assert hands.main.view.links.text == "wan0"
    assert states(ip)["wan0"] == wan


async def test_nothing_that_counts_nothing_to_keep(ip: Ip, wan: State, sent: Sent) -> None:
    async with eager() as hands:
        await hands.press("K")
        await hands.hears("No change counts down, so there is nothing to keep.")


async def test_r_takes_it_back_at_once_with_the_route(ip: Ip, wan: State, sent: Sent, tmp_path: Path) -> None:
    audit = tmp_path / "audit.jsonl"
    async with eager(audit=audit) as hands:
        await hands.choose(5)
        await hands.press("d")
        await hands.sees("Lost by it, and put back if it is taken back", "default via 192.0.2.1")
        await hands.press("escape")
        await press_named(hands, "d")
        assert route(ip) == ""
        await hands.press("R")
        await hands.sees("Taken back", "group 5 down: taken back (as you asked): 2 put back", "wan0")
        await hands.press("escape")
        entry = hands.session.log.entries[-1]
        assert (entry.what, entry.verdict, entry.undoes) == ("taken back: group 5 down", "reverted", 1)
        await hands.press("z")
        await hands.hears("There is nothing to undo")
        await hands.until(lambda: hands.services.snapshot().links[hands.main.link_table.keys[0]].is_up, "the picture")
    assert route(ip).startswith(DEFAULT)
    assert states(ip)["wan0"] == wan
    first, second = what_was_recorded(audit)
    assert (first["guarded"], second["event"], second["why"]) == (True, "revert", "refused")


async def test_when_nobody_answers_it_is_taken_back(ip: Ip, wan: State, sent: Sent) -> None:
    async with eager(guard_timeout=2) as hands:
        await hands.choose(5)
        await hands.press("d")
        await hands.sees("A guard takes it back after 2 s unless you press K")
        await hands.press("5", "enter")
        await hands.sees("It is taken back in ")
        assert not states(ip)["wan0"].up
        await hands.sees("Taken back", "taken back (nobody kept it in time): 2 put back")
    assert states(ip)["wan0"] == wan
    assert route(ip).startswith(DEFAULT)


async def test_a_smaller_mtu_is_guarded_and_a_larger_one_is_not(ip: Ip, wan: State, sent: Sent) -> None:
    async with eager() as hands:
        hands.main.session.preset = 1400
        await press_named(hands, "M")
        await hands.press("R")
        await hands.sees("Taken back", "2 put back")
        await hands.press("escape")
        hands.main.session.preset = 9000
        await hands.until(lambda: hands.services.snapshot().members(5)[min(hands.main.link_table.keys)].mtu == 1500, "")
        await hands.press("M")
        await hands.sees("type the group's name")
        assert "A guard takes it back" not in hands.dialog
        await hands.press("5", "enter")
        await hands.hears("group 5 MTU 9000: all 2 changed")
        assert hands.app.screen is hands.main
    assert guards() == []
    assert states(ip)["wan0"].mtu == 9000


async def test_what_others_changed_meanwhile_is_left_alone_and_named(ip: Ip, wan: State, sent: Sent) -> None:
    async with eager() as hands:
        hands.main.session.preset = 1400
        await press_named(hands, "M")
        ip("link", "set", "x0", "mtu", 1300)
        await hands.press("R")
        await hands.sees("Taken back", "1 put back", "left alone, others changed them since (x0)")
    assert (states(ip)["wan0"].mtu, states(ip)["x0"].mtu) == (1500, 1300)


async def test_the_guard_killed_the_console_says_so_and_takes_it_back(ip: Ip, wan: State, sent: Sent) -> None:
    async with eager() as hands:
        await press_named(hands, "d")
        (guard,) = guards()
        os.kill(guard, signal.SIGKILL)
        await hands.sees("Taken back", "its guard died, so this console took it back: 2 put back")
        assert "It is taken back in" not in hands.text
    assert states(ip)["wan0"] == wan
    assert route(ip).startswith(DEFAULT)
    assert files() == []


@pytest.mark.parametrize("key", ["K", "R", ""])
async def test_a_guard_that_hangs_is_killed_in_time_and_the_operators_word_counts(
    ip: Ip, wan: State, sent: Sent, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """Else it would wake up one day and take back what was kept, or change anew what had been taken back."""
    monkeypatch.setattr("tui.guard.ending._GRACE", 0.2)
    async with eager(guard_timeout=4) as hands:
        await press_named(hands, "d")
        (guard,) = guards()
        os.kill(guard, signal.SIGSTOP)
        assert hands.session.guarded is not None
        hands.session.guarded.guard.patience = 0.2
        if key:
            await hands.press(key)
        if key == "K":
            await hands.hears("The guard did not answer within 0.2 s.", "shows when its time is over")
            await hands.press("d")
            await hands.hears("The guard is still at work on the last change; nothing more was sent.")
            await hands.hears("group 5 down: kept. Its guard had died.")
        else:
            await hands.sees("Taken back", "its guard died, so this console took it back: 2 put back")
        assert hands.session.guarded is None
    until(lambda: guard not in guards(), "the guard's end")
    assert states(ip)["wan0"].up == (key != "K")
    assert files() == []


async def test_where_no_guard_can_be_started_nothing_is_sent(
    ip: Ip, wan: State, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.guard.client.sys.executable", "/no/such/python")
    async with eager() as hands:
        await hands.choose(5)
        await hands.press("d")
        await hands.sees("type the group's name", "A guard takes it back after")
        await hands.press("5", "enter")
        await hands.hears("nothing sent: The guard can't be started", "`--no-guard` does without")
        assert hands.app.screen is hands.main
    assert sent == []
    assert states(ip)["wan0"] == wan


async def test_no_guard_has_none_and_says_so(ip: Ip, wan: State, sent: Sent) -> None:
    async with eager(guard_timeout=None) as hands:
        await hands.choose(5)
        await hands.press("d")
        await hands.sees("No guard watches over it (--no-guard): if it cuts you off, it stays so.")
        await hands.press("enter", "y", "enter")
        assert isinstance(hands.app.screen, ConfirmScreen)
        await hands.press("ctrl+u", "5", "enter")
        await hands.hears("group 5 down: all 2 changed")
        assert hands.main.is_current
        assert guards() == []
    assert not states(ip)["wan0"].up


async def test_read_only_neither_sends_nor_arms(ip: Ip, wan: State, sent: Sent) -> None:
    async with eager(read_only=True) as hands:
        await hands.choose(5)
        await hands.press("d")
        await hands.hears("Nothing can be changed: started with --read-only.")
        assert hands.app.screen is hands.main
    assert (sent, guards()) == ([], [])


async def test_a_change_of_others_is_not_guarded(ip: Ip, wan: State, sent: Sent) -> None:
    many(cheap_kind(ip), 2, 7, up=True, prefix="m")
    async with eager() as hands:
        await hands.choose(7)
        await hands.press("d")
        await hands.hears("group 7 down: all 2 changed")
        assert hands.app.screen is hands.main
    assert guards() == []


async def test_the_undo_of_a_kept_change_is_no_danger_and_needs_the_name(ip: Ip, wan: State, sent: Sent) -> None:
    async with eager() as hands:
        hands.main.session.preset = 1400
        await press_named(hands, "M")
        await hands.press("K")
        await hands.hears("group 5 MTU 1400: kept.")
        await hands.press("z")
        await hands.sees("undo 1: group 5 MTU 1500", "type the group's name")
        await hands.press("5", "enter")
        await hands.hears("undo 1: group 5 MTU 1500: all 2 changed")
        assert hands.app.screen is hands.main
    assert states(ip)["wan0"] == wan


@pytest.fixture
def orphan(ip: Ip, room: Path) -> Iterator[None]:
    """Links m0 to m2, whose MTU a console changed to 1400; it and its guard were killed then."""
    many(cheap_kind(ip), 3, 7, up=False)
    line = [sys.executable, "-m", "tests.guarded", "m", "600", "600", "sent"]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE) as console:
        assert console.stdout is not None
        for said in console.stdout:
            if json.loads(said)["said"] == "sent":
                break
        (guard,) = guards()
        os.kill(guard, signal.SIGSTOP)
        console.kill()
        os.kill(guard, signal.SIGKILL)
    until(lambda: not guards(), "the guard's death")
    assert {state.mtu for name, state in states(ip).items() if name.startswith("m")} == {1400}
    yield
    for path in files():
        discard(path)


@pytest.mark.parametrize(
    ("key", "mtu", "asked_again"), [("R", 1500, False), ("K", 1400, False), ("escape", 1400, True)]
)
async def test_the_next_console_asks_about_what_killed_ones_left(
    ip: Ip, orphan: None, sent: Sent, key: str, mtu: int, asked_again: bool
) -> None:
    async with eager() as hands:
        await hands.sees(
            "A change that nobody kept is still in force",
            "a test, armed ",
            "R sets again, on those that nobody else has changed since: MTU 1500: m0, m1, m2",
            "R: take it back now",
            "K: keep it as it is",
        )
        await hands.press("enter", "q")
        assert isinstance(hands.app.screen, ChoiceScreen)
        await hands.press(key)
        if key == "R":
            await hands.sees("Taken back", "a test: taken back (the operator asked for it): 3 put back")
            await hands.press("escape")
        await hands.until(lambda: hands.app.screen is hands.main, "the main screen")
    assert {state.mtu for name, state in states(ip).items() if name.startswith("m")} == {mtu}
    assert len(files()) == asked_again
    async with eager() as hands:
        await hands.until(lambda: not hands.main.view.shown.reading, "the first look")
        await hands.pilot.pause()
        assert isinstance(hands.app.screen, ChoiceScreen) == asked_again


async def test_a_record_that_cant_be_read_is_told_once_and_hinders_nothing(ip: Ip, room: Path, sent: Sent) -> None:
    room.mkdir(mode=0o700)
    path = room / "1-2.guard"
    path.write_text('{"deadline": 7}\n')
    path.chmod(0o600)
    async with eager() as hands:
        await hands.hears("A guard's record can't be read", "if a change was not kept, set it back by hand.")
        assert hands.app.screen is hands.main
    async with eager() as hands:
        assert "record" not in hands.message
    assert [path.name for path in files()] == ["1-2.guard.unreadable"]
    files()[0].unlink()


async def test_while_another_console_counts_down_nothing_is_sent_and_its_operator_is_named(
    ip: Ip, wan: State, sent: Sent
) -> None:
    other = arm(steps_of("wan", setting(mtu=1400)))
    other.sent()
    async with eager() as hands:
        await hands.choose(5)
        await hands.press("d")
        await hands.sees("type the group's name", "A guard takes it back after")
        await hands.press("5", "enter")
        await hands.hears("nothing sent: ", f"pid {os.getpid()}, has “a test” undecided, for ", "kept or taken back")
        assert "--no-guard" not in hands.message
    assert sent == []
    other.keep()
    assert states(ip)["wan0"] == wan
