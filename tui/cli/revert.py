"""`ifgroup revert`: have a change taken back at once that waits to be kept."""

import argparse

from tui.cli.decide import add_id, run_decide


def add(parser: argparse.ArgumentParser) -> None:
    """Add which change to ``parser``."""
    parser.epilog = "It ends when all is read back; what others changed meanwhile is left alone, and told."
    add_id(parser)


def run(options: argparse.Namespace) -> int:
    """Have it taken back; return the exit status."""
    return run_decide(options, keep=False)
