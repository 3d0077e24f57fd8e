"""`pending`, `keep` and `revert`: changes that wait, decided by processes that didn't make them."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import ascii_uppercase

import pytest

from tests.app.cli.verbs import Done, verb
from tests.app.test_cli import TUI
from tests.changes import setting
from tests.driven import states
from tests.guards import FOREVER, all_are, files, guards, killed, leave_one, set_mtu, steps_of
from tests.hostile import NAMES, controls
from tests.links import REAL_ROOT, Ip, many, needs_root, until
from tests.sshd import Ssh, an_sshd
from tests.terminal import ROOT
from tui.guard.client import Guard


@pytest.fixture
def three(ip: Ip, room: Path) -> None:
    """Three links, m0 to m2."""
    many("ifb", 3, 7, up=False)


def refused(done: Done, *says: str) -> None:
    """Prove that it told so in one sentence, and did nothing."""
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("ifgroup: ")
    assert done.err.count("\n") == 1
    for text in says:
        assert text in done.err


def test_nothing_waits(three: None) -> None:
    done = verb("pending")
    assert (done.status, done.out, done.err) == (0, "No change waits to be kept.\n", "")
    assert verb("pending", "--json").json == {"schema": 1, "pending": []}
    for word in ("keep", "revert"):
        done = verb(word)
        assert (done.status, done.err) == (2, "ifgroup: Say which change, by its id; none waits here.\n")
        refused(verb(word, "1-2"), "No change “1-2” waits here: none waits here.")


def test_what_waits_is_listed(three: None, ip: Ip) -> None:
    guard = leave_one(ip, 3600.0)
    done = verb("pending")
    assert re.fullmatch(
        rf"{guard.path.stem}: a test, by \S+.* pid {os.getpid()}, since [-0-9]{{10}} [:0-9]{{8}}; "
        r"it is taken back in 3[56]\d\d s\.\n",
        done.out,
    )
    (row,) = verb("pending", "--json", "--read-only").json["pending"]
    assert (row["id"], row["what"], row["guarded"], row["guard_pid"]) == (guard.path.stem, "a test", True, guard.pid)
    assert row["who"].endswith(f"pid {os.getpid()}")
    assert 3500 < row["left_s"] <= 3600
    since, deadline = (datetime.fromisoformat(row[key]) for key in ("since", "deadline"))
    assert since <= datetime.now(UTC) <= deadline <= datetime.now(UTC) + timedelta(hours=1)
    assert verb("keep", guard.path.stem).status == 0


def test_kept(three: None, ip: Ip, tmp_path: Path) -> None:
    name = leave_one(ip).path.stem
    done = verb("keep", name, "--json", "--audit", tmp_path / "audit")
    told = done.json
    assert (done.status, told["verb"], told["id"], told["result"]) == (0, "keep", name, "done")
    assert (told["schema"], told["changed"], told["changed_members"], told["kept"]) == (1, False, [], True)
    assert (told["text"], done.err, all_are(ip, 1400)) == ("a test: kept.", "", True)
    assert json.loads((tmp_path / "audit").read_text())["event"] == "keep"
    refused(verb("keep", name), f"No change “{name}” waits here: none waits here.")


def test_taken_back(three: None, ip: Ip) -> None:
    name = leave_one(ip).path.stem
    done = verb("revert", name, "--json")
    told = done.json
    assert (done.status, told["result"], told["changed"], told["kept"]) == (0, "done", True, False)
    assert done.names == ["m0", "m1", "m2"]
    assert told["changed_members"][0] | {"ifindex": 0} == {
        "ifindex": 0,
        "ifname": "m0",
        "before": {"mtu": 1400},
        "after": {"mtu": 1500},
    }
    assert (told["refused"], told["missing"], told["gone"]) == ([], [], [])
    assert told["text"].startswith("a test: taken back (")
    assert all_are(ip, 1500)


def test_who_was_changed_by_others_is_left_alone_and_told(three: None, ip: Ip) -> None:
    name = leave_one(ip).path.stem
    ip("link", "set", "m1", "mtu", 1300)
    done = verb("revert", name, "--json")
    assert (done.status, done.names) == (0, ["m0", "m2"])
    assert [row["ifname"] for row in done.json["changed_since"]] == ["m1"]


def test_in_sentences(three: None, ip: Ip) -> None:
    assert verb("keep", leave_one(ip).path.stem).out == "a test: kept.\n"
    set_mtu(ip, "m", 1500)
    done = verb("revert", leave_one(ip).path.stem)
    assert re.fullmatch(r"a test: taken back \(.*pid \d+ asked for it\): 3 put back\.\n", done.out)


@pytest.mark.parametrize("word", ["keep", "revert"])
def test_without_an_id_a_script_is_told_to_say_what_it_means(three: None, ip: Ip, word: str) -> None:
    guard = leave_one(ip)
    done = verb(word)
    assert (done.status, done.out) == (2, "")
    assert f"Say which change, by its id: `ifgroup {word} {guard.path.stem}` is for a test, by " in done.err
    refused(verb(word, "1-2"), f"No change “1-2” waits here: there is {guard.path.stem}.")
    told = verb(word, "1\x1b[7m", "--json")
    assert (told.status, told.json["result"], told.json["verb"]) == (1, "refused", word)
    assert "1\\x1b[7m" in told.json["text"]
    refused(verb(word, guard.path.stem, "--read-only"), "ifgroup was started with --read-only")
    assert (guard.ended, all_are(ip, 1400)) == (None, True)
    guard.wait(0)
    os.kill(guard.pid, signal.SIGTERM)


def test_of_several_the_nearest_is_named(three: None, ip: Ip) -> None:
    made = []
    for name in ("m0", "m1"):
        steps = steps_of(name, setting(mtu=1400))
        made.append(Guard.arm(steps, timeout=FOREVER, change_wait=FOREVER, audit=None, what=name, journal=False))
    ids = [guard.path.stem for guard in made]
    assert [row["id"] for row in verb("pending", "--json").json["pending"]] == ids
    assert f"{ids[0]}, {ids[1]}; `ifgroup pending` tells what they are" in verb("keep").err
    refused(verb("keep", ids[1][:-1]), f"Did you mean {ids[1]}?")
    for guard in made:
        guard.keep()


def test_what_killed_ones_left_is_told_and_decided(three: None, ip: Ip) -> None:
    guard = leave_one(ip)
    killed(guard.pid)
    until(lambda: not verb("pending", "--json").json["pending"][0]["guarded"], "the end of its lock")
    assert verb("pending").out.endswith("; it stays so: its guard was killed.\n")
    done = verb("revert", guard.path.stem, "--json")
    assert (done.status, done.names, all_are(ip, 1500)) == (0, ["m0", "m1", "m2"], True)
    assert files() == []


def test_a_stopped_guard_is_told_of(three: None, ip: Ip) -> None:
    guard = leave_one(ip)
    os.kill(guard.pid, signal.SIGSTOP)
    refused(verb("keep", guard.path.stem), f"did not answer within 5.003 s (pid {guard.pid}; is it stopped?)")
    os.kill(guard.pid, signal.SIGCONT)
    assert verb("revert", guard.path.stem).status == 0


def test_hostile_words_reach_no_terminal(ip: Ip, room: Path) -> None:
    waiting = {}
    for raw, letter in zip(NAMES, ascii_uppercase, strict=False):
        many("ifb", 1, 7, up=False, prefix=letter)
        steps, what = steps_of(letter, setting(mtu=1400)), os.fsdecode(raw)
        guard = Guard.arm(steps, timeout=FOREVER, change_wait=FOREVER, audit=None, what=what, journal=False)
        guard.sent()
        guard.leave()
        waiting[raw] = guard.path.stem
    assert len(waiting) == len(NAMES)
    pending, keep, plain = verb("pending"), verb("keep"), verb("pending", "--ascii")
    for done in (pending, keep, plain):
        assert not controls((done.out + done.err).replace("\n", ""))
    assert plain.out.isascii()
    for raw, name in waiting.items():
        (line,) = (line for line in pending.out.splitlines() if line.startswith(f"{name}: "))
        assert line.startswith(f"{name}: {NAMES[raw]}, by ")
        kept = verb("keep", name)
        assert kept.out == f"{NAMES[raw]}: kept.\n"


@needs_root
def test_another_namespace_is_looked_at(three: None, ip: Ip) -> None:
    guard = leave_one(ip)
    with subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; exec sleep 60"], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        there = ("--netns", f"/proc/{other.pid}/ns/net")
        assert verb("pending", "--json", *there).json["pending"] == []
        refused(verb("keep", guard.path.stem, *there), "none waits here")
        away = ("nsenter", there[1].replace("/proc", "--net=/proc"))
        back = f"/proc/{os.getpid()}/ns/net"
        assert verb("keep", guard.path.stem, "--netns", back, before=away).status == 0
        other.kill()


def test_a_user_is_told_whose_the_others_are(three: None, ip: Ip) -> None:
    if not REAL_ROOT:
        pytest.skip("there is no other user")
    drop = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    probe = subprocess.run(
        [*drop, sys.executable, "-c", "import tui.cli.keep"], cwd=ROOT, check=False, capture_output=True
    )
    if probe.returncode:
        pytest.skip("no other user can run this Python")
    guard = leave_one(ip)
    refused(verb("keep", guard.path.stem, before=drop), "those of root are for root to decide")
    assert "those of root are told to root alone" in verb("pending", before=drop).out
    assert verb("keep", guard.path.stem).status == 0


@pytest.fixture
def ssh(ip: Ip, room: Path, tmp_path: Path) -> Iterator[Ssh]:
    """A machine that is reached over a wire: u0, in group 7."""
    with an_sshd(ip, tmp_path) as made:
        made.wire("u0", "w0", ("10.9.0.1/24", "10.9.0.2/24"))
        ip("link", "set", "u0", "group", 7)
        yield made


def line_in(ssh: Ssh, *words: str, terminal: bool = False) -> list[str]:
    """Return the command line that logs in and runs `ifgroup` with ``words``."""
    run = f"cd {shlex.quote(str(ROOT))} && {shlex.join([*TUI, *words])}"
    host = ssh.words("10.9.0.1")
    there = [host[0], "-tt", *host[1:]] if terminal else host
    return ["nsenter", f"--net=/proc/{ssh.client}/ns/net", *there, f"{run}; sleep 600" if terminal else run]


def over(ssh: Ssh, *words: str) -> Done:
    """Run it over a connection of its own."""
    return Done(subprocess.run(line_in(ssh, *words), input=b"", capture_output=True, check=False, timeout=60))


def test_over_a_connection_that_dies_it_is_taken_back(ssh: Ssh, ip: Ip) -> None:
    line = line_in(ssh, "down", "7", "--yes=7", "--confirm=5")
    with subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as client:
        until(lambda: not states(ip)["u0"].up, "the connection's death")
        client.kill()
    until(lambda: states(ip)["u0"].up, "the revert")
    until(lambda: not guards(), "the guard's end")
    assert over(ssh, "pending").out == "No change waits to be kept.\n"


def test_over_a_new_connection_it_is_kept(ssh: Ssh, ip: Ip) -> None:
    made = over(ssh, "set", "7", "mtu", "1400", "--yes=7", "--confirm=600", "--json")
    assert (made.status, made.json["result"]) == (0, "pending"), made.err
    kept = over(ssh, "keep", made.json["confirm"]["id"], "--json")
    assert (kept.status, kept.json["result"]) == (0, "done"), kept.err
    until(lambda: not guards(), "the guard's end")
    assert states(ip)["u0"].mtu == 1400


def test_the_session_that_made_it_killed_it_waits_all_the_same(ssh: Ssh, ip: Ip) -> None:
    line = line_in(ssh, "set", "7", "mtu", "1400", "--yes=7", "--confirm=600", terminal=True)
    with subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as client:
        assert client.stdout is not None
        told = next(line for line in client.stdout if b"ifgroup keep" in line).decode()
        client.kill()
    name = told.split()[-1]
    (waiting,) = over(ssh, "pending", "--json").json["pending"]
    assert (waiting["id"], waiting["guarded"], states(ip)["u0"].mtu) == (name, True, 1400)
    assert over(ssh, "revert", name).status == 0
    assert states(ip)["u0"].mtu == 1500
