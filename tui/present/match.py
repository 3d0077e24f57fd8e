"""What matches a place in the tree of names, as lines to paste into a firewall's rules and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from tui.model.names.blocks import span
from tui.model.names.map import NameMap
from tui.model.names.match import Match, Way, iptables, masks, nft
from tui.model.text import plural, visible

_RULES = 8
"""Rules of iptables that are printed; what needs more is better done by nft."""


def match_lines(found: Match, way: Way) -> Iterator[str]:
    """Yield comments, and what nft and iptables take."""
    path, number = visible(found.path), len(found.group_ids)
    whole = found.block is not None and len(found.block) == number
    yield f"# {path} as it is today: exactly {plural(number, 'id')}"
    yield nft(found.ranges, way)
    rules = masks(found.ranges)
    if len(rules) > 1:
        yield f"# iptables takes one value and mask in a rule; these ids are no block, and need {len(rules)} rules"
    if len(rules) <= _RULES:
        yield from (iptables(masked, way) for masked in rules)
    if found.obstacle:
        yield f"# no block: {found.obstacle}"
    elif found.block is not None and not whole:
        yield f"# {path} as it grows: all ids of its block, {span(found.block)}; no other name is in it"
        yield nft([found.block], way)
        yield from (iptables(masked, way) for masked in masks([found.block]))


def match_row(found: Match, names: NameMap) -> dict[str, Any]:
    """Return what matches it, both ways; ``ids`` are first and last of each range."""
    return {
        "path": visible(found.path),
        "groups": [{"group_id": group_id, "group": names.name(group_id)} for group_id in found.group_ids],
        "exact": _row(found.ranges),
        "block": None if found.block is None else _row([found.block]),
        "obstacle": found.obstacle,
    }


def _row(ranges: Sequence[range]) -> dict[str, Any]:
    return {
        "ids": [[ids.start, ids.stop - 1] for ids in ranges],
        "iifgroup": nft(ranges, "in"),
        "oifgroup": nft(ranges, "out"),
        "src_group": [iptables(masked, "in") for masked in masks(ranges)],
        "dst_group": [iptables(masked, "out") for masked in masks(ranges)],
    }
