"""`--each`: a message for each member, none of which holds the group attribute."""

from pathlib import Path

from tests.app.cli.verbs import traced, verb
from tests.links import Ip, add, cheap_kind, from_ip, many, slow_group


def test_each_sends_one_message_a_member_without_the_group(ip: Ip, tmp_path: Path) -> None:
    many(cheap_kind(ip), 600, 7, up=False)
    add(ip, cheap_kind(ip), "other")
    for verb_, words in (("set", ("7", "promisc", "on")), ("up", ("7",)), ("down", ("--filter", "group:7"))):
        record = tmp_path / verb_
        done, sends = traced(record, verb_, *words, "--each", "--json")
        assert (done.status, done.err, sends) == (0, "", [512, 88])
        told = done.json
        assert (told["each"], told["group_id"], told["messages"], len(told["changed_members"])) == (True, 7, 600, 600)
        assert told["text"].startswith("600 interfaces of group 7")
        sent = [line for line in record.read_text(errors="replace").splitlines() if "RTM_SETLINK" in line]
        assert sent
        assert "IFLA_GROUP" not in "".join(sent)
    done, sends = traced(tmp_path / "one", "set", "7", "promisc", "off", "--json")
    assert (sends, done.json["each"]) == ([1], False)
    assert "IFLA_GROUP" in (tmp_path / "one").read_text(errors="replace")  # so strace would have told of it
    ip("link", "set", "m3", "promisc", "on")
    done, sends = traced(tmp_path / "rest", "set", "7", "promisc", "on", "--each", "--json")
    assert (sends, done.json["already"], done.json["members"]) == ([512, 87], 1, 600)
    assert all("PROMISC" in link["flags"] for link in from_ip(ip).values() if link["group"] == "7")


def test_of_a_parent_each_member_of_all_its_groups_gets_its_message(ip: Ip, tmp_path: Path) -> None:
    for group, prefix in ((7, "a"), (8, "b"), (9, "c")):
        many(cheap_kind(ip), 3, group, up=False, prefix=prefix)
    names = tmp_path / "group"
    names.write_text("7 dc1/web\n8 dc1/db\n9 other\n")
    done, sends = traced(tmp_path / "sent", "--names", str(names), "set", "dc1/", "mtu", "1400", "--each", "--json")
    assert (done.status, sends, done.json["branch"], done.json["group_id"]) == (0, [6], "dc1", None)
    assert done.json["text"].startswith("6 interfaces of dc1/ (2 groups) MTU 1400: all 6 changed")
    assert {link["mtu"] for link in from_ip(ip).values() if link["group"] in ("7", "8")} == {1400}
    assert [link["mtu"] for link in from_ip(ip).values() if link["group"] == "9"] == [1500] * 3


def test_a_script_hears_how_long_it_takes_and_is_not_asked(ip: Ip, tmp_path: Path) -> None:
    slow_group(ip)
    told = "ifgroup: 400 members with IPv6 that are UP: about "
    dry = verb("set", "7", "promisc", "on", "--dry-run")
    assert (dry.status, dry.err) == (4, "")
    assert told.removeprefix("ifgroup: ") in dry.out
    assert "--each: 400 messages, one each, without the group attribute: less than 1 s; other" in dry.out
    done, sends = traced(tmp_path / "sent", "set", "7", "promisc", "on", "--json")
    assert (done.status, sends, done.err.count("\n")) == (0, [1], 1)
    assert done.err.startswith(told)
    assert done.err.endswith(
        "during which no other link change on this machine gets through, and nothing can stop it.\n"
    )
    assert done.json["seconds_estimated"] > 1 > 0.1 > done.json["seconds_estimated_each"] > 0
    done, sends = traced(tmp_path / "each", "set", "7", "promisc", "off", "--each", "--json")
    assert (done.status, done.err, sends) == (0, "", [400])
    assert done.json["seconds_estimated"] == done.json["seconds_estimated_each"] < 0.1
