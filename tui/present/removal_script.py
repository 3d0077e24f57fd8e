"""What `ifgroup delete` came to → JSON for scripts, sentences for people."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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
from tui.present.script import Missing
from tui.present.script_rows import SCHEMA, Result, name_row, name_rows
from tui.session.removal import Bar


@dataclass(frozen=True, slots=True)
class RemovalReport:
    """All that the verb tells."""

    deletion: Deletion
    why_not: Bar = ""
    dry_run: bool = False
    missing: tuple[Missing, ...] = ()
    """Nothing is sent if there is any."""
    removed: Removed | None = None
    """None: nothing was sent."""

    @property
    def changes(self) -> bool:
        """Whether anything is gone; of a dry run, whether anything would be."""
        if self.removed is None:
            return self.dry_run and not self.why_not
        return bool(self.removed.gone) or self.result == "unknown"

    @property
    def result(self) -> Result:
        """The whole in one word; of a dry run, what it would come to."""
        if self.why_not == "nobody":
            return "unchanged"
        if self.why_not or self.missing:
            return "refused"
        if self.removed is None:
            return "done"
        return "unchanged" if self.removed.verdict == "nothing" else self.removed.verdict


def removal_json(report: RemovalReport, names: NameMap) -> str:
    """Return all of it on one line of ASCII."""
    deletion, removed = report.deletion, report.removed
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


def removal_lines(report: RemovalReport, names: NameMap) -> Iterator[str]:
    """Yield all of it in sentences, the outcome first."""
    deletion, removed = report.deletion, report.removed
    yield _line(report, names)
    if report.why_not:
        return
    if removed is None:
        yield from removal_sentences(deletion, names)
        for missing in report.missing:
            needs = "To be sent it needs" if report.dry_run else "Nothing was sent: it needs"
            yield f"{needs} {missing.option}, since {missing.why}."
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


def _line(report: RemovalReport, names: NameMap) -> str:
    """Return the whole in one line."""
    if report.removed is not None:
        return removed_line(report.removed, names).text
    head = removal_asked(report.deletion, names)
    if report.why_not:
        sentence = bar_sentence(report.why_not, report.deletion, names)
        return f"{head}: {'unchanged' if report.result == 'unchanged' else 'refused'}; no message was sent. {sentence}"
    return f"{head}: {'; '.join(removal_in_short(report.deletion, names).split('    ')[:2])}."


def _companions(companions: Iterable[Companion]) -> list[dict[str, Any]]:
    return [{**name_row(one.link), "why": why_it_goes(one)} for one in companions]
