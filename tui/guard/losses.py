"""What a change will lose that the settings alone don't bring back: addresses, routes, neighbours.

Down: all routes, the IPv6 addresses (but with keep_addr_on_down) and the permanent neighbours. An MTU that is too small
for a protocol ends it on that link, addresses, routes, settings and all. ARP switched on or off: the permanent
neighbours. Measured on 6.18.
"""

import contextlib
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui.guard.dependants import dependants
from tui.model.change.attribute import Harm
from tui.model.change.reversal import Step
from tui.model.link import Link
from tui.model.text import visible
from tui.netlink.dependants.item import is_proxy, read_held
from tui.netlink.dependants.record import RouteOrAddress
from tui.netlink.dump import read_links
from tui.netlink.sockets import open_socket

_ENDS = {socket.AF_INET: Harm.ENDS_IPV4, socket.AF_INET6: Harm.ENDS_IPV6}
_RT_SCOPE_LINK, _RT_SCOPE_HOST = 253, 254
_CONF = Path("/proc/sys/net/ipv6/conf")


@dataclass(frozen=True, slots=True)
class Losses:
    """What goes with a change, and so what a revert has to see to."""

    followers: tuple[Step, ...] = ()
    """Links that change along with the members."""
    held: tuple[RouteOrAddress, ...] = ()
    """What members and followers hold now and will lose, in the order in which to make it anew."""
    settings: tuple[str, ...] = ()
    """What else is lost and not put back; harmless text."""

    @property
    def restorable(self) -> list[str]:
        """What a revert will try to put back, in words for people, harmless."""
        return [held.text for held in self.held if not held.why_not]

    @property
    def for_good(self) -> list[str]:
        """What no revert puts back, each with why, in words for people, harmless."""
        return [f"{held.text} ({held.why_not})" for held in self.held if held.why_not] + list(self.settings)


def losses(steps: Sequence[Step], links: Mapping[int, Link] | None = None) -> Losses:
    """Ask the kernel what a change would lose. ``links``: all that are known; else they are read too.

    Raises OSError, NoAnswerError, WireError.
    """
    known = read_links() if links is None else links
    followers = dependants(steps, known)
    tolls = {step.before.ifindex: toll for step in (*steps, *followers) if (toll := _toll(step))}
    if not tolls:
        return Losses(tuple(followers))
    with open_socket() as sock:
        held = read_held(sock, tolls, {index: link.name for index, link in known.items()})
    return Losses(
        tuple(followers),
        tuple(one for one in held if any(_goes(one, tolls[index]) for index in one.indexes if index in tolls)),
        tuple(_settings(step) for step in (*steps, *followers) if _loses_settings(step)),
    )


@dataclass(frozen=True, slots=True)
class _Toll:
    """What a step takes from its link."""

    down: bool
    keeps: bool
    """Whether IPv6 addresses stay on it while it is down."""
    ended: frozenset[int]
    """The families that end altogether."""
    forgets: bool
    """Whether permanent neighbours go; who is answered for stays."""


def _toll(step: Step) -> _Toll | None:
    harm = step.wanted.harm(step.before)
    down = Harm.TAKES_DOWN in harm
    forgets = Harm.FORGETS in harm and step.before.is_up
    ended = frozenset(family for family, ends in _ENDS.items() if ends in harm)
    if not (down or ended or forgets):
        return None
    return _Toll(down, down and _keeps_addresses(step.before), ended, forgets)


def _goes(held: RouteOrAddress, toll: _Toll) -> bool:
    if held.sort == "nexthop":
        return toll.down
    if toll.forgets and held.sort == "neighbour" and not is_proxy(held):
        return True
    if held.family in toll.ended or not toll.down:
        return held.family in toll.ended
    if held.sort == "address":
        return held.family == socket.AF_INET6 and (held.scope == _RT_SCOPE_LINK or not toll.keeps)
    # fib_sync_down_dev, net/ipv4/fib_semantics.c, spares local routes.
    return held.sort == "neighbour" or held.family == socket.AF_INET6 or held.scope != _RT_SCOPE_HOST


def _loses_settings(step: Step) -> bool:
    return Harm.ENDS_IPV6 in step.wanted.harm(step.before) and _conf(step.before).exists()


def _conf(link: Link) -> Path:
    return _CONF / os.fsdecode(link.name)


def _keeps_addresses(link: Link) -> bool:
    """Whether keep_addr_on_down is set, for this link or for all (addrconf_ifdown, net/ipv6/addrconf.c)."""
    for folder in (_CONF / "all", _conf(link)):
        with contextlib.suppress(OSError, ValueError):
            value = int((folder / "keep_addr_on_down").read_text())
            if value:
                return value > 0
    return False


def _settings(step: Step) -> str:
    return f"the IPv6 settings of {visible(step.before.name)} (net.ipv6.conf: they come back as the defaults)"
