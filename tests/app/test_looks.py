"""What tells states and the focus apart where there are few colours, or none."""

import re

import pytest

from tests.driven import driven
from tests.links import Ip, cheap_kind, many
from tests.terminal import Terminal, terminal


def colour_of(console: Terminal, word: str) -> str:
    """Return the colour (SGR 30 to 37, 90 to 97) in which a word was last written."""
    before = console.output[: console.output.rindex(word.encode())].decode(errors="replace")
    for sequence in reversed(re.findall(r"\x1b\[([0-9;]*)m", before)):
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
        console.shows("interfaces of group 7", "up/unknown", "down")
        assert colour_of(console, "live") == colour_of(console, "up/unknown") == "32"
        assert colour_of(console, "down     ") != "32"


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
