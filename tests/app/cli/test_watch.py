"""`ifgroup watch`: every change as a line, by whom it was found, and how it ends."""

import fcntl
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Any

import pytest

from tests.app.test_cli import run
from tests.churn import churning
from tests.links import PATIENCE, Ip, add, cheap_kind, index_of, many, until
from tests.replay import WATCH, Reader, Watched, from_ip, replayed, watching
from tests.terminal import ROOT


def texts(reader: Reader) -> list[str]:
    """Return the lines without their times."""
    assert all(re.match(r"\d\d:\d\d:\d\d ", line) for line in reader.lines)
    return [line[9:] for line in reader.lines]


def test_text_tells_each_change_as_a_sentence(ip: Ip, names: Path) -> None:
    kind = cheap_kind(ip)
    with watching("--names", str(names)) as watch:
        watch.said("watching 1 interface.")
        ip("link", "add", "x0", "type", kind)
        ip("link", "set", "x0", "up")
        ip("link", "set", "x0", "mtu", 1400)
        ip("link", "set", "x0", "group", 7)
        ip("link", "set", "x0", "promisc", "on")
        ip("link", "set", "x0", "down")
        ip("link", "set", "x0", "name", "y0")
        ip("link", "del", "y0")
        watch.said("gone")
        said = texts(watch)
    assert said[1].startswith("x0 default: new, down, mtu ")
    assert said[2].startswith("x0 default: state down → up/")
    assert said[3:6] == [
        f"x0 default: mtu {said[1].split('mtu ')[1].split(',')[0]} → 1400",
        "x0 default: group default → customers",
        "x0 customers: flags +PROMISC",
    ]
    assert said[6].startswith("x0 customers: state up/")
    assert said[7:] == ["x0 customers: name x0 → y0", "y0 customers: gone"]


def test_a_silent_retag_appears_with_the_next_check_and_is_marked(ip: Ip, names: Path) -> None:
    add(ip, cheap_kind(ip), "x0")
    with watching("--names", str(names)) as text, watching("--json", "--snapshot") as lines:
        text.said("watching")
        lines.said("heartbeat")
        ip("link", "set", "x0", "group", 8)
        text.said("x0 default: group default → dmz (found by a check)")
        lines.said('"link"')
    (event,) = lines.links_said()
    assert (event["by"], event["changed"], event["ours"]) == ("check", ["group_id", "group"], False)
    assert (event["before"]["group_id"], event["after"]["group_id"]) == (0, 8)
    assert event["after"]["ifindex"] == index_of(ip, "x0")


def test_nothing_between_two_events_is_passed_over(ip: Ip) -> None:
    """While it is stopped, the events wait in the kernel: more than one of the same interface."""
    kind = cheap_kind(ip)
    add(ip, kind, "x0")
    with watching("--json", "--snapshot") as watch:
        watch.said("heartbeat")
        watch.stop()
        for mtu in (1400, 1401, 1400, 1402):
            ip("link", "set", "x0", "mtu", mtu)
        index = index_of(ip, "x0")
        ip("link", "del", "x0")
        ip("link", "add", "x0", "index", index, "type", kind)
        watch.go_on()
        until(lambda: len(watch.links_said()) >= 6, "six changes")
        told = [(event["before"] and event["before"]["mtu"], event["after"] and event["after"]["mtu"])
                for event in watch.links_said()]  # fmt: skip
        first = told[0][0]
        assert told == [(first, 1400), (1400, 1401), (1401, 1400), (1400, 1402), (1402, None), (None, first)]
        assert watch.by == {"event": 6}
        assert replayed(watch) == from_ip(ip)
    assert not watch.wrong


def test_the_snapshot_is_what_the_list_prints(ip: Ip, names: Path) -> None:
    many(cheap_kind(ip), 3, 7, up=False)
    add(ip, "veth", "x0")
    with watching("--json", "--snapshot", "--names", str(names)) as watch:
        watch.said("heartbeat")
    listed = json.loads(run("list", "--json", "--names", str(names)).stdout)
    first = watch.all[0]
    assert first.pop("event") == "snapshot"
    assert first.pop("time").endswith("Z")
    assert first == listed


def test_the_snapshot_of_a_filter_is_what_the_list_prints(ip: Ip, names: Path) -> None:
    many(cheap_kind(ip), 3, 7, up=False)
    words = ("--json", "--names", str(names), "group:customers", "!name:m1")
    with watching(*words, "--snapshot") as watch:
        watch.said("heartbeat")
    first = watch.all[0]
    listed = json.loads(run("list", *words).stdout)
    assert [first["interfaces"], first["groups"]] == [listed["interfaces"], listed["groups"]]
    assert len(first["interfaces"]) == 2


def test_a_group_that_nobody_knows_is_a_hint(netns: None) -> None:
    with watching("group:nobody", stderr=subprocess.PIPE) as watch:
        watch.said("watching 0 interfaces.")
        assert watch.process.stderr.readline() == "ifgroup: There is no group “nobody”.\n"


def test_a_storm_of_which_nothing_is_told_keeps_it_from_nothing(ip: Ip) -> None:
    kind = cheap_kind(ip)
    many(kind, 200, 1, up=True)
    with churning(kind, seed=1, steps=0), watching("name:nobody") as watch:
        watch.said("watching 0 interfaces.")


def test_a_filter_tells_who_enters_and_who_leaves(ip: Ip, names: Path) -> None:
    many(cheap_kind(ip), 2, 7, up=True)
    words = ("--names", str(names), "group:customers", "name:m*")
    with watching(*words, "--snapshot") as text, watching(*words, "--json", "--snapshot") as lines:
        text.said("watching 2 interfaces.")
        lines.said("heartbeat")
        ip("link", "set", "m0", "group", 8)
        ip("link", "set", "m0", "mtu", 1400)
        ip("link", "set", "m1", "mtu", 1400)
        ip("link", "set", "m0", "group", 7)
        ip("link", "set", "lo", "mtu", 1500)
        ip("link", "set", "m1", "mtu", 1401)
        for watch in (text, lines):
            watch.said("1401")
        assert {link["ifname"]: link["mtu"] for link in lines.links.values()} == {"m0": 1400, "m1": 1401}
    assert texts(text)[3:] == [
        "m0 customers: group customers → dmz; the filter doesn't find it any more",
        "m1 customers: mtu 1500 → 1400",
        "m0 dmz: group dmz → customers; the filter finds it now",
        "m1 customers: mtu 1400 → 1401",
    ]


def test_another_name_of_a_group_is_told(ip: Ip, names: Path) -> None:
    many(cheap_kind(ip), 1, 7, up=True)
    words = ("--names", str(names))
    with watching(*words) as text, watching(*words, "--json", "--snapshot", "group:people") as lines:
        text.said("watching")
        lines.said("heartbeat")
        names.write_text("7\tpeople\n")
        text.said("group 7: name customers → people")
        text.said("group 8: name dmz → no name")
        lines.said('"link"')
    groups = [(event["before"], event["after"]) for event in lines.all if event["event"] == "group"]
    assert groups == [
        ({"group_id": 7, "group": "customers"}, {"group_id": 7, "group": "people"}),
        ({"group_id": 8, "group": "dmz"}, None),
    ]
    assert [link["ifname"] for link in lines.links.values()] == ["m0"]


def test_who_carries_us_is_found_by_a_check(ip: Ip, way_out: str) -> None:
    with watching("--json", "--snapshot") as watch:
        watch.said("heartbeat")
        ip("route", "del", "default")

        def found() -> list[dict[str, Any]]:
            return [event for event in watch.links_said() if event["after"]["ifname"] == way_out]

        until(found, "the news")
        assert replayed(watch) == from_ip(ip)
    (event,) = found()
    assert (event["changed"], event["by"]) == (["protected"], "check")
    assert event["after"]["protected"] is None


def test_names_of_all_sorts_move_no_cursor(ip: Ip) -> None:
    kind = cheap_kind(ip)
    add(ip, kind, b"\x1b[7z\xff\xe2\x80\xae")
    ip("link", "set", "dev", b"\x1b[7z\xff\xe2\x80\xae", "up", "alias", "a\x1b[2J\nb")
    with watching("--snapshot") as text, watching("--ascii", "--snapshot") as plain, watching("--json") as lines:
        for watch in (text, plain, lines):
            watch.said("watching" if watch is not lines else "heartbeat")
        ip("link", "set", "dev", b"\x1b[7z\xff\xe2\x80\xae", "name", "ä→")
        for watch in (text, plain, lines):
            watch.said("7z")
            watch.said("\\x1b[7z")
    assert all(line.isprintable() for line in (*text.lines, *lines.lines))
    assert all(line.isascii() for line in (*plain.lines, *lines.lines))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("mtuu:3",), "No column “mtuu”"),
        (("mtu:many",), "mtu: wants a number"),
        (("re:(",), "re: at character 1: missing )"),
        (("--heartbeat", "x"), "'x' is no whole number"),
        (("--heartbeat", "-1"), "give 0 to 86400, not -1"),
    ],
)
def test_what_means_nothing_is_one_sentence(netns: None, words: tuple[str, ...], says: str) -> None:
    done = run("watch", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [(), ("--json",)])
@pytest.mark.parametrize("how", ["input", "output", signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_ends_though_nothing_happens(netns: None, words: tuple[str, ...], how: str | signal.Signals) -> None:
    with Watched(
        [*WATCH, *words, "--heartbeat", "0", "--snapshot"], stdin=-1, stdout=-1, stderr=-1, cwd=ROOT
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline()
        begun = time.monotonic()
        if isinstance(how, signal.Signals):
            process.send_signal(how)
        elif how == "input":
            process.stdin.close()
        else:
            process.stdout.close()
        assert process.wait(PATIENCE) == 0
        assert time.monotonic() - begun < PATIENCE / 2
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_a_socket_that_is_closed_ends_it(netns: None) -> None:
    here, there = socket.socketpair()
    with Watched([*WATCH], stdin=there.fileno(), stdout=there.fileno(), stderr=subprocess.DEVNULL, cwd=ROOT) as process:
        there.close()
        assert here.recv(4096)
        here.close()
        assert process.wait(PATIENCE) == 0


def test_a_reader_that_stands_still_keeps_it_from_nothing(ip: Ip) -> None:
    """Neither from ending by its input, nor by a signal."""
    many(cheap_kind(ip), 200, 7, up=True)
    for how in ("input", "signal"):
        with Watched([*WATCH, "--json", "--snapshot"], stdin=-1, stdout=-1, cwd=ROOT) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stdout.read(1)  # the snapshot is far more than a pipe takes
            if how == "input":
                process.stdin.close()
            else:
                process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize("stdin", ["/dev/null", "a file", "closed"])
def test_an_input_that_nobody_can_close_doesnt_end_it(ip: Ip, tmp_path: Path, stdin: str) -> None:
    (tmp_path / "file").write_text("")
    redirect = {"/dev/null": "< /dev/null", "a file": f"< {tmp_path / 'file'}", "closed": "<&-"}[stdin]
    line = ["sh", "-c", f'exec "$@" {redirect}', "sh", *WATCH, "--snapshot"]
    with Watched(line, stdout=-1, text=True, cwd=ROOT) as process:
        watch = Reader(process)
        watch.said("watching")
        add(ip, cheap_kind(ip), "x0")
        watch.said("x0 default: new")
        process.terminate()
        assert watch.ended() == 0


def test_on_a_terminal_it_writes_lines_and_ctrl_c_ends_it(ip: Ip) -> None:
    ours, theirs = os.openpty()
    with Watched(
        [*WATCH, "--snapshot"], stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT, start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    ) as process:  # fmt: skip
        os.close(theirs)
        seen = b""
        while b"watching" not in seen:
            seen += os.read(ours, 4096)
        add(ip, cheap_kind(ip), "x0")
        while b"x0 default: new" not in seen:
            seen += os.read(ours, 4096)
        os.write(ours, b"\x03")
        assert process.wait(PATIENCE) == 0
    os.close(ours)
    assert all(char.isprintable() for char in seen.decode() if char not in "\r\n")


def test_a_terminal_that_goes_ends_it(netns: None) -> None:
    ours, theirs = os.openpty()
    with Watched([*WATCH], stdin=theirs, stdout=theirs, stderr=-1, cwd=ROOT, start_new_session=True) as process:
        os.close(theirs)
        assert os.read(ours, 4096)
        os.close(ours)
        assert process.wait(PATIENCE) == 0


def test_a_full_disk_is_one_sentence(netns: None) -> None:
    done = run("-c", 'exec "$0" -m tui watch --snapshot > /dev/full', sys.executable, before=("bash",))
    assert (done.returncode, done.stderr) == (1, "ifgroup: No space left on device\n")


def test_heartbeats_tell_when_all_was_checked_last(netns: None) -> None:
    with watching("--json", "--heartbeat", "1") as watch, watching("--heartbeat", "1") as text:
        until(lambda: watch.events["heartbeat"] >= 3, "heartbeats")
        text.said("watching, live, checked at ")
    beats = [event for event in watch.all if event["event"] == "heartbeat"]
    assert {event["state"] for event in beats} <= {"live", "checking"}
    assert all(event["checked"] <= event["time"] for event in beats)


def test_it_needs_no_privilege_and_sends_nothing_but_questions(ip: Ip, tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    if subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode:
        pytest.skip("strace may not trace here")
    many(cheap_kind(ip), 3, 7, up=True)
    log = tmp_path / "trace"
    trace = ("strace", "-f", "-s", "65536", "-e", "trace=sendto,sendmsg,sendmmsg,openat", "-o", str(log))
    code = "from tests.act import give_up_capability as g; g(); from tui.cli.main import main; main(['watch'])"
    line = [*trace, sys.executable, "-B", "-c", code]
    with Watched(line, stdin=-1, stdout=-1, text=True, cwd=ROOT, env={**os.environ, "LC_ALL": "C.UTF-8"}) as process:
        watch = Reader(process)
        watch.said("watching 4 interfaces.")
        ip("link", "set", "m0", "mtu", 1400)
        watch.said("m0 7: mtu 1500 → 1400")
        assert process.stdin is not None
        process.stdin.close()
        assert watch.ended() == 0
    lines = log.read_text().splitlines()
    sent = [line for line in lines if re.search(r"\bsend(to|msg|mmsg)\(", line)]
    assert sent
    assert all(re.search(r"nlmsg_type=(RTM_GET\w+|SOCK_DIAG_BY_FAMILY)", line) for line in sent), sent
    assert not [line for line in lines if re.search(r"O_(WRONLY|RDWR|CREAT)", line) and "/dev/null" not in line]
