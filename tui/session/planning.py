"""What a change would take, worked out over what is shown."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from tui.model.change.intent import intent_for_branch, intent_for_links, make_intent
from tui.model.change.plan import Plan, make_plan
from tui.model.change.settings import UNTOUCHED, Settings
from tui.model.link import Link
from tui.model.names.map import NameMap
from tui.model.names.tree import Branch
from tui.model.store import Snapshot
from tui.model.view.shown import Shown

Chosen: TypeAlias = int | frozenset[int] | Branch
"""What a change is asked of: a group, by its id; single interfaces, by their ifindexes; or all groups of a branch."""


def chosen_links(shown: Shown, chosen: Chosen) -> Mapping[int, Link]:
    """Return the interfaces that are meant, by ifindex, as they are shown; who is gone isn't among them."""
    snapshot = shown.snapshot
    if isinstance(chosen, int):
        return snapshot.members(chosen)
    if isinstance(chosen, Branch):
        return intent_for_branch(snapshot, UNTOUCHED, chosen).members
    return {index: snapshot.links[index] for index in sorted(chosen) if index in snapshot.links}


def plan_change(
    shown: Shown,
    settings: Settings,
    chosen: Chosen,
    seen: Snapshot | None = None,
    *,
    each: bool = False,
) -> Plan:
    """Work out what it would take to set something on a group, on those of a branch, or on single interfaces.

    ``seen``: what the operator saw when he chose the interfaces; None: what is shown now. ``each``: a message goes to
    each member, even if one could do it.
    """
    if isinstance(chosen, int):
        intent = make_intent(shown.snapshot, settings, chosen)
    elif isinstance(chosen, Branch):
        intent = intent_for_branch(shown.snapshot, settings, chosen)
    else:
        intent = intent_for_links(seen or shown.snapshot, settings, chosen)
        if intent.revision != shown.snapshot.revision:
            # Somebody may have joined the group since: only a message for each reaches the chosen alone.
            intent = replace(intent, group_id=None)
    return make_plan(intent.each() if each else intent, shown.protected, shown.names, shown.fib)


def plan_each(plan: Plan, names: NameMap, fib: int) -> Plan:
    """Work out what the same takes by a message for each member, as far as it was asked for. Looks at every member.

    ``fib``: as for Reckoner. Who carries the way to this machine by now is found out before it is sent.
    """
    protected = {link.ifindex: "" for link in plan.preview.protected}
    each = make_plan(plan.intent.each(), protected, names, fib)
    if plan.preview.needs_name:
        return each
    return replace(each, preview=replace(each.preview, untagged=()))
