"""Which groups are offered for what is typed, and which number a text spells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.links import fuzz
from tui.model.names.map import parse
from tui.model.view.candidates import MAX_GROUP, candidates, typed_number

NAMES = parse(b"7 customers\n8 dmz\n20 old-dmz\n42 7up\n")
KNOWN = (0, 7, 8, 20, 42, 70, 99)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        (" 12 ", 12),
        ("007", 7),
        ("0x10", 16),
        ("0XfF", 255),
        ("4294967295", MAX_GROUP),
        ("0xffffffff", MAX_GROUP),
        ("4294967296", None),
        ("0x100000000", None),
        ("-1", None),
        ("+1", None),
        ("1_000", None),
        ("1 000", None),
        ("1.5", None),
        ("0x", None),
        ("", None),
        ("x10", None),
        ("ten", None),
        ("٣", None),
        ("²", None),
        ("9" * 400, None),
    ],
)
def test_a_number_is_what_the_kernel_takes_for_a_group(text: str, number: int | None) -> None:
    assert typed_number(text) == number


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [0, 7, 8, 20, 42, 70, 99]),
        ("dmz", [8, 20]),
        (" DMZ ", [8, 20]),
        ("z", [8, 20]),
        ("old-", [20]),
        ("7", [7, 42, 70]),
        ("7u", [42]),
        ("0x7", [7]),
        ("0x14", [20]),
        ("55", [55]),
        ("default", [0]),
        ("9", [9, 99]),
        ("4294967295", [4294967295]),
        ("4294967296", []),
        ("nobody", []),
    ],
)
def test_what_is_meant_comes_first(text: str, found: list[int]) -> None:
    assert candidates(text, KNOWN, NAMES) == found


@fuzz
@given(st.text(max_size=8), st.sets(st.integers(0, MAX_GROUP), max_size=8))
def test_nothing_is_offered_twice_and_a_new_group_only_by_its_number(text: str, known: set[int]) -> None:
    found = candidates(text, known, NAMES)
    assert len(found) == len(set(found))
    assert set(found) - known <= {typed_number(text)}
    number = typed_number(text)
    assert number is None or found[0] == number


@fuzz
@given(st.integers(0, MAX_GROUP), st.sets(st.integers(0, MAX_GROUP), max_size=8))
def test_every_group_is_found_by_its_number_in_both_notations(group_id: int, known: set[int]) -> None:
    for text in (str(group_id), f"{group_id:#x}"):
        assert candidates(text, known, NAMES)[0] == group_id
