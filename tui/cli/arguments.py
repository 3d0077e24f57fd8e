"""The options that commands share: declared once, and the same before and after the command."""

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from tui import __version__
from tui.cli.commands import BY_NAME, CONSOLE, Command
from tui.model.number import whole_number
from tui.model.text import did_you_mean, visible

_CONFIRM_TIMEOUT = 60  # seconds
_CONFIRM_RANGE = (5, 3600)
_MAY_HAVE_VALUE = ("--yes", "--confirm")


# argparse's words.
_NO_CHOICE = re.compile(r"invalid choice: '(.*)' \(choose from (.*)\)", re.DOTALL)
_NO_OPTION = re.compile(r"unrecognized arguments: (--[\w-]+)")


class Parser(argparse.ArgumentParser):
    """argparse's, but what was typed comes back as text that no terminal obeys."""

    command: Command | None = None
    """The command whose own options it takes; added once it was asked for, since they need imports."""

    def error(self, message: str) -> NoReturn:
        """Print usage, message and the nearest right word, and exit with status 2."""
        super().error(visible(message) + self._nearest(message))

    def _nearest(self, message: str) -> str:
        """Return a sentence that names what was meant, perhaps; empty: nothing is near."""
        if found := _NO_CHOICE.search(message):
            word, known = found[1], re.findall(r"'?([\w-]+)'?", found[2])
        elif found := _NO_OPTION.search(message):
            word, known = found[1], [flag for flag in self._option_string_actions if flag.startswith("--")]
        else:
            return ""
        near = did_you_mean(word, known)
        return f"; {near[0].lower()}{near[1:]}" if near else ""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, after adding the options of its command."""
        args = _attached(sys.argv[1:] if args is None else args)
        if self.command is not None:
            command, self.command = self.command, None
            command.load().add(self)
        found, extra = super().parse_known_args(args, namespace)
        return self._take_up(found, extra)

    def _take_up(self, found: Any, extra: list[str]) -> tuple[Any, list[str]]:
        """Add the words that came after an option to those before it: argparse takes one run of them alone."""
        words = [one for one in self._actions if not one.option_strings and one.nargs == argparse.ZERO_OR_MORE]
        if not words or any(word.startswith("-") and word != "-" for word in extra):
            return found, extra
        setattr(found, words[0].dest, [*getattr(found, words[0].dest), *extra])
        return found, []


def _attached(words: Sequence[str]) -> list[str]:
    """Return ``words`` with an empty value where an option may have one and has none: the next word isn't its own."""
    end = words.index("--") if "--" in words else len(words)
    return [f"{word}=" if word in _MAY_HAVE_VALUE else word for word in words[:end]] + list(words[end:])


def number(least: int, most: int) -> Callable[[str], int]:
    """Return what reads an option's whole number, ``least`` to ``most``."""

    def read(text: str) -> int:
        try:
            value = whole_number(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"'{text}' is no whole number") from None
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"give {least} to {most}, not {value}")
        return value

    return read


def _confirm(text: str) -> int:
    return number(*_CONFIRM_RANGE)(text) if text else _CONFIRM_TIMEOUT


class _Option(NamedTuple):
    flag: str
    default: object
    settings: Mapping[str, Any]
    """The rest for `add_argument`."""

    @property
    def name(self) -> str:
        """Its attribute in the namespace."""
        return self.flag.strip("-").replace("-", "_")


_OPTIONS = (
    _Option("--netns", None, {"metavar": "NAME", "help": "look at this network namespace (see `ip netns`), or a path"}),
    _Option(
        "--read-only",
        False,
        {"action": "store_true", "help": "change nothing: no interface, no name map, no file of the system's"},
    ),
    _Option(
        "--names", None, {"metavar": "FILE", "type": Path, "help": "read group names from FILE, not from iproute2's"}
    ),
    _Option("--audit", None, {"metavar": "FILE", "type": Path, "help": "append the record of every change to FILE"}),
    _Option(
        "--confirm-timeout",
        _CONFIRM_TIMEOUT,
        {
            "metavar": "S",
            "type": number(*_CONFIRM_RANGE),
            "help": "seconds until a change that could lock you out is taken back unless you keep it (default: 60)",
        },
    ),
    _Option("--no-guard", False, {"action": "store_true", "help": "never take such a change back"}),
    _Option("--no-mouse", False, {"action": "store_true", "help": "leave the mouse to the terminal"}),
    _Option("--dry-run", False, {"action": "store_true", "help": "tell what it would do, and do nothing"}),
    _Option(
        "--yes",
        None,
        {
            "metavar": "NAME",
            "help": "--yes grants what the console asks a yes for, --yes=NAME what it asks the name for",
        },
    ),
    _Option(
        "--expect",
        None,
        {"metavar": "N", "type": number(0, 1 << 24), "help": "refuse unless it concerns exactly N interfaces"},
    ),
    _Option(
        "--confirm",
        None,
        {
            "metavar": "S",
            "type": _confirm,
            "help": "--confirm[=S]: a change that could lock you out is taken back after S seconds (60) unless "
            "`ifgroup keep` comes first",
        },
    ),
    _Option(
        "--each",
        False,
        {
            "action": "store_true",
            "help": "a message for each interface instead of one for all: others' changes get through in between, and "
            "Ctrl+C stops it",
        },
    ),
    _Option("--json", False, {"action": "store_true", "help": "as JSON"}),
    _Option(
        "--ascii",
        False,
        {
            "action": "store_true",
            "help": "write ASCII alone (so on vt100 and its like, and where the locale isn't UTF-8)",
        },
    ),
)


def add_options(parser: argparse.ArgumentParser, command: Command) -> None:
    """Add all shared options; the help shows those that ``command`` can honour. `settle` judges what was given."""
    for option in _OPTIONS:
        settings = dict(option.settings)
        if option.flag not in command.honours:
            settings["help"] = argparse.SUPPRESS
        # No default here: a command's would replace what was given before the command.
        parser.add_argument(option.flag, default=argparse.SUPPRESS, **settings)
    parser.add_argument("--version", action="version", version=f"ifgroup {__version__}")


def settle(given: argparse.Namespace) -> argparse.Namespace:
    """Return the options with the defaults of those that weren't given. Raises ValueError for one that can't be
    honoured, one sentence that names option and command."""
    given.command = given.command or CONSOLE
    command = BY_NAME[given.command]
    for option in _OPTIONS:
        if option.name not in given:
            setattr(given, option.name, option.default)
        elif option.flag not in command.honours:
            raise ValueError(
                f"{command.name} can't honour {option.flag}, since {command.why}; leave {option.flag} out."
            )
    return given
