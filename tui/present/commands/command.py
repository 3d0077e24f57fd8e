"""What a command is: its keys, label, help, the screen it lives on, and whether it changes the system."""

from dataclasses import dataclass, field
from typing import ClassVar

PALETTE = "Ctrl+P"
"""The key of the palette, as people write it."""
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
        key = self.keys.split(",")[0] or PALETTE
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
