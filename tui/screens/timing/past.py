"""The views that look back: the operator's own changes, and the measurements that are kept."""

import errno
import os
from collections.abc import Sequence
from pathlib import Path

from textual import on
from textual.app import ComposeResult

from tui.model.change.sample import Sample
from tui.model.text import reason, visible
from tui.present.column import cells
from tui.present.commands import OnTiming
from tui.present.timing_columns import PAST_COLUMNS, SAMPLE_COLUMNS
from tui.present.timing_past import comparison, last_with, sample_words
from tui.present.words import Field, Spelling
from tui.screens.base import shown_as
from tui.screens.timing.views import View
from tui.timing.report import history
from tui.timing.report.formats import FORMATS
from tui.timing.report.reading import reading
from tui.timing.report.results import TimingReport
from widgets.keyed_table.table import KeyedTable, Row
from widgets.lines import Lines

_LOOKED_BACK = 10  # kept runs in which one with the same operation is sought


class KeptReports:
    """The measurements that are kept, read when they are asked for and once only."""

    def __init__(self) -> None:
        """Look which there are."""
        self.paths: list[Path] = []
        self._read: dict[Path, TimingReport | str] = {}
        self.look()

    def look(self) -> None:
        """Look which there are now, newest first."""
        self.paths = history.runs()

    def report(self, path: Path) -> TimingReport:
        """Return one of which all that is shown is there. Raises OSError, one sentence."""
        if path not in self._read:
            try:
                self._read[path] = _whole(path)
            except OSError as error:
                self._read[path] = reason(error)
        found = self._read[path]
        if isinstance(found, str):
            raise OSError(errno.EINVAL, found)
        return found

    def newest(self) -> list[TimingReport]:
        """Return the newest that can be read, newest first."""
        found = []
        for path in self.paths[:_LOOKED_BACK]:
            try:
                found.append(self.report(path))
            except OSError:
                # The view of past runs says so.
                continue
        return found


def _whole(path: Path) -> TimingReport:
    report = history.load(path)
    try:
        cells(PAST_COLUMNS, report)
        comparison(report, report)
        for write in FORMATS.values():
            write(report)
    except Exception as error:  # it may hold anything: no error of one file is the panel's
        shown = visible(os.fsencode(path))
        raise OSError(errno.EINVAL, f"{shown} holds a measurement that this version can't read.") from error
    return report


class MineView(View):
    """The operator's own changes beside estimates of what slower ways would have taken."""

    def __init__(self, samples: Sequence[Sample], kept: KeptReports, spell: Spelling, ascii: bool) -> None:
        """Show ``samples``, newest first."""
        super().__init__(spell, ascii, "mine")
        self._samples = samples
        self._kept = kept
        columns = shown_as(SAMPLE_COLUMNS, spell)
        empty = "you changed nothing yet: every change that you make in the console shows here"
        self._table = KeyedTable(columns, self._row, empty=empty, ascii=ascii, flash=False)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield self._table
        yield Lines(classes="words")

    def renew(self) -> None:
        """Show everything again."""
        self._table.sync(range(len(self._samples) - 1, -1, -1))
        self._about()

    def _row(self, key: int) -> Row:
        sample = self._samples[key]
        return self.cells(cells(SAMPLE_COLUMNS, key + 1, sample, self._last(sample)))

    def _last(self, sample: Sample) -> TimingReport | None:
        """Return the last measurement of the same work, else the last."""
        current = [self.report] if self.report is not None else []
        return last_with([*current, *self._kept.newest()], sample.operation)

    @on(KeyedTable.Moved)
    def _about(self) -> None:
        self.words(self.chosen)

    @property
    def chosen(self) -> list[str]:
        """What is to be said of the change under the cursor; empty: there is none."""
        key = self._table.cursor_key
        return [] if key is None else sample_words(self._samples[key], self._last(self._samples[key]))


class PastView(View):
    """The measurements that are kept, newest first."""

    def __init__(self, kept: KeptReports, spell: Spelling, ascii: bool) -> None:
        """Show ``kept``."""
        super().__init__(spell, ascii, "past")
        self._kept = kept
        columns = shown_as(PAST_COLUMNS, spell)
        self._table = KeyedTable(columns, self._row, empty="no run is kept yet", ascii=ascii, flash=False)
        self._keys: dict[Path, int] = {}
        self._paths: list[Path] = []

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield self._table
        yield Lines(classes="words")

    def renew(self) -> None:
        """Show everything again."""
        for path in self._kept.paths:
            if path not in self._keys:
                self._keys[path] = len(self._paths)
                self._paths.append(path)
        self._table.sync([self._keys[path] for path in self._kept.paths])
        self._about()

    @property
    def chosen(self) -> Path | None:
        """The file of the run under the cursor; None: there is none."""
        key = self._table.cursor_key
        return None if key is None else self._paths[key]

    def _row(self, key: int) -> Row:
        try:
            return self.cells(cells(PAST_COLUMNS, self._kept.report(self._paths[key])))
        except OSError:
            return self.cells([Field("can't be read", "bad"), *[Field("")] * (len(PAST_COLUMNS) - 1)])

    @on(KeyedTable.Moved)
    def _about(self) -> None:
        path = self.chosen
        if path is None:
            where = visible(os.fsencode(history.directory()))
            self.words((f"Every measurement is kept in {where}.",))
            return
        try:
            first = [visible(sentence) for sentence in reading(self._kept.report(path))[:1]]
        except OSError as error:
            first = [reason(error)]
        self.words(
            (
                *first,
                f"{OnTiming.start}: in words   {OnTiming.compare}: compare with the latest   {OnTiming.export}: export",
            )
        )
