"""The audit file: every record one line, whoever writes and whatever is in it; what can't be written is told."""

import json
import os
import pwd
import socket
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import ALIASES, NAMES
from tests.links import fuzz, needs_root
from tests.terminal import ROOT, terminal
from tui.files.audit import Audit, brief, default_path
from tui.files.syslog import notice
from tui.netlink import namespace


def records(path: Path) -> list[dict[str, Any]]:
    """Return the records of a file that holds nothing but whole lines."""
    data = path.read_bytes()
    assert data.isascii()
    assert data.endswith(b"\n")
    return [json.loads(line) for line in data.splitlines()]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("SUDO_UID", raising=False)
    return tmp_path / "ifgroup" / "audit.jsonl"


@pytest.fixture
def log(path: Path) -> Audit:
    return Audit(path, ())


@needs_root
def test_a_record_tells_who_where_and_when(
    netns: None, path: Path, log: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "eve\n{}")
    assert log.write({"what": "group dmz up", "outcome": "done", "members": [[1, "eth0"]]}) == ""
    [record] = records(path)
    assert record["what"] == "group dmz up"
    assert record["members"] == [[1, "eth0"]]
    assert abs((datetime.fromisoformat(record["time"]) - datetime.now(UTC)).total_seconds()) < 60
    assert record["time"].endswith("Z")
    assert (record["user"], record["uid"]) == (pwd.getpwuid(os.getuid()).pw_name, os.getuid())
    assert record.get("sudo_user") == ("eve\\x0a{}" if os.getuid() == 0 else None)
    assert record["pid"] == os.getpid()
    assert record["host"] == os.uname().nodename
    assert record["netns"] == os.readlink("/proc/thread-self/ns/net")
    assert record.get("login_uid") != 0xFFFFFFFF


def test_a_record_names_the_terminal(path: Path) -> None:
    code = f"from tui.files.audit import Audit; from pathlib import Path; Audit(Path({str(path)!r}), ()).write({{}})"
    with terminal("-c", code, ready="") as made:
        name = os.ttyname(made.slave)
        assert made.ended(30) == 0
    assert records(path)[0]["tty"] == name


@needs_root
def test_no_record_overrides_who_where_and_when(path: Path, log: Audit) -> None:
    assert log.write({"user": "nobody", "uid": 5, "time": "never", "pid": 1, "host": "x", "netns": "x"}) == ""
    [record] = records(path)
    assert record["pid"] == os.getpid()
    assert record["uid"] == os.getuid()
    assert "nobody" not in path.read_text()
    assert "never" not in path.read_text()


def test_the_file_and_its_directory_are_ours_alone(path: Path, log: Audit) -> None:
    before = os.umask(0)
    try:
        assert log.write({}) == ""
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


TEXT = st.one_of(st.text(), st.sampled_from([raw.decode(errors="replace") for raw in (*NAMES, *ALIASES)]))


def test_no_text_begins_a_line_of_its_own(path: Path) -> None:
    forged = '"}\n{"time":"2000-01-01","user":"root","what":"forged"}\n'

    @fuzz
    @given(st.dictionaries(TEXT, st.one_of(TEXT, st.lists(TEXT), st.dictionaries(TEXT, TEXT))))
    def check(record: dict[str, Any]) -> None:
        path.unlink(missing_ok=True)
        mine = {f"x{key}": value for key, value in record.items()}
        for each in (mine, {"what": forged, forged: [forged]}):
            assert Audit(path, ()).write(each) == ""
        first, second = records(path)
        assert {key: value for key, value in first.items() if key in mine} == mine
        assert second["what"] == forged

    check()


def test_many_writers_never_mix_their_lines(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tui.files.audit import brief, Audit\n"
        f"log = Audit(Path({str(path)!r}), ())\n"
        "for n in range(50): assert log.write({'n': n, 'members': [sys.argv[1]] * 5000}) == ''"
    )
    path.parent.mkdir()
    with (
        subprocess.Popen([sys.executable, "-c", code, "aaaa"], cwd=ROOT) as first,
        subprocess.Popen([sys.executable, "-c", code, "bbbb"], cwd=ROOT) as second,
    ):
        pass
    assert (first.returncode, second.returncode) == (0, 0)
    found = [json.loads(line) for line in path.read_bytes().splitlines() if line]
    assert len(found) == 100
    for who in ("aaaa", "bbbb"):
        mine = [record for record in found if record["members"][0] == who]
        assert [record["n"] for record in mine] == list(range(50))
        assert all(record["members"] == [who] * 5000 for record in mine)


def test_16384_members_are_one_line(path: Path, log: Audit) -> None:
    row = {"became": "changed", "before": {"mtu": 1500}, "after": {"mtu": 9000}}
    rows = [{"ifindex": index, "ifname": f"customers-{index}", **row} for index in range(16_384)]
    assert log.write({"members": rows}) == ""
    assert log.write({"members": []}) == ""
    first, second = records(path)
    assert first["members"] == rows
    assert second["members"] == []


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("symbolic link", "it is a symbolic link"),
        ("dangling link", "it is a symbolic link"),
        ("FIFO", "it is no regular file"),
        ("directory", "Is a directory"),
        ("hard link", "it has a second name"),
        ("writable by all", "others may write it: chmod go-w"),
        ("another's", "it belongs to another user"),
        ("in a file", "Not a directory"),
    ],
)
@needs_root
def test_what_is_no_file_of_ours_is_left_alone(path: Path, log: Audit, tmp_path: Path, what: str, told: str) -> None:
    path.parent.mkdir()
    victim = tmp_path / "victim"
    victim.write_text("precious\n")
    match what:
        case "symbolic link":
            path.symlink_to(victim)
        case "dangling link":
            path.symlink_to(tmp_path / "nothing")
        case "FIFO":
            os.mkfifo(path)
        case "directory":
            path.mkdir()
        case "hard link":
            os.link(victim, path)
        case "writable by all":
            path.write_text("precious\n")
            path.chmod(0o620)
        case "another's":
            if os.geteuid() != 0:
                pytest.skip("needs root")
            path.write_text("precious\n")
            os.chown(path, 65534, 65534)
        case "in a file":
            log = Audit(victim / "audit.jsonl", ())
    complaint = log.write({"what": "x"})
    assert told in complaint
    assert complaint.startswith("The change is not on record: ")
    assert victim.read_text() == "precious\n"
    assert not (tmp_path / "nothing").exists()
    if path.is_file():
        assert path.read_text() == "precious\n"
    # The same can be told before.
    assert told in log.obstacle()
    assert log.obstacle().startswith("No change will be on record: ")
    assert victim.read_text() == "precious\n"


def test_no_directory_is_made_but_our_own(tmp_path: Path, path: Path, log: Audit) -> None:
    named = Audit(tmp_path / "typo" / "audit.jsonl", ())
    told = f"{named.path} can't be written (its directory is missing: make it with mkdir)."
    assert named.obstacle() == f"No change will be on record: {told}"
    assert named.write({}) == f"The change is not on record: {told}"
    assert log.obstacle() == ""
    assert list(tmp_path.iterdir()) == []
    assert log.write({}) == ""
    assert path.exists()


def test_what_can_be_written_is_not_touched_beforehand(tmp_path: Path) -> None:
    log = Audit(tmp_path / "audit.jsonl", ())
    assert log.obstacle() == ""
    assert list(tmp_path.iterdir()) == []
    assert log.write({}) == ""
    before = (tmp_path / "audit.jsonl").stat().st_mtime_ns
    assert log.obstacle() == ""
    assert (tmp_path / "audit.jsonl").stat().st_mtime_ns == before
    assert Audit(None).obstacle() == ""


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    """A file system of 64 KiB; the tests have mounts of their own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    try:
        namespace.mount("tmpfs", str(disk), "tmpfs", data="size=64k")
    except OSError:
        pytest.skip("nothing can be mounted here")
    return disk


@needs_root
def test_a_full_disk_is_told_and_spoils_no_other_line(netns: None, small_disk: Path) -> None:
    path = small_disk / "audit.jsonl"
    log = Audit(path, ())
    assert log.write({"n": 1}) == ""
    complaint = log.write({"n": 2, "what": "x" * 100_000})
    assert "can't be written (only " in complaint
    assert "of 10" in complaint
    assert path.stat().st_size > 4096, "part of the line is there"
    assert "No space left on device" in log.write({"n": 3})
    bigger = str(small_disk)
    subprocess.run(["mount", "-o", "remount,size=1m", bigger], check=True)
    assert log.write({"n": 4}) == ""
    lines = path.read_bytes().splitlines()
    assert json.loads(lines[0])["n"] == 1
    assert json.loads(lines[-1])["n"] == 4
    assert len(lines) == 3


def test_a_short_write_is_told_and_the_next_line_is_whole(path: Path) -> None:
    code = (
        "import resource; from pathlib import Path; from tui.files.audit import brief, Audit\n"
        f"log = Audit(Path({str(path)!r}), ())\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 1 << 20))\n"
        "print(log.write({'what': 'x' * 5000}))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))\n"
        "print(log.write({'n': 2}), 'end')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "can't be written (only 4000 of " in done.stdout
    assert done.stdout.endswith("\n end\n")
    torn, whole = path.read_bytes().splitlines()
    assert len(torn) == 4000
    assert json.loads(whole)["n"] == 2


def test_a_line_torn_by_a_kill_is_ended_first(path: Path, log: Audit) -> None:
    path.parent.mkdir()
    path.write_bytes(b'{"n":1}\n{"n":2,"wh')
    path.chmod(0o600)
    assert log.write({"n": 3}) == ""
    lines = path.read_bytes().splitlines()
    assert lines[:2] == [b'{"n":1}', b'{"n":2,"wh']
    assert json.loads(lines[2])["n"] == 3
    assert len(lines) == 3


def test_without_a_path_nothing_is_recorded(tmp_path: Path) -> None:
    with listening(tmp_path / "log") as sock:
        assert Audit(None, (tmp_path / "log",)).write({"n": 1}) == ""
        with pytest.raises(BlockingIOError):
            sock.recv(1)


def listening(path: Path) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.bind(str(path))
    sock.setblocking(False)
    return sock


@needs_root
def test_the_system_log_gets_a_short_form(path: Path, tmp_path: Path) -> None:
    rows = [[index, f"v{index}"] for index in range(16_384)]
    with listening(tmp_path / "log") as sock:
        log = Audit(path, (tmp_path / "nobody", tmp_path / "log"))
        assert log.write({"what": "group dmz up", "outcome": "done", "members": rows}) == ""
        data = sock.recv(1 << 20)
    assert len(data) < 1000
    head, _, line = data.decode("ascii").partition(": ")
    assert head.startswith("<13>")
    assert head.endswith(f" ifgroup[{os.getpid()}]")
    short = json.loads(line)
    assert short["members"] == 16_384
    assert (short["what"], short["outcome"], short["uid"]) == ("group dmz up", "done", os.getuid())
    assert records(path)[0]["members"] == rows


@fuzz
@given(st.dictionaries(TEXT, st.one_of(TEXT, st.text("漢\x1b\n", min_size=200), st.integers()), max_size=20))
def test_the_short_form_is_one_short_printable_line(record: dict[str, Any]) -> None:
    line = brief({"user": "root", "uid": 0, **record})
    assert len(line) <= 900
    assert line.isascii()
    assert line.isprintable() or "\x7f" in line
    assert json.loads(line)["uid"] == record.get("uid", 0)


def test_long_words_do_not_push_the_outcome_out() -> None:
    record = {"what": "漢" * 300, "outcome": "partly", "kernel": "\x1b" * 300, "members": [1, 2]}
    short = json.loads(brief(record))
    assert (short["outcome"], short["members"]) == ("partly", 2)
    assert short["what"].startswith("漢漢漢漢漢漢漢漢漢漢")


def test_a_system_log_that_is_stuck_is_told_and_holds_nobody_up(path: Path, tmp_path: Path) -> None:
    with listening(tmp_path / "log"):
        log, complaint = Audit(path, (tmp_path / "log",)), ""
        for _ in range(5000):
            if complaint := log.write({"n": 1}):
                break
        assert "did not take the change" in complaint
    assert "not on record" not in complaint


def test_a_system_log_that_is_gone_is_no_reason_to_complain(tmp_path: Path) -> None:
    listening(tmp_path / "log").close()
    assert notice("x", (tmp_path / "log", tmp_path / "never")) == ""
    assert notice("x", ()) == ""


def test_roots_file_is_among_the_systems_logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.delenv("SUDO_UID", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert default_path(private=False, log=tmp_path / "ifgroup.jsonl") == tmp_path / "ifgroup.jsonl"
    assert default_path(private=True) == Path("/state/ifgroup/audit.jsonl")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert default_path(private=False, log=Path("/proc/self/ifgroup.jsonl")) == Path("/state/ifgroup/audit.jsonl")
    monkeypatch.setenv("XDG_STATE_HOME", "not/absolute")
    monkeypatch.setenv("HOME", "/home/eve")
    assert default_path(private=True) == Path("/home/eve/.local/state/ifgroup/audit.jsonl")
    monkeypatch.setenv("SUDO_UID", "1000")
    assert default_path(private=True) == Path(pwd.getpwuid(0).pw_dir) / ".local/state/ifgroup/audit.jsonl"


@needs_root
def test_the_root_of_a_lab_is_recorded_as_the_user_who_began_it(path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")
    path.parent.mkdir()
    os.chown(path.parent, 65534, 65534)
    code = (
        "import ctypes, os; from pathlib import Path\n"
        "from tui.files.audit import brief, Audit; from tui.netlink import namespace\n"
        f"os.chdir({str(path.parent)!r}); os.setgid(65534); os.setuid(65534)\n"
        "ctypes.CDLL(None).prctl(4, 1)\n"  # PR_SET_DUMPABLE: else /proc/self is root's
        "namespace.enter_private(); print(os.getuid(), Audit(Path('audit.jsonl'), ()).write({}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    if "can't be made" in done.stderr:
        pytest.skip("no user namespaces here")
    assert (done.stdout, done.stderr) == ("0 \n", "")
    assert records(path)[0]["uid"] == 65534
    assert records(path)[0]["user"] == pwd.getpwuid(65534).pw_name


def test_threads_write_whole_lines(path: Path, log: Audit) -> None:
    threads = [threading.Thread(target=lambda: log.write({"n": ["x"] * 1000})) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([line for line in path.read_bytes().splitlines() if json.loads(line or "{}")]) == 20
