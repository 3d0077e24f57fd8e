"""`ifgroup move`: a group's interfaces to another network namespace, by one message, or by one each."""

import argparse
from dataclasses import replace

from tui.cli.removal import one_group, remove
from tui.model.change.move import Move
from tui.model.view.shown import Shown
from tui.present.move_script import move_json, move_lines
from tui.session.move import move_bar, plan_move


def add(parser: argparse.ArgumentParser) -> None:
    """Add whom and whither to ``parser``."""
    parser.add_argument("words", nargs="*", metavar="GROUP NETNS", help="a group; a netns of `ip netns`, or a path")


def run(options: argparse.Namespace) -> int:
    """Move them, and read back here and there; return the exit status."""
    if len(options.words) != 2:
        raise ValueError("Say which group is to be moved, and where: ifgroup move GROUP NETNS.")
    word, netns = options.words

    def plan(shown: Shown) -> Move:
        group_id = one_group(word, shown, "moved")
        return replace(plan_move(shown.snapshot, group_id, netns, shown.protected), each=options.each)

    return remove(options, plan, lambda move: move_bar(move, guarded=False), move_json, move_lines)
