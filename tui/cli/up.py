"""`ifgroup up`: takes a whole group up in one message, or chosen interfaces in batches."""

import argparse

from tui.cli.change import add_target, carry_out, wish_of
from tui.cli.place import names_there


def add(parser: argparse.ArgumentParser) -> None:
    """Add whom it concerns to ``parser``."""
    add_target(parser)
    parser.add_argument(
        "words", nargs="*", metavar="GROUP|PARENT/|-", help="a group, by name or number, or all of a parent"
    )


def run(options: argparse.Namespace) -> int:
    """Take them up, and read back; return the exit status."""
    wish = wish_of(options, options.words, ["up"])
    return carry_out(options, wish, names_there(options))
