"""The guard's state file: whose it is, and which are left over."""

import fcntl
import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.guards import arm, files, room, steps_of
from tests.links import Ip, many, needs_root
from tui.guard.losses import losses
from tui.guard.order import Order, order_of
from tui.guard.state import State, orphans
from tui.model.settings import Settings
from tui.netlink import namespace

__all__ = ["room"]


@pytest.fixture
def order(ip: Ip, room: Path) -> Order:
    many("ifb", 2, 7, up=True)
    for name in ("m0", "m1"):
        ip("addr", "add", "192.0.2.1/24", "dev", name)
        ip("route", "add", "198.51.100.0/24", "via", "192.0.2.9", "dev", name, "metric", int(name[1]) + 1)
    steps = tuple(steps_of("m", Settings(up=False)))
    return Order("what \udcff\x1b", steps, losses(steps), 1.5, 2.5, Path("/a/\udcfe"), True)


def left_over(written: Order, **changes: object) -> Path:
    """Leave a state file behind, as one that was killed."""
    state = State(written)
    os.close(state._descriptor)
    head = json.loads(state.path.read_bytes()) | changes
    state.path.write_text(json.dumps(head) + "\n")
    return state.path


def test_an_order_reads_as_it_was_written(order: Order) -> None:
    assert order.losses.held
    assert order_of(json.loads(json.dumps(order.as_json()))) == order


def test_what_nobody_locks_is_left_over_and_can_be_forgotten(order: Order) -> None:
    path = left_over(order)
    (orphan,) = orphans()
    assert (orphan.path, orphan.what, orphan.order, orphan.steps) == (path, order.what, order, order.steps)
    orphan.forget()
    assert (orphans(), files()) == ([], [])


def test_what_a_living_guard_holds_is_not_left_over(order: Order) -> None:
    guard = arm(list(order.steps))
    assert (orphans(), len(files())) == ([], 1)
    guard.keep()


def test_the_oldest_is_told_first(order: Order) -> None:
    paths = [left_over(order, when=f"2026-01-0{day}T00:00:00+00:00") for day in (3, 1, 2)]
    found = orphans()
    assert [orphan.path for orphan in found] == [paths[1], paths[2], paths[0]]
    for orphan in found:
        orphan.forget()


def test_files_of_an_earlier_start_of_the_machine_are_removed(order: Order) -> None:
    left_over(order, boot="another")
    assert (orphans(), files()) == ([], [])


def test_files_of_another_netns_are_left_alone(order: Order) -> None:
    path = left_over(order)
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    namespace.unshare(namespace.CLONE_NEWNET)
    try:
        assert orphans() == []
    finally:
        namespace.setns(home, namespace.CLONE_NEWNET)
        os.close(home)
    assert files() == [path]
    orphans()[0].forget()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": 1}', b"\xff"])
def test_a_torn_file_was_never_armed_and_is_removed(room: Path, content: bytes) -> None:
    room.mkdir(mode=0o700)
    (room / "1-2.guard").write_bytes(content)
    (room / "1-2.guard").chmod(0o600)
    assert (orphans(), files()) == ([], [])


def test_a_file_of_another_version_is_told_but_not_read(order: Order) -> None:
    left_over(order, version=99, order={})
    (orphan,) = orphans()
    assert (orphan.what, orphan.order, orphan.steps) == (order.what, None, ())
    orphan.forget()


@needs_root
def test_files_and_directories_that_others_may_have_made_are_not_read(order: Order, room: Path) -> None:
    path = left_over(order)
    path.chmod(0o644)
    assert orphans() == []
    path.chmod(0o600)
    os.chown(path, 65534, 65534)
    assert orphans() == []
    os.chown(path, 0, 0)
    path.rename(room / "target")
    path.symlink_to(room / "target")
    assert orphans() == []
    (room / "target").rename(path)
    room.chmod(0o777)
    assert orphans() == []
    room.chmod(0o700)
    assert len(orphans()) == 1
    path.unlink()


def test_a_directory_that_is_not_ours_is_passed_over(
    order: Order, room: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    room.mkdir()
    room.chmod(0o770)
    state = State(order)
    assert state.path.parent == tmp_path / "ifgroup"
    assert state.remove() == ""


def test_it_is_locked_from_the_first_byte(order: Order) -> None:
    state = State(order)
    taken = subprocess.run(["flock", "-n", state.path, "true"], check=False)
    assert taken.returncode == 1
    with open(state.path, "rb") as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert (state.remove(), files()) == ("", [])
