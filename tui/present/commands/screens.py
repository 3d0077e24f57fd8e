"""The commands of the other screens: name map, log, timing panel, message view."""

from tui.present.commands.command import Command, Commands
from tui.timing.ways.operations import OPERATIONS

_MEASURED = ", ".join(operation.label for operation in OPERATIONS.values())


class OnNames(Commands, title="Keys of the name map"):
    """The commands of the name map's screen."""

    add = Command(keys="a", label="add", help="Add an entry, or name the group under the cursor.", footer=True)
    below = Command(keys="A", label="below", help="Add a name below the one under the cursor.", footer=True)
    rename = Command(
        keys="r", label="rename", help="Give the entry, or a parent with all below it, another name.", footer=True
    )
    renumber = Command(keys="i", label="id", help="Give the entry another number.", footer=True)
    delete = Command(keys="x,delete", label="delete", help="Delete the line.", footer=True)
    comment = Command(keys="c", label="comment", help="Write the comment above the entry.")
    mend = Command(keys="m", label="mend", help="Mend what is wrong with the line.")
    save = Command(keys="w", label="save", help="Show the diff, and save.", footer=True)
    take_back = Command(keys="z", label="undo", help="Take the last save back.", footer=True)
    permanent = Command(keys="p", label="permanent", help="Show what makes the present tags permanent.")
    filter = Command(keys="slash", label="filter", help="Show only entries in which this text is found.")
    help = Command(keys="question_mark", label="help", help="Show every key.", footer=True)
    back = Command(keys="escape,q", label="back", help="Leave the filter, else the name map.", footer=True)


class OnLog(Commands, title="Keys of the command log"):
    """The commands of the command log's screen."""

    details = Command(keys="enter", label="in full", help="Show the change in full.", heard_by_focus=True, footer=True)
    copy = Command(keys="y", label="copy", help="Copy the `ip` lines that do the same, and show them.", footer=True)
    copy_all = Command(
        keys="Y", label="copy all", help="Copy the `ip` lines of all that is listed, the oldest first.", footer=True
    )
    undo = Command(
        keys="z", label="undo", help="Undo this change; what others changed since is left.", changes=True, footer=True
    )
    earlier = Command(
        keys="e", label="earlier", help="List earlier sittings too, from the audit file; again: this one.", footer=True
    )
    help = Command(keys="question_mark", label="help", help="Show every key.", footer=True)
    back = Command(keys="escape,q,l", label="back", help="Leave the log.", footer=True)


class OnTiming(Commands, title="Keys of the timing panel"):
    """The commands of the timing panel."""

    start = Command(
        keys="enter",
        label="start",
        help="Start measuring; past runs: show the run in words.",
        footer=True,
        priority=True,
    )
    bars = Command(keys="b", label="bars", help="Every way as a bar.", footer=True)
    plot = Command(
        keys="p", label="plot", help="The sweep as a plot, with the paper's Table I drawn over it.", footer=True
    )
    table = Command(keys="t", label="table", help="Every result as a row.", footer=True)
    mine = Command(
        keys="m", label="mine", help="Your own changes, beside what slower ways would have taken.", footer=True
    )
    past = Command(keys="h", label="past", help="The runs that are kept.", footer=True)
    next_view = Command(keys="tab", label="next view", help="Go from view to view.")
    smaller = Command(keys="comma,left", label="smaller size", help="Bars: show the next smaller size.")
    larger = Command(keys="full_stop,right", label="larger size", help="Bars: show the next larger size.")
    scale = Command(keys="l", label="linear, log", help="Bars and plot: a linear scale, or a logarithmic one.")
    operation = Command(keys="o", label="operation", help=f"Choose what is measured: {_MEASURED}.")
    sizes = Command(keys="s", label="sizes", help="Choose how many interfaces it is measured with.")
    conditions = Command(
        keys="i", label="conditions", help="Choose whether the interfaces are up before each run, and have IPv6."
    )
    words = Command(
        keys="w", label="words", help="The whole report in words; past runs: that of the run under the cursor."
    )
    compare = Command(keys="c", label="compare", help="Past runs: compare the run under the cursor with the latest.")
    export = Command(
        keys="e", label="export", help="Write it to a file: CSV, JSON, Markdown, or the panel as SVG.", footer=True
    )
    help = Command(keys="question_mark", label="help", help="Show every key.", footer=True)
    back = Command(
        keys="escape", label="stop, back", help="Stop what is being measured, and keep what there is; else leave."
    )
    leave = Command(keys="q", label="leave", help="Leave; what is being measured is stopped, and kept.")


class OnWire(Commands, title="Keys of the message view"):
    """The commands of the message view."""

    next_view = Command(keys="tab", label="view", help="Go to the next view.", footer=True)
    previous_view = Command(keys="shift+tab", label="view before", help="Go to the view before.")
    view_message = Command(keys="1", label="message", help="What was sent.")
    view_answer = Command(keys="2", label="answer", help="What the kernel answered.")
    view_notification = Command(keys="3", label="notification", help="One of the notifications heard meanwhile.")
    view_other = Command(keys="4", label="other way", help="The same change the other way: one message against many.")
    next_step = Command(keys="n,enter", label="next step", help="Walk through the change, a step further.", footer=True)
    previous_step = Command(keys="p", label="step back", help="A step back; before the first: no step.", footer=True)
    scroll_down = Command(keys="j,down", label="down", help="One row down.")
    scroll_up = Command(keys="k,up", label="up", help="One row up.")
    page_down = Command(keys="pagedown,space", label="page", help="One page down.", footer=True)
    page_up = Command(keys="pageup", label="page up", help="One page up.")
    first = Command(keys="g,home", label="first", help="Go to the first row.")
    last = Command(keys="G,end", label="last", help="Go to the last row.")
    help = Command(keys="question_mark", label="help", help="Show every key.", footer=True)
    back = Command(keys="escape,q,w", label="back", help="Leave the message view.", footer=True)
