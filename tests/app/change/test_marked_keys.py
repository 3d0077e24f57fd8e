"""The writing keys on marked interfaces: a message for each in one send, and nobody else is changed."""

from pathlib import Path
from typing import Any

import pytest

from tests.changes import setting
from tests.driven import driven, eager, is_bridge, requests, states
from tests.links import Ip, add, index_of
from tui.screens.dialogs.confirm import ConfirmScreen

Sent = list[dict[int, bytes]]
NEWLINK, SETLINK = 16, 19  # linux/rtnetlink.h


@pytest.mark.parametrize(
    ("key", "shown", "says", "wanted"),
    [
        ("u", "3 of 3: down → up", "3 interfaces up: all 3 changed · 3 messages", {"up": True}),
        ("d", "all 3 already are", "3 interfaces down: 3 already were · 3 messages", {"up": False}),
        ("M", "3 of 3: 1500 → 9000", "3 interfaces MTU 9000: all 3 changed · 3 messages", {"mtu": 9000}),
    ],
)
async def test_a_key_on_marks_sends_a_message_for_each_and_all_of_them_at_once(
    ip: Ip, kind: str, sent: Sent, key: str, shown: str, says: str, wanted: dict[str, Any]
) -> None:
    chosen = ("a0", "a2", "b1")
    after = {name: state._replace(**wanted) if name in chosen else state for name, state in states(ip).items()}
    async with eager() as hands:
        await hands.mark(*chosen)
        await hands.sees(shown, "3 messages, one for each marked interface, many in one send.")
        assert "for dev in a0 a2 b1; do ip link set dev" in hands.line("pane")
        await hands.press(key)
        await hands.hears(says)
        assert hands.marked == set(chosen)
    assert requests(sent) == [[(SETLINK, index_of(ip, name)) for name in chosen]]
    assert states(ip) == after


async def test_m_asks_for_the_marked_ones_mtu_and_makes_it_the_preset(ip: Ip, kind: str, sent: Sent) -> None:
    async with eager() as hands:
        await hands.mark("a0", "b0")
        await hands.press("m")
        await hands.sees("MTU for 2 marked interfaces, in bytes:", "2 of 2: 1500 → 9000", "2 messages, one each")
        await hands.type("1400")
        await hands.sees("2 of 2: 1500 → 1400")
        await hands.press("enter")
        await hands.hears("2 interfaces MTU 1400: all 2 changed")
        await hands.sees("M MTU 1400")
    assert [len(batch) for batch in sent] == [2]
    assert {name for name, state in states(ip).items() if state.mtu == 1400} == {"a0", "b0"}


async def test_when_the_marks_are_exactly_one_group_one_message_does_it_and_the_pane_says_so(
    ip: Ip, kind: str, sent: Sent, names: Path
) -> None:
    async with eager(names) as hands:
        await hands.mark("a0", "a1")
        await hands.sees("2 messages, one for each marked interface")
        await hands.mark("a2")
        await hands.sees("The marked interfaces are exactly group customers (7): one message does it.")
        await hands.sees("ip link set group customers up")
        await hands.press("u")
        await hands.hears("group customers (7) up: all 3 changed · 1 message")
    assert requests(sent) == [[(NEWLINK, 0)]]
    assert {name for name, state in states(ip).items() if state.up} == {"a0", "a1", "a2"}


async def test_somebody_who_joined_the_group_after_the_last_look_is_not_swept_along(
    ip: Ip, kind: str, sent: Sent
) -> None:
    """The marks are exactly a group on the screen, and no more so when the key is pressed."""
    async with eager() as hands:
        await hands.mark("a0", "a1", "a2")
        await hands.press("d")
        await hands.hears("group 7 down")
        ip("link", "set", "b0", "group", 7)
        hands.services.check()
        await hands.sees("3 messages, one for each marked interface")
        await hands.press("u")
        await hands.hears("3 interfaces up: all 3 changed")
    assert not states(ip)["b0"].up


async def test_hidden_marks_are_told_and_want_a_yes(ip: Ip, kind: str, sent: Sent) -> None:
    async with eager() as hands:
        await hands.mark("a0", "a1", "b0")
        await hands.press("slash")
        await hands.type("name:b")
        await hands.press("enter", "u")
        await hands.sees("3 interfaces up", "2 marked interfaces not shown", "y: do it")
        await hands.press("enter", "space", "q", "n")
        assert isinstance(hands.app.screen, ConfirmScreen)
        await hands.press("escape")
        await hands.hears("Left as it is; nothing was sent.")
        assert sent == []
        await hands.press("u")
        await hands.sees("2 marked interfaces not shown")
        await hands.press("y")
        await hands.hears("3 interfaces up: all 3 changed")
    assert requests(sent) == [[(SETLINK, index_of(ip, name)) for name in ("a0", "a1", "b0")]]


async def test_the_mtu_dialog_changes_who_was_marked_when_it_was_opened(ip: Ip, kind: str, sent: Sent) -> None:
    """One goes and another device takes over its index; a third party joins the group that was exactly the marks."""
    async with eager() as hands:
        await hands.mark("a0", "a1", "a2")
        await hands.press("m")
        await hands.sees("3 of 3: 1500 → 9000", "one message")
        index = index_of(ip, "a1")
        ip("link", "del", "a1")
        ip("link", "add", "fresh", "index", index, "group", 7, "type", "bridge")
        add(ip, kind, "late")
        ip("link", "set", "late", "group", 7)
        ip("link", "set", "late", "up")
        await hands.until(lambda: len(hands.main.view.shown.snapshot.members(7)) == 4, "the news")
        await hands.press("enter")
        await hands.sees("Outcome  (Esc: back)", "2 changed", "skipped: a1: ")
    found = states(ip)
    assert [found[name].mtu for name in ("a0", "a2", "fresh", "late")] == [9000, 9000, 1500, 1500]


async def test_hidden_marks_are_told_of_a_retag_from_the_groups_too(ip: Ip, kind: str, sent: Sent) -> None:
    async with eager() as hands:
        await hands.mark("a0", "a1")
        await hands.press("tab")
        await hands.choose(8)
        await hands.press("r")
        await hands.sees("Retag 2 marked interfaces")
        await hands.type("9")
        await hands.press("enter")
        await hands.sees("2 marked interfaces not shown", "y: do it")
        await hands.press("escape")
    assert sent == []


async def test_members_that_refuse_are_announced_and_the_others_change(ip: Ip, kind: str, sent: Sent) -> None:
    add(ip, "veth", "narrow")
    ip("link", "set", "narrow", "group", 8)
    async with eager() as hands:
        await hands.mark("a0", "narrow", "b0")
        await hands.press("m")
        await hands.type("70000")
        await hands.press("enter")
        await hands.sees("1 member can't take MTU 70000: narrow (takes 68…65535)")
        assert "The kernel stops at the first" not in hands.dialog
        await hands.press("y")
        await hands.sees("Outcome  (Esc: back)", "2 changed:", "refused: narrow (takes 68…65535)")
    assert [len(batch) for batch in sent] == [3]
    assert {name for name, state in states(ip).items() if state.mtu == 70000} == {"a0", "b0"}


async def test_a_member_that_was_renamed_or_replaced_since_is_skipped_and_named(ip: Ip, kind: str, sent: Sent) -> None:
    async with eager() as hands:
        await hands.mark("a0", "a1", "b0")
        plan = hands.plan(setting(up=True), hands.main.view.marks.indexes)
        index = index_of(ip, "a1")
        ip("link", "set", "a0", "name", "other")
        ip("link", "del", "a1")
        ip("link", "add", "a1", "index", index, "address", "02:00:00:00:00:77", "type", "bridge")
        await hands.until(lambda: is_bridge(hands, index), "the other device")
        hands.main.changes.send(plan)  # as if the key had been pressed before the picture changed
        await hands.sees("Outcome  (Esc: back)", "skipped: a0: is called other now", "another interface now (a1)")
    assert requests(sent) == [[(SETLINK, index_of(ip, "b0"))]]
    assert {name for name, state in states(ip).items() if state.up} == {"b0"}


async def test_a_held_key_on_marks_sends_once(ip: Ip, kind: str, sent: Sent) -> None:
    async with driven(held=60.0) as hands:
        await hands.mark("a0", "b0")
        await hands.press("u", "u", "u")
        await hands.hears("2 interfaces up: all 2 changed")
        await hands.mark("b1")
        await hands.press("u")  # other marks: another wish
        await hands.hears("3 interfaces up: 1 changed; 2 already were")
    assert len(sent) == 2


async def test_read_only_marks_but_sends_nothing(ip: Ip, kind: str, sent: Sent) -> None:
    async with eager(read_only=True) as hands:
        await hands.mark("a0", "b0")
        for key in ("u", "d", "m", "M", "r", "z"):
            await hands.press(key)
            await hands.hears("Nothing can be changed: started with --read-only.")
            await hands.press("?", "escape")
            assert hands.app.screen is hands.main
    assert sent == []


async def test_frozen_nothing_is_sent_for_marks(ip: Ip, kind: str, sent: Sent) -> None:
    async with eager() as hands:
        await hands.mark("a0", "b0")
        await hands.press("f")
        for key in ("u", "d", "m", "M", "r", "z"):
            await hands.press(key)
            await hands.hears("The picture is frozen")
            assert hands.app.screen is hands.main
    assert sent == []
