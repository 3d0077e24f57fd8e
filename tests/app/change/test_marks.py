"""Marks in the console: set and unset by keys, counted, and kept through everything."""

import subprocess
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.driven import Driven, eager, is_bridge, states
from tests.links import Ip, index_of, many
from tui.screens.dialogs.prompt import PromptScreen

Sent = list[dict[int, bytes]]


def status(hands: Driven) -> str:
    return " ".join(hands.line("status").split())


async def pattern(hands: Driven, key: str, text: str) -> None:
    """Open the question for a pattern and type it."""
    await hands.press(key)
    await hands.until(lambda: isinstance(hands.app.screen, PromptScreen), "the question")
    await hands.type(text)
    box = hands.app.screen.query_one(Input)
    await hands.until(lambda: box.value == text, text)


async def test_each_marking_key_marks_what_it_says(ip: Ip, kind: str) -> None:
    async with eager() as hands:
        await hands.go_to("a0")
        await hands.press("space")
        assert (hands.marked, hands.cursor) == ({"a0"}, "a1")
        await hands.hears("1 interface marked.")
        assert "●" in next(line for line in hands.text.splitlines() if " a0 " in line)
        await hands.press("k", "space")
        assert hands.marked == set()
        await hands.hears("Nothing is marked.")
        await hands.go_to("a1")
        await hands.press("v")
        await hands.hears("A range begins at a1", "press v again")
        await hands.press("j", "j", "v")
        assert hands.marked == {"a1", "a2", "b0"}
        await hands.go_to("b1")
        await hands.press("v")
        await hands.go_to("b0")  # a range may be spanned upwards too
        await hands.press("v")
        assert hands.marked == {"a1", "a2", "b0", "b1"}
        await hands.press("exclamation_mark")
        assert hands.marked == {"lo", "a0"}
        await hands.press("asterisk")
        assert hands.marked == set(states(ip))
        await hands.press("U")
        assert hands.marked == set()


async def test_esc_leaves_a_range_then_the_filter_then_the_marked_alone_then_the_interfaces(ip: Ip, kind: str) -> None:
    async with eager() as hands:
        await hands.mark("a0", "a1", "b0")
        await hands.press("a")
        await hands.press("slash")
        await hands.type("name:a")
        await hands.press("enter", "v")
        await hands.hears("A range begins at")
        await hands.press("escape")
        await hands.hears("No range.")
        assert hands.shown == ["a0", "a1"]
        await hands.press("escape")
        assert hands.shown == ["a0", "a1", "b0"]
        await hands.press("escape")
        assert set(hands.shown) == set(states(ip))
        assert hands.main.tables.on_links
        await hands.press("escape")
        assert not hands.main.tables.on_links
        assert hands.marked == {"a0", "a1", "b0"}


async def test_marks_are_counted_with_how_many_are_hidden(ip: Ip, kind: str) -> None:
    async with eager() as hands:
        assert "marked" not in status(hands)
        await hands.mark("a0", "a1", "b0")
        await hands.until(lambda: "3 marked" in status(hands) and "hidden" not in status(hands), "the count")
        await hands.press("slash")
        await hands.type("name:b")
        await hands.press("enter")
        await hands.until(lambda: "3 marked, 2 hidden" in status(hands), "the hidden")
        await hands.press("escape", "escape")
        await hands.choose(7)
        await hands.until(lambda: "3 marked, 1 hidden" in status(hands), "the other group's")
        await hands.press("U")
        await hands.until(lambda: "marked" not in status(hands), "no count")


async def test_the_marking_keys_leave_what_is_hidden_as_it_is(ip: Ip, kind: str) -> None:
    async with eager() as hands:
        await hands.mark("b0")
        await hands.press("slash")
        await hands.type("name:a")
        await hands.press("enter", "asterisk")
        assert hands.marked == {"a0", "a1", "a2", "b0"}
        await hands.press("exclamation_mark")
        assert hands.marked == {"b0"}
        await pattern(hands, "plus", "*")
        await hands.sees("3 of 3 shown")
        await hands.press("enter")
        assert hands.marked == {"a0", "a1", "a2", "b0"}
        await pattern(hands, "minus", "*")
        await hands.press("enter")
        assert hands.marked == {"b0"}
        await hands.press("asterisk", "U")
        assert hands.marked == set()


async def test_marks_survive_sorting_filtering_and_freezing(ip: Ip, kind: str) -> None:
    async with eager() as hands:
        await hands.mark("a0", "b1")
        for _ in range(11):
            await hands.press("s", "S")
            assert hands.marked == {"a0", "b1"}
        await hands.press("f")
        await hands.sees("FROZEN")
        ip("link", "set", "a0", "mtu", 1400)
        await hands.sees("FROZEN, 1 change pending")
        await hands.mark("a1")
        await hands.press("f")
        assert hands.marked == {"a0", "a1", "b1"}
        assert not [line for line in hands.text.splitlines() if "●" in line and " a2 " in line]


async def test_marks_survive_a_storm_of_changes_and_renames(ip: Ip, kind: str, tmp_path: Path) -> None:
    many(kind, 60, 9, up=False, prefix="s")
    marked = {f"s{number}" for number in range(0, 60, 2)}
    lines = []
    for turn in range(20):
        for number in range(60):
            lines.append(f"link set dev s{number} mtu {1300 + turn}")
            lines.append(f"link set dev s{number} {'up' if turn % 2 == 0 else 'down'}")
        lines += [f"link set dev s{number} group {9 + turn % 2}" for number in range(60)]
    lines += [f"link set dev s{number} name t{number}" for number in range(60)]
    batch = tmp_path / "batch"
    batch.write_text("\n".join(lines) + "\n")
    async with eager() as hands:
        await hands.choose(9)
        await hands.press("tab")
        for _ in range(30):
            await hands.press("space", "j")
        assert hands.marked == marked
        indexes = hands.main.view.marks.indexes
        storm = subprocess.Popen(["ip", "-batch", str(batch)])
        while storm.poll() is None:
            await hands.press("s")
            assert hands.main.view.marks.indexes == indexes
        assert storm.returncode == 0
        renamed = {name.replace("s", "t") for name in marked}
        await hands.until(lambda: hands.marked == renamed, "the new names")
        assert hands.main.view.marks.indexes == indexes


async def test_a_marked_interface_that_vanishes_is_dropped_and_named(ip: Ip, kind: str) -> None:
    async with eager() as hands:
        await hands.mark("a0", "a1", "b0")
        ip("link", "del", "a1")
        await hands.hears("1 marked interface vanished: a1.")
        assert hands.marked == {"a0", "b0"}
        await hands.until(lambda: "2 marked" in status(hands), "the count")
        await hands.press("a")
        ip("link", "del", "a0")
        await hands.hears("1 marked interface vanished: a0.")
        await hands.until(lambda: hands.shown == ["b0"], "the rest alone")
        ip("link", "del", "b0")
        await hands.hears("1 marked interface vanished: b0.")
        await hands.until(lambda: set(hands.shown) == {"lo", "a2", "b1"}, "all, since nothing is marked")


@pytest.mark.parametrize("frozen", [True, False])
async def test_an_index_that_another_device_took_over_is_not_marked(ip: Ip, kind: str, frozen: bool) -> None:
    async with eager() as hands:
        await hands.mark("a0", "a1")
        index = index_of(ip, "a1")
        if frozen:  # so that the console never sees the index free
            await hands.press("f")
        ip("link", "del", "a1")
        ip("link", "add", "a1", "index", index, "address", "02:00:00:00:00:77", "type", "bridge")
        await hands.until(lambda: is_bridge(hands, index), "the other device")
        if frozen:
            await hands.press("f")
            await hands.pilot.pause()
        await hands.until(lambda: hands.marked == {"a0"}, "one mark less")
        await hands.hears("1 marked interface vanished: a1.")


async def test_patterns_mark_and_unmark_and_what_is_wrong_with_one_is_told(ip: Ip, kind: str) -> None:
    async with eager() as hands:
        await hands.press("tab")
        await pattern(hands, "plus", "re:(")
        await hands.sees("re: at character 1: missing ), unterminated subpattern.")
        await hands.press("enter")
        assert isinstance(hands.app.screen, PromptScreen)
        assert hands.marked == set()
        await hands.press("ctrl+u", "enter")
        await hands.sees("Give a name, a glob such as eth*")
        await hands.type("A?")
        await hands.sees("3 of 6 shown")
        await hands.press("enter")
        assert hands.marked == {"a0", "a1", "a2"}
        await hands.hears("3 interfaces marked.")
        await pattern(hands, "minus", "re:[01]$")
        await hands.sees("4 of 6 shown")
        await hands.press("enter")
        assert hands.marked == {"a2"}
        await pattern(hands, "plus", "*")
        await hands.press("escape")
        assert hands.marked == {"a2"}


async def test_the_marked_are_shown_alone_of_whatever_group(ip: Ip, kind: str, names: Path) -> None:
    async with eager(names) as hands:
        await hands.press("tab", "a")
        await hands.hears("Nothing is marked")
        await hands.mark("a1", "b0")
        await hands.press("tab")
        await hands.choose(8)
        await hands.press("a")
        assert hands.shown == ["a1", "b0"]
        await hands.sees("marked interfaces alone   2 interfaces")
        await hands.go_to("a1")
        await hands.press("space")
        assert hands.shown == ["b0"]
        await hands.press("a")
        assert hands.shown == ["b0", "b1"]
        await hands.sees("interfaces of group dmz (8)")
        await hands.press("a", "U")
        assert hands.shown == ["b0", "b1"]


@pytest.mark.parametrize("key", ["u", "d", "m", "M", "r", "e", "y"])
async def test_without_marks_the_keys_say_how_to_mark_and_send_nothing(ip: Ip, kind: str, sent: Sent, key: str) -> None:
    before = states(ip)
    async with eager() as hands:
        await hands.choose(7)
        await hands.press("tab", key)
        await hands.hears("Mark some with Space (all that are shown: *), or press Tab for the group.")
        assert hands.app.screen is hands.main
    assert sent == []
    assert states(ip) == before


@pytest.mark.parametrize("key", ["space", "v"])
async def test_on_the_groups_the_marking_keys_say_where_marks_go(ip: Ip, kind: str, key: str) -> None:
    async with eager() as hands:
        await hands.choose(7)
        await hands.press(key)
        await hands.hears("Marks are for interfaces: press Tab to go to them.")
        await hands.press("asterisk")
        assert hands.marked == {"a0", "a1", "a2"}


async def test_on_an_ascii_terminal_marks_are_seen_too(ip: Ip, kind: str) -> None:
    async with eager() as hands:
        hands.main.ascii = True
        await hands.mark("a0")
        await hands.until(
            lambda: "*" in next(line for line in hands.text.splitlines() if " a0 " in line), "an asterisk"
        )
