"""The timing panel: measures every way to change many interfaces, live, and looks back."""

from collections.abc import Sequence

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import ContentSwitcher, ProgressBar

from tui.model.change.sample import Sample
from tui.model.gate import OPEN, Gate
from tui.model.group import Group
from tui.model.text import reason
from tui.present.commands import Command, OnTiming
from tui.present.timing import STOPPING, ending, hold_up, in_full, progress_words, title
from tui.present.timing_past import comparison
from tui.present.words import Field
from tui.screens.base import BaseScreen
from tui.screens.timing.export import export
from tui.screens.timing.past import KeptReports, MineView, PastView
from tui.screens.timing.run import Last, Measurement, Request
from tui.screens.timing.views import BarsView, PlotView, TableView, View, cut
from tui.screens.timing.wishes import ask_conditions, ask_operation, ask_sizes
from tui.timing.others import Judge, busy
from tui.timing.report.reading import loud
from tui.timing.report.results import TimingReport
from widgets.keyed_table.table import KeyedTable
from widgets.lines import Lines

_PERIOD = 0.25  # seconds between looks at what the measuring process told
_VIEWS = ("bars", "plot", "table", "mine", "past")
_BAR = 10  # characters of the progress bar where there is ASCII alone


class TimingScreen(BaseScreen[Last | None], commands=OnTiming):
    """Measures in a child process; leaving the panel ends it, and hands over what it showed."""

    DEFAULT_CSS = """
    TimingScreen { layout: vertical; }
    TimingScreen .bar { height: 1; background: $panel; }
    TimingScreen #timingtitle { text-style: bold; }
    TimingScreen ProgressBar { height: 1; width: 1fr; padding: 0 1; }
    TimingScreen ProgressBar Bar { width: 1fr; }
    TimingScreen ContentSwitcher { height: 1fr; }
    TimingScreen View { height: 1fr; }
    TimingScreen View Bars { height: 10; }
    TimingScreen View .words { height: 4; background: $surface; }
    TimingScreen BarsView > .words { height: 1fr; min-height: 3; }
    TimingScreen BarsView.-tall > .words { height: 6; }
    TimingScreen BarsView PlotView { display: none; }
    TimingScreen BarsView.-tall PlotView { display: block; }
    TimingScreen PlotView .words { height: 3; }
    TimingScreen MineView .words { height: 6; }
    TimingScreen View KeyedTable, TimingScreen View Plot { height: 1fr; }
    TimingScreen #timingbusy { background: $error; color: $text; text-style: bold reverse; display: none; }
    """
    AUTO_FOCUS = ""

    def __init__(
        self,
        group: Group,
        name: str,
        samples: Sequence[Sample],
        ascii: bool,
        request: Request | None = None,
        last: Last | None = None,
        gate: Gate = OPEN,
        judge: Judge = busy,
    ) -> None:
        """Measure for ``group``, called ``name`` (safe to show); ``samples``: the operator's own changes, oldest first.

        ``request``: what to measure; None: the paper's sweep of MTU changes, with the group's own size. ``last``: what
        to show until then. ``gate`` may refuse to measure: that makes interfaces, if of its own, and every other change
        waits for the kernel meanwhile. ``judge`` says whether others spoil what is measured.
        """
        super().__init__(ascii)
        self._group = group
        self._group_name = name
        spell = self.spell
        self.request = request or Request()
        """What Enter measures."""
        self._last = last
        self._gate = gate
        self._judge = judge
        self._seen = (-1, False)
        self._report: TimingReport | None = None
        self._kept = KeptReports()
        self._bars = BarsView(spell, ascii, group.members)
        self._linear = False
        self._plot = PlotView(spell, ascii, "plot")
        self._mine = MineView(samples, self._kept, spell, ascii)
        self._past = PastView(self._kept, spell, ascii)
        self._views: dict[str, View] = {
            "bars": self._bars,
            "plot": self._plot,
            "table": TableView(spell, ascii),
            "mine": self._mine,
            "past": self._past,
        }

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        yield Lines(id="timingtitle", classes="bar")
        yield ProgressBar(total=1.0, show_eta=False)
        yield Lines(id="timingstate")
        yield Lines(id="timingbusy")
        with ContentSwitcher(initial="bars"):
            yield from self._views.values()
        yield Lines(id="message")
        yield Lines(id="keys")

    def on_mount(self) -> None:
        """Wait for Enter."""
        self.query_one(ProgressBar).display = not self.ascii
        self._retitle()
        self._state(self._invitation())
        self.set_interval(_PERIOD, self._look)

    def on_unmount(self) -> None:
        """Leave no measuring process behind."""
        if self.measurement is not None:
            self.measurement.stop()

    def on_resize(self) -> None:
        """Title it anew."""
        self._retitle()

    def label(self, command: Command) -> str:
        """Return what the foot calls a command; the view that is open stands in brackets."""
        return f"[{command.label}]" if command.id == self._current else command.label

    def _invitation(self) -> str:
        if self._last is None:
            return f"{OnTiming.start} starts; {OnTiming.back} stops, and keeps what was measured."
        return f"Measured for {self._last.name}. {OnTiming.start} measures once more."

    @property
    def measurement(self) -> Measurement | None:
        """The one that is shown; None: there is none yet."""
        return None if self._last is None else self._last.measurement

    @property
    def _current(self) -> str:
        return self.query_one(ContentSwitcher).current or "bars"

    @property
    def _measuring(self) -> bool:
        return self.measurement is not None and not self.measurement.over

    def _look(self) -> None:
        """Take in what was measured since."""
        measurement = self.measurement
        if measurement is None:
            return
        # Whether it is over is asked first, and once: nothing is told after that.
        over = measurement.over
        seen = (measurement.revision, over)
        if not over:
            self._progress(measurement)
        if seen == self._seen:
            return
        self._seen = seen
        self._take(measurement.report())
        if over:
            self._finish(measurement)

    def _take(self, report: TimingReport) -> None:
        self._report = report
        warning = self.query_one("#timingbusy", Lines)
        warning.display = bool(text := loud(report))
        self._line("timingbusy", f" {text}")
        # The others take it when they are shown.
        self._views[self._current].take(report)

    def _progress(self, measurement: Measurement) -> None:
        share = measurement.share()
        self.query_one(ProgressBar).update(progress=share)
        drawn = f"[{'#' * round(share * _BAR):.<{_BAR}}] {share:.0%}  " if self.ascii else ""
        left = measurement.left()
        self._state(drawn + (STOPPING if measurement.stopping else progress_words(measurement.progress, left)))

    def _finish(self, measurement: Measurement) -> None:
        assert self._report is not None
        if self._report.ended == "done":
            self.query_one(ProgressBar).update(progress=1.0)
        self._kept.look()
        self._views[self._current].renew()
        field = ending(self._report, measurement.took, measurement.kept, measurement.problem)
        self._state(self._invitation())
        self._retitle()
        self.say(*field)

    def _retitle(self) -> None:
        try:
            order = self.measurement.order if self.measurement and self._measuring else self.request.order(self._group)
            text = title(self._group_name, self._group, order)
        except ValueError as error:
            text = f" timing: {error}"
        self._line("timingtitle", text)

    def _state(self, text: str) -> None:
        self._line("timingstate", f" {text}")

    def _line(self, which: str, text: str) -> None:
        self.show(which, [Field(cut(self.spell(text), self.app.size.width, self.ascii))])

    def _go(self, name: str) -> None:
        """Show a view, and give its table the keys."""
        self.query_one(ContentSwitcher).current = name
        view = self._views[name]
        view.take(self._report)
        tables = view.query(KeyedTable)
        self.set_focus(tables.first() if tables else None)
        self.show_keys()

    def action_start(self) -> None:
        """Start measuring; among past runs: show the one under the cursor in words."""
        if self._current == "past":
            self.action_words()
            return
        if self._measuring:
            self.say(f"It is measuring already: {OnTiming.back} stops it.", "warn")
            return
        if why := self._gate.obstacle():
            self.say(
                f"Nothing is measured, since a measurement makes and changes interfaces: ifgroup was {why}.", "warn"
            )
            return
        try:
            order = self.request.order(self._group)
        except ValueError as error:
            self.say(str(error), "bad")
            return
        self.say(hold_up(order), "warn")
        self._seen = (-1, False)
        self._bars.follow()
        self._last = Last(Measurement(order, self._judge), self._group_name)
        self._retitle()
        self._look()

    def action_bars(self) -> None:
        """Show the bars."""
        self._go("bars")

    def action_plot(self) -> None:
        """Show the plot."""
        self._go("plot")

    def action_table(self) -> None:
        """Show the table."""
        self._go("table")

    def action_mine(self) -> None:
        """Show the operator's own changes."""
        self._go("mine")

    def action_past(self) -> None:
        """Show what is kept."""
        self._kept.look()
        self._go("past")

    def action_next_view(self) -> None:
        """Go on to the next view."""
        self._go(_VIEWS[(_VIEWS.index(self._current) + 1) % len(_VIEWS)])

    def action_scale(self) -> None:
        """Draw bars and curves on a linear scale, or on a logarithmic one again."""
        self._linear = not self._linear
        self._bars.turn(self._linear)
        self._plot.turn(self._linear)

    def action_smaller(self) -> None:
        """Show the bars of the next smaller size."""
        self._bars.step(-1)

    def action_larger(self) -> None:
        """Show the bars of the next larger size."""
        self._bars.step(1)

    @work(exclusive=True)
    async def action_operation(self) -> None:
        """Ask what to measure."""
        self._wish(await ask_operation(self.app, self.request))

    @work(exclusive=True)
    async def action_sizes(self) -> None:
        """Ask for the numbers of interfaces."""
        self._wish(await ask_sizes(self.app, self.request, self._group))

    @work(exclusive=True)
    async def action_conditions(self) -> None:
        """Ask how the interfaces are before each run."""
        self._wish(await ask_conditions(self.app, self.request))

    def _wish(self, request: Request | None) -> None:
        """Take what the operator wants measured next; None: nothing else."""
        if request is None:
            return
        self.request = request
        self._retitle()
        self._warn()

    def _warn(self) -> None:
        """Say what the next measurement holds up, and that alone."""
        try:
            self.say(hold_up(self.request.order(self._group)), "warn")
        except ValueError as error:
            self.say(str(error), "bad")

    def _chosen(self) -> TimingReport | None:
        """Return the report that keys are about: in the view of past runs that under the cursor. Raises OSError."""
        if self._current != "past":
            return self._report if self._report is not None and self._report.results else None
        return None if self._past.chosen is None else self._kept.report(self._past.chosen)

    def action_words(self) -> None:
        """Show the whole report; of an own change, all that is said of it."""
        if self._current == "mine" and self._mine.chosen:
            self.show_report("A change of yours", self._mine.chosen)
            return
        try:
            report = self._chosen()
        except OSError as error:
            self.say(reason(error), "bad")
            return
        if report is None:
            self.say("Nothing was measured yet.", "warn")
            return
        self.show_report("The measurement in words and figures", in_full(report))

    def action_compare(self) -> None:
        """Compare the run under the cursor with the latest."""
        if self._current != "past":
            past, compare = OnTiming.past, OnTiming.compare
            self.say(
                f"{past} shows the past runs; there {compare} compares the one under the cursor with the latest.",
                "warn",
            )
            return
        chosen, paths = self._past.chosen, self._kept.paths
        if chosen is None or chosen == paths[0]:
            self.say("This is the latest: go to an older one." if chosen else "There is nothing to compare.", "warn")
            return
        try:
            lines = comparison(self._kept.report(chosen), self._kept.report(paths[0]))
        except OSError as error:
            self.say(reason(error), "bad")
            return
        self.show_report("A past run and the latest", lines)

    @work(exclusive=True)
    async def action_export(self) -> None:
        """Write it to a file."""
        try:
            said = await export(self.app, self._chosen(), self.app.export_screenshot, self._gate)
        except OSError as error:
            self.say(reason(error), "bad")
            return
        if said is not None:
            self.say(said, "good")

    def action_back(self) -> None:
        """Stop what is under way, else leave."""
        if self._measuring and self.measurement is not None:
            self.measurement.stop()
            return
        self.action_leave()

    def action_leave(self) -> None:
        """Leave; what is under way is stopped."""
        self.dismiss(self._last)

    @on(KeyedTable.Chosen)
    def _clicked(self, event: KeyedTable.Chosen) -> None:
        """Show a past run that was clicked; a click starts nothing."""
        event.stop()
        if self._current == "past":
            self.action_words()
