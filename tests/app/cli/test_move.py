"""`ifgroup move`: one message or one each, the name always, both namespaces read back."""

import json
import os
from pathlib import Path

from tests.app.cli.verbs import traced, verb
from tests.elsewhere import far_netns
from tests.hostile import NAMES, controls, make_hostile
from tests.links import Ip, add, cheap_kind, many
from tui.netlink.move_group import BATCH


def test_by_one_message_and_back_and_by_one_each(ip: Ip, tmp_path: Path) -> None:
    many(cheap_kind(ip), BATCH + 4, 7, up=False)
    audit = ("--audit", str(tmp_path / "audit"))
    with far_netns(ip) as far:
        done, sends = traced(tmp_path / "one", "move", "7", far.path, "--yes=7", "--json", *audit)
        told = done.json
        assert (done.status, done.err, sends, told["result"], told["messages"]) == (0, "", [1], "done", 1)
        assert (len(told["moved"]), told["not_reached"], told["lost"]) == (BATCH + 4, [], [])
        assert len(far.names()) == BATCH + 4
        (logged,) = verb("log", *audit).out.splitlines()
        assert logged.endswith(f"move group 7 to netns {far.path}  done: {BATCH + 4} moved")
        line = verb("log", "--sh", *audit).out.splitlines()[-1]
        assert line == f"ip link set group 7 netns {far.path}"
        assert verb("move", "7", far.path, "--yes=7").status == 1  # nobody is in it, and it has no name
    with far_netns(ip) as far:
        many(cheap_kind(ip), BATCH + 4, 8, up=False, prefix="e")
        done, sends = traced(tmp_path / "each", "move", "8", far.path, "--each", "--yes=8", "--json")
        assert (done.status, sends, done.json["messages"]) == (0, [BATCH, 4], BATCH + 4)
        assert len(far.names()) == BATCH + 4


def test_what_is_asked_and_what_is_refused_send_nothing(ip: Ip, way_out: str) -> None:
    many(cheap_kind(ip), 2, 7, up=False)
    with far_netns(ip) as far:
        wrong: list[tuple[tuple[str, ...], int, str]] = [
            (("7",), 2, "ifgroup move GROUP NETNS"),
            (("7", far.path), 1, "Nothing was sent: it needs --yes=7, since nothing takes it back"),
            (("7", far.path, "--dry-run"), 4, "2 interfaces; one message."),
            (("7", far.path, "--yes=7", "--read-only"), 1, "started with --read-only"),
            (("7", far.path, "--yes=7", "--expect", "3"), 1, "It concerns 2 interfaces, not 3"),
            (("7", "nix", "--yes=7"), 1, "There is no network namespace at /run/netns/nix"),
            (("7", "/proc/self/ns/net", "--yes=7"), 0, "is the one that they are in"),
            (("0", far.path, "--yes=0"), 1, "Group default (0) isn't moved"),
            (("5", far.path, "--yes=5"), 1, "it needs --no-guard"),
        ]
        for words, status, says in wrong:
            done = verb("move", *words)
            assert (done.status, says in done.out + done.err) == (status, True), (words, done.out, done.err)
        assert far.names() == set()
        add(ip, "bridge", "br0")
        ip("link", "set", "br0", "group", 7)
        done = verb("move", "7", far.path, "--yes=7", "--json")
        told = done.json
        assert (done.status, told["result"], [row["ifname"] for row in told["tied"]]) == (
            1,
            "refused",
            ["br0"],
        )
        assert verb("move", "5", far.path, "--yes=5", "--no-guard").status == 0
        assert far.names() == {way_out}


def test_names_that_get_at_terminals_are_shown_as_text_and_arrive_as_they_are(ip: Ip, tmp_path: Path) -> None:
    path = make_hostile(ip, tmp_path)
    with far_netns(ip) as far:
        for group, each in ((7, ()), (8, ("--each",)), (9, ()), (10, ("--each",)), (11, ())):
            line = ("move", str(group), far.path, *each, "--names", path, "--audit", tmp_path / "audit")
            for more in ((), ("--dry-run",), (f"--yes={group}",)):
                done = verb(*line, *more)
                assert (done.status, done.err) == ({(): 1, ("--dry-run",): 4}.get(more, 0), ""), done.out
                assert all(char.isprintable() for char in done.out.replace("\n", ""))
        rows = json.loads(far.ip("-j", "link"), strict=False)  # which leaves control characters as they are
        there = {os.fsencode(row["ifname"]) for row in rows} - {b"lo"}
        assert there == set(NAMES)
        # The second time all names are taken there: each is told.
        for number, name in enumerate(list(NAMES)[:3]):
            add(ip, cheap_kind(ip), f"plain{number}")
            ip("link", "set", "dev", f"plain{number}", "group", 12)
            ip("link", "set", "dev", f"plain{number}", "name", name)
        done = verb("move", "12", far.path, "--yes=12", "--names", path)
        assert (done.status, done.err) == (1, "")
        assert all(shown in done.out for shown in list(NAMES.values())[:3])
    for form in ((), ("--sh",), ("--json",)):
        logged = verb("log", *form, "--names", path, "--audit", tmp_path / "audit")
        assert not controls(logged.out)
