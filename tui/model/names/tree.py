"""The tree that the name map's names make: ``dc1/rack2/dmz`` is below ``dc1/rack2``, which is below ``dc1``.

It is our view of the names alone: the kernel knows one number for each interface, and nothing of it is kept anywhere.
What makes it up, for names are bytes that others chose:

- Every name that is shown for an id (`NameMap.by_id`) stands in it, save that of group 0, which never does.
- A name is taken apart at each ``/`` if no part is empty and there are at most `MAX_DEPTH` of them. Any other, such as
  ``/``, ``a//b`` or ``a/``, stands by itself at the top: nothing is above or below it.
- Parts are compared byte by byte, whatever script or case they are in, UTF-8 or not; ``.`` and ``..`` are parts as any.
- A parent needs no id, and one that has one has members of its own. If several ids show the same name, it has them all.
- Siblings stand in the natural order of their visible names: rack2 before rack10.
"""

from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from tui.model.group import DEFAULT_GROUP
from tui.model.names.map import NameMap, group_title
from tui.model.natural import natural
from tui.model.text import plural, visible

SEPARATOR = b"/"
"""What stands between a parent's path and what its child adds to it."""
MAX_DEPTH = 16
"""Parts of a name that is taken apart; a line of 511 bytes could hold 255."""
_KEPT = 4  # trees: of the map that is shown, of one that is frozen, and of one that is edited


class Branch(NamedTuple):
    """A place in the tree, and all groups that are there or below."""

    path: bytes
    """The whole name, such as ``dc1/rack2``."""
    group_ids: tuple[int, ...]
    """Its own first, ascending, if it has any; then all below, in the tree's order. Never empty, never group 0."""


Place: TypeAlias = int | Branch
"""A group, by its id; or a place of the tree with all that is below."""


class _Node(NamedTuple):
    parent: bytes | None
    depth: int
    children: tuple[bytes, ...]
    own: tuple[int, ...]
    branch: Branch


class Tree:
    """Who is below whom. Never changes; asks the same of the same map only once: see `tree_of`.

    What isn't in it has no parent, no children and no groups of its own.
    """

    def __init__(self, names: Mapping[int, bytes]) -> None:
        """``names``: the name that is shown for each id."""
        own: dict[bytes, list[int]] = {}
        for group_id in sorted(names.keys() - {DEFAULT_GROUP}):
            own.setdefault(names[group_id], []).append(group_id)
        tops: dict[bytes, bytes] = {}
        below: dict[bytes, dict[bytes, bytes]] = {}
        for name in own:
            path, *rest = parts(name)
            tops[path] = path
            for part in rest:
                child = path + SEPARATOR + part
                below.setdefault(path, {})[child] = part
                path = child
        children = {path: _in_order(found) for path, found in below.items()}
        self._nodes: dict[bytes, _Node] = {}
        self._path_of = {group_id: name for name, group_ids in own.items() for group_id in group_ids}
        self.roots = _in_order(tops)
        """What has nothing above it, in order."""
        self.is_flat = not children
        """Whether nothing is below anything: no name is taken apart."""
        for root in self.roots:
            self._grow(root, None, 0, children, own)

    def _grow(
        self,
        path: bytes,
        parent: bytes | None,
        depth: int,
        children: Mapping[bytes, tuple[bytes, ...]],
        own: Mapping[bytes, list[int]],
    ) -> tuple[int, ...]:
        """Note what is there and below, parents first; return all its groups."""
        its, below = tuple(own.get(path, ())), children.get(path, ())
        self._nodes[path] = _Node(parent, depth, below, its, Branch(path, its))
        group_ids = its
        for child in below:
            group_ids += self._grow(child, path, depth + 1, children, own)
        self._nodes[path] = _Node(parent, depth, below, its, Branch(path, group_ids))
        return group_ids

    def __contains__(self, path: object) -> bool:
        """Whether the tree has this path, that of a group or of something above one."""
        return path in self._nodes

    def __iter__(self) -> Iterator[bytes]:
        """Go through all paths: parents before their children, siblings in order."""
        return iter(self._nodes)

    def __len__(self) -> int:
        """Return how many paths there are."""
        return len(self._nodes)

    def branch(self, path: bytes) -> Branch | None:
        """Return all groups at a path and below it; None: the tree has no such path."""
        return node.branch if (node := self._nodes.get(path)) else None

    def own(self, path: bytes) -> tuple[int, ...]:
        """Return the groups that bear the path itself as their name, ascending."""
        return node.own if (node := self._nodes.get(path)) else ()

    def children(self, path: bytes) -> tuple[bytes, ...]:
        """Return what is right below a path, in order."""
        return node.children if (node := self._nodes.get(path)) else ()

    def is_parent(self, path: bytes) -> bool:
        """Whether anything is below a path."""
        return bool(self.children(path))

    def parent(self, path: bytes) -> bytes | None:
        """Return what is right above a path; None: nothing is."""
        return node.parent if (node := self._nodes.get(path)) else None

    def depth(self, path: bytes) -> int:
        """Return how many are above a path."""
        return node.depth if (node := self._nodes.get(path)) else 0

    def path_of(self, group_id: int) -> bytes | None:
        """Return where a group stands; None: not in the tree, for it has no name, or is group 0."""
        return self._path_of.get(group_id)


def branch_title(path: bytes, groups: int) -> str:
    """Return how a path with all that is below it is called in a sentence: "dc1/ (64 groups)"."""
    return f"{visible(path + SEPARATOR)} ({plural(groups, 'group')})"


def place_title(place: Place, names: NameMap) -> str:
    """Return how a group or a branch is called in a sentence."""
    if isinstance(place, Branch):
        return branch_title(place.path, len(place.group_ids))
    return group_title(place, names)


def parts(name: bytes) -> tuple[bytes, ...]:
    """Return the parts of which a name is made; the whole name alone, where it isn't taken apart."""
    found = tuple(name.split(SEPARATOR, MAX_DEPTH))
    return found if all(found) and len(found) <= MAX_DEPTH else (name,)


def last_part(path: bytes) -> bytes:
    """Return what a path adds to its parent's."""
    return parts(path)[-1]


def tree_of(names: NameMap) -> Tree:
    """Return the tree of a name map; costs nothing if it is asked again of the same map."""
    global _known
    for known, tree in _known:
        if known is names.by_id:
            return tree
    tree = Tree(names.by_id)
    _known = ((names.by_id, tree), *_known[: _KEPT - 1])
    return tree


_known: tuple[tuple[Mapping[int, bytes], Tree], ...] = ()


def _in_order(found: Mapping[bytes, bytes]) -> tuple[bytes, ...]:
    """Return paths in the natural order of their last parts; ``found``: the last part of each."""
    keyed = sorted((natural(visible(part)), path) for path, part in found.items())
    return tuple(map(itemgetter(1), keyed))
