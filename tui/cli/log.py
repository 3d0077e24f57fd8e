"""`ifgroup log`: what was changed, by whom, when, and what came of it, from the audit file."""

import argparse
import contextlib
import json
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tui.cli.output import remark, say
from tui.cli.place import names_there
from tui.cli.status import DONE
from tui.cli.wish import whom_of
from tui.files.audit import default_path, netns_here
from tui.files.audit_lines import oldest_first
from tui.model.change.past import NOWHERE, Netns, Past, past_of
from tui.model.change.replay import replay
from tui.model.names.map import NameMap
from tui.model.names.tree import Branch, Place
from tui.model.text import ascii_text, plural, visible
from tui.present.past import comment, line
from tui.present.words import as_ascii

_SPAN = re.compile(r"([0-9]{1,9})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_WHEN = re.compile(rb'\{"time":"([^"\\]{10,40})"')


def add(parser: argparse.ArgumentParser) -> None:
    """Add what narrows it, and the other form."""
    parser.add_argument("--since", metavar="WHEN", help="90s, 15m, 1h, 2d ago, or a date or time such as 2026-01-31")
    parser.add_argument(
        "--group",
        metavar="G",
        help="changes of this group, by its number or what it is called now; dc1/: and of all below",
    )
    parser.add_argument("--sh", action="store_true", help="the `ip` lines that do the same again")


def run(options: argparse.Namespace) -> int:
    """Print the records, the oldest first; return the exit status. Raises ValueError, OSError."""
    since = since_of(options.since, datetime.now(UTC)) if options.since is not None else None
    names = names_there(options)
    whom = whom_of(options.group, names.names) if options.group is not None else None
    if options.netns is not None:
        from tui.netlink.namespace import enter_named

        enter_named(options.netns)
    here = netns_here()
    path: Path = options.audit or default_path(private=False)
    reader = _Reader(path, since, here if options.netns is not None else NOWHERE, whom)
    with contextlib.suppress(BrokenPipeError):  # the reader has seen enough
        for past in reader:
            _print(past, options, names.names, here)
        sys.stdout.flush()
    for text in reader.remarks():
        remark(text)
    return DONE


def since_of(text: str, now: datetime) -> datetime:
    """Return the moment that --since means; a date or time without a zone is this machine's. Raises ValueError."""
    with contextlib.suppress(OverflowError, ValueError):
        if match := _SPAN.fullmatch(text):
            return now - timedelta(**{_UNITS[match[2]]: int(match[1])})
        if text.isascii():
            return datetime.fromisoformat(text).astimezone(UTC)
    raise ValueError(
        f"--since: “{visible(text)}” is no time; give 90s, 15m, 1h or 2d, or a date or time such as 2026-01-31T14:05."
    )


class _Reader:
    """Goes through the records that are wanted, once."""

    def __init__(self, path: Path, since: datetime | None, netns: Netns, whom: Place | None) -> None:
        self._path = path
        self._since = since
        self._netns = netns
        self._branch = visible(whom.path) if isinstance(whom, Branch) else None
        self._group_ids = whom.group_ids if isinstance(whom, Branch) else () if whom is None else (whom,)
        self._foreign = 0
        self._told = 0
        self._guarded: set[str] = set()

    def __iter__(self) -> Iterator[Past]:
        """Raises OSError, one sentence."""
        for raw in oldest_first(self._path):
            if not raw.strip() or self._before(raw):
                continue
            if (past := past_of(raw)) is None:
                self._foreign += 1
            elif self._wanted(past):
                self._told += 1
                yield past

    def _before(self, raw: bytes) -> bool:
        """Whether a line is too old, told by its beginning: most needn't be read at all."""
        if self._since is not None and (match := _WHEN.match(raw)):
            with contextlib.suppress(ValueError):
                when = datetime.fromisoformat(match[1].decode("ascii", "replace"))
                return when.replace(tzinfo=when.tzinfo or UTC) < self._since
        return False

    def _wanted(self, past: Past) -> bool:
        if self._since is not None and past.time < self._since:
            return False
        if past.elsewhere(self._netns):
            return False
        if not self._group_ids:
            return True
        # The guard and who keeps a change name it alone.
        if self._concerned(past) or (past.event in ("revert", "keep") and past.text("what") in self._guarded):
            self._guarded.add(past.text("what"))
            return True
        return False

    def _concerned(self, past: Past) -> bool:
        # The map may have put other groups below the parent since.
        return past.concerns(self._group_ids) or (
            self._branch is not None and past.record.get("branch") == self._branch
        )

    def remarks(self) -> Iterator[str]:
        shown = visible(os.fsencode(self._path))
        if self._foreign:
            left_out = "was" if self._foreign == 1 else "were"
            yield f"{plural(self._foreign, 'line')} of {shown} {left_out} left out: torn, or not ours."
        if not self._told:
            yield f"Nothing that was asked for is on record in {shown}."


def _print(past: Past, options: argparse.Namespace, names: NameMap, here: Netns) -> None:
    host = os.uname().nodename
    if options.json:
        with contextlib.suppress(ValueError, RecursionError):
            more = {"ip": replay(past, names, here)} if options.sh else {}
            print(json.dumps({**past.record, **more}, allow_nan=False))
    elif options.sh:
        print(ascii_text(as_ascii(comment(past, here, host))))
        for one in replay(past, names, here):
            print(one)
    else:
        say(options, [line(past, here, host)])
