"""The commands of the timing panel; their ids name actions there."""

from tui.present.commands import Command
from tui.timing.ways.operations import OPERATIONS

_MEASURED = f"Choose what is measured: {', '.join(operation.label for operation in OPERATIONS.values())}."

TIMING_COMMANDS = (
    Command("start", "enter", "Enter", "start", "Start measuring; past runs: show the run in words.", footer=True),
    Command("bars", "b", "b", "bars", "Every way as a bar.", footer=True),
    Command("plot", "p", "p", "plot", "The sweep as a plot, with the paper's Table I drawn over it.", footer=True),
    Command("table", "t", "t", "table", "Every result as a row.", footer=True),
    Command("mine", "m", "m", "mine", "Your own changes, beside what slower ways would have taken.", footer=True),
    Command("past", "h", "h", "past", "The runs that are kept.", footer=True),
    Command("next_view", "tab", "Tab", "next view", "Go from view to view."),
    Command("smaller", "comma,left", ",", "smaller size", "Bars: show the next smaller size."),
    Command("larger", "full_stop,right", ".", "larger size", "Bars: show the next larger size."),
    Command("scale", "l", "l", "linear, log", "Bars and plot: a linear scale, or a logarithmic one."),
    Command(
        "operation",
        "o",
        "o",
        "operation",
        _MEASURED,
    ),
    Command("sizes", "s", "s", "sizes", "Choose how many interfaces it is measured with."),
    Command("words", "w", "w", "words", "The whole report in words; past runs: that of the run under the cursor."),
    Command("compare", "c", "c", "compare", "Past runs: compare the run under the cursor with the latest."),
    Command("export", "e", "e", "export", "Write it to a file: CSV, JSON, Markdown, or the panel as SVG.", footer=True),
    Command("help", "question_mark", "?", "help", "Show every key.", footer=True),
    Command("back", "escape", "Esc", "stop, back", "Stop what is being measured, and keep what there is; else leave."),
    Command("leave", "q", "q", "leave", "Leave; what is being measured is stopped, and kept."),
)
