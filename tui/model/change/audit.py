"""What goes on record of a change: one flat record, ready for JSON."""

from collections.abc import Iterable, Iterator, Mapping

from tui.model.change.attributes import ATTRIBUTES, MASTER
from tui.model.change.intent import Intent
from tui.model.change.outcome import Outcome
from tui.model.change.settings import UNTOUCHED, Settings
from tui.model.link import Link
from tui.model.text import visible


def change_record(title: str, outcome: Outcome, *, guarded: bool, links: Mapping[int, Link]) -> dict[str, object]:
    """Return the record of an attempted change. ``title``: what was asked, in words; ``links``: all interfaces."""
    intent, reply = outcome.intent, outcome.reply
    asked = intent.alike or UNTOUCHED
    return {
        "event": "change",
        "what": title,
        "operation": intent.operation,
        "group_id": intent.group_id,
        "branch": visible(intent.path) if intent.path else None,
        **{one.recorded: one.recorded_as(asked[one]) if one in asked else None for one in ATTRIBUTES if one.recorded},
        "undoes": intent.undoes,
        "guarded": guarded,
        "outcome": outcome.verdict,
        "stopped": outcome.stopped,
        "messages": reply.messages,
        "bytes": reply.size,
        "errno": reply.errno,
        "kernel": visible(reply.text),
        "seconds": round(reply.waited, 6),
        "settings": None if intent.alike is None else settings_row(asked),
        "groups": sorted({outcome.before(link).group for link in intent.members.values()}),
        "by_group": [_group_row(part) for part in outcome.parts if part.intent.group_id is not None] or None,
        "masters": masters_row(_settings_told(intent), links),
        "members": [*_rows(outcome)],
    }


def masters_row(told: Iterable[Settings], links: Mapping[int, Link]) -> dict[str, str] | None:
    """Return the names of the masters in ``told`` by ifindex, as records hold them; None: there are none."""
    indexes = {settings[MASTER] for settings in told if settings.get(MASTER)}
    return {str(index): visible(links[index].name) for index in sorted(indexes) if index in links} or None


def _settings_told(intent: Intent) -> Iterator[Settings]:
    """Yield all that was asked, and, where that is of masters, what was before."""
    if intent.alike is not None and MASTER not in intent.alike:
        return
    for index, link in intent.members.items():
        wanted = intent.wanted(index)
        yield wanted
        yield wanted.as_of(link)


def _group_row(part: Outcome) -> dict[str, object]:
    """Return what became of one of several groups."""
    intent, reply = part.intent, part.reply
    return {
        "group_id": intent.group_id,
        "outcome": part.verdict,
        "messages": reply.messages,
        "errno": reply.errno,
        "kernel": visible(reply.text),
        "settings": settings_row(intent.alike or UNTOUCHED),
    }


def _rows(outcome: Outcome) -> Iterator[dict[str, object]]:
    """Yield each member with what became of it, what it was before and what it is after."""
    alone = outcome.intent.alone if outcome.intent.groups else {}
    for row in _told(outcome):
        yield {**row, "alone": True} if row["ifindex"] in alone else row


def _told(outcome: Outcome) -> Iterator[dict[str, object]]:
    intent = outcome.intent
    if not outcome.checked:
        became = "unknown" if outcome.reply.messages else "not sent"
        for seen in intent.members.values():
            yield _row(outcome.before(seen), became, intent, None)
        return
    placed: tuple[tuple[str, tuple[Link, ...]], ...] = (
        ("changed", outcome.changed),
        ("already", outcome.already),
        ("changed again by another", outcome.overtaken),
        ("refused", tuple(refusal.link for refusal in outcome.refused)),
        ("not reached", outcome.not_reached),
        ("left the group", outcome.left),
        ("vanished", outcome.vanished),
        ("skipped", tuple(refusal.link for refusal in outcome.skipped)),
    )
    reasons = {refusal.link.ifindex: refusal.reason for refusal in (*outcome.refused, *outcome.skipped)}
    for became, links in placed:
        gone = became in ("vanished", "skipped")
        for link in links:
            row = _row(link, became, intent, None) if gone else _row(outcome.before(link), became, intent, link)
            if link.ifindex in reasons:
                row["reason"] = visible(reasons[link.ifindex])
            yield row
    caught = {link.ifindex for link in outcome.caught}
    for link in outcome.joined:
        if link.ifindex in caught:
            yield _row(outcome.before(link), "joined meanwhile", intent, link)
        else:
            yield {"ifindex": link.ifindex, "ifname": visible(link.name), "became": "joined meanwhile"}


def _row(before: Link, became: str, intent: Intent, after: Link | None) -> dict[str, object]:
    wanted = intent.wanted(before.ifindex)
    row: dict[str, object] = {"ifindex": before.ifindex, "ifname": visible(before.name), "became": became}
    if intent.alike is None:
        row["settings"] = settings_row(wanted)
    row["before"] = settings_row(wanted.as_of(before))
    if after is not None:
        row["after"] = settings_row(wanted.as_of(after))
    return row


def settings_row(settings: Settings) -> dict[str, object]:
    """Return settings as records hold them: values by the attributes' ids."""
    return {attribute.id: attribute.recorded_as(value) for attribute, value in settings.items()}
