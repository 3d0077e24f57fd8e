"""What the JSON of all writing verbs is made of."""

import json
from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

from tui.model.change.audit import settings_row
from tui.model.change.outcome import Outcome, Refusal, Reply
from tui.model.change.plan import Plan
from tui.model.change.settings import Settings
from tui.model.link import Link
from tui.model.names.map import NameMap, name_as_ip
from tui.model.text import visible

SCHEMA = 1
"""The version of the JSON; keys are only added."""

Result: TypeAlias = Literal["done", "unchanged", "partly", "refused", "failed", "unknown", "pending"]


def refusal_json(verb: str, why: str) -> str:
    """Return what a verb tells that was refused before there was a plan; ``why``: one sentence, safe to show."""
    return json.dumps({"schema": SCHEMA, "verb": verb, "result": "refused", "changed": False, "text": why})


def name_row(link: Link) -> dict[str, Any]:
    """Return which interface it is."""
    return {"ifindex": link.ifindex, "ifname": visible(link.name)}


def name_rows(links: Iterable[Link]) -> list[dict[str, Any]]:
    """Return which interfaces they are."""
    return [name_row(link) for link in links]


def reason_row(refusal: Refusal) -> dict[str, Any]:
    """Return who refused or was skipped, and why."""
    return {**name_row(refusal.link), "errno": refusal.errno, "text": visible(refusal.reason)}


def change_row(link: Link, before: Settings, after: Settings) -> dict[str, Any]:
    """Return what became of an interface."""
    return {**name_row(link), "before": settings_row(before), "after": settings_row(after)}


def group_rows(plan: Plan, outcome: Outcome | None, planned: Result, names: NameMap) -> list[dict[str, Any]]:
    """Return the groups of a parent that was chosen, and what became of each; ``planned``: of the whole, unsent."""
    if outcome is not None:
        return [_group_row(part, part.verdict, names) for part in outcome.parts if part.intent.group_id is not None]
    rows = []
    for part in plan.intent.parts() if plan.intent.groups else ():
        already = tuple(link for link in part.members.values() if part.reached(link))
        unsent = Outcome(part, Reply(0, "", 0, 0, 0.0), already=already)
        rows.append(_group_row(unsent, "unchanged" if len(already) == len(part.members) else planned, names))
    return rows


def _group_row(part: Outcome, result: str, names: NameMap) -> dict[str, Any]:
    group_id = part.intent.group_id
    assert group_id is not None
    return {
        "group_id": group_id,
        "group": name_as_ip(group_id, names),
        "result": "unchanged" if result == "nothing" else result,
        "members": len(part.intent.members),
        "changed": len(part.changed) + len(part.overtaken) + len(part.caught),
        "already": len(part.already),
        "refused": len(part.refused),
        "not_reached": len(part.not_reached),
        "messages": part.reply.messages,
        "errno": part.reply.errno,
        "text": visible(part.reply.text),
    }
