"""`ifgroup retag`: moves chosen interfaces to another group, a message each, in batches."""

import argparse

from tui.cli.change import carry_out
from tui.cli.place import names_there
from tui.cli.wish import STDIN, Wish, group_of, names_from_stdin
from tui.model.change.attributes import GROUP
from tui.model.change.settings import Settings


def add(parser: argparse.ArgumentParser) -> None:
    """Add whom and whither to ``parser``."""
    parser.add_argument("--to", metavar="GROUP", help="the group, by name or number")
    parser.add_argument("-0", dest="nul", action="store_true", help="names on standard input end with a NUL byte")
    parser.add_argument(
        "words", nargs="*", metavar="FILTER|-", help="the console's filter language, or - for names on standard input"
    )


def run(options: argparse.Namespace) -> int:
    """Retag them, and read back; return the exit status."""
    if options.to is None:
        raise ValueError("Say which group they are to join: --to GROUP.")
    if not options.words:
        raise ValueError("Say whom: a filter, such as group:dmz or name:eth, or - for names from standard input.")
    names = names_there(options)
    settings = Settings({GROUP: group_of(options.to, names.names)})
    if options.words == [STDIN]:
        return carry_out(options, Wish(settings, names=names_from_stdin(options.nul)), names)
    return carry_out(options, Wish(settings, filter=" ".join(options.words)), names)
