"""Moves a group's interfaces to another netns: what must be known before, sent, read back here and there."""

import os
from collections.abc import Mapping
from typing import Literal

from tui.model.change.move import Move, make_move
from tui.model.change.protect import risk
from tui.model.group import DEFAULT_GROUP
from tui.model.store import Snapshot
from tui.model.text import plural
from tui.netlink.elsewhere import look_there, tied_links
from tui.netlink.namespace import names_of_netns
from tui.netlink.vxlan import vxlan_lowers

__all__ = ["MoveBar", "move_bar", "move_news", "names_of_netns", "plan_move"]

MoveBar = Literal["default", "nobody", "here", "tied", "carried", "clash", "session", ""]
"""Why nothing may be sent: it is group 0, nobody is in it, they are there already, somebody never leaves this netns, is
deleted by what it stands on, or has a name that is taken there, or this SSH session comes over one; empty: it may, once
the group's name was typed."""
_FEW = 3  # names in a clause


def move_bar(move: Move, *, guarded: bool) -> MoveBar:
    """Return why it may not be sent; ``guarded``: nobody said that he wants no guard. A move can't be guarded."""
    if move.group_id == DEFAULT_GROUP:
        return "default"
    if not move.members:
        return "nobody"
    if move.to.here:
        return "here"
    if move.tied:
        return "tied"
    if move.carried:
        return "carried"
    if move.clashes:
        return "clash"
    return "session" if guarded and risk(move.protected.values()) == "ssh" else ""


def plan_move(snapshot: Snapshot, group_id: int, netns: str, protected: Mapping[int, str]) -> Move:
    """Work out what moving a group's interfaces takes; asks the kernel here and there.

    Blocks, and goes through all interfaces. Raises OSError, WireError.
    """
    to = look_there(netns)
    any_vxlan = any(link.kind == b"vxlan" for link in snapshot.links.values())
    lowers = vxlan_lowers() if any_vxlan else {}
    return make_move(snapshot, group_id, to, protected, lowers, tied_links(snapshot.links))


def move_news(seen: Move, now: Move) -> str:
    """Return what the operator wasn't told of, or can't be by now; a clause, unsafe to show
    before `visible`. Who is gone is no news."""
    if not now.members:
        return "nobody is in the group any more"
    if seen.to.identity != now.to.identity:
        return f"{seen.to.name} is another namespace by now"
    for links, why in (
        (now.tied, "never leaves this namespace"),
        ([one.link for one in now.carried], "is deleted by what it stands on"),
        (now.clashes, "has a name that is taken there by now"),
    ):
        if links:
            return f"{os.fsdecode(links[0].name)} {why}"
    if now.protected.keys() - seen.protected.keys():
        return "by now the way to this machine leads over them; look again"
    known = {(link.ifindex, link.name) for link in (*seen.members.values(), *(one.link for one in seen.lost))}
    going = (*now.members.values(), *(one.link for one in now.lost))
    if more := [link for link in going if (link.ifindex, link.name) not in known]:
        names = ", ".join(os.fsdecode(link.name) for link in more[:_FEW]) + (", …" if len(more) > _FEW else "")
        return f"while you looked, {plural(len(more), 'interface')} joined that would go too ({names}); look again"
    return ""
