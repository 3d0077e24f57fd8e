"""Who is meant, known in number before anybody looks: a key's message must not wait for a walk over the members."""

from collections import Counter
from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from itertools import chain
from operator import itemgetter
from typing import Any, overload

from tui.model.group import BLANK, Group, summed
from tui.model.link import Link


class Members(Mapping[int, Link]):
    """A group's members by ifindex, ascending: the order of dumps, and mostly of registration.

    How many there are, and whether one is among them, costs nothing; who they are is found out when somebody first
    goes through them. Never changes, since the links that it stands on don't.
    """

    __slots__ = ("_found", "_links", "group")

    def __init__(self, links: Mapping[int, Link], group: Group) -> None:
        """``links``: all interfaces of a snapshot; ``group``: the figures of the same snapshot."""
        self._links = links
        self._found: dict[int, Link] | None = None
        self.group = group
        """What they have in common."""

    def _all(self) -> dict[int, Link]:
        if self._found is None:
            group_id = self.group.group_id
            self._found = dict(sorted(item for item in self._links.items() if item[1].group == group_id))
        return self._found

    def likenesses(self) -> Iterator[tuple[Link, int]]:
        """Yield how they are, and how many are so, as `Group.likenesses` does."""
        return self.group.likenesses()

    def __len__(self) -> int:
        """Return how many there are."""
        return self.group.members

    def __getitem__(self, index: int) -> Link:
        """Return a member. Raises KeyError."""
        if (link := self._links[index]).group != self.group.group_id:
            raise KeyError(index)
        return link

    def __iter__(self) -> Iterator[int]:
        """Go through their ifindexes."""
        return iter(self._all())

    def items(self) -> ItemsView[int, Link]:
        """Return them with their ifindexes."""
        return self._all().items()

    def values(self) -> ValuesView[Link]:
        """Return them alone."""
        return self._all().values()

    def __repr__(self) -> str:
        """Tell whose they are."""
        return f"{type(self).__name__}(group {self.group.group_id}, {len(self)})"


class Together(Mapping[int, Link]):
    """The members of several groups by ifindex, ascending; known as `Members` are.

    Nobody goes through all links more than once, however many groups there are.
    """

    __slots__ = ("_found", "_links", "_number", "_parted", "groups")

    def __init__(self, links: Mapping[int, Link], groups: Iterable[Group]) -> None:
        """``links``: all interfaces of a snapshot; ``groups``: figures of the same snapshot, each group once."""
        self._links = links
        self.groups = {group.group_id: group for group in groups}
        """What those of each have in common, by id."""
        self._number = sum(group.members for group in self.groups.values())
        self._found: dict[int, Link] | None = None
        self._parted: dict[int, dict[int, Link]] | None = None

    def _all(self) -> dict[int, Link]:
        if self._found is None:
            groups = self.groups
            self._found = dict(sorted(item for item in self._links.items() if item[1].group in groups))
        return self._found

    def part(self, group_id: int) -> Mapping[int, Link]:
        """Return those of one group, by ifindex, ascending."""
        if self._parted is None:
            self._parted = {known: {} for known in self.groups}
            for index, link in self._all().items():
                self._parted[link.group][index] = link
        return self._parted[group_id]

    def likenesses(self) -> Iterator[tuple[Link, int]]:
        """Yield how they are, and how many are so, as `Group.likenesses` does, group after group."""
        return chain.from_iterable(group.likenesses() for group in self.groups.values())

    def alike(self) -> Iterator[tuple[Link, int]]:
        """Yield the same whatever group they are in, which means nothing then: few, however many groups there are."""
        return summed(self.groups.values()).likenesses()

    def __len__(self) -> int:
        """Return how many there are."""
        return self._number

    def __getitem__(self, index: int) -> Link:
        """Return a member. Raises KeyError."""
        if (link := self._links[index]).group not in self.groups:
            raise KeyError(index)
        return link

    def __iter__(self) -> Iterator[int]:
        """Go through their ifindexes."""
        return iter(self._all())

    def items(self) -> ItemsView[int, Link]:
        """Return them with their ifindexes."""
        return self._all().items()

    def values(self) -> ValuesView[Link]:
        """Return them alone."""
        return self._all().values()

    def __repr__(self) -> str:
        """Tell whose they are."""
        return f"{type(self).__name__}({len(self.groups)} groups, {len(self)})"


class Sought(Sequence[Link]):
    """Links that are known in number, and found when somebody looks who they are."""

    __slots__ = ("_find", "_found", "_number")

    def __init__(self, number: int, find: Callable[[], Iterable[Link]]) -> None:
        """``find`` gives exactly ``number`` links, whenever it is called."""
        self._number = number
        self._find = find
        self._found: tuple[Link, ...] | None = None

    def _all(self) -> tuple[Link, ...]:
        if self._found is None:
            self._found = tuple(self._find()) if self._number else ()
        return self._found

    def __len__(self) -> int:
        """Return how many there are."""
        return self._number

    @overload
    def __getitem__(self, place: int) -> Link: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Link, ...]: ...
    def __getitem__(self, place: int | slice) -> Link | tuple[Link, ...]:
        """Return one of them, or some."""
        return self._all()[place]

    def __eq__(self, other: object) -> bool:
        """Whether they are the same links in the same order."""
        return isinstance(other, Sequence) and self._all() == tuple(other)

    def __hash__(self) -> int:
        """Return the hash of the links."""
        return hash(self._all())


def likenesses(members: Mapping[int, Link]) -> Iterable[tuple[Link, int]]:
    """Return how these interfaces are, and how many are so; of whole groups nobody goes through them.

    Of links that stand for several only the group and the FORM (model/group.py) mean anything.
    """
    if isinstance(members, (Members, Together)):
        return members.likenesses()
    return ((link, 1) for link in members.values())


def alike_in(fields: Sequence[str], members: Mapping[int, Link]) -> Iterator[tuple[Link, int]]:
    """Yield how members are, and how many are so: links of which only ``fields`` mean anything, two at least."""
    of: Callable[[Link], tuple[Any, ...]] = itemgetter(*map(Link._fields.index, fields))
    for values, number in Counter(map(of, members.values())).items():
        yield BLANK._replace(**dict(zip(fields, values, strict=True))), number
