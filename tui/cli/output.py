"""What a command prints: what was asked for on standard output, what is odd beside it on standard error."""

import argparse
import sys
from collections.abc import Iterable

from tui.present.words import as_ascii


def say(options: argparse.Namespace, lines: Iterable[str]) -> None:
    """Print lines, in ASCII alone where ``options`` want that."""
    for line in lines:
        print(as_ascii(line) if options.ascii else line)


def remark(text: str) -> None:
    """Print a sentence that is no part of what was asked for; ``text`` is safe to show."""
    print(f"ifgroup: {text}", file=sys.stderr)
