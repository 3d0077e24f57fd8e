"""What matches a place in the tree: exactly its ids, by every spelling; the block only if nobody else is in it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.links import fuzz
from tui.model.names.document import NameDocument
from tui.model.names.edits import UnknownNameError, find_match
from tui.model.names.map import parse
from tui.model.names.match import iptables, masks, match, nft
from tui.model.names.rules import NameRuleError
from tui.present.match import match_lines, match_row

TEXT = b"0x100 dc1\n0x101 dc1/a\n0x105 dc1/r/web\n20 home\n0x200 dc2\n0x201 dc2/a\n0x202 web\n0x300 dc3\n9 dc3/a\n"
WHOLE = b"0x100 dc1\n" + b"".join(b"%d dc1/n%d\n" % (i, i) for i in range(0x101, 0x200))


def lines(word: str, text: bytes = TEXT) -> list[str]:
    return [*match_lines(find_match(NameDocument.parse(text), word), "in")]


@pytest.mark.parametrize("word", ["dc1", "dc1/", "0x100", "256"])
def test_the_exact_ids_and_the_block_are_told_apart(word: str) -> None:
    assert lines(word) == [
        "# dc1 as it is today: exactly 3 ids",
        "iifgroup { 0x100-0x101, 0x105 }",
        "# iptables takes one value and mask in a rule; these ids are no block, and need 2 rules",
        "-m devgroup --src-group 0x100/0xfffffffe",
        "-m devgroup --src-group 0x105",
        "# dc1 as it grows: all ids of its block, 0x100-0x1ff; no other name is in it",
        "iifgroup 0x100/24",
        "-m devgroup --src-group 0x100/0xffffff00",
    ]


def test_a_block_that_is_not_its_own_is_not_printed() -> None:
    assert lines("dc2")[-1] == "# no block: web (0x202) is in its block, 0x200-0x2ff, and not below it."
    assert lines("dc3")[-1] == "# no block: dc3/a (0x9) is outside its block, 0x300-0x3ff."
    assert not [line for line in lines("dc2") + lines("dc3") if "/24" in line or "ff00" in line]


def test_small_and_single_and_whole() -> None:
    one = ["# home as it is today: exactly 1 id", "iifgroup 20", "-m devgroup --src-group 20"]
    assert lines("home") == one
    assert lines("dc1/r")[1:] == ["iifgroup 0x105", "-m devgroup --src-group 0x105"]
    assert lines("dc1", WHOLE) == [
        "# dc1 as it is today: exactly 256 ids",
        "iifgroup 0x100/24",
        "-m devgroup --src-group 0x100/0xffffff00",
    ]
    many = b"".join(b"%d x/n%d\n" % (i, i) for i in range(1, 40, 2))
    assert [line[:1] for line in lines("x", many)] == ["#", "i", "#"]


def test_what_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"Did you mean dc1/r\?"):
        lines("dc1/rr")
    for word in ("default", "0"):
        with pytest.raises(NameRuleError, match="Group 0 is in no tree"):
            lines(word)


NFT = re.compile(r"(0x[0-9a-f]+|\d+)(?:-(0x[0-9a-f]+|\d+)|/(\d+))?")


def by_nft(text: str) -> set[int]:
    found: set[int] = set()
    for first, last, length in NFT.findall(text.removeprefix("iifgroup ")):
        size = 1 << 32 - int(length or 32)
        assert int(first, 0) % size == 0
        found |= {*range(int(first, 0), int(last, 0) + 1 if last else int(first, 0) + size)}
    return found


def by_iptables(text: str) -> set[int]:
    value, _, mask = text.removeprefix("-m devgroup --src-group ").partition("/")
    size = (~int(mask or "0xffffffff", 0) & 0xFFFFFFFF) + 1
    assert not int(value, 0) & size - 1
    return {*range(int(value, 0), int(value, 0) + size)}


IDS = st.one_of(st.integers(1, 40), st.integers(0xF8, 0x210), st.integers(0x7FFFFF00, 0x7FFFFFFF))
PATHS = st.sampled_from(["a", "b", "a/x", "a/y", "a/x/z", "ab", "b/x"])


@fuzz
@given(st.dictionaries(IDS, PATHS, min_size=1, max_size=60), st.sampled_from(["a", "a/x", "b"]))
def test_every_spelling_is_exactly_the_subtree(tags: dict[int, str], path: str) -> None:
    names = parse("".join(f"{group_id} {name}\n" for group_id, name in tags.items()).encode())
    wanted = {group_id for group_id, name in tags.items() if name == path or name.startswith(f"{path}/")}
    found = match(names, path.encode())
    if found is None:
        assert not wanted
        return
    assert {*found.group_ids} == wanted
    assert by_nft(nft(found.ranges, "in")) == wanted
    assert {i for masked in masks(found.ranges) for i in by_iptables(iptables(masked, "in"))} == wanted
    assert len(masks(found.ranges)) <= len(wanted)
    if found.block is not None:
        assert wanted <= {*found.block}
        assert not (tags.keys() - wanted) & {*found.block}
        assert by_nft(nft([found.block], "in")) == {*found.block}
    row = match_row(found, names)
    assert {i for first, last in row["exact"]["ids"] for i in range(first, last + 1)} == wanted
    assert (row["block"] is None) == (found.block is None)
