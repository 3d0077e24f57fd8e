"""`ifgroup names`: the name map without a screen, by the same rules, checks, locks and whole writes."""

import argparse
import errno
import json
import os
from collections.abc import Callable, Collection
from typing import Any

from tui.cli.arguments import add_options
from tui.cli.commands import BY_NAME
from tui.cli.output import remark, say
from tui.cli.status import DIFFERENCES, DONE, FAILED
from tui.files.names.version import ABSENT, NameFileError
from tui.model.gate import Gate
from tui.model.names.document import NameDocument
from tui.model.names.edits import Edit, find_match, read_pair, remove, rename, set_below, set_name
from tui.model.names.map import NameMap
from tui.model.names.rules import NameRuleError, check_name
from tui.model.text import reason, visible
from tui.present.script_rows import SCHEMA, refusal_json
from tui.present.words import as_ascii
from tui.session.name_change import NameOutcome, change_names
from tui.session.name_editor import NameEditor


def add(parser: argparse.ArgumentParser) -> None:
    """Add what can be done with the map, each with its words."""
    deeds = parser.add_subparsers(dest="deed", metavar="list|set|rename|rm|match|check")

    def deed(name: str, told: str, *words: tuple[str, str]) -> argparse.ArgumentParser:
        own = deeds.add_parser(name, help=told, description=f"{told[0].upper()}{told[1:]}.")
        for word, meaning in words:
            own.add_argument(
                word.strip("[]").lower(), metavar=word, help=meaning, nargs="?" if word[0] == "[" else None
            )
        add_options(own, BY_NAME["names"])
        return own

    number = "the group's number; either may come first; left out: the first free one of the parent's block"
    whose = "its name or number; dc1/ is dc1 and all names below it"
    deed("list", "print every entry, in the order of the file")
    deed("set", "name a group", ("NAME", "the name"), ("[ID]", number))
    deed("rename", "give an entry another name, or a parent with all below it", ("OLD", whose), ("NEW", "the other"))
    deed("rm", "remove an entry, or a parent with all below it", ("WORD", whose))
    matching = deed("match", "print what matches a parent and all below it in nft and iptables", ("PATH", "its name"))
    matching.add_argument("--out", action="store_true", help="by the interface that packets go out by, not in by")
    deed("check", "print what is wrong as FILE:LINE: TEXT, and exit with 1 if there is anything")


def run(options: argparse.Namespace) -> int:
    """Do it; return the exit status. Raises ValueError, OSError."""
    match options.deed:
        case "list":
            return _list(options)
        case "check":
            return _check(options)
        case "match":
            return _match(options)
        case "set" if options.id is None:
            return _change(options, lambda document: set_below(document, options.name, _used))
        case "set":
            name, group_id = read_pair(options.name, options.id)
            return _change(options, lambda document: set_name(document, name, group_id))
        case "rename":
            new = options.new.removesuffix("/") if options.old.endswith("/") else options.new
            if problem := check_name(new):
                raise ValueError(problem)
            return _change(options, lambda document: rename(document, options.old, new))
        case None:
            raise ValueError("Say what to do with the name map: names list, set, rename, rm, match or check.")
        case _:
            return _change(options, lambda document: remove(document, options.word))


def _read(options: argparse.Namespace) -> tuple[NameEditor, str]:
    """Return the map to look at, and the file in force. Raises ValueError, OSError."""
    for flag, given in (("--dry-run", options.dry_run), ("--yes", options.yes), ("--audit", options.audit)):
        if given not in (None, False):
            raise ValueError(f"names {options.deed} can't honour {flag}, since it changes nothing; leave {flag} out.")
    editor = NameEditor(options.names)
    path = editor.vendor or editor.path
    if options.names and editor.version == ABSENT:
        raise FileNotFoundError(errno.ENOENT, f"There is no name map {visible(os.fsencode(path))}.")
    return editor, visible(os.fsencode(path))


def _list(options: argparse.Namespace) -> int:
    editor, path = _read(options)
    document, names = editor.document, editor.document.names()
    rows: list[dict[str, Any]] = [
        {
            "group_id": group_id,
            "group": visible(name),
            "line": line.number,
            "shown": names.by_id.get(group_id) == name,
            "resolves": names.by_name.get(name) == group_id,
            "comment": document.comment_of(line.number) if line.kind == "entry" else "",
        }
        for line in document.lines
        for group_id, name in line.entries()
    ]
    if options.json:
        print(json.dumps({"schema": SCHEMA, "file": path, "malformed": names.corrupt_line or None, "names": rows}))
    else:
        width = max((len(str(row["group_id"])) for row in rows), default=0)
        say(options, (f"{row['group_id']:>{width}}  {row['group']}" for row in rows))
    _malformed(path, names)
    return DONE


def _check(options: argparse.Namespace) -> int:
    editor, path = _read(options)
    findings = [finding for line in sorted(editor.findings) for finding in editor.findings[line]]
    if options.json:
        keys = ("line", "rule", "what", "why", "mend")
        rows = [{key: getattr(finding, key) for key in keys} for finding in findings]
        print(json.dumps({"schema": SCHEMA, "file": path, "findings": rows}))
    else:
        say(options, (f"{path}:{finding.line}: {finding.what} {finding.why}" for finding in findings))
    return FAILED if findings else DONE


def _match(options: argparse.Namespace) -> int:
    from tui.present.match import match_lines, match_row

    if options.json and options.out:
        raise ValueError("names match --json holds both ways; leave --out out.")
    editor, path = _read(options)
    names = editor.document.names()
    found = find_match(editor.document, options.path)
    if options.json:
        print(json.dumps({"schema": SCHEMA, "file": path, **match_row(found, names)}))
    else:
        say(options, match_lines(found, "out" if options.out else "in"))
    _malformed(path, names)
    return DONE


def _malformed(path: str, names: NameMap) -> None:
    if line := names.corrupt_line:
        remark(f"{path}:{line}: this line is malformed: `ip` reads no further.")


def _verb(options: argparse.Namespace) -> str:
    return f"names {options.deed}"


def _change(options: argparse.Namespace, wanted: Callable[[NameDocument], Edit]) -> int:
    from tui.files.audit import Audit, default_path

    try:
        editor = NameEditor(options.names, Gate(options.read_only))
        outcome = change_names(
            editor,
            wanted,
            granted=options.yes is not None,
            dry_run=options.dry_run,
            members=_members,
            put=Audit(options.audit or default_path(private=False)).write,
        )
    except (NameRuleError, NameFileError) as error:
        if options.json:
            print(refusal_json(_verb(options), str(error)))
        raise OSError(errno.EPERM, str(error)) from error
    if options.json:
        print(json.dumps(_as_json(options, editor, outcome)))
    else:
        say(options, _told(options, outcome))
    for said in filter(None, (outcome.remark, outcome.complaint)):
        remark(as_ascii(said) if options.ascii else said)
    if options.dry_run and outcome.diff:
        return DIFFERENCES
    return FAILED if outcome.result == "refused" else DONE


def _told(options: argparse.Namespace, outcome: NameOutcome) -> list[str]:
    match outcome.result:
        case "done" if not options.dry_run:
            return [outcome.edit.told]
        case "unchanged":
            return [f"{outcome.edit.told} Nothing was written."]
    needs = "To be written it needs --yes." if options.dry_run else "Nothing was written: it needs --yes."
    return [*(outcome.diff if options.dry_run else ()), *outcome.missing, *([needs] if outcome.missing else [])]


def _as_json(options: argparse.Namespace, editor: NameEditor, outcome: NameOutcome) -> dict[str, Any]:
    edit = outcome.edit
    return {
        "schema": SCHEMA,
        "verb": _verb(options),
        "group_id": edit.group_id,
        "group": edit.name or None,
        "changed_names": [
            {"group_id": one.group_id, "before": visible(one.name), "after": one.now or None} for one in edit.given_up
        ],
        "dry_run": options.dry_run,
        "result": outcome.result,
        "changed": bool(outcome.diff) and (options.dry_run or outcome.result == "done"),
        "file": visible(os.fsencode(editor.path)),
        "diff": [*outcome.diff],
        "needs": ["--yes"] if outcome.missing else [],
        "text": " ".join(outcome.missing) or edit.told,
    }


def _members(group_ids: Collection[int]) -> int:
    """Return how many interfaces bear one of these numbers now; 0, and say so, where the kernel can't be asked."""
    named = f"group {', '.join(map(str, group_ids))}" if len(group_ids) == 1 else f"{len(group_ids)} groups"
    return sum(group_id in group_ids for group_id in _tags(f"The members of {named} can't be counted", "0 are assumed"))


def _used() -> Collection[int]:
    """Return the numbers that interfaces bear now; none, and say so, where the kernel can't be asked."""
    return {*_tags("What numbers interfaces bear can't be told", "those that have no name may be taken")}


def _tags(problem: str, so: str) -> list[int]:
    from tui.netlink.dump import read_links

    try:
        return [link.group for link in read_links().values()]
    except OSError as error:
        remark(f"{problem} ({visible(reason(error))}); {so}.")
        return []
