"""What makes the present tags permanent: shown, copied, written, never over a file that is there."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.driven import Driven, driven
from tests.hostile import controls
from tests.links import Ip, add, cheap_kind, many

WAYS = {
    "1": ("ip -batch script", ["ifgroup.batch"], "link set dev a0 group 7"),
    "2": ("systemd-networkd", ["60-group-55.network", "60-group-7.network"], "Group=7"),
    "3": ("udev rule", ["90-ifgroup.rules"], 'KERNEL=="a0", ATTR{netdev_group}="7"'),
    "4": ("ifupdown", ["ifgroup"], "post-up ip link set dev a0 group 7"),
}


@pytest.fixture
def kind(ip: Ip) -> str:
    """No links yet."""
    return cheap_kind(ip)


@pytest.fixture
def links(kind: str) -> None:
    many(kind, 2, 7, up=False, prefix="a")
    many(kind, 1, 55, up=False, prefix="b")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory that is proposed."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@asynccontextmanager
async def permanent() -> AsyncIterator[Driven]:
    async with driven(size=(150, 40)) as hands:
        await hands.press("n")
        await hands.sees("name map:")
        await hands.press("p")
        await hands.sees("A tag lives as long as its interface", "y: copy   w: write   Esc: back")
        yield hands


async def write(hands: Driven, folder: Path, said: str) -> None:
    await hands.press("w")
    await hands.sees("into which directory?")
    box = hands.app.screen.query_one(Input)
    assert box.value == str(folder)
    await hands.press("enter")
    await hands.sees(said)


@pytest.mark.parametrize("key", WAYS)
async def test_each_way_is_shown_copied_and_written_once(links: None, folder: Path, key: str) -> None:
    title, files, line = WAYS[key]
    async with permanent() as hands:
        await hands.press(key)
        await hands.sees(line, *files)
        await hands.press("y")
        await hands.sees("bytes handed to the terminal (OSC 52); many terminals drop that. w writes.")
        assert line in hands.app.clipboard
        await write(hands, folder, "Written: ")
        assert sorted(os.listdir()) == files
        written = {file: Path(file).read_text() for file in files}
        assert "".join(written.values()).count(line) == 1
        assert len("".join(written.values())) == len(hands.app.clipboard)
        Path(files[0]).write_text("mine now\n")
        await write(hands, folder, "exists; nothing was written over it.")
        assert {file: Path(file).read_text() for file in files} == {**written, files[0]: "mine now\n"}
        assert title in hands.text
        await hands.press("escape")
        await hands.sees("name map:")


async def test_all_files_are_written_or_none(links: None, folder: Path) -> None:
    (folder / "60-group-55.network").write_text("mine\n")
    async with permanent() as hands:
        await hands.press("2")
        await write(hands, folder, "60-group-55.network exists; nothing was written over it.")
        assert os.listdir() == ["60-group-55.network"]
        (folder / "60-group-55.network").unlink()
        await write(hands, folder, "Written: ")


async def test_a_directory_that_can_not_be_written_into_is_told_while_typing(links: None, folder: Path) -> None:
    async with permanent() as hands:
        await hands.press("w")
        await hands.sees("into which directory?")
        await hands.type("/none")
        await hands.sees("There is no such directory.")
        await hands.press("enter", "escape")
        await hands.sees("y: copy   w: write   Esc: back")
        assert os.listdir() == []


async def test_without_tags_there_is_nothing_to_write(ip: Ip, folder: Path) -> None:
    async with permanent() as hands:
        await hands.press("2", "w")
        await hands.sees("There is nothing to write: no interface is in another group than 0.")
        await hands.press("y")
        await hands.sees("There is nothing to copy")


async def test_hostile_names_are_escaped_and_not_copied(ip: Ip, kind: str, folder: Path) -> None:
    add(ip, kind, b"esc\x1b[7z\xff")
    ip("link", "set", "dev", b"esc\x1b[7z\xff", "group", 9)
    async with permanent() as hands:
        for key in WAYS:
            await hands.press(key)
            await hands.sees("x1b[7z\\")
            assert not controls(hands.text)
        await hands.press("1", "y")
        await hands.sees("A name in it holds bytes that a clipboard would garble: w writes it to a file.")
        assert hands.app.clipboard == ""
        await write(hands, folder, "Written: ")
        assert b"link set dev esc\x1b[7z\xff group 9\n" in (folder / "ifgroup.batch").read_bytes()


async def test_a_long_export_is_cut_on_the_screen_and_written_whole(kind: str, folder: Path) -> None:
    many(kind, 600, 7, up=False)
    async with permanent() as hands:
        await hands.press("3", *["pagedown"] * 45)
        await hands.sees("more lines, which w writes")
        await write(hands, folder, "Written: ")
        assert (folder / "90-ifgroup.rules").read_text().count("ATTR{netdev_group}") == 600
