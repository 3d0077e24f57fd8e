"""What may be written into the name map, and what is said while it is typed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.links import fuzz
from tui.model.names.map import parse
from tui.model.names.rules import NameRuleError, check_id, check_name, number_like, read_id

TEXTS = st.one_of(st.text(max_size=40), st.from_regex(r"[A-Za-z0-9_.\-xX+]{1,34}", fullmatch=True))


@pytest.mark.parametrize(
    "name", ["a", "dmz", "A.b-c_9", "9a", "0", "x" * 32, "default-1", "0b1", "1e5", "dc1/rack2/dmz", "a/24", "a/0x5"]
)
def test_a_name_that_may_be_written(name: str) -> None:
    assert bool(check_name(name, 5)) is (name == "0")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "Give a name"),
        ("two words", "letters, digits"),
        ("ü", "letters, digits"),
        ("a#b", "“#”"),
        ("a\x1b[2J", r"“\x1b”"),
        ("a\n", r"“\x0a”"),
        ("-rf", "begins with"),
        (".a", "begins with"),
        ("_a", "begins with"),
        ("x" * 33, "at most 32"),
        ("0010", "digits only"),
        ("0x1f", "begins with 0x"),
        ("0Xzz", "begins with 0x"),
        ("default", "default is group 0"),
        ("/a", "give both a name"),
        ("a/", "give both a name"),
        ("a//b", "give both a name"),
        ("10/24", "A parent begins with a letter: nft or iptables takes “10/24” for a number and its mask"),
        ("9a/b", "A parent begins with a letter"),
        ("a/-b", "begins with"),
        ("a/" + "x" * 33, "at most 32"),
        ("/".join(["x" * 31] * 3), "at most 64 characters; these have 95"),
        ("default/x", "Nothing is below default"),
        ("taken", "on line 3"),
        ("builtin", "without a line"),
    ],
)
def test_a_name_that_is_refused_by_its_rule(name: str, words: str) -> None:
    assert words in check_name(name, 5, {b"taken": 3, b"builtin": 0})


def test_group_0_keeps_its_name() -> None:
    assert check_name("default", 0) == ""
    assert "keeps its name" in check_name("dmz", 0)


@pytest.mark.parametrize("text", ["0", "1", "2147483647", "0x0", "0x7fffffff", "0x0a"])
def test_an_id_that_may_be_written(text: str) -> None:
    assert check_id(text) == ""
    assert read_id(text) == int(text, 16 if "x" in text else 10)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Give a group number"),
        ("2147483648", "0 to 2147483647"),
        ("0x80000000", "0 to 2147483647"),
        ("9" * 5000, "0 to 2147483647"),
        ("010", "leading zero"),
        ("-5", "“-5”"),
        ("+5", "“+5”"),
        ("1_0", "“1_0”"),
        ("٣", "“٣”"),
        ("0x", "“0x”"),
        ("\x1b", r"“\x1b”"),
        ("7", "named on line 2"),
        ("0x7", "7 is named on line 2"),
    ],
)
def test_an_id_that_is_refused_by_its_rule(text: str, words: str) -> None:
    problem = check_id(text, {7: 2})
    assert words in problem
    if "line 2" not in words:
        with pytest.raises(NameRuleError, match="group number"):
            read_id(text)


@fuzz
@given(TEXTS)
def test_what_is_said_is_one_sentence_and_safe_to_show(text: str) -> None:
    for problem in (check_name(text, 5), check_id(text)):
        assert not problem or (problem.isprintable() and problem.endswith(".") and len(problem) < 300)


@fuzz
@given(TEXTS, st.integers(0, 2**31 - 1))
def test_what_is_allowed_is_read_back_by_ip_and_hides_no_number(name: str, group_id: int) -> None:
    if not check_name(name, group_id):
        assert parse(f"{group_id} {name}\n".encode()).by_id[group_id] == name.encode()
        assert not number_like(name.encode())
        assert not re.fullmatch(r"[0-9]+|0[xX][0-9a-fA-F]+", name)
