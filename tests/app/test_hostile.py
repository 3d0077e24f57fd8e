"""Hostile names, aliases and name maps are shown escaped, and no control byte of theirs reaches a terminal."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.driven import driven, states
from tests.hostile import ALIASES, MAP_SHOWN, NAMES, controls, make_hostile
from tests.links import Ip
from tests.terminal import ROOT, Terminal, terminal


@pytest.fixture
def names(ip: Ip, tmp_path: Path) -> Path:
    return make_hostile(ip, tmp_path)


def is_clean(console: Terminal) -> None:
    """Nothing came but text and what Textual's driver sends; and the console still runs."""
    assert console.screen.foreign == []
    console.press("q")
    assert console.ended() == 0
    assert console.screen.foreign == []


def test_nothing_hostile_reaches_a_real_terminal(names: Path) -> None:
    seen = ""
    with terminal("-m", "tui", "--names", str(names)) as console:
        console.press("j")
        console.shows("interfaces of group default")
        console.press("g")
        console.shows("interfaces of all groups")
        console.press("\x1b[C")  # of names with a slash a tree is made
        console.press("j")
        for shown in MAP_SHOWN:  # every group: its title, its plans, its members
            console.press("j")
            if "/" in shown:
                console.shows(f"interfaces of {shown.partition('/')[0]}/ (1 group)")
                console.press("j")
            console.shows(f"interfaces of group {shown} (")
        console.press("g")
        console.shows("interfaces of all groups")
        console.press("\t")
        console.shows("lower link")  # the pane is an interface's now
        console.press("g")
        console.shows("index 1")
        for index in sorted(index for index, _ in socket.if_nameindex())[1:]:
            console.press("j")
            console.shows(f"index {index} ")  # the pane
            seen += console.screen.text
            console.press("\r")
            console.shows("(Esc: back)")
            seen += console.screen.text
            console.press("q")
            console.hides("(Esc: back)")
        for shown in (*NAMES.values(), *(alias for alias in ALIASES.values() if len(alias) < 80)):
            assert shown in seen
        assert "L" * 60 in seen
        assert "\\x1b" * 15 in seen
        console.press("ssssssss?")
        console.shows("Keys  (Esc: back)")
        console.press("q/")
        console.hides("Esc: back")
        console.press("esc")
        console.shows("filter: esc", "1 of", "esc\\x1b[7z")
        console.press("\x1b")
        console.hides("filter: esc")
        console.press("\x10")
        console.shows("Search for commands")
        console.press("mtu 9")
        console.shows("Set the preset MTU")
        console.press("\x1b")
        console.hides("Set the preset MTU")
        is_clean(console)


def test_nothing_hostile_reaches_a_wide_terminal(names: Path) -> None:
    with terminal("-m", "tui", "--names", str(names), columns=220, lines=60) as console:
        console.shows(*NAMES.values(), *MAP_SHOWN, *(alias for alias in ALIASES.values() if len(alias) < 30))
        is_clean(console)


def test_what_is_pasted_reaches_no_terminal_raw(names: Path) -> None:
    """A name copied from somewhere else, pasted into the filter."""
    with terminal("-m", "tui", "--names", str(names)) as console:
        console.press("/")
        console.shows("text to find")
        console.press("\x1b[200~in\x9b7z\x01x\x07\u202ey\x1b[201~")
        console.until(lambda: "filter: in" in console.screen.text or console.screen.foreign, "the filter")
        # A bell of our own may say that it was refused.
        assert [text for text in console.screen.foreign if text != "\x07"] == []


def test_the_name_of_a_namespace_reaches_no_terminal_raw(names: Path, tmp_path: Path) -> None:
    place = tmp_path / "ns\x1b[7z\x9b"
    place.symlink_to(f"/proc/{os.getpid()}/ns/net")
    with terminal("-m", "tui", "--netns", str(place), columns=200) as console:
        is_clean(console)


def listed(names: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tui", "list", "--names", str(names), *words],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


def test_the_list_has_no_control_bytes(names: Path) -> None:
    text = listed(names)
    assert controls(text) == ""
    for shown in (*NAMES.values(), *ALIASES.values(), *MAP_SHOWN):
        assert shown in text


def test_the_json_list_has_no_control_bytes_once_decoded(names: Path) -> None:
    text = listed(names, "--json")
    assert text.isascii()
    assert controls(text) == ""
    data = json.loads(text)
    assert [link["ifname"] for link in data["interfaces"]][-len(NAMES) :] == list(NAMES.values())
    assert [link["ifalias"] for link in data["interfaces"] if "ifalias" in link] == list(ALIASES.values())
    assert {group["group"] for group in data["groups"]} == {"default", *MAP_SHOWN}
    assert controls(json.dumps(data, ensure_ascii=False)) == ""


def test_the_list_survives_an_ascii_terminal(names: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui", "list", "--names", str(names)],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    )
    assert b"Traceback" not in done.stderr
    assert done.returncode == 0


async def test_rows_are_shown_as_they_are_and_no_markup_runs(ip: Ip, names: Path) -> None:
    async with driven(names, size=(220, 60)) as hands:
        await hands.sees(*NAMES.values(), *MAP_SHOWN)
        before = states(ip)
        lines = hands.text.splitlines()
        for text in ("[@click=quit]x", "[@click=app.quit]y[/]", "[/b][@click=quit]m"):
            y = next(number for number, line in enumerate(lines) if text in line)
            for x in (lines[y].index(text), lines[y].index(text) + len(text) - 1):
                await hands.pilot.click(offset=(x, y))
                await hands.pilot.pause()
                if hands.app.screen is not hands.main:
                    await hands.press("escape")
        await hands.press("f")
        await hands.sees("FROZEN")  # it is still alive
        assert states(ip) == before


async def test_groups_of_hostile_names_can_be_changed(ip: Ip, names: Path) -> None:
    async with driven(names, size=(100, 30)) as hands:
        for group_id, shown in zip(range(7, 12), MAP_SHOWN, strict=True):
            await hands.choose(group_id)
            await hands.sees(f"interfaces of group {shown} ({group_id})", f"ip link set group {group_id} up")
        await hands.press("m")
        await hands.sees(f"MTU for group {MAP_SHOWN[-1]} (11)")
        await hands.press("escape")
        await hands.press("u")
        await hands.hears(f"group {MAP_SHOWN[-1]} (11) up: all", "changed")
        await hands.press("o")
        await hands.sees(f"asked      group {MAP_SHOWN[-1]} (11) up")
