"""What machine this is: the facts that every report carries."""

import contextlib
import datetime
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

from tui import __version__
from tui.model.text import visible
from tui.timing.events import HostFacts
from tui.timing.ways.ip import ip_path

_PATIENCE = 10  # seconds for `ip -V`


def host_facts() -> HostFacts:
    """Return date, kernel, CPU, load and versions."""
    return HostFacts(
        date=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        kernel=visible(f"{platform.system()} {platform.release()}"),
        machine=visible(platform.machine()),
        cpu=_cpu(),
        cores=os.cpu_count() or 0,
        load=tuple(round(load, 2) for load in os.getloadavg()),
        python=platform.python_version(),
        iproute2=_iproute2(),
        pyroute2=_pyroute2(),
        ifgroup=__version__,
        root=os.geteuid() == 0,
    )


def _cpu() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() in ("model name", "Hardware", "cpu model"):
                return visible(value.strip())
    return ""


def _iproute2() -> str:
    tool = ip_path()
    if tool is None:
        return ""
    try:
        done = subprocess.run([tool, "-V"], capture_output=True, check=False, timeout=_PATIENCE)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return visible(done.stdout.strip().partition(b"iproute2-")[2].partition(b",")[0])


def _pyroute2() -> str:
    try:
        return visible(metadata.version("pyroute2"))
    except metadata.PackageNotFoundError:
        return ""
