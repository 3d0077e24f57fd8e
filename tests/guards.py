"""What the guard's tests share: a place of their own for state files, links to guard, and what is left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.changes import setting
from tests.links import Ip, from_ip, until
from tests.terminal import ROOT
from tui.guard.client import Guard
from tui.model.change.reversal import Step
from tui.model.change.settings import Settings
from tui.model.link import Link
from tui.netlink import namespace
from tui.netlink.dump import read_links

FOREVER = 600.0
"""Seconds; no test waits for it."""
SOON = 0.2


def left() -> list[int]:
    """Return the guards that haven't ended within ten seconds, killed by now."""
    end = time.monotonic() + 10
    while (found := guards()) and time.monotonic() < end:
        time.sleep(0.01)
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    return found


def files() -> list[Path]:
    """Return the state files, and what has become of some."""
    return sorted(path for path in Path("/run/ifgroup").glob("*") if path.suffix != ".door")


def doors() -> list[Path]:
    """Return the sockets that guards are reached by."""
    return sorted(Path("/run/ifgroup").glob("*.door"))


def guards() -> list[int]:
    """Return the process ids of the guards of this netns."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes()
            here = os.readlink(entry / "ns/net") == namespace.identity()
        except OSError:
            continue
        if b"tui.guard.process" in line and here:
            found.append(int(entry.name))
    return found


def links_of(prefix: str) -> list[Link]:
    """Return the interfaces whose names begin so."""
    return [link for link in read_links().values() if link.name.startswith(prefix.encode())]


def steps_of(prefix: str, wanted: Settings) -> list[Step]:
    """Return a change of the interfaces whose names begin so."""
    return [Step(link, wanted) for link in links_of(prefix)]


def arm(steps: list[Step], timeout: float = FOREVER, change_wait: float = FOREVER, audit: Path | None = None) -> Guard:
    """Arm a guard that nobody's system log hears of."""
    return Guard.arm(steps, timeout=timeout, change_wait=change_wait, audit=audit, what="a test", journal=False)


def leave_one(ip: Ip, timeout: float = FOREVER, what: str = "a test") -> Guard:
    """Make a guarded change of m0 and its like, to MTU 1400, and leave its guard behind."""
    guard = Guard.arm(
        steps_of("m", setting(mtu=1400)), timeout=timeout, change_wait=FOREVER, audit=None, what=what, journal=False
    )
    set_mtu(ip, "m", 1400)
    guard.sent()
    guard.leave()
    return guard


def mtus(ip: Ip, prefix: str) -> dict[str, int]:
    """Return the MTUs of the interfaces whose names begin so, as `ip` tells them."""
    return {link["ifname"]: link["mtu"] for link in from_ip(ip).values() if link["ifname"].startswith(prefix)}


def set_mtu(ip: Ip, prefix: str, mtu: int) -> None:
    """Give these interfaces an MTU, as the console would."""
    for name in mtus(ip, prefix):
        ip("link", "set", name, "mtu", mtu)


def all_are(ip: Ip, mtu: int) -> bool:
    """Whether m0, m1 … have this MTU."""
    return set(mtus(ip, "m").values()) == {mtu}


def killed(pid: int) -> None:
    """Kill a guard and wait for its death."""
    os.kill(pid, signal.SIGKILL)
    until(lambda: pid not in guards(), "the guard's death")


class ConsoleProcess:
    """A console of its own, and what it says."""

    def __init__(self, *words: object, terminal: int | None = None, before: tuple[str, ...] = ()) -> None:
        line = [*before, sys.executable, "-m", "tests.guarded", *map(str, words)]
        self.process = subprocess.Popen(
            line, cwd=ROOT, stdin=terminal, stdout=subprocess.PIPE, start_new_session=terminal is not None
        )

    def hear(self, said: str) -> Any:
        """Return what it says under this head; what comes before is passed over."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if (found := json.loads(line))["said"] == said:
                return found
        raise AssertionError(f"it never said {said}")

    def kill(self) -> None:
        """Kill it, if it still is there, and wait for its end."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """Leave nothing of it."""
        self.kill()
        assert self.process.stdout is not None
        self.process.stdout.close()
