"""Changes of interfaces as plain sentences, one a line: for people who listen or feel, and for logs."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from tui.model.change.attribute import Attribute
from tui.model.change.attributes import OF_THE_LINK_ALONE as _PLAIN
from tui.model.link import LINK_TYPES, Link, kind_word, link_name
from tui.model.names.map import NameMap
from tui.model.text import visible
from tui.present.words import lower_text


class Around(NamedTuple):
    """What the words for an interface need besides it."""

    links: Mapping[int, Link]
    names: NameMap


def _valued(attribute: Attribute) -> Callable[[Link, Around], str]:
    return lambda link, around: attribute.value(attribute.read(link), around.names)


_PARTS: tuple[tuple[str, Callable[[Link, Around], str]], ...] = (
    ("name", lambda link, around: visible(link.name)),
    ("group", lambda link, around: around.names.name(link.group)),
    ("state", lambda link, around: link.state),
    ("mtu", lambda link, around: str(link.mtu)),
    ("txqueuelen", lambda link, around: str(link.txqlen)),
    ("master", lambda link, around: link_name(link.master, around.links)),
    ("lower link", lambda link, around: lower_text(link, around.links)),
    ("address", lambda link, around: link.address.hex(":")),
    ("alias", lambda link, around: visible(link.alias)),
    ("altnames", lambda link, around: " ".join(map(visible, link.altnames))),
    ("kind", lambda link, around: kind_word(link.kind)),
    ("broadcast", lambda link, around: link.broadcast.hex(":")),
    ("least mtu", lambda link, around: str(link.min_mtu)),
    ("greatest mtu", lambda link, around: str(link.max_mtu)),
    ("type", lambda link, around: LINK_TYPES.get(link.arptype, str(link.arptype))),
    *((attribute.label, _valued(attribute)) for attribute in _PLAIN),
    ("tso_max_size", lambda link, around: str(link.tso_max_size)),
    ("tso_max_segs", lambda link, around: str(link.tso_max_segs)),
    ("disable_ipv6", lambda link, around: "on" if link.disable_ipv6 else "off"),
)
_IN_STATE = frozenset({"UP", "LOWER_UP", "NO-CARRIER", "DORMANT"})  # flags that the state tells


def clock(when: float) -> str:
    """Return the local time of day."""
    return time.strftime("%H:%M:%S", time.localtime(when))


def described(link: Link, around: Around) -> str:
    """Return what an interface is, after its name and group."""
    master = f", master {link_name(link.master, around.links)}" if link.master else ""
    return f"{link.state}, mtu {link.mtu}, {kind_word(link.kind)}{master}"


def change_line(before: Link | None, after: Link | None, around: Around) -> str:
    """Return interface, group and what became of it; empty: nothing that has a word here."""
    link = before or after
    assert link is not None
    head = f"{visible(link.name)} {around.names.name(link.group)}:"
    if after is None:
        return f"{head} gone"
    if before is None:
        return f"{head} new, {described(after, around)}"
    parts = ", ".join(_differences(before, after, around))
    return parts and f"{head} {parts}"


def _differences(before: Link, after: Link, around: Around) -> Iterator[str]:
    for what, of in _PARTS:
        old, now = of(before, around), of(after, around)
        if old != now:
            yield f"{what} {old or 'none'} → {now or 'none'}"
    old_flags, flags = set(before.flag_words()) - _IN_STATE, set(after.flag_words()) - _IN_STATE
    if old_flags != flags:
        signed = [*(f"+{word}" for word in flags - old_flags), *(f"-{word}" for word in old_flags - flags)]
        yield f"flags {' '.join(sorted(signed))}"
