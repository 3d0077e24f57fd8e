"""Every command once: its id, keys, label, help, and whether it changes the system.

Keys, footer, help and palette are made from this table. The main screen's `handlers` tell by a command's
id what does it; on the others it names the action `action_ID`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that the operator can do."""

    id: str
    keys: str
    """As Textual names them, separated by commas; empty: in the palette only."""
    shown: str
    """The key as people write it."""
    label: str
    """One or two words, for the footer; `{preset}` stands for the preset MTU."""
    help: str
    """One sentence, for help and palette."""
    changes: bool = False
    """Whether it changes the system."""
    footer: bool = False
    """Whether the footer has room for it."""
    priority: bool = False
    """Whether the key is ours even while text is typed."""


COMMANDS = (
    Command("up", "u", "u", "up", "Bring the chosen group up, by one message; or the marked interfaces.", True, True),
    Command("down", "d", "d", "down", "Take the chosen group down, by one message; or the marked.", True, True),
    Command("mtu", "m", "m", "MTU…", "Ask for an MTU and set it on the chosen group, or the marked.", True, True),
    Command(
        "preset_mtu", "M", "M", "MTU {preset}", "Set the preset MTU on the chosen group, or the marked.", True, True
    ),
    Command("txqueuelen", "", "Ctrl+P", "txqueuelen…", "Ask for a queue length and set it, as m does an MTU.", True),
    Command("retag", "r", "r", "retag", "Give the marked interfaces another group.", True, True),
    Command("undo", "z", "z", "undo", "Take the last change back; what others changed since is left.", True, True),
    Command("mark", "space", "Space", "mark", "Mark the interface under the cursor, or unmark it."),
    Command("mark_range", "v", "v", "range", "Mark a range: press it at both ends."),
    Command("mark_all", "asterisk", "*", "mark all", "Mark every interface that is shown."),
    Command("invert_marks", "exclamation_mark", "!", "invert marks", "Mark what is shown and isn't, unmark what is."),
    Command("mark_matching", "plus", "+", "mark by name", "Mark the shown interfaces by a pattern, such as veth*."),
    Command("unmark_matching", "minus", "-", "unmark by name", "Unmark the shown interfaces by such a pattern."),
    Command("unmark_all", "U", "U", "unmark all", "Unmark everything, shown or not."),
    Command("marked_alone", "a", "a", "marked alone", "Show the marked interfaces alone; again: all."),
    Command("log", "l", "l", "log", "Every change so far, with its `ip` lines; undo any of them."),
    Command("copy", "y", "y", "copy", "Copy the `ip` command that equals a key, and show it."),
    Command("other_table", "tab,shift+tab", "Tab", "other table", "Go from the groups to the interfaces and back."),
    Command("details", "", "Enter", "details", "Groups: go to its interfaces. Interfaces: show all that is known."),
    Command("filter", "slash", "/", "filter", "Show only interfaces in which this text is found.", footer=True),
    Command("sort", "s", "s", "sort", "Sort the table with the cursor by its next column."),
    Command("reverse", "S", "S", "reverse", "Reverse the order of the table with the cursor."),
    Command(
        "freeze",
        "f",
        "f",
        "freeze",
        "Freeze the picture and count what is pending; again: go on.",
    ),
    Command("check", "R", "R", "check now", "Check everything against the kernel, now."),
    Command("keep", "K", "K", "keep", "Keep the change that counts down; meanwhile R takes it back."),
    Command("report", "o", "o", "outcome", "Show the last change again, member by member."),
    Command("timing", "t", "t", "timing", "The timing panel: every way to do the same, measured for the chosen group."),
    Command("wire", "w", "w", "wire", "The last message, taken apart byte by byte, and how the kernel acts on it."),
    Command("names", "n", "n", "names", "See, check and edit the name map."),
    Command("help", "question_mark", "?", "help", "Show every key.", footer=True),
    Command("back", "escape", "Esc", "back", "Leave the filter, else the interfaces, or any window."),
    Command("quit", "q", "q", "quit", "End ifgroup.", footer=True),
)

MOVES = (
    ("↑ ↓ j k", "one row"),
    ("PgUp PgDn", "one page"),
    ("g G", "first row, last row"),
    ("Ctrl+P", "every command, by name"),
)
"""Keys of the tables and of the palette, for the help."""

BY_ID = {command.id: command for command in COMMANDS}

NAME_COMMANDS = (
    Command("add", "a", "a", "add", "Add an entry, or name the group under the cursor.", footer=True),
    Command("rename", "r", "r", "rename", "Give the entry another name.", footer=True),
    Command("renumber", "i", "i", "id", "Give the entry another number.", footer=True),
    Command("delete", "x,delete", "x", "delete", "Delete the line.", footer=True),
    Command("comment", "c", "c", "comment", "Write the comment above the entry."),
    Command("mend", "m", "m", "mend", "Mend what is wrong with the line.", footer=True),
    Command("save", "w", "w", "save", "Show the diff, and save.", footer=True),
    Command("take_back", "z", "z", "undo", "Take the last save back.", footer=True),
    Command("permanent", "p", "p", "permanent", "Show what makes the present tags permanent."),
    Command("filter", "slash", "/", "filter", "Show only entries in which this text is found."),
    Command("help", "question_mark", "?", "help", "Show every key.", footer=True),
    Command("back", "escape,q", "Esc", "back", "Leave the filter, else the name map.", footer=True),
)
"""The commands of the name map's screen; their ids name actions there."""

LOG_COMMANDS = (
    Command("details", "", "Enter", "in full", "Show the change in full.", footer=True),
    Command("copy", "y", "y", "copy", "Copy the `ip` lines that do the same, and show them.", footer=True),
    Command("undo", "z", "z", "undo", "Undo this change; what others changed since is left.", True, footer=True),
    Command("help", "question_mark", "?", "help", "Show every key.", footer=True),
    Command("back", "escape,q,l", "Esc", "back", "Leave the log.", footer=True),
)
"""The commands of the command log's screen; their ids name actions there."""
