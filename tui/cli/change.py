"""What `set`, `up`, `down` and `retag` have in common: whom it concerns, what must be granted, what came of it."""

import argparse
import errno
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tui.cli.filters import filter_of, selected
from tui.cli.output import remark, say
from tui.cli.place import enter
from tui.cli.status import DIFFERENCES, DONE, FAILED, PARTLY
from tui.cli.wish import STDIN, Wish, group_of, names_from_stdin, whom_of
from tui.files.audit import Audit, default_path
from tui.files.names.file import NameFile
from tui.guard.errors import GuardError
from tui.model.change.plan import Plan, make_plan
from tui.model.change.settings import Settings
from tui.model.change.shell_word import quote
from tui.model.change.typed import settings_of
from tui.model.names.map import NameMap, group_title
from tui.model.names.tree import Branch
from tui.model.text import did_you_mean, plural, reason, visible
from tui.model.view.shown import Shown
from tui.present.busy import busy
from tui.present.change import asked, outcome_line
from tui.present.log import change_words
from tui.present.script import Missing, Pending, Report, as_json, as_lines
from tui.present.script_rows import refusal_json
from tui.session.change_runner import Result
from tui.session.headless import Headless
from tui.session.planning import Chosen, plan_change
from tui.session.question import Answer, Question

if TYPE_CHECKING:
    from tui.model.view.filter import Filter

_FEW = 5  # names that an error repeats
STATUS = {"done": DONE, "unchanged": DONE, "pending": DONE, "partly": PARTLY}
"""The exit status by the result; of any other it is FAILED."""


def add_target(parser: argparse.ArgumentParser) -> None:
    """Add how interfaces are chosen by other than a group."""
    parser.add_argument("--filter", metavar="FILTER", help="the interfaces that the console's filter language finds")
    parser.add_argument("-0", dest="nul", action="store_true", help="names on standard input end with a NUL byte")


def wish_of(options: argparse.Namespace, whom: Sequence[str], words: Sequence[str]) -> Wish:
    """Return what ``words`` set, and on whom: ``whom`` is a group, a parent or `-`; empty where --filter tells.

    Raises ValueError.
    """
    wish = Wish(settings_of(words), words=words)
    if options.filter is not None:
        if whom:
            raise ValueError(f"Give a group or --filter, not both: “{whom[0]}” is one too many.")
        return wish._replace(filter=options.filter)
    if len(whom) != 1:
        raise ValueError("Say on whom: a group, --filter FILTER, or - for names from standard input.")
    if whom[0] == STDIN:
        return wish._replace(names=names_from_stdin(options.nul))
    return wish._replace(group=whom[0])


def carry_out(options: argparse.Namespace, wish: Wish, names: NameFile) -> int:
    """Do what was asked, or tell why not; return the exit status. Raises ValueError, OSError."""
    if options.confirm is not None and options.no_guard:
        raise ValueError("--confirm and --no-guard exclude each other; give one of them.")
    wanted = filter_of([wish.filter]) if wish.filter is not None else None
    enter(options.netns)
    audit = Audit(options.audit or default_path(private=False))
    try:
        with Headless(names, read_only=options.read_only, audit=audit, guard_timeout=options.confirm) as sitting:
            shown = sitting.look()
            report = _carry_out(options, wish, wanted, sitting, shown)
    except OSError as error:
        if options.json:
            print(refusal_json(options.command, visible(reason(error))))
        raise
    if sitting.complaint:
        remark(sitting.complaint)
    if options.json:
        print(as_json(options.command, report, shown.names))
    else:
        say(options, as_lines(report, shown.names))
    return DIFFERENCES if options.dry_run and report.changes else STATUS.get(report.result, FAILED)


def _carry_out(
    options: argparse.Namespace, wish: Wish, wanted: "Filter | None", sitting: Headless, shown: Shown
) -> Report:
    settings, chosen = wish.settings_in(shown.snapshot.links), _chosen(wish, wanted, shown)
    plan, spared = _narrowed(shown, settings, chosen, each=options.each)
    number = plan.preview.members + spared
    if options.expect is not None and number != options.expect:
        raise OSError(
            errno.EPERM, f"It concerns {plural(number, 'interface')}, not {options.expect}; nothing was sent."
        )
    missing = _missing(options, Question(plan, patient=True), shown.names) if plan.preview.changing else ()
    report = Report(plan, spared, options.dry_run, missing)
    if options.dry_run or not plan.preview.changing:
        return report
    if why := sitting.services.obstacle():
        raise PermissionError(errno.EPERM, f"Nothing can be changed: {why}.")
    if missing:
        return report
    if why := busy(plan.preview):
        remark(why)
    result = sitting.send(plan, asked(plan.intent, shown.names))
    line = outcome_line(result.outcome, shown.names).text
    sitting.book(result, change_words(result, line, shown.names))
    return replace(report, outcome=result.outcome, pending=_left_behind(result))


def _chosen(wish: Wish, wanted: "Filter | None", shown: Shown) -> Chosen:
    """Return whom it concerns by what is there. Raises OSError for who isn't."""
    links = shown.snapshot.links
    if wish.group is not None:
        whom = whom_of(wish.group, shown.names)
        return whom if isinstance(whom, Branch) else group_there(wish.group, shown)
    if wanted is not None:
        if hint := wanted.hint(shown.snapshot, shown.names):
            remark(hint)
        return frozenset(selected(wanted, shown))
    by_name = {link.name: index for index, link in links.items()}
    by_altname = {name: index for index, link in links.items() for name in link.altnames}
    found, unknown = set(), []
    for name in wish.names or ():
        if (index := by_name.get(name, by_altname.get(name))) is None:
            unknown.append(os.fsdecode(name))
        else:
            found.add(index)
    if unknown:
        near = did_you_mean(unknown[0], map(os.fsdecode, by_name)) if len(unknown) == 1 else ""
        few = ", ".join(f"“{name}”" for name in unknown[:_FEW])
        more = f" and {len(unknown) - _FEW:,} more" if len(unknown) > _FEW else ""
        raise FileNotFoundError(errno.ENOENT, f"There is no interface {few}{more}; nothing was sent. {near}".rstrip())
    return frozenset(found)


def group_there(word: str, shown: Shown, why: str = "the kernel would agree and do nothing") -> int:
    """Return the group that ``word`` means, if anybody is in it or it has a name.

    Raises OSError if not; ``why``: the end of its sentence.
    """
    group_id = group_of(word, shown.names)
    if group_id not in shown.groups and group_id not in shown.names.by_id:
        title = group_title(group_id, shown.names)
        raise FileNotFoundError(errno.ENOENT, f"Nobody is in {title}, and it has no name; {why}.")
    return group_id


def _narrowed(shown: Shown, settings: Settings, chosen: Chosen, *, each: bool) -> tuple[Plan, int]:
    """Return the plan, of single interfaces for those alone that aren't as asked, and how many are already."""
    plan = plan_change(shown, settings, chosen, each=each)
    spared = plan.already
    if plan.intent.whole or not spared or not plan.preview.changing:
        return plan, 0
    if each:
        narrowed = replace(plan.intent, members={link.ifindex: link for link in plan.changing})
        return make_plan(narrowed, shown.protected, shown.names, shown.fib), spared
    return plan_change(shown, settings, frozenset(link.ifindex for link in plan.changing)), spared


def _missing(options: argparse.Namespace, question: Question, names: NameMap) -> tuple[Missing, ...]:
    """Return what the console would ask and no option grants."""
    found = []
    preview = question.plan.preview
    match question.answer:
        case Answer.NAME:
            name, number = preview.accepted(names)
            if options.yes is None or visible(options.yes) not in (name, number):
                found.append(Missing(named_option(name, number), "the console asks for its name first"))
        case Answer.YES:
            if options.yes is None:
                found.append(Missing("--yes", "the console asks for a yes first"))
        case Answer.NOTHING:
            pass
    if question.weighed and options.confirm is None and not options.no_guard:
        found.append(Missing("--confirm", "it could cut you off: with --confirm it is taken back unless you keep it"))
    return tuple(found)


def named_option(name: str, number: str) -> str:
    """Return the option that grants what asks for a name; the number where the name would need quotes in a shell."""
    return f"--yes={name if quote(os.fsencode(name)) == name else quote(os.fsencode(number))}"


def _left_behind(result: Result) -> Pending | None:
    """Leave the guard behind, if there is one; return what it waits for. Raises OSError if it can't be left."""
    if (guard := result.guard) is None:
        return None
    left = guard.deadline - time.monotonic()
    try:
        return Pending(guard.leave(), datetime.now(UTC) + timedelta(seconds=left), left)
    except GuardError as error:
        raise OSError(errno.ECHILD, f"{str(error).rstrip('.')}; the change is taken back.") from error
