"""Renaming and removing a place in the tree of names: all of its lines or none."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.links import fuzz
from tui.model.names.document import NameDocument
from tui.model.names.edits import Edit, UnknownNameError, remove, rename
from tui.model.names.rules import NameRuleError
from tui.model.names.subtree import find_subtree, subtree
from tui.model.names.tree import parts
from tui.model.names.usage import GivenUp, usage

TEXT = b"# site\n0x100\tdc1\n257 dc1/web # c\r\n20 dc10\n258   dc1/rack2/dmz\n30 office/a\n31 dc1//odd\n"


def doc(data: bytes = TEXT) -> NameDocument:
    return NameDocument.parse(data)


def test_a_parent_takes_its_lines_along_and_no_byte_else_changes() -> None:
    edit = rename(doc(), "dc1/", "dc2")
    assert edit.document.data == (
        b"# site\n0x100\tdc2\n257 dc2/web # c\r\n20 dc10\n258   dc2/rack2/dmz\n30 office/a\n31 dc1//odd\n"
    )
    assert (edit.group_id, edit.name, edit.change) == (256, "dc2", "rename")
    assert edit.told == "dc1 is dc2 now, with 2 names below it: 3 lines renamed."
    assert edit.given_up == (
        GivenUp(b"dc1", 256, "dc2"),
        GivenUp(b"dc1/web", 257, "dc2/web"),
        GivenUp(b"dc1/rack2/dmz", 258, "dc2/rack2/dmz"),
    )
    assert rename(edit.document, "dc2/", "dc1").document.data == TEXT


def test_a_parent_without_a_number_is_renamed_and_one_may_go_below_itself() -> None:
    edit = rename(doc(), "office", "hq/office")
    assert edit.document.data == TEXT.replace(b"office/a", b"hq/office/a")
    assert (edit.group_id, edit.beyond) == (None, "")
    inner = rename(doc(), "dc1/", "dc1/old")
    assert inner.document.data.count(b" dc1/old/") == 2
    assert b"\tdc1/old\n" in inner.document.data
    assert rename(doc(b"1 a\n2 a/a\n"), "a/", "a/a").document.data == b"1 a/a\n2 a/a/a\n"


def test_a_number_is_one_entry_alone() -> None:
    edit = rename(doc(), "0x100", "top")
    assert edit.document.data == TEXT.replace(b"\tdc1\n", b"\ttop\n")
    assert edit.told == "Group 256 is named top now, no longer dc1. The 2 names below dc1 stay."
    assert remove(doc(), "256").document.data == TEXT.replace(b"0x100\tdc1\n", b"")


def test_one_name_that_clashes_refuses_all_of_it_by_its_name() -> None:
    with pytest.raises(NameRuleError, match=r"A name is unique: dc2/web is taken on line 8\."):
        rename(doc(TEXT + b"40 dc2/web\n"), "dc1/", "dc2")
    long = "x" * 30
    with pytest.raises(NameRuleError, match=rf"{long}/{long}/web: A name and its parents have at most 64"):
        rename(doc(), "dc1/", f"{long}/{long}")
    twice = b"10 dc1/a\n11 dc1/a\n"
    with pytest.raises(NameRuleError, match=r"dc2/a is taken on line 1"):
        rename(doc(twice), "dc1", "dc2")
    with pytest.raises(NameRuleError, match="shorten line 1 first"):
        rename(doc(b"10 dc1/a" + b" " * 500 + b"#\n11 dc1\n"), "dc1/", "datacenter-1")
    with pytest.raises(NameRuleError, match="Line 1 is malformed"):
        rename(doc(b"nonsense\n" + TEXT), "dc1/", "dc2")


def test_to_join_others_is_more_than_a_rename() -> None:
    edit = rename(doc(), "office", "dc1")
    assert edit.beyond == "3 other names are at dc1 or below it already."
    assert rename(doc(), "office", "dc10").beyond == "1 other name is at dc10 or below it already."


def test_what_is_so_already_changes_nothing() -> None:
    for old, new in (("dc1/", "dc1"), ("dc9/", "dc1"), ("dc9", "dc1"), ("hq", "office"), ("dc9", "dc1/rack2")):
        edit = rename(doc(), old, new)
        assert (edit.document.data, edit.change) == (TEXT, None)
    with pytest.raises(UnknownNameError, match="Did you mean office"):
        rename(doc(), "ofice", "hq")


def test_a_bare_name_is_never_two_things() -> None:
    """“dc1/” is the parent, its number the entry alone; “dc1” is refused where it could be either."""
    deeds: list[tuple[str, Callable[[str], Edit]]] = [
        ("renames", lambda word: rename(doc(), word, "new")),
        ("removes", lambda word: remove(doc(), word)),
    ]
    for deed, edit in deeds:
        with pytest.raises(NameRuleError, match=r"^Nothing is below “dc10/”; without the slash it is group dc10 "):
            edit("dc10/")
        with pytest.raises(NameRuleError) as caught:
            edit("dc1")
        assert str(caught.value) == f"2 names are below dc1: “dc1/” {deed} them too, 256 {deed} it alone."
    # To rename a path that no entry bears can mean nothing else; to remove it may be what was done before.
    assert rename(doc(), "office", "hq").document.data == TEXT.replace(b"office/a", b"hq/a")
    with pytest.raises(NameRuleError, match=r"^1 name is below office: “office/” removes it\.$"):
        remove(doc(), "office")
    assert rename(doc(b"5 a/\n6 a/b\n"), "a/", "c").document.data == b"5 c\n6 a/b\n"


def test_a_parent_is_removed_with_all_of_it() -> None:
    edit = remove(doc(), "dc1/")
    assert edit.document.data == b"# site\n20 dc10\n30 office/a\n31 dc1//odd\n"
    assert edit.told == "3 groups have no name now: dc1 and all below it is removed."
    assert remove(doc(), "office/").document.data == TEXT.replace(b"30 office/a\n", b"")
    assert remove(doc(), "nobody/").document.data == TEXT
    assert remove(doc(), "dc1/rack2/dmz").change == "delete"


def test_group_0_is_in_no_subtree() -> None:
    assert [line.number for line in subtree(doc(b"0 dc1\n5 dc1/a\n"), b"dc1").lines] == [2]


def test_hostile_names_are_found_as_they_are_and_as_they_are_shown() -> None:
    document = doc(b"5 \xff/a\n6 \x1b[m/b\n")
    for word, number in (("\udcff", 1), ("\\xff", 1), ("\\x1b[m", 2)):
        assert [line.number for line in find_subtree(document, word).lines] == [number]
    assert rename(document, "\\xff", "x").document.data == b"5 x/a\n6 \x1b[m/b\n"


def test_what_hangs_on_many_names_is_told_once() -> None:
    said = usage(rename(doc(), "dc1/", "dc2").given_up, 5, "rename")
    assert said[0] == "5 interfaces bear one of these 3 tags now. The tags stay as they are."
    assert said[1] == "After this, whatever looks up dc1, dc1/web or another of 3 names will no longer know it:"


PARTS = st.lists(st.sampled_from(["a", "b", "c1"]), min_size=1, max_size=4).map("/".join)
TREES = st.lists(PARTS, unique=True, min_size=1, max_size=12)


@fuzz
@given(TREES, PARTS, PARTS)
def test_any_rename_moves_exactly_the_subtree_or_nothing(names: list[str], old: str, new: str) -> None:
    document = doc("".join(f"{at} {name}\n" for at, name in enumerate(names, 1)).encode())
    under = [parts(name.encode())[: old.count("/") + 1] == parts(old.encode()) for name in names]
    wanted = [new + name[len(old) :] if is_under else name for name, is_under in zip(names, under, strict=True)]
    word = old + "/" * any(name.startswith(old + "/") for name in names)
    if not any(under) and new not in names and not subtree(document, new.encode()).lines:
        with pytest.raises(UnknownNameError):
            rename(document, word, new)
    elif any(under) and len({*wanted}) < len(wanted):
        with pytest.raises(NameRuleError, match="A name is unique"):
            rename(document, word, new)
    else:
        found = rename(document, word, new).document
        assert [line.name.decode() for line in found.lines] == (wanted if any(under) else names)
        assert [line.group_id for line in found.lines] == [*range(1, len(names) + 1)]
