"""`ifgroup names`: files, statuses and JSON as a script sees them; several at once; what can't be written."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.app.test_cli import TUI
from tests.hostile import controls
from tests.links import Ip, add, cheap_kind
from tests.terminal import ROOT

TEXT = b"# ours\n10\tdmz\n20 web\n"
Done = subprocess.CompletedProcess[str]


class Map:
    """A name map of its own, an audit file beside it, and the command."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "group"
        self.path.write_bytes(TEXT)
        self.audit = folder / "audit"

    def run(self, *words: str, before: tuple[str, ...] = (), **environment: str) -> Done:
        more = () if words[0] in ("list", "check", "match") else ("--audit", str(self.audit))
        return subprocess.run(
            [*before, *TUI, "names", *words, "--names", str(self.path), *more],
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **environment},
            timeout=60,
        )

    def json(self, *words: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run(*words, "--json").stdout)
        return found

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.audit.read_text().splitlines()] if self.audit.exists() else []

    def state(self) -> tuple[object, ...]:
        """Return what any write in the folder would change."""
        found = [(path.name, path.stat().st_ino, path.stat().st_mtime_ns) for path in self.path.parent.iterdir()]
        return (*sorted(found), self.path.read_bytes())


@pytest.fixture
def names(tmp_path: Path) -> Map:
    return Map(tmp_path)


def test_list_prints_every_entry_with_what_ip_makes_of_it(names: Map) -> None:
    names.path.write_bytes(TEXT + b"10 late\nnonsense\n30 lost\n")
    done = names.run("list")
    assert (done.returncode, done.stdout) == (0, "10  dmz\n20  web\n10  late\n30  lost\n")
    assert done.stderr == f"ifgroup: {names.path}:5: this line is malformed: `ip` reads no further.\n"
    found = names.json("list")
    assert (found["schema"], found["file"], found["malformed"]) == (1, str(names.path), 5)
    dmz, _, late, lost = found["names"]
    keys = {"group_id": 10, "group": "dmz", "line": 2, "shown": False, "resolves": True, "comment": "ours"}
    assert dmz == keys
    assert (late["shown"], late["resolves"]) == (True, True)
    assert (lost["shown"], lost["resolves"]) == (False, False)


def test_set_rename_and_rm_write_once_and_are_on_record(names: Map) -> None:
    done = names.run("set", "lab", "30")
    assert (done.returncode, done.stdout, done.stderr) == (0, "Group 30 is named lab now.\n", "")
    assert names.path.read_bytes() == TEXT + b"30 lab\n"
    assert names.path.with_name("group-").read_bytes() == TEXT
    assert names.run("rename", "lab", "attic").stdout == "Group 30 is named attic now, no longer lab.\n"
    assert names.run("rm", "30").stdout == "Group 30 has no name now, no longer attic.\n"
    assert names.path.read_bytes() == TEXT
    records = names.records()
    assert [record["event"] for record in records] == ["save"] * 3
    assert records[0]["what"] == f"name map {names.path}"
    assert records[0]["outcome"] == "saved"
    assert records[0]["diff"][-1] == "+30 lab"


@pytest.mark.parametrize(
    "words",
    [
        ("set", "dmz", "10"),
        ("set", "10", "dmz"),
        ("rename", "old", "web"),
        ("rm", "nobody"),
        ("set", "lab", "30", "--dry-run"),
        ("rm", "web", "--dry-run"),
        ("set", "lab", "10"),
        ("set", "a", "b"),
        ("rename", "dmz", "web"),
        ("set", "lab", "30", "--read-only"),
    ],
)
def test_what_changes_nothing_writes_nothing(names: Map, words: tuple[str, ...]) -> None:
    before = names.state()
    names.run(*words)
    assert names.state() == before


def test_the_status_tells_what_came_of_it(names: Map) -> None:
    for status, *words in (
        (0, "set", "dmz", "10"),
        (4, "set", "lab", "30", "--dry-run"),
        (0, "set", "dmz", "10", "--dry-run"),
        (1, "set", "lab", "10"),
        (4, "set", "lab", "10", "--dry-run"),
        (2, "set", "a", "b"),
        (2, "rename", "dzm", "edge"),
        (2, "rename", "dmz", "1"),
        (1, "rename", "dmz", "web"),
        (1, "rm", "default"),
        (1, "set", "lab", "30", "--read-only"),
        (4, "set", "lab", "30", "--read-only", "--dry-run"),
        (2, "set", "lab"),
        (2, "what"),
        (0, "check"),
        (0, "set", "lab", "10", "--yes"),
    ):
        done = names.run(*map(str, words))
        assert (done.returncode, words) == (status, words), done.stderr
        assert "Traceback" not in done.stderr


def test_what_the_screen_would_ask_needs_yes(names: Map) -> None:
    done = names.run("set", "edge", "10")
    assert done.stdout == "Group 10 is named dmz on line 2.\nNothing was written: it needs --yes.\n"
    found = names.json("set", "edge", "10")
    assert (found["result"], found["changed"], found["needs"]) == ("refused", False, ["--yes"])
    found = names.json("set", "edge", "10", "--dry-run")
    assert (found["result"], found["changed"], found["dry_run"]) == ("refused", True, True)
    found = names.json("set", "edge", "10", "--yes")
    assert (found["verb"], found["group_id"], found["group"]) == ("names set", 10, "edge")
    assert (found["result"], found["changed"], found["needs"]) == ("done", True, [])
    assert found["diff"][-3:] == ["-10    dmz", "+10    edge", " 20 web"]
    assert names.json("set", "edge", "10")["result"] == "unchanged"
    assert names.json("rename", "edge", "web")["result"] == "refused"


@pytest.mark.parametrize("words", [("rename", "dmz", "edge"), ("rm", "dmz")])
def test_a_name_in_use_is_given_up_with_yes_alone(ip: Ip, names: Map, words: tuple[str, ...]) -> None:
    add(ip, cheap_kind(ip), "n0")
    ip("link", "set", "n0", "group", 10)
    done = names.run(*words)
    assert done.returncode == 1
    assert done.stdout == (
        "1 interface bears the tag 10. After this, whatever looks up dmz will no longer know it.\n"
        "Nothing was written: it needs --yes.\n"
    )
    assert names.path.read_bytes() == TEXT
    assert names.run(*words, "--yes").returncode == 0
    assert b"dmz" not in names.path.read_bytes()


TREE = b"# ours\n0x100 dc1\n0x101 dc1/web\n20 home\n"


def test_a_parent_is_renamed_and_removed_with_all_of_it_in_one_save(names: Map) -> None:
    names.path.write_bytes(TREE)
    done = names.run("rename", "dc1", "dc2")
    assert (done.returncode, names.path.read_bytes()) == (1, TREE)
    assert done.stderr == "ifgroup: 1 name is below dc1: “dc1/” renames it too, 256 renames it alone.\n"
    done = names.run("rename", "dc1/", "dc2/")
    assert (done.returncode, done.stdout) == (0, "dc1 is dc2 now, with 1 name below it: 2 lines renamed.\n")
    assert names.path.read_bytes() == TREE.replace(b"dc1", b"dc2")
    assert names.path.with_name("group-").read_bytes() == TREE
    assert len(names.records()) == 1
    found = names.json("rename", "dc2/", "home/dc")
    assert found["changed_names"] == [
        {"group_id": 256, "before": "dc2", "after": "home/dc"},
        {"group_id": 257, "before": "dc2/web", "after": "home/dc/web"},
    ]
    assert names.json("rename", "home/dc/", "home")["result"] == "refused"  # home is there
    before = names.state()
    done = names.run("rm", "home/dc")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("ifgroup: 1 name is below home/dc: “home/dc/” removes it too, 256 removes it alone.")
    assert names.state()[:-2] == before[:-2]
    assert names.run("rm", "home/dc/").returncode == 0
    assert names.path.read_bytes() == b"# ours\n20 home\n"


def test_joining_names_that_are_there_needs_yes(names: Map) -> None:
    names.path.write_bytes(TREE + b"30 lab/x\n")
    done = names.run("rename", "lab", "dc1")
    assert done.stdout == "2 other names are at dc1 or below it already.\nNothing was written: it needs --yes.\n"
    assert names.run("rename", "lab", "dc1", "--yes").returncode == 0
    assert names.path.read_bytes() == TREE + b"30 dc1/x\n"


def test_a_number_is_found_in_the_parents_block_and_not_one_that_an_interface_bears(ip: Ip, names: Map) -> None:
    names.path.write_bytes(TREE)
    add(ip, cheap_kind(ip), "n0")
    ip("link", "set", "n0", "group", 0x102)
    done = names.run("set", "dc1/db")
    text = "Group 259 is named dc1/db now, the first that was free in dc1's block, 0x100-0x1ff.\n"
    assert (done.returncode, done.stdout) == (0, text)
    assert names.path.read_bytes() == TREE.replace(b"web\n", b"web\n0x103 dc1/db\n")
    assert names.run("set", "dc1/db").stdout.endswith("already. Nothing was written.\n")
    for status, name, why in ((2, "new", "Give a number too"), (1, "home/x", "neither home nor what is above it")):
        done = names.run("set", name)
        assert (done.returncode, why in done.stderr) == (status, True)


def test_subtrees_at_once_lose_nothing(names: Map) -> None:
    names.path.write_bytes(b"".join(b"%d a%d/x\n" % (10 + i, i) for i in range(6)))
    with ThreadPoolExecutor(6) as pool:
        done = [*pool.map(lambda i: names.run("rename", f"a{i}", f"b/{i}"), range(6))]
    assert [one.returncode for one in done] == [0] * 6, [one.stderr for one in done]
    assert names.path.read_bytes() == b"".join(b"%d b/%d/x\n" % (10 + i, i) for i in range(6))


def test_match_prints_lines_to_paste(names: Map) -> None:
    names.path.write_bytes(TREE + b"nonsense\n0x102 dc1/lost\n")
    done = names.run("match", "dc1", "--out")
    assert done.returncode == 0
    assert done.stdout.splitlines()[1:3] == ["oifgroup 0x100/31", "-m devgroup --dst-group 0x100/0xfffffffe"]
    assert done.stderr == f"ifgroup: {names.path}:5: this line is malformed: `ip` reads no further.\n"
    found = names.json("match", "dc1")
    assert found["exact"]["ids"] == [[256, 257]]
    assert (found["block"]["iifgroup"], found["obstacle"]) == ("iifgroup 0x100/24", "")
    assert names.run("match", "dc3").returncode == 2
    assert names.run("match", "dc1", "--yes").returncode == 2
    assert names.run("match", "dc1", "--json", "--out").returncode == 2


def test_check_prints_file_line_text(names: Map) -> None:
    assert (names.run("check").returncode, names.run("check").stdout) == (0, "")
    names.path.write_bytes(TEXT + b"10 late\nnonsense\n")
    done = names.run("check")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert [line.split(":")[:2] for line in lines] == [[str(names.path), "2"], [str(names.path), "5"]]
    assert all(line.split(": ", 1)[1] for line in lines)
    found = names.json("check")
    assert [(finding["line"], finding["rule"]) for finding in found["findings"]] == [
        (2, "duplicate-id"),
        (5, "malformed"),
    ]


def test_without_a_file_there_is_nothing_to_look_at_and_set_makes_one(names: Map) -> None:
    names.path.unlink()
    for word in ("list", "check"):
        done = names.run(word)
        assert (done.returncode, done.stderr) == (1, f"ifgroup: There is no name map {names.path}.\n")
    assert names.run("rm", "web").returncode == 0
    assert not names.path.exists()
    done = names.run("set", "lab", "30", before=("sh", "-c", 'umask 077; exec "$@"', "sh"))
    assert done.returncode == 0
    assert (names.path.read_bytes(), names.path.stat().st_mode & 0o777) == (b"30\tlab\n", 0o644)


def test_a_link_is_followed_and_stays_one(names: Map) -> None:
    real = names.path.rename(names.path.with_name("real"))
    names.path.symlink_to(real)
    assert names.run("set", "lab", "30").returncode == 0
    assert names.path.is_symlink()
    assert real.read_bytes() == TEXT + b"30 lab\n"


def test_a_malformed_map_loses_nothing(names: Map) -> None:
    names.path.write_bytes(data := b"10 dmz\nnonsense\n20 web\n")
    for words in (("set", "x", "5"), ("rm", "web"), ("rename", "dmz", "y")):
        done = names.run(*words)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (
            "ifgroup: Line 2 is malformed, and `ip` loses every name after it: mend that line first.\n"
        )
    assert names.path.read_bytes() == data


def test_without_the_right_nothing_is_written(names: Map) -> None:
    os.chmod(names.path, 0o444)
    os.chmod(names.path.parent, 0o555)
    before = names.state()
    powerless = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
    done = names.run("set", "lab", "30", before=powerless)
    os.chmod(names.path.parent, 0o755)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"The name map {names.path} was not saved and is as it was: you lack the right to write it" in done.stderr
    assert names.path.read_bytes() == TEXT
    assert [one[:2] for one in names.state()[:-1]] == [one[:2] for one in before[:-1]]  # type: ignore[index]


def test_hostile_names_come_out_visible_and_go_in_as_they_are(names: Map) -> None:
    names.path.write_bytes(b"10 a\x1b[31m\n11 \xff\n12 \xe2\x80\xae\n13 -rf\n14 15\n15 x\n")
    for word in (("list",), ("list", "--json"), ("check",), ("check", "--json"), ("rm", "x", "--dry-run")):
        done = names.run(*word)
        assert not controls(done.stdout + done.stderr)
        done = names.run(*word, "--ascii")
        assert (done.stdout + done.stderr).isascii()
    shown = [row["group"] for row in names.json("list")["names"]]
    assert shown == ["a\\x1b[31m", "\\xff", "<U+202E>", "-rf", "15", "x"]
    assert names.run("rm", shown[0]).returncode == 0
    assert names.run("rm", "\udcff").returncode == 0
    assert names.run("rm", "--", "-rf").returncode in (0, 2)  # after `--` there is no option
    assert "15" in names.run("rm", "15").stderr
    assert names.run("rm", "14").returncode == 0


def test_scripts_at_once_lose_nothing(names: Map) -> None:
    with ThreadPoolExecutor(6) as pool:
        done = [*pool.map(lambda i: names.run("set", f"g{i}", str(100 + i)), range(12))]
    assert [one.returncode for one in done] == [0] * 12, [one.stderr for one in done]
    lines = names.path.read_bytes().splitlines()
    assert sorted(lines[3:]) == sorted(b"%d g%d" % (100 + i, i) for i in range(12))
    assert len(names.records()) == 12


def test_of_two_scripts_that_want_the_same_one_finds_it_done(names: Map) -> None:
    with ThreadPoolExecutor(4) as pool:
        done = [*pool.map(lambda _: names.run("set", "lab", "30", "--json"), range(4))]
    assert sorted(json.loads(one.stdout)["result"] for one in done) == ["done"] + ["unchanged"] * 3
    assert names.path.read_bytes() == TEXT + b"30 lab\n"


def test_no_netlink_is_needed(names: Map) -> None:
    code = (
        "import socket, sys\n"
        "real = socket.socket\n"
        "class Deaf(real):\n"
        "    def __init__(self, family=-1, *rest, **more):\n"
        "        if family == socket.AF_NETLINK: raise OSError(97, 'Address family not supported by protocol')\n"
        "        super().__init__(family, *rest, **more)\n"
        "socket.socket = Deaf\n"
        "from tui.cli.main import main; main()\n"
    )

    def run(*words: str) -> Done:
        line = [sys.executable, "-c", code, "names", *words, "--names", str(names.path)]
        return subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT)

    audit = ("--audit", str(names.audit))
    assert run("list").stdout == "10  dmz\n20  web\n"
    assert run("check").returncode == 0
    assert run("set", "lab", "30", *audit).returncode == 0
    done = run("rm", "web", *audit)
    assert (done.returncode, done.stdout) == (0, "Group 20 has no name now, no longer web.\n")
    assert "The members of group 20 can't be counted" in done.stderr
