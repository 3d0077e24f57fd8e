"""The shell lines run: `ip` changes exactly the interfaces that they are for, whatever their names are."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.changes import setting
from tests.driven import State, states
from tests.hostile import make_hostile
from tests.links import Ip
from tui.model.change.shell import device_lines, pasteable
from tui.model.link import Link
from tui.model.names.map import parse
from tui.netlink.dump import read_links

SHELLS = ("dash", "bash", "busybox")
NO_NAMES = parse(b"")


def run(shell: str, lines: list[str]) -> None:
    """Run lines as if they were pasted."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    words = [program, "sh"] if shell == "busybox" else [program]
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    # Some busyboxes run their own `ip` before any other: see tui/model/change/shell.py.
    before = f'ip() {{ {shutil.which("ip", path=path)} "$@"; }}\n' if shell == "busybox" else ""
    script = before + pasteable(lines)
    env = {**os.environ, "PATH": path}
    done = subprocess.run(words, input=script.encode(), env=env, capture_output=True, check=True)
    assert done.stderr == b""


def expected(before: dict[str, State], changed: dict[int, Link], state: State) -> dict[str, State]:
    """Return the state of every interface once ``changed`` alone are in ``state``."""
    return before | {link.name.decode(errors="surrogateescape"): state for link in changed.values()}


@pytest.fixture
def hostile(ip: Ip, tmp_path: Path) -> dict[int, Link]:
    make_hostile(ip, tmp_path)
    return {link.ifindex: link for link in read_links().values() if link.name != b"lo"}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_loop_changes_all_that_it_is_for_and_nobody_else(ip: Ip, hostile: dict[int, Link], shell: str) -> None:
    chosen = {index: link for number, (index, link) in enumerate(hostile.items()) if number % 3}
    before = states(ip)
    run(shell, device_lines(chosen, setting(mtu=1400, group=70, up=True), NO_NAMES))
    assert states(ip) == expected(before, chosen, State("70", True, 1400))


@pytest.mark.parametrize("shell", SHELLS)
def test_each_name_alone_is_itself(ip: Ip, hostile: dict[int, Link], shell: str) -> None:
    before = states(ip)
    wanted = {index: setting(mtu=1300 + number, group=100 + number) for number, index in enumerate(hostile)}
    lines = device_lines(hostile, wanted, NO_NAMES)
    assert len(lines) == len(hostile)
    run(shell, lines)
    for number, (index, link) in enumerate(hostile.items()):
        before = expected(before, {index: link}, State(str(100 + number), False, 1300 + number))
    assert states(ip) == before
