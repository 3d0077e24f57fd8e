"""By which column rows are ordered: each column by what it shows, numbers as numbers, empty cells last."""

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from tui.model.change.protect import RISKS, risk
from tui.model.group import Group
from tui.model.link import Link, kind_word, link_name
from tui.model.text import visible
from tui.model.view.shown import Shown

Natural: TypeAlias = tuple[bool, tuple[tuple[int, int, str], ...]]

_DIGITS = re.compile(r"([0-9]+)")
_SPARE = 8192  # keys remembered beyond two for each interface: of groups, and of names that were

_known: dict[str, Natural] = {}


def natural(text: str) -> Natural:
    """Return a key that sorts eth2 before eth10, and nothing after everything."""
    if (key := _known.get(text)) is None:
        parts = _DIGITS.split(text.lower())
        key = not text, tuple((0, int(part), "") if odd % 2 else (1, 0, part) for odd, part in enumerate(parts))
        _known[text] = key
    return key


def group_order(shown: Shown, column: str, reverse: bool) -> list[int]:
    """Return the ids in the order of ``column``, ties by id."""
    groups, names, reasons = shown.groups, shown.names, shown.reasons
    keys: dict[str, Callable[[Group], Any]] = {
        "id": lambda group: group.group_id,
        "group": lambda group: natural(names.name(group.group_id) if group.group_id in names.by_id else ""),
        "members": lambda group: group.members,
        "up": lambda group: group.up,
        "down": lambda group: group.down,
        "mtu": lambda group: (not group.mtus, *group.mtu_range, group.deviating),
        "risk": lambda group: RISKS.index(risk(reasons.get(group.group_id, ()), group.group_id)),
        "kinds": lambda group: natural(" ".join(kind_word(kind) for kind, _ in group.kinds)),
    }
    return sorted(sorted(groups, reverse=reverse), key=lambda group_id: keys[column](groups[group_id]), reverse=reverse)


def link_order(indexes: Iterable[int], shown: Shown, column: str, reverse: bool) -> list[int]:
    """Return the ifindexes in the order of ``column``, ties by index."""
    links, names, protected = shown.snapshot.links, shown.names, shown.protected
    if len(_known) > 2 * len(links) + _SPARE:
        # Where names keep changing most of these are of names that are no more.
        _known.clear()
    ordered = sorted(indexes, reverse=reverse)
    if column == "index":
        return ordered
    keys: dict[str, Callable[[Link], Any]] = {
        "name": lambda link: natural(visible(link.name)),
        "group": lambda link: natural(names.name(link.group)),
        "state": lambda link: link.state,
        "mtu": lambda link: link.mtu,
        "risk": lambda link: RISKS.index(risk((protected[link.ifindex],) if link.ifindex in protected else ())),
        "kind": lambda link: natural(kind_word(link.kind)),
        "master": lambda link: natural(link_name(link.master, links)),
        "mac": lambda link: (not link.address, link.address),
        "alias": lambda link: natural(visible(link.alias)),
    }
    return sorted(ordered, key=lambda index: keys[column](links[index]), reverse=reverse)
