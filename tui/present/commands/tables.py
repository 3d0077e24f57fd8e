"""What every table hears, and its keys for the help."""

from tui.present.commands.command import PALETTE, Command, Commands


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
    (PALETTE, "every command, by name"),
)
"""Keys of the tables and of the palette, for the help."""
