"""A queue length, from the palette to the interfaces and back: `ip` tells what became of it."""

import json
from pathlib import Path

import pytest

from tests.driven import Driven, driven, eager, requests
from tests.guards import guards
from tests.links import Ip, cheap_kind, index_of, many, until

RTM_NEWLINK, RTM_SETLINK = 16, 19
LENGTH = 777


def lengths(ip: Ip, *names: str) -> list[int]:
    """Return the queue lengths of interfaces, as `ip` tells them; 0 is not told."""
    found = {link["ifname"]: link.get("txqlen", 0) for link in json.loads(ip("-j", "link"))}
    return [found[name] for name in names]


async def ask(hands: Driven, length: int) -> None:
    """Ask for a queue length by the palette, and type it."""
    await hands.press("ctrl+p")
    await hands.type("txq")
    await hands.sees("txqueuelen… (Ctrl+P)")
    await hands.press("enter")
    await hands.sees(", in packets:")
    await hands.type(str(length))


async def test_a_group_gets_it_by_one_message_and_the_old_one_back_by_another(
    ip: Ip, sent: list[dict[int, bytes]], tmp_path: Path
) -> None:
    kind = cheap_kind(ip)
    many(kind, 3, 7, up=False, prefix="a")
    many(kind, 1, 8, up=False, prefix="b")
    ip("link", "set", "a1", "up")
    names = ("a0", "a1", "a2", "b0")
    for name in names:
        ip("link", "set", name, "txqueuelen", 1000)
    audit = tmp_path / "audit.jsonl"
    async with driven(audit=audit) as hands:
        await hands.choose(7)
        await ask(hands, LENGTH)
        await hands.sees(
            "queue length for group 7, in packets:",
            f"3 of 3: 1000 → {LENGTH}    one message    ip link set group 7 txqueuelen {LENGTH}",
        )
        await hands.press("enter")
        await hands.hears(f"group 7 queue length {LENGTH}: all 3 changed · 1 message")
        assert lengths(ip, *names) == [LENGTH, LENGTH, LENGTH, 1000]
        assert requests(sent) == [[(RTM_NEWLINK, 0)]]
        assert hands.main.session.preset == 9000  # that is an MTU
        await hands.press("l")
        await hands.sees(f"group 7 queue length {LENGTH}")
        await hands.press("escape", "z")
        await hands.sees("undo 1: group 7 queue length 1000", f"3 of 3: {LENGTH} → 1000", "y: do it")
        await hands.press("y")
        await hands.hears("undo 1: group 7 queue length 1000: all 3 changed · 1 message")
        assert lengths(ip, *names) == [1000] * 4
    assert requests(sent) == [[(RTM_NEWLINK, 0)]] * 2
    first, second = map(json.loads, audit.read_text().splitlines())
    assert (first["operation"], first["txqueuelen"], first["mtu"]) == ("txqueuelen", LENGTH, None)
    assert [(row["before"], row["after"]) for row in first["members"]] == [
        ({"txqueuelen": 1000}, {"txqueuelen": LENGTH})
    ] * 3
    assert (second["undoes"], second["txqueuelen"]) == (1, 1000)


async def test_marked_interfaces_get_it_by_a_message_each_and_each_its_own_back(
    ip: Ip, sent: list[dict[int, bytes]]
) -> None:
    many(cheap_kind(ip), 3, 7, up=False, prefix="a")
    for name, length in (("a0", 1000), ("a1", 500), ("a2", 1000)):
        ip("link", "set", name, "txqueuelen", length)
    indexes = [index_of(ip, name) for name in ("a0", "a1")]
    async with driven() as hands:
        await hands.show_all()
        await hands.mark("a0", "a1")
        await ask(hands, LENGTH)
        await hands.press("enter")
        await hands.hears(f"2 interfaces queue length {LENGTH}: all 2 changed")
        assert lengths(ip, "a0", "a1", "a2") == [LENGTH, LENGTH, 1000]
        await hands.press("z")
        await hands.sees("undo 1: 2 interfaces back as they were")
        await hands.press("y")
        await hands.hears("all 2 changed")
    assert lengths(ip, "a0", "a1", "a2") == [1000, 500, 1000]
    assert requests(sent) == [[(RTM_SETLINK, index) for index in indexes]] * 2


@pytest.mark.parametrize(("typed", "says"), [("1k", "“1k” is no queue length: give packets"), ("9" * 11, "0 to 2147")])
async def test_what_is_no_queue_length_is_said_and_nothing_is_sent(
    ip: Ip, sent: list[dict[int, bytes]], typed: str, says: str
) -> None:
    many(cheap_kind(ip), 1, 7, up=False)
    async with driven() as hands:
        await hands.choose(7)
        await hands.press("ctrl+p")
        await hands.type("txq")
        await hands.sees("txqueuelen… (Ctrl+P)")
        await hands.press("enter")
        await hands.sees(", in packets:")
        await hands.type(typed)
        await hands.sees(says)
        await hands.press("enter", "escape")
        await hands.hears("Left as it is; nothing was sent.")
    assert sent == []


async def test_no_queue_at_all_on_the_way_here_is_guarded_and_taken_back(ip: Ip, room: Path, way_out: str) -> None:
    ip("link", "set", way_out, "txqueuelen", 1000)
    async with eager() as hands:
        await hands.choose(5)
        await ask(hands, 0)
        await hands.press("enter")
        await hands.sees("To do it all the same, type the group's name (5)", "A guard takes it back after 60 s")
        await hands.type("5")
        await hands.press("enter")
        await hands.sees("It is taken back in ")
        assert lengths(ip, way_out) == [0]
        assert len(guards()) == 1
        await hands.press("l", "R")
        await hands.until(lambda: not hands.main.session.counts_down, "the decision")
        await hands.until(lambda: lengths(ip, way_out) == [1000], "the old queue length")
    until(lambda: not guards(), "the guard's end")
