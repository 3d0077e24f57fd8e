"""The name map's screen: what it shows, and every edit that can be made before anything is saved."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.driven import Driven, driven
from tests.hostile import MAP, MAP_SHOWN, controls
from tests.links import Ip, cheap_kind, many
from tui.screens.names.screen import NamesScreen
from widgets.keyed_table.table import KeyedTable

TEXT = "# ours\n7\tcustomers\n8\tdmz\nnonsense here too\n99\tlater\n"


@pytest.fixture
def names(tmp_path: Path) -> Path:
    path = tmp_path / "group"
    path.write_text(TEXT)
    return path


@pytest.fixture
def members(ip: Ip) -> None:
    """Three links in group 7 and two in group 55, which has no name."""
    kind = cheap_kind(ip)
    many(kind, 3, 7, up=False, prefix="a")
    many(kind, 2, 55, up=False, prefix="b")


@asynccontextmanager
async def name_map(path: Path) -> AsyncIterator[Driven]:
    async with driven(path, size=(140, 30)) as hands:
        await hands.press("n")
        await hands.sees("name map:")
        yield hands


def rows(hands: Driven) -> list[str]:
    """Return the rows of the table that are on the screen, with single blanks."""
    lines = [" ".join(line.replace(">", " ").split()) for line in hands.text.splitlines()]
    return [line for line in lines if (line[:1].isdigit() and "finding" not in line) or line.startswith("- ")]


async def go(hands: Driven, key: int) -> None:
    """Go to a line of the file, with the keys."""
    table = hands.app.screen.query_one(KeyedTable)
    await hands.press("g", *"j" * table.keys.index(key))
    await hands.until(lambda: table.cursor_key == key, f"line {key}")


async def fill(hands: Driven, title: str, text: str) -> None:
    """Replace what a prompt holds."""
    await hands.sees(title)
    box = hands.app.screen.query_one(Input)
    await hands.press("ctrl+u")
    await hands.until(lambda: not box.value, "an empty line")
    await hands.type(text)
    await hands.until(lambda: box.value == text, text)


async def test_entries_members_findings_and_unnamed_groups(names: Path, members: None) -> None:
    async with name_map(names) as hands:
        await hands.sees("named with --names", "4 entries   saved   1 finding", "you may write it")
        assert rows(hands) == [
            "2 7 customers 3",
            "3 8 dmz 0",
            "4 nonsense here too malformed",
            "5 99 later 0",
            "- 55 (no name) 2 in use without a name",
        ]
        await go(hands, 4)
        await hands.sees(
            "This is no entry: “nonsense here too”.", "loses 1 name after it: later", "m: Make it a comment"
        )
        await hands.press("g")
        await hands.sees("# ours")


async def test_members_follow_the_kernel(names: Path, members: None, ip: Ip) -> None:
    async with name_map(names) as hands:
        ip("link", "set", "a0", "group", 8)
        ip("link", "set", "b0", "group", 56)
        await hands.until(lambda: {"2 7 customers 2", "3 8 dmz 1"} <= set(rows(hands)), "the members")
        await hands.until(lambda: "- 56 (no name) 1 in use without a name" in rows(hands), "the new group")


async def test_a_group_in_use_is_named_and_the_error_is_told_while_typing(names: Path, members: None) -> None:
    async with name_map(names) as hands:
        await hands.press("G")
        await hands.sees("Group 55 is in use and has no name: a gives it one.")
        await hands.press("a")
        for wrong, why in (
            ("dmz", "A name is unique: dmz is taken on line 3."),
            ("12", "A name of digits only"),
            ("0x1f", "begins with 0x"),
            ("-x", "A name begins with a letter or a digit"),
            ("a b", "not “ ”"),
            ("default", "default is group 0"),
            ("x" * 33, "at most 32 characters; this has 33"),
        ):
            await fill(hands, "Name of group 55", wrong)
            await hands.sees(why)
            await hands.press("enter")
            await hands.sees("Name of group 55", why)
        await fill(hands, "Name of group 55", "lab")
        await hands.press("enter")
        await hands.sees("Added lab for group 55. Not saved yet: w saves.", "unsaved")
        await hands.until(lambda: "4 55 lab 2" in rows(hands), "the entry, before the line at which ip stops")
    assert names.read_text() == TEXT


async def test_adding_asks_for_number_and_name(names: Path, netns: None) -> None:
    async with name_map(names) as hands:
        await hands.press("a")
        for wrong, why in (("8", "8 is named on line 3"), ("08", "leading zero"), ("4294967295", "0 to 2147483647")):
            await fill(hands, "New entry: the group's number", wrong)
            await hands.sees(why)
        await fill(hands, "New entry: the group's number", "0x20")
        await hands.press("enter")
        await fill(hands, "Name of group 32", "lab_1.x-y")
        await hands.press("enter")
        await hands.until(lambda: "4 32 lab_1.x-y 0" in rows(hands), "the entry")
        await hands.press("a")
        await fill(hands, "New entry: the group's number", "33")
        await hands.press("escape")
        await hands.sees("5 entries   unsaved")


async def test_a_name_in_use_is_asked_about_with_what_hangs_on_it(names: Path, members: None) -> None:
    async with name_map(names) as hands:
        await go(hands, 2)
        for key in ("escape", "enter", "y"):
            await hands.press("r")
            await fill(hands, "New name of group 7", "clients")
            await hands.press("enter")
            await hands.sees("Rename customers to clients? It has 3 members now.", "nftables rules", "ip link … group")
            await hands.press(key)
            if key == "enter":  # no answer
                await hands.sees("Rename customers to clients?")
                await hands.press("escape")
            if key != "y":
                await hands.until(lambda: "2 7 customers 3" in rows(hands), "the old name")
        await hands.sees("Renamed customers to clients. Not saved yet: w saves.")
        assert "2 7 clients 3" in rows(hands)
        await hands.press("i")
        await fill(hands, "New number for clients", "70")
        await hands.press("enter")
        await hands.sees("Renumber clients to 70?", "The tags don't follow the name: they stay 7.")
        await hands.press("y")
        await hands.until(lambda: {"2 70 clients 0", "- 7 (no name) 3 in use without a name"} <= set(rows(hands)), "70")
        await hands.press("x")  # nobody is in it now: no question
        await hands.sees("Deleted clients.")
        assert rows(hands)[0] == "2 8 dmz 0"
    assert names.read_text() == TEXT


async def test_a_comment_is_written_changed_and_removed(names: Path, netns: None) -> None:
    async with name_map(names) as hands:
        await go(hands, 2)
        await hands.press("c")
        await hands.sees("Comment above customers; empty: none", "ours")
        await fill(hands, "Comment above customers", "for Ütz")
        await hands.press("enter")
        await hands.sees("# for Ütz", "Comment changed.")
        await hands.press("c")
        await fill(hands, "Comment above customers", "")
        await hands.press("enter")
        await hands.until(lambda: rows(hands)[0] == "1 7 customers 0", "the first line")
        assert "# for" not in hands.text


@pytest.mark.parametrize(
    ("text", "line", "said", "after"),
    [
        ("1 a\ndmz 10\n2 b\n", 2, "Write “10 dmz”: done.", ["1 1 a 0", "2 10 dmz 0", "3 2 b 0"]),
        ("1 a\nnonsense\n2 b\n", 2, "Make it a comment: done.", ["1 1 a 0", "3 2 b 0"]),
        ("1 a\n1 b\n", 1, "Make it a comment: done.", ["2 1 b 0"]),
        ("1 a\n2 b\n", 1, "There is nothing here that a key could mend.", ["1 1 a 0", "2 2 b 0"]),
    ],
)
async def test_one_key_mends(netns: None, names: Path, text: str, line: int, said: str, after: list[str]) -> None:
    names.write_text(text)
    async with name_map(names) as hands:
        await go(hands, line)
        await hands.press("m")
        await hands.sees(said, "0 findings")
        assert rows(hands) == after
    assert names.read_text() == text


async def test_hostile_bytes_are_escaped_everywhere(names: Path, netns: None) -> None:
    names.write_bytes(MAP + b"\x1b[7z\xc2\x9b no entry\n")
    async with name_map(names) as hands:
        await hands.sees(*MAP_SHOWN)
        for number in range(1, 7):
            await go(hands, number)
            for key in "ri":
                await hands.press(key)
                title = "This line is no entry: m mends it, x deletes it." if number == 6 else "New n"
                await hands.sees(title)
                assert not controls(hands.text)
                await hands.press(*["escape"] * (number < 6))
                await hands.until(lambda: isinstance(hands.app.screen, NamesScreen), "the table")
        await hands.press("m")
        await hands.sees("Make it a comment: done.")
        await hands.press("w")
        await hands.sees("Save ", "no entry")
        assert not controls(hands.text)


async def test_ten_thousand_entries_open_filter_and_scroll(names: Path, netns: None) -> None:
    names.write_text("".join(f"{number}\tname{number}\n" for number in range(1, 10_001)))
    async with name_map(names) as hands:
        await hands.sees("10,000 entries")
        await hands.press("G")
        await hands.until(lambda: "10000 10000 name10000 0" in rows(hands), "the last")
        await hands.press("slash")
        await hands.type("NAME77")
        await hands.until(lambda: len(hands.app.screen.query_one(KeyedTable).keys) == 111, "what the filter leaves")
        await hands.press("enter", "g")
        await hands.until(lambda: rows(hands)[0] == "77 77 name77 0", "the first of them")
        await hands.press("escape")
        await hands.until(lambda: len(hands.app.screen.query_one(KeyedTable).keys) == 10_000, "all")
        await hands.press("escape")
        await hands.until(lambda: hands.app.screen is hands.main, "the main screen")


@pytest.mark.parametrize("kind", ["FIFO", "directory"])
async def test_what_is_no_file_is_told_and_the_console_goes_on(
    ip: Ip, tmp_path: Path, members: None, kind: str
) -> None:
    path = tmp_path / "odd"
    path.mkdir() if kind == "directory" else os.mkfifo(path)
    async with driven(path) as hands:
        await hands.press("n")
        await hands.hears(f"is a {kind}, not a file; move it away, or name another file with --names.")
        assert hands.app.screen is hands.main
        ip("link", "set", "a0", "group", 55)
        await hands.until(lambda: hands.row("55")[3:4] == ["3"], "the members")


async def test_the_filter_completes_names(names: Path, members: None) -> None:
    async with driven(names) as hands:
        await hands.press("slash")
        await hands.type("cust")
        await hands.sees("customers")
        box = hands.main.query_one("#filter", Input)
        await hands.until(lambda: box._suggestion == "customers", "the completion")
        await hands.press("right")
        await hands.until(lambda: box.value == "customers" and hands.shown == ["a0", "a1", "a2"], "the members")


async def test_a_child_and_a_whole_subtree_in_one_save(tmp_path: Path, members: None) -> None:
    path = tmp_path / "group"
    text = "0x100\tdc1\n7\tdc1/rack/web\n20\thome\n"
    path.write_text(text)
    async with name_map(path) as hands:
        assert "- dc1/rack/ 3 parent without a number" in rows(hands)
        await hands.press("A")
        await hands.sees("New name below dc1", "give both a name")
        await hands.type("db")
        await hands.sees("0x101 is free in dc1's block, 0x100-0x1ff.")
        await hands.press("enter")
        await hands.sees("Number of dc1/db")
        await hands.press("enter")
        await hands.sees("Added dc1/db for group 0x101. Not saved yet: w saves.")
        await hands.press("g", *"jjjj")
        await hands.sees("dc1/rack is a parent of 1 name: r renames it all, A adds to it, a gives it a number.")
        await hands.press("r")
        for wrong, why in (("home/", "give both a name"), ("7up/x", "A parent begins with a letter")):
            await fill(hands, "New name of dc1/rack and 1 name below it", wrong)
            await hands.sees(why)
        await fill(hands, "New name of dc1/rack", "home")
        await hands.sees("1 other name is at home or below it already.")
        await hands.press("enter")
        await hands.sees("It has 3 members now.", "whatever looks up dc1/rack/web")
        await hands.press("y")
        await hands.sees("dc1/rack is home now, with 1 name below it: 1 line renamed. Not saved yet")
        await hands.press("g", "r")
        await fill(hands, "New name of dc1 and 1 name below it", "dc2")
        await hands.press("enter")
        await hands.sees("dc1 is dc2 now, with 1 name below it: 2 lines renamed.")
        assert path.read_text() == text
        await hands.press("w")
        await hands.sees("+0x100    dc2")
        await hands.press("y")
        await hands.sees("Saved")
    assert path.read_text() == "0x100\tdc2\n7\thome/web\n0x101\tdc2/db\n20\thome\n"
    assert (tmp_path / "group-").read_text() == text
