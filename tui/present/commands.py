"""Every command once: its keys, label, help, on which screen it lives, and whether it changes the system.

Bindings, footer, help, palette and the keys that a sentence names are made from these: `f"{OnMain.freeze}"` is the key
as people write it.
"""

from dataclasses import dataclass, field
from typing import ClassVar

from tui.timing.ways.operations import OPERATIONS

_PALETTE = "Ctrl+P"
_WRITTEN = {
    "asterisk": "*",
    "comma": ",",
    "down": "↓",
    "enter": "Enter",
    "escape": "Esc",
    "exclamation_mark": "!",
    "full_stop": ".",
    "left": "←",
    "minus": "-",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "plus": "+",
    "question_mark": "?",
    "right": "→",
    "shift+tab": "Shift+Tab",
    "slash": "/",
    "space": "Space",
    "tab": "Tab",
    "up": "↑",
}


_MEASURED = ", ".join(operation.label for operation in OPERATIONS.values())


@dataclass(frozen=True, kw_only=True, eq=False)
class Command:
    """One thing that the operator can do on a screen; written out it is its key."""

    keys: str
    """As Textual names them, separated by commas, first the one that people are told; empty: in the palette only."""
    label: str
    """One or two words, for the footer; `{preset}` stands for the preset MTU."""
    help: str = ""
    """One sentence, for help and palette; dialogs have neither."""
    changes: bool = False
    """Whether it changes the system."""
    footer: bool = False
    """Whether the footer has room for it."""
    priority: bool = False
    """Whether the key is ours even where something else has the focus."""
    heard_by_focus: bool = False
    """Whether the table or input with the focus takes the key, and tells the screen."""
    id: str = field(init=False)
    screen: "type[Commands]" = field(init=False)
    """Where it lives."""

    def __set_name__(self, screen: "type[Commands]", name: str) -> None:
        """Take the name that the class of commands gives it."""
        object.__setattr__(self, "id", name)
        object.__setattr__(self, "screen", screen)

    def __str__(self) -> str:
        """Return the key as people write it."""
        key = self.keys.split(",")[0] or _PALETTE
        return _WRITTEN.get(key, key)


class Commands:
    """The commands of one screen, in the order in which the help lists them."""

    title: ClassVar[str]
    """Of the help."""
    all: ClassVar[tuple[Command, ...]]
    by_id: ClassVar[dict[str, Command]]

    def __init_subclass__(cls, title: str) -> None:
        """Collect what the class declares."""
        cls.title = title
        cls.all = tuple(value for value in vars(cls).values() if isinstance(value, Command))
        cls.by_id = {command.id: command for command in cls.all}


def help_lines(commands: type[Commands]) -> list[str]:
    """Return every key with what it does, a line each."""
    return [f"{command!s:<9} {command.help}" for command in commands.all]


def hint(*commands: Command) -> str:
    """Return what keys do, in a line."""
    return "    ".join(f"{command}: {command.label}" for command in commands)


class OnCountdown(Commands, title=""):
    """What can be decided on whatever screen while a change counts down."""

    keep = Command(keys="K", label="keep", help="Keep the change that counts down.", priority=True)
    take_back = Command(keys="R", label="take back", help="Take the change that counts down back.", priority=True)


class OnMain(Commands, title="Keys"):
    """The commands of the main screen."""

    up = Command(
        keys="u",
        label="up",
        help="Bring the chosen group up, by one message; or the marked interfaces.",
        changes=True,
        footer=True,
    )
    down = Command(
        keys="d",
        label="down",
        help="Take the chosen group down, by one message; or the marked.",
        changes=True,
        footer=True,
    )
    mtu = Command(
        keys="m",
        label="MTU…",
        help="Ask for an MTU and set it on the chosen group, or the marked.",
        changes=True,
        footer=True,
    )
    preset_mtu = Command(
        keys="M",
        label="MTU {preset}",
        help="Set the preset MTU on the chosen group, or the marked.",
        changes=True,
        footer=True,
    )
    txqueuelen = Command(
        keys="", label="txqueuelen…", help=f"Ask for a queue length and set it, as {mtu} does an MTU.", changes=True
    )
    settings = Command(
        keys="e",
        label="set…",
        help="Set any attribute of the chosen group, or the marked: several at once are one message.",
        changes=True,
    )
    retag = Command(
        keys="r",
        label="retag",
        help="Give the marked interfaces another group; with none marked, all of the chosen group.",
        changes=True,
        footer=True,
    )
    delete = Command(
        keys="",
        label="delete interfaces…",
        help="Delete the chosen group's interfaces, by one message; its name must be typed.",
        changes=True,
    )
    move = Command(
        keys="",
        label="move to netns…",
        help="Move the chosen group's interfaces to another netns, by one message or one each.",
        changes=True,
    )
    undo = Command(
        keys="z",
        label="undo",
        help="Take the last change back; what others changed since is left.",
        changes=True,
        footer=True,
    )
    mark = Command(keys="space", label="mark", help="Mark the interface under the cursor, or unmark it.")
    mark_range = Command(keys="v", label="range", help="Mark a range: press it at both ends.")
    mark_all = Command(keys="asterisk", label="mark all", help="Mark every interface that is shown.")
    invert_marks = Command(
        keys="exclamation_mark", label="invert marks", help="Mark what is shown and isn't, unmark what is."
    )
    mark_matching = Command(
        keys="plus", label="mark by name", help="Mark the shown interfaces by a pattern, such as veth*."
    )
    unmark_matching = Command(
        keys="minus", label="unmark by name", help="Unmark the shown interfaces by such a pattern."
    )
    unmark_all = Command(keys="U", label="unmark all", help="Unmark everything, shown or not.")
    marked_alone = Command(keys="a", label="marked alone", help="Show the marked interfaces alone; again: all.")
    log = Command(keys="l", label="log", help="Every change so far, with its `ip` lines; undo any of them.")
    copy = Command(keys="y", label="copy", help="Copy the `ip` command that equals a key, and show it.")
    other_table = Command(
        keys="tab,shift+tab", label="other table", help="Go from the groups to the interfaces and back."
    )
    details = Command(
        keys="enter",
        label="details",
        help="Groups: go to its interfaces. Interfaces: show all that is known.",
        heard_by_focus=True,
    )
    filter = Command(
        keys="slash", label="filter", help="Show only interfaces in which this text is found.", footer=True
    )
    sort = Command(keys="s", label="sort", help="Sort the table with the cursor by its next column.")
    reverse = Command(keys="S", label="reverse", help="Reverse the order of the table with the cursor.")
    unfold = Command(
        keys="right",
        label="unfold",
        help="Unfold a parent, whose row means all groups below it; or go to the first of them.",
    )
    fold = Command(keys="left", label="fold", help="Fold a parent, or go up to it; on the row of all groups: fold all.")
    freeze = Command(keys="f", label="freeze", help="Freeze the picture and count what is pending; again: go on.")
    check = Command(keys="R", label="check now", help="Check everything against the kernel, now.")
    keep = Command(
        keys=OnCountdown.keep.keys,
        label="keep",
        help=f"Keep the change that counts down ({OnCountdown.take_back}: take it back), or see those of others.",
    )
    report = Command(keys="o", label="outcome", help="Show the last change again, member by member.")
    timing = Command(
        keys="t", label="timing", help="The timing panel: every way to do the same, measured for the chosen group."
    )
    wire = Command(
        keys="w", label="wire", help="The last message, taken apart byte by byte, and how the kernel acts on it."
    )
    names = Command(keys="n", label="names", help="See, check and edit the name map.")
    help = Command(keys="question_mark", label="help", help="Show every key.", footer=True)
    back = Command(keys="escape", label="back", help="Leave the filter, else the interfaces, or any window.")
    quit = Command(keys="q", label="quit", help="End ifgroup.", footer=True)


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


class OnDialog(Commands, title=""):
    """What can be done in every dialog; some name their own way out."""

    leave = Command(keys="escape", label="leave it")


class OnFilter(Commands, title=""):
    """The commands of an input that filters; what leaves it is its screen's."""

    keep = Command(keys="enter", label="keep it", heard_by_focus=True)
    earlier = Command(keys="up", label="last")
    later = Command(keys="down", label="next")


def find_hint(back: Command) -> str:
    """Return what stands in an empty filter; ``back`` takes the filter away."""
    return f"text to find; {hint(OnFilter.keep)}, {back}: show all"


class OnUnsaved(Commands, title="Unsaved changes"):
    """What can become of edits of the name map that aren't saved."""

    save = Command(keys="w", label="save")
    throw_away = Command(keys="x", label="throw it away")


class OnPage(Commands, title=""):
    """What every page that scrolls hears."""

    scroll_down = Command(keys="down,j", label="down")
    scroll_up = Command(keys="up,k", label="up")
    page_down = Command(keys="pagedown,space", label="page down")
    page_up = Command(keys="pageup", label="page up")
    first = Command(keys="home,g", label="first")
    last = Command(keys="end,G", label="last")


class OnReport(Commands, title=""):
    """The commands of a page to read."""

    leave = Command(keys="escape,q,enter", label="back")


class OnConfirm(Commands, title=""):
    """The commands of what asks before a change."""

    yes = Command(keys="y", label="do it")
    name = Command(keys="enter", label="do it", heard_by_focus=True)
    each = Command(keys="b", label="do it by a message each")
    other_way = Command(keys="tab", label="the other way")


class OnRemoval(Commands, title=""):
    """The commands of what asks before interfaces go for good; the input has the focus."""

    each = Command(keys="tab", label="one message, or one each", priority=True)


class OnValue(Commands, title=""):
    """The commands of what asks for a value to set."""

    do = Command(keys="enter", label="do it", heard_by_focus=True)


class OnRetag(Commands, title=""):
    """How one moves through the groups to retag to; the input has the focus."""

    up = Command(keys="up", label="up", priority=True)
    down = Command(keys="down", label="down", priority=True)
    page_up = Command(keys="pageup", label="page up", priority=True)
    page_down = Command(keys="pagedown", label="page down", priority=True)


class OnSettings(Commands, title=""):
    """How one moves through what can be set; the input has the focus."""

    up = Command(keys="up", label="up", priority=True)
    down = Command(keys="down", label="down", priority=True)
    complete = Command(keys="tab", label="complete", priority=True)


class OnPrompt(Commands, title=""):
    """The commands of what asks for a line of text."""

    take = Command(keys="enter", label="take it", heard_by_focus=True)


class OnProgress(Commands, title=""):
    """The commands of what shows how far a change has come."""

    leave = Command(keys="escape", label="stop after the batch that is under way")


class OnPermanent(Commands, title=""):
    """The commands of what makes the present tags permanent."""

    copy = Command(keys="y", label="copy")
    write = Command(keys="w", label="write")
    leave = Command(keys="escape,q", label="back")


class OnTable(Commands, title=""):
    """What every table hears."""

    down = Command(keys="j,down", label="down", help="One row down.", heard_by_focus=True)
    up = Command(keys="k,up", label="up", help="One row up.", heard_by_focus=True)
    first = Command(keys="g,home", label="first", help="Go to the first row.", heard_by_focus=True)
    last = Command(keys="G,end", label="last", help="Go to the last row.", heard_by_focus=True)


MOVES = (
    (f"↑ ↓ {OnTable.down} {OnTable.up}", "one row"),
    ("PgUp PgDn", "one page"),
    (f"{OnTable.first} {OnTable.last}", "first row, last row"),
    (_PALETTE, "every command, by name"),
)
"""Keys of the tables and of the palette, for the help."""
