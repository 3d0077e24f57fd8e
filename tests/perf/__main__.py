"""``python -m tests.perf``: print every aim of speed beside what was measured, and its reference from the same run.

Always exits 0: a machine that is busy must not fail a build.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from tests.perf import attributes, branch, kernel, key, live, retag, screen, tree
from tests.perf.busy import QUIET, Watch, await_quiet
from tests.perf.farm import farm
from tests.perf.table import Line, failed, table
from tests.perf.turns import at_most
from tui.netlink.namespace import enter_private

ROWS: dict[str, Callable[[int], list[Line]]] = {
    "dump": kernel.dump,
    "start": live.start,
    "verb": live.verb,
    "paint": screen.paint,
    "storm": kernel.storm,
    "keys": live.keys,
    "tree": tree.tree,
    "send": key.press,
    "ack": kernel.ack,
    "attributes": attributes.attributes,
    "retag": retag.retag,
    "branch": branch.branch,
    "bytes": live.bytes_,
    "idle": live.idle,
}
LINEAR = "linear"


def main() -> None:
    """Measure what is asked for."""
    options = _parser().parse_args()
    if options.once:
        at_most(1)
    try:
        enter_private()
    except OSError as error:
        print(f"Nothing can be measured: {error.strerror}")
        return
    wanted = options.only or [*ROWS, LINEAR]
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}, Linux {os.uname().release}", end=", ")
    print(f"Python {sys.version.split()[0]}, {options.links:,} links")
    lines: list[Line] = []
    if rows := [name for name in ROWS if name in wanted]:
        with farm(options.links):
            for name in rows:
                await_quiet(options.patience)
                lines += _measured(name, lambda name=name: ROWS[name](options.links))  # type: ignore[misc]
    if LINEAR in wanted:
        await_quiet(options.patience)
        lines += _measured(LINEAR, lambda: kernel.linear(options.scale))
    print(table(lines))
    if busy := sum(line.verdict == "TOO BUSY" for line in lines):
        print(f"{busy} of {len(lines)} figures began at a load above {QUIET}: they are no result.")


def _measured(name: str, measure: Callable[[], list[Line]]) -> list[Line]:
    begun, watch = time.monotonic(), Watch()
    print(f"measuring {name} …", end="", file=sys.stderr, flush=True)
    try:
        lines = measure()
    except Exception as error:
        lines = [failed(name, error)]
    finally:
        print(f" {time.monotonic() - begun:.0f} s, load {os.getloadavg()[0]:.2f}", file=sys.stderr)
    busy = watch.end()
    return [replace(line, busy=busy) for line in lines]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.perf", description=__doc__)
    parser.add_argument("--links", type=int, default=16384, metavar="N", help="default: %(default)s")
    parser.add_argument("--only", nargs="+", choices=[*ROWS, LINEAR], metavar="NAME", help=", ".join([*ROWS, LINEAR]))
    parser.add_argument(
        "--patience",
        type=float,
        default=180.0,
        metavar="S",
        help="seconds to wait before each row for the load to fall to that of a quiet machine; default: %(default)g",
    )
    parser.add_argument("--once", action="store_true", help="measure what takes long once: to see that it can be")
    parser.add_argument(
        "--scale",
        type=lambda text: [int(size) for size in text.split(",")],
        default=[1024, 4096, 16384, 65536],
        metavar="N,N…",
        help="the sizes of the row “linear”",
    )
    return parser


main()
