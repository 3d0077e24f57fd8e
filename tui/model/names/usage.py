"""What else may hang on a name before it is renamed, renumbered or deleted.

The kernel knows no names: every user of one resolves it by itself, some when a rule is loaded, some each time.
"""

from typing import Literal

from tui.model.text import visible

NameChange = Literal["rename", "renumber", "delete"]

_AFTER = {
    "rename": "no longer know it",
    "renumber": "mean another group by it",
    "delete": "no longer know it",
}


def usage(name: bytes | str, group_id: int, members: int, change: NameChange) -> list[str]:
    """Return sentences, safe to show, on what may depend on ``name`` of a group with ``members`` interfaces."""
    shown = visible(name)
    has = "1 interface bears" if members == 1 else f"{members} interfaces bear"
    kept = "The tags stay as they are"
    moved = f"The tags don't follow the name: they stay {group_id}" if change == "renumber" else kept
    return [
        f"{has} the tag {group_id} now. {moved}.",
        f"After this, whatever looks up {shown} will {_AFTER[change]}:",
        f"nftables rules with iifgroup or oifgroup {shown}: loaded ones keep the number; the file fails or differs when"
        " it is loaded again, at the latest at boot.",
        f"iptables rules with -m devgroup --src-group or --dst-group {shown}: the same, when they are restored.",
        f"ip rule … suppress_ifgroup {shown}: rules in force keep the number; what sets them up doesn't.",
        f"Scripts, units and playbooks with “ip link … group {shown}”.",
    ]
