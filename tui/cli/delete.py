"""`ifgroup delete`: a group's interfaces themselves, by one message. Nothing brings them back."""

import argparse
import errno

from tui.cli.change import STATUS, group_there, named_option
from tui.cli.output import remark, say
from tui.cli.place import enter, names_there
from tui.cli.status import DIFFERENCES, FAILED
from tui.files.audit import Audit, default_path
from tui.model.change.removal import Deletion
from tui.model.names.map import NameMap
from tui.model.text import plural, reason, visible
from tui.present.removal import removal_asked, removal_words, removed_line
from tui.present.removal_script import RemovalReport, removal_json, removal_lines
from tui.present.script import Missing
from tui.present.script_rows import refusal_json
from tui.session.headless import Headless
from tui.session.removal import bar, plan_deletion


def add(parser: argparse.ArgumentParser) -> None:
    """Add whom to ``parser``."""
    parser.add_argument("words", nargs="*", metavar="GROUP", help="the group, by name or number")


def run(options: argparse.Namespace) -> int:
    """Delete them, and read back; return the exit status."""
    if len(options.words) != 1:
        raise ValueError("Say which group's interfaces are to be deleted: one group, by its name or number.")
    names = names_there(options)
    enter(options.netns)
    audit = Audit(options.audit or default_path(private=False))
    try:
        with Headless(names, read_only=options.read_only, audit=audit, guard_timeout=None) as sitting:
            report = _carry_out(options, sitting)
    except OSError as error:
        if options.json:
            print(refusal_json(options.command, visible(reason(error))))
        raise
    if sitting.complaint:
        remark(sitting.complaint)
    if options.json:
        print(removal_json(report, names.names))
    else:
        say(options, removal_lines(report, names.names))
    return DIFFERENCES if options.dry_run and report.changes else STATUS.get(report.result, FAILED)


def _carry_out(options: argparse.Namespace, sitting: Headless) -> RemovalReport:
    shown = sitting.look()
    group_id = group_there(options.words[0], shown, "nothing was sent")
    deletion = plan_deletion(shown.snapshot, group_id, shown.protected)
    if options.expect is not None and len(deletion.members) != options.expect:
        number = plural(len(deletion.members), "interface")
        raise OSError(errno.EPERM, f"It concerns {number}, not {options.expect}; nothing was sent.")
    if why_not := bar(deletion, guarded=False):
        return RemovalReport(deletion, why_not, options.dry_run)
    missing = _missing(options, deletion, shown.names)
    report = RemovalReport(deletion, "", options.dry_run, missing)
    if options.dry_run:
        return report
    if why := sitting.services.obstacle():
        raise PermissionError(errno.EPERM, f"Nothing can be changed: {why}.")
    if missing:
        return report
    result = sitting.delete(deletion, removal_asked(deletion, shown.names))
    line = removed_line(result.removed, shown.names).text
    sitting.book(result, removal_words(result.removed, line, shown.names))
    return RemovalReport(deletion, removed=result.removed)


def _missing(options: argparse.Namespace, deletion: Deletion, names: NameMap) -> tuple[Missing, ...]:
    """Return what no option grants."""
    found = []
    name, number = names.name(deletion.group_id), str(deletion.group_id)
    if options.yes is None or visible(options.yes) not in (name, number):
        found.append(Missing(named_option(name, number), "what is deleted is gone for good: it asks for the name"))
    if deletion.protected and not options.no_guard:
        found.append(
            Missing("--no-guard", "the way to this machine goes with them, and no guard can take a deletion back")
        )
    return tuple(found)
