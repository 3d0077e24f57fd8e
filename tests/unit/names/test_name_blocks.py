"""The ids that a parent's block offers: aligned parents, nested ones, what is taken, what is full."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.links import fuzz
from tui.model.names.blocks import block_of, offer, offered
from tui.model.names.document import NameDocument
from tui.model.names.edits import set_below
from tui.model.names.rules import NameRuleError

TEXT = b"0x100\tdc1\n0x101\tdc1/a\n20 web\n0x10000 big\n"


def doc(data: bytes = TEXT) -> NameDocument:
    return NameDocument.parse(data)


def nobody() -> tuple[int, ...]:
    return ()


@pytest.mark.parametrize(
    ("group_id", "stop"),
    [(0, 0), (1, 0), (10, 0), (0x101, 0), (0x100, 0x200), (0x1200, 0x1300), (0x10000, 0x20000), (1 << 24, 1 << 25)],
)
def test_an_aligned_id_heads_a_block(group_id: int, stop: int) -> None:
    block = block_of(group_id)
    assert (block.start, block.stop) == (group_id, stop) if block else stop == 0


@pytest.mark.parametrize(
    ("text", "name", "used", "free", "aligned"),
    [
        (b"", "dc1/b", (), 0x102, None),
        (b"", "dc1/b", (0x102, 0x103), 0x104, None),
        (b"", "dc1/a/deep", (), 0x102, None),
        (b"", "dc1/none/deep", (), 0x102, None),
        (b"", "big/x", (), 0x10001, 0x10100),
        (b"0x10100 big/r\n", "big/x", (), 0x10001, 0x10200),
        (b"0x10100 big/r\n", "big/r/x", (), 0x10101, None),
        (b"0x10100 other\n", "big/x", (0x10203,), 0x10001, 0x10300),
    ],
)
def test_the_first_free_id_of_the_nearest_block(
    text: bytes, name: str, used: tuple[int, ...], free: int, aligned: int | None
) -> None:
    found = offer(doc(TEXT + text), name.encode(), used)
    assert found is not None
    assert (found.free, found.aligned and found.aligned.start) == (free, aligned)


def test_what_is_full_offers_what_another_parent_has_not() -> None:
    used = range(0x10001, 0x10100)
    found = offer(doc(TEXT + b"0x10100 big/r\n"), b"big/x", used)
    assert found is not None
    assert found.free == 0x10201  # neither in big/r's block nor what heads one
    assert offered(found) == "0x10201 is free in big's block, 0x10000-0x1ffff. For a parent: 0x10200."


def test_nothing_is_offered_where_nothing_above_is_aligned() -> None:
    assert offer(doc(), b"web/x") is None
    assert offer(doc(), b"dc1") is None
    with pytest.raises(NameRuleError, match="neither web nor what is above it has one such as 0x100"):
        set_below(doc(), "web/x", nobody)
    with pytest.raises(NameRuleError, match=r"All is taken in dc1's block, 0x100-0x1ff\."):
        set_below(doc(), "dc1/x", lambda: range(0x100, 0x200))
    with pytest.raises(ValueError, match="Give a number too: only a name below a parent"):
        set_below(doc(), "x", nobody)
    with pytest.raises(NameRuleError, match="give both a name"):
        set_below(doc(), "dc1/", nobody)


def test_a_child_stands_with_its_kin_and_is_spelled_as_they_are() -> None:
    edit = set_below(doc(), "dc1/b", nobody)
    assert edit.document.data == b"0x100\tdc1\n0x101\tdc1/a\n0x102\tdc1/b\n20 web\n0x10000 big\n"
    assert edit.told == "Group 258 is named dc1/b now, the first that was free in dc1's block, 0x100-0x1ff."
    again = set_below(edit.document, "dc1/b", nobody)
    assert (again.document.data, again.told) == (edit.document.data, "Group 258 is named dc1/b already.")


@fuzz
@given(st.sets(st.integers(0x10001, 0x10400), max_size=60), st.sets(st.integers(0x10001, 0x10400), max_size=600))
def test_what_is_offered_is_free_and_in_nobody_elses_block(named: set[int], used: set[int]) -> None:
    text = b"0x10000 big\n" + b"".join(b"%#x n%d\n" % (group_id, group_id) for group_id in sorted(named))
    found = offer(doc(text), b"big/x", used)
    assert found is not None
    assert found.free is not None
    assert found.free not in named | used
    assert found.free % 256
    assert found.free & ~0xFF == 0x10000 or found.free & ~0xFF not in named
    assert found.aligned is not None
    assert not {*found.aligned} & (named | used)
