"""Which interfaces carry the operator: the default routes' and this SSH session's, with what lies above and below."""

from collections.abc import Iterable, Mapping

from tui.model.group import DEFAULT_GROUP
from tui.model.link import Link
from tui.model.store import Snapshot

RISKS = ("ssh", "route", "default", "")
"""What makes a change dangerous, the worst first; empty: nothing known."""


def risk(reasons: Iterable[str], group_id: int | None = None) -> str:
    """Return which of RISKS these reasons of protected interfaces amount to; ``group_id``: of the group they are in."""
    words = set(reasons)
    if any("SSH" in word for word in words):
        return "ssh"
    if words:
        return "route"
    return "default" if group_id == DEFAULT_GROUP else ""


def protect(snapshot: Snapshot, carriers: Mapping[int, str]) -> dict[int, str]:
    """Return why each protected interface is protected, by ifindex. Costs nothing for those that aren't.

    ``carriers`` are the interfaces that hold the route or address itself, with the reason. To them belong all their
    masters (without the bridge its port is cut off), and everything that those stand on: ports and lower links.
    """
    links = snapshot.links
    found: dict[int, str] = {}
    for carrier, reason in carriers.items():
        if carrier not in links:
            continue
        stack = list(_masters(links, carrier))
        for index in _below(snapshot, stack):
            found.setdefault(index, reason if index == carrier else f"{reason}, in one stack with it")
    return found


def _masters(links: Mapping[int, Link], index: int) -> Iterable[int]:
    seen: set[int] = set()
    while index in links and index not in seen:
        seen.add(index)
        yield index
        index = links[index].master


def _below(snapshot: Snapshot, stack: list[int]) -> Iterable[int]:
    links, ports = snapshot.links, snapshot.ports
    seen: set[int] = set()
    while stack:
        index = stack.pop()
        if index in seen or index not in links:
            continue
        seen.add(index)
        yield index
        link = links[index]
        stack.extend(ports.get(index, ()))
        if link.lower and link.lower_netnsid is None:
            stack.append(link.lower)
