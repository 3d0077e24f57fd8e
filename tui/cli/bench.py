"""`ifgroup bench`: the timing engine on the command line."""

import argparse
import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.status import DONE, PARTLY
from tui.model.number import decimal_number, whole_number
from tui.model.text import reason, visible
from tui.timing.order import (
    AUTO,
    FEWER_LINKS,
    MOST_CROWDED,
    MOST_LINKS,
    BenchOrder,
    default_links,
    default_values,
    needed_state,
)
from tui.timing.ways.operations import OPERATIONS
from tui.timing.ways.ways import WAYS

if TYPE_CHECKING:
    from tui.timing.events import RunProgress
    from tui.timing.report.results import TimingReport

_FORMATS = ("table", "csv", "json", "markdown")
_KINDS = (AUTO, "dummy", "ifb", "veth", "bridge", "vlan", "macvlan", "vxlan")
_REPEATS = 5
_LINE = 79  # columns that the progress may take


def add(parser: argparse.ArgumentParser) -> None:
    """Add what is to be measured, and how, to ``parser``."""
    ways = "\n".join(f"  {way.way:9} {way.label}" for way in WAYS.values())
    parser.description = (
        "Time every way to change many interfaces, side by side, on real ones in a private namespace.\n"
        "Nothing outside is touched; no root needed where user namespaces are allowed."
    )
    parser.epilog = (
        f"ways:\n{ways}\n\nExit status: 0 done, 1 nothing measured, 2 usage, 3 partly done. The report is kept "
        "below\nXDG_DATA_HOME (~/.local/share)/ifgroup/timing. Ctrl+C prints what there is."
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    own = parser.add_argument
    own(
        "--links",
        metavar="N,...",
        type=_sizes,
        help=f"default: 128,256,512,1024,2048; up with IPv6 to {FEWER_LINKS[-1]}, and {MOST_CROWDED} at most",
    )
    own("--repeat", metavar="R", type=_repeats, default=_REPEATS, help="counted runs of each; default: %(default)s")
    own("--ways", metavar="WAY,...", type=_ways, help="default: all (see below)")
    own("--operation", choices=OPERATIONS, default="mtu", help="default: %(default)s")
    own("--state", choices=("down", "up"), help="of the interfaces before each run; default: down, unless they go down")
    own("--kind", choices=_KINDS, default=AUTO, help="of what the interfaces are made; default: the cheapest")
    own(
        "--budget",
        metavar="SECONDS",
        type=_seconds,
        help="for each way at each size; past it fewer repeats, then an estimate, marked; default: 20, to delete 5",
    )
    own(
        "--ipv6",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="have IPv6 on the interfaces: where they are up it multiplies the kernel's work; default: off",
    )
    own(
        "--sysfs",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="mount sysfs in the namespace; without it the way sysfs can't run",
    )
    own("--format", choices=_FORMATS, default="table", help="default: %(default)s")
    own("--output", metavar="FILE", type=Path, help="write the report to a new file")


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _sizes(text: str) -> tuple[int, ...]:
    try:
        sizes = sorted({whole_number(part) for part in _split(text)})
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no list of numbers such as 128,256") from None
    if not sizes or not 1 <= sizes[0] <= sizes[-1] <= MOST_LINKS:
        raise argparse.ArgumentTypeError(f"give numbers from 1 to {MOST_LINKS}, not '{text}'")
    return tuple(sizes)


def _repeats(text: str) -> int:
    try:
        return whole_number(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number") from None


def _seconds(text: str) -> float:
    try:
        return decimal_number(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of seconds") from None


def _ways(text: str) -> tuple[str, ...]:
    ways = tuple(dict.fromkeys(_split(text)))
    unknown = [way for way in ways if way not in WAYS]
    if unknown or not ways:
        raise argparse.ArgumentTypeError(f"there is no way '{(unknown or [text])[0]}'; there are {', '.join(WAYS)}")
    return ways


def run(options: argparse.Namespace) -> int:
    """Measure, print, keep; return the exit status. Raises ValueError (usage), OSError (nothing was measured)."""
    order = _order(options)
    if options.output is not None and os.path.lexists(options.output):
        # Before minutes are spent, not after.
        raise OSError(errno.EEXIST, f"{visible(os.fsencode(options.output))} exists; nothing was measured.")
    from tui.present.timing import hold_up

    if warning := hold_up(order):
        print(f"ifgroup: {warning}", file=sys.stderr)
    report = _measure(order)
    if not report.results:
        why = f"Nothing could be measured: {report.first_reason}" if report.first_reason else ""
        raise OSError(errno.EIO, report.error or why or "Nothing was measured before it was stopped.")
    _keep(report)
    _print(report, options)
    if report.error:
        print(f"ifgroup: {report.error}", file=sys.stderr)
    missing = {skipped.way for skipped in report.skipped} & set(options.ways or ())
    gave_up = [skipped for skipped in report.skipped if skipped.links]
    return PARTLY if report.ended != "done" or missing or gave_up else DONE


def _order(options: argparse.Namespace) -> BenchOrder:
    operation, state = options.operation, options.state or needed_state(options.operation)
    return BenchOrder(
        links=options.links or default_links(operation, state, options.ipv6),
        ways=options.ways or tuple(WAYS),
        operation=operation,
        state=state,
        kinds=((options.kind, 1),),
        values=default_values(options.operation),
        repeats=options.repeat,
        budget=OPERATIONS[operation].budget if options.budget is None else options.budget,
        sysfs=options.sysfs,
        ipv6=options.ipv6,
    )


def _measure(order: BenchOrder) -> "TimingReport":
    """Return the report, of as much as there is when it ends or Ctrl+C is pressed."""
    from tui.timing.events import RunProgress
    from tui.timing.report.collect import Collector
    from tui.timing.runner import Run

    collector = Collector(order)
    progress = _Progress()
    measurement = Run(order)
    try:
        for event in measurement:
            collector.take(event)
            if isinstance(event, RunProgress):
                progress.show(event)
    except KeyboardInterrupt:
        measurement.stop()
        progress.stopping()
        for event in measurement:
            collector.take(event)
    finally:
        measurement.stop()
        progress.clear()
    return collector.report()


class _Progress:
    """One line on standard error: rewritten on a terminal, else a line for each size."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._size = 0

    def show(self, event: "RunProgress") -> None:
        left = f", about {_clock(event.left_s)} left"
        if self._live:
            text = f"{event.links:,} interfaces: {event.way} {event.text}{left}"
            print(f"\r{visible(text)[:_LINE]:{_LINE}}", end="", file=sys.stderr, flush=True)
        elif event.links != self._size:
            print(f"measuring {event.links:,} interfaces{left}", file=sys.stderr, flush=True)
        self._size = event.links

    def stopping(self) -> None:
        from tui.present.timing import STOPPING

        if self._live:
            print(f"\r{STOPPING[:_LINE]:{_LINE}}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._live and self._size:
            print(f"\r{'':{_LINE}}\r", end="", file=sys.stderr, flush=True)


def _clock(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _keep(report: "TimingReport") -> None:
    from tui.timing.report.history import save

    try:
        save(report)
    except OSError as error:
        # It is printed all the same.
        print(f"ifgroup: the report is not kept: {visible(reason(error))}", file=sys.stderr)


def _print(report: "TimingReport", options: argparse.Namespace) -> None:
    from tui.files.export import write_new
    from tui.present.words import as_ascii
    from tui.timing.report.formats import FORMATS

    text = FORMATS[options.format](report)
    text = as_ascii(text) if options.ascii else text
    text += "" if text.endswith("\n") else "\n"
    if options.output is not None:
        print(f"ifgroup: written to {visible(os.fsencode(write_new(options.output, text.encode())))}", file=sys.stderr)
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough; nothing may be flushed into the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
