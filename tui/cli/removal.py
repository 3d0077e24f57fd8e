"""What `delete` and `move` have in common: what must be granted, and what came of it."""

import argparse
import errno
from collections.abc import Callable, Iterable
from typing import TypeVar

from tui.cli.change import STATUS, group_there, named_option
from tui.cli.output import remark, say
from tui.cli.place import enter, names_there
from tui.cli.status import DIFFERENCES, FAILED
from tui.cli.wish import parent_of
from tui.files.audit import Audit, default_path
from tui.model.change.move import Move
from tui.model.change.removal import Deletion
from tui.model.names.map import NameMap, group_title
from tui.model.names.tree import place_title
from tui.model.text import plural, reason, visible
from tui.model.view.shown import Shown
from tui.present.removal import removal_asked, removal_words, removed_line
from tui.present.removal_report import RemovalReport
from tui.present.script import Missing
from tui.present.script_rows import refusal_json
from tui.session.headless import Headless

Planned = TypeVar("Planned", Deletion, Move)
_FEW = 5  # groups that an error lists


def one_group(word: str, shown: Shown, deed: str) -> int:
    """Return the group that ``word`` means; a parent's own alone, with a remark that those below it stay.

    ``deed``: what is done to it, "deleted". Raises OSError for a parent: nothing takes it back, so each group is seen
    first, and asked for by its own name.
    """
    names, parent = shown.names, parent_of(word, shown.names)
    if parent and not parent.by_own_name:
        found = [names.name(each) for each in parent.branch.group_ids if shown.snapshot.members(each)]
        title = place_title(parent.branch, names)
        if not found:
            raise FileNotFoundError(errno.ENOENT, f"Nobody is in {title}; nothing was sent.")
        few = ", ".join(found[:_FEW]) + (f" and {len(found) - _FEW} more" if len(found) > _FEW else "")
        why = f"{title} can't be {deed} at once; nothing was sent. Take one group at a time: {few}."
        raise OSError(errno.EINVAL, why)
    group_id = group_there(word, shown, "nothing was sent")
    if parent:
        below = plural(parent.below, "group")
        remark(f"{group_title(group_id, names)} alone is meant; the {below} below it {_stay(parent.below)}.")
    return group_id


def _stay(number: int) -> str:
    return "stays" if number == 1 else "stay"


def remove(
    options: argparse.Namespace,
    plan: Callable[[Shown], Planned],
    why_not: Callable[[Planned], str],
    as_json: Callable[[RemovalReport[Planned], NameMap], str],
    as_lines: Callable[[RemovalReport[Planned], NameMap], Iterable[str]],
) -> int:
    """Do what ``plan`` makes of what is there, or tell why not; return the exit status. Raises OSError.

    ``why_not`` tells what bars it: empty is nothing.
    """
    names = names_there(options)
    enter(options.netns)
    audit = Audit(options.audit or default_path(private=False))
    try:
        with Headless(names, read_only=options.read_only, audit=audit, guard_timeout=None) as sitting:
            report = _remove(options, plan, why_not, sitting)
    except OSError as error:
        if options.json:
            print(refusal_json(options.command, visible(reason(error))))
        raise
    if sitting.complaint:
        remark(sitting.complaint)
    if options.json:
        print(as_json(report, names.names))
    else:
        say(options, as_lines(report, names.names))
    return DIFFERENCES if options.dry_run and report.changes else STATUS.get(report.result, FAILED)


def _remove(
    options: argparse.Namespace,
    plan: Callable[[Shown], Planned],
    why_not: Callable[[Planned], str],
    sitting: Headless,
) -> RemovalReport[Planned]:
    shown = sitting.look()
    planned = plan(shown)
    if options.expect is not None and len(planned.members) != options.expect:
        number = plural(len(planned.members), "interface")
        raise OSError(errno.EPERM, f"It concerns {number}, not {options.expect}; nothing was sent.")
    if barred := why_not(planned):
        return RemovalReport(planned, barred, options.dry_run)
    missing = _missing(options, planned, shown.names)
    report = RemovalReport(planned, "", options.dry_run, missing)
    if options.dry_run:
        return report
    if why := sitting.services.obstacle():
        raise PermissionError(errno.EPERM, f"Nothing can be changed: {why}.")
    if missing:
        return report
    result = sitting.remove(planned, removal_asked(planned, shown.names))
    line = removed_line(result.removed, shown.names).text
    sitting.book(result, removal_words(result.removed, line, shown.names))
    return RemovalReport(planned, removed=result.removed)


def _missing(options: argparse.Namespace, planned: Deletion | Move, names: NameMap) -> tuple[Missing, ...]:
    """Return what no option grants."""
    found = []
    name, number = names.name(planned.group_id), str(planned.group_id)
    if options.yes is None or visible(options.yes) not in (name, number):
        found.append(Missing(named_option(name, number), "nothing takes it back: it asks for the name"))
    if planned.protected and not options.no_guard:
        found.append(Missing("--no-guard", "the way to this machine goes with them, and no guard can bring it back"))
    return tuple(found)
