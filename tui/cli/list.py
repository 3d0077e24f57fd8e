"""`ifgroup list`: what the console knows, once, as text or JSON."""

import argparse
import contextlib
import json
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence

from tui.cli.filters import filter_of, selected
from tui.cli.output import remark
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
from tui.present.rows import groups_of, shown_rows
from tui.present.words import as_ascii


def add(parser: argparse.ArgumentParser) -> None:
    """Add what is to be listed to ``parser``, and tell whose keys its JSON bears."""
    parser.add_argument("filter", metavar="FILTER", nargs="*", help="these and their groups: group:dmz, state:up")
    parser.epilog = "What `ip -j -d link` also prints bears its key and form in the JSON."


def run(options: argparse.Namespace) -> int:
    """Print both tables; return the exit status."""
    wanted = filter_of(options.filter) if options.filter else None
    enter(options.netns)
    names = NameFile(options.names)
    names.refresh()
    store = Store()
    store.replace(read_links())
    snapshot = store.snapshot()
    ways = Carriers()
    shown = Shown(snapshot, names.names, protect(snapshot, ways.find()))
    indexes = None if wanted is None else selected(wanted, shown)
    with contextlib.suppress(BrokenPipeError):  # the reader has seen enough
        if options.json:
            print(json.dumps(shown_rows(shown, indexes), indent=1))
        else:
            for line in as_text(shown, indexes, options.ascii):
                print(line)
        sys.stdout.flush()
    hint = "" if wanted is None else wanted.hint(snapshot, names.names)
    for problem in filter(None, (names.problem, ways.problem and f"protection: {ways.problem}", hint)):
        remark(problem)
    return DONE


def as_text(shown: Shown, wanted: Collection[int] | None, ascii: bool = False) -> Iterator[str]:
    """Yield the lines of both tables: as `shown_rows`, the groups with all members counted.

    ``ascii``: write ASCII alone, what names hold beyond it as `ascii_text` does.
    """
    links = shown.snapshot.links
    groups, indexes = groups_of(shown, wanted), links.keys() if wanted is None else wanted
    yield from _table(GROUP_COLUMNS, ((key, shown) for key in sorted(groups)), ascii)
    yield ""
    yield from _table(LINK_COLUMNS, ((links[index], shown) for index in sorted(indexes)), ascii)


def _table(columns: Sequence[Column[*Item]], items: Iterable[tuple[*Item]], ascii: bool) -> Iterator[str]:
    spelled = [(ascii_text if column.head.quotes else as_ascii) if ascii else str for column in columns]
    rows = (zip(spelled, cells(columns, *item), strict=True) for item in items)
    lines = [[column.head.title for column in columns], *([spell(field.text) for spell, field in row] for row in rows)]
    widths = [max(map(len, texts)) for texts in zip(*lines, strict=True)]
    for line in lines:
        yield "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
