"""`ifgroup delete`: one message, the name always, and all that went."""

import os
from pathlib import Path

import pytest

from tests.app.cli.verbs import traced, verb
from tests.hostile import NAMES, make_hostile
from tests.links import Ip, cheap_kind, from_ip, many, needs_root


def there(ip: Ip) -> set[str]:
    return {link["ifname"] for link in from_ip(ip).values()}


def test_a_thousand_go_by_one_message_and_the_log_has_it(ip: Ip, tmp_path: Path) -> None:
    many("ifb", 1024, 7, up=False)
    audit = ("--audit", str(tmp_path / "audit"))
    done, sends = traced(tmp_path / "trace", "delete", "7", "--yes=7", "--expect", "1024", "--json", *audit)
    told = done.json
    assert (done.status, done.err, sends) == (0, "", [1])
    assert (told["verb"], told["result"], told["changed"], told["messages"]) == ("delete", "done", True, 1)
    assert (len(told["deleted"]), told["went_too"], told["not_deleted"]) == (1024, [], [])
    assert told["ip"] == ["ip link delete group 7"]
    assert there(ip) == {"lo"}
    logged = verb("log", *audit)
    assert logged.out.endswith("delete group 7  done: 1,024 deleted\n")
    assert verb("log", "--sh", *audit).out.splitlines()[-1] == "ip link delete group 7"
    assert verb("log", "--group", "7", *audit).out == logged.out
    again = verb("delete", "7", "--yes=7", "--json")
    assert (again.status, again.json["result"]) == (1, "refused")  # no name, nobody: a typing error
    many("ifb", 2, 7, up=False)
    ip(*verb("log", "--sh", *audit).out.splitlines()[-1].split()[1:])  # what it says is what `ip` does
    assert there(ip) == {"lo"}


@pytest.mark.parametrize("given", [(), ("--yes",), ("--yes=8",)])
def test_without_its_name_nothing_is_sent(ip: Ip, tmp_path: Path, given: tuple[str, ...]) -> None:
    many(cheap_kind(ip), 2, 7, up=False)
    done, sends = traced(tmp_path / "trace", "delete", "7", *given)
    assert (done.status, sends) == (1, [])
    assert "Nothing was sent: it needs --yes=7, since nothing takes it back" in done.out
    assert "It can't be undone" in done.out
    assert {"m0", "m1"} < there(ip)


def test_a_dry_run_tells_what_would_go(ip: Ip, tmp_path: Path) -> None:
    ip("link", "add", "v0", "type", "veth", "peer", "name", "w0")
    ip("link", "set", "v0", "group", 7)
    done, sends = traced(tmp_path / "trace", "delete", "7", "--dry-run", "--json")
    told = done.json
    assert (done.status, sends, told["result"], told["needs"]) == (4, [], "refused", ["--yes=7"])
    assert [row["ifname"] for row in told["deleted"]] == ["v0"]
    assert [(row["ifname"], row["why"]) for row in told["went_too"]] == [("w0", "peer of v0")]
    assert verb("delete", "7", "--dry-run", "--yes=7", "--json").json["result"] == "done"
    assert {"v0", "w0"} < there(ip)


def test_what_cant_be_is_refused_in_one_sentence_before_anything_is_sent(ip: Ip, tmp_path: Path) -> None:
    many(cheap_kind(ip), 2, 7, up=False)
    ip("link", "set", "lo", "group", 7)
    for words, says in (
        (("0", "--yes=0"), "Group default (0) can't be deleted: it holds lo and every untagged interface"),
        (("7", "--yes=7"), "The kernel would delete nobody, since it can't delete lo (the loopback). Retag it first."),
    ):
        done, sends = traced(tmp_path / words[0], "delete", *words)
        assert (done.status, done.err, sends) == (1, "", [])
        assert says in done.out
    wrong: list[tuple[tuple[str, ...], int, str]] = [
        ((), 2, "Say which group's"),
        (("7", "8"), 2, "Say which group's"),
        (("77", "--yes"), 1, "Nobody is in group 77"),
        (("nix", "--yes"), 1, "There is no group “nix”"),
        (("7", "--yes=7", "--expect", "9"), 1, "It concerns 3 interfaces, not 9; nothing was sent."),
    ]
    for mistaken, status, says in wrong:
        done = verb("delete", *mistaken)
        assert (done.status, says in done.out + done.err) == (status, True)
    ip("link", "set", "lo", "group", 0)
    assert "Nothing can be changed: started with --read-only." in verb("delete", "7", "--yes=7", "--read-only").err
    assert {"m0", "m1", "lo"} == there(ip)


def test_the_way_here_goes_only_if_nobody_wants_a_guard(way_out: str, ip: Ip) -> None:
    done = verb("delete", "5", "--yes=5", "--json")
    assert (done.status, done.json["result"], done.json["needs"]) == (1, "refused", ["--no-guard"])
    assert done.json["risks"][0].startswith(f"The way to this machine goes with them: {way_out} (")
    assert way_out in there(ip)
    assert verb("delete", "5", "--yes=5", "--no-guard").status == 0
    assert way_out not in there(ip)


def test_names_that_get_at_terminals_are_shown_as_text(ip: Ip, tmp_path: Path) -> None:
    path = make_hostile(ip, tmp_path)
    for group in range(7, 12):
        done = verb("delete", str(group), f"--yes={group}", "--names", path)
        assert (done.status, done.err) == (0, "")
        assert all(char.isprintable() for char in done.out.replace("\n", ""))
    assert len(NAMES) > 5
    assert there(ip) == {"lo"}


@needs_root
def test_without_privilege_nothing_is_sent(ip: Ip, tmp_path: Path) -> None:
    many(cheap_kind(ip), 2, 7, up=False)
    if os.system("command -v setpriv >/dev/null"):
        pytest.skip("setpriv is not installed")
    powerless = ("setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin", "--")
    done = verb("delete", "7", "--yes=7", before=powerless)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("ifgroup: Nothing can be changed: ")
    assert {"m0", "m1"} < there(ip)
