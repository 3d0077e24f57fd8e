"""`ifgroup watch`: every change of every interface as one line, until it is ended."""

import argparse
import time
from collections.abc import Iterator
from typing import Any, NoReturn, assert_never

from tui.cli.arguments import number
from tui.cli.filters import filter_of
from tui.cli.outlet import Ended, Outlet
from tui.cli.output import remark
from tui.cli.place import enter, names_there
from tui.cli.status import DONE
from tui.cli.watch_faces import Face, JsonFace, TextFace
from tui.files.names.file import NameFile
from tui.model.view.filter import EVERYTHING
from tui.session.feed import Began, Carried, Checked, Dropped, Feed, Item, Lost, Took

_NAMES = 2.0  # seconds between two looks at the name map
_HEARTBEAT = 10  # seconds
_TURNS = 64  # lines, or things that are none, until we look whether it has ended


def add(parser: argparse.ArgumentParser) -> None:
    """Add what is to be told, and how often, to ``parser``."""
    parser.description = "Print every change of every interface as one line, whoever made it, until it is ended."
    parser.epilog = (
        "It ends, with status 0, when its output or its input (if that is a pipe or a socket) is closed, "
        "and by SIGINT, SIGTERM or SIGHUP."
    )
    own = parser.add_argument
    own("filter", metavar="FILTER", nargs="*", help="tell of these alone: text, re:…, group:dmz, state:up, !…")
    own("--snapshot", action="store_true", help="first print what is")
    own(
        "--heartbeat",
        metavar="S",
        type=number(0, 86400),
        help=f"say every S seconds that all is well; 0: never (default: {_HEARTBEAT} with --json, else 0)",
    )


def run(options: argparse.Namespace) -> int:
    """Print until it is ended; return the exit status. Raises ValueError for a filter that means nothing, OSError."""
    only = filter_of(options.filter) if options.filter else EVERYTHING
    beat = options.heartbeat if options.heartbeat is not None else _HEARTBEAT if options.json else 0
    outlet: Outlet | None = None
    try:
        outlet = Outlet()
        enter(options.netns)
        names = names_there(options)
        face: Face[Any] = JsonFace(only) if options.json else TextFace(only, options.ascii)
        feed = Feed()
        feed.start()
        try:
            _tell(outlet, feed, face, names, options.snapshot, beat)
        finally:
            feed.stop()
    except Ended:
        if outlet is not None:
            outlet.end()
        return DONE


def _tell(outlet: Outlet, feed: Feed, face: Face[Any], names: NameFile, snapshot: bool, beat: int) -> NoReturn:
    """Take what comes and tell it; the only way out is to raise Ended."""
    lines: Iterator[str] = iter(())
    now = time.monotonic()
    next_beat = now + beat if beat else float("inf")
    next_look = now + _NAMES
    while True:
        for _ in range(_TURNS):
            if not outlet.room:
                break
            if (line := next(lines, None)) is not None:
                outlet.put(line)
            elif (now := time.monotonic()) >= next_beat:
                next_beat = now + beat
                outlet.put(face.heartbeat(feed.health))
            elif now >= next_look:
                next_look = now + _NAMES
                if names.refresh():
                    lines = face.renamed(names.names)
            elif (item := feed.take()) is not None:
                lines = _lines(item, face, feed, names, snapshot, beat)
            else:
                break
        outlet.wait(feed.fileno(), max(0.0, min(next_beat, next_look) - time.monotonic()))


def _lines(item: Item, face: Face[Any], feed: Feed, names: NameFile, snapshot: bool, beat: int) -> Iterator[str]:
    match item:
        case Began():
            yield from face.begin(item, names.names, snapshot)
            if hint := face.hint():
                remark(hint)
            if beat:
                yield face.heartbeat(feed.health)
        case Took():
            yield from face.took(item)
        case Lost():
            yield face.overrun(item.time, "kernel")
        case Dropped():
            yield from face.dropped(item)
        case Carried():
            yield from face.carried(item)
        case Checked():
            yield from face.checked(item, feed.health)
        case _:
            assert_never(item)
