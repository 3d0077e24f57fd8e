"""`ifgroup lab`: the console in a private namespace that vanishes with it."""

import argparse
import sys
from pathlib import Path

from tui.cli.arguments import number
from tui.cli.console import show
from tui.cli.place import enter

_LINKS, _GROUPS = 1024, 8
_MAX_LINKS, _MAX_GROUPS = 65536, 256
_KINDS = ("auto", "dummy", "ifb", "veth", "bridge")


def add(parser: argparse.ArgumentParser) -> None:
    """Add what the lab is made of to ``parser``."""
    own = parser.add_argument
    own("--links", metavar="N", type=number(1, _MAX_LINKS), default=_LINKS, help="default: %(default)s")
    groups = parser.add_mutually_exclusive_group().add_argument
    groups("--groups", metavar="K", type=number(1, _MAX_GROUPS), default=_GROUPS, help="default: %(default)s")
    groups("--tree", action="store_true", help="groups of groups: three levels, 64 leaves, such as dc1/rack2/dmz")
    own("--kind", choices=_KINDS, default="auto", help="of what the interfaces are made")


def run(options: argparse.Namespace) -> int:
    """Make the interfaces and show the console; return the exit status."""
    own = _build(options)
    enter(None)
    return show(options, options.names or own, "private lab", private=True)


def _build(options: argparse.Namespace) -> Path | None:
    from tui.netlink.lab import build_lab, layout, tree_layout

    plots = tree_layout(options.links) if options.tree else layout(options.links, options.groups)
    showing = options.links > _LINKS and sys.stderr.isatty()

    def progress(made: int, of: int) -> None:
        if showing:
            end = "\n" if made == of else ""
            print(f"\rmaking {of:,} interfaces: {made * 100 // of} %", end=end, file=sys.stderr, flush=True)

    return build_lab(plots, options.kind, progress)
