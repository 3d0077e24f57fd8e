"""`e`: any attribute of a group, or of marked interfaces, typed word by word."""

import json
from typing import Any

import pytest

from tests.driven import driven, eager, requests
from tests.links import Ip, add, cheap_kind, index_of, many

RTM_NEWLINK, RTM_SETLINK = 16, 19


def seen(ip: Ip, *names: str) -> list[dict[str, Any]]:
    found = {link["ifname"]: link for link in json.loads(ip("-j", "-d", "link"))}
    return [found[name] for name in names]


@pytest.fixture(autouse=True)
def made(ip: Ip) -> None:
    many(cheap_kind(ip), 3, 7, up=False, prefix="a")
    add(ip, "bridge", "br0")


async def test_several_attributes_of_a_group_are_one_message_and_one_undo(ip: Ip, sent: list[dict[int, bytes]]) -> None:
    before = seen(ip, "a0", "a1", "a2")
    async with driven() as hands:
        await hands.choose(7)
        await hands.press("e")
        await hands.sees("Set on group 7:", "bytes, such as 1500 or 9000", "Type, or choose with the arrows")
        await hands.type("mtu 1400 pro")
        await hands.sees("“pro” can't be set")
        await hands.press("enter", "enter")  # the word, then the first of its values
        await hands.sees("3 of 3: MTU 1500 → 1400, promisc off → on", "one message")
        await hands.type("alias 'core uplink'")
        await hands.sees("ip link set group 7 mtu 1400 alias 'core uplink' promisc on")
        await hands.press("enter")
        await hands.hears("group 7 MTU 1400, alias “core uplink”, promisc on: all 3 changed · 1 message")
        for link in seen(ip, "a0", "a1", "a2"):
            assert (link["mtu"], link["ifalias"], "PROMISC" in link["flags"]) == (1400, "core uplink", True)
        assert requests(sent) == [[(RTM_NEWLINK, 0)]]
        await hands.press("z")
        await hands.sees("undo 1: group 7 MTU 1500, no alias, promisc off")
        await hands.press("y")
        await hands.hears("all 3 changed · 1 message")
    assert seen(ip, "a0", "a1", "a2") == before


async def test_marked_interfaces_get_a_message_each_and_a_master_by_its_name(
    ip: Ip, sent: list[dict[int, bytes]]
) -> None:
    async with driven() as hands:
        await hands.mark("a0", "a2")
        await hands.press("e")
        await hands.sees("Set on 2 marked interfaces:")
        await hands.type("master ")
        await hands.sees("br0", "none")
        await hands.press("tab")
        await hands.sees("2 of 2: none → br0", "2 messages, one each", 'ip link set dev "$dev" master br0')
        await hands.press("enter")
        await hands.hears("2 interfaces master br0: all 2 changed")
    assert [link.get("master") for link in seen(ip, "a0", "a1", "a2")] == ["br0", None, "br0"]
    bare = [[(RTM_SETLINK, index_of(ip, name)) for name in ("a0", "a2")]]
    assert requests(sent) == bare


async def test_what_was_chosen_in_the_list_since_the_last_letter_is_taken_and_nothing_is_sent(
    ip: Ip, sent: list[dict[int, bytes]]
) -> None:
    async with eager() as hands:
        await hands.choose(7)
        await hands.press("e")
        await hands.type("up ")
        await hands.sees("3 of 3: down → up")
        await hands.press("down", "enter")
        await hands.sees("alias wants a value: text; empty: none.")
        await hands.press("escape")
        await hands.hears("Left as it is; nothing was sent.")
        await hands.press("e", "enter")
        await hands.sees("Type, or choose with the arrows")  # Enter alone picks nothing
        await hands.type("qdisc x")
        await hands.sees("“qdisc” can't be set: the kernel ACKs it for a group and does nothing.")
        await hands.press("escape")
    assert sent == []


async def test_r_on_a_group_retags_all_its_members(ip: Ip, sent: list[dict[int, bytes]]) -> None:
    async with driven() as hands:
        await hands.choose(7)
        await hands.press("r")
        await hands.sees("Retag group 7 to the group:")
        await hands.type("9")
        await hands.sees("3 of 3: 7 → 9", "3 messages, one each")
        await hands.press("enter")
        await hands.hears("3 interfaces to group 9: all 3 changed")
        await hands.choose(9)
        await hands.press("r")
        await hands.sees("Retag group 9 to the group:")
    assert [link["group"] for link in seen(ip, "a0", "a1", "a2")] == ["9", "9", "9"]


async def test_r_on_a_group_without_members_says_so(ip: Ip, tmp_path: Any) -> None:
    names = tmp_path / "group"
    names.write_text("12 empty\n")
    async with eager(names) as hands:
        await hands.choose(12)
        await hands.press("r")
        await hands.hears("Group empty (12) has no members: there is nobody to retag.")
