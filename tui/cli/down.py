"""`ifgroup down`: takes a whole group down in one message, or chosen interfaces in batches."""

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
    """Take them down, and read back; return the exit status."""
    wish = wish_of(options, options.words, ["down"])
    return carry_out(options, wish, names_there(options))
