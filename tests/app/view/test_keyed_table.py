from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.driver import Driver
from textual.drivers.headless_driver import HeadlessDriver
from textual.events import MouseScrollDown
from textual.geometry import Region
from textual.message import Message
from textual.pilot import Pilot

from tests.hosted import cells_of
from widgets.keyed_table.cells import FLASH
from widgets.keyed_table.layout import Layout
from widgets.keyed_table.table import Cell, Column, KeyedTable

COLUMNS = [
    Column("name", "Name", 8, limit=15),
    Column("state", "State", 6),
    Column("mtu", "MTU", 6, align="right"),
    Column("kind", "Kind", 6, rank=1),
    Column("alias", "Alias", 8, limit=40, rank=2),
]
MTU = 2


class Rows:
    """Rows that can be changed, and a record of which of them were asked for."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.changed: dict[tuple[int, int], Cell] = {}

    def __call__(self, key: int) -> Sequence[Cell]:
        self.asked.append(key)
        cells = [Cell(f"eth{key}"), Cell("up", "good"), Cell("1500"), Cell("dummy", "muted"), Cell("")]
        return [self.changed.get((key, i), cell) for i, cell in enumerate(cells)]


class RecordingTable(KeyedTable):
    """A table that notes what it has repainted; `None` is everything."""

    painted: list[Region | None]

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> RecordingTable:
        if hasattr(self, "painted"):
            self.painted.extend(regions or [None])
        super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        return self


class TableHost(App[None]):
    def __init__(self, *, flash: bool = True, ascii: bool = False) -> None:
        super().__init__()
        self.rows = Rows()
        self.told: list[Message] = []
        self.table = RecordingTable(COLUMNS, self.rows, empty="[b]nothing[/b] here", flash=flash, ascii=ascii)

    def compose(self) -> ComposeResult:
        yield self.table

    def on_keyed_table_moved(self, message: KeyedTable.Moved) -> None:
        self.told.append(message)

    def on_keyed_table_chosen(self, message: KeyedTable.Chosen) -> None:
        self.told.append(message)

    def on_keyed_table_header_clicked(self, message: KeyedTable.HeaderClicked) -> None:
        self.told.append(message)

    def moves(self) -> list[int | None]:
        return [message.key for message in self.told if isinstance(message, KeyedTable.Moved)]


def cursor_line(app: App[None]) -> int:
    return next(y for y, line in enumerate(cells_of(app)) if line.startswith(">"))


async def show(pilot: Pilot[None], keys: Sequence[int]) -> KeyedTable:
    """Sync the host's table and let it paint."""
    table = pilot.app.query_one(KeyedTable)
    table.sync(keys)
    await pilot.pause()
    await pilot.pause()
    return table


# The cursor follows its key.


async def test_first_rows_put_the_cursor_on_the_first() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, [7, 8, 9])
        assert (table.cursor_key, table.displaced_at, app.moves()) == (7, 0.0, [7])


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(list(range(999, -1, -1)), id="reversed"),
        pytest.param([*range(5000, 5100), *range(1000)], id="inserted above"),
        pytest.param(list(range(400, 1000)), id="deleted above"),
        pytest.param([*range(505), *range(900, 1000)], id="deleted below"),
        pytest.param([k for k in range(1000) if k % 3 or k == 501], id="deleted around"),
    ],
)
async def test_cursor_and_its_screen_line_follow_the_key(after: list[int]) -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(1000))
        assert table.move_to(510)
        assert table.move_to(501)
        await pilot.pause()
        line = cursor_line(app)
        await show(pilot, after)
        assert table.cursor_key == 501
        assert cursor_line(app) == line
        assert "eth501 " in cells_of(app)[line]
        assert table.displaced_at == 0.0


async def test_screen_line_gives_way_only_at_the_ends() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(1000))
        table.move_to(500)
        await show(pilot, [500, *range(500)])
        assert (table.cursor_key, cursor_line(app)) == (500, 1)


async def test_top_row_is_the_anchor_when_the_cursor_is_out_of_sight() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(1000))
        table.scroll_to(y=300, animate=False)
        await pilot.pause()
        assert table.visible_keys()[0] == 300
        await show(pilot, [*range(2000, 2050), *range(1000)])
        assert table.visible_keys()[0] == 300
        await show(pilot, [key for key in range(1000) if key not in (300, 301)])
        assert table.visible_keys()[2] == 302
        assert table.cursor_key == 0


async def test_vanished_cursor_row_is_displaced_until_the_user_moves() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(100))
        table.move_to(5)
        await show(pilot, [key for key in range(100) if key != 5])
        assert table.cursor_key == 6
        assert table.displaced_at > 0.0
        assert cells_of(app)[6].startswith(">eth6 ")
        await pilot.press("j")
        assert (table.cursor_key, table.displaced_at) == (7, 0.0)
        assert app.moves() == [0, 5, 6, 7]


async def test_click_that_hits_the_substitute_row_leaves_it_displaced() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(100))
        await show(pilot, range(1, 100))
        await pilot.click(KeyedTable, offset=(5, 1))
        assert isinstance(app.told[-1], KeyedTable.Chosen)
        assert table.displaced_at > 0.0
        await pilot.click(KeyedTable, offset=(5, 2))
        assert table.displaced_at == 0.0


async def test_other_buttons_do_nothing() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(100))
        await pilot.click(KeyedTable, offset=(5, 4), button=3)
        assert table.cursor_key == 0


async def test_vanished_last_row_leaves_the_cursor_on_the_new_last() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(100))
        await pilot.press("G")
        await show(pilot, range(50))
        assert table.cursor_key == 49
        assert table.displaced_at > 0.0
        assert "eth49 " in cells_of(app)[cursor_line(app)]


async def test_emptied_and_filled_again() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(3))
        await show(pilot, [])
        assert app.moves() == [0, None]
        emptied = table.displaced_at
        assert emptied > 0.0
        await show(pilot, [8, 9])
        assert (table.cursor_key, table.displaced_at) == (8, emptied)
        assert app.moves() == [0, None, 8]
        assert "eth8" in cells_of(app)[1]


async def test_rows_before_mounting_are_shown() -> None:
    app = TableHost()
    app.table.sync(range(5))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert cells_of(app)[1].startswith(">eth0 ")
        assert app.table.cursor_key == 0


async def test_unknown_key_moves_nothing() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(3))
        assert not table.move_to(99)
        assert table.cursor_key == 0


# Only what is visible is read, only what changed is painted.


async def test_only_visible_rows_are_read() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(16384))
        assert len(app.rows.asked) < 200
        app.rows.asked.clear()
        await show(pilot, range(16384))
        assert app.rows.asked == list(range(23))
        app.rows.asked.clear()
        table.move_to(8000)
        await pilot.pause()
        assert sorted(app.rows.asked) == table.visible_keys()
        app.rows.asked.clear()
        await pilot.press("up")
        assert app.rows.asked == []


async def test_one_changed_cell_is_one_small_region() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(16384))
        app.rows.changed[4, MTU] = Cell("9000")
        app.rows.changed[9000, MTU] = Cell("9000")
        app.table.painted = []
        await show(pilot, range(16384))
        line = cells_of(app)[5]
        assert app.table.painted == [Region(line.index("9000") - 2, 5, 6, 1)]
        assert table.cursor_key == 0


async def test_changed_tone_is_painted_but_does_not_flash() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(100))
        app.rows.changed[4, MTU] = Cell("1500", "bad")
        app.table.painted = []
        await show(pilot, range(100))
        assert len(app.table.painted) == 1
        assert underlined(table, 5) == ""


async def test_nothing_changed_is_nothing_painted() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(16384))
        table.move_to(8000)
        await pilot.pause()
        app.table.painted = []
        await show(pilot, range(16384))
        # Rows far below, and rows above: the screen is the same, cell for cell.
        await show(pilot, range(16500))
        await show(pilot, range(100, 16500))
        assert app.table.painted == []


async def test_cursor_move_paints_two_lines() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        await show(pilot, range(100))
        app.table.painted = []
        await pilot.press("down")
        assert [region and region.y for region in app.table.painted] == [1, 2]


async def test_swapped_rows_paint_only_where_they_differ() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        await show(pilot, range(100))
        app.table.painted = []
        await show(pilot, [0, 2, 1, *range(3, 100)])
        assert app.table.painted == [Region(1, 2, 8, 1), Region(1, 3, 8, 1)]


async def test_scrollbar_is_left_alone_while_its_thumb_would_not_move() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(16384))
        drawn = table.vertical_scrollbar.window_virtual_size
        await show(pilot, range(16390))
        assert table.vertical_scrollbar.window_virtual_size == drawn
        table.move_to(16389)
        assert 16389 in table.visible_keys()
        await show(pilot, range(500))
        assert table.vertical_scrollbar.window_virtual_size < 600


async def test_what_was_read_before_a_time_out_of_sight_is_read_again() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(3))
        table.styles.height = 0
        await pilot.pause()
        app.rows.changed[1, MTU] = Cell("9000")
        app.rows.asked.clear()
        await show(pilot, range(3))
        assert app.rows.asked == []
        table.styles.height = 10
        await pilot.pause()
        assert "9000" in cells_of(app)[2]


async def test_one_changed_cell_is_few_bytes_on_the_wire() -> None:
    written: list[str] = []

    class Wire(HeadlessDriver):
        is_headless = False

        def write(self, data: str) -> None:
            written.append(data)

        def flush(self) -> None:
            pass

    class WiredHost(TableHost):
        def get_driver_class(self) -> type[Driver]:
            return Wire

    async def change(pilot: Pilot[object]) -> None:
        app.table.sync(range(16384))
        await pilot.pause(0.1)
        written.clear()
        app.rows.changed[4, MTU] = Cell("9000")
        app.table.sync(range(16384))
        await pilot.pause(0.1)
        app.exit()

    app = WiredHost()
    await app.run_async(headless=False, size=(80, 24), auto_pilot=change)
    frame = next(data for data in written if "9000" in data)
    assert len(frame.encode()) < 250
    # Textual writes the line from its left edge up to the changed cell, and nothing after it.
    assert "eth3" not in frame
    assert "dummy" not in frame


# Changes flash.


async def test_changed_cell_flashes_and_stops() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(100))
        assert app.table._flash_timer is None
        app.rows.changed[4, MTU] = Cell("9000")
        await show(pilot, range(100))
        assert underlined(table, 5) == "  9000"
        assert underlined(table, 4) == ""
        app.table.painted = []
        await asyncio.sleep(FLASH + 0.2)
        assert underlined(table, 5) == ""
        assert [region and (region.y, region.width) for region in app.table.painted] == [(5, 6)]
        assert app.table._flash_timer is None


async def test_flash_is_extended_by_the_next_change() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(100))
        for mtu in range(9000, 9004):
            app.rows.changed[4, MTU] = Cell(str(mtu))
            await show(pilot, range(100))
            await asyncio.sleep(FLASH / 2)
        assert underlined(table, 5) == "  9003"


async def test_first_sight_and_reordering_do_not_flash() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(100))
        await show(pilot, range(99, -1, -1))
        app.rows.changed[0, MTU] = Cell("9000")
        table.move_to(99)
        await pilot.pause()
        assert not any(underlined(table, y) for y in range(1, 24))


async def test_flash_can_be_switched_off() -> None:
    app = TableHost(flash=False)
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(100))
        app.rows.changed[4, MTU] = Cell("9000")
        await show(pilot, range(100))
        assert "9000" in cells_of(app)[5]
        assert underlined(table, 5) == ""


def underlined(table: KeyedTable, y: int) -> str:
    return "".join(text for text, style, _ in table.render_line(y) if style and style.underline)


# Widths.


@pytest.mark.parametrize(
    ("width", "header"),
    [
        (80, " Name             State     MTU Kind   Alias"),
        (40, " Name      State     MTU Kind   Alias"),
        (39, " Name     State     MTU Kind   Alias"),
        (38, " Name             State     MTU Kind"),
        (30, " Name     State     MTU Kind"),
        (29, " Name           State     MTU"),
        (10, " N… S… MTU"),
        (4, " … …"),
        (2, " …"),
        (1, ""),
    ],
)
async def test_columns_drop_by_rank_and_then_shrink(width: int, header: str) -> None:
    app = TableHost()
    app.rows.changed[3, 0] = Cell("a-long-name-here")
    async with app.run_test(size=(width, 24)) as pilot:
        await show(pilot, range(10))
        assert cells_of(app)[0].rstrip() == header


@pytest.mark.parametrize("width", [80, 40, 26, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
@pytest.mark.parametrize("count", [10, 1000])
async def test_every_line_is_as_wide_as_the_table(width: int, count: int) -> None:
    app = TableHost()
    for key, name in enumerate(["網路介面卡一二三四", "a網b路c介d面e卡", "é" * 9, "e\u0301" * 9, "한국어이름", "x"]):
        app.rows.changed[key, 0] = Cell(name)
        app.rows.changed[key, 4] = Cell(name * 5)
    async with app.run_test(size=(width, 12)) as pilot:
        table = await show(pilot, range(count))
        lines = [table.render_line(y) for y in range(12)]
        wanted = width - (1 if count > 11 else 0)
        assert {sum(cell_len(segment.text) for segment in line) for line in lines} == {wanted}
        assert {line.cell_length for line in lines} == {wanted}
        assert {cell_len(line) for line in cells_of(app)} == {width}


async def test_wide_names_are_cut_at_whole_characters() -> None:
    app = TableHost()
    app.rows.changed[0, 0] = Cell("網路介面卡")
    async with app.run_test(size=(23, 5)) as pilot:
        await show(pilot, [0, 1])
        assert cells_of(app)[1].startswith(">網路介 … up")


async def test_columns_widen_for_what_scrolls_into_view_and_never_shrink() -> None:
    app = TableHost()
    app.rows.changed[500, 0] = Cell("a-long-name-xyz")
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(1, 1000))
        narrow = cells_of(app)[0].index("State")
        table.move_to(500)
        await pilot.pause()
        wide = cells_of(app)[0].index("State")
        assert wide > narrow
        assert "a-long-name-xyz" in cells_of(app)[cursor_line(app)]
        table.move_to(1)
        await pilot.pause()
        assert cells_of(app)[0].index("State") == wide


async def test_invisible_rows_are_sampled_for_the_first_widths() -> None:
    app = TableHost()
    for key in range(400, 600):
        app.rows.changed[key, 0] = Cell("a-long-name-xyz")
    async with app.run_test(size=(80, 24)) as pilot:
        await show(pilot, [])
        await show(pilot, range(1000))
        assert cells_of(app)[0].index("State") == 17


def test_no_column_shrinks_when_another_needs_room() -> None:
    layout = Layout([Column("a", "A", 4, limit=8), Column("b", "B", 4, limit=8)], 16)
    layout.see([["a" * 20, "b"]])
    assert [slot.width for slot in layout.slots] == [10, 4]
    assert not layout.see([["a", "b" * 10]])
    assert [slot.width for slot in layout.slots] == [10, 4]


async def test_left_over_room_goes_to_long_text() -> None:
    app = TableHost()
    app.rows.changed[0, 4] = Cell("a" * 60)
    async with app.run_test(size=(110, 24)) as pilot:
        await show(pilot, range(3))
        assert "a" * 60 in cells_of(app)[1]


async def test_ascii_marks() -> None:
    app = TableHost(ascii=True)
    app.rows.changed[0, 0] = Cell("a-much-longer-name-than-fits")
    async with app.run_test(size=(40, 24)) as pilot:
        table = await show(pilot, range(3))
        table.set_sort("mtu", True)
        await pilot.pause()
        assert "MTUv" in cells_of(app)[0]
        assert "~" in cells_of(app)[1]
        assert "\n".join(cells_of(app)).isascii()


@pytest.mark.parametrize(("reverse", "arrow"), [(False, "▲"), (True, "▼")])
async def test_sorted_column_bears_an_arrow(reverse: bool, arrow: str) -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(3))
        app.table.painted = []
        table.set_sort("mtu", reverse)
        await pilot.pause()
        assert f"MTU{arrow}" in cells_of(app)[0]
        assert app.table.painted == [Region(0, 0, 80, 1)]
        table.set_sort(None, False)
        await pilot.pause()
        assert arrow not in cells_of(app)[0]


async def test_resizing_does_not_fetch_a_cursor_that_was_scrolled_away() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(1000))
        table.scroll_to(y=300, animate=False)
        await pilot.resize_terminal(60, 20)
        await pilot.pause()
        assert table.visible_keys()[0] == 300


async def test_resizing_down_to_one_cell_and_back() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(1000))
        table.move_to(700)
        for size in [(40, 10), (10, 3), (3, 2), (2, 1), (1, 1), (1, 3), (80, 2), (1, 1), (80, 24)]:
            await pilot.resize_terminal(*size)
            await show(pilot, range(1000))
            if size[1] > 1:
                assert 700 in table.visible_keys()
            assert {cell_len(line) for line in cells_of(app)} == {size[0]}
        assert table.cursor_key == 700
        assert "eth700 " in cells_of(app)[cursor_line(app)]


@pytest.mark.parametrize("count", [0, 1, 5])
async def test_one_cell_from_the_start(count: int) -> None:
    app = TableHost()
    async with app.run_test(size=(1, 1)) as pilot:
        table = await show(pilot, range(count))
        await pilot.press("j", "G", "g", "pagedown", "pageup", "enter", "k")
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert table.row_count == count
        assert ("eth0" in cells_of(app)[1]) == (count > 0)


# Text is text.


@pytest.mark.parametrize("text", ["[@click=quit]x", "[/b]", "[red]x[/red]", "\\[b]", ":smile:"])
async def test_markup_is_shown_as_it_is(text: str) -> None:
    app = TableHost()
    app.rows.changed[0, 0] = Cell(text)
    async with app.run_test(size=(80, 24)) as pilot:
        await show(pilot, [0])
        assert f">{text} " in cells_of(app)[1]
        await pilot.click(KeyedTable, offset=(3, 1))
        assert app.is_running
        assert isinstance(app.told[-1], KeyedTable.Chosen)


async def test_empty_table_says_so() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, [])
        assert cells_of(app)[1].rstrip() == " [b]nothing[/b] here"
        table.set_empty("no match")
        await pilot.pause()
        assert cells_of(app)[1].rstrip() == " no match"
        await show(pilot, range(2))
        assert "no match" not in "".join(cells_of(app))
        await show(pilot, [])
        assert [line.strip() for line in cells_of(app)[1:4]] == ["no match", "", ""]


# Keys and mouse.


@pytest.mark.parametrize(
    ("pressed", "key"),
    [
        (["down"], 51),
        (["j", "j"], 52),
        (["up"], 49),
        (["k", "k", "k"], 47),
        (["home"], 0),
        (["g"], 0),
        (["end"], 99),
        (["G", "down"], 99),
        (["g", "k"], 0),
        (["pagedown"], 73),
        (["pageup"], 27),
        (["pagedown"] * 9, 99),
        (["pageup"] * 9, 0),
    ],
)
async def test_keys_move_the_cursor_and_keep_it_in_view(pressed: list[str], key: int) -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(100))
        table.move_to(50)
        await pilot.press(*pressed)
        assert table.cursor_key == key
        assert key in table.visible_keys()
        assert f"eth{key} " in cells_of(app)[cursor_line(app)]


async def test_paging_keeps_the_screen_line() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(1000))
        table.move_to(500)
        await pilot.press("j", "j", "j")
        line = cursor_line(app)
        await pilot.press("pageup")
        assert cursor_line(app) == line


async def test_enter_and_click_choose_the_cursor_row() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(100))
        table.scroll_to(y=10, animate=False)
        await pilot.click(KeyedTable, offset=(5, 4))
        await pilot.pause()
        assert [type(message) for message in app.told] == [KeyedTable.Moved] * 2
        assert table.cursor_key == 13
        await pilot.click(KeyedTable, offset=(5, 4))
        await pilot.press("enter")
        chosen = [message for message in app.told if isinstance(message, KeyedTable.Chosen)]
        assert [(message.key, message.table, message.control) for message in chosen] == [(13, table, table)] * 2


async def test_click_below_the_rows_and_enter_in_an_empty_table_do_nothing() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(3))
        await pilot.click(KeyedTable, offset=(5, 10))
        assert table.cursor_key == 0
        await show(pilot, [])
        app.told.clear()
        await pilot.press("enter", "j", "G")
        await pilot.click(KeyedTable, offset=(5, 1))
        assert app.told == []


async def test_header_click_names_the_column() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(100))
        for column in COLUMNS:
            await pilot.click(KeyedTable, offset=(cells_of(app)[0].index(column.label), 0))
        clicked = [message for message in app.told if isinstance(message, KeyedTable.HeaderClicked)]
        assert [message.column for message in clicked] == [column.key for column in COLUMNS]
        assert table.cursor_key == 0


async def test_wheel_scrolls_and_leaves_the_cursor() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(100))
        await pilot._post_mouse_events([MouseScrollDown], KeyedTable, offset=(5, 5))
        await pilot.pause()
        top = table.visible_keys()[0]
        assert top > 0
        assert table.cursor_key == 0
        assert cells_of(app)[0].startswith(" Name")
        assert cells_of(app)[1].startswith(f" eth{top} ")
        await pilot.press("j")
        assert table.visible_keys()[0] <= 1
        assert cells_of(app)[cursor_line(app)].startswith(">eth1 ")


async def test_cursor_looks_different_without_focus_and_has_another_glyph() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(5))
        focused = table.render_line(1)
        table.blur()
        await pilot.pause()
        blurred = table.render_line(1)
        assert (focused.text[0], blurred.text[0]) == (">", "-")
        assert focused.text[1:] == blurred.text[1:]
        assert focused.text.startswith(">")
        assert list(focused) != list(blurred)
        ground = {style and style.bgcolor for _, style, _ in table.render_line(2)}
        assert len({style and style.bgcolor for _, style, _ in focused}) == 1
        assert ground.isdisjoint(style and style.bgcolor for _, style, _ in focused)


async def test_new_theme_repaints_with_its_colours() -> None:
    app = TableHost()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await show(pilot, range(5))
        before = table.render_line(2)
        app.theme = "textual-light"
        await pilot.pause()
        assert list(table.render_line(2)) != list(before)
