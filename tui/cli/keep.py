"""`ifgroup keep`: let a change stand that a guard would take back."""

import argparse

from tui.cli.decide import add_id, run_decide


def add(parser: argparse.ArgumentParser) -> None:
    """Add which change to ``parser``."""
    parser.epilog = "Call it over a new connection: one from before the change proves nothing."
    add_id(parser)


def run(options: argparse.Namespace) -> int:
    """Keep it; return the exit status."""
    return run_decide(options, keep=True)
