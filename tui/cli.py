"""The command line. Namespaces are entered here, before any thread exists."""

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from tui import __version__
from tui.files.names import NameFile
from tui.model.text import visible
from tui.netlink.namespace import enter_named
from tui.netlink.sockets import open_socket
from tui.timing import command as bench

DONE, FAILED, USAGE = 0, 1, 2

_ASCII_TERMINALS = ("vt1", "vt2", "vt5", "ansi", "dumb")
_LAB_LINKS, _LAB_GROUPS = 1024, 8
_CONFIRM_TIMEOUT = 60
_MAX_LINKS, _MAX_GROUPS = 65536, 256
_KINDS = ("auto", "dummy", "ifb", "veth", "bridge")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and exit: 0 done, 1 refused or failed, 2 usage, 3 partly done (only bench)."""
    try:
        sys.exit(_run(_parser().parse_args(arguments)))
    except (OSError, ValueError) as error:
        sys.exit(_complain(error))
    except KeyboardInterrupt:
        sys.exit(_complain(None))


def _run(options: argparse.Namespace) -> int:
    if options.command == "bench":
        return bench.run(options)
    path = options.names
    title = f"netns {visible(options.netns)}" if options.netns else ""
    if options.command == "lab":
        path = _build_lab(options) or path
        title = "private lab"
    elif options.netns is not None:
        enter_named(options.netns)
    # One sentence now, where there is no netlink, instead of a screen that never fills.
    open_socket().close()
    if options.command == "list":
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
    from tui.listing import as_json, as_text
    from tui.model.protect import protect
    from tui.model.store import Store
    from tui.netlink.dump import read_links
    from tui.netlink.routes import carriers

    names = NameFile(path)
    names.refresh()
    store = Store()
    store.replace(read_links())
    snapshot = store.snapshot()
    protected = protect(snapshot.links, carriers())
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name in Chinese must not end the list on a terminal that shows ASCII alone.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        if options.json:
            print(as_json(snapshot, names.names, protected))
        else:
            for line in as_text(snapshot, names.names, protected):
                print(line)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough; nothing may be flushed into the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if names.problem:
        print(f"ifgroup: {names.problem}", file=sys.stderr)
    return DONE


def _console(options: argparse.Namespace, path: Path | None, title: str) -> int:
    # Textual draws on standard error.
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise OSError("The console needs a terminal; `ifgroup list` prints the same once.")
    from tui.app import run
    from tui.files.audit import Audit, default_path
    from tui.files.syslog import SOCKETS

    # What happens in a lab concerns nobody else, so the system's log doesn't hear of it.
    lab = options.command == "lab"
    return run(
        where=title,
        names=NameFile(path),
        read_only=options.read_only,
        mouse=not options.no_mouse,
        ascii=options.ascii or os.environ.get("TERM", "").startswith(_ASCII_TERMINALS),
        audit=Audit(options.audit or default_path(private=lab), () if lab else SOCKETS),
        guard_timeout=None if options.no_guard else options.confirm_timeout,
    )


def _complain(error: BaseException | None) -> int:
    """Print what went wrong in one sentence."""
    if error is None:
        print("ifgroup: interrupted.", file=sys.stderr)
        return FAILED
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    print(f"ifgroup: {visible(text)}", file=sys.stderr)
    return USAGE if isinstance(error, ValueError) else FAILED


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            value = int(text.replace(",", "").replace("_", ""))
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"give {least} to {most}, not {value}")
        return value

    return read


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--netns", metavar="NAME", help="look at this network namespace (see `ip netns`), or a path")
    common.add_argument("--read-only", action="store_true", help="never send a message that changes anything")
    common.add_argument("--names", metavar="FILE", type=Path, help="read group names from FILE, not from iproute2's")
    common.add_argument("--audit", metavar="FILE", type=Path, help="append the record of every change to FILE")
    common.add_argument(
        "--confirm-timeout",
        metavar="S",
        type=_number(5, 3600),
        help="seconds until a change that could lock you out is taken back unless you keep it (default: 60)",
    )
    common.add_argument("--no-guard", action="store_true", help="never take such a change back")
    common.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")
    common.add_argument("--ascii", action="store_true", help="draw with ASCII alone (so on vt100 and its like)")
    parser = argparse.ArgumentParser(
        prog="ifgroup",
        parents=[common],
        description="A live console for Linux network device groups. Without a command: the console on this machine.",
        epilog="Exit status: 0 done, 1 refused or failed, 2 usage, 3 partly done.",
    )
    parser.set_defaults(
        netns=None,
        read_only=False,
        names=None,
        no_mouse=False,
        ascii=False,
        audit=None,
        no_guard=False,
        confirm_timeout=_CONFIRM_TIMEOUT,
    )
    parser.add_argument("--version", action="version", version=f"ifgroup {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    bench.add_parser(commands, common)
    lab = commands.add_parser(
        "lab",
        parents=[common],
        help="the console in a private namespace that vanishes with it; needs no root",
    )
    lab.add_argument(
        "--links", metavar="N", type=_number(1, _MAX_LINKS), default=_LAB_LINKS, help="default: %(default)s"
    )
    lab.add_argument(
        "--groups",
        metavar="K",
        type=_number(1, _MAX_GROUPS),
        default=_LAB_GROUPS,
        help="default: %(default)s",
    )
    lab.add_argument("--kind", choices=_KINDS, default="auto", help="of what the interfaces are made")
    show = commands.add_parser("list", parents=[common], help="print what the console knows, once")
    show.add_argument("--json", action="store_true", help="as JSON, with the keys of `ip -j -d link`")
    return parser
