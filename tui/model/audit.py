"""What goes on record of a change: one flat record, ready for JSON."""

from collections.abc import Iterator

from tui.model.link import Link
from tui.model.outcome import Outcome
from tui.model.settings import Settings
from tui.model.text import visible


def change_record(title: str, outcome: Outcome, *, guarded: bool) -> dict[str, object]:
    """Return the record of an attempted change. ``title``: what was asked, in words."""
    intent, reply = outcome.intent, outcome.reply
    return {
        "event": "change",
        "what": title,
        "operation": intent.operation,
        "group_id": intent.group_id,
        "mtu": intent.mtu,
        "new_group_id": intent.new_group,
        "undoes": intent.undoes,
        "guarded": guarded,
        "outcome": outcome.verdict,
        "stopped": outcome.stopped,
        "messages": reply.messages,
        "bytes": reply.size,
        "errno": reply.errno,
        "kernel": visible(reply.text),
        "seconds": round(reply.waited, 6),
        "members": [*_rows(outcome)],
    }


def _rows(outcome: Outcome) -> Iterator[dict[str, object]]:
    """Yield each member with what became of it, what it was before and what it is after."""
    intent = outcome.intent
    if not outcome.checked:
        for index, before in intent.members.items():
            yield _row(before, "unknown" if outcome.reply.messages else "not sent", intent.wanted(index), None)
        return
    placed: tuple[tuple[str, tuple[Link, ...]], ...] = (
        ("changed", outcome.changed),
        ("already", outcome.already),
        ("refused", tuple(refusal.link for refusal in outcome.refused)),
        ("not reached", outcome.not_reached),
        ("left the group", outcome.left),
        ("vanished", outcome.vanished),
        ("skipped", tuple(refusal.link for refusal in outcome.skipped)),
    )
    reasons = {refusal.link.ifindex: refusal.reason for refusal in (*outcome.refused, *outcome.skipped)}
    for became, links in placed:
        gone = became in ("vanished", "skipped")
        for after in links:
            before = intent.members[after.ifindex]
            row = _row(before, became, intent.wanted(after.ifindex), None if gone else after)
            if after.ifindex in reasons:
                row["reason"] = visible(reasons[after.ifindex])
            yield row
    for link in outcome.joined:
        yield {"ifindex": link.ifindex, "ifname": visible(link.name), "became": "joined meanwhile"}


def _row(before: Link, became: str, wanted: Settings, after: Link | None) -> dict[str, object]:
    row: dict[str, object] = {"ifindex": before.ifindex, "ifname": visible(before.name), "became": became}
    row["before"] = _fields(wanted.as_of(before))
    if after is not None:
        row["after"] = _fields(wanted.as_of(after))
    return row


def _fields(settings: Settings) -> dict[str, object]:
    return {name: value for name, value in settings._asdict().items() if value is not None}
