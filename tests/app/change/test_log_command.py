"""`ifgroup log`: what real changes left on record, told, narrowed, and done again by its own lines."""

import json
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.app.cli.verbs import Done, verb
from tests.hostile import NAMES, controls
from tests.links import Ip, add, cheap_kind
from tui.cli.log import since_of
from tui.files.audit import netns_here

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


class Sitting:
    """Verbs that put what they do on one record."""

    def __init__(self, audit: Path) -> None:
        self.audit = audit
        self.names = audit.with_name("group")
        self.names.write_text("10 dmz\n20 web\n")

    def do(self, *words: str, stdin: bytes = b"") -> Done:
        return verb(*words, "--audit", self.audit, "--names", self.names, stdin=stdin)

    def log(self, *words: str) -> Done:
        done = self.do("log", *words)
        assert not controls(done.out + done.err)
        return done

    def write(self, **record: Any) -> None:
        with self.audit.open("a") as file:
            file.write(json.dumps({"time": "2026-01-01T00:00:00Z", "event": "change", **record}) + "\n")


@pytest.fixture
def sitting(tmp_path: Path) -> Sitting:
    return Sitting(tmp_path / "audit")


def state() -> dict[str, tuple[object, ...]]:
    """Return what can be set of each interface."""
    # `ip -j` leaves control characters as they are, which json.loads takes if it isn't strict.
    raw = subprocess.run(["ip", "-j", "link"], capture_output=True, check=True).stdout
    links = json.loads(raw.decode(errors="surrogateescape"), strict=False)
    return {
        link["ifname"]: (link["mtu"], link.get("group"), link["txqlen"], "UP" in link["flags"])
        for link in links
        if link["ifname"] != "lo"
    }


def run_lines(lines: str, shell: str = "sh") -> None:
    done = subprocess.run([shell, "-eu", "-c", lines], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), lines


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_its_lines_do_the_same_again_whatever_names_hold(ip: Ip, sitting: Sitting, shell: str) -> None:
    kind = cheap_kind(ip)
    for name in (*NAMES, b"a0", b"a1", b"a2"):
        ip("link", "add", "name", name, "type", kind)
        ip("link", "set", "dev", name, "group", 10)
    before = state()
    some = b"\0".join([*list(NAMES)[:9], b"a0"])
    assert sitting.do("set", "dmz", "mtu", "1400", "txqueuelen", "77").status == 0
    assert sitting.do("up", "-", "-0", stdin=some).status == 0
    assert sitting.do("retag", "--to", "20", "re:^a[0-9]").status == 0
    assert sitting.do("set", "20", "mtu", "1300", "up").status == 0
    assert sitting.do("down", "--filter", "name:a1").status == 0
    after = state()
    assert after != before
    lines = sitting.log("--sh")
    assert (lines.status, lines.err) == (0, "")
    assert "not done again" not in lines.out
    assert lines.out.isascii()
    assert [line for line in lines.out.splitlines() if not line.startswith("#")] != []
    run_lines("ip link set group 10 mtu 1500 txqueuelen 1000 down; ip link set group 20 mtu 1500 txqueuelen 1000 down")
    run_lines("for dev in a0 a1 a2; do ip link set dev $dev group 10; done")
    assert state() != after
    run_lines(lines.out, shell)
    assert state() == after


def test_each_is_a_line_with_who_what_and_what_came_of_it(ip: Ip, sitting: Sitting) -> None:
    for name in ("a0", "a1"):
        add(ip, cheap_kind(ip), name)
        ip("link", "set", name, "group", 10)
    sitting.do("set", "10", "mtu", "1400")
    sitting.do("names", "set", "lab", "30")
    sitting.do("retag", "--to", "20", "name:a1")
    first, second, third = sitting.log().out.splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  \w+  group dmz \(10\) MTU 1400  done: 2 changed", first)
    assert second.endswith(f"  name map {sitting.names}  saved")
    assert third.endswith("  done: 1 changed")
    assert sitting.log("--group", "web").out == sitting.log("--group", "20").out == third + "\n"
    assert sitting.log("--group", "10").out.splitlines() == [first, third]
    assert sitting.log("--group", "30").out.splitlines() == [second]
    assert sitting.log("--group", "wep").status == 1
    assert "Did you mean web?" in sitting.log("--group", "wep").err
    rows = [json.loads(line) for line in sitting.log("--json", "--sh").out.splitlines()]
    assert [row["event"] for row in rows] == ["change", "save", "change"]
    assert rows[0]["ip"] == ["ip link set group 10 mtu 1400"]
    assert rows[1]["ip"] == ["# not done again: the name map was saved, which is no change of interfaces"]
    assert rows[0]["settings"] == {"mtu": 1400}
    assert rows[2]["groups"] == [10]


def test_since_narrows_it(sitting: Sitting) -> None:
    now = datetime.now(UTC)
    for hours, what in ((50, "old"), (3, "today"), (0, "now")):
        sitting.write(time=(now - timedelta(hours=hours)).isoformat(), what=what, messages=1, outcome="done")
    for since, found in (("1h", 1), ("2d", 2), ("3d", 3), (f"{now - timedelta(hours=4):%Y-%m-%dT%H:%M:%SZ}", 2)):
        assert len(sitting.log("--since", since).out.splitlines()) == found
    done = sitting.log("--since", "2100-01-01")
    assert (done.status, done.out) == (0, "")
    assert done.err == f"ifgroup: Nothing that was asked for is on record in {sitting.audit}.\n"
    for wrong in ("", "1", "h", "1y", "99999999w", "yesterday", "-1h", "٣h", "\x1b[7m", "2026-13-01"):
        done = sitting.log(f"--since={wrong}")
        assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
        assert "is no time; give 90s, 15m, 1h or 2d" in done.err


@pytest.mark.parametrize(
    ("text", "ago"),
    [("90s", 90), ("15m", 900), ("1h", 3600), ("2d", 172_800), ("1w", 604_800), ("0s", 0)],
)
def test_a_span_is_taken_from_now(text: str, ago: int) -> None:
    assert since_of(text, NOW) == NOW - timedelta(seconds=ago)


def test_a_time_without_a_zone_is_this_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC-3")
    time.tzset()
    try:
        assert since_of("2026-03-04T08:06:07", NOW) == NOW
        assert since_of("2026-03-04 08:06:07", NOW) == NOW
        assert since_of("2026-03-04T05:06:07Z", NOW) == NOW
        assert since_of("2026-03-04", NOW) == datetime(2026, 3, 3, 21, tzinfo=UTC)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_torn_and_foreign_lines_are_left_out_and_counted(sitting: Sitting) -> None:
    sitting.write(what="one", messages=1, outcome="done")
    with sitting.audit.open("ab") as file:
        file.write(b'{"time":"2026-01\n\n\xff\xfe\nhello\x1b[7m\n' + b"[" * 10_000 + b"\n")
    sitting.write(what="two\x1b]0;x\x07\nthree\u202e", messages=1, outcome="done", user="a\x1bb")
    with sitting.audit.open("ab") as file:
        file.write(b'{"time":"2026-01-01T00:00:00Z","event":"chan')
    done = sitting.log()
    assert done.status == 0
    assert len(done.out.splitlines()) == 2
    assert "two\\x1b]0;x\\x07\\x0athree<U+202E>" in done.out
    assert done.err == f"ifgroup: 5 lines of {sitting.audit} were left out: torn, or not ours.\n"
    assert sitting.log("--sh").out.isascii()
    assert [json.loads(line) for line in sitting.log("--json").out.splitlines()]


def test_without_a_file_one_sentence_says_so(sitting: Sitting) -> None:
    done = sitting.log()
    assert (done.status, done.out) == (1, "")
    assert done.err == (
        f"ifgroup: There is no audit file {sitting.audit}: nothing is on record there; --audit names another.\n"
    )


def test_guard_and_keeping_go_with_the_change_they_name(sitting: Sitting) -> None:
    sitting.write(what="group 10 down", group_id=10, messages=1, outcome="done")
    sitting.write(what="group 11 down", group_id=11, messages=1, outcome="done")
    sitting.write(event="revert", what="group 10 down", why="timeout", complete=True, back=[[3, "a0"]])
    sitting.write(event="keep", what="group 11 down")
    told = [line.split("  ", 2)[2] for line in sitting.log("--group", "10").out.splitlines()]
    assert told == [
        "group 10 down  done: it had no members",
        "taken back: group 10 down  reverted (timeout): 1 interface put back",
    ]
    assert "kept: group 11 down  kept" in sitting.log("--group", "11").out


def test_a_reader_that_has_seen_enough_is_no_error(sitting: Sitting) -> None:
    for number in range(2000):
        sitting.write(what=f"change {number}", messages=1, outcome="done")
    line = f"{sys.executable} -m tui log --audit {sitting.audit} --names {sitting.names} | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 1)


def test_another_namespace_of_the_same_number_is_told_apart(ip: Ip, sitting: Sitting) -> None:
    if not netns_here().id:
        pytest.skip("the kernel gives namespaces no cookies")
    add(ip, cheap_kind(ip), "a0")
    make = f'ip link add a0 type {cheap_kind(ip)}; ip link set a0 group 10; exec "$@"'
    elsewhere = ("unshare", "--net", "sh", "-ec", make, "sh")
    assert verb("set", "10", "mtu", "1400", "--audit", sitting.audit, before=elsewhere).status == 0
    record = json.loads(sitting.audit.read_text())
    record["netns"] = netns_here().name  # as it is where the first has gone, and the kernel gives its number again
    sitting.audit.write_text(json.dumps(record) + "\n")
    assert sitting.log("--sh").out.splitlines()[1].startswith("# not done again: that was in another network namespace")
    assert f" in {netns_here().name}  group " in sitting.log().out
