"""What `ifgroup move` came to → JSON for scripts, sentences for people."""

import json
from collections.abc import Iterator
from typing import Any

from tui.model.change.move import Move
from tui.model.change.moved import Moved
from tui.model.change.shell import ip_move
from tui.model.names.map import NameMap, name_as_ip
from tui.model.text import visible
from tui.present.move import move_asked, move_bar_sentence, move_in_short, move_sentences, moved_line
from tui.present.removal_report import RemovalReport
from tui.present.script_rows import SCHEMA, name_row, name_rows, reason_row
from tui.session.move import move_bar


def move_json(report: RemovalReport[Move], names: NameMap) -> str:
    """Return all of it on one line of ASCII."""
    move, moved = report.planned, _moved(report)
    reply = moved.reply if moved else None
    would = report.dry_run and not report.why_not
    indexes = moved.new_index if moved else {}
    gone = moved.moved if moved else tuple(move.members.values()) if would else ()
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "verb": "move",
        "group_id": move.group_id,
        "group": name_as_ip(move.group_id, names),
        "netns": visible(move.to.name),
        "each": move.each,
        "dry_run": report.dry_run,
        "result": report.result,
        "changed": report.changes,
        "members": len(move.members),
        "moved": [{**name_row(link), "ifindex_there": indexes.get(link.ifindex, link.ifindex)} for link in gone]
        if moved
        else name_rows(gone),
        "refused": [reason_row(refusal) for refusal in moved.refused] if moved else [],
        "not_reached": name_rows(moved.not_reached if moved else ()),
        "missing": name_rows(moved.missing if moved else ()),
        "left": name_rows(moved.left if moved else ()),
        "vanished": name_rows(moved.vanished if moved else ()),
        "lost": name_rows(moved.lost if moved else [one.link for one in move.lost]),
        "clashes": name_rows(move.clashes),
        "tied": name_rows(move.tied),
        "released": name_rows(move.released),
        "seconds_estimated": round(move.seconds, 3),
        "seconds": round(reply.waited, 6) if reply else 0,
        "stopped": bool(moved and moved.stopped),
        "messages": reply.messages if reply else 0,
        "errno": reply.errno if reply else 0,
        "text": _line(report, names),
        "risks": [] if report.why_not else move_sentences(move, names),
        "needs": [missing.option for missing in report.missing],
        "ip": [] if report.why_not else [ip_move(move.group_id, move.to.name, names)],
    }
    return json.dumps(data)


def move_lines(report: RemovalReport[Move], names: NameMap) -> Iterator[str]:
    """Yield all of it in sentences, the outcome first."""
    move, moved = report.planned, _moved(report)
    yield _line(report, names)
    if report.why_not:
        return
    if moved is None:
        yield from move_sentences(move, names)
        yield from report.needs()
        return
    for refusal in moved.refused:
        yield f"refused: {visible(refusal.link.name)}: {visible(refusal.reason)}"
    for what, links in (
        ("not reached", moved.not_reached),
        ("gone, and not seen there", moved.missing),
        ("gone too", moved.lost),
        ("left the group before", moved.left),
        ("gone before", moved.vanished),
    ):
        yield from (f"{what}: {visible(link.name)}" for link in links)
    yield f"equals: {ip_move(move.group_id, move.to.name, names)}"


def _moved(report: RemovalReport[Move]) -> Moved | None:
    return report.removed if isinstance(report.removed, Moved) else None


def _line(report: RemovalReport[Move], names: NameMap) -> str:
    """Return the whole in one line."""
    move, moved = report.planned, _moved(report)
    if moved is not None:
        return moved_line(moved, names).text
    if report.why_not:
        return report.barred(move_asked(move, names), move_bar_sentence(move_bar(move, guarded=False), move, names))
    return f"{move_asked(move, names)}: {'; '.join(move_in_short(move, names).split('    ')[:2])}."
