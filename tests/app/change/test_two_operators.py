"""Two operators at once: what another changes while a question is open, before a send, and before the read-back."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.driven import eager, requests, states
from tests.links import Ip, add, index_of
from tests.writers import once

NEWLINK, SETLINK = 16, 19  # linux/rtnetlink.h


@pytest.fixture
def sent(ip: Ip, sent: list[dict[int, bytes]]) -> list[dict[int, bytes]]:
    """The batches that were sent. The veths g0 to g2 are in group 7, h0 is in group 8, all down."""
    for number, (name, group) in enumerate((("g0", 7), ("g1", 7), ("g2", 7), ("h0", 8))):
        add(ip, "veth", name, "address", f"02:00:00:00:00:0{number}")
        ip("link", "set", name, "group", group)
    return sent


@pytest.fixture
def audit(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


def last(audit: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(audit.read_text().splitlines()[-1])
    return record


def rows(audit: Path) -> dict[str, tuple[str, dict[str, Any], dict[str, Any] | None]]:
    """What became of each member of the last change, by name, with before and after."""
    return {row["ifname"]: (row["became"], row["before"], row.get("after")) for row in last(audit)["members"]}


async def test_undo_leaves_alone_what_another_set_while_it_asked(ip: Ip, sent: Any, audit: Path) -> None:
    async with eager(audit=audit) as hands:
        await hands.choose(7)
        await hands.press("M")
        await hands.hears("group 7 MTU 9000: all 3 changed")
        await hands.press("z")
        await hands.sees("undo 1: group 7 MTU 1500", "y: do it")
        ip("link", "set", "g2", "mtu", 1234)
        await hands.press("y")
        await hands.sees("1 skipped (g2: now 1234, set by another)")
        await hands.press("escape")
        await hands.hears("undo 1: 3 interfaces MTU 1500: 2 changed; 1 skipped (g2: now 1234, set by another)")
        entry = hands.session.log.entries[-1]
        assert f"{entry.what}: {entry.outcome}" == hands.message
        assert entry.lines == ('for dev in g0 g1; do ip link set dev "$dev" mtu 1500; done',)
        assert [step.before.mtu for step in entry.steps] == [9000, 9000]
        await hands.press("z")
        await hands.hears("There is nothing to undo")
    assert {name: state.mtu for name, state in states(ip).items() if name[0] == "g"} == {
        "g0": 1500,
        "g1": 1500,
        "g2": 1234,
    }
    assert requests(sent)[1:] == [[(SETLINK, index_of(ip, name)) for name in ("g0", "g1")]]
    done = ("changed", {"mtu": 9000}, {"mtu": 1500})
    assert rows(audit) == {"g0": done, "g1": done, "g2": ("skipped", {"mtu": 1234}, None)}
    assert (last(audit)["outcome"], last(audit)["messages"], last(audit)["group_id"]) == ("partly", 2, None)


async def test_where_others_changed_all_of_it_meanwhile_nothing_is_sent(ip: Ip, sent: Any, audit: Path) -> None:
    async with eager(audit=audit) as hands:
        await hands.choose(8)
        await hands.press("M")
        await hands.hears("group 8 MTU 9000: 1 changed")
        await hands.press("z")
        await hands.sees("y: do it")
        ip("link", "set", "h0", "mtu", 1400)
        await hands.press("y")
        await hands.hears("undo 1: interface h0 MTU 1500: nothing sent: 1 skipped (h0: now 1400, set by another)")
    assert len(sent) == 1
    assert states(ip)["h0"].mtu == 1400
    assert (last(audit)["outcome"], last(audit)["messages"]) == ("nothing", 0)


async def test_an_undo_does_not_touch_who_was_retagged_into_the_group_without_a_word(
    ip: Ip, sent: Any, audit: Path
) -> None:
    """The kernel sends no event for the retag of a DOWN link, so the undo must ask before it sends."""
    ip("link", "set", "h0", "mtu", 9000)
    async with eager(audit=audit) as hands:
        await hands.choose(7)
        await hands.press("M")
        await hands.hears("group 7 MTU 9000: all 3 changed")
        await hands.press("z")
        await hands.sees("y: do it")
        ip("link", "set", "h0", "group", 7)
        await hands.press("y")
        await hands.hears("undo 1: 3 interfaces MTU 1500: all 3 changed · 3 messages")
    assert {name: state.mtu for name, state in states(ip).items() if name[0] in "gh"} == {
        "g0": 1500,
        "g1": 1500,
        "g2": 1500,
        "h0": 9000,
    }


async def test_the_undo_of_a_retag_leaves_who_was_retagged_again_without_a_word(ip: Ip, sent: Any, audit: Path) -> None:
    async with eager(audit=audit) as hands:
        await hands.mark("g0", "g1")
        await hands.press("r")
        await hands.type("9")
        await hands.press("enter")
        await hands.hears("2 interfaces to group 9: all 2 changed")
        await hands.press("z")
        await hands.sees("y: do it")
        ip("link", "set", "g1", "group", 11)
        await hands.press("y")
        await hands.sees("1 skipped (g1: now in group 11, set by another)")
    assert (states(ip)["g0"].group, states(ip)["g1"].group) == ("7", "11")
    assert rows(audit)["g1"] == ("skipped", {"group": 11}, None)


@pytest.mark.parametrize("address", ["02:00:00:00:00:99", "02:00:00:00:00:02"], ids=["another MAC", "the same MAC"])
async def test_an_undo_does_not_touch_an_interface_made_anew_meanwhile(
    ip: Ip, sent: Any, audit: Path, address: str
) -> None:
    async with eager(audit=audit) as hands:
        await hands.choose(7)
        await hands.press("M")
        await hands.hears("group 7 MTU 9000: all 3 changed")
        await hands.press("z")
        await hands.sees("y: do it")
        index = index_of(ip, "g2")
        ip("link", "del", "g2")
        add(ip, "veth", "g2", "index", index, "address", address)
        ip("link", "set", "g2", "mtu", 9000, "group", 7)
        await hands.press("y")
        await hands.sees(f"1 skipped (g2: index {index} is another interface now (g2))")
    assert {name: state.mtu for name, state in states(ip).items() if name[0] == "g"} == {
        "g0": 1500,
        "g1": 1500,
        "g2": 9000,
    }


async def test_a_group_change_that_another_overtook_is_no_failure(ip: Ip, sent: Any, audit: Path) -> None:
    async with eager(audit=audit) as hands:
        hands.writer.after = once([lambda: ip("link", "set", "g1", "mtu", 1400)])
        await hands.choose(7)
        await hands.press("M")
        await hands.sees("2 changed; 1 changed, then changed again by another (g1: now 1400)")
        await hands.press("escape", "z")
        await hands.sees("Left alone, since somebody else changed them meanwhile: g1.", "y: do it")
        await hands.press("y")
        await hands.hears("undo 1: 2 interfaces MTU 1500: all 2 changed")
    assert states(ip)["g1"].mtu == 1400
    (_, first, _) = [json.loads(line) for line in ("null\n" + audit.read_text()).splitlines()]
    assert (first["outcome"], first["errno"]) == ("partly", 0)
    assert first["members"][2] == {
        "ifindex": index_of(ip, "g1"),
        "ifname": "g1",
        "became": "changed again by another",
        "before": {"mtu": 1500},
        "after": {"mtu": 1400},
    }


async def test_single_interfaces_that_another_overtook_are_no_failure(ip: Ip, sent: Any, audit: Path) -> None:
    """Only the last message of a batch asks for an ACK; silence about the others means that they were done."""
    async with eager(audit=audit) as hands:
        hands.writer.after = once([lambda: ip("link", "set", "g0", "group", 11)])
        await hands.mark("g0", "g1", "h0")
        await hands.press("r")
        await hands.type("9")
        await hands.press("enter")
        await hands.sees("2 changed; 1 changed, then changed again by another (g0: now in group 11)")
    assert rows(audit)["g0"] == ("changed again by another", {"group": 7}, {"group": 11})
