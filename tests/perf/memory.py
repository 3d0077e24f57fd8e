"""``python -m tests.perf.memory --minutes 60``: the console's memory while names never stop changing.

Another process renames, deletes and makes links, each with a name that was never there before; the console shows them
sorted by name. One line a minute: minutes, resident MB (of 10⁶ bytes), and what the status line says.
"""

from __future__ import annotations

import argparse
import time

from tests.perf.console import Console, open_ifgroup
from tests.perf.farm import Other, farm, here
from tui.netlink.namespace import enter_private


def main() -> None:
    """Change names, and print the curve."""
    parser = argparse.ArgumentParser(prog="python -m tests.perf.memory", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, metavar="M", help="default: %(default)s")
    parser.add_argument("--rate", type=int, default=1000, metavar="N", help="changes a second; default: %(default)s")
    parser.add_argument("--links", type=int, default=32, metavar="N", help="default: %(default)s")
    options = parser.parse_args()
    enter_private()
    with farm(1), Other() as other, open_ifgroup(here()) as console:
        console.until(lambda: any("live" in line for line in console.lines[-3:]), "the console")
        other.begin(do="names", rate=options.rate, links=options.links)
        console.listen(1.0)
        _sort_by_name(console)
        begun = time.monotonic()
        _tell(console, 0.0)
        while (minutes := (time.monotonic() - begun) / 60) < options.minutes:
            console.listen(min(60.0, (options.minutes - minutes) * 60))
            _tell(console, (time.monotonic() - begun) / 60)
        print(f"{other.end():,} changes in {options.minutes:g} minutes")


def _sort_by_name(console: Console) -> None:
    """Look at the interfaces, sorted by name: then each new name is sorted, and those on the screen are shown."""
    console.press("\t")
    while not any("NAME▲" in line for line in console.lines):
        console.press("s")
        console.listen(0.5)


def _tell(console: Console, minutes: float) -> None:
    status = next((line.strip() for line in console.lines[-3:] if "event" in line), "")
    print(f"{minutes:6.2f} min  {console.memory():6.1f} MB  {status}", flush=True)


if __name__ == "__main__":
    main()
