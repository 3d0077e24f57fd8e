"""The guard's state file: whose it is, and which are left over."""

import fcntl
import itertools
import json
import os
import shutil
import struct
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.changes import setting
from tests.fuse import claims_to_be_roots
from tests.guards import arm, files, steps_of
from tests.links import Ip, many, needs_root
from tui.guard import place
from tui.guard.check import check_order
from tui.guard.errors import GuardError
from tui.guard.losses import losses
from tui.guard.order import GuardOrder, order_of
from tui.guard.orphans import Left, Orphan, left_over
from tui.guard.place import SUFFIX, folders, own_folder
from tui.guard.record import content
from tui.guard.state import State
from tui.model.link import Link
from tui.netlink import namespace
from tui.netlink.dependants.item import read_message
from tui.netlink.dependants.record import RouteOrAddress
from tui.netlink.wire import u32

HELD = RouteOrAddress._fields
_NUMBERS = itertools.count()


@pytest.fixture
def order(ip: Ip, room: Path) -> GuardOrder:
    many("ifb", 2, 7, up=True)
    for name in ("m0", "m1"):
        ip("addr", "add", "192.0.2.1/24", "dev", name)
        ip("route", "add", "198.51.100.0/24", "via", "192.0.2.9", "dev", name, "metric", int(name[1]) + 1)
    steps = tuple(steps_of("m", setting(up=False)))
    return GuardOrder("what \udcff\x1b", steps, losses(steps), 1.5, 2.5, Path("/a/\udcfe"), True)


def remove_all() -> None:
    for path in files():
        path.unlink()


def orphans() -> list[Orphan]:
    """Return what was left over, all of it well-formed."""
    found = left_over()
    assert found.problems == ()
    return list(found.orphans)


def leave(written: GuardOrder, **changes: object) -> Path:
    """Leave a state file behind, as one that was killed."""
    path = own_folder() / f"{os.getpid()}-{next(_NUMBERS)}{SUFFIX}"
    head = json.loads(content(written, "somebody")) | changes
    path.write_text(json.dumps(head) + "\n")
    path.chmod(0o600)
    return path


def test_an_order_reads_as_it_was_written(order: GuardOrder) -> None:
    assert order.losses.held
    assert order_of(json.loads(json.dumps(order.as_json()))) == order


def test_what_nobody_locks_is_left_over_and_can_be_forgotten(order: GuardOrder) -> None:
    path = leave(order)
    (orphan,) = orphans()
    kept = replace(order, audit=None, journal=False)
    assert (orphan.path, orphan.what, orphan.order, orphan.steps) == (path, order.what, kept, order.steps)
    orphan.forget()
    assert (orphans(), files()) == ([], [])


def test_what_a_living_guard_holds_is_not_left_over(order: GuardOrder) -> None:
    guard = arm(list(order.steps))
    assert (orphans(), len(files())) == ([], 1)
    guard.keep()


def test_the_oldest_is_told_first(order: GuardOrder) -> None:
    paths = [leave(order, when=f"2026-01-0{day}T00:00:00+00:00") for day in (3, 1, 2)]
    found = orphans()
    assert [orphan.path for orphan in found] == [paths[1], paths[2], paths[0]]
    for orphan in found:
        orphan.forget()


def test_files_of_an_earlier_start_of_the_machine_are_removed(order: GuardOrder) -> None:
    leave(order, boot="another")
    assert (orphans(), files()) == ([], [])


def test_files_of_another_netns_are_left_alone(order: GuardOrder) -> None:
    path = leave(order)
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


@pytest.mark.parametrize("other", [{"version": 2}, {"version": 99}, {"sets": ["mtu", "what_is_to_come"]}])
def test_a_file_of_another_version_is_told_but_not_read(order: GuardOrder, other: dict[str, Any]) -> None:
    leave(order, **other, order={})
    (orphan,) = orphans()
    assert (orphan.what, orphan.order, orphan.steps) == (order.what, None, ())
    orphan.forget()


def written_by_others(path: Path) -> None:
    path.chmod(0o644)


def of_others(path: Path) -> None:
    os.chown(path, 65534, 65534)


def a_link_elsewhere(path: Path) -> None:
    path.rename(path.with_name("target"))
    path.symlink_to(path.with_name("target"))


@needs_root
@pytest.mark.parametrize("spoil", [written_by_others, of_others, a_link_elsewhere])
def test_a_file_that_others_may_have_made_is_set_aside(order: GuardOrder, spoil: Callable[[Path], None]) -> None:
    path = leave(order)
    spoil(path)
    found = left_over()
    assert found.orphans == ()
    assert found.problems[0].startswith("A guard's record can't be read (it is not a file of ours alone); it is ")
    assert left_over() == Left()
    remove_all()


@pytest.mark.parametrize("mode", [0o777, 0o750])
def test_a_directory_that_others_may_write_or_read_is_not_read(order: GuardOrder, room: Path, mode: int) -> None:
    path = leave(order)
    room.chmod(mode)
    found = left_over()
    assert (found.orphans, files()) == ((), [path])
    assert "/run/ifgroup isn't read: it is not a directory of ours alone." in found.problems[0]
    room.chmod(0o700)
    assert len(orphans()) == 1
    path.unlink()


@needs_root
def test_root_takes_no_record_for_its_own_but_the_systems(
    order: GuardOrder, room: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody may make a directory in the temporary one, and sudo may keep $XDG_RUNTIME_DIR."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    leave(order)
    shutil.move(room, tmp_path / "ifgroup")
    assert left_over() == Left()
    assert folders() == [room]
    room.mkdir()
    room.chmod(0o770)
    with pytest.raises(GuardError, match="no safe place"):
        State("somebody")


@needs_root
@pytest.mark.parametrize("where", ["the user's", "the system's"])
def test_a_record_that_is_roots_by_its_file_systems_word_is_not_taken_for_it(
    order: GuardOrder, room: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    path = leave(order)
    data = path.read_bytes()
    path.unlink()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    users = tmp_path / "ifgroup"
    users.mkdir()
    mounted = users if where == "the user's" else room
    with claims_to_be_roots(mounted, "1-2.guard", data):
        file = mounted / "1-2.guard"
        assert (file.stat().st_uid, file.read_bytes()) == (0, data)
        found = left_over()
    assert found.orphans == ()
    assert len(found.problems) == (where == "the system's")


@needs_root
def test_root_reads_no_record_on_a_file_system_that_is_mounted_there(order: GuardOrder, room: Path) -> None:
    """Its owner and mode are what that file system says."""
    path = leave(order)
    data = path.read_bytes()
    path.unlink()
    namespace.mount("none", str(room), "tmpfs", 0, "mode=0700")
    try:
        path.write_bytes(data)
        path.chmod(0o600)
        found = left_over()
    finally:
        subprocess.run(["umount", room], check=True)
    assert found == Left((), (f"What guards left in {room} isn't read: another file system is mounted on it.",))


@needs_root
def test_root_reads_no_record_below_a_directory_that_others_may_write(order: GuardOrder, room: Path) -> None:
    path = leave(order)
    room.parent.chmod(0o1777)
    found = left_over()
    room.parent.chmod(0o755)
    assert found.orphans == ()
    assert "/run is not a directory that root alone can write" in found.problems[0]
    path.unlink()


def test_in_a_users_lab_the_first_safe_place_of_theirs_is_taken(
    room: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "outer_uid", lambda uid: 1000)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert folders() == [tmp_path / "ifgroup", Path("/tmp/ifgroup-1000")]
    state = State("somebody")
    assert state.path.parent == tmp_path / "ifgroup"
    assert state.remove() == ""


def test_a_record_names_no_file_to_write(order: GuardOrder) -> None:
    """Whoever takes a change back puts that on record with his own changes."""
    path = leave(order)
    assert "/a/" not in path.read_text()
    (orphan,) = orphans()
    assert orphan.order is not None
    assert (orphan.order.audit, orphan.order.journal) == (None, False)
    planted = json.loads(path.read_text())
    planted["order"] |= {"audit": "/etc/passwd", "journal": True}
    path.write_text(json.dumps(planted) + "\n")
    (orphan,) = orphans()
    assert orphan.order is not None
    assert (orphan.order.audit, orphan.order.journal) == (None, False)
    orphan.forget()


def test_it_is_locked_from_the_first_byte(order: GuardOrder) -> None:
    state = State("somebody")
    taken = subprocess.run(["flock", "-n", state.path, "true"], check=False)
    assert taken.returncode == 1
    with open(state.path, "rb") as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert (state.remove(), files()) == ("", [])


def change(order: dict[str, Any], way: list[str | int], value: object) -> None:
    """Put ``value`` where ``way`` leads."""
    *front, last = way
    found: Any = order
    for step in front:
        found = found[step]
    found[last] = value


FIELDS = Link._fields
FLAWS: list[tuple[list[str | int], object]] = [
    (["when"], "2026-01-01T00:00:00"),
    (["when"], 7),
    (["deadline"], "soon"),
    (["what"], ["x"]),
    (["version"], "2"),
    (["order"], []),
    (["order", "steps"], []),
    (["order", "steps"], 7),
    (["order", "steps", 0], [1, 2]),
    (["order", "steps", 0, 0, FIELDS.index("name")], 7),
    (["order", "steps", 0, 0, FIELDS.index("name")], "n" * 16),
    (["order", "steps", 0, 0, FIELDS.index("mtu")], -1),
    (["order", "steps", 0, 0, FIELDS.index("mtu")], "1500"),
    (["order", "steps", 0, 0, FIELDS.index("group")], 1 << 32),
    (["order", "steps", 0, 0, FIELDS.index("ifindex")], 0),
    (["order", "steps", 0, 0, FIELDS.index("flags")], 1e999),
    (["sets"], 7),
    (["order", "steps", 0, 1], [1400, None, None]),
    (["order", "steps", 0, 1], {}),
    (["order", "steps", 0, 1], {"up": 1}),
    (["order", "steps", 0, 1], {"mtu": True}),
    (["order", "steps", 0, 1], {"mtu": -1}),
    (["order", "steps", 0, 1], {"unheard": 1}),
    (["order", "timeout"], float("nan")),
    (["order", "held", 0, HELD.index("type")], 16),
    (["order", "held", 0, HELD.index("body")], ""),
    (["order", "held", 0, HELD.index("body")], "zz"),
    (["order", "held", 0, HELD.index("key")], "00"),
    (["order", "held", 0, HELD.index("indexes")], [1]),
    (["order", "held", 0, HELD.index("why_not")], 7),
    (["order", "settings"], [7]),
]


@pytest.mark.parametrize(
    ("way", "value"), FLAWS, ids=[f"{'.'.join(map(str, way))}={str(value)[:20]}" for way, value in FLAWS]
)
def test_a_malformed_record_is_set_aside_and_told_once(
    order: GuardOrder, room: Path, way: list[str | int], value: object
) -> None:
    path = leave(order)
    head = json.loads(path.read_text())
    change(head, way, value)
    path.write_text(json.dumps(head) + "\n")
    found = left_over()
    assert found.orphans == ()
    assert len(found.problems) == 1
    assert found.problems[0].startswith("A guard's record can't be read (")
    assert left_over() == Left()
    assert files() == [path.with_name(path.name + ".unreadable")]
    remove_all()


@pytest.mark.parametrize("content", [b"{\n", b"[]\n", b"\xff\n", b"[" * 100_000 + b"\n", b"9" * 9_999 + b"\n"])
def test_a_whole_line_that_is_no_record_is_set_aside(room: Path, content: bytes) -> None:
    room.mkdir(mode=0o700)
    path = room / "1-2.guard"
    path.write_bytes(content)
    path.chmod(0o600)
    assert len(left_over().problems) == 1
    assert left_over() == Left()
    remove_all()


def planted(body: bytes, type: int, held: RouteOrAddress) -> RouteOrAddress:
    """Return something held whose message is another, and all else as reading that gives it."""
    found = read_message(type, body, {})
    return held._replace(type=type, body=body) if found is None else found._replace(body=body)


def test_messages_that_no_reading_makes_are_none_of_a_guards(order: GuardOrder) -> None:
    """An address in another netns, a route with what isn't on the list, a link that isn't a member."""
    address, route = next(iter(order.losses.held)), order.losses.held[-1]
    elsewhere = planted(address.body + u32(10, 1), address.type, address)
    unknown = planted(route.body + u32(16, 1), route.type, route)
    stranger = read_message(
        route.type, route.body.replace(struct.pack("=I", route.indexes[0]), struct.pack("=I", 1)), {}
    )
    for bad in (elsewhere, unknown, stranger):
        assert bad is not None
        with pytest.raises(ValueError, match=r"no reading|none of the interfaces"):
            check_order(replace(order, losses=replace(order.losses, held=(bad,))))
    assert check_order(order).losses.held
