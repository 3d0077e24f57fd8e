"""Edits of the name map by name or number: what is so already, what is in doubt, what is refused."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.links import fuzz
from tui.model.names.document import NameDocument
from tui.model.names.edits import Edit, UnknownNameError, read_pair, remove, rename, set_name
from tui.model.names.rules import NameRuleError
from tui.model.names.usage import GivenUp
from tui.model.text import visible

TEXT = b"# ours\n10\tdmz\n20 web\n"


def printable(error: Exception) -> None:
    assert all(char.isprintable() for char in str(error))


def set_web(document: NameDocument) -> Edit:
    return set_name(document, "web", 20)


def doc(data: bytes = TEXT) -> NameDocument:
    return NameDocument.parse(data)


@pytest.mark.parametrize("words", [("dmz", "10"), ("10", "dmz"), ("dmz", "0xa"), ("0x0A", "dmz")])
def test_a_name_and_a_number_are_told_apart_in_either_order(words: tuple[str, str]) -> None:
    assert read_pair(*words) == ("dmz", 10)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("10", "20"), "A name of digits only, or that begins with 0x, hides the group of that number: not “10”."),
        (("a", "b"), "A group number is decimal, or hex such as 0x1f, not “b”."),
        (("a", "010"), "A group number has no leading zero"),
        (("a", "2147483648"), "A group number is 0 to 2147483647"),
        (("a", ""), "Give a group number"),
        (("", "5"), "Give a name."),
        (("a b", "5"), "letters, digits"),
        (("x", "0"), "Group 0 keeps its name, default"),
        (("default", "5"), "default is group 0"),
        (("\udcff", "5"), "not “\\xff”"),
    ],
)
def test_what_makes_no_pair_is_one_sentence(words: tuple[str, str], says: str) -> None:
    with pytest.raises(NameRuleError) as caught:
        read_pair(*words)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: set_name(d, "dmz", 10),
        lambda d: set_name(d, "default", 0),
        lambda d: rename(d, "dmz", "dmz"),
        lambda d: rename(d, "10", "dmz"),
        lambda d: rename(d, "old", "web"),
        lambda d: remove(d, "nobody"),
        lambda d: remove(d, "30"),
    ],
)
def test_what_is_so_already_changes_nothing(edit: Callable[[NameDocument], Edit]) -> None:
    found = edit(doc())
    assert found.document.data == TEXT
    assert found.change is None


def test_set_adds_renames_and_renumbers() -> None:
    added = set_name(doc(), "lab", 30)
    assert (added.document.data, added.change, added.beyond) == (TEXT + b"30 lab\n", None, "")
    renamed = set_name(doc(), "edge", 10)
    assert renamed.document.data == TEXT.replace(b"dmz", b"edge")
    assert (renamed.change, renamed.given_up) == ("rename", (GivenUp(b"dmz", 10, "edge"),))
    assert renamed.beyond == "Group 10 is named dmz on line 2."
    moved = set_name(doc(), "web", 30)
    assert moved.document.data == TEXT.replace(b"20", b"30")
    assert (moved.change, moved.given_up) == ("renumber", (GivenUp(b"web", 20),))
    assert moved.beyond == "The name web is group 20's on line 3."
    with pytest.raises(NameRuleError, match=r"on lines 2 \(10 dmz\), 3 \(20 web\): remove all but one first"):
        set_name(doc(), "web", 10)


def test_rename_and_remove_take_a_name_or_a_number() -> None:
    assert rename(doc(), "web", "www").document.data == rename(doc(), "20", "www").document.data
    assert rename(doc(), "0x14", "www").document.data == TEXT.replace(b"web", b"www")
    assert remove(doc(), "web").document.data == remove(doc(), "20").document.data == TEXT[:-7]
    with pytest.raises(NameRuleError, match="A name is unique: web is taken on line 3"):
        rename(doc(), "dmz", "web")
    with pytest.raises(NameRuleError, match="Group 0 keeps its name"):
        remove(doc(), "0")
    with pytest.raises(NameRuleError, match="Group 0 keeps its name"):
        rename(doc(b"0 default\n"), "default", "x")


def test_an_unknown_name_is_told_with_the_one_that_is_alike() -> None:
    with pytest.raises(UnknownNameError, match=r"There is no group “dzm” in the name map\. Did you mean dmz\?"):
        rename(doc(), "dzm", "edge")
    assert remove(doc(), "wep").told.endswith("Did you mean web?")


def test_a_name_of_digits_is_in_doubt_only_where_both_are_there() -> None:
    assert remove(doc(b"10 20\n"), "20").document.data == b""
    data = b"10 20\n20 web\n"
    with pytest.raises(NameRuleError, match=r"“20” is on lines 1 \(10 20\), 2 \(20 web\)"):
        remove(doc(data), "20")
    assert remove(doc(data), "10").document.data == b"20 web\n"
    assert remove(doc(data), "web").document.data == b"10 20\n"


def test_several_lines_of_a_name_or_number_are_never_guessed_among() -> None:
    data = b"10 a\n10 b\n11 same\n12 same\n"
    for word in ("10", "same"):
        with pytest.raises(NameRuleError, match="remove all but one first"):
            remove(doc(data), word)
    with pytest.raises(NameRuleError, match="remove all but one first"):
        set_name(doc(data), "a", 10)  # it resolves, but b is what is shown
    assert set_name(doc(data), "b", 10).document.data == data
    assert remove(doc(data), "b").document.data == data.replace(b"10 b\n", b"")
    assert remove(doc(data), "12").document.data == data.replace(b"12 same\n", b"")


def test_a_malformed_map_is_not_edited_around() -> None:
    data = b"10 dmz\nnonsense\n20 web\n"
    assert set_name(doc(data), "dmz", 10).document.data == data
    for edit in (set_web, lambda d: set_name(d, "x", 5), lambda d: rename(d, "dmz", "y"), lambda d: remove(d, "web")):
        with pytest.raises(NameRuleError, match="Line 2 is malformed"):
            edit(doc(data))


def test_a_line_that_ip_takes_for_several_is_left_alone() -> None:
    data = b"10 dmz" + b" " * 505 + b"11 web\n"
    for word in ("dmz", "web", "11"):
        with pytest.raises(NameRuleError, match="shorten it first"):
            remove(doc(data), word)


names = st.binary(min_size=1, max_size=12).filter(lambda raw: not set(raw) & set(b" \t\r\v\f\n\0"))
files = st.lists(st.tuples(st.integers(0, 12), names), max_size=6)


@fuzz
@given(files, st.data())
def test_what_list_shows_is_what_rm_takes(pairs: list[tuple[int, bytes]], data: st.DataObject) -> None:
    document = doc(b"".join(b"%d %s\n" % pair for pair in pairs))
    if not pairs or document.names().corrupt_line:
        return
    at = data.draw(st.integers(0, len(pairs) - 1))
    line = document.lines[at]
    for word in (line.name.decode(errors="surrogateescape"), visible(line.name)):
        try:
            left = remove(document, word).document.data
        except NameRuleError as error:
            printable(error)
        else:
            assert left == b"".join(other.raw for other in document.lines if other.number != at + 1)


@fuzz
@given(files, st.sampled_from(["a", "b-1", "default", "x.y"]), st.integers(0, 12))
def test_set_twice_is_set_once(pairs: list[tuple[int, bytes]], name: str, group_id: int) -> None:
    document = doc(b"".join(b"%d %s\n" % pair for pair in pairs))
    try:
        once = set_name(document, *read_pair(name, str(group_id))).document
    except NameRuleError as error:
        printable(error)
        return
    found = once.names()
    assert found.by_id[group_id] == name.encode()
    assert found.by_name[name.encode()] == group_id
    assert set_name(once, name, group_id).document.data == once.data
    assert abs(once.data.count(b"\n") - document.data.count(b"\n")) <= 1
