"""A group of interfaces: the figures that the kernel doesn't keep, counted from its members."""

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from tui.model.link import Link

_K = TypeVar("_K", int, bytes)

DEFAULT_GROUP = 0
"""Every interface that nobody tagged, ``lo`` included, bears this tag."""
MAX_IP_GROUP = 0x7FFFFFFF
"""`ip` takes no larger group number (get_integer, iproute2 lib/utils.c)."""


class Group(NamedTuple):
    """What the members of one group have in common, and how many deviate."""

    group_id: int
    members: int
    up: int
    """Members that are administratively up."""
    mtus: tuple[tuple[int, int], ...]
    """(MTU in bytes, members that have it), the commonest first."""
    kinds: tuple[tuple[bytes, int], ...]
    """(kind, members of it), the commonest first; empty kind: hardware."""

    @property
    def down(self) -> int:
        """Members that are administratively down."""
        return self.members - self.up

    @property
    def mtu(self) -> int | None:
        """The commonest MTU in bytes; None without members."""
        return self.mtus[0][0] if self.mtus else None

    @property
    def deviating(self) -> int:
        """Members whose MTU is not the commonest."""
        return self.members - self.mtus[0][1] if self.mtus else 0


def empty_group(group_id: int) -> Group:
    """Return a group that has a name but no members."""
    return Group(group_id, 0, 0, (), ())


class Tally:
    """Counts one group's members as they come, change and go, at a constant cost each."""

    __slots__ = ("kinds", "members", "mtus", "up")

    def __init__(self) -> None:
        """Start without members."""
        self.members = 0
        self.up = 0
        self.mtus: dict[int, int] = {}
        self.kinds: dict[bytes, int] = {}

    def add(self, link: Link) -> None:
        """Count ``link`` in."""
        self.members += 1
        self.up += link.flags & 1
        self.mtus[link.mtu] = self.mtus.get(link.mtu, 0) + 1
        self.kinds[link.kind] = self.kinds.get(link.kind, 0) + 1

    def remove(self, link: Link) -> None:
        """Count ``link`` out; it was counted in as it is here."""
        self.members -= 1
        self.up -= link.flags & 1
        _decrement(self.mtus, link.mtu)
        _decrement(self.kinds, link.kind)

    def group(self, group_id: int) -> Group:
        """Return the figures as they stand."""
        return Group(group_id, self.members, self.up, _ranked(self.mtus), _ranked(self.kinds))


def _decrement(counts: dict[_K, int], key: _K) -> None:
    if counts[key] == 1:
        del counts[key]
    else:
        counts[key] -= 1


def _ranked(counts: Mapping[_K, int]) -> tuple[tuple[_K, int], ...]:
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
