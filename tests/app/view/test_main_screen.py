"""The two tables: what they show, and how they follow what is typed and what the kernel does."""

import os
from pathlib import Path

import pytest

from tests.driven import driven, states
from tests.links import Ip, add, cheap_kind, index_of, many
from tests.watch import netlink_descriptors
from tests.writers import record_sends
from tui.model.view.order import ALL_GROUPS
from tui.netlink import monitor
from tui.netlink.sockets import RTMGRP_LINK
from tui.present.columns import GROUP_COLUMNS, LINK_COLUMNS


@pytest.fixture
def names(names: Path) -> Path:
    names.write_text(names.read_text() + "99\tlater\n")
    return names


@pytest.fixture
def two_groups(ip: Ip) -> str:
    """Three links in group 7, two of them up, and two in group 8."""
    kind = cheap_kind(ip)
    many(kind, 3, 7, up=False, prefix="a")
    many(kind, 2, 8, up=False, prefix="b")
    ip("link", "set", "a0", "up")
    ip("link", "set", "a1", "up", "mtu", 1400)
    return kind


async def test_both_tables_fill(ip: Ip, names: Path, two_groups: str) -> None:
    async with driven(names) as hands:
        assert hands.row("7")[:5] == ["7", "customers", "3", "2", "1"]
        assert hands.row("7")[5] == "1400…1500,"
        assert hands.row("8")[:6] == ["8", "dmz", "2", "0", "2", "1500"]
        for index, group in ((0, "customers"), (1, "customers")):
            assert hands.row(f"a{index}")[1:3] == [str(index_of(ip, f"a{index}")), group]
        assert hands.row("a1")[3].startswith("up/")
        assert hands.row("b0")[3:5] == ["down", "1500"]
        assert two_groups in hands.row("b0")
        assert "(all groups)" in hands.text


async def test_the_first_row_is_the_total(ip: Ip, two_groups: str) -> None:
    async with driven() as hands:
        links = states(ip).values()
        up = sum(link.up for link in links)
        assert hands.row("*")[:6] == ["*", "(all", "groups)", str(len(links)), str(up), str(len(links) - up)]
        assert hands.main.group_table.cursor_key == ALL_GROUPS
        assert sorted(hands.shown) == sorted(states(ip))


async def test_a_group_that_has_only_a_name_is_shown_empty(netns: None, names: Path) -> None:
    async with driven(names) as hands:
        assert hands.row("99") == ["99", "later", "0", "0", "0"]
        await hands.choose(99)
        await hands.sees("interfaces of group later (99)   0 members", "no interfaces")


async def test_choosing_a_group_narrows_the_interfaces_to_it(ip: Ip, names: Path, two_groups: str) -> None:
    async with driven(names) as hands:
        await hands.choose(7)
        assert hands.shown == ["a0", "a1", "a2"]
        assert "interfaces of group customers (7)   3 members" in hands.text
        await hands.press("j")
        assert hands.shown == ["b0", "b1"]
        ip("link", "set", "a0", "group", 8)
        await hands.until(lambda: sorted(hands.shown) == ["a0", "b0", "b1"], "the link that joined")
        await hands.press("g")
        assert len(hands.shown) == len(states(ip))


async def test_the_filter_narrows_and_escape_restores(ip: Ip, two_groups: str) -> None:
    ip("link", "set", "b1", "alias", "the Printer")
    async with driven() as hands:
        everything = hands.shown
        await hands.press("slash")
        await hands.type("PRINT")
        assert hands.shown == ["b1"]
        await hands.sees(f"1 of {len(everything)} shown   filter: PRINT")
        await hands.press("enter")
        assert hands.main.group_table.has_focus
        assert hands.shown == ["b1"]
        await hands.press("escape")
        assert hands.shown == everything
        await hands.press("slash")
        await hands.type("q?u")
        assert hands.shown == []  # letters are text here, no commands
        await hands.press("escape")
        assert hands.shown == everything
        assert hands.app.screen is hands.main


async def test_terms_by_column_are_joined_and_what_is_wrong_stands_under_them(
    ip: Ip, names: Path, two_groups: str
) -> None:
    async with driven(names) as hands:
        await hands.press("slash")
        await hands.type("group:cust* state:up")
        await hands.until(lambda: hands.shown == ["a0", "a1"], "two of them")
        await hands.type(" mtu:")
        await hands.sees("mtu: wants a number, such as mtu:>1500")
        await hands.press("enter")
        assert hands.main.filtering.box.display
        await hands.type("<1500")
        await hands.until(lambda: hands.shown == ["a1"], "one of them")
        await hands.press("enter")
        assert not hands.main.filtering.box.display
        await hands.sees("filter: group:cust* state:up mtu:<15")
        ip("link", "set", "a0", "mtu", 1300)
        await hands.until(lambda: hands.shown == ["a0", "a1"], "who passes now")


async def test_the_last_filters_are_behind_the_arrow_key_and_group_names_are_completed(
    ip: Ip, names: Path, two_groups: str
) -> None:
    async with driven(names) as hands:
        for text in ("name:a", "state:down"):
            await hands.press("slash", "ctrl+u")
            await hands.type(text)
            await hands.press("enter")
        await hands.press("escape", "slash", "up", "up")
        await hands.until(lambda: hands.shown == ["a0", "a1", "a2"], "the first filter")
        await hands.press("ctrl+u")
        await hands.type("group:dm")
        await hands.press("right", "enter")
        await hands.sees("filter: group:dmz")
        assert hands.shown == ["b0", "b1"]


async def test_the_filter_goes_on_while_the_kernel_changes_things(ip: Ip, two_groups: str) -> None:
    async with driven() as hands:
        await hands.press("slash")
        await hands.type("xa")  # no hardware address holds an x
        assert hands.shown == []
        ip("link", "set", "b1", "name", "xa1x")
        await hands.until(lambda: hands.shown == ["xa1x"], "the renamed link")


@pytest.mark.parametrize("table", ["groups", "links"])
async def test_sorting_keeps_the_cursor_on_its_key(ip: Ip, two_groups: str, table: str) -> None:
    async with driven() as hands:
        shown = hands.main.group_table
        if table == "links":
            await hands.press("tab")
            shown = hands.main.link_table
        await hands.press("G", "k")
        key, orders = shown.cursor_key, set()
        columns = GROUP_COLUMNS if table == "groups" else LINK_COLUMNS
        for _ in columns:
            await hands.press("s")
            orders.add(tuple(shown.keys))
            assert shown.cursor_key == key
            await hands.press("S")
            orders.add(tuple(shown.keys))
            assert shown.cursor_key == key
        assert len(orders) > 3


async def test_rows_follow_the_kernel_and_the_cursor_its_index(ip: Ip, two_groups: str) -> None:
    async with driven() as hands:
        await hands.press("tab", "G")
        key = hands.main.link_table.cursor_key
        ip("link", "del", "a0")
        ip("link", "set", "b1", "name", "renamed")
        add(ip, two_groups, "fresh")
        await hands.until(lambda: {"fresh", "renamed"} <= set(hands.shown) and "a0" not in hands.shown, "news")
        assert hands.main.link_table.cursor_key == key == index_of(ip, "renamed")


async def test_a_frozen_picture_counts_what_is_pending_and_writes_nothing(
    ip: Ip, two_groups: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = record_sends(monkeypatch)
    async with driven() as hands:
        await hands.choose(7)
        await hands.press("f")
        await hands.sees("FROZEN, 0 changes pending")
        ip("link", "set", "a0", "mtu", 1300)
        await hands.sees("FROZEN, 1 change pending")
        ip("link", "set", "a1", "mtu", 1300)
        await hands.sees("FROZEN, 2 changes pending")
        assert hands.row("a0")[4] == "1500"
        for key in ("u", "d", "M", "m"):
            await hands.press(key)
            await hands.hears("The picture is frozen")
            await hands.press("?")  # something else is said in between
            await hands.press("escape")
        await hands.press("f")
        assert "FROZEN" not in hands.text
        assert hands.row("a0")[4] == "1300"
    assert sent == []


async def test_enter_drills_in_and_shows_the_details(ip: Ip, two_groups: str) -> None:
    ip("link", "set", "a1", "alias", "an [b]alias[/b]")
    async with driven() as hands:
        await hands.choose(7)
        await hands.press("enter")
        assert hands.main.link_table.has_focus
        await hands.press("j")
        await hands.sees("a1  index", "alias an [b]alias[/b]")  # the pane
        await hands.press("enter")
        await hands.sees("Interface a1  (Esc: back)", "MTU            1400 bytes", f"kind           {two_groups}")
        await hands.press("escape", "escape")
        assert hands.main.group_table.has_focus


async def test_a_name_map_edited_on_disk_is_shown(ip: Ip, names: Path, two_groups: str) -> None:
    async with driven(names) as hands:
        await hands.sees("customers")
        names.write_text("7\tclients\n100\tnew\n")
        await hands.sees("clients", "new")
        assert "customers" not in hands.text
        assert "later" not in hands.text
        names.write_text("7\tclients\nnonsense\n")
        await hands.hears("malformed at line 2")
        names.unlink()
        await hands.hears("can't be read", "showing numbers")
        assert hands.row("7")[1:3] == ["(no", "name)"]


async def test_a_broken_monitor_is_told_and_started_again(
    ip: Ip, two_groups: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitor, "_BACKOFF", (1.0,) * 5)
    async with driven() as hands:
        await hands.until(lambda: "● live" in hands.line("status"), "a live view")
        (descriptor,) = netlink_descriptors(RTMGRP_LINK)
        null = os.open("/dev/null", os.O_RDONLY)
        os.dup2(null, descriptor)
        os.close(null)
        await hands.sees("✖ stale: Socket operation on non-socket")
        ip("link", "set", "a0", "mtu", 1234)
        await hands.sees("● live", "1234")
        assert "stale" not in hands.text


async def test_small_terminals_lose_what_matters_least(ip: Ip, two_groups: str) -> None:
    async with driven() as hands:
        await hands.choose(7)
        for size in ((40, 12), (20, 10), (10, 5), (3, 3), (1, 1)):
            await hands.pilot.resize_terminal(*size)
            await hands.press("j", "k", "tab", "shift+tab")
        await hands.pilot.resize_terminal(160, 48)
        await hands.sees("MEMBERS", "MASTER", "live", "quit", "interfaces of group 7")
        await hands.pilot.resize_terminal(80, 24)
        await hands.sees("interfaces of group 7", "live", "u up")
        assert hands.main.group_table.cursor_key == 7
