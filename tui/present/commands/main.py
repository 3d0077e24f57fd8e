"""The commands of the main screen, and those that every screen hears while a change counts down."""

from tui.present.commands.command import Command, Commands


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
