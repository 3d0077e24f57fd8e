"""The writing keys on a parent in the tree of names: all groups below it, by one send."""

from pathlib import Path

import pytest

from tests.driven import Driven, State, eager, states
from tests.links import Ip, add, cheap_kind, many
from tui.model.names.tree import Branch

Sent = list[dict[int, bytes]]
MAP = "257 dc1/a\n258 dc1/b\n259 dc1/r2/c\n260 dc1/r2/d\n300 dc2/x\n"


@pytest.fixture
def names(ip: Ip, tmp_path: Path) -> Path:
    """A name map, and two interfaces in each of three groups below dc1; nobody below dc2."""
    for group, prefix in ((257, "a"), (258, "b"), (259, "c")):
        many(cheap_kind(ip), 2, group, up=False, prefix=prefix)
    found = tmp_path / "group"
    found.write_text(MAP)
    return found


async def choose(hands: Driven, path: bytes) -> None:
    """Go to a parent's row with the keys."""
    await hands.press("g")
    while not (isinstance(place := hands.main.tables.place, Branch) and place.path == path):
        before = hands.main.group_table.cursor_key
        await hands.press("j")
        assert hands.main.group_table.cursor_key != before, f"no {path!r}"


def below(ip: Ip) -> dict[str, State]:
    return {name: state for name, state in states(ip).items() if name[0] in "abcv"}


async def test_the_keys_show_the_plan_for_all_groups_send_once_and_undo_takes_all_back(
    ip: Ip, names: Path, sent: Sent
) -> None:
    before = below(ip)
    async with eager(names) as hands:
        await choose(hands, b"dc1")
        await hands.sees("M  MTU 9000  6 of 6: 1500 → 9000  ip link set group dc1/a mtu 9000; ... and 2")
        await hands.sees("3 messages, one for each group, in one send.  No message for 1 group")
        await hands.press("M")
        await hands.hears("dc1/ (4 groups) MTU 9000: all 6 changed · 3 messages, 144 bytes, ACK after")
        assert [len(batch) for batch in sent] == [3]
        assert {state.mtu for state in below(ip).values()} == {9000}
        await hands.press("o")
        await hands.sees("group dc1/a (257): done: 2 changed", "group dc1/r2/d (260): no members, no message")
        await hands.press("escape", "z")
        await hands.sees("undo 1: 3 groups MTU 1500", "3 messages, one a group")
        await hands.press("y")
        await hands.hears("undo 1: 3 groups MTU 1500: all 6 changed · 3 messages")
        assert ([len(batch) for batch in sent], below(ip)) == ([3, 3], before)


async def test_a_group_that_refuses_is_told_beforehand_and_afterwards(ip: Ip, names: Path, sent: Sent) -> None:
    add(ip, "veth", "v0")
    ip("link", "set", "v0", "group", 257)
    async with eager(names) as hands:
        await choose(hands, b"dc1")
        await hands.press("m")
        await hands.type("70000")
        await hands.press("enter")
        await hands.sees("dc1/ (4 groups) MTU 70000", "the other groups are changed all the same", "y: do it")
        await hands.press("y")
        await hands.sees("2 groups done, 1 partly; 6 changed; 1 refused (v0)", "group dc1/a (257): partly: 2 changed;")
        assert {name: state.mtu for name, state in below(ip).items()}["v0"] == 1500
        assert [len(batch) for batch in sent] == [3, 1]


async def test_a_parent_that_another_renames_while_the_dialog_is_open_is_left_alone(
    ip: Ip, names: Path, sent: Sent
) -> None:
    add(ip, "veth", "v0")
    ip("link", "set", "v0", "group", 257)
    before = below(ip)
    async with eager(names) as hands:
        await choose(hands, b"dc1")
        await hands.press("m")
        await hands.type("70000")
        await hands.press("enter")
        await hands.sees("y: do it")
        names.write_text(MAP.replace("dc1", "dc3"))
        await hands.press("y")
        await hands.hears("Nothing was sent: while you read, the name map changed")
        await hands.sees("dc3")
        assert (sent, below(ip)) == ([], before)


async def test_what_needs_no_yes_looks_at_the_names_again_too_and_new_names_wipe_no_outcome(
    ip: Ip, names: Path, sent: Sent
) -> None:
    async with eager(names) as hands:
        await choose(hands, b"dc1")
        await hands.press("e", *"promisc", "space", *"on")
        await hands.sees("6 of 6: off → on")
        names.write_text(MAP.replace("dc1", "dc3"))
        await hands.press("enter")
        await hands.hears("Nothing was sent: while you read, the name map changed")
        assert sent == []
        await choose(hands, b"dc3")
        await hands.press("u")
        await hands.hears("dc3/ (4 groups) up: all 6 changed")
        names.write_text(MAP)
        await hands.sees("dc1")
        await hands.hears("dc3/ (4 groups) up: all 6 changed")


async def test_a_parent_without_members_is_told_and_nothing_is_sent(ip: Ip, names: Path, sent: Sent) -> None:
    async with eager(names) as hands:
        await choose(hands, b"dc2")
        await hands.sees("u  up        no members", "Nobody is in any of its groups: no message would be sent.")
        await hands.press("u")
        await hands.hears("dc2/ (1 group) up: no members, nothing done.")
        await hands.press("y")
        await hands.hears("There is no line to copy")
        assert sent == []


async def test_one_protected_child_makes_the_whole_ask_for_the_parents_name(
    way_out: str, ip: Ip, tmp_path: Path
) -> None:
    many(cheap_kind(ip), 2, 258, up=True, prefix="b")
    (tmp_path / "group").write_text("5 dc1/wan\n258 dc1/b\n")
    async with eager(tmp_path / "group", guard_timeout=None) as hands:
        await choose(hands, b"dc1")
        await hands.sees("asks for the name (dc1)")
        await hands.press("d")
        await hands.sees("dc1/ (2 groups) carries the way to this machine: wan0", "type the parent's name (dc1)")
        await hands.until(lambda: "Asking the kernel" not in hands.dialog, "what it would cut off")
        await hands.type("b")
        await hands.press("enter")
        await hands.sees("That is not dc1. Nothing was sent.")
        await hands.press("backspace")
        await hands.type("dc1")
        await hands.press("enter")
        await hands.hears("dc1/ (2 groups) down: all 3 changed · 2 messages")
        assert not any(state.up for name, state in states(ip).items() if name in ("wan0", "b0", "b1"))
