"""`ifgroup set`: attributes of a whole group in one message, or of chosen interfaces in batches."""

import argparse

from tui.cli.change import add_target, carry_out, wish_of
from tui.cli.place import names_there
from tui.model.change.typed import SETTABLE


def add(parser: argparse.ArgumentParser) -> None:
    """Add whom and what to ``parser``."""
    add_target(parser)
    parser.add_argument("words", nargs="*", metavar="GROUP|PARENT/|- ATTRIBUTE VALUE", help=SETTABLE)


def run(options: argparse.Namespace) -> int:
    """Set it, and read back; return the exit status."""
    whom = 0 if options.filter is not None else 1
    wish = wish_of(options, options.words[:whom], options.words[whom:])
    return carry_out(options, wish, names_there(options))
