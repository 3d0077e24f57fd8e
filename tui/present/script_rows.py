"""What the JSON of all writing verbs is made of."""

import json
from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

from tui.model.change.audit import settings_row
from tui.model.change.outcome import Refusal
from tui.model.change.settings import Settings
from tui.model.link import Link
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
