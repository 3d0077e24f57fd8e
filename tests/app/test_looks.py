"""What tells states and the focus apart where there are few colours, or none."""

import re

import pytest

from tests.driven import driven
from tests.links import Ip, cheap_kind, many
from tests.terminal import Terminal, terminal


def colour_of(console: Terminal, row: str, word: str) -> str:
    """Return the colour (SGR 30 to 37, 90 to 97) in which a word was last written on the line that begins so."""
    output = console.output.decode(errors="replace")
    *_, last = re.finditer(rf"{row}(?:\x1b\[[0-9;]*m|[^\n\x1b])*?(?={word})", output)
    for sequence in reversed(re.findall(r"\x1b\[([0-9;]*)m", output[: last.end()])):
        for code in reversed(sequence.split(";")):
            if re.fullmatch("[39][0-7]", code):
                return str(code)
    return ""


@pytest.mark.parametrize("term", ["linux", "screen-16color"])
def test_up_down_and_live_differ_in_sixteen_colours(ip: Ip, term: str) -> None:
    kind = cheap_kind(ip)
    many(kind, 2, 7, up=True, prefix="a")
    many(kind, 2, 7, up=False, prefix="b")
    with terminal("-m", "tui", env={"TERM": term, "COLORTERM": ""}) as console:
        console.press("jj")
        console.shows("interfaces of group 7")
        # Not a0: the row under the cursor has no tones.
        console.until(lambda: console.screen.text.count("up/unknown") == 2, "the links")
        colours = {row: colour_of(console, row, word) for row, word in (("●", "live"), ("a1", "up"), ("b1", "down"))}
        assert (colours["●"], colours["a1"]) == ("32", "32"), colours
        assert colours["b1"] != "32", colours


async def test_the_table_that_hears_the_keys_is_told_by_a_glyph(ip: Ip) -> None:
    many(cheap_kind(ip), 2, 7, up=False, prefix="a")
    async with driven() as hands:
        await hands.choose(7)

        def glyphs() -> str:
            return "".join(line[0] for line in hands.text.splitlines() if line[:1] in (">", "-"))

        for wanted in (">-", "->", ">-"):
            await hands.until(lambda wanted=wanted: glyphs() == wanted, f"the cursors {wanted}")  # type: ignore[misc]
            await hands.press("tab")


async def test_its_header_is_reversed(ip: Ip) -> None:
    many(cheap_kind(ip), 2, 7, up=False, prefix="a")
    async with driven() as hands:
        for focused in (True, False, True):
            await hands.pilot.pause()
            header = hands.main.group_table.render_line(0)
            other = hands.main.link_table.render_line(0)
            assert [
                bool(strip._segments[0].style and strip._segments[0].style.reverse) for strip in (header, other)
            ] == [
                focused,
                not focused,
            ]
            await hands.press("tab")


async def test_the_plan_says_what_the_filter_hides_of_its_group(ip: Ip) -> None:
    many(cheap_kind(ip), 12, 7, up=False, prefix="a")
    async with driven() as hands:
        await hands.choose(7)
        assert "filter" not in hands.line("pane")
        await hands.press("slash")
        await hands.type("name:a11")
        await hands.until(lambda: hands.shown == ["a11"], "one of them")
        assert "The keys act on all 12; the filter shows 1." in hands.line("pane")
        await hands.press("escape")
        assert "filter" not in hands.line("pane")


async def test_hints_and_keys_use_the_width_that_there_is(ip: Ip) -> None:
    async with driven() as hands:
        assert "…" not in hands.line("pane")
        assert all(len(line) < 80 for line in hands.line("pane").splitlines())
        assert hands.line("keys").endswith("q quit")
        await hands.pilot.resize_terminal(160, 40)
        await hands.until(lambda: "Space mark" in hands.line("keys"), "more keys")
        assert 120 < len(hands.line("keys")) <= 160
        await hands.pilot.resize_terminal(40, 24)
        await hands.until(lambda: len(hands.line("keys")) <= 40, "fewer keys")
        assert hands.line("keys").startswith(" u up  d down")


async def test_the_logs_outcome_says_no_more_who_was_asked(ip: Ip) -> None:
    many(cheap_kind(ip), 2, 7, up=False, prefix="a")
    async with driven() as hands:
        await hands.choose(7)
        await hands.press("u")
        await hands.hears("group 7 up: all 2 changed")
        (entry,) = hands.session.log.entries
        assert entry.what == "group 7 up"
        assert entry.outcome.startswith("all 2 changed")


def test_a_window_stands_in_the_middle_of_what_it_asks_about(ip: Ip) -> None:
    with terminal("-m", "tui") as console:
        console.press("jd")
        console.shows("To do it all the same", "Esc: leave it")
        lines = console.screen.text.splitlines()
        assert "ifgroup" in lines[0]
        assert "quit" in lines[-1]
        (top,) = [line for line in lines if "┏" in line]
        assert top.index("┏") == 80 - 1 - top.index("┓")
