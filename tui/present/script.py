"""What a writing verb came to → JSON for scripts, sentences for people."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from tui.model.change.intent import Intent
from tui.model.change.outcome import Outcome, sent_to
from tui.model.change.plan import Plan, ip_lines
from tui.model.change.shell import shortened
from tui.model.names.map import NameMap, name_as_ip
from tui.model.text import plural, visible
from tui.present.busy import instead
from tui.present.change import asked, effort, empty_groups, outcome_line, part_lines, risks, transition
from tui.present.script_rows import SCHEMA, Result, change_row, group_rows, name_row, name_rows, reason_row

_ROOM = 400  # characters of a line that is to be looked at; the JSON has it in full


class Missing(NamedTuple):
    """What the console would ask, and no option granted."""

    option: str
    """The option that grants it."""
    why: str
    """A clause."""


class Pending(NamedTuple):
    """A change that stands only if it is kept."""

    id: str
    """For `ifgroup keep` and `ifgroup revert`."""
    deadline: datetime
    """When it is taken back."""
    left: float
    """Seconds until then."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that a verb tells."""

    plan: Plan
    spared: int = 0
    """Interfaces that were chosen too and are left out of the plan, since they are as asked."""
    dry_run: bool = False
    missing: tuple[Missing, ...] = ()
    """Nothing is sent if there is any."""
    outcome: Outcome | None = None
    """None: nothing was sent."""
    pending: Pending | None = None

    @property
    def changes(self) -> bool:
        """Whether anything changed; of a dry run, whether anything would."""
        if self.outcome is None:
            return self.dry_run and self.plan.preview.changing > 0
        outcome = self.outcome
        changed = outcome.changed or outcome.overtaken or outcome.caught or outcome.halves
        return bool(changed) or self.result == "unknown"

    @property
    def result(self) -> Result:
        """The whole in one word; of a dry run, what it would come to."""
        if not self.plan.preview.changing and self.outcome is None:
            return "unchanged"
        if self.missing:
            return "refused"
        if self.outcome is None:
            return "done"
        verdict = self.outcome.verdict
        if verdict == "nothing":
            return "failed" if self.outcome.skipped or self.outcome.stopped else "unchanged"
        if verdict == "done" and self.outcome.stopped:
            return "partly"
        return "pending" if verdict == "done" and self.pending is not None else verdict


def as_json(verb: str, report: Report, names: NameMap) -> str:
    """Return all of it on one line of ASCII; ``verb``: the command's name."""
    plan, outcome = report.plan, report.outcome
    group_id = _group_id(plan.intent)
    reply = outcome.reply if outcome else None
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "verb": verb,
        "group_id": group_id,
        "group": None if group_id is None else name_as_ip(group_id, names),
        "dry_run": report.dry_run,
        "result": report.result,
        "changed": report.changes,
        "members": plan.preview.members + report.spared,
        "already": (len(outcome.already) if outcome else plan.already) + report.spared,
        "changed_members": [*_changes(report)],
        "refused": [*_refused(report)],
        "half_changed": [*_halves(report)],
        "not_reached": name_rows(outcome.not_reached if outcome else ()),
        "overtaken": name_rows(outcome.overtaken if outcome else ()),
        "left": name_rows(outcome.left if outcome else ()),
        "joined": name_rows(outcome.joined if outcome else ()),
        "vanished": name_rows(outcome.vanished if outcome else ()),
        "skipped": [reason_row(refusal) for refusal in outcome.skipped] if outcome else [],
        "messages": reply.messages if reply else 0,
        "errno": reply.errno if reply else 0,
        "text": _line(report, names),
        "risks": risks(plan.preview, names) if plan.preview.changing else [],
        "needs": [missing.option for missing in report.missing],
        "ip": [*_ip(report, names)],
        "confirm": None,
        "branch": visible(plan.intent.path) if plan.intent.path else None,
        "groups": group_rows(plan, outcome, report.result, names),
        "each": bool(plan.intent.each_of),
        "seconds_estimated": round(plan.preview.estimate.seconds, 3),
        "seconds_estimated_each": round(plan.preview.estimate.each, 3),
    }
    if report.pending is not None:
        data["confirm"] = {"id": report.pending.id, "deadline": report.pending.deadline.isoformat(timespec="seconds")}
    return json.dumps(data)


def _group_id(intent: Intent) -> int | None:
    """Return the one group that was chosen; None: it were several, or single interfaces."""
    if len(intent.each_of) == 1 and not intent.path:
        return intent.each_of[0]
    return intent.group_id


def as_lines(report: Report, names: NameMap) -> Iterator[str]:
    """Yield all of it in sentences, the outcome first."""
    yield _line(report, names)
    if report.outcome is None and report.plan.preview.changing:
        yield from risks(report.plan.preview, names)
        if report.plan.preview.estimate.long and (way := instead(report.plan.preview)):
            yield f"--each: {way}."
    if report.plan.preview.changing:
        yield from empty_groups(report.plan.preview.empty, names)
    for missing in report.missing:
        needs = "To be sent it needs" if report.dry_run else "Nothing was sent: it needs"
        yield f"{needs} {missing.option}, since {missing.why}."
    for row in _refused(report):
        yield f"refused: {row['ifname']}: {row['text']}"
    if report.outcome is not None:
        yield from part_lines(report.outcome, names, but_done=True)
        for refusal in report.outcome.skipped:
            yield f"skipped: {visible(refusal.link.name)}: {visible(refusal.reason)}"
        for what, links in (
            ("not reached", report.outcome.not_reached),
            ("changed again by another", report.outcome.overtaken),
        ):
            yield from (f"{what}: {visible(link.name)}" for link in links)
    for line in _ip(report, names):
        yield f"equals: {shortened(line, _ROOM)}"
    if (pending := report.pending) is not None:
        when = f"{pending.deadline.astimezone():%H:%M:%S}, in {pending.left:.0f} s"
        yield f"Taken back at {when}, unless you keep it over a new connection: ifgroup keep {pending.id}"


def _line(report: Report, names: NameMap) -> str:
    """Return the whole in one line."""
    preview, outcome = report.plan.preview, report.outcome
    if outcome is not None:
        spared = f" {plural(report.spared, 'more is', 'more are')} already." if report.spared else ""
        return outcome_line(outcome, names).text + spared
    wish = asked(report.plan.intent, names)
    if not preview.members:
        nobody = "it has no members" if report.plan.intent.whole else "no interface is meant"
        return f"{wish}: unchanged, {nobody}; no message was sent."
    if not preview.changing:
        return f"{wish}: unchanged, {transition(preview, names)}; no message was sent."
    spared = f", {plural(report.spared, 'more is', 'more are')} already" if report.spared else ""
    return f"{wish}: {transition(preview, names)}{spared}; {effort(preview)}."


def _changes(report: Report) -> Iterator[dict[str, Any]]:
    """Yield who changed, or in a dry run would, with what they were and are."""
    intent, outcome = report.plan.intent, report.outcome
    if outcome is not None:
        for link in (*outcome.changed, *outcome.overtaken, *outcome.caught):
            wanted = intent.wanted(link.ifindex)
            yield change_row(link, wanted.as_of(outcome.before(link)), wanted.as_of(link))
    elif report.dry_run:
        for link in report.plan.changing:
            wanted = intent.wanted(link.ifindex)
            yield change_row(link, wanted.as_of(link), wanted)


def _halves(report: Report) -> Iterator[dict[str, Any]]:
    """Yield who refused, or wasn't reached, and yet was changed in part."""
    if (outcome := report.outcome) is not None:
        for link, part in outcome.halves:
            yield change_row(link, part.as_of(outcome.before(link)), part)


def _refused(report: Report) -> Iterator[dict[str, Any]]:
    """Yield who refused; of a plan, who is known to refuse."""
    if report.outcome is not None:
        yield from map(reason_row, report.outcome.refused)
    elif report.plan.preview.changing:
        for link in report.plan.preview.refusing:
            yield {**name_row(link), "errno": 0, "text": report.plan.intent.wanted(link.ifindex).limits(link)}


def _ip(report: Report, names: NameMap) -> list[str]:
    """Return the `ip` lines that ask for the same as was sent, or would be."""
    if report.outcome is not None:
        return ip_lines(sent_to(report.outcome), names) if report.outcome.reply.messages else []
    return ip_lines(report.plan.intent, names) if report.plan.preview.changing else []
