"""The command line: what it prints, how it fails, and that a lab vanishes."""

import json
import os
import shlex
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.links import Ip, add, cheap_kind, many, until
from tests.terminal import READY, ROOT, holders, terminal

TUI = (sys.executable, "-m", "tui")
SHARED: tuple[str, ...] = (
    "ifindex",
    "ifname",
    "flags",
    "mtu",
    "min_mtu",
    "max_mtu",
    "operstate",
    "group",
    "txqlen",
    "link_type",
)
SHARED += ("address", "broadcast", "link", "link_index", "link_netnsid", "master", "ifalias", "altnames")
SHARED += ("inet6_addr_gen_mode", "proto_down", "gso_max_size", "gso_max_segs", "gro_max_size")
SHARED += ("tso_max_size", "tso_max_segs")


def run(*words: str, before: tuple[str, ...] = TUI) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*before, *words], capture_output=True, text=True, check=False, cwd=ROOT, stdin=subprocess.DEVNULL, timeout=60
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--nonsense"], "unrecognized arguments: --nonsense"),
        (["nonsense"], "invalid choice: 'nonsense'"),
        (["lab", "--links", "0"], "give 1 to 65536, not 0"),
        (["lab", "--links", "65537"], "give 1 to 65536, not 65537"),
        (["lab", "--links", "many"], "'many' is no whole number"),
        (["lab", "--groups", "257"], "give 1 to 256, not 257"),
        (["lab", "--kind", "ham"], "invalid choice: 'ham'"),
        (["lab", "--links"], "expected one argument"),
        (["list", "--names"], "expected one argument"),
        (["lab", "--links", "3", "--groups", "4"], "3 interfaces can't fill 4 groups."),
        (["lab", "--links", "1"], "1 interfaces can't fill 8 groups."),
    ],
)
def test_usage_errors_are_one_sentence(netns: None, words: list[str], says: str) -> None:
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert [line for line in done.stderr.splitlines() if says in line]


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["lab", "--help"], ["list", "--help"]])
def test_help_and_version(netns: None, words: list[str]) -> None:
    done = run(*words)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ifgroup" in done.stdout


@pytest.mark.parametrize(
    ("closed", "status", "says"),
    [
        (">&-", 1, "ifgroup: Standard output is closed; give /dev/null if nobody is to listen.\n"),
        (">&- 2>&-", 1, ""),
        ("2>&-", 0, ""),
        ("<&-", 0, ""),
    ],
)
@pytest.mark.parametrize("words", [("list",), ("up", "0", "--yes=default"), ("names", "check")])
def test_a_stream_that_is_closed_makes_no_traceback(
    ip: Ip, tmp_path: Path, words: tuple[str, ...], closed: str, status: int, says: str
) -> None:
    (tmp_path / "group").write_text("7 dmz\n")
    line = shlex.join([*TUI, *words, "--names", str(tmp_path / "group")])
    done = run("-c", f"{line} {closed}", before=("sh",))
    assert (done.stderr, done.returncode) == (says, status)


def test_who_watches_for_nobody_ends(netns: None) -> None:
    done = run("-c", f"{shlex.join([*TUI, 'watch'])} >&-", before=("sh",))
    assert (done.returncode, "Standard output is closed" in done.stderr) == (1, True)


def test_a_list_is_narrowed_by_the_filter_to_interfaces_and_their_groups(ip: Ip) -> None:
    many(cheap_kind(ip), 4, 7, up=False)
    ip("link", "set", "m3", "group", 9)
    found = json.loads(run("list", "--json", "name:m", "!group:9", "!re:0$").stdout)
    assert [link["ifname"] for link in found["interfaces"]] == ["m1", "m2"]
    assert [(group["group_id"], group["members"]) for group in found["groups"]] == [(7, 3)]
    text = run("list", "m3").stdout.split("\n\n")
    assert [len(table.splitlines()) for table in text] == [2, 2]
    assert run("list", "group:nobody").stderr == "ifgroup: There is no group “nobody”.\n"
    wrong = run("list", "mtuu:1")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("ifgroup: No column “mtuu”")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("no-such-netns", "there is no network namespace at /run/netns/no-such-netns"),
        ("/dev/null", "/dev/null is no network namespace."),
        ("", "give the name of a network namespace"),
        ("/no/such", "there is no network namespace at /no/such"),
    ],
)
@pytest.mark.parametrize("command", [["list"], []])
def test_a_namespace_that_isnt_one(netns: None, name: str, says: str, command: list[str]) -> None:
    done = run(*command, "--netns", name)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("ifgroup: --netns: ")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_was_typed_is_no_terminals_order(netns: None) -> None:
    for words in (["list", "--netns", "x\x1b[7z"], ["list", "--netns", "/x\x1b[7z"], ["lab", "--kind", "x\x1b[7z"]):
        assert "\x1b" not in run(*words).stderr


def test_a_namespace_by_its_path(ip: Ip) -> None:
    add(ip, cheap_kind(ip), "here0")
    done = run("list", "--json", "--netns", f"/proc/{os.getpid()}/ns/net")
    assert "here0" in done.stdout or "needs root" in done.stderr


@pytest.fixture
def varied(ip: Ip) -> Iterator[None]:
    """Links of as many sorts as there are keys."""
    many(cheap_kind(ip), 3, 7, up=False)
    ip("link", "set", "m0", "up", "mtu", 1400, "txqueuelen", 7, "alias", "an alias")
    ip("link", "property", "add", "dev", "m1", "altname", "other-name")
    ip("link", "set", "lo", "up")
    for kind, name, words in (
        ("bridge", "br", ()),
        ("veth", "left", ("mtu", 1300)),
        ("veth", "port", ()),
        ("macvlan", "mac", ("link", "left")),
    ):
        try:
            add(ip, kind, name, *words)
        except pytest.skip.Exception:
            continue
        ip("link", "set", "dev", name, "up", "group", 4000000)
    ip("link", "set", "m1", "addrgenmode", "none")
    ip("link", "set", "m2", "gso_max_size", 30000, "gso_max_segs", 64, "gro_max_size", 20000)
    names = [link["ifname"] for link in json.loads(ip("-j", "link"))]
    if "mac" in names:
        ip("link", "set", "mac", "protodown", "on")
    if {"br", "port"} <= set(names):
        ip("link", "set", "port", "master", "br")
    # A link whose peer lives in another namespace.
    with subprocess.Popen(["unshare", "--net", "sleep", "60"]) as away:
        if "left" in names:
            until(lambda: os.readlink(f"/proc/{away.pid}/ns/net") != os.readlink("/proc/self/ns/net"), "a netns")
            add(ip, "veth", "half")
            (peer,) = [link["link"] for link in json.loads(ip("-j", "link", "show", "dev", "half"))]
            ip("link", "set", peer, "netns", away.pid)
        # Without that namespace the link would vanish, some time later.
        yield
        away.kill()


def both(ip: Ip) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return what `ip` and what we list at a moment at which nothing changes: a carrier comes and goes by itself."""

    def states() -> list[object]:
        return [(link["ifname"], link["flags"], link["operstate"]) for link in json.loads(ip("-j", "link"))]

    before: list[object] = []
    while (now := states()) != before:
        before, theirs = now, ip("-j", "-d", "link")
        done = run("list", "--json")
        assert (done.returncode, done.stderr) == (0, "")
    return json.loads(theirs), json.loads(done.stdout)["interfaces"]


def test_the_json_list_equals_ips(ip: Ip, varied: None, tmp_path: Path) -> None:
    theirs, ours = both(ip)

    def plain(link: dict[str, Any]) -> dict[str, Any]:
        shared = {key: link[key] for key in SHARED if key in link}
        return {**shared, "kind": link.get("linkinfo", {}).get("info_kind")}

    assert [plain(link) for link in ours] == [plain(link) for link in theirs]
    assert len(ours) > 4


def test_what_ipv4_keeps_of_a_link_is_told_as_ip_netconf_does(ip: Ip, varied: None) -> None:
    assert run("set", "7", "forwarding", "on", "rp_filter", "loose").returncode == 0
    _, ours = both(ip)
    theirs = {link["interface"]: link for link in json.loads(ip("-j", "-4", "netconf")) if "interface" in link}
    told = {link["ifname"]: (link["forwarding"], link["rp_filter"]) for link in ours}
    assert told == {name: (theirs[name]["forwarding"], theirs[name]["rp_filter"]) for name in told}
    assert told["m0"] == (True, "loose")


def test_a_lower_link_that_is_down_is_told_as_ip_tells_it(ip: Ip, varied: None) -> None:
    def flags() -> dict[str, list[str]]:
        theirs, ours = both(ip)
        assert [link["flags"] for link in ours] == [link["flags"] for link in theirs]
        return {link["ifname"]: link["flags"] for link in ours}

    (peer,) = [link["link"] for link in json.loads(ip("-j", "link", "show", "dev", "port"))]
    ip("link", "set", "port", "down")
    assert flags()[peer][-1] == "M-DOWN"
    ip("link", "set", "port", "up")
    ip("link", "set", peer, "down")
    found = flags()
    assert found["port"][-1] == "M-DOWN"
    assert found[peer][-1] != "M-DOWN"
    # Its other end is down as well, but in another netns.
    assert "M-DOWN" not in found["half"]


def test_a_group_that_ip_takes_for_negative_is_told_as_ip_tells_it(ip: Ip, tmp_path: Path) -> None:
    kind = cheap_kind(ip)
    for group in (0x7FFFFFFF, 0x80000000, 0xFFFFFFFF):
        many(kind, 1, group, up=False, prefix=f"x{group:x}-")
    theirs = [link["group"] for link in json.loads(ip("-j", "-d", "link"))]
    data = json.loads(run("list", "--json").stdout)
    assert [link["group"] for link in data["interfaces"]] == theirs
    assert [link["group_id"] for link in data["interfaces"]] == [0, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]
    assert theirs[1:] == ["2147483647", "-2147483648", "-1"]
    assert [group["group"] for group in data["groups"]] == theirs


def test_the_lists_groups_add_up(ip: Ip, varied: None, tmp_path: Path) -> None:
    names = tmp_path / "group"
    names.write_text("7 seven\n9 nobody\n")
    data = json.loads(run("list", "--json", "--names", str(names)).stdout)
    groups = {group["group_id"]: group for group in data["groups"]}
    assert sum(group["members"] for group in groups.values()) == len(data["interfaces"])
    assert (groups[7]["group"], groups[7]["members"], groups[7]["up"], groups[7]["down"]) == ("seven", 3, 1, 2)
    assert (groups[7]["mtu"], groups[7]["mtu_min"], groups[7]["mtu_max"], groups[7]["mtu_deviating"]) == (
        1500,
        1400,
        1500,
        1,
    )
    assert (groups[9]["group"], groups[9]["members"], groups[9]["mtu"]) == ("nobody", 0, None)
    assert {link["group"] for link in data["interfaces"] if link["group_id"] == 7} == {"seven"}


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("fifo", "is no regular file; showing numbers."),
        ("directory", "is no regular file; showing numbers."),
        ("large", "is larger than 1 MiB; showing numbers."),
        ("missing", "can't be read (No such file or directory); showing numbers."),
        ("dangling", "can't be read (No such file or directory); showing numbers."),
        ("loop", "can't be read ("),
        ("malformed", "is malformed at line 2; `ip` reads no further, nor do we."),
    ],
)
def test_a_bad_name_map_is_a_sentence_and_numbers(ip: Ip, tmp_path: Path, how: str, says: str) -> None:
    many(cheap_kind(ip), 1, 7, up=False)
    path = tmp_path / "group"
    if how == "fifo":
        os.mkfifo(path)
    elif how == "directory":
        path.mkdir()
    elif how == "large":
        path.write_bytes(b"7 seven\n" * 140000)
    elif how in ("dangling", "loop"):
        path.symlink_to(tmp_path / ("nowhere" if how == "dangling" else "group"))
    elif how == "malformed":
        path.write_text("8 eight\nnonsense\n7 seven\n")
    done = run("list", "--names", str(path))
    assert done.returncode == 0
    assert done.stderr.startswith(f"ifgroup: The name map {path} ")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert "m0" in done.stdout
    assert "seven" not in done.stdout


def test_a_name_map_that_may_not_be_read(netns: None, tmp_path: Path) -> None:
    path = tmp_path / "group"
    path.write_text("7 seven\n")
    path.chmod(stat.S_IWUSR)
    code = "from tests.act import give_up_capability as g; g(); from tui.cli.main import main; main()"
    done = run("list", "--names", str(path), before=(sys.executable, "-c", code))
    assert done.returncode == 0
    if not done.stderr and path.stat().st_uid == os.geteuid():
        pytest.skip("this user may read everything")
    assert "can't be read (Permission denied); showing numbers." in done.stderr


def test_without_privilege_the_list_has_nothing_to_complain_of(ip: Ip) -> None:
    many(cheap_kind(ip), 2, 7, up=False)
    code = "from tests.act import give_up_capability as g; g(); from tui.cli.main import main; main()"
    done = run("list", "--json", before=(sys.executable, "-c", code))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == run("list", "--json").stdout


@pytest.mark.parametrize("words", ["list", "list --json"])
def test_a_reader_that_has_seen_enough(ip: Ip, words: str) -> None:
    many(cheap_kind(ip), 600, 7, up=False)
    line = f'"$0" -m tui {words} | head -1; echo "${{PIPESTATUS[0]}}"'
    done = run("-c", line, sys.executable, before=("bash",))
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "0"


def test_a_reader_that_reads_nothing_is_no_error_either() -> None:
    done = run("-c", '"$0" -m tui --help | :; echo "${PIPESTATUS[0]}"', sys.executable, before=("bash",))
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_a_full_disk_is_one_sentence(netns: None) -> None:
    done = run("-c", 'exec "$0" -m tui list > /dev/full', sys.executable, before=("bash",))
    assert (done.returncode, done.stderr) == (1, "ifgroup: No space left on device\n")


@pytest.mark.parametrize("kind", ["dummy", "ifb", "veth", "bridge"])
def test_a_lab_of_each_kind(ip: Ip, kind: str) -> None:
    words = ("-m", "tui", "lab", "--links", "9", "--groups", "3", "--kind", kind)
    with terminal(*words, ready="") as lab:
        lab.until(lambda: READY in lab.screen.text or lab.process.poll() is not None, "the lab")
        if lab.process.poll() is not None:
            with pytest.raises((RuntimeError, pytest.skip.Exception)):
                add(ip, kind, "probe")
            assert lab.process.returncode == 1
            assert f"This kernel makes no interfaces of kind {kind}; try another --kind." in lab.screen.text
        else:
            lab.shows("customers", kind, "private lab")
            lab.press("q")
            assert lab.ended() == 0


def test_the_smallest_lab(netns: None) -> None:
    with terminal("-m", "tui", "lab", "--links", "1", "--groups", "1") as lab:
        lab.shows("customers-0")
        here = os.readlink(f"/proc/{lab.pid}/ns/net")
        assert here != os.readlink("/proc/self/ns/net")
        lab.process.send_signal(signal.SIGKILL)
        lab.process.wait()
        until(lambda: not holders(here), "the lab's end")


def test_a_lab_without_a_terminal_is_refused(netns: None) -> None:
    done = run("lab", "--links", "8")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("ifgroup: The console needs a terminal")
    assert done.stderr.count("\n") == 1
