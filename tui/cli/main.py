"""The command line. Namespaces are entered here, before any thread exists."""

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from tui.cli import bench
from tui.cli.arguments import BENCH, CONSOLE, LAB, LIST, Parser, add_options, number, settle
from tui.cli.environment import as_started, only_ascii, tame
from tui.files.names.file import NameFile
from tui.model.change.shell import ip_in
from tui.model.text import reason, visible
from tui.netlink.namespace import enter_named
from tui.netlink.sockets import open_socket

DONE, FAILED, USAGE = 0, 1, 2

_LAB_LINKS, _LAB_GROUPS = 1024, 8
_MAX_LINKS, _MAX_GROUPS = 65536, 256
_KINDS = ("auto", "dummy", "ifb", "veth", "bridge")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and exit: 0 done, 1 refused or failed, 2 usage, 3 partly done (only bench)."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name in Chinese must not end the list on a terminal that shows ASCII alone.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.exit(_run(settle(_parser().parse_args(arguments))))
    except (OSError, ValueError) as error:
        sys.exit(_complain(error))
    except KeyboardInterrupt:
        sys.exit(_complain(None))
    finally:
        _let_go()


def _let_go() -> None:
    """Leave nothing to be written at exit that can't be: Python would make the status 120 of it.

    A terminal that was closed and a pipe whose reader has seen enough take nothing any more.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _run(options: argparse.Namespace) -> int:
    options.ascii = options.ascii or only_ascii(as_started(os.environ))
    if options.command == BENCH:
        from tui.present.words import as_ascii

        return bench.run(options, as_ascii if options.ascii else str)
    path = options.names
    title = f"netns {visible(options.netns)}" if options.netns else ""
    if options.command == LAB:
        own = _build_lab(options)
        path, title = path or own, "private lab"
    elif options.netns is not None:
        enter_named(options.netns)
    # One sentence now, where there is no netlink, instead of a screen that never fills.
    open_socket().close()
    if options.command == LIST:
        return _list(options, path)
    return _console(options, path, title)


def _build_lab(options: argparse.Namespace) -> Path | None:
    from tui.netlink.lab import build_lab

    showing = options.links > _LAB_LINKS and sys.stderr.isatty()

    def progress(made: int, of: int) -> None:
        if showing:
            end = "\n" if made == of else ""
            print(f"\rmaking {of:,} interfaces: {made * 100 // of} %", end=end, file=sys.stderr, flush=True)

    return build_lab(options.links, options.groups, options.kind, progress)


def _list(options: argparse.Namespace, path: Path | None) -> int:
    from tui.cli.list import as_json, as_text
    from tui.model.change.protect import protect
    from tui.model.store import Store
    from tui.model.view.shown import Shown
    from tui.netlink.dump import read_links
    from tui.netlink.routes import Carriers

    names = NameFile(path)
    names.refresh()
    store = Store()
    store.replace(read_links())
    snapshot = store.snapshot()
    ways = Carriers()
    shown = Shown(snapshot, names.names, protect(snapshot, ways.find()))
    with contextlib.suppress(BrokenPipeError):  # the reader has seen enough
        if options.json:
            print(as_json(shown))
        else:
            for line in as_text(shown, options.ascii):
                print(line)
        sys.stdout.flush()
    for problem in filter(None, (names.problem, ways.problem and f"protection: {ways.problem}")):
        print(f"ifgroup: {problem}", file=sys.stderr)
    return DONE


def _console(options: argparse.Namespace, path: Path | None, title: str) -> int:
    # Textual draws on standard error.
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise OSError("The console needs a terminal; `ifgroup list` prints the same once.")
    tame(os.environ)
    from tui.app.app import run
    from tui.files.audit import Audit, default_path
    from tui.files.syslog import SOCKETS

    # What happens in a lab concerns nobody else, so the system's log doesn't hear of it.
    lab = options.command == LAB
    return run(
        where=title,
        names=NameFile(path, _ip(options.netns)),
        read_only=options.read_only,
        mouse=not options.no_mouse,
        ascii=options.ascii,
        audit=Audit(options.audit or default_path(private=lab), () if lab else SOCKETS),
        guard_timeout=None if options.no_guard else options.confirm_timeout,
    )


def _ip(netns: str | None) -> str:
    """Return how `ip` is called where we look. Raises ValueError for a name that no line of a shell can hold."""
    if netns is None:
        return "ip"
    try:
        return ip_in(os.path.abspath(netns) if "/" in netns else netns)
    except ValueError as error:
        raise ValueError(f"--netns: {error}") from None


def _complain(error: BaseException | None) -> int:
    """Print what went wrong in one sentence."""
    if error is None:
        print("ifgroup: interrupted.", file=sys.stderr)
        return FAILED
    print(f"ifgroup: {visible(reason(error))}", file=sys.stderr)
    return USAGE if isinstance(error, ValueError) else FAILED


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="ifgroup",
        description="A live console for Linux network device groups. Without a command: the console on this machine.",
        epilog="Options mean the same before and after the command. "
        "Exit status: 0 done, 1 refused or failed, 2 usage, 3 partly done.",
    )
    add_options(parser, CONSOLE)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    add_options(bench.add_parser(commands), BENCH)
    lab = commands.add_parser(LAB, help="the console in a private namespace that vanishes with it; needs no root")
    add_options(lab, LAB)
    lab.add_argument(
        "--links", metavar="N", type=number(1, _MAX_LINKS), default=_LAB_LINKS, help="default: %(default)s"
    )
    lab.add_argument(
        "--groups",
        metavar="K",
        type=number(1, _MAX_GROUPS),
        default=_LAB_GROUPS,
        help="default: %(default)s",
    )
    lab.add_argument("--kind", choices=_KINDS, default="auto", help="of what the interfaces are made")
    show = commands.add_parser(LIST, help="print what the console knows, once")
    add_options(show, LIST)
    show.add_argument("--json", action="store_true", help="as JSON, with the keys of `ip -j -d link`")
    return parser
