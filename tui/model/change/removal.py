"""A group's interfaces are to be deleted: who goes, what goes with them, what is released, and what can't go.

By rtnl_group_dellink, net/core/rtnetlink.c: one member without a dellink, and nothing is deleted (EOPNOTSUPP).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from tui.model.link import Link
from tui.model.store import Snapshot

_PAIRED = frozenset((b"veth", b"vxcan", b"netkit"))
"""One end never outlives the other: veth_dellink, vxcan_dellink, netkit_del_link."""
_HELD_LOOSELY = frozenset(
    (b"ipip", b"gre", b"gretap", b"erspan", b"sit", b"vti", b"ip6tnl", b"ip6gre", b"ip6gretap", b"ip6erspan", b"vti6")
) | frozenset((b"xfrm", b"geneve", b"bareudp", b"gtp", b"wireguard"))
"""Tunnels name the interface that they go out by (IFLA_LINK), and stay when it goes."""
WITHOUT_DELLINK = frozenset((b"", b"dsa", b"openvswitch"))
"""Hardware and `lo` have no rtnl_link_ops; those of the others have neither setup nor dellink (rtnl_link_register)."""
_IGNORING = frozenset((b"can",))
"""Their dellink does nothing: can_dellink, drivers/net/can/dev/netlink.c."""
_FALLBACK = {
    b"tunl0": b"ipip",
    b"gre0": b"gre",
    b"gretap0": b"gretap",
    b"erspan0": b"erspan",
    b"ip_vti0": b"vti",
    b"sit0": b"sit",
    b"ip6tnl0": b"ip6tnl",
    b"ip6gre0": b"ip6gre",
    b"ip6_vti0": b"vti6",
}
"""The device that a tunnel's module makes in each netns: its dellink passes it over, such as ip_tunnel_dellink."""


class Companion(NamedTuple):
    """An interface that goes because another does."""

    link: Link
    of: Link
    """The other: its peer, or what it stands on."""

    @property
    def is_peer(self) -> bool:
        """Whether it is the other end of a pair; else it is stacked on top."""
        return self.link.kind in _PAIRED


@dataclass(frozen=True, slots=True)
class Deletion:
    """What deleting a group's interfaces takes and comes to."""

    group_id: int
    members: Mapping[int, Link]
    """By ifindex, as they were seen."""
    revision: int
    """The store's revision that was seen."""
    also: tuple[Companion, ...] = ()
    """What goes too, whatever group it is in."""
    torn: tuple[Link, ...] = ()
    """Those of both whose other end is in another netns: that goes too, and can't be seen from here."""
    released: tuple[Link, ...] = ()
    """Ports of those of both that are masters: they stay, and are nobody's ports any more."""
    undeletable: tuple[Link, ...] = ()
    """Members that the kernel can't delete; if there is one, it deletes nobody."""
    staying: tuple[Link, ...] = ()
    """Members that the kernel passes over."""
    protected: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    """Why those of both are protected that carry the default route or this SSH session, by ifindex."""

    @property
    def number(self) -> int:
        """How many there are that go by the message itself."""
        return len(self.members) - len(self.staying)

    @property
    def goers(self) -> frozenset[int]:
        """All that go, by ifindex."""
        return frozenset(self.members).union(companion.link.ifindex for companion in self.also)


def make_deletion(
    snapshot: Snapshot, group_id: int, protected: Mapping[int, str], lowers: Mapping[int, int]
) -> Deletion:
    """Work out what it takes; goes through all interfaces.

    ``protected`` gives the reason by ifindex; ``lowers`` the lower links that `Link.lower` doesn't tell, by ifindex.
    """
    members = snapshot.members(group_id)
    also = tuple(companions(snapshot.links, members, lowers))
    going = [*members.values(), *(companion.link for companion in also)]
    indexes = {link.ifindex for link in going}
    return Deletion(
        group_id,
        members,
        snapshot.revision,
        also,
        torn=tuple(link for link in going if link.kind in _PAIRED and link.lower_netnsid is not None),
        released=tuple(
            snapshot.links[port]
            for index in sorted(indexes & snapshot.ports.keys())
            for port in sorted(snapshot.ports[index] - indexes)
        ),
        undeletable=tuple(link for link in members.values() if link.kind in WITHOUT_DELLINK),
        staying=tuple(link for link in members.values() if _passed_over(link)),
        protected={index: why for index, why in protected.items() if index in indexes},
    )


def _passed_over(link: Link) -> bool:
    return link.kind in _IGNORING or _FALLBACK.get(link.name) == link.kind


def companions(
    links: Mapping[int, Link], members: Mapping[int, Link], lowers: Mapping[int, int]
) -> Iterable[Companion]:
    """Yield what goes with ``members``, and with that, and so on; ``lowers``: as for `make_deletion`."""
    on: dict[int, list[Link]] = {}
    for index, link in sorted(links.items()):
        if link.lower_netnsid is not None or (link.kind in _HELD_LOOSELY and index not in lowers):
            continue
        if lower := lowers.get(index, link.lower):
            on.setdefault(lower, []).append(link)
    met = set(members)
    step = [link for link in members.values() if not _passed_over(link)]
    while step:
        found = []
        for below in step:
            for link in on.get(below.ifindex, ()):
                if link.ifindex not in met:
                    met.add(link.ifindex)
                    found.append(Companion(link, below))
        yield from found
        step = [companion.link for companion in found]
