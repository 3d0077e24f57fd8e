"""The views of a measurement: bars, plot, table. Each takes a report and shows it."""

import os
import textwrap
from collections.abc import Callable, Iterable, Sequence
from math import log10

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from tui.present.column import cells
from tui.present.commands import OnTiming
from tui.present.timing import (
    bars,
    bars_head,
    decade,
    decades,
    legend,
    ratios,
    result_words,
    series,
    steps,
)
from tui.present.timing_columns import RESULT_COLUMNS
from tui.present.words import Field, Spelling
from tui.screens.base import shown_as
from tui.timing.report.results import Result, TimingReport
from widgets.bars import Bar, Bars, Scale
from widgets.keyed_table.layout import fit
from widgets.keyed_table.table import Cell, KeyedTable, Row
from widgets.lines import Lines
from widgets.plot import Axis, Curve, Plot

_MARGIN = 0.1  # of a power of ten, above and below the curves
_TALL = 30  # lines from which the bars have room for the plot below


class View(Vertical):
    """One view: its words are wrapped and spelled here."""

    def __init__(self, spell: Spelling, ascii: bool, id: str) -> None:
        """Show nothing yet; ``ascii``: use no other glyphs."""
        super().__init__(id=id)
        self.spell = spell
        self.ascii = ascii
        self.report: TimingReport | None = None

    def take(self, report: TimingReport | None) -> None:
        """Show a report; None: there is none yet."""
        self.report = report
        if self.is_mounted:
            self.renew()

    def on_mount(self) -> None:
        """Show what was taken before."""
        self.renew()

    def on_resize(self) -> None:
        """Wrap anew."""
        self.renew()

    def renew(self) -> None:
        """Show everything again."""

    def cells(self, fields: Iterable[Field]) -> list[Cell]:
        """Return fields as this terminal spells them."""
        return [Cell(self.spell(field.text), field.tone) for field in fields]

    def headline(self, text: str) -> None:
        """Write one line into the lines called "headline"."""
        where = self.query_one(".headline", Lines)
        where.show([Cell(cut(self.spell(text), where.size.width, self.ascii), "muted")])

    def toned(self, lines: Iterable[Sequence[Field]]) -> None:
        """Write lines of fields into the lines called "words"; one without room is wrapped, and loses its tones."""
        where = self.query_one(".words", Lines)
        shown: list[list[Cell]] = []
        for line in lines:
            text = self.spell("".join(field.text for field in line))
            if cell_len(text) < where.size.width:
                shown.append([Cell(" "), *self.cells(line)])
            else:
                shown += [[Cell(f" {part}")] for part in _wrapped(text, where.size.width)]
        where.show(*shown)

    def words(self, lines: Iterable[str]) -> None:
        """Write sentences into the lines called "words"; what finds no room is left out, and said to be."""
        where = self.query_one(".words", Lines)
        width, height = where.size
        wrapped = [part for line in lines for part in _wrapped(self.spell(line), width)]
        if len(wrapped) > height > 0:
            wrapped[height - 1 :] = [self.spell(f"… ({OnTiming.words}: all of it)")]
        where.show(*([Cell(f" {part}")] for part in wrapped))


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width - 2, 20), subsequent_indent=" ")


class BarsView(View):
    """Every way as a bar, at one size, with the ratios in words; where there is room, the plot below."""

    def __init__(self, spell: Spelling, ascii: bool, own: int) -> None:
        """Follow the largest size, then show ``own``, the size of the chosen group, until the operator chooses one."""
        super().__init__(spell, ascii, "bars")
        self._own = own
        self._linear = False
        self._links: int | None = None
        self._below = PlotView(spell, ascii, "barsplot")

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield Lines(classes="headline")
        yield Bars(ascii=self.ascii)
        yield Lines(classes="words")
        yield self._below

    def take(self, report: TimingReport | None) -> None:
        """Show a report; None: there is none yet."""
        super().take(report)
        self._below.take(report)

    def turn(self, linear: bool) -> None:
        """Draw on a linear scale, or on a logarithmic one."""
        self._linear = linear
        self._below.turn(linear)
        self.renew()

    def follow(self) -> None:
        """Show the largest size again, as it comes, and at the end the group's own."""
        self._links = None

    def step(self, by: int) -> None:
        """Show the next larger (+1) or smaller (-1) size."""
        sizes = self.report.sizes if self.report is not None else []
        if sizes:
            at = sizes.index(self._shown(sizes)) + by
            self._links = sizes[min(max(at, 0), len(sizes) - 1)]
            self.renew()

    def _shown(self, sizes: Sequence[int]) -> int:
        over = self.report is not None and self.report.ended
        for wanted in (self._links, self._own if over else None):
            if wanted is not None and wanted in sizes:
                return wanted
        return sizes[-1]

    def renew(self) -> None:
        """Show everything again."""
        self.set_class(self.size.height >= _TALL and self.report is not None, "-tall")
        report = self.report
        sizes = report.sizes if report is not None else []
        if report is None:
            self.words(_INVITATION)
            return
        links = self._shown(sizes or report.order.links[:1])
        self.headline(bars_head(report, links, self._linear))
        drawn = [
            Bar(
                self.spell(row.label),
                row.seconds,
                self.spell(row.figure),
                self.spell(row.ratio),
                not row.estimated,
                row.tone,
            )
            for row in bars(report, links)
        ]
        self.query_one(Bars).draw(drawn, self._scale(report, drawn))
        self.words(ratios(report, links))

    def _scale(self, report: TimingReport, drawn: Sequence[Bar]) -> Scale | None:
        powers = decades(report)
        if powers is None:
            return None
        if self._linear:
            most = max((bar.value for bar in drawn if bar.value is not None), default=10.0 ** powers[1])
            return Scale(0.0, most, [(value, self.spell(words)) for value, words in steps(most)], linear=True)
        low, high = powers
        ticks = [(10.0**power, self.spell(decade(power))) for power in range(low, high)]
        return Scale(10.0**low, 10.0**high, ticks)


_INVITATION = (
    f"{OnTiming.start} measures every way to change many interfaces, side by side, on real ones in a private "
    "namespace that vanishes afterwards. Your own interfaces are not touched.",
    f"{OnTiming.operation}: another operation   {OnTiming.sizes}: other sizes   {OnTiming.conditions}: up, IPv6   "
    f"{OnTiming.past}: past runs   {OnTiming.mine}: your own changes",
)


class PlotView(View):
    """The sweep with the paper's figures; each curve has a letter of its own, and the paper's are dashed."""

    def __init__(self, spell: Spelling, ascii: bool, id: str) -> None:
        """Draw nothing yet; both axes are logarithmic at first."""
        super().__init__(spell, ascii, id)
        self._linear = False

    def compose(self) -> ComposeResult:
        """Lay it out."""
        # The Linux console's fonts have frames and blocks, but no braille.
        yield Plot(ascii=self.ascii or os.environ.get("TERM") == "linux")
        yield Lines(classes="words")

    def turn(self, linear: bool) -> None:
        """Draw on linear scales, or on logarithmic ones."""
        self._linear = linear
        if self.is_mounted:
            self.renew()

    def renew(self) -> None:
        """Draw everything again."""
        report = self.report
        plot = self.query_one(Plot)
        curves = [curve for curve in series(report) if curve.points] if report is not None else []
        self.toned(
            legend(report) if report is not None else [[Field(f"Nothing measured yet: {OnTiming.start} starts.")]]
        )
        if not curves:
            plot.clear()
            return
        scaled: Callable[[float], float] = float if self._linear else log10
        drawn = [
            Curve(
                curve.letter,
                curve.tone,
                curve.papers,
                [(scaled(links), scaled(seconds)) for links, seconds in curve.points],
            )
            for curve in curves
        ]
        sizes = sorted({links for curve in curves for links, _ in curve.points})
        across = [scaled(size) for size in sizes]
        x = Axis(across[0], across[-1], [(at, f"{size:,}") for at, size in zip(across, sizes, strict=True)])
        plot.draw(drawn, x, self._upwards([seconds for curve in curves for _, seconds in curve.points]))

    def _upwards(self, seconds: Sequence[float]) -> Axis:
        if self._linear:
            most = max(seconds)
            return Axis(0.0, most, [(value, self.spell(words)) for value, words in steps(most)])
        low, high = log10(min(seconds)) - _MARGIN, log10(max(seconds)) + _MARGIN
        powers = [power for power in range(-7, 5) if low <= power <= high]
        return Axis(low, high, [(power, self.spell(decade(power))) for power in powers])


class TableView(View):
    """Every result as a row, with what the one under the cursor means."""

    def __init__(self, spell: Spelling, ascii: bool) -> None:
        """Show no row yet."""
        super().__init__(spell, ascii, "table")
        columns = shown_as(RESULT_COLUMNS, spell)
        self._table = KeyedTable(columns, self._row, empty="nothing measured yet", ascii=ascii, flash=False)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield self._table
        yield Lines(classes="words")

    def renew(self) -> None:
        """Show everything again."""
        self._table.sync(range(len(self.report.results)) if self.report is not None else ())
        self._about()

    def _row(self, key: int) -> Row:
        result = self._result(key)
        return self.cells(cells(RESULT_COLUMNS, result) if result is not None else [Field("")] * len(RESULT_COLUMNS))

    def _result(self, key: int | None) -> Result | None:
        found: Sequence[Result] = self.report.results if self.report is not None else ()
        return found[key] if key is not None and key < len(found) else None

    @on(KeyedTable.Moved)
    def _about(self) -> None:
        result = self._result(self._table.cursor_key)
        self.words(result_words(self.report, result) if result is not None and self.report is not None else ())


def cut(text: str, width: int, ascii: bool) -> str:
    """Return text that is spelled already in ``width`` cells, with a sign at the end where there was more."""
    return fit(text, max(width, 1), "left", "~" if ascii else "…")
