"""What `keep` and `revert` have in common: which change, who decides it, and what came of that."""

import argparse
import errno
from collections.abc import Sequence

from tui.cli.output import say
from tui.cli.place import enter
from tui.cli.status import DONE, FAILED, PARTLY
from tui.files.audit import Audit, default_path
from tui.guard.errors import GuardError
from tui.guard.pending import Pending, decide, pending
from tui.guard.place import hidden
from tui.model.gate import Gate
from tui.model.text import did_you_mean, reason, visible
from tui.present.guard import ending_line
from tui.present.pending import decided, decided_json
from tui.present.script_rows import refusal_json

_STATUS = {"done": DONE, "unchanged": DONE, "partly": PARTLY}


def add_id(parser: argparse.ArgumentParser) -> None:
    """Add which change to ``parser``."""
    parser.add_argument("id", nargs="?", metavar="ID", help="as `ifgroup pending` and `--confirm` tell it")


def run_decide(options: argparse.Namespace, *, keep: bool) -> int:
    """Keep it, or have it taken back; return the exit status. Raises ValueError, OSError."""
    enter(options.netns)
    found = pending()
    if options.id is None:
        raise ValueError(_which(options.command, found))
    try:
        change = _find(options.id, found)
        ending = decide(
            change,
            keep=keep,
            audit=Audit(options.audit or default_path(private=False)),
            gate=Gate(options.read_only),
        )
    except (GuardError, OSError) as error:
        why = reason(error) if isinstance(error, OSError) else str(error)
        if options.json:
            print(refusal_json(options.command, visible(why)))
        raise OSError(errno.EPERM, why) from error
    if options.json:
        print(decided_json(options.command, change, ending))
    else:
        say(options, [ending_line(ending).text])
    return _STATUS.get(decided(keep, ending), FAILED)


def _which(verb: str, found: Sequence[Pending]) -> str:
    """Return that a script must say what it means, one sentence; unsafe to show before `visible`."""
    if not found:
        return f"Say which change, by its id; {_none()}."
    if len(found) == 1:
        (one,) = found
        what, who = one.record.what, one.record.who or "nobody known"
        return f"Say which change, by its id: `ifgroup {verb} {one.id}` is for {what}, by {who}."
    return f"Say which change, by its id: {_ids(found)}; `ifgroup pending` tells what they are."


def _find(wanted: str, found: Sequence[Pending]) -> Pending:
    """Return the change of that id. Raises FileNotFoundError, one sentence, unsafe to show before `visible`."""
    for change in found:
        if change.id == wanted:
            return change
    there = f"there is {_ids(found)}" if found else _none()
    near = did_you_mean(wanted, (change.id for change in found)) if len(found) > 1 else ""
    raise FileNotFoundError(errno.ENOENT, f"No change “{wanted}” waits here: {there}. {near}".rstrip())


def _none() -> str:
    return "none waits here" + ("; those of root are for root to decide" if hidden() else "")


def _ids(found: Sequence[Pending]) -> str:
    return ", ".join(change.id for change in found)
