"""Who is meant, known in number before anybody looks: a key's message must not wait for a walk over the members."""

from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from typing import overload

from tui.model.group import Group, Tally
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


def figures(group_id: int, members: Mapping[int, Link]) -> Group:
    """Return what a whole group's members have in common; counted only where nobody has done that before."""
    if isinstance(members, Members):
        return members.group
    tally = Tally()
    for link in members.values():
        tally.add(link)
    return tally.group(group_id)
