"""Where there is ASCII alone, nothing else is written: no glyph of ours, none of the toolkit's, none of a name's."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.segment import Segment
from textual.color import Color

from tests.driven import driven
from tests.links import Ip, add, cheap_kind, many
from tests.terminal import Terminal, terminal
from tui.model.change.progress import Progress
from tui.model.text import ascii_text
from tui.present.words import as_ascii
from tui.screens.dialogs.countdown import CountdownBar
from tui.screens.dialogs.progress import ProgressScreen
from widgets.only_ascii import OnlyAscii

NAME = "ü→中"
SHOWN = "<U+00FC>"


@pytest.fixture
def console(ip: Ip, tmp_path: Path) -> Iterator[Terminal]:
    """A console that draws ASCII alone, over names that don't hold to it."""
    names = tmp_path / "group"
    names.write_text("7\tcustomers\n8\tdömz\n9 two words\n\u201cmalformed\u201d\n")
    many(cheap_kind(ip), 40, 7, up=False, prefix="a")
    add(ip, "veth", "peer")
    ip("link", "set", "peer", "name", NAME, "group", 8, "alias", "ein Überfluß")
    with terminal("-m", "tui", "--ascii", "--names", str(names)) as made:
        yield made


def test_no_screen_writes_anything_but_ascii(console: Terminal) -> None:
    def step(keys: str, shown: str) -> None:
        console.press(keys)
        console.shows(shown)
        assert console.output.isascii(), console.screen.text

    def leave(key: str, gone: str) -> None:
        console.press(key)
        console.hides(gone)
        assert console.output.isascii(), console.screen.text

    step("?", "Keys  (Esc: back)")
    leave("q", "Keys  (Esc: back)")
    step("\x10", "Search for commands")
    step("fre", "Freeze")
    leave("\x1b", "Freeze")
    step("Gk", "interfaces of group d<U+00F6>mz (8)")
    step("\t", f"{SHOWN}-><U+4E2D>  index")
    step("\r", "alias          ein <U+00DC>berflu<U+00DF>")
    leave("q", "(Esc: back)")
    step("/", "text to find")
    step("ü", "filter: <U+00FC>")
    step("\x7fmtu:", "mtu: wants")
    leave("\x1b", "mtu: wants")
    step("+", "Mark the shown interfaces")
    step("*", "1 of 1 shown")
    step("\r", "1 interface marked")
    step("r", "Retag 1 marked interface")
    leave("\x1b", "Retag 1 marked interface")
    step("y", "Copy the `ip` lines of")
    step("u", "OSC 52")
    leave("q", "OSC 52")
    console.press("U\tgj")
    console.shows("interfaces of group default")
    step("d", "type the group's name")
    leave("\x1b", "type the group's name")
    step("jm", "MTU for group customers")
    leave("\x1b", "MTU for group customers")
    step("u", "all 40 changed")
    step("o", "asked      group")
    leave("q", "asked      group")
    step("w", "message view: group customers")
    for number in range(1, 7):
        step("n", f"Step {number} of 6")
    for key, word in (("2", "answer"), ("3", "notification"), ("4", "other way")):
        step(key, f">{key} {word}")
    step("?", "Keys of the message view")
    leave("q", "Keys of the message view")
    leave("q", "other way")
    step("l", "newest first")
    step("\r", "Change 1")
    leave("q", "Change 1")
    step("?", "Keys of the command log")
    leave("q", "Keys of the command log")
    leave("q", "newest first")
    step("n", "name map:")
    for _ in range(4):
        step("j", "name map:")
    step("a", "Enter: take it")
    leave("\x1b", "Enter: take it")
    step("p", "networkd")
    leave("q", "networkd")
    step("?", "Keys of the name map")
    leave("q", "Keys of the name map")
    leave("q", "name map:")
    step("t", "Enter starts")
    step("s", "Enter: take it")
    console.press("\x158\r")
    console.hides("Enter: take it")
    step("\r", "Done in")
    for key in "pbhm":
        console.press(key)
        console.pump(0.5)
    step("?", "Keys of the timing panel")
    leave("q", "Keys of the timing panel")
    console.press("q")
    console.until(lambda: "live" in console.screen.text, "the main screen")
    for size in ((200, 50), (60, 15), (40, 10)):
        console.resize(*size)
        console.press("jk")
        console.until(lambda: not console.pump(0.2), "silence")
    assert console.output.isascii()
    console.press("q")
    console.ended(10)
    assert console.output.isascii()


async def test_windows_that_come_by_themselves_are_in_ascii_too(ip: Ip) -> None:
    many(cheap_kind(ip), 2, 7, up=False, prefix="a")
    async with driven(ascii=True) as hands:
        hands.main.complain("The audit file can’t be written … → ü")
        await hands.sees("The audit file")
        assert hands.text.isascii(), hands.text
        progress = Progress(5000)
        progress.done = 2500
        hands.app.push_screen(ProgressScreen("group ü down", progress))
        await hands.sees("2,500 of 5,000")
        assert hands.text.isascii(), hands.text
        await hands.app.pop_screen()
        bar = CountdownBar(hands.main.spell)
        await hands.main.mount(bar)
        bar.count("group ü down", 0.0)
        await hands.sees("The time is over")
        assert hands.text.isascii(), hands.text


def test_our_own_signs_become_words_and_a_names_become_escapes() -> None:
    assert as_ascii("1500 → 9000 …") == "1500 -> 9000 ..."
    assert as_ascii("ä") == ascii_text("ä") == "<U+00E4>" != as_ascii("ö")
    assert as_ascii("plain") == "plain"


def test_the_last_filter_keeps_every_width() -> None:
    (done,) = OnlyAscii().apply([Segment("a│中🔎█…é")], Color(0, 0, 0))
    assert done.text == "a|??> #~?"
