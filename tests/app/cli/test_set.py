"""`ifgroup set`, `up`, `down`, `retag`: what is sent, what is told, and what is refused."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.app.cli.verbs import traced, verb
from tests.hostile import NAMES
from tests.links import Ip, add, cheap_kind, from_ip, many


@pytest.fixture
def names(tmp_path: Path) -> Path:
    found = tmp_path / "group"
    found.write_text("7 dmz\n9 web\n12 nobody\n")
    return found


def mtus(ip: Ip, *names: str) -> list[int]:
    found = {link["ifname"]: link["mtu"] for link in from_ip(ip).values()}
    return [found[name] for name in names]


def test_a_group_takes_several_attributes_in_one_message_and_none_if_it_has_them(
    ip: Ip, names: Path, tmp_path: Path
) -> None:
    many(cheap_kind(ip), 3, 7, up=False)
    words = ("--names", str(names), "set", "dmz", "mtu", "1400", "txqueuelen", "77", "up", "--json")
    done, sends = traced(tmp_path / "first", *words)
    assert (done.status, done.err, sends) == (0, "", [1])
    told = done.json
    assert {key: told[key] for key in ("schema", "verb", "group_id", "group", "result", "changed", "messages")} == {
        "schema": 1,
        "verb": "set",
        "group_id": 7,
        "group": "dmz",
        "result": "done",
        "changed": True,
        "messages": 1,
    }
    assert told["ip"] == ["ip link set group dmz mtu 1400 up txqueuelen 77"]
    assert [row["ifname"] for row in told["changed_members"]] == ["m0", "m1", "m2"]
    assert told["changed_members"][0]["before"] == {"mtu": 1500, "up": False, "txqueuelen": 32}
    assert told["changed_members"][0]["after"] == {"mtu": 1400, "up": True, "txqueuelen": 77}
    assert {(link["mtu"], link["txqlen"], "UP" in link["flags"]) for link in members(ip, 7)} == {(1400, 77, True)}
    done, sends = traced(tmp_path / "second", *words)
    assert (done.status, sends, done.json["result"], done.json["changed"]) == (0, [], "unchanged", False)


def test_options_stand_anywhere_between_the_words(ip: Ip, names: Path) -> None:
    many(cheap_kind(ip), 1, 7, up=False)
    file = ("--names", str(names))
    for words in (
        ("set", *file, "dmz", "mtu", "1400", "up", "--dry-run"),
        ("set", "dmz", *file, "mtu", "--yes", "1400", "--dry-run", "up"),
        ("set", "dmz", "mtu", "1400", "--dry-run", *file, "--yes", "up"),
    ):
        done = verb(*words)
        assert (done.status, done.err) == (4, "")
        assert done.out.startswith("group dmz (7) MTU 1400, up: 1 of 1: MTU 1500 → 1400, state down → up")
    for wrong in ("-5", "--mtu"):
        done = verb("set", "dmz", *file, "txqueuelen", wrong, "up")
        assert (done.status, f"unrecognized arguments: txqueuelen {wrong} up" in done.err) == (2, True)


def members(ip: Ip, group: int) -> list[dict[str, Any]]:
    found = json.loads(ip("-N", "-j", "-d", "link"), strict=False)
    return [{**link, "txqlen": link.get("txqlen", 0)} for link in found if link["group"] == str(group)]


def test_who_refuses_is_named_and_the_rest_is_told(ip: Ip) -> None:
    add(ip, cheap_kind(ip), "a0")
    ip("link", "add", "v0", "type", "veth", "peer", "name", "w0")
    for name in ("a0", "v0"):
        ip("link", "set", name, "group", 7)
    refused = verb("set", "7", "mtu", "70000")
    assert (refused.status, mtus(ip, "a0", "v0")) == (1, [1500, 1500])
    assert "Nothing was sent: it needs --yes, since" in refused.out
    assert "refused: v0: takes 68…65535" in refused.out
    partly = verb("set", "7", "mtu", "70000", "--yes", "--json")
    assert (partly.status, partly.json["result"], partly.names) == (3, "partly", ["a0"])
    ((row),) = partly.json["refused"]
    assert (row["ifname"], row["errno"]) == ("v0", 22)
    assert "mtu" in row["text"]
    assert mtus(ip, "a0", "v0") == [70000, 1500]


def test_names_from_standard_input_go_in_batches_to_those_alone_that_need_it(ip: Ip, tmp_path: Path) -> None:
    many(cheap_kind(ip), 700, 7, up=False)
    ip("link", "set", "m5", "mtu", 1400)
    listed = "".join(f"m{n}\n" for n in range(600)).encode()
    done, sends = traced(tmp_path / "trace", "set", "-", "mtu", "1400", "--json", "--expect", "600", stdin=listed)
    told = done.json
    assert (done.status, sends, told["result"], told["members"], told["already"]) == (0, [512, 87], "done", 600, 1)
    assert (len(told["changed_members"]), told["messages"]) == (599, 599)
    assert mtus(ip, "m5", "m599", "m600") == [1400, 1400, 1500]
    done, sends = traced(tmp_path / "again", "set", "-", "mtu", "1400", "--json", stdin=listed)
    assert (done.status, sends, done.json["result"]) == (0, [], "unchanged")


def test_a_filter_that_finds_exactly_a_group_is_one_message(ip: Ip, tmp_path: Path) -> None:
    many(cheap_kind(ip), 3, 7, up=False)
    done, sends = traced(tmp_path / "trace", "set", "--filter", "name:m", "mtu", "1400", "--json")
    assert (done.status, sends, done.json["group_id"]) == (0, [1], 7)


def test_retag_goes_by_the_filter_and_tells_ips_line(ip: Ip, names: Path) -> None:
    many(cheap_kind(ip), 4, 7, up=False)
    done = verb("--names", names, "retag", "--to", "web", "group:dmz", "re:m[01]")
    assert done.status == 0
    assert done.out.splitlines()[1] == 'equals: for dev in m0 m1; do ip link set dev "$dev" group web; done'
    assert [link["ifname"] for link in members(ip, 9)] == ["m0", "m1"]
    again = verb("--names", names, "retag", "--to", "web", "group:web", "--json")
    assert (again.status, again.json["result"]) == (0, "unchanged")


@pytest.mark.parametrize("before", [True, False])
def test_a_dry_run_tells_the_plan_and_sends_nothing(ip: Ip, tmp_path: Path, before: bool) -> None:
    many(cheap_kind(ip), 3, 7, up=False)
    plain = ("set", "7", "mtu", "1400", "--json")
    words = ("--dry-run", *plain) if before else (*plain, "--dry-run")
    done, sends = traced(tmp_path / "trace", *words)
    told = done.json
    assert (done.status, sends, told["dry_run"], told["result"], told["changed"]) == (4, [], True, "done", True)
    assert told["changed_members"][2] == {
        "ifindex": told["changed_members"][2]["ifindex"],
        "ifname": "m2",
        "before": {"mtu": 1500},
        "after": {"mtu": 1400},
    }
    assert mtus(ip, "m0") == [1500]
    ip("link", "set", "group", 7, "mtu", 1400)
    assert verb(*words).status == 0


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("set",), 2, "Say what is to be set: mtu, alias, promisc, "),
        (("set", "7"), 2, "Say what is to be set"),
        (
            ("set", "7", "mtuu", "9000"),
            2,
            "“mtuu” can't be set. Did you mean mtu?",
        ),
        (("set", "7", "qdisc", "x"), 2, "“qdisc” can't be set: the kernel ACKs it for a group and does nothing"),
        (("set", "7", "colour", "red"), 2, "“colour” can't be set; there are mtu, alias, promisc, "),
        (("set", "7", "promisc", "yes"), 2, "“yes” is none of them: give on or off."),
        (("set", "7", "arp"), 2, "arp wants a value: on or off."),
        (("set", "7", "master", "br9"), 2, "There is no interface “br9” to be the master."),
        (("set", "7", "alias", "a\x1b[2J"), 2, "An alias is printable text: this holds a control character."),
        (("set", "7", "mtu"), 2, "mtu wants a value: bytes, such as 1500 or 9000."),
        (("set", "7", "mtu", "9k"), 2, "“9k” is no MTU: give bytes, such as 1500 or 9000."),
        (("set", "7", "mtu", "1400", "mtu", "1500"), 2, "MTU is given twice; give it once."),
        (("set", "7", "up", "down"), 2, "State is given twice; give it once."),
        (("set", "--filter", "mtuu:1", "up"), 2, "No column “mtuu”"),
        (("up",), 2, "Say on whom: a group, --filter FILTER, or - for names from standard input."),
        (("up", "7", "9"), 2, "Say on whom"),
        (("up", "7", "--filter", "x"), 2, "Give a group or --filter, not both: “7” is one too many."),
        (("up", "7", "--confirm", "--no-guard"), 2, "--confirm and --no-guard exclude each other; give one of them."),
        (("up", "7", "--expect", "many"), 2, "'many' is no whole number"),
        (("up", "7", "--confirm=1"), 2, "give 5 to 3600, not 1"),
        (("up", "77"), 1, "Nobody is in group 77, and it has no name; the kernel would agree and do nothing."),
        (
            ("up", "dmzz"),
            1,
            "There is no group “dmzz”: the name map doesn't hold it, and it is no number. Did you mean dmz?",
        ),
        (("retag", "m0"), 2, "Say which group they are to join: --to GROUP."),
        (("retag", "--to", "web"), 2, "Say whom: a filter, such as group:dmz or name:eth, or -"),
        (("retag", "--to", "webb", "m0"), 1, "There is no group “webb”"),
        (("up", "7", "--expect", "4"), 1, "It concerns 3 interfaces, not 4; nothing was sent."),
        (("up", "7", "--read-only"), 1, "Nothing can be changed: started with --read-only."),
        (("down", "\x1b[7m"), 1, "There is no group “\\x1b[7m”"),
    ],
)
def test_what_cant_be_done_is_one_sentence_and_nothing_is_sent(
    ip: Ip, names: Path, words: tuple[str, ...], status: int, says: str
) -> None:
    many(cheap_kind(ip), 3, 7, up=False)
    before = from_ip(ip)
    done = verb("--names", names, *words)
    assert (done.status, done.out) == (status, "")
    assert says in done.err.splitlines()[-1]
    assert "Traceback" not in done.err
    assert from_ip(ip) == before


def test_a_group_with_a_name_and_no_members_is_unchanged(ip: Ip, names: Path, tmp_path: Path) -> None:
    done, sends = traced(tmp_path / "trace", "--names", str(names), "up", "nobody")
    assert (done.status, sends) == (0, [])
    assert done.out == "group nobody (12) up: unchanged, it has no members; no message was sent.\n"


def test_unknown_names_stop_all_of_it(ip: Ip) -> None:
    many(cheap_kind(ip), 2, 7, up=False)
    done = verb("up", "-", stdin=b"m0\nm11\n")
    assert (done.status, done.out) == (1, "")
    assert done.err == "ifgroup: There is no interface “m11”; nothing was sent. Did you mean m1?\n"
    assert {link["operstate"] for link in from_ip(ip).values()} == {"DOWN"}


@pytest.mark.parametrize(
    ("granted", "status"), [((), 1), (("--yes",), 1), (("--yes=web",), 1), (("--yes=default",), 0)]
)
def test_what_the_console_asks_the_name_for_needs_it(
    ip: Ip, names: Path, granted: tuple[str, ...], status: int
) -> None:
    add(ip, cheap_kind(ip), "untagged")
    done = verb("--names", names, "up", *granted, "0", "--json")
    assert (done.status, done.json["needs"]) == (status, ["--yes=default"] if status else [])
    assert done.json["changed"] == (not status)


def test_hostile_names_come_and_go_as_they_are(ip: Ip, tmp_path: Path) -> None:
    for name in NAMES:
        add(ip, cheap_kind(ip), name)
    raw = list(NAMES)
    done = verb("retag", "--to", "7", "-", "-0", "--json", "--yes", stdin=b"\0".join(raw) + b"\0")
    assert (done.status, done.json["result"]) == (0, "done")
    assert sorted(done.names) == sorted(NAMES.values())
    # `ip` does the same by the line that is told.
    ip("link", "set", "group", 7, "mtu", 1400)
    told = verb("set", "--filter", "group:7 !name:soh", "mtu", "1300", "--json").json
    assert mtu_of_all(ip) == {1300, 1400}
    ip("link", "set", "group", 7, "mtu", 1400)
    (line,) = told["ip"]
    subprocess.run(["sh", "-c", line], check=True)
    assert mtu_of_all(ip) == {1300, 1400}


def mtu_of_all(ip: Ip) -> set[object]:
    return {link["mtu"] for link in members(ip, 7)}
