"""Groups of groups: the table as a tree, where names of the map have slashes, driven key by key at 80×24."""

from pathlib import Path

import pytest

from tests.driven import Driven, driven
from tests.links import Ip, cheap_kind, many
from tui.model.names.tree import Branch
from tui.model.view.order import ALL_GROUPS

MAP = "7\tdc1/rack1/dmz\n8\tdc1/rack1/customers-web\n9\tdc1\n10\tdc2/x\n11\tedge\n"


@pytest.fixture
def names(ip: Ip, tmp_path: Path) -> Path:
    """Groups 7 to 11 with two or three members each, those of 8 with another MTU."""
    kind = cheap_kind(ip)
    for number, group in enumerate((7, 8, 9, 10, 11)):
        many(kind, 2 + number % 2, group, up=False, prefix=f"g{group}m")
    for member in (0, 1, 2):
        ip("link", "set", f"g8m{member}", "mtu", 1400)
    path = tmp_path / "group"
    path.write_text(MAP)
    return path


def rows(hands: Driven) -> list[str]:
    """Return the names in the groups' table, as deep as they stand, without the row of all groups."""
    view = hands.main.view
    return [view.group_row(key)[1].text for key in hands.main.group_table.keys if key != ALL_GROUPS]


def under_cursor(hands: Driven) -> str:
    key = hands.main.group_table.cursor_key
    assert key is not None
    return hands.main.view.group_row(key)[1].text.split()[-1]


FOLDED = ["  default", "▸ dc1", "▸ dc2", "  edge"]
UNFOLDED = ["▾ dc1", "    (itself)", "  ▾ rack1", "      dmz", "      customers-web", "▾ dc2", "    x"]


async def test_arrows_fold_and_unfold_and_a_parent_shows_all_below_it(names: Path) -> None:
    async with driven(names) as hands:
        assert rows(hands) == FOLDED
        await hands.sees(" → unfolds a group, ← folds it. ? lists every key.")
        await hands.press("j", "j")
        await hands.sees("interfaces of dc1/ (3 groups)   7 members", "1400…1500, 3 differ")
        assert {name[:2] for name in hands.shown} == {"g7", "g8", "g9"}
        await hands.press("right")
        assert rows(hands) == ["  default", "▾ dc1", "    (itself)", "  ▸ rack1", "▸ dc2", "  edge"]
        assert under_cursor(hands) == "dc1"
        table = hands.main.group_table
        assert not any(table._cells.marked(key) for key in table.visible_keys()), "nobody changed anything"
        await hands.press("right")
        assert under_cursor(hands) == "(itself)"
        await hands.sees("interfaces of group dc1 (9)   2 members", "ip link set group dc1 up")
        await hands.press("j", "right", "j", "j")
        assert under_cursor(hands) == "customers-web"
        await hands.sees("interfaces of group dc1/rack1/customers-web (8)", "STATE")
        # Neither the name, nor the MTU, nor the risk gives way to the other on 80 cells.
        await hands.sees("      customers-web ", "MTU ", "RISK")
        await hands.press("left")
        assert under_cursor(hands) == "rack1"
        await hands.press("left", "left", "left", "left")
        assert rows(hands) == FOLDED
        assert under_cursor(hands) == "dc1"
        await hands.press("enter")
        assert hands.main.link_table.has_focus
        await hands.press("right")
        await hands.hears("← and → fold and unfold the groups: Tab goes there.")


async def test_all_at_once_on_the_row_of_all_groups_and_what_is_marked_stays_so(names: Path) -> None:
    async with driven(names) as hands:
        await hands.press("right")
        assert rows(hands) == ["  default", *UNFOLDED, "  edge"]
        await hands.choose(8)
        await hands.press("asterisk")
        assert hands.marked == {"g8m0", "g8m1", "g8m2"}
        await hands.press("g", "left")
        assert rows(hands) == FOLDED
        assert hands.marked == {"g8m0", "g8m1", "g8m2"}
        await hands.press("j", "j", "slash", *"mtu:1400", "enter")
        await hands.sees("3 of 7 shown", "filter: mtu:1400")
        assert rows(hands) == FOLDED, "a filter is for interfaces"
        await hands.press("right")
        assert hands.shown == ["g8m0", "g8m1", "g8m2"]


async def test_the_cursor_and_what_is_unfolded_survive_what_happens(ip: Ip, names: Path) -> None:
    async with driven(names) as hands:
        await hands.choose(7)
        many(cheap_kind(ip), 4, 7, up=False, prefix="new")
        await hands.sees("interfaces of group dc1/rack1/dmz (7)   6 members")
        assert hands.main.group_table.cursor_key == 7
        assert rows(hands) == ["  default", *UNFOLDED, "  edge"]
        await hands.press("s")
        first, second = ["▾ dc1", "    (itself)", "  ▾ rack1", "      customers-web", "      dmz"], ["▾ dc2", "    x"]
        assert rows(hands) == [*first, *second, "  default", "  edge"]
        await hands.press("S")
        last = ["▾ dc1", "    (itself)", "  ▾ rack1", "      dmz", "      customers-web"]
        assert rows(hands) == ["  edge", "  default", *second, *last]
        assert hands.main.group_table.cursor_key == 7


async def test_an_edit_of_the_map_does_not_take_the_row_under_the_cursor_away(names: Path) -> None:
    async with driven(names) as hands:
        await hands.press("G")
        assert hands.main.group_table.cursor_key == 11
        names.write_text(MAP.replace("edge", "dc2/deep/edge"))
        await hands.sees("interfaces of group dc2/deep/edge (11)")
        assert rows(hands) == ["  default", "▸ dc1", "▾ dc2", "    x", "  ▾ deep", "      edge"]
        assert hands.main.group_table.cursor_key == 11
        names.write_text(MAP + "12\tedge/below\n")
        await hands.sees("interfaces of group edge (11)")
        assert rows(hands)[-3:] == ["▾ edge", "    (itself)", "    below"]
        assert hands.main.group_table.cursor_key == 11
        names.write_text("7\tdmz\n")
        await hands.until(lambda: hands.main.view.shown.tree.is_flat, "a flat map")
        assert hands.main.group_table.cursor_key == 11
        assert rows(hands) == ["default", "dmz", *["(no name)"] * 4]


async def test_keys_on_a_parent_act_on_no_other_group(names: Path) -> None:
    async with driven(names) as hands:
        await hands.press("j", "j")
        assert hands.main.tables.place == Branch(b"dc1", (9, 8, 7))
        assert not isinstance(hands.main.tables.target.chosen, int)


@pytest.mark.parametrize("ascii", [False, True])
async def test_where_no_name_has_a_slash_nothing_is_changed(names: Path, ascii: bool) -> None:
    names.write_text("7\tdmz\n8\t/\n9\ta//b\n10\t/c\n11\tedge/\n")
    async with driven(names, size=(300, 24), ascii=ascii) as hands:
        await hands.press("j", "j")
        before = rows(hands), hands.line("keys"), hands.line("pane"), hands.message
        await hands.press("right", "left", "left")
        assert (rows(hands), hands.line("keys"), hands.line("pane"), hands.message) == before
        assert rows(hands) == ["default", "dmz", "/", "a//b", "/c", "edge/"]
        assert "fold" not in hands.line("keys")
        assert hands.main.group_table.cursor_key == 7


async def test_in_ascii_a_tree_is_drawn_with_ascii_alone(names: Path) -> None:
    async with driven(names, ascii=True, size=(300, 24)) as hands:
        await hands.press("j", "j", "right")
        await hands.sees("- dc1", "  + rack1", "+ dc2", "-> unfold", "<- fold")
        assert hands.text.isascii()
