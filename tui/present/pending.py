"""Changes that wait to be kept → sentences, and JSON for scripts."""

import json
import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from tui.guard.ending import Ending
from tui.guard.order import GuardOrder
from tui.guard.pending import Pending
from tui.model.change.settings import UNTOUCHED
from tui.model.link import Link
from tui.model.text import visible
from tui.present.guard import ending_line
from tui.present.script_rows import SCHEMA, Result, change_row, name_rows, reason_row


def pending_line(change: Pending) -> str:
    """Return in one sentence what waits, whose it is, and for how long."""
    record = change.record
    by = f", by {visible(record.who)}" if record.who else ""
    since = record.when.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return f"{change.id}: {visible(record.what)}{by}, since {since}; {left_words(change)}."


def left_words(change: Pending) -> str:
    """Return what becomes of it if nobody decides, a clause."""
    if not change.guarded:
        return "it stays so: its guard was killed"
    left = math.ceil(change.left)
    return f"it is taken back in {left} s" if left > 0 else f"its guard (pid {change.record.pid}) is {-left} s late"


def pending_json(changes: Iterable[Pending]) -> str:
    """Return what waits, on one line of ASCII."""
    return json.dumps({"schema": SCHEMA, "pending": [_row(change) for change in changes]})


def _row(change: Pending) -> dict[str, Any]:
    record = change.record
    return {
        "id": change.id,
        "what": visible(record.what),
        "who": visible(record.who),
        "since": _time(record.when),
        "deadline": _time(record.deadline),
        "left_s": math.ceil(change.left) if change.guarded else None,
        "guarded": change.guarded,
        "guard_pid": record.pid,
    }


def _time(when: datetime) -> str:
    return when.isoformat(timespec="seconds")


def decided(keep: bool, ending: Ending) -> Result:
    """Return in one word what came of asking to keep a change, or to take it back."""
    if keep:
        if not ending.kept:
            return "failed"
        return "unchanged" if ending.by else "done"
    if (done := ending.reverted) is None:
        return "failed"
    if done.complete:
        return "done"
    return "partly" if done.back or done.as_before or done.returned else "failed"


def decided_json(verb: str, change: Pending, ending: Ending) -> str:
    """Return what came of `keep` or `revert` on one line of ASCII, with the keys of the writing verbs."""
    done = ending.reverted
    asked_back = verb == "revert" and done is not None
    data = {
        "schema": SCHEMA,
        "verb": verb,
        "id": change.id,
        "what": visible(change.record.what),
        "result": decided(verb == "keep", ending),
        "changed": bool(asked_back and done is not None and (done.back or done.returned)),
        "kept": ending.kept,
        "changed_members": _put_back(change.record.order, done.back) if asked_back and done is not None else [],
        "refused": [],
        "text": ending_line(ending).text,
    }
    if done is not None:
        data |= {
            "why": done.why,
            "as_before": name_rows(done.as_before),
            "changed_since": name_rows(done.changed_since),
            "gone": name_rows(done.gone),
            "refused": [reason_row(refusal) for refusal in done.refused],
            "returned": list(done.returned),
            "missing": [{"what": what, "text": visible(why)} for what, why in done.missing],
        }
    return json.dumps(data)


def _put_back(order: GuardOrder | None, links: Sequence[Link]) -> list[dict[str, Any]]:
    """Return who was put back, with what the change had made of each, and what each is now."""
    steps = () if order is None else (*order.steps, *order.losses.followers)
    wanted = {step.before.ifindex: step.wanted for step in steps}
    made = ((link, wanted.get(link.ifindex, UNTOUCHED)) for link in links)
    return [change_row(link, settings, settings.as_of(link)) for link, settings in made]
