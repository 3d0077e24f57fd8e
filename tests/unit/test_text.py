"""`visible`: whatever the kernel or a file holds, only harmless and unambiguous text comes out."""

import itertools
import sys
import unicodedata
from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.links import fuzz
from tui.model.text import visible

# What tempts a terminal, or the escaping itself; joined at random, so that escapes meet what they stand for.
PIECES = (
    b"\\",
    b"\\\\",
    b"x80",
    b"\\x80",
    b"\x80",
    b"\xc2\x80",
    b"\x1b",
    b"x1b",
    b"<",
    b"<U+",
    b"<U+202E>",
    b"\\<U+202E>",
    b"202E>",
    "\u202e".encode(),
    "\u200b".encode(),
    "e\u0301".encode(),
    "\U0001f468\u200d\U0001f469".encode(),
    b"\xff",
    b"\xed\xb2\x80",  # a surrogate in UTF-8, which isn't UTF-8
    b"\xf0\x9f",
    b"\n",
    b" ",
    b"a",
    "接".encode(),
)
HOSTILE = st.one_of(st.binary(max_size=30), st.lists(st.sampled_from(PIECES), max_size=8).map(b"".join))
TEXT = st.text(st.characters(), max_size=20) | st.text(st.characters(categories=("Cs", "Cc", "Cf", "Mn", "Zs")))


def assert_harmless(shown: str) -> None:
    assert shown.isprintable()
    shown.encode()  # no lone surrogate: it would end the program that prints it
    for char in shown:
        category = unicodedata.category(char)
        assert category[0] != "C", f"{ord(char):#x} is a control, format, surrogate, private or unassigned"
        assert category[0] != "M", f"{ord(char):#x} combines"
        assert category[0] != "Z" or char == " ", f"{ord(char):#x} is an unusual space"
        assert unicodedata.bidirectional(char) not in ("LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI")


@fuzz
@given(HOSTILE)
def test_bytes_come_out_harmless(raw: bytes) -> None:
    assert_harmless(visible(raw))


@fuzz
@given(TEXT)
@example("\ud800\udfff\udc80")
def test_text_comes_out_harmless(raw: str) -> None:
    assert_harmless(visible(raw))


@fuzz
@given(HOSTILE)
def test_the_width_is_the_sum_of_the_characters_widths(raw: bytes) -> None:
    shown = visible(raw)
    widths = [cell_len(char) for char in shown]
    assert set(widths) <= {1, 2}
    assert cell_len(shown) == sum(widths)


@cache
def unescaped() -> list[str]:
    """Return every character that comes out as it is, and prove that all others come out in ASCII."""
    passed = []
    for first in range(0, sys.maxunicode + 1, 4096):
        chars = [chr(code) for code in range(first, first + 4096) if chr(code) != "|"]
        for char, shown in zip(chars, visible("|".join(chars)).split("|"), strict=True):
            if char == shown:
                passed.append(char)
            else:
                assert shown.isascii(), f"{ord(char):#x}"
    return [*passed, "|"]


def test_every_code_point_comes_out_harmless_with_a_width_of_its_own() -> None:
    assert_harmless("".join(unescaped()))
    assert [char for char in unescaped() if cell_len(char) not in (1, 2)] == []


def test_no_character_joins_its_neighbour() -> None:
    """Rich measures whole clusters: a character that passed must take the same cells between others."""
    for char in unescaped():
        alone = cell_len(char)
        assert cell_len(f"a{char}b") == alone + 2, f"{ord(char):#x}"
        assert cell_len(char + char) == alone * 2, f"{ord(char):#x}"


@fuzz
@given(HOSTILE, HOSTILE)
@example(b"\x80", b"\xc2\x80")
@example(b"\\x80", b"\x80")
@example("\u202e".encode(), b"<U+202E>")
@example(b"\\\xe2\x80\xae", b"\\<U+202E>")
def test_two_names_never_look_the_same(one: bytes, other: bytes) -> None:
    assert (visible(one) == visible(other)) == (one == other)


def test_short_names_never_look_the_same() -> None:
    """All sequences of up to three pieces that could be mistaken for one another."""
    seen: dict[str, bytes] = {}
    for length in range(4):
        for pieces in itertools.product(PIECES, repeat=length):
            raw = b"".join(pieces)
            assert seen.setdefault(visible(raw), raw) == raw


def test_every_control_character_alone_and_as_utf8_differs() -> None:
    raws = {bytes((byte,)) for byte in range(256)} | {chr(code).encode() for code in range(0x100)}
    assert len({visible(raw) for raw in raws}) == len(raws)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"eth0", "eth0"),
        (b"", ""),
        (b"\x1b[31m", r"\x1b[31m"),
        (b"\x9b2J", r"\x9b2J"),
        (b"\x01", r"\x01"),
        (b"\x7f", r"\x7f"),
        (b"\n", r"\x0a"),
        (b"\xff", r"\xff"),
        (b"[red]x", "[red]x"),
        (b"$(id)", "$(id)"),
        (b";reboot", ";reboot"),
        (b"'\"`", "'\"`"),
        (b"-rf", "-rf"),
        ("a\u202eb".encode(), "a<U+202E>b"),
        ("a\u200bb".encode(), "a<U+200B>b"),
        ("接口".encode(), "接口"),
        ("ü".encode(), "ü"),
        (b"\\x1b", r"\\x1b"),
        (b"<U+202E>", r"\<U+202E>"),
        (b"eth%d", "eth%d"),
        (b"two words", "two words"),
        ("a\u00a0b".encode(), "a<U+00A0>b"),
        ("a\u2800b".encode(), "a<U+2800>b"),
        ("\U0001f1e9\U0001f1ea".encode(), "<U+1F1E9><U+1F1EA>"),
    ],
)
def test_samples(raw: bytes, shown: str) -> None:
    assert visible(raw) == shown
    if raw.isascii():
        assert visible(raw.decode()) == shown
