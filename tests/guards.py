"""What the guard's tests share: a place of their own for state files, links to guard, and what is left behind."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.links import Ip, from_ip
from tui.guard.client import Guard
from tui.model.change.reversal import Step
from tui.model.change.settings import Settings
from tui.model.link import Link
from tui.netlink import namespace
from tui.netlink.dump import read_links

FOREVER = 600.0
"""Seconds; no test waits for it."""
SOON = 0.2


@pytest.fixture
def room(netns: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty /run of our own; no guard may outlive the test, nor a state file, unless the test removes them.

    Root of a user namespace looks where its environment says: there too.
    """
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run")
    try:
        namespace.mount("none", "/run", "tmpfs", 0, "mode=0755")
    except OSError as error:
        pytest.skip(f"no tmpfs of our own: {error.strerror}")
    try:
        yield Path("/run/ifgroup")
        left = _left()
        assert (left, files()) == ([], [])
    finally:
        subprocess.run(["umount", "-l", "/run"], check=True)


def _left() -> list[int]:
    """Return the guards that haven't ended within ten seconds, killed by now."""
    end = time.monotonic() + 10
    while (left := guards()) and time.monotonic() < end:
        time.sleep(0.01)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    return left


def files() -> list[Path]:
    """Return the state files."""
    return sorted(Path("/run/ifgroup").glob("*"))


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


def mtus(ip: Ip, prefix: str) -> dict[str, int]:
    """Return the MTUs of the interfaces whose names begin so, as `ip` tells them."""
    return {link["ifname"]: link["mtu"] for link in from_ip(ip).values() if link["ifname"].startswith(prefix)}


def set_mtu(ip: Ip, prefix: str, mtu: int) -> None:
    """Give these interfaces an MTU, as the console would."""
    for name in mtus(ip, prefix):
        ip("link", "set", name, "mtu", mtu)
