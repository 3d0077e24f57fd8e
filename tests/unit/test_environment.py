"""What the environment may decide, and what not."""

import pytest

from tui.cli.environment import only_ascii, tame


@pytest.mark.parametrize(
    ("environ", "left"),
    [
        ({"LINES": "24", "COLUMNS": "80"}, {"LINES": "24", "COLUMNS": "80"}),
        ({"LINES": "1000000", "COLUMNS": "80"}, {"COLUMNS": "80"}),
        ({"LINES": "24", "COLUMNS": "9" * 5000}, {"LINES": "24"}),
        ({"LINES": "0", "COLUMNS": "-80"}, {}),
        ({"LINES": "many", "COLUMNS": ""}, {}),
        ({"LINES": "٢٤", "COLUMNS": "8_0"}, {}),
        ({"TEXTUAL_PRESS": "n,d", "TEXTUAL_LOG": "/tmp/x", "TEXTUAL": "devtools", "TEXTUAL_SCREENSHOT": "1"}, {}),
        ({"TEXTUAL_FPS": "10", "TEXTUAL_COLOR_SYSTEM": "256"}, {"TEXTUAL_FPS": "10", "TEXTUAL_COLOR_SYSTEM": "256"}),
        ({"TEXTUAL_COLOR_SYSTEM": ""}, {}),
        ({"HOME": "/", "TEXTUALLY": "x"}, {"HOME": "/", "TEXTUALLY": "x"}),
    ],
)
def test_only_looks_are_left(environ: dict[str, str], left: dict[str, str]) -> None:
    tame(environ)
    assert environ == left


@pytest.mark.parametrize("colours", ["mauve", "AUTO", "\x1b[7m", "windows"])
def test_an_unknown_color_system_is_one_sentence(colours: str) -> None:
    with pytest.raises(ValueError, match=r"^TEXTUAL_COLOR_SYSTEM is “.*”; set it to auto, .* or unset it\.$") as error:
        tame({"TEXTUAL_COLOR_SYSTEM": colours})
    assert "\x1b" not in str(error.value)


@pytest.mark.parametrize(
    ("environ", "ascii"),
    [
        ({}, False),
        ({"TERM": "xterm-256color", "LANG": "en_GB.UTF-8"}, False),
        ({"LANG": "no_SUCH.utf8"}, False),
        ({"LANG": "C"}, True),
        ({"LC_ALL": "POSIX", "LANG": "en_GB.UTF-8"}, True),
        ({"LC_ALL": "", "LC_CTYPE": "C.UTF-8", "LANG": "C"}, False),
        ({"LC_CTYPE": "C", "LANG": "en_GB.UTF-8"}, True),
        ({"TERM": "vt100", "LANG": "en_GB.UTF-8"}, True),
        ({"TERM": "dumb"}, True),
        ({"TERM": "linux", "LANG": "C.UTF-8"}, False),
    ],
)
def test_where_ascii_alone_is_written(environ: dict[str, str], ascii: bool) -> None:
    assert only_ascii(environ) is ascii


def test_a_locale_without_a_codeset_is_asked_for_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for codeset, ascii in (("ISO-8859-1", True), ("UTF-8", False)):
        monkeypatch.setattr("locale.getencoding", lambda codeset=codeset: codeset)
        assert only_ascii({"LANG": "de_DE"}) is ascii
