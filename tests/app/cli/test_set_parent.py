"""`ifgroup set`, `up`, `down` on a parent in the tree of names: one send, and each group told apart."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.app.cli.verbs import Done, traced, verb
from tests.links import Ip, add, cheap_kind, many

CHILDREN = {257: "a", 258: "b", 259: "c"}
MAP = "256 dc1\n257 dc1/a\n258 dc1/b\n259 dc1/r2/c\n260 dc1/r2/d\n300 other\n"


@pytest.fixture
def names(ip: Ip, tmp_path: Path) -> Path:
    """A name map, and two interfaces in each of three groups below dc1, and another elsewhere."""
    for group, prefix in CHILDREN.items():
        many(cheap_kind(ip), 2, group, up=False, prefix=prefix)
    many(cheap_kind(ip), 1, 300, up=False, prefix="o")
    found = tmp_path / "group"
    found.write_text(MAP)
    return found


def mtus(ip: Ip) -> dict[str, int]:
    links = json.loads(ip("-j", "-d", "link"), strict=False)
    return {link["ifname"]: link["mtu"] for link in links if link["ifname"] != "lo"}


def test_a_parent_takes_one_send_and_its_json_tells_of_each_group(ip: Ip, names: Path, tmp_path: Path) -> None:
    done, sends = traced(tmp_path / "trace", "--names", str(names), "set", "dc1/", "mtu", "1400", "--json")
    told = done.json
    assert (done.status, done.err, sends) == (0, "", [3])
    assert {key: told[key] for key in ("branch", "group_id", "group", "result", "members", "messages")} == {
        "branch": "dc1",
        "group_id": None,
        "group": None,
        "result": "done",
        "members": 6,
        "messages": 3,
    }
    assert [(row["group"], row["result"], row["changed"], row["messages"]) for row in told["groups"]] == [
        ("dc1", "unchanged", 0, 0),
        ("dc1/a", "done", 2, 1),
        ("dc1/b", "done", 2, 1),
        ("dc1/r2/c", "done", 2, 1),
        ("dc1/r2/d", "unchanged", 0, 0),
    ]
    assert told["ip"] == [f"ip link set group dc1/{name} mtu 1400" for name in ("a", "b", "r2/c")]
    assert mtus(ip) == {**dict.fromkeys(("a0", "a1", "b0", "b1", "c0", "c1"), 1400), "o0": 1500}
    done, sends = traced(tmp_path / "again", "--names", str(names), "set", "dc1/", "mtu", "1400", "--json")
    assert (done.status, sends, done.json["result"]) == (0, [], "unchanged")
    assert {row["result"] for row in done.json["groups"]} == {"unchanged"}


def test_64_children_take_one_send(ip: Ip, tmp_path: Path) -> None:
    for number in range(64):
        many(cheap_kind(ip), 1, 1000 + number, up=False, prefix=f"g{number}x")
    (tmp_path / "group").write_text("".join(f"{1000 + number} dc/{number}\n" for number in range(64)))
    done, sends = traced(tmp_path / "trace", "--names", str(tmp_path / "group"), "set", "dc", "up", "mtu", "1400")
    assert (done.status, sends, set(mtus(ip).values())) == (0, [64], {1400})
    assert done.out.startswith("dc/ (64 groups) MTU 1400, up: all 64 changed · 64 messages, 3,072 bytes, ACK after ")


@pytest.mark.parametrize(
    ("word", "changed", "remark"),
    [
        ("dc1/", {"a0", "a1", "b0", "b1", "c0", "c1"}, ""),
        ("dc1/r2", {"c0", "c1"}, ""),  # without an id of its own it can mean nothing else
        ("dc1/r2/", {"c0", "c1"}, ""),
        ("dc1/a", {"a0", "a1"}, ""),
        ("258", {"b0", "b1"}, ""),
        ("dc1", {"o0"}, "ifgroup: group dc1 (256) alone is meant; dc1/ means the 4 groups below it too.\n"),
    ],
)
def test_what_a_word_means(ip: Ip, names: Path, word: str, changed: set[str], remark: str) -> None:
    ip("link", "set", "o0", "group", 300 if word == "dc1/" else 256)
    if word.startswith("dc1/r2"):
        ip("link", "set", "o0", "group", 300)
    done = verb("--names", names, "set", word, "mtu", "1400")
    assert (done.status, done.err) == (0, remark)
    assert {name for name, mtu in mtus(ip).items() if mtu == 1400} == changed


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("up", "dc1/a/"), "Nothing is below “dc1/a/”; without the slash it is group dc1/a (257)."),
        (("up", "dc9/"), "There is no group “dc9/”"),
        (("retag", "--to", "dc1/r2", "name:o0"), "“dc1/r2” is no group: it stands above others"),
        (("up", "dc1/", "--expect", "5"), "It concerns 6 interfaces, not 5; nothing was sent."),
        (("up", "dc1/", "--read-only"), "Nothing can be changed: "),
    ],
)
def test_what_is_refused(ip: Ip, names: Path, words: tuple[str, ...], says: str) -> None:
    before = ip("-o", "link")
    done = verb("--names", names, *words)
    assert (done.status, says in done.err, ip("-o", "link")) == (1, True, before)


def test_a_dry_run_tells_of_groups_and_members_and_sends_nothing(ip: Ip, names: Path) -> None:
    done = verb("--names", names, "set", "dc1/", "mtu", "1400", "--dry-run", "--expect", "6")
    assert (done.status, done.out.splitlines()) == (
        4,
        [
            "dc1/ (5 groups) MTU 1400: 6 of 6: 1500 → 1400; 3 messages, one a group.",
            "No message for 2 groups without members: dc1, dc1/r2/d.",
            *(f"equals: ip link set group dc1/{name} mtu 1400" for name in ("a", "b", "r2/c")),
        ],
    )
    ip("link", "set", "a0", "mtu", 1400)
    ip("link", "set", "a1", "mtu", 1400)
    told = verb("--names", names, "set", "dc1/", "mtu", "1400", "--dry-run", "--json").json
    assert [(row["group"], row["result"]) for row in told["groups"]][1:3] == [("dc1/a", "unchanged"), ("dc1/b", "done")]
    assert set(mtus(ip).values()) == {1400, 1500}


def test_a_child_that_refuses_doesnt_stop_the_others(ip: Ip, names: Path) -> None:
    add(ip, "veth", "v0")
    ip("link", "set", "v0", "group", 257)
    done = verb("--names", names, "set", "dc1/", "mtu", "70000", "--json")
    assert (done.status, done.json["needs"], set(mtus(ip).values())) == (1, ["--yes"], {1500})
    assert [row["result"] for row in done.json["groups"]] == ["unchanged", "refused", "refused", "refused", "unchanged"]
    done = verb("--names", names, "set", "dc1/", "mtu", "70000", "--yes")
    assert done.status == 3
    lines = done.out.splitlines()
    assert lines[0].startswith("dc1/ (5 groups) MTU 70000: 2 groups done, 1 partly; 6 changed; 1 refused (v0)")
    assert "group dc1/a (257): partly: 2 changed; 1 refused (v0) · the kernel: mtu greater than device maximum" in lines
    assert {name for name, mtu in mtus(ip).items() if mtu == 70000} == {"a0", "a1", "b0", "b1", "c0", "c1"}


def test_one_protected_child_makes_the_whole_ask_for_the_parents_name(way_out: str, ip: Ip, tmp_path: Path) -> None:
    many(cheap_kind(ip), 2, 258, up=True, prefix="b")
    (tmp_path / "group").write_text("5 dc1/wan\n258 dc1/b\n")

    def down(*words: str) -> Done:
        return verb("--names", tmp_path / "group", "down", "dc1", "--json", "--no-guard", *words)

    for words in ((), ("--yes",), ("--yes=b",), ("--yes=258",)):
        done = down(*words)
        assert (done.status, done.json["needs"], done.json["messages"]) == (1, ["--yes=dc1"], 0)
    assert down("--yes=dc1/").json["result"] == "done"
    assert not any("UP" in link["flags"] for link in json.loads(ip("-j", "link")))


def test_a_guarded_change_of_a_parent_is_taken_back_in_all_its_groups(
    way_out: str, room: Path, ip: Ip, tmp_path: Path
) -> None:
    many(cheap_kind(ip), 2, 258, up=False, prefix="b")
    (tmp_path / "group").write_text("5 dc1/wan\n258 dc1/b\n")
    before = mtus(ip)
    done = verb("--names", tmp_path / "group", "set", "dc1", "mtu", "1400", "--yes=dc1", "--confirm=60", "--json")
    told = done.json
    assert (done.status, told["result"], mtus(ip)["b0"]) == (0, "pending", 1400)
    assert [row["group"] for row in told["groups"]] == ["dc1/b", "dc1/wan"]
    assert verb("revert", told["confirm"]["id"]).status == 0
    assert mtus(ip) == before


@pytest.mark.parametrize("seed", range(2))
def test_random_verbs_on_a_tree_against_ip(ip: Ip, tmp_path: Path, seed: int) -> None:
    """Each verb changes exactly those whom it tells of; what is below a parent is found by the names alone."""
    chance = random.Random(seed)
    groups = {10: "x", 11: "x/a", 12: "x/a/p", 13: "x/b", 14: "y/a", 15: "y/b"}
    (tmp_path / "group").write_text("".join(f"{group} {name}\n" for group, name in groups.items()))
    many(cheap_kind(ip), 12, 10, up=False, prefix="i")
    add(ip, "veth", "v0")
    links = [f"i{number}" for number in range(12)] + ["v0"]
    for _ in range(12):
        for name in chance.sample(links, 4):
            ip("link", "set", name, "group", chance.choice(list(groups)))
        word = chance.choice(["x/", "x/a/", "y", "y/"])
        mtu = chance.choice([1400, 1500, 9000, 70000])
        before = seen(ip)
        told = verb("--names", tmp_path / "group", "set", word, "mtu", str(mtu), "--yes", "--json").json
        after = seen(ip)
        below = {
            group for group, name in groups.items() if name == word.strip("/") or name.startswith(word.strip("/") + "/")
        }
        assert {row["group_id"] for row in told["groups"]} == below
        assert {row["ifname"] for row in told["changed_members"]} == {n for n in before if before[n] != after[n]}
        for name, (group, _) in before.items():
            expected = group in below and not (name == "v0" and mtu == 70000)
            reached = after[name][1] == mtu or name in {row["ifname"] for row in told["not_reached"]}
            assert reached if expected else after[name] == before[name]


def seen(ip: Ip) -> dict[str, tuple[int, Any]]:
    links = json.loads(ip("-N", "-j", "-d", "link"), strict=False)
    return {link["ifname"]: (int(link["group"]), link["mtu"]) for link in links}


def test_the_log_finds_a_parents_change_by_the_parent_and_by_each_group(ip: Ip, names: Path, tmp_path: Path) -> None:
    audit = ("--audit", tmp_path / "audit", "--names", names)
    verb("set", "dc1/", "mtu", "1400", *audit)
    verb("set", "dc1/b", "mtu", "1300", *audit)
    verb("set", "other", "mtu", "1290", *audit)
    whole, one, _ = verb("log", *audit).out.splitlines(keepends=True)
    for word in ("dc1", "256", "dc1/a", "dc1/r2/d", "dc1/r2", "260"):
        assert verb("log", "--group", word, *audit).out == whole, word
    for word in ("dc1/", "dc1/b"):
        assert verb("log", "--group", word, *audit).out == whole + one, word
    assert "dc1/ means the 4 groups below it too" in verb("log", "--group", "dc1", *audit).err
    # Other groups are below it by now: what was done to the parent is found all the same.
    names.write_text("999 dc1/new\n")
    assert verb("log", "--group", "dc1/", *audit).out == whole


def test_what_nothing_takes_back_takes_one_group_at_a_time(ip: Ip, names: Path) -> None:
    there = mtus(ip)
    for words, deed in ((("delete", "{}", "--yes"), "deleted"), (("move", "{}", "far", "--yes"), "moved")):
        for word in ("dc1/", "dc1/r2"):
            done = verb(*(one.format(word) for one in words), "--names", names)
            assert (done.status, done.out) == (1, "")
            title, whom = (
                ("dc1/ (5 groups)", "dc1/a, dc1/b, dc1/r2/c") if word == "dc1/" else ("dc1/r2/ (2 groups)", "dc1/r2/c")
            )
            assert done.err == (
                f"ifgroup: {title} can't be {deed} at once; nothing was sent. Take one group at a time: {whom}.\n"
            )
        done = verb(*(one.format("dc1/b/") for one in words), "--names", names)
        assert done.err == "ifgroup: Nothing is below “dc1/b/”; without the slash it is group dc1/b (258).\n"
    done = verb("delete", "dc1", "--yes=dc1", "--names", names)
    assert (done.status, done.err) == (0, "ifgroup: group dc1 (256) alone is meant; the 4 groups below it stay.\n")
    assert "Nobody is in" in done.out
    assert mtus(ip) == there
