"""`ifgroup delete`: a group's interfaces themselves, by one message. Nothing brings them back."""

import argparse

from tui.cli.removal import one_group, remove
from tui.model.change.removal import Deletion
from tui.model.view.shown import Shown
from tui.present.removal_script import deletion_json, deletion_lines
from tui.session.removal import bar, plan_deletion


def add(parser: argparse.ArgumentParser) -> None:
    """Add whom to ``parser``."""
    parser.add_argument("words", nargs="*", metavar="GROUP", help="the group, by name or number")


def run(options: argparse.Namespace) -> int:
    """Delete them, and read back; return the exit status."""
    if len(options.words) != 1:
        raise ValueError("Say which group's interfaces are to be deleted: one group, by its name or number.")

    def plan(shown: Shown) -> Deletion:
        group_id = one_group(options.words[0], shown, "deleted")
        return plan_deletion(shown.snapshot, group_id, shown.protected)

    return remove(options, plan, lambda deletion: bar(deletion, guarded=False), deletion_json, deletion_lines)
