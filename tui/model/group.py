"""A group of interfaces: the figures that the kernel doesn't keep, counted from its members."""

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from tui.model.link import Link, takes_mtu

_K = TypeVar("_K", int, bytes, tuple[int, int, int])

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
    limits: tuple[tuple[tuple[int, int, int], int], ...] = ()
    """((MTU, the least and the most that the driver takes; all in bytes), members that are so), the commonest first."""

    @property
    def down(self) -> int:
        """Members that are administratively down."""
        return self.members - self.up

    @property
    def mtu(self) -> int | None:
        """The commonest MTU in bytes; None without members."""
        return self.mtus[0][0] if self.mtus else None

    @property
    def mtu_range(self) -> tuple[int, int]:
        """The least and the greatest MTU in bytes; (0, 0) without members."""
        values = [mtu for mtu, _ in self.mtus]
        return min(values, default=0), max(values, default=0)

    @property
    def deviating(self) -> int:
        """Members whose MTU is not the commonest."""
        return self.members - self.mtus[0][1] if self.mtus else 0

    def having(self, mtu: int) -> int:
        """Return how many members have this MTU, in bytes."""
        return next((number for own, number in self.mtus if own == mtu), 0)

    def refusing(self, mtu: int) -> int:
        """Return how many members' drivers refuse this MTU, in bytes."""
        return sum(number for (own, least, most), number in self.limits if not takes_mtu(mtu, own, least, most))


def empty_group(group_id: int) -> Group:
    """Return a group that has a name but no members."""
    return Group(group_id, 0, 0, (), ())


class Tally:
    """Counts one group's members as they come, change and go, at a constant cost each."""

    __slots__ = ("kinds", "limits", "members", "up")

    def __init__(self) -> None:
        """Start without members."""
        self.members = 0
        self.up = 0
        self.limits: dict[tuple[int, int, int], int] = {}
        self.kinds: dict[bytes, int] = {}

    def add(self, link: Link) -> None:
        """Count ``link`` in."""
        self.members += 1
        self.up += link.flags & 1
        limits = (link.mtu, link.min_mtu, link.max_mtu)
        self.limits[limits] = self.limits.get(limits, 0) + 1
        self.kinds[link.kind] = self.kinds.get(link.kind, 0) + 1

    def remove(self, link: Link) -> None:
        """Count ``link`` out; it was counted in as it is here."""
        self.members -= 1
        self.up -= link.flags & 1
        _decrement(self.limits, (link.mtu, link.min_mtu, link.max_mtu))
        _decrement(self.kinds, link.kind)

    def change(self, old: Link, now: Link) -> None:
        """Count a member that was counted in as ``old`` as it is ``now``."""
        self.up += (now.flags & 1) - (old.flags & 1)
        before, after = (old.mtu, old.min_mtu, old.max_mtu), (now.mtu, now.min_mtu, now.max_mtu)
        if before != after:
            _decrement(self.limits, before)
            self.limits[after] = self.limits.get(after, 0) + 1
        if old.kind != now.kind:
            _decrement(self.kinds, old.kind)
            self.kinds[now.kind] = self.kinds.get(now.kind, 0) + 1

    def group(self, group_id: int) -> Group:
        """Return the figures as they stand."""
        mtus: dict[int, int] = {}
        for (mtu, _, _), number in self.limits.items():
            mtus[mtu] = mtus.get(mtu, 0) + number
        return Group(group_id, self.members, self.up, _ranked(mtus), _ranked(self.kinds), _ranked(self.limits))


def _decrement(counts: dict[_K, int], key: _K) -> None:
    if counts[key] == 1:
        del counts[key]
    else:
        counts[key] -= 1


def _ranked(counts: Mapping[_K, int]) -> tuple[tuple[_K, int], ...]:
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
