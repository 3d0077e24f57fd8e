"""What makes an interface the same one: decided here, for marks, writes, outcomes, undo and the guard.

An index means the same device until that device is deleted; the kernel tells of that (RTM_DELLINK). A rename, another
hardware address, another group don't end it. Who wasn't told, since notifications were lost or it is another process,
compares what was seen with what is there now: `same_device`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from tui.model.link import Link

_IFF_SLAVE = 0x800

# Empty: hardware, whose index nobody can choose. The others take over the address of a port or of a lower link: bond
# and team (and give theirs to ports), br_stp_recalculate_bridge_id, vlan_sync_address, macvlan_device_event (passthru),
# ipvlan_device_event, hsr_netdev_notify.
_FOLLOWERS = frozenset(
    (b"", b"bond", b"team", b"bridge", b"vlan", b"macvlan", b"macvtap", b"ipvlan", b"ipvtap", b"hsr")
)


def same_device(before: Link, now: Link, *, told: bool = False) -> bool:
    """Whether what bears an index ``now`` can be the device that was seen ``before``.

    ``told``: whether a deletion since would have been heard of, and none was. Otherwise another hardware address is
    another device, but on kinds that change theirs by themselves, and on ports of a bond, if the name is the same. Who
    sets another address by hand meanwhile makes it look like another device then: the error that touches nothing.
    """
    if before.kind != now.kind:
        return False
    return told or before.address == now.address or (before.name == now.name and (_follows(before) or _follows(now)))


def _follows(link: Link) -> bool:
    return link.kind in _FOLLOWERS or bool(link.flags & _IFF_SLAVE)


class Lives:
    """Since which revision of the store each index has meant the device that it means now. Not for several threads."""

    def __init__(self) -> None:
        """Know of none."""
        self._born: dict[int, int] = {}
        self.buried: set[int] = set()
        """The indexes whose device was deleted, and which are still in the store."""
        self._doubted = False
        self._shown: Mapping[int, int] | None = None

    def bury(self, index: int) -> None:
        """Take note that the device was deleted; whatever bears the index from now on is another one."""
        if index in self._born:
            self.buried.add(index)

    def doubt(self) -> None:
        """Take note that news may have been lost: until `trust` what is seen is compared with what was."""
        self._doubted = True

    def trust(self) -> None:
        """Take note that everything has been compared by now."""
        self._doubted = False

    def goes_on(self, old: Link, now: Link) -> bool:
        """Whether the device ``old``, known so far, is what bears its index ``now``."""
        return old.ifindex not in self.buried and same_device(old, now, told=not self._doubted)

    def since(self, index: int) -> int:
        """Return the revision at which the device that bears ``index`` was seen first."""
        return self._born[index]

    @property
    def certain(self) -> bool:
        """Whether every deletion was heard of and taken in: then only another kind makes another device."""
        return not self._doubted and not self.buried

    def begin(self, index: int, revision: int) -> None:
        """A device that wasn't there before bears this index."""
        self._born[index] = revision
        self.buried.discard(index)
        self._shown = None

    def end(self, index: int) -> None:
        """Nothing bears this index any more."""
        del self._born[index]
        self.buried.discard(index)
        self._shown = None

    def shown(self) -> Mapping[int, int]:
        """Return the revisions by ifindex, immutable; the same object as long as nothing changes."""
        if self._shown is None:
            self._shown = MappingProxyType(self._born.copy())
        return self._shown
