"""What may be changed at all."""

from pathlib import Path

import pytest

from tui.model.gate import OPEN, Gate

READ_ONLY = Gate(read_only=True)


def test_the_gate_is_open_unless_the_operator_wants_nothing_changed() -> None:
    assert OPEN.obstacle() == ""
    assert OPEN.file_obstacle(Path("/etc/iproute2/group")) == ""
    assert READ_ONLY.obstacle() == "started with --read-only"


@pytest.mark.parametrize("path", ["/etc/systemd/network/x", "/usr/local/x", "/run/x", "/var/log/x", "/lib/x", "/etc"])
def test_what_is_the_systems_is_not_written(path: str) -> None:
    assert READ_ONLY.file_obstacle(Path(path)) == "that is the system's, and ifgroup was started with --read-only"


@pytest.mark.parametrize("path", ["/home/me/x", "/root/x", "/tmp/x", "/var/tmp/x", "/run/user/1000/x", "/etcetera/x"])
def test_what_is_the_operators_is(path: str) -> None:
    assert READ_ONLY.file_obstacle(Path(path)) == ""
