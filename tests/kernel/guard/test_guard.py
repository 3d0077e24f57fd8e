"""The lock-out guard: armed before, kept, timed out, refused; and what others did meanwhile."""

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.changes import setting
from tests.guards import FOREVER, SOON, arm, files, guards, links_of, mtus, set_mtu, steps_of
from tests.links import Ip, add, index_of, many, needs_root, until
from tui.guard import client
from tui.guard.client import Guard
from tui.guard.errors import GuardError
from tui.model.change.attributes import MASTER, MTU
from tui.model.change.past import NOWHERE, past_of
from tui.model.change.replay import replay
from tui.model.change.reversal import Step
from tui.model.change.settings import Settings
from tui.model.link import Link
from tui.model.names.map import parse
from tui.netlink.batch import send_each
from tui.netlink.dump import read_links
from tui.netlink.wire import group_change, link_change
from tui.netlink.writer import Writer

SMALLER = setting(mtu=1400)


@pytest.fixture
def three(ip: Ip, room: Path) -> list[Step]:
    """Three links, m0 to m2, and the change of their MTU."""
    many("ifb", 3, 7, up=False)
    return steps_of("m", SMALLER)


def names(links: tuple[Link, ...]) -> list[bytes]:
    return [link.name for link in links]


def ignored(pid: int) -> int:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("SigIgn"))
    return int(line.split()[1], 16)


def test_armed_it_has_all_that_it_needs_and_nothing_is_changed(three: list[Step], room: Path, ip: Ip) -> None:
    guard = arm(three)
    assert (guards(), os.getsid(guard.pid), os.readlink(f"/proc/{guard.pid}/cwd")) == ([guard.pid], guard.pid, "/")
    assert all(ignored(guard.pid) & 1 << number - 1 for number in (1, 2, 3, 13))
    assert not any("/dev/" in os.readlink(f"/proc/{guard.pid}/fd/{number}") for number in (0, 1))
    (path,) = files()
    assert path == guard.path
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(room.stat().st_mode)) == (0o600, 0o700)
    assert set(mtus(ip, "m").values()) == {1500}
    assert guard.ended is None
    assert (guard.keep(), guard.ended is not None) == ("", True)


def test_kept_the_change_stands_and_nothing_is_left(three: list[Step], ip: Ip) -> None:
    guard = arm(three)
    set_mtu(ip, "m", 1400)
    guard.sent()
    assert guard.keep() == ""
    assert (guards(), files(), set(mtus(ip, "m").values())) == ([], [], {1400})
    ended = guard.wait()
    assert ended is not None
    assert (ended.kept, ended.died, ended.reverted, ended.problem) == (True, False, None, "")
    with pytest.raises(GuardError, match="kept already"):
        guard.revert()


def test_timed_out_the_change_is_taken_back_and_put_on_record(
    three: list[Step], ip: Ip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # what was named from here is meant, wherever the guard lives
    guard = arm(three, SOON, audit=Path("audit"))
    set_mtu(ip, "m", 1400)
    assert guard.sent() == guard.deadline
    ended = guard.wait(60)
    assert ended is not None
    assert ended.reverted is not None
    assert (ended.reverted.why, names(ended.reverted.back)) == ("timeout", [b"m0", b"m1", b"m2"])
    assert ended.reverted.complete
    assert set(mtus(ip, "m").values()) == {1500}
    with pytest.raises(GuardError, match="takes the change back already"):
        guard.keep()
    (line,) = (tmp_path / "audit").read_text().splitlines()
    record = json.loads(line)
    assert (record["event"], record["what"], record["why"]) == ("revert", "a test", "timeout")
    assert [name for _, name in record["back"]] == ["m0", "m1", "m2"]
    past = past_of(line.encode())
    assert past is not None
    assert replay(past, parse(b""), NOWHERE) == [
        'for dev in m0 m1 m2; do ip link set dev "$dev" mtu 1500; done',
    ]


def test_it_counts_from_the_outcome_not_from_the_arming(three: list[Step], ip: Ip) -> None:
    guard = arm(three, 100.0, 1000.0)
    late = guard.deadline
    assert guard.sent() < late - 900
    guard.keep()


def test_without_an_outcome_it_reverts_all_the_same(three: list[Step], ip: Ip) -> None:
    guard = arm(three, SOON, SOON)
    set_mtu(ip, "m", 1400)
    ended = guard.wait(60)
    assert ended is not None
    assert ended.reverted is not None
    assert ended.reverted.why == "timeout"
    assert set(mtus(ip, "m").values()) == {1500}
    with pytest.raises(GuardError):
        guard.sent()


def test_refused_by_the_operator_it_is_taken_back_at_once(three: list[Step], ip: Ip) -> None:
    guard = arm(three)
    set_mtu(ip, "m", 1400)
    guard.sent()
    done = guard.revert()
    assert (done.why, names(done.back), done.complete) == ("refused", [b"m0", b"m1", b"m2"], True)
    assert set(mtus(ip, "m").values()) == {1500}
    assert guard.reverting


def test_what_a_third_party_did_meanwhile_is_left_alone_and_named(ip: Ip, room: Path) -> None:
    many("ifb", 6, 7, up=False)
    guard = arm(steps_of("m", SMALLER))
    set_mtu(ip, "m", 1400)
    guard.sent()
    ip("link", "set", "m1", "mtu", 1300)
    ip("link", "set", "m2", "name", "renamed")
    ip("link", "del", "m3")
    index = index_of(ip, "m4")
    ip("link", "del", "m4")
    add(ip, "bridge", "m4", "index", index)
    ip("link", "set", "m4", "mtu", 1400)
    ip("link", "set", "m5", "mtu", 1500)
    done = guard.revert()
    assert names(done.back) == [b"m0"]
    assert names(done.changed_since) == [b"m1"]
    assert names(done.gone) == [b"m2", b"m3", b"m4"]
    assert names(done.as_before) == [b"m5"]
    assert mtus(ip, "m") == {"m0": 1500, "m1": 1300, "m4": 1400, "m5": 1500}
    assert mtus(ip, "renamed") == {"renamed": 1400}


def recreate(ip: Ip, name: str, address: str) -> None:
    """Delete a veth and make another one with the same name, index and kind, with the MTU that the change set."""
    index = index_of(ip, name)
    ip("link", "del", name)
    add(ip, "veth", name, "index", index, "address", address)
    ip("link", "set", name, "mtu", 1400)


def test_a_recreated_interface_is_another_one_however_much_it_looks_like_the_old(ip: Ip, room: Path) -> None:
    """And one whose hardware address was set meanwhile is not: the guard heard of no deletion."""
    for number in range(4):
        add(ip, "veth", f"m{number}", "address", f"02:00:00:00:00:0{number}")
    guard = arm(steps_of("m", SMALLER))
    set_mtu(ip, "m", 1400)
    guard.sent()
    recreate(ip, "m1", "02:00:00:00:00:99")
    recreate(ip, "m2", "02:00:00:00:00:02")
    ip("link", "set", "m3", "address", "02:00:00:00:00:77")
    done = guard.revert()
    assert (names(done.back), names(done.gone)) == ([b"m0", b"m3"], [b"m1", b"m2"])
    assert mtus(ip, "m") == {"m0": 1500, "m1": 1400, "m2": 1400, "m3": 1500}


def test_who_takes_over_from_a_guard_knows_a_recreated_interface_by_its_address(ip: Ip, room: Path) -> None:
    for number in range(2):
        add(ip, "veth", f"m{number}", "address", f"02:00:00:00:00:0{number}")
    guard = arm(steps_of("m", SMALLER))
    set_mtu(ip, "m", 1400)
    recreate(ip, "m1", "02:00:00:00:00:99")
    os.kill(guard.pid, 9)
    guard.wait()
    done = guard.take_over()
    assert (names(done.back), names(done.gone)) == ([b"m0"], [b"m1"])
    assert mtus(ip, "m") == {"m0": 1500, "m1": 1400}


def test_all_that_a_change_sets_is_put_back(ip: Ip, room: Path) -> None:
    many("ifb", 2, 7, up=True)
    guard = arm(steps_of("m", setting(mtu=1300, up=False, group=9)))
    for name in ("m0", "m1"):
        ip("link", "set", name, "mtu", 1300, "down", "group", 9)
    guard.sent()
    assert guard.revert().complete
    assert [(link.mtu, link.is_up, link.group) for link in links_of("m")] == [(1500, True, 7)] * 2


def test_a_port_whose_former_master_is_gone_is_named_and_the_rest_is_put_back(ip: Ip, room: Path) -> None:
    for name in ("br0", "br1"):
        add(ip, "bridge", name)
    many("ifb", 1, 7, up=False)
    ip("link", "set", "m0", "arp", "on", "master", "br0")
    former = index_of(ip, "br0")
    guard = arm(steps_of("m", Settings({MASTER: index_of(ip, "br1"), MTU: 1400})))
    ip("link", "set", "m0", "master", "br1", "mtu", 1400)
    guard.sent()
    ip("link", "delete", "br0")
    ip("link", "add", "br2", "index", former, "type", "bridge")
    done = guard.revert()
    assert [(refusal.link.name, refusal.reason) for refusal in done.refused] == [
        (b"m0", "the master that it had is gone")
    ]
    assert (done.back, done.changed_since, done.complete) == ((), (), False)
    (link,) = links_of("m")
    assert (link.master, link.mtu) == (index_of(ip, "br1"), 1500)


def test_a_member_that_refuses_is_named_with_the_kernels_words(ip: Ip, room: Path) -> None:
    """A macvlan takes no MTU above that of its lower link, which somebody shrinks meanwhile."""
    add(ip, "veth", "lower")
    add(ip, "macvlan", "m0", "link", "lower")
    many("ifb", 1, 7, up=False, prefix="m1")
    guard = arm(steps_of("m", SMALLER))
    set_mtu(ip, "m", 1400)
    ip("link", "set", "lower", "mtu", 1450)
    guard.sent()
    done = guard.revert()
    assert names(done.back) == [b"m10"]
    ((link, reason),) = [(refusal.link.name, refusal.reason) for refusal in done.refused]
    assert link == b"m0"
    assert reason
    assert not done.complete


def test_a_full_batch_of_refusals_is_heard_out(ip: Ip, room: Path) -> None:
    add(ip, "bridge", "b")
    index = index_of(ip, "b")
    writer = Writer()
    refused = send_each([index] * 1024, lambda i, seq, ack: link_change(seq, i, setting(mtu=100000), ack=ack), writer)
    writer.close()
    assert len(refused) == 1024
    assert {ack.text for _, ack in refused} == {"mtu greater than device maximum"}


def test_links_on_top_get_their_mtu_back_too(ip: Ip, room: Path) -> None:
    """The kernel shrinks them with the link below, and leaves them so."""
    for name in ("m0", "m1"):
        add(ip, "veth", name, "address", f"02:00:00:00:00:0{name[1]}")
    add(ip, "macvlan", "top", "link", "m0")
    add(ip, "bridge", "br")
    ip("link", "set", "m1", "master", "br")
    guard = arm(steps_of("m", SMALLER))
    set_mtu(ip, "m", 1400)
    guard.sent()
    assert (mtus(ip, "top"), mtus(ip, "br")) == ({"top": 1400}, {"br": 1400})
    done = guard.revert()
    assert names(done.back) == [b"m0", b"m1", b"top"]
    assert (mtus(ip, "top"), mtus(ip, "br")) == ({"top": 1500}, {"br": 1500})
    # Set by us, the bridge would no longer follow its ports.
    ip("link", "set", "m1", "mtu", 1300)
    assert mtus(ip, "br") == {"br": 1300}


def test_any_bytes_in_a_name_pass(ip: Ip, room: Path) -> None:
    hostile = (b"m\xff\x1b[31m", b"m\xe2\x80\xae$(id)", b"m\x01\x9b\"'`")
    for name in hostile:
        add(ip, "ifb", name)
    guard = arm(steps_of("m", SMALLER))
    for name in hostile:
        ip("link", "set", "dev", name, "mtu", 1400)
    guard.sent()
    assert sorted(names(guard.revert().back)) == sorted(hostile)
    assert {link.mtu for link in links_of("m")} == {1500}


def test_two_guards_at_once_mind_their_own(ip: Ip, room: Path) -> None:
    many("ifb", 2, 7, up=False, prefix="a")
    many("ifb", 2, 7, up=False, prefix="b")
    one, other = arm(steps_of("a", SMALLER)), arm(steps_of("b", SMALLER))
    for prefix in "ab":
        set_mtu(ip, prefix, 1400)
    one.sent()
    other.sent()
    assert len(files()) == 2
    assert names(one.revert().back) == [b"a0", b"a1"]
    assert set(mtus(ip, "b").values()) == {1400}
    other.keep()
    assert (set(mtus(ip, "a").values()), set(mtus(ip, "b").values())) == ({1500}, {1400})


@pytest.mark.parametrize("signal", [1, 2, 3, 13, 20])
def test_a_terminals_signals_do_not_move_it(three: list[Step], signal: int) -> None:
    guard = arm(three)
    os.kill(guard.pid, signal)
    guard.sent()
    assert (guard.ended, guard.keep()) == (None, "")


def test_told_to_end_it_reverts_at_once(three: list[Step], ip: Ip) -> None:
    guard = arm(three)
    set_mtu(ip, "m", 1400)
    guard.sent()
    os.kill(guard.pid, 15)
    ended = guard.wait(60)
    assert ended is not None
    assert ended.reverted is not None
    assert (ended.reverted.why, len(ended.reverted.back)) == ("told to end", 3)
    assert set(mtus(ip, "m").values()) == {1500}


def a_sentence(text: str) -> None:
    assert text.endswith("nothing was sent.")
    assert "\n" not in text


def test_without_an_interpreter_nothing_is_armed(three: list[Step], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(GuardError, match="can't be started") as caught:
        arm(three)
    a_sentence(str(caught.value))


@pytest.mark.parametrize("script", ["exit 1", "exec cat >/dev/null", "exec sleep 600"])
def test_a_guard_that_does_not_answer_is_not_armed(
    three: list[Step], script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(client, "ARM_WAIT", 0.5)
    steps = three * (200 if "sleep" in script else 1)
    with pytest.raises(GuardError) as caught:
        Guard.arm(steps, timeout=1, change_wait=1, audit=None, what="a test", journal=False)
    a_sentence(str(caught.value))


@needs_root
def test_where_no_state_can_be_written_nothing_is_armed(three: list[Step], room: Path) -> None:
    room.symlink_to("/tmp")
    try:
        with pytest.raises(GuardError, match="no safe place") as caught:
            arm(three)
    finally:
        room.unlink()
    a_sentence(str(caught.value))


def test_nothing_of_the_working_directory_is_loaded(
    three: list[Step], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tui").mkdir()
    for name in ("json.py", "tui/__init__.py", "sitecustomize.py"):
        (tmp_path / name).write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    arm(three).keep()


def test_the_process_loads_no_toolkit() -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); import tui.guard.process; print(*sys.modules)"
    line = [sys.executable, "-I", "-S", "-c", code, str(client._ROOT)]
    loaded = subprocess.run(line, capture_output=True, text=True, check=True).stdout.split()
    assert "tui.guard.process" in loaded
    assert not {"textual", "rich", "pyroute2", "humanize", "asyncio"}.intersection(loaded)


def test_thousands_of_members_are_armed_and_taken_back(ip: Ip, room: Path) -> None:
    many("ifb", 1500, 7, up=False)
    guard = arm(steps_of("m", SMALLER))
    writer = Writer()
    send_each(links_of("m"), lambda link, seq, ack: link_change(seq, link.ifindex, setting(mtu=1400), ack=ack), writer)
    writer.close()
    guard.sent()
    assert len(guard.revert().back) == 1500
    assert {link.mtu for link in read_links().values() if link.name.startswith(b"m")} == {1500}
    until(lambda: not guards(), "its end")


def test_a_change_that_the_kernel_is_still_at_is_taken_back_whole(ip: Ip, room: Path) -> None:
    """Bringing thousands of links up with IPv6 takes the kernel seconds; the operator has lost patience meanwhile."""
    for which in ("all", "default"):
        (Path("/proc/sys/net/ipv6/conf") / which / "disable_ipv6").write_text("0")
    many("ifb", 2000, 7, up=False)
    guard = arm(steps_of("m", setting(up=True)))
    writer = Writer()
    seq = writer.next_seq()
    change = threading.Thread(target=writer.send, args=({seq: group_change(seq, 7, setting(up=True))}, FOREVER))
    change.start()
    until(lambda: any(link.is_up for link in links_of("m")), "the first link up")
    done = guard.revert()
    change.join()
    writer.close()
    assert not [link.name for link in links_of("m") if link.is_up]
    assert len(done.back) == 2000
