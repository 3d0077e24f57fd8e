"""What `ifgroup delete` came to → JSON for scripts, sentences for people."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tui.model.change.removal import Companion, Deletion
from tui.model.change.removed import Removed
from tui.model.link import Link
from tui.model.names.map import NameMap, ip_delete, name_as_ip
from tui.model.text import visible
from tui.present.removal import (
    bar_sentence,
    removal_asked,
    removal_in_short,
    removal_sentences,
    removed_line,
    some_companions,
    why_it_goes,
)
from tui.present.removal_report import RemovalReport
from tui.present.script_rows import SCHEMA, name_row, name_rows
from tui.session.removal import bar


def deletion_json(report: RemovalReport[Deletion], names: NameMap) -> str:
    """Return all of it on one line of ASCII."""
    deletion, removed = report.planned, _removed(report)
    would = report.dry_run and not report.why_not
    staying = {link.ifindex for link in deletion.staying}
    reply = removed.reply if removed else None
    gone: Iterable[Link] = removed.gone if removed else ()
    if would:
        gone = [link for link in deletion.members.values() if link.ifindex not in staying]
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "verb": "delete",
        "group_id": deletion.group_id,
        "group": name_as_ip(deletion.group_id, names),
        "dry_run": report.dry_run,
        "result": report.result,
        "changed": report.changes,
        "members": len(deletion.members),
        "deleted": name_rows(gone),
        "went_too": _companions(removed.went_too if removed else deletion.also if would else ()),
        "unforeseen": name_rows(removed.unforeseen if removed else ()),
        "not_deleted": name_rows(removed.stayed if removed else deletion.staying if would else ()),
        "left": name_rows(removed.left if removed else ()),
        "vanished": name_rows(removed.vanished if removed else ()),
        "joined": name_rows(removed.caught if removed else ()),
        "undeletable": name_rows(deletion.undeletable),
        "peers_elsewhere": name_rows(deletion.torn),
        "released": name_rows(deletion.released),
        "messages": reply.messages if reply else 0,
        "errno": reply.errno if reply else 0,
        "text": _line(report, names),
        "risks": removal_sentences(deletion, names) if not report.why_not else [],
        "needs": [missing.option for missing in report.missing],
        "ip": [] if report.why_not else [ip_delete(deletion.group_id, names)],
    }
    return json.dumps(data)


def deletion_lines(report: RemovalReport[Deletion], names: NameMap) -> Iterator[str]:
    """Yield all of it in sentences, the outcome first."""
    deletion, removed = report.planned, _removed(report)
    yield _line(report, names)
    if report.why_not:
        return
    if removed is None:
        yield from removal_sentences(deletion, names)
        yield from report.needs()
        return
    if removed.went_too:
        yield f"went too: {some_companions(removed.went_too)}"
    for what, links in (
        ("gone, not foreseen", removed.unforeseen),
        ("still there", removed.stayed),
        ("left the group before", removed.left),
        ("gone before", removed.vanished),
    ):
        yield from (f"{what}: {visible(link.name)}" for link in links)
    yield f"equals: {ip_delete(deletion.group_id, names)}"


def _removed(report: RemovalReport[Deletion]) -> Removed | None:
    return report.removed if isinstance(report.removed, Removed) else None


def _line(report: RemovalReport[Deletion], names: NameMap) -> str:
    """Return the whole in one line."""
    deletion = report.planned
    if report.removed is not None:
        return removed_line(report.removed, names).text
    if report.why_not:
        why = bar_sentence(bar(deletion, guarded=False), deletion, names)
        return report.barred(removal_asked(deletion, names), why)
    return f"{removal_asked(deletion, names)}: {'; '.join(removal_in_short(deletion, names).split('    ')[:2])}."


def _companions(companions: Iterable[Companion]) -> list[dict[str, Any]]:
    return [{**name_row(one.link), "why": why_it_goes(one)} for one in companions]
