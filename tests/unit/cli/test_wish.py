"""What the words of a writing verb mean."""

import io
import sys

import pytest

from tui.cli.commands import COMMANDS, Command
from tui.cli.wish import group_of, names_from_stdin
from tui.model.change.attributes import MTU, TXQUEUELEN, UP
from tui.model.change.settings import Settings
from tui.model.change.typed import settings_of
from tui.model.names.map import parse

NAMES = parse(b"7 dmz\n8 9\n10 bad\xff\n0x20 hex\n")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_each_command_has_a_file_that_can_be_asked(command: Command) -> None:
    loaded = command.load()
    assert callable(loaded.add)
    assert callable(loaded.run)


def test_settings_may_come_in_any_order() -> None:
    assert settings_of(["up", "txqueuelen", "1,000", "mtu", "9000"]) == Settings(
        {MTU: 9000, UP: True, TXQUEUELEN: 1000}
    )
    assert settings_of(["down"]) == Settings({UP: False})


@pytest.mark.parametrize(
    ("word", "group_id"),
    [("dmz", 7), ("7", 7), ("0x7", 7), ("9", 8), ("0x9", 9), ("hex", 32), ("default", 0), ("4294967295", 0xFFFFFFFF)],
)
def test_a_group_is_a_name_first_and_then_a_number(word: str, group_id: int) -> None:
    assert group_of(word, NAMES) == group_id


@pytest.mark.parametrize("word", ["bad\udcff", "bad\\xff"])
def test_a_name_that_isnt_utf_8_is_known_raw_and_as_it_is_shown(word: str) -> None:
    assert group_of(word, NAMES) == 10


@pytest.mark.parametrize("word", ["dm", "4294967296", "-1", "7x", "", "٧"])
def test_what_is_no_group_is_said(word: str) -> None:
    with pytest.raises(FileNotFoundError, match="There is no group"):
        group_of(word, NAMES)


@pytest.mark.parametrize(
    ("data", "nul", "names"),
    [
        (b"a\nb\n", False, [b"a", b"b"]),
        (b"a\r\n\nb", False, [b"a", b"b"]),
        (b"a\nb\0c\0", True, [b"a\nb", b"c"]),
        (b"\xff\x1b\n", False, [b"\xff\x1b"]),
        (b"", True, []),
    ],
)
def test_names_come_one_a_line_or_before_a_nul(
    data: bytes, nul: bool, names: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert names_from_stdin(nul) == names
