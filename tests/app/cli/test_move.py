"""`ifgroup move`: one message or one each, the name always, both namespaces read back."""

from pathlib import Path

from tests.app.cli.verbs import traced, verb
from tests.elsewhere import far_netns
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
