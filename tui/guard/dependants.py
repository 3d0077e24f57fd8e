"""What changes along with a member: the links on top of it, and the bridge whose port it is.

net/8021q/vlan.c (vlan_device_event): a VLAN goes down, up and to a smaller MTU with its lower link; drivers/net/
macvlan.c and others: to a smaller MTU. None of them gets its MTU back when the lower link does.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tui.model.change.attribute import Attribute
from tui.model.change.attributes import MTU, UP
from tui.model.change.reversal import Step
from tui.model.change.settings import Settings
from tui.model.link import Link

_VETH, _BRIDGE, _VLAN = b"veth", b"bridge", b"vlan"


def dependants(steps: Sequence[Step], links: Mapping[int, Link]) -> list[Step]:
    """Return what the change will make of each dependant, and what it is now; members themselves left out.

    A bridge follows the smallest of its ports both ways (net/bridge/br_if.c, br_mtu_auto_adjust) unless told
    otherwise, and to tell it would end that; so it is in the list for what it loses, not to be set.
    """
    found: dict[int, Step] = {}
    members = {step.before.ifindex for step in steps}
    above: dict[int, list[Link]] = {}
    for link in links.values():
        if link.lower and link.lower_netnsid is None and link.kind != _VETH:
            above.setdefault(link.lower, []).append(link)
    todo = list(steps)
    while todo:
        step = todo.pop()
        for follower in _followers(step, above.get(step.before.ifindex, ()), links):
            index = follower.before.ifindex
            if index not in members and index not in found:
                found[index] = follower
                todo.append(follower)
    return [found[index] for index in sorted(found)]


def nobody_follows(links: Mapping[int, Link]) -> bool:
    """Whether no link stands on another, nor is anybody's port: then nothing changes along with any."""
    return not any(link.master or (link.lower and link.kind != _VETH) for link in links.values())


def is_bridge(step: Step) -> bool:
    """Whether it follows by itself, back too."""
    return step.before.kind == _BRIDGE


def _followers(step: Step, above: Iterable[Link], links: Mapping[int, Link]) -> Iterator[Step]:
    mtu = step.wanted.get(MTU, step.before.mtu)
    shrinks = mtu < step.before.mtu
    for link in above:
        follows: dict[Attribute, int] = {MTU: mtu} if shrinks and link.mtu != mtu else {}
        if link.kind == _VLAN and link.is_up and step.wanted.get(UP) is False:
            follows[UP] = False
        if follows:
            yield Step(link, Settings(follows))
    master = links.get(step.before.master)
    if shrinks and master is not None and master.kind == _BRIDGE and mtu < master.mtu:
        yield Step(master, Settings({MTU: mtu}))
