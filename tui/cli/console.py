"""`ifgroup console`: the console on this machine."""

import argparse
import os
import sys
from pathlib import Path

from tui.cli.environment import tame
from tui.cli.place import enter, ip_there
from tui.files.names.file import NameFile
from tui.model.text import visible


def add(parser: argparse.ArgumentParser) -> None:
    """Add no option of its own to ``parser``."""


def run(options: argparse.Namespace) -> int:
    """Show the console until it is ended; return the exit status."""
    enter(options.netns)
    return show(options, options.names, f"netns {visible(options.netns)}" if options.netns else "")


def show(options: argparse.Namespace, path: Path | None, title: str, *, private: bool = False) -> int:
    """Show the console where we are. ``path``: --names; ``title``: the place, in words.

    ``private``: what happens there concerns nobody else, so the system's log doesn't hear of it.
    """
    # Textual draws on standard error.
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise OSError("The console needs a terminal; `ifgroup list` prints the same once.")
    tame(os.environ)
    from tui.app.app import run as run_app
    from tui.files.audit import Audit, default_path
    from tui.files.syslog import SOCKETS

    return run_app(
        where=title,
        names=NameFile(path, ip_there(options.netns)),
        read_only=options.read_only,
        mouse=not options.no_mouse,
        ascii=options.ascii,
        audit=Audit(options.audit or default_path(private=private), () if private else SOCKETS),
        guard_timeout=None if options.no_guard else options.confirm_timeout,
    )
