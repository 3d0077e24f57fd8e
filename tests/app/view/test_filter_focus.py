"""Where the keys go when the filter is left, and that what is wrong with a filter goes with it."""

import pytest

from tests.driven import driven
from tests.links import Ip, cheap_kind, many


@pytest.fixture
def some_links(ip: Ip) -> None:
    kind = cheap_kind(ip)
    many(kind, 3, 7, up=False, prefix="a")
    many(kind, 2, 8, up=False, prefix="b")


@pytest.mark.usefixtures("some_links")
@pytest.mark.parametrize("leave", ["enter", "escape"])
@pytest.mark.parametrize("which", ["groups", "links"])
async def test_leaving_the_filter_goes_back_to_where_it_was_opened(which: str, leave: str) -> None:
    async with driven() as hands:
        table = hands.main.group_table
        if which == "links":
            await hands.press("tab")
            table = hands.main.link_table
        pane = hands.line("pane")
        await hands.press("slash")
        await hands.type("name:a")
        await hands.sees("3 of", "filter: name:a")
        assert hands.main.tables.on_links == (which == "links")
        if which == "groups":
            assert hands.line("pane") == pane
        await hands.press(leave)
        assert table.has_focus
        assert hands.main.tables.on_links == (which == "links")


@pytest.mark.usefixtures("some_links")
async def test_tab_leaves_the_filter_for_the_interfaces_and_keeps_what_holds() -> None:
    async with driven() as hands:
        await hands.press("slash")
        await hands.type("name:a")
        await hands.press("tab")
        assert hands.main.link_table.has_focus
        assert not hands.main.filtering.box.display
        assert hands.shown == ["a0", "a1", "a2"]
        await hands.press("slash", "end")
        await hands.type(" mtu:")
        await hands.sees("mtu: wants")
        await hands.press("tab")
        assert "wants" not in hands.text
        assert not hands.main.filtering.box.display
        await hands.sees("filter: name:a mtu")


@pytest.mark.parametrize("mend", [("escape",), ("slash", "b", "enter")])
@pytest.mark.usefixtures("some_links")
async def test_what_was_wrong_with_a_filter_goes_with_it(mend: tuple[str, ...]) -> None:
    async with driven() as hands:
        await hands.press("slash")
        await hands.type("name:a")
        await hands.press("enter")
        # As if only a later picture showed it: then it is told in the message line.
        hands.main.view.links.problem = "The filter takes too long."
        hands.main.sync_links()
        await hands.hears("takes too long")
        await hands.press(*mend)
        await hands.until(lambda: "too long" not in hands.text, "an end of the complaint")


@pytest.mark.usefixtures("some_links")
async def test_another_message_stays_when_the_filter_goes() -> None:
    async with driven() as hands:
        await hands.press("slash")
        await hands.type("name:a")
        await hands.press("enter", "o")
        await hands.hears("Nothing was changed yet.")
        await hands.press("escape")
        assert hands.message == "Nothing was changed yet."
