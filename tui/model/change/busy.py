"""How long the kernel will be busy with a change: a rough estimate, made before it is sent.

A link that changes state while it is UP makes IPv6 walk over its whole FIB (rt6_sync_up, called by addrconf_notify,
net/ipv6/addrconf.c), and so does an MTU that is set (rt6_mtu_change): links times routes, and each link brings routes
of its own. A group message carries IFLA_GROUP, which counts as a change of state on each UP member, whatever else it
sets (do_setlink, net/core/rtnetlink.c); a message for one link alone carries none. It holds RTNL from its first member
to its last, so that nobody else on the machine can change a link meanwhile; between two messages others get it.

Measured on Linux 6.18 with 512 to 8,192 ifb that are UP, two cores: a step of a walk takes 16 ns while the FIB is
small and 50 ns once it has 60,000 entries and nodes; to come up takes about two walks, to go down three, and to set an
MTU 1.5. For these sizes the estimate is within a factor of two.
"""

from dataclasses import dataclass

from tui.model.change.attributes import UP
from tui.model.change.settings import Settings
from tui.model.link import ADDRGENMODES, Link

LONG = 1.0
"""Seconds past which the operator hears of it before anything is sent."""

_STEP = 14e-9  # seconds for an entry or node of the FIB, as long as it is in the cache
_MISS = 0.5e-12  # more for each by which the FIB is longer
_LONGEST_STEP = 100e-9  # where none is in the cache
_EACH = 30e-6  # seconds for a link, walks aside
_OWN = 5  # entries and nodes that an UP link with a link-local address has in the FIB
_BARE = 1  # that one without has
_NO_ADDRESS = ADDRGENMODES.index("none")


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a change will cost the kernel."""

    seconds: float = 0.0
    """By the messages that are planned."""
    each: float = 0.0
    """By a message for each interface instead; the same where that is planned."""
    ipv6: int = 0
    """Members whose IPv6 makes it walk."""
    up: int = 0
    """Those of them that are UP."""

    @property
    def long(self) -> bool:
        """Whether the operator is to hear of it first."""
        return self.seconds > LONG


FREE = Estimate()
"""It costs nothing, as far as is known."""


class Reckoner:
    """Adds up what the members of a change cost; those that are alike at once."""

    def __init__(self, fib: int) -> None:
        """``fib``: entries and nodes in the IPv6 FIB, 0: not known."""
        self._fib = fib
        self._members = self._ipv6 = self._up = 0
        self._own = 0
        self._growth = 0
        self._planned = self._each = 0.0

    def add(self, link: Link, number: int, wanted: Settings, *, by_group: bool) -> None:
        """Count ``number`` members in that are as ``link``; ``by_group``: whether a group message goes to them."""
        self._members += number
        if not link.has_ipv6:
            return
        stays_up = link.is_up and wanted.get(UP, True)
        changes = wanted.walks(link)
        each = changes + (stays_up and wanted.stirs)
        planned = changes + stays_up if by_group else each
        entries = number * (_BARE if link.addrgenmode == _NO_ADDRESS else _OWN)
        self._own += entries if link.is_up else 0
        self._growth += entries * (wanted.get(UP, link.is_up) - link.is_up)
        self._planned += number * planned
        self._each += number * each
        if planned:
            self._ipv6 += number
            self._up += number if link.is_up else 0

    def estimate(self) -> Estimate:
        """Return what it comes to."""
        steps = max(self._fib, self._own) + self._growth / 2
        walk = steps * min(_STEP + _MISS * steps, _LONGEST_STEP)
        rest = self._members * _EACH
        return Estimate(rest + walk * self._planned, rest + walk * self._each, self._ipv6, self._up)
