"""What an order may make anew, as a closed list: no record leads to a message that no guard would have sent."""

from collections.abc import Iterable
from dataclasses import replace
from typing import get_type_hints

from tui.guard.order import GuardOrder
from tui.model.change.reversal import Step
from tui.model.link import Link
from tui.netlink.dependants.item import read_message
from tui.netlink.dependants.record import RouteOrAddress

_U32 = 0xFFFFFFFF
_INDEX = 0x7FFFFFFF
_LONGEST = {"name": 15, "kind": 64, "address": 32, "broadcast": 32, "alias": 255}  # bytes; linux/if.h, netdevice.h
_ALTNAME = 127  # bytes; ALTIFNAMSIZ - 1, linux/if.h
_WORDS = 4096  # characters of a text
_HOURS = 24 * 3600.0
_FIELDS = get_type_hints(Link)


def check_order(order: GuardOrder) -> GuardOrder:
    """Return the order, its words for people made anew from what would be sent. Raises ValueError, TypeError.

    Links and settings have the types and ranges of the kernel's. What was held is an address, a neighbour or a route of
    one of those links, and its message is exactly what reading it from the kernel would have made of it.
    """
    steps, followers = order.steps, order.losses.followers
    before = [step.before for step in (*steps, *followers)]
    if not steps or len({link.ifindex for link in before}) < len(before):
        raise ValueError("no members, or one of them twice")
    for step in (*steps, *followers):
        _check_step(step)
    _check_texts((order.what, *order.losses.settings))
    for seconds in (order.timeout, order.change_wait):
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= _HOURS:
            raise ValueError("a time out of its range")
    names = {link.ifindex: link.name for link in before}
    return replace(order, losses=replace(order.losses, held=tuple(_held(one, names) for one in order.losses.held)))


def _check_step(step: Step) -> None:
    link = step.before
    for name, value in zip(Link._fields, link, strict=True):
        kind = _FIELDS[name]
        if kind is int:
            fits = _number(value)
        elif kind is bytes:
            fits = isinstance(value, bytes) and len(value) <= _LONGEST[name]
        elif kind == tuple[bytes, ...]:
            fits = all(len(one) <= _ALTNAME for one in link.altnames)
        else:
            fits = value is None or _number(value, -1)
        if not fits:
            raise ValueError(f"{name} is out of its range")
    if not 0 < link.ifindex <= _INDEX or not link.name:
        raise ValueError("no interface is so")
    if not all(attribute.admits(value) for attribute, value in step.wanted.items()):
        raise ValueError("a setting is out of its range")
    if not step.wanted:
        raise ValueError("nothing is set")


def _number(value: object, least: int = 0) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= _U32


def _check_texts(texts: Iterable[object]) -> None:
    for text in texts:
        if not isinstance(text, str) or len(text) > _WORDS:
            raise ValueError("a text is none, or too long")


def _held(held: RouteOrAddress, names: dict[int, bytes]) -> RouteOrAddress:
    """Return it with the words that its message has. Raises ValueError."""
    _check_texts((held.why_not,))
    if held.why_not and held.sort == "nexthop":
        _check_texts((held.text,))
        return held
    found = read_message(held.type, held.body, names)
    if found is None or found._replace(text=held.text, why_not=held.why_not) != held:
        raise ValueError("a message that no reading makes")
    if not names.keys() & set(found.indexes):
        raise ValueError("something that none of the interfaces holds")
    return held._replace(text=found.text)
