"""The line of keys at the foot of a screen: as many as there is room for, what matters most first."""

from collections.abc import Iterable

from tui.present.commands import Command
from tui.present.words import Field


def footer(commands: Iterable[Command], width: int, **values: object) -> list[Field]:
    """Return a line of ``width`` cells: the commands meant for the foot, then others while they fit.

    ``values`` fill the labels' placeholders.
    """
    with_keys = [command for command in commands if command.shown and command.label]
    fields, room = [Field(" ")], width - 1
    for command in sorted(with_keys, key=lambda command: not command.footer):
        label = command.label.format(**values)
        gap = "  " if len(fields) > 1 else ""
        room -= len(gap) + len(command.shown) + 1 + len(label)
        if room < 0:
            break
        fields += [Field(gap), Field(command.shown, "warn"), Field(f" {label}")]
    return fields
