"""The tree that names make, hostile ones included."""

import pytest

from tui.model.names.map import NameMap, parse
from tui.model.names.tree import MAX_DEPTH, Branch, Tree, last_part, tree_of


def _names(*entries: tuple[int, bytes]) -> NameMap:
    return parse(b"".join(b"%d\t%s\n" % entry for entry in entries))


def _tree(*entries: tuple[int, bytes]) -> Tree:
    return tree_of(_names(*entries))


def test_who_is_below_whom() -> None:
    tree = _tree((30, b"dc1/rack10/dmz"), (20, b"dc1/rack2/dmz"), (21, b"dc1/rack2/web"), (7, b"edge"), (10, b"dc1"))
    assert list(tree) == [
        b"dc1", b"dc1/rack2", b"dc1/rack2/dmz", b"dc1/rack2/web", b"dc1/rack10", b"dc1/rack10/dmz", b"edge",
    ]  # fmt: skip
    assert tree.roots == (b"dc1", b"edge")
    assert not tree.is_flat
    assert tree.children(b"dc1") == (b"dc1/rack2", b"dc1/rack10")
    assert tree.parent(b"dc1/rack2/dmz") == b"dc1/rack2"
    assert tree.parent(b"dc1") is None
    assert [tree.depth(path) for path in (b"dc1", b"dc1/rack2", b"dc1/rack2/dmz")] == [0, 1, 2]
    assert tree.is_parent(b"dc1/rack2")
    assert not tree.is_parent(b"dc1/rack2/dmz")
    assert last_part(b"dc1/rack2/dmz") == b"dmz"


def test_a_branch_is_its_own_group_and_all_below_in_order() -> None:
    tree = _tree((30, b"dc1/rack10/dmz"), (20, b"dc1/rack2/dmz"), (99, b"dc1"), (5, b"dc1/rack10"))
    assert tree.branch(b"dc1") == Branch(b"dc1", (99, 20, 5, 30))
    assert tree.branch(b"dc1/rack2") == Branch(b"dc1/rack2", (20,)), "a parent needs no id"
    assert tree.branch(b"dc1/rack10/dmz") == Branch(b"dc1/rack10/dmz", (30,)), "a leaf is one too"
    assert tree.own(b"dc1") == (99,)
    assert tree.own(b"dc1/rack2") == ()
    assert tree.path_of(5) == b"dc1/rack10"
    assert len(tree) == 5
    assert b"dc1/rack2" in tree


@pytest.mark.parametrize("path", [b"", b"/", b"dc", b"dc1/", b"dc1/rack3", b"DC1"])
def test_what_is_not_in_it(path: bytes) -> None:
    tree = _tree((20, b"dc1/rack2"))
    assert path not in tree
    assert tree.branch(path) is None
    assert not tree.own(path)
    assert not tree.children(path)
    assert tree.parent(path) is None
    assert not tree.is_parent(path)


@pytest.mark.parametrize("name", [b"/", b"//", b"a//b", b"/a", b"a/", b"a/b/", b"//a", b"/".join([b"x"] * 17)])
def test_a_name_that_is_not_taken_apart_stands_by_itself(name: bytes) -> None:
    tree = _tree((5, name), (6, name + b"/c"), (7, b"a"), (8, b"a/b"))
    assert name in tree.roots
    assert not tree.is_parent(name)
    assert tree.branch(name) == Branch(name, (5,))
    assert last_part(name) == name
    assert tree.children(b"a") == (b"a/b",)
    assert _tree((5, name)).is_flat


def test_the_deepest_name_that_is_taken_apart() -> None:
    assert MAX_DEPTH == 16
    tree = _tree((5, b"/".join([b"x"] * 16)))
    assert len(tree) == 16
    assert tree.branch(b"x") == Branch(b"x", (5,))


def test_names_that_are_no_text() -> None:
    tree = _tree((5, b"\xff/\xfe"), (6, b"\xff/\x1b[2J"), (7, "größe/α".encode()), (8, b"\xc0\xaf/x"), (9, b"../."))
    assert set(tree.children(b"\xff")) == {b"\xff/\xfe", b"\xff/\x1b[2J"}
    assert tree.children("größe".encode()) == ("größe/α".encode(),)
    assert tree.children(b"\xc0\xaf") == (b"\xc0\xaf/x",), "no overlong slash is one"
    assert tree.children(b"..") == (b"../.",), "no path of files"


def test_parts_are_compared_byte_by_byte() -> None:
    tree = _tree((5, b"DC1/a"), (6, b"dc1/a"), (8, "dc1\u200b/a".encode()))
    assert tree.branch(b"dc1") == Branch(b"dc1", (6,))
    assert tree.branch(b"DC1") == Branch(b"DC1", (5,))


def test_group_0_is_in_no_tree() -> None:
    tree = _tree((0, b"dc1/rack1"), (5, b"dc1/rack2"))
    assert tree.path_of(0) is None
    assert tree.branch(b"dc1") == Branch(b"dc1", (5,))
    assert b"dc1/rack1" not in tree
    tree = _tree((0, b"dc1"), (5, b"dc1/rack2"))
    assert tree.branch(b"dc1") == Branch(b"dc1", (5,))
    assert tree.own(b"dc1") == ()
    assert _tree((0, b"dc1/rack1")).is_flat


def test_ids_that_show_the_same_name_share_its_place() -> None:
    tree = _tree((9, b"dc1"), (7, b"dc1"), (8, b"dc1/a"), (3, b"dc1/a"))
    assert tree.own(b"dc1") == (7, 9)
    assert tree.branch(b"dc1") == Branch(b"dc1", (7, 9, 3, 8))


def test_only_the_name_that_is_shown_counts() -> None:
    tree = _tree((5, b"old/a"), (5, b"new/a"))
    assert list(tree) == [b"new", b"new/a"]


def test_a_map_without_slashes_is_flat() -> None:
    assert _tree((5, b"dmz"), (6, b"edge")).is_flat
    assert tree_of(NameMap()).is_flat
    assert tree_of(NameMap()).roots == ()


def test_the_same_map_is_not_taken_apart_again() -> None:
    names = _names((5, b"dc1/a"))
    others = [_names((5, b"dc1/a")) for _ in range(3)]
    tree = tree_of(names)
    assert all(tree_of(other) is not tree for other in others)
    assert tree_of(names) is tree


def test_a_thousand_names_have_their_parents() -> None:
    names = _names(
        *((group_id, b"dc%d/rack%d/n%d" % (group_id % 5, group_id % 50, group_id)) for group_id in range(1, 1001))
    )
    assert len(tree_of(names)) == 1000 + 50 + 5
