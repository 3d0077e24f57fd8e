"""Read-only: no message that changes anything and no file of the system's, on any way."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.app.change.test_retag import traced
from tests.app.names.test_names_saving import rename
from tests.driven import Driven, driven, states
from tests.links import Ip, cheap_kind, many
from tests.terminal import Terminal, session_of, terminal
from tui.files.names.version import NameFileError
from tui.guard.ending import Ending
from tui.guard.orphans import Orphan
from tui.model.gate import Gate
from tui.netlink import namespace
from tui.session.name_editor import NameEditor

TEXT = b"7\tseven\n8\teight\n"


@pytest.fixture
def names(tmp_path: Path, netns: None) -> Path:
    (tmp_path / "map").mkdir()
    path = tmp_path / "map" / "group"
    path.write_bytes(TEXT)
    return path


def untouched(names: Path) -> bool:
    return [path.name for path in names.parent.iterdir()] == ["group"] and names.read_bytes() == TEXT


async def test_the_name_map_is_neither_saved_nor_taken_back(names: Path) -> None:
    why = "Nothing can be saved: ifgroup was started with --read-only."
    async with driven(names, read_only=True, size=(200, 30)) as hands:
        await hands.press("n")
        await hands.sees("name map:", f" {why}")
        await rename(hands, 1, "seventh")
        await hands.press("w")
        await hands.until(lambda: said(hands) == why, why)
        await hands.press("z")
        await hands.until(lambda: said(hands) == why, why)
        await hands.press("escape")
        await hands.sees("Unsaved changes")
        await hands.press("w")
        await hands.until(lambda: said(hands) == why, why)
        await hands.press("escape")
        await hands.sees("Unsaved changes")
        await hands.press("x")
        await hands.until(lambda: hands.app.screen is hands.main, "the main screen")
        assert not hands.session.log.entries
    assert untouched(names)


def said(hands: Driven) -> str:
    lines = hands.app.screen.query("#message")
    return " ".join(lines.first().text.split()) if lines else ""  # type: ignore[attr-defined]


def test_a_save_is_refused_below_the_keys(names: Path) -> None:
    editor = NameEditor(names, Gate(read_only=True))
    editor.edit(editor.document.rename(1, "seventh"))
    for in_place in (False, True):
        with pytest.raises(NameFileError, match="started with --read-only"):
            editor.save(in_place)
    assert untouched(names)


@contextmanager
def systems_place() -> Iterator[Path]:
    """Yield a directory of the system's that is empty and nobody else's for the time."""
    place = Path("/usr/local")
    try:
        namespace.mount("none", str(place), "tmpfs")
    except OSError as error:
        pytest.skip(f"nothing can be mounted here: {error.strerror}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


async def write_into(hands: Driven, folder: Path) -> None:
    await hands.press("w")
    await hands.sees("into which directory?")
    box = hands.app.screen.query_one(Input)
    box.value = str(folder)
    await hands.press("enter")


async def test_exports_go_to_a_place_of_the_operators_alone(ip: Ip, names: Path, tmp_path: Path) -> None:
    many(cheap_kind(ip), 2, 7, up=False)
    with systems_place() as place:
        (tmp_path / "way").symlink_to(place)
        async with driven(names, read_only=True, size=(170, 30)) as hands:
            await hands.press("n", "p")
            for folder in (place, tmp_path / "way"):
                await write_into(hands, folder)
                await hands.sees("that is the system's, and ifgroup was started with --read-only")
                await hands.press("1")
            await write_into(hands, tmp_path)
            await hands.sees("Written: ")
        assert list(place.iterdir()) == []
    assert (tmp_path / "ifgroup.batch").exists()


async def test_nothing_is_measured(ip: Ip, names: Path) -> None:
    many(cheap_kind(ip), 2, 7, up=False)
    async with driven(names, read_only=True) as hands:
        await hands.choose(7)
        await hands.press("t")
        await hands.sees("Enter starts")
        await hands.press("enter")
        await hands.sees("Nothing is measured,", "started with --read-only.")


async def test_what_a_guard_left_behind_is_not_taken_back(names: Path) -> None:
    async with driven(names, read_only=True) as hands:
        heard: list[Ending | str] = []
        hands.services.take_back(Orphan(Path("/nowhere"), "a change", datetime.now(UTC), None), heard.append)
        await hands.until(lambda: heard, "an answer")
    assert heard == ["Nothing was taken back: ifgroup was started with --read-only."]


WRITES = re.compile(
    r"\bsend.*nlmsg_type=RTM_(?:NEW|SET|DEL)|\b(?:rename|renameat|renameat2|link|linkat|unlink|unlinkat|mkdir|mkdirat|rmdir|chmod|"
    r"fchmod|fchmodat|chown|fchown|setxattr|fsetxattr|truncate|ftruncate|symlink|symlinkat)\(|O_WRONLY|O_RDWR|O_CREAT|O_TRUNC"
)
OURS = re.compile(r'"/dev/(?:null|tty|pts/\d+|ptmx)"|/__pycache__(?:/|")|memfd_create|resumed>|= -1 ')


def pressed_through(made: Terminal, folder: Path) -> None:
    """Press every key that could write something, and answer what it asks."""
    made.press("jj")
    made.shows("> ", "seven")
    for key in "udMmrz":
        made.press(key)
        made.shows("Nothing can be changed: started with --read-only.")
    made.press("t")
    made.shows("Enter starts")
    made.press("\r")
    made.shows("Nothing is measured")
    made.press("\x1b")
    made.hides("Nothing is measured")
    made.press("n")
    made.shows("name map:", "started with --read-only")
    made.press("x")
    made.shows("Delete seven?")
    made.press("y")
    made.shows("Deleted seven", "unsaved")
    for key in "wz":
        made.press(f"m{key}")
        made.hides("There is nothing here that a key could mend.")
    made.press("p")
    made.shows("A tag lives")
    made.press("w")
    made.shows("which directory")
    made.press("\x15" + str(folder) + "\r")
    made.shows("that is the system's")


def test_strace_sees_no_write_on_any_way(ip: Ip, names: Path, tmp_path: Path) -> None:
    many(cheap_kind(ip), 3, 7, up=False)
    names.write_bytes(TEXT + b"9\tnine\n")
    before, record = states(ip), tmp_path / "trace"
    audit = ("--audit", str(tmp_path / "audit"))
    with (
        systems_place() as place,
        terminal("-m", "tui", "--read-only", "--names", str(names), *audit, env={"SSH_CONNECTION": ""}) as made,
    ):
        with traced(made, record, "%file,%network,fchmod,fchown,ftruncate,fsetxattr"):
            pressed_through(made, place)
        children = session_of(made.pid)
    lines = record.read_text(errors="replace").splitlines()
    assert any("iproute2" in line or str(names) in line for line in lines), "strace saw nothing"
    assert [line for line in lines if WRITES.search(line) and not OURS.search(line)] == []
    assert children == [made.pid]
    assert states(ip) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map", "trace"]
    assert os.listdir(names.parent) == ["group"]
