"""What else may hang on a name before it is renamed, renumbered or deleted.

The kernel knows no names: every user of one resolves it by itself, some when a rule is loaded, some each time.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from tui.model.text import plural, visible

NameChange = Literal["rename", "renumber", "delete"]

_AFTER = {
    "rename": "no longer know",
    "renumber": "mean another group by",
    "delete": "no longer know",
}


class GivenUp(NamedTuple):
    """A name that is looked up in vain afterwards, or means another group."""

    name: bytes
    group_id: int
    """The group that it named; negative: `ip` skips its line."""
    now: str = ""
    """That group's name afterwards, safe to show; empty: none."""


def usage(given_up: Sequence[GivenUp], members: int, change: NameChange) -> list[str]:
    """Return sentences, safe to show, on what may depend on names of groups with ``members`` interfaces."""
    names, tags = [visible(one.name) for one in given_up], {one.group_id for one in given_up}
    shown = names[0] if len(names) == 1 else f"{names[0]}, {names[1]} or another of {len(names)} names"
    example = names[0] if len(names) == 1 else "NAME"
    tag = f"the tag {given_up[0].group_id}" if len(tags) == 1 else f"one of these {len(tags)} tags"
    kept = "The tags stay as they are"
    moved = f"The tags don't follow the name: they stay {given_up[0].group_id}" if change == "renumber" else kept
    return [
        f"{plural(members, 'interface')} {'bears' if members == 1 else 'bear'} {tag} now. {moved}.",
        f"After this, whatever looks up {shown} will {_AFTER[change]} it:",
        f"nftables rules with iifgroup or oifgroup {example}: loaded ones keep the number; the file fails or differs"
        " when it is loaded again, at the latest at boot.",
        f"iptables rules with -m devgroup --src-group or --dst-group {example}: the same, when they are restored.",
        f"ip rule … suppress_ifgroup {example}: rules in force keep the number; what sets them up doesn't.",
        f"Scripts, units and playbooks with “ip link … group {example}”.",
    ]
