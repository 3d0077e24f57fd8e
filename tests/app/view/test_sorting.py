"""Sorting: every column that can be reached orders its rows by what it shows."""

from pathlib import Path

import pytest

from tests.driven import Driven, driven
from tests.links import Ip, add, cheap_kind, many
from tests.order import rank
from tui.model.view.order import ALL_GROUPS
from tui.present.columns import GROUP_COLUMNS, LINK_COLUMNS
from widgets.keyed_table.table import KeyedTable

TITLED = {"groups": {column.key for column in GROUP_COLUMNS}, "links": {column.key for column in LINK_COLUMNS}}


@pytest.fixture
def names(tmp_path: Path) -> Path:
    path = tmp_path / "group"
    path.write_text("7\tcustomers\n8\tAnother\n9\tcustomers10\n10\tcustomers9\n99\tlater\n")
    return path


@pytest.fixture
def variety(ip: Ip, way_out: str) -> None:
    """Interfaces that differ in every column."""
    kind = cheap_kind(ip)
    many(kind, 3, 7, up=False, prefix="a")
    many(kind, 11, 8, up=False, prefix="b")
    many(kind, 2, 2147483647, up=False, prefix="c")
    many(kind, 1, 2147483648, up=True, prefix="d")
    add(ip, "bridge", "br0")
    ip("link", "set", "br0", "group", 9)
    for number in (0, 10, 2):
        add(ip, "veth", f"v{number}")
        ip("link", "set", f"v{number}", "group", 10, "master", "br0", "alias", f"the {number}. ä")
    add(ip, "bridge", "br10")
    ip("link", "set", "v2", "master", "br10")
    ip("link", "set", "a1", "mtu", 1400)
    ip("link", "set", "b1", "mtu", 9000, "up")


def cells(hands: Driven, table: KeyedTable) -> list[dict[str, str]]:
    """Return what each row shows, by column, in the order shown; the row of all groups isn't sorted."""
    picture = hands.main.view
    keys = [column.key for column in GROUP_COLUMNS]
    if table.id == "links":
        keys = ["mark", *(column.key for column in LINK_COLUMNS)]
    row = picture.group_row if table.id == "groups" else picture.link_row
    return [
        {name: field.text for name, field in zip(keys, row(key), strict=True)}
        for key in table.keys
        if key != ALL_GROUPS
    ]


@pytest.mark.usefixtures("variety")
@pytest.mark.parametrize("which", ["groups", "links"])
async def test_every_column_orders_by_what_it_shows(names: Path, which: str) -> None:
    async with driven(names, size=(260, 60)) as hands:
        table = hands.main.group_table
        if which == "links":
            await hands.press("tab")
            table = hands.main.link_table
        await hands.until(lambda: any(row["risk"] == "! route" for row in cells(hands, table)), "the protection")
        visited = set()
        for _ in table.sortable:
            await hands.press("s")
            column, _reverse = hands.main.tables.order(table)
            visited.add(column)
            shown = [row[column] for row in cells(hands, table)]
            assert len(set(shown)) > 1, f"{column} proves nothing: {shown}"
            assert shown == sorted(shown, key=lambda text: rank(column, text)), column  # type: ignore[arg-type, return-value]
            first = list(table.keys)
            await hands.press("S")
            again = list(table.keys)
            assert again == ([first[0], *first[:0:-1]] if which == "groups" else first[::-1]), column
        assert visited == TITLED[which]


@pytest.mark.usefixtures("variety")
async def test_only_columns_that_are_seen_are_sorted_by(names: Path) -> None:
    async with driven(names) as hands:
        await hands.press("tab")
        seen = hands.text.split("NAME")[1].split("\n")[0]
        assert "MAC" not in seen
        visited = set()
        for _ in range(20):
            await hands.press("s")
            visited.add(hands.main.tables.order(hands.main.link_table)[0])
            header = next(line for line in hands.text.splitlines() if "STATE" in line)
            assert "▲" in header
        assert visited == {"name", "index", "group", "state", "mtu", "risk", "kind", "master"} & visited
        assert len(visited) > 5


@pytest.mark.usefixtures("variety")
async def test_a_click_where_there_is_no_header_sorts_nothing(names: Path) -> None:
    async with driven(names) as hands:
        await hands.pilot.click("#links", offset=(1, 0))
        assert hands.main.tables.order(hands.main.link_table) == ("index", False)
        await hands.pilot.click("#links", offset=(4, 0))
        assert hands.main.tables.order(hands.main.link_table) == ("name", False)


@pytest.mark.usefixtures("variety")
@pytest.mark.parametrize("width", [80, 60, 48])
async def test_large_ids_are_told_apart(names: Path, width: int) -> None:
    async with driven(names, size=(width, 40)) as hands:
        await hands.sees("2147483647", "2147483648")
        await hands.press("tab", "G")
        for name, group in (("c0", "2147483647"), ("c1", "2147483647"), ("d0", "2147483648")):
            await hands.until(lambda name=name: name in hands.text, name)  # type: ignore[misc]
            assert group in hands.row(name)
        assert "MTU" in hands.text
