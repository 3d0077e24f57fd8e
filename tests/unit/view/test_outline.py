"""The rows of the groups: flat where names make no tree, else folded, unfolded, ordered and summed up."""

from collections.abc import Iterable

import pytest

from tests.links import a_link
from tui.model.link import IFF_UP
from tui.model.names.map import NameMap, parse
from tui.model.names.tree import Branch
from tui.model.store import Store
from tui.model.view.order import ALL_GROUPS
from tui.model.view.outline import Outline
from tui.model.view.shown import Shown
from tui.present.column import cells
from tui.present.columns import GROUP_COLUMNS, outline, outline_cells
from tui.present.words import as_ascii

TREE = parse(b"1 dc1\n2 dc1/rack10/dmz\n3 dc1/rack2/dmz\n4 dc1/rack2/web\n5 dc1/rack2\n6 edge\n7 dc2/x\n0 dc1/none\n")
FLAT = parse(b"1 dc1\n2 dmz\n3 /\n6 edge\n")


def seen(names: NameMap = TREE, *, reading: bool = False, protected: Iterable[int] = ()) -> Shown:
    """Groups 0 to 7 and 9, which has no name, with as many members as their id says."""
    links, index = {}, 0
    for group_id in (0, 1, 2, 3, 4, 5, 6, 7, 9):
        for _ in range(group_id or 1):
            index += 1
            mtu = 9000 if group_id == 4 else 1500
            links[index] = a_link(index, group=group_id, mtu=mtu, flags=IFF_UP if group_id == 2 else 0)
    store = Store()
    store.replace(links)
    reasons = {index: "route" for index, link in links.items() if link.group in protected}
    return Shown(store.snapshot(), names, reasons, reading)


def told(rows: Outline, shown: Shown) -> list[str]:
    """Return what the column of names says, row by row, without the row of all groups."""
    return [outline_cells(rows.place(key, shown), rows.spot(key, shown), shown)[1].text for key in rows.rows(shown)[1:]]


def key_of(rows: Outline, shown: Shown, name: str) -> int:
    keys = rows.rows(shown)[1:]
    return next(key for key, text in zip(keys, told(rows, shown), strict=True) if text.split()[-1] == name)


def unfolded(shown: Shown) -> Outline:
    rows = outline()
    rows.unfold(ALL_GROUPS, shown)
    return rows


def test_without_a_slash_nothing_is_a_tree() -> None:
    rows, shown = outline(), seen(FLAT)
    assert rows.rows(shown) == [ALL_GROUPS, 0, 1, 2, 3, 4, 5, 6, 7, 9]
    assert rows.place(3, shown) == 3
    for key in (ALL_GROUPS, 3):
        assert rows.unfold(key, shown) == rows.fold(key, shown) == key
    assert rows.rows(shown) == [ALL_GROUPS, 0, 1, 2, 3, 4, 5, 6, 7, 9]


def test_parents_are_folded_at_first_and_stand_by_their_least_id() -> None:
    rows, shown = outline(), seen()
    assert told(rows, shown) == ["  dc1/none", "▸ dc1", "  edge", "▸ dc2", "  (no name)"]
    assert rows.rows(shown)[0] == ALL_GROUPS
    assert rows.place(rows.rows(shown)[2], shown) == Branch(b"dc1", (1, 5, 3, 4, 2))


def test_all_unfolded() -> None:
    shown = seen()
    assert told(unfolded(shown), shown) == [
        "  dc1/none",
        "▾ dc1",
        "    (itself)",
        "  ▾ rack10",
        "      dmz",
        "  ▾ rack2",
        "      (itself)",
        "      dmz",
        "      web",
        "  edge",
        "▾ dc2",
        "    x",
        "  (no name)",
    ]


def test_unfolding_shows_what_is_below_and_then_goes_there() -> None:
    rows, shown = outline(), seen()
    dc1 = key_of(rows, shown, "dc1")
    assert rows.unfold(dc1, shown) == dc1
    assert told(rows, shown)[1:5] == ["▾ dc1", "    (itself)", "  ▸ rack10", "  ▸ rack2"]
    assert rows.unfold(dc1, shown) == 1
    assert rows.unfold(1, shown) == 1
    rack2 = key_of(rows, shown, "rack2")
    assert rows.unfold(rack2, shown) == rack2
    assert rows.unfold(rack2, shown) == 5


def test_folding_hides_what_is_below_or_goes_up() -> None:
    shown = seen()
    rows = unfolded(shown)
    dc1, rack2 = key_of(rows, shown, "dc1"), key_of(rows, shown, "rack2")
    assert rows.fold(4, shown) == rack2
    assert rows.fold(5, shown) == rack2, "the parent's own group is below it"
    assert rows.fold(rack2, shown) == rack2
    assert rows.fold(rack2, shown) == dc1
    assert rows.fold(dc1, shown) == dc1
    assert rows.fold(dc1, shown) == dc1
    assert rows.fold(6, shown) == 6
    assert rows.fold(0, shown) == 0
    assert "rack2" not in " ".join(told(rows, shown))
    rows.unfold(dc1, shown)
    assert "  ▸ rack2" in told(rows, shown), "what was folded below stays so"
    assert "  ▾ rack10" in told(rows, shown)
    rows.fold(ALL_GROUPS, shown)
    assert told(rows, shown) == told(outline(), shown)


@pytest.mark.parametrize("column", [column.key for column in GROUP_COLUMNS])
@pytest.mark.parametrize("reverse", [False, True])
def test_whatever_orders_them_children_stay_below_their_parents(column: str, reverse: bool) -> None:
    shown = seen(protected={3})
    rows = unfolded(shown)
    rows.column, rows.reverse = column, reverse
    paths = [
        place.path if isinstance(place := rows.place(key, shown), Branch) else shown.names.by_id.get(place, b"")
        for key in rows.rows(shown)
        if key not in (ALL_GROUPS, 0)
    ]
    above: list[bytes] = []
    for path in paths:
        while above and not (path + b"/").startswith(above[-1] + b"/"):
            above.pop()
        parent = path.rpartition(b"/")[0]
        assert parent in (b"", *above), (path, paths)
        above.append(path)
    assert len(paths) == 12
    racks = [path for path in paths if path in (b"dc1/rack2", b"dc1/rack10")]
    first = {
        "id": b"dc1/rack10",
        "group": b"dc1/rack2",
        "members": b"dc1/rack10",
        "up": b"dc1/rack2",
        "down": b"dc1/rack10",
        "mtu": b"dc1/rack10",
        "risk": b"dc1/rack2",
    }
    if column in first:
        assert (racks[0] == first[column]) != reverse


def test_a_parent_sums_up_all_that_is_below_it() -> None:
    rows, shown = outline(), seen(protected={3})
    words = [field.text for field in outline_cells(Branch(b"dc1", (1, 5, 3, 4, 2)), rows.spot(1, shown), shown)]
    assert [words[0], *words[2:]] == ["*", "15", "2", "13", "1500…9000, 4 differ", "! route", "veth"]
    alone = [field.text for field in cells(GROUP_COLUMNS, 5, shown)]
    assert alone == ["5", "dc1/rack2", "5", "0", "5", "1500", "", "veth"]
    assert shown.figures(Branch(b"dc1", (1, 2))) is shown.figures(Branch(b"dc1", (1, 2))), "it is counted once"


def test_a_parent_without_members_is_muted() -> None:
    shown = Shown(Store().snapshot(), TREE, {})
    tones = {field.tone for field in outline_cells(Branch(b"dc2", (7,)), outline().spot(7, shown), shown) if field.text}
    assert tones == {"muted"}


def test_a_row_that_an_edited_map_would_hide_is_revealed() -> None:
    rows, shown = outline(), seen()
    rows.reveal(4, shown)
    assert [text for text in told(rows, shown) if "▾" in text] == ["▾ dc1", "  ▾ rack2"]
    assert 4 in rows.rows(shown)
    rows.fold(ALL_GROUPS, shown)
    rows.reveal(5, shown)
    assert 5 in rows.rows(shown)
    rows.fold(ALL_GROUPS, shown)
    for key in (None, ALL_GROUPS, 0, 6, 9):
        rows.reveal(key, shown)
    assert told(rows, shown) == told(outline(), shown)


def test_parents_keep_their_keys_and_one_that_is_gone_is_nobody() -> None:
    rows, shown = outline(), seen()
    dc1, dc2 = key_of(rows, shown, "dc1"), key_of(rows, shown, "dc2")
    assert dc1 != dc2
    other = seen(parse(b"8 dc0/y\n2 dc1/z\n"))
    assert key_of(rows, other, "dc1") == dc1
    assert rows.place(dc2, other) == ALL_GROUPS
    assert rows.place(dc1, other) == Branch(b"dc1", (2,))
    assert key_of(rows, other, "dc0") not in (dc1, dc2)


def test_nothing_is_listed_while_it_is_read() -> None:
    assert outline().rows(seen(reading=True)) == [ALL_GROUPS]


def test_in_ascii_the_tree_is_plain() -> None:
    assert [as_ascii(text) for text in ("  ▸ rack2", "  ▾ rack2")] == ["  + rack2", "  - rack2"]
