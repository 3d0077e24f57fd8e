"""The name map's screen: saving, taking back, and somebody else at the same file."""

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.driven import Driven, driven
from tui.netlink import namespace
from widgets.keyed_table.table import KeyedTable

TEXT = b"# ours \xff\r\n7\tcustomers\n\n 8   dmz  # why\n99\tlater"
BIND, READ_ONLY, REMOUNT = 4096, 1, 32  # linux/mount.h


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Path]:
    """A tmpfs of our own."""
    try:
        namespace.mount("none", str(tmp_path), "tmpfs")
    except OSError as error:
        pytest.skip(f"no tmpfs of our own: {error.strerror}")
    yield tmp_path
    subprocess.run(["umount", "-l", tmp_path], check=True)


@pytest.fixture
def names(room: Path, netns: None) -> Path:
    path = room / "group"
    path.write_bytes(TEXT)
    return path


@asynccontextmanager
async def name_map(path: Path) -> AsyncIterator[Driven]:
    async with driven(path, size=(170, 30)) as hands:
        await hands.press("n")
        await hands.sees("name map:")
        yield hands


async def rename(hands: Driven, line: int, name: str) -> None:
    """Rename the entry on a line; nobody is in its group."""
    table = hands.app.screen.query_one(KeyedTable)
    await hands.press("g", *"j" * table.keys.index(line), "r")
    await hands.sees("New name of group")
    box = hands.app.screen.query_one(Input)
    await hands.press("ctrl+u")
    await hands.until(lambda: not box.value, "an empty line")
    await hands.type(name)
    await hands.until(lambda: box.value == name, name)
    await hands.press("enter")
    await hands.sees(f"to {name}. Not saved yet")


async def save(hands: Driven) -> None:
    await hands.press("w")
    await hands.sees("Save ", "y: save")
    await hands.press("y")


async def test_saving_shows_the_diff_and_touches_one_line(names: Path) -> None:
    async with name_map(names) as hands:
        await hands.press("w")
        await hands.sees("There is nothing to save.")
        await rename(hands, 4, "outside")
        for key in ("escape", "enter"):  # both are no
            await hands.press("w")
            await hands.sees("y: save", "- 8   dmz  # why", "+ 8   outside  # why")
            await hands.press(key)
            if key == "enter":
                await hands.sees("y: save")
                await hands.press("escape")
            await hands.sees("Not saved.", "unsaved")
        assert names.read_bytes() == TEXT
        await save(hands)
        await hands.sees("Saved ", "z takes it back.", "3 entries   saved")
        assert names.read_bytes() == TEXT.replace(b"dmz", b"outside")
        assert names.with_name("group-").read_bytes() == TEXT
        assert sorted(os.listdir(names.parent)) == ["group", "group-"]
        await hands.press("escape")
        await hands.until(lambda: hands.app.screen is hands.main, "the main screen")
        await hands.sees("outside")


async def test_the_last_save_is_taken_back(names: Path) -> None:
    async with name_map(names) as hands:
        await hands.press("z")
        await hands.sees("Nothing was saved yet in this session.")
        await rename(hands, 4, "outside")
        await save(hands)
        await hands.sees("z takes it back")
        await hands.press("z")
        await hands.sees("- 8   outside", "+ 8   dmz", "y: save")
        await hands.press("y")
        await hands.until(lambda: names.read_bytes() == TEXT, "the old file")
        await hands.sees("3 entries   saved")


async def test_taking_back_leaves_what_somebody_else_wrote_since(names: Path) -> None:
    async with name_map(names) as hands:
        await rename(hands, 4, "outside")
        await save(hands)
        await hands.sees("z takes it back")
        names.write_bytes(names.read_bytes() + b"\n100\ttheirs\n")
        await hands.sees("Read anew: somebody else changed the file.", "theirs")
        await hands.press("z", "y")
        await hands.until(lambda: b"dmz" in names.read_bytes(), "the old name")
        assert names.read_bytes() == TEXT + b"\n100\ttheirs\n"


@pytest.mark.parametrize("key", ["escape", "x", "w"])
async def test_leaving_asks_about_what_is_unsaved(names: Path, key: str) -> None:
    async with name_map(names) as hands:
        await rename(hands, 4, "outside")
        await hands.press("escape")
        await hands.sees("Unsaved changes", "+ 8   outside", "w: save", "x: throw it away")
        await hands.press(key)
        if key == "escape":
            await hands.sees("outside", "unsaved", "name map:")
        else:
            await hands.until(lambda: hands.app.screen is hands.main, "the main screen")
            await hands.sees("outside" if key == "w" else "dmz")
    assert names.read_bytes() == (TEXT.replace(b"dmz", b"outside") if key == "w" else TEXT)


async def test_somebody_elses_change_is_read_while_nothing_is_edited(names: Path) -> None:
    async with name_map(names) as hands:
        names.write_bytes(b"5\tfive\n")
        await hands.sees("Read anew: somebody else changed the file.", "five", "1 entry   saved")
        names.unlink()
        await hands.sees("0 entries", "no entries")
        os.mkfifo(names)
        await hands.sees("is a FIFO, not a file")


async def test_a_change_under_a_prompt_is_not_undone_by_its_answer(names: Path) -> None:
    async with name_map(names) as hands:
        await hands.press("g", "r")
        await hands.sees("New name of group 7")
        names.write_bytes(TEXT.replace(b"dmz", b"theirs"))
        await hands.pilot.pause(2.5)  # two looks at the file
        await hands.press("end", "x", "enter")
        await hands.sees("customersx", "unsaved")
        await save(hands)
        await hands.sees("both edits are merged here. Look, then w saves.", "theirs")
        await save(hands)
        await hands.until(lambda: b"customersx" in names.read_bytes(), "the save")
        assert names.read_bytes() == TEXT.replace(b"dmz", b"theirs").replace(b"customers", b"customersx")


@pytest.mark.parametrize(
    ("key", "expected"), [("m", b"mine"), ("t", b"theirs"), ("b", b""), ("o", b"dmz"), ("escape", None)]
)
async def test_overlapping_edits_are_chosen_by_hand(names: Path, key: str, expected: bytes | None) -> None:
    theirs = TEXT.replace(b"dmz", b"theirs").replace(b"later", b"sooner")
    async with name_map(names) as hands:
        await rename(hands, 4, "mine")
        await rename(hands, 2, "clients")
        names.write_bytes(theirs)
        await hands.sees("Somebody else changed the file; saving will merge both edits.")
        await save(hands)
        await hands.sees("(1 of 1). Which?", "base     8   dmz", "mine     8   mine", "theirs   8   theirs")
        await hands.press(key)
        if expected is None:
            await hands.sees("nothing of yours is lost: w tries again.", "mine", "clients", "unsaved")
            assert names.read_bytes() == theirs
            return
        await hands.sees("both edits are merged here. Look, then w saves.", "sooner", "clients")
        assert names.read_bytes() == theirs
        await save(hands)
        await hands.until(lambda: b"clients" in names.read_bytes(), "the save")
        middle = b" 8   %b  # why\n" % expected if expected else b" 8   mine  # why\n 8   theirs  # why\n"
        merged = b"# ours \xff\r\n7\tclients\n\n" + middle + b"99\tsooner"
        assert names.read_bytes() == merged


@pytest.mark.parametrize("what", ["file", "directory"])
async def test_a_read_only_place_is_told_and_nothing_is_lost(names: Path, what: str) -> None:
    place = names if what == "file" else names.parent
    async with name_map(names) as hands:
        await rename(hands, 4, "outside")
        if what == "file":
            namespace.mount(str(place), str(place), "none", BIND)
        namespace.mount("none", str(place), "none", REMOUNT | READ_ONLY | (BIND if what == "file" else 0))
        try:
            await hands.sees("can't be saved: its file system is read-only; remount it")
            await save(hands)
            await hands.sees("was not saved and is as it was: its file system is read-only", "outside", "unsaved")
            assert names.read_bytes() == TEXT
        finally:
            if what == "file":
                subprocess.run(["umount", place], check=True)
            else:
                # mount(8) asks for more than a user namespace grants.
                namespace.mount("none", str(place), "none", REMOUNT)
        await hands.until(lambda: "you may write it" in hands.text, "the right to write")
        await save(hands)
        await hands.until(lambda: names.read_bytes() == TEXT.replace(b"dmz", b"outside"), "the save")


@pytest.mark.parametrize("key", ["escape", "i"])
async def test_a_bind_mounted_file_is_offered_to_be_written_in_place(names: Path, key: str) -> None:
    (real := names.with_name("real")).write_bytes(TEXT)
    namespace.mount(str(real), str(names), "none", BIND)
    try:
        async with name_map(names) as hands:
            await rename(hands, 4, "outside")
            await save(hands)
            await hands.sees("It can't be replaced at once.", "it is a mount point", "i: write in place")
            assert real.read_bytes() == TEXT
            await hands.press(key)
            await hands.sees("Saved " if key == "i" else "Not saved.", "   saved" if key == "i" else "unsaved")
            assert real.read_bytes() == (TEXT.replace(b"dmz", b"outside") if key == "i" else TEXT)
    finally:
        subprocess.run(["umount", names], check=True)


@pytest.mark.parametrize("others", [1, 2])
async def test_a_hard_link_that_a_save_breaks_is_told_before(names: Path, room: Path, others: int) -> None:
    for number in range(others):
        os.link(names, room / f"other{number}")
    rest = "another name (a hard link), which keeps" if others == 1 else "2 other names (hard links), which keep"
    told = f"This file has {rest} the old content"
    async with name_map(names) as hands:
        await rename(hands, 2, "clients")
        await hands.press("w")
        await hands.sees(told, "y: save")
        assert names.stat().st_nlink == others + 1
        await hands.press("y")
        await hands.sees("Saved ")
        assert (room / "other0").read_bytes() == TEXT
        assert b"clients" in names.read_bytes()
        await rename(hands, 2, "guests")
        await hands.press("w")
        await hands.sees("y: save")
        assert "hard link" not in hands.text
