"""The commands: one record each. What a command needs is imported once it was asked for."""

from importlib import import_module
from types import ModuleType
from typing import NamedTuple

CONSOLE = "console"
"""The command that there is without one."""


class Command(NamedTuple):
    """A command, and the file in this room that bears its name."""

    name: str
    help: str
    honours: frozenset[str]
    """The shared options (`tui.cli.arguments`) that it can honour, by their flags; the others are errors there."""
    why: str = ""
    """Why it can't honour the others: what follows "since"."""

    def load(self) -> ModuleType:
        """Return its file: `add(parser)` adds the options of its own, `run(options)` returns the exit status.

        ``run`` raises ValueError for bad usage, OSError where something failed, one sentence.
        """
        return import_module(f"tui.cli.{self.name}")


_HERE = frozenset({"--netns", "--read-only", "--names", "--ascii"})
_WRITES = frozenset({"--audit", "--no-guard"})
_SCREEN = frozenset({"--no-mouse", "--confirm-timeout"})
_SCRIPT = _HERE | _WRITES | {"--dry-run", "--yes", "--expect", "--confirm", "--json"}
_SET = _SCRIPT | {"--each"}
_DECIDES = frozenset({"--netns", "--read-only", "--audit", "--json", "--ascii"})
_DECIDED = "it decides one change, as it was made"
_FOR_GOOD = "it acts once, shows no screen, and nothing can take it back"
_ONCE = "it acts once and shows no screen"
_TAGS = "it acts once, shows no screen, and sends a message for each interface anyhow"

COMMANDS = (
    Command(
        CONSOLE,
        "the console on this machine: what there is without a command",
        _HERE | _WRITES | _SCREEN,
        "it asks before it changes anything, and shows what came of it",
    ),
    Command(
        "lab",
        "the console in a private namespace that vanishes with it; needs no root",
        (_HERE | _WRITES | _SCREEN) - {"--netns"},
        "it makes a network namespace of its own",
    ),
    Command(
        "list",
        "print what the console knows, once",
        _HERE | {"--json"},
        "it prints once and changes nothing",
    ),
    Command("set", "set attributes of a group in one message, or of chosen interfaces", _SET, _ONCE),
    Command("up", "take a group, or chosen interfaces, up", _SET, _ONCE),
    Command("down", "take a group, or chosen interfaces, down", _SET, _ONCE),
    Command("retag", "move chosen interfaces to another group", _SCRIPT, _TAGS),
    Command("delete", "delete the interfaces of a group, by one message", _SCRIPT - {"--confirm"}, _FOR_GOOD),
    Command(
        "move",
        "move the interfaces of a group to another network namespace, by one message",
        _SET - {"--confirm"},
        _FOR_GOOD,
    ),
    Command(
        "names",
        "list, set, rename, remove, match and check the names of groups",
        frozenset({"--read-only", "--names", "--audit", "--ascii", "--dry-run", "--yes", "--json"}),
        "it looks at one file, in which groups have names",
    ),
    Command(
        "log",
        "print what was changed, by whom, when, and what came of it",
        _HERE | {"--audit", "--json"},
        "it reads one file and changes nothing",
    ),
    Command(
        "watch",
        "print every change of every interface as a line, until it is ended",
        _HERE | {"--json"},
        "it only looks, and changes nothing",
    ),
    Command(
        "pending",
        "list the changes that are taken back unless somebody keeps them",
        _DECIDES - {"--audit"},
        "it prints once and changes nothing",
    ),
    Command("keep", "let such a change stand: call it over a new connection", _DECIDES, _DECIDED),
    Command("revert", "have such a change taken back at once", _DECIDES, _DECIDED),
    Command(
        "bench",
        "time every way to change many interfaces, side by side, in a private namespace",
        frozenset({"--ascii"}),
        "it makes and changes interfaces in a network namespace of its own",
    ),
)
"""All of them, in the order of the help."""
BY_NAME = {command.name: command for command in COMMANDS}
