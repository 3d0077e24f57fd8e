"""`ifgroup list`: what the console knows, once, as text or JSON."""

import argparse
import contextlib
import json
import sys
from collections.abc import Iterable, Iterator, Sequence

from tui.cli.place import enter
from tui.cli.status import DONE
from tui.files.names.file import NameFile
from tui.model.change.protect import protect
from tui.model.store import Store
from tui.model.text import ascii_text
from tui.model.view.shown import Shown
from tui.netlink.dump import read_links
from tui.netlink.routes import Carriers
from tui.present.column import Column, Item, cells
from tui.present.columns import GROUP_COLUMNS, LINK_COLUMNS
from tui.present.rows import shown_rows
from tui.present.words import as_ascii


def add(parser: argparse.ArgumentParser) -> None:
    """Tell in the help of ``parser`` whose keys its JSON bears."""
    parser.epilog = "What `ip -j -d link` also prints bears its key and form in the JSON."


def run(options: argparse.Namespace) -> int:
    """Print both tables; return the exit status."""
    enter(options.netns)
    names = NameFile(options.names)
    names.refresh()
    store = Store()
    store.replace(read_links())
    snapshot = store.snapshot()
    ways = Carriers()
    shown = Shown(snapshot, names.names, protect(snapshot, ways.find()))
    with contextlib.suppress(BrokenPipeError):  # the reader has seen enough
        if options.json:
            print(as_json(shown))
        else:
            for line in as_text(shown, options.ascii):
                print(line)
        sys.stdout.flush()
    for problem in filter(None, (names.problem, ways.problem and f"protection: {ways.problem}")):
        print(f"ifgroup: {problem}", file=sys.stderr)
    return DONE


def as_json(shown: Shown) -> str:
    """Return groups and interfaces as JSON; what `ip -j -d link` also prints bears its key and form."""
    return json.dumps(shown_rows(shown), indent=1)


def as_text(shown: Shown, ascii: bool = False) -> Iterator[str]:
    """Yield the lines of both tables. ``ascii``: write ASCII alone, what names hold beyond it as `ascii_text` does."""
    links, groups = shown.snapshot.links, shown.groups
    yield from _table(GROUP_COLUMNS, ((groups[key], shown) for key in sorted(groups)), ascii)
    yield ""
    yield from _table(LINK_COLUMNS, ((links[index], shown) for index in sorted(links)), ascii)


def _table(columns: Sequence[Column[*Item]], items: Iterable[tuple[*Item]], ascii: bool) -> Iterator[str]:
    spelled = [(ascii_text if column.head.quotes else as_ascii) if ascii else str for column in columns]
    rows = (zip(spelled, cells(columns, *item), strict=True) for item in items)
    lines = [[column.head.title for column in columns], *([spell(field.text) for spell, field in row] for row in rows)]
    widths = [max(map(len, texts)) for texts in zip(*lines, strict=True)]
    for line in lines:
        yield "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
