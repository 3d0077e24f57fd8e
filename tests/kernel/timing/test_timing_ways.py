"""Each way really changes every member, and takes the processes, messages, bytes and system calls that it says."""

import json
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest

from tests.links import REAL_ROOT
from tests.terminal import ROOT
from tui.timing.ways.operations import OPERATIONS
from tui.timing.ways.ways import WAYS

LINKS = 8
VALUES = {"mtu": 1400, "txqueuelen": 500, "up": 1, "down": 0, "promisc": 1, "delete": 0}
BEFORE = {"mtu": 1500, "txqueuelen": 1000, "up": 0, "down": 1, "promisc": 0, "delete": 0}
OPPOSITE = {"up": "down", "down": "up", "delete": "down"}
# One operation by each way in turn, in one sandbox; what the kernel says after each comes from `ip`.
CODE = """
import json, os, subprocess, sys
sys.path.insert(0, sys.argv[1])
from tui.timing.ways.change import Change
from tui.timing.ways.open import open_client
from tui.timing.ways.operations import OPERATIONS
from tui.timing.order import BenchOrder
from tui.timing.child.sandbox import GROUP, Sandbox
operation, value, links, before, start, *ways = sys.argv[2:]
sandbox = Sandbox(BenchOrder())
for way in ways:
    members = sandbox.grow(int(links), lambda made: None)
    sandbox.change_all(Change(OPERATIONS[before], int(start)).settings, members)
    client = open_client(way, members[0])
    show = ["ip", "-j", "-d", "link", "show", "group", str(GROUP)]
    found = [subprocess.run(show, capture_output=True, text=True).stdout]
    os.write(2, f"BEGIN {way}".encode())
    client.change(Change(OPERATIONS[operation], int(value)), members, GROUP)
    os.write(2, f"END {way}".encode())
    found.append(subprocess.run(show, capture_output=True, text=True).stdout)
    client.close()
    print(json.dumps([way, *found]))
"""


class Ran(NamedTuple):
    """One operation by all ways that can."""

    links: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]]
    """What `ip` shows before and after, by the way."""
    trace: list[str]
    """What strace(1) saw; empty: it can't trace here."""


@cache
def ran(operation: str) -> Ran:
    before, start = OPPOSITE.get(operation, operation), str(BEFORE[operation])
    ways = [way for way, one in able(operation) if may(way, one)]
    line = [sys.executable, "-P", "-c", CODE, str(ROOT), operation, str(VALUES[operation]), str(LINKS), before, start]
    with TemporaryDirectory() as folder:
        record = Path(folder) / "trace"
        strace = ["strace", "-f", "-s", "64", "-o", str(record)]
        done = subprocess.run(
            [*(strace if shutil.which("strace") else []), *line, *ways],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        if done.returncode and "ptrace" in done.stderr and "not permitted" in done.stderr:
            record.unlink(missing_ok=True)
            done = subprocess.run([*line, *ways], capture_output=True, text=True, check=False, timeout=120)
        trace = record.read_text(errors="replace").splitlines() if record.exists() else []
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return Ran({way: (members(first), members(last)) for way, first, last in told}, trace)


def members(output: str) -> list[dict[str, Any]]:
    # iproute2 6.1 leaves an empty object for each interface that it filters out.
    return [dict(link) for link in json.loads(output) if link]


def is_changed(link: dict[str, Any], operation: str) -> bool:
    return bool(
        {
            "mtu": link["mtu"] == VALUES["mtu"],
            "txqueuelen": link.get("txqlen") == VALUES["txqueuelen"],
            "up": "UP" in link["flags"],
            "down": "UP" not in link["flags"],
            "promisc": "PROMISC" in link["flags"],
            "delete": False,
        }[operation]
    )


def may(way: str, operation: str) -> bool:
    """By ioctl and sysfs only the machine's own root sets a queue length (dev_ifsioc, net-sysfs.c)."""
    return REAL_ROOT or operation != "txqueuelen" or way not in ("ioctl", "sysfs")


def skip_what_a_user_namespace_may_not(way: str, operation: str) -> None:
    if not may(way, operation):
        pytest.skip("needs the machine's own root, not a user namespace's")


def able(*operations: str) -> list[tuple[str, str]]:
    return [(way, one) for way in WAYS for one in operations if way not in OPERATIONS[one].cant]


@pytest.mark.parametrize(("way", "operation"), able(*VALUES))
def test_each_way_changes_every_member_as_ip_sees_it(netns: None, way: str, operation: str) -> None:
    skip_what_a_user_namespace_may_not(way, operation)
    before, after = ran(operation).links[way]
    assert len(before) == LINKS
    assert not any(is_changed(link, operation) for link in before)
    assert len(after) == (0 if operation == "delete" else LINKS)
    assert all(is_changed(link, operation) for link in after)


class Seen(NamedTuple):
    processes: int
    messages: int
    size: int
    system_calls: int


def traced(way: str, operation: str) -> Seen:
    """Count what strace(1) sees between the two marks."""
    if not (lines := ran(operation).trace):
        pytest.skip("strace is not installed, or may not trace here")
    first, last = (
        next(n for n, line in enumerate(lines) if f'write(2, "{mark} {way}"' in line) for mark in ("BEGIN", "END")
    )
    calls = [line.partition(" ")[2].strip() for line in lines[first + 1 : last]]
    calls = [call for call in calls if not call.startswith(("---", "+++"))]
    begun = [call for call in calls if not call.startswith("<...")]
    sends = [call for call in calls if re.match(r"(<\.\.\. )?(sendto|sendmsg)\b", call)]
    size = sum(int(found[1]) for call in sends if (found := re.search(r"= (\d+)$", call)))
    if way == "ioctl":
        size = 40 * sum("SIOC" in call for call in begun)
    elif way == "sysfs":
        size = sum(int(call.rpartition(" ")[2]) for call in begun if call.startswith("write("))
    return Seen(
        processes=sum(call.startswith("execve(") for call in begun),
        messages=sum(call.count("nlmsg_flags=NLM_F_REQUEST") for call in sends),
        size=size,
        system_calls=len(begun),
    )


@pytest.mark.parametrize(("way", "operation"), able("mtu", "up", "txqueuelen", "promisc", "delete"))
def test_each_way_takes_what_it_says(netns: None, way: str, operation: str) -> None:
    skip_what_a_user_namespace_may_not(way, operation)
    seen = traced(way, operation)
    cost = WAYS[way].cost(LINKS, OPERATIONS[operation], VALUES[operation])
    assert (seen.processes, seen.messages, seen.size) == (cost.processes, cost.messages, cost.size)
    if cost.exact:
        assert seen.system_calls == cost.system_calls
    else:  # it depends on the C library and on how the tool was built
        assert 0.5 < seen.system_calls / cost.system_calls < 2
