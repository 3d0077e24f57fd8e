"""The command line: what was asked, in which namespace, and what it ended with."""

import errno
import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from tui.cli.arguments import Parser, add_options, settle
from tui.cli.commands import BY_NAME, COMMANDS, CONSOLE
from tui.cli.environment import as_started, only_ascii
from tui.cli.status import FAILED, USAGE
from tui.model.text import reason, visible


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and exit with its status (`tui.cli.status`)."""
    _stand_in()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name in Chinese must not end the list on a terminal that shows ASCII alone.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.exit(_run(arguments))
    except (OSError, ValueError) as error:
        sys.exit(_complain(error))
    except KeyboardInterrupt:
        sys.exit(_complain(None))
    finally:
        _let_go()


def _stand_in() -> None:
    """Put /dev/null where the caller has closed a standard stream: else the next socket would be taken for it.

    Who closed the output wants nothing done that nobody would hear of.
    """
    # In this order each gets the lowest descriptor, which is its own.
    closed = [name for name in ("stdin", "stdout", "stderr") if getattr(sys, name) is None]
    for name in closed:
        setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), "r" if name == "stdin" else "w"))
    if "stdout" in closed:
        sys.exit(_complain(OSError(errno.EBADF, "Standard output is closed; give /dev/null if nobody is to listen.")))


def _let_go() -> None:
    """Leave nothing to be written at exit that can't be: Python would make the status 120 of it.

    A terminal that was closed and a pipe whose reader has seen enough take nothing any more.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _run(arguments: Sequence[str] | None) -> int:
    options = settle(_parser().parse_args(arguments))
    options.ascii = options.ascii or only_ascii(as_started(os.environ))
    status: int = BY_NAME[options.command].load().run(options)
    return status


def _complain(error: BaseException | None) -> int:
    """Print what went wrong in one sentence."""
    if error is None:
        print("ifgroup: interrupted.", file=sys.stderr)
        return FAILED
    print(f"ifgroup: {visible(reason(error))}", file=sys.stderr)
    return USAGE if isinstance(error, ValueError) else FAILED


def _parser() -> Parser:
    parser = Parser(
        prog="ifgroup",
        description="A live console for Linux network device groups. Without a command: the console on this machine.",
        epilog="Options mean the same before and after the command. "
        "Exit status: 0 done, 1 refused or failed, 2 usage, 3 partly done, 4 something would change.",
    )
    add_options(parser, BY_NAME[CONSOLE])
    parsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    for command in COMMANDS:
        own: Parser = parsers.add_parser(command.name, help=command.help)
        own.command = command
        add_options(own, command)
    return parser
