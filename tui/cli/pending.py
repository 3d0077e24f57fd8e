"""`ifgroup pending`: the changes that wait to be kept."""

import argparse

from tui.cli.output import say
from tui.cli.place import enter
from tui.cli.status import DONE
from tui.guard.pending import pending
from tui.guard.place import hidden
from tui.present.pending import pending_json, pending_line


def add(parser: argparse.ArgumentParser) -> None:
    """Tell in the help of ``parser`` what decides them."""
    parser.epilog = "`ifgroup keep ID` lets one stand, `ifgroup revert ID` takes it back at once."


def run(options: argparse.Namespace) -> int:
    """Print one line each; return the exit status."""
    enter(options.netns)
    found = pending()
    if options.json:
        print(pending_json(found))
        return DONE
    say(options, map(pending_line, found))
    if not found:
        print(f"No change waits to be kept{'; those of root are told to root alone' if hidden() else ''}.")
    return DONE
