"""Two people's edits of one file made one, and the difference of two files as it is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.links import fuzz
from tui.model.names.merge import Conflict, diff, merge

BASE = b"1 a\n2 b\n3 c\n4 d\n"
LINES = st.lists(st.sampled_from([b"1 a\n", b"2 b\n", b"\n", b"# c\n", b"3 \xff\r\n"]), max_size=8).map(b"".join)
FILES = st.builds(lambda data, last: data + last, LINES, st.sampled_from([b"", b"9 z"]))


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged"),
    [
        (BASE, BASE, BASE, BASE),
        (BASE, b"1 A\n2 b\n3 c\n4 d\n", b"1 a\n2 b\n3 c\n4 D\n", b"1 A\n2 b\n3 c\n4 D\n"),
        (BASE, b"1 a\n2 B\n3 c\n4 d\n", b"1 a\n2 b\n3 C\n4 d\n", b"1 a\n2 B\n3 C\n4 d\n"),
        (BASE, b"1 a\n2 B\n3 C\n4 d\n", b"1 a\n2 b\n3 c\n", b"1 a\n2 B\n3 C\n"),
        (BASE, b"0 z\n" + BASE, BASE + b"5 e\n", b"0 z\n" + BASE + b"5 e\n"),
        (BASE, BASE + b"5 e\n", BASE + b"5 e\n", BASE + b"5 e\n"),
        (BASE, BASE + b"5 e\n", b"1 a\n2 b\n3 c\n4 D\n", b"1 a\n2 b\n3 c\n4 D\n5 e\n"),
        (BASE, b"1 a\n2 B\n3 C\n4 d\n", b"1 a\n2 b\n3 C\n4 d\n", b"1 a\n2 B\n3 C\n4 d\n"),
        (BASE, b"", BASE, b""),
        (b"", b"1 a\n", b"", b"1 a\n"),
        (b"1 a\n2 b\n", b"1 a\n2 b", b"1 a\n2 b\n3 c\n", b"1 a\n2 b\n3 c\n"),
        (b"1 a\r\n2 b\r\n", b"1 a\r\n2 b", b"1 a\r\n2 b\r\n3 c\r\n", b"1 a\r\n2 b\r\n3 c\r\n"),
        (b"1 a\n2 b", b"1 a\n2 b\n", b"1 A\n2 b", b"1 A\n2 b\n"),
    ],
)
def test_edits_that_do_not_overlap(base: bytes, mine: bytes, theirs: bytes, merged: bytes) -> None:
    found = merge(base, mine, theirs)
    assert (found.data, found.conflicts) == (merged, ())
    assert merge(base, theirs, mine).data == merged


def test_a_conflict_shows_three_versions_and_waits_for_a_choice() -> None:
    found = merge(BASE, b"1 a\n2 mine\n3 c\n4 d\n5 m\n", b"1 a\n2 theirs\n3 c\n4 d\n5 t")
    assert found.data is None
    assert found.conflicts == (
        Conflict((b"2 b\n",), (b"2 mine\n",), (b"2 theirs\n",)),
        Conflict((), (b"5 m\n",), (b"5 t",)),
    )
    assert found.resolve(["mine", "theirs"]) == b"1 a\n2 mine\n3 c\n4 d\n5 t"
    assert found.resolve(["theirs", "mine"]) == b"1 a\n2 theirs\n3 c\n4 d\n5 m\n"
    assert found.resolve(["base", "both"]) == b"1 a\n2 b\n3 c\n4 d\n5 m\n5 t"
    with pytest.raises(ValueError, match="2 conflicts"):
        found.resolve(["mine"])


def test_both_never_joins_two_lines() -> None:
    found = merge(b"1 a\n", b"1 a\n2 m", b"1 a\n2 t")
    assert found.resolve(["both"]) == b"1 a\n2 m\n2 t"


def test_a_line_changed_inside_what_the_other_deleted() -> None:
    found = merge(BASE, b"1 a\n4 d\n", b"1 a\n2 b\n3 C\n4 d\n")
    assert found.conflicts == (Conflict((b"2 b\n", b"3 c\n"), (), (b"2 b\n", b"3 C\n")),)


@st.composite
def two_edits(draw: st.DrawFn) -> tuple[bytes, bytes, bytes, bytes]:
    """Return a base of lines that all differ, two edits of it on different lines, and what both together make."""
    count = draw(st.integers(0, 12))
    mine, theirs, both, base = [], [], [], []
    inserted = False
    for number in range(count):
        line = b"%d line\n" % number
        base.append(line)
        who = draw(st.sampled_from("mt--"))
        new = {"change": [b"%d new\n" % number], "delete": [], "insert": [line, b"%d more\n" % number]}[
            # An entry is only put in where the lines around it are left alone: otherwise whose comes first is anyone's.
            draw(st.sampled_from(["change", "delete"] if inserted or who == "-" else ["change", "delete", "insert"]))
        ]
        if inserted or who == "-":
            new, who = [line], "-"
        inserted = len(new) == 2
        mine += new if who == "m" else [line]
        theirs += new if who == "t" else [line]
        both += new
    return b"".join(base), b"".join(mine), b"".join(theirs), b"".join(both)


@fuzz
@given(two_edits())
def test_edits_of_different_lines_merge_to_both(edits: tuple[bytes, bytes, bytes, bytes]) -> None:
    base, mine, theirs, both = edits
    found = merge(base, mine, theirs)
    assert found.conflicts == ()
    assert found.data == both
    assert merge(base, theirs, mine).data == both


@fuzz
@given(FILES, FILES, FILES)
def test_one_side_alone_always_gets_its_way(base: bytes, mine: bytes, theirs: bytes) -> None:
    assert merge(base, mine, base).data == mine
    assert merge(base, base, theirs).data == theirs
    assert merge(base, mine, mine).data == mine
    found = merge(base, mine, theirs)
    for choice in ("mine", "theirs", "both", "base"):
        made = found.resolve([choice] * len(found.conflicts))
        assert set(made.splitlines()) <= set((base + b"\n" + mine + b"\n" + theirs).splitlines())


@fuzz
@given(FILES, FILES)
def test_a_diff_is_safe_and_says_what_came_and_went(old: bytes, new: bytes) -> None:
    lines = diff(old, new)
    assert all(line.isprintable() for line in lines)
    assert bool(lines) is (old != new)
    gone = sum(line.startswith("-") for line in lines[2:])
    came = sum(line.startswith("+") for line in lines[2:])
    assert came - gone == len(new.splitlines()) - len(old.splitlines())


def test_a_diff_as_it_is_shown() -> None:
    assert diff(b"0 default\n10 a\x1b", b"0 default\n10 b\n") == [
        "--- before",
        "+++ after",
        "@@ -1,2 +1,2 @@",
        " 0 default",
        r"-10 a\x1b",
        r"\ No newline at end of file",
        "+10 b",
    ]
