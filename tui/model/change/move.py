"""A group's interfaces are to be moved to another netns: who goes, what is lost by it, and who can't.

By dev_change_net_namespace, net/core/dev.c: 17 ms an interface under RTNL (measured on 6.18), by one message or by one
each. One message walks in registration order and stops at the first that can't; who went before it stays moved.
"""

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from tui.model.change.removal import Companion, companions
from tui.model.link import Link
from tui.model.store import Snapshot

EACH = 0.017
"""Seconds that the kernel takes for each interface."""
_TORN_OFF = frozenset((b"macsec",))
"""macsec_notify deletes those on what moves, as vxlan_netdevice_event does; vlan, macvlan and ipvlan stay."""


class Netns(NamedTuple):
    """A network namespace, and what is in it."""

    name: str
    """As it was named: by ip-netns(8), or a path."""
    identity: tuple[int, int]
    """Device and inode of its file: which one the name means."""
    links: Mapping[int, Link]
    """By ifindex."""
    here: bool = False
    """Whether it is the one that they are in already."""


@dataclass(frozen=True, slots=True)
class Move:
    """What moving a group's interfaces takes and comes to."""

    group_id: int
    members: Mapping[int, Link]
    """By ifindex, as they were seen."""
    revision: int
    """The store's revision that was seen."""
    to: Netns
    each: bool = False
    """Whether each goes by a message of its own, so that others' changes get through in between."""
    clashes: tuple[Link, ...] = ()
    """Members with a name, or another name, that an interface there bears already: EEXIST."""
    tied: tuple[Link, ...] = ()
    """Members that never leave their netns: EINVAL."""
    carried: tuple[Companion, ...] = ()
    """Members that are deleted when what they stand on moves, which is a member too: the walk stops there."""
    lost: tuple[Companion, ...] = ()
    """Others that are deleted by it."""
    released: tuple[Link, ...] = ()
    """Members that are ports of a bridge or bond: they leave it."""
    renumbered: int = 0
    """How many get another index, since theirs is taken there."""
    joined: int = 0
    """How many are in a group of that number there already."""
    protected: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    """Why members are protected that carry the default route or this SSH session, by ifindex."""

    @property
    def seconds(self) -> float:
        """About how long it takes."""
        return len(self.members) * EACH


def make_move(
    snapshot: Snapshot,
    group_id: int,
    to: Netns,
    protected: Mapping[int, str],
    lowers: Mapping[int, int],
    tied: Container[int],
) -> Move:
    """Work out what it takes; goes through all interfaces.

    ``protected`` gives the reason by ifindex; ``lowers`` the lower links that `Link.lower` doesn't tell, by ifindex;
    ``tied``: who never leaves this netns.
    """
    links, members = snapshot.links, snapshot.members(group_id)
    torn = [
        Companion(link, links[lower])
        for index, link in sorted(links.items())
        if link.lower_netnsid is None
        and (lower := lowers.get(index) or (link.lower if link.kind in _TORN_OFF else 0)) in members
    ]
    first = {one.link.ifindex: one.link for one in torn}
    lost = [*torn, *companions(links, first, lowers)]
    taken = {name for link in to.links.values() for name in (link.name, *link.altnames)}
    return Move(
        group_id,
        members,
        snapshot.revision,
        to,
        clashes=tuple(link for link in members.values() if not taken.isdisjoint((link.name, *link.altnames))),
        tied=tuple(link for index, link in members.items() if index in tied),
        carried=tuple(one for one in lost if one.link.ifindex in members),
        lost=tuple(one for one in lost if one.link.ifindex not in members),
        released=tuple(link for link in members.values() if link.master),
        renumbered=sum(index in to.links for index in members),
        joined=sum(link.group == group_id for link in to.links.values()),
        protected={index: why for index, why in protected.items() if index in members or index in first},
    )


def arrived(members: Iterable[Link], before: Collection[bytes], there: Mapping[int, Link]) -> dict[int, Link]:
    """Return who of ``members`` is there now, by the ifindex here; ``before``: the names that were there before."""
    by_name = {link.name: link for link in there.values()}
    return {
        link.ifindex: now
        for link in members
        if link.name not in before and (now := by_name.get(link.name)) is not None and now.kind == link.kind
    }
