"""The message view: every byte on the screen, each step explained, on small and plain terminals too."""

import re
from collections import Counter
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from textwrap import wrap
from typing import Any

import pytest

from tests.changes import setting
from tests.driven import driven
from tests.hosted import Hands, Host, hosted
from tests.hostile import ALIASES, MAP, NAMES, controls
from tests.links import Ip, cheap_kind, many
from tests.messages import DMZ, error, notification
from tests.writers import record_sends
from tui.model.names.map import NameMap, parse
from tui.model.wire.trace import Batch, WireTrace
from tui.netlink.wire import attribute, group_change, link_change, u32
from tui.present.commands import OnWire
from tui.present.wire import STEPS, VIEWS, about
from tui.screens.wire.screen import WireScreen

GROUP = group_change(5, 10, setting(mtu=9000))
SINGLE = tuple(link_change(seq, seq + 1, setting(mtu=9000), ack=False) for seq in (1, 2, 3))
EVENT = notification(attribute(3, b"m0\0"), u32(4, 9000), u32(27, 10), attribute(20, bytes(range(1, 41))))


def a_trace(**fields: Any) -> WireTrace:
    """Return a group's MTU change of 64 members, but for ``fields``."""
    made: dict[str, Any] = {
        "title": "group dmz (10) MTU 9000",
        "whole_group": True,
        "members": 64,
        "sent": Batch((GROUP,), 1, len(GROUP), 1),
        "answers": (error(0, GROUP),),
        "answered": 1,
        "events": 128,
        "notification": EVENT,
        "of_member": True,
        "checked": True,
        "links": 65,
        "sent_at": 0.0012,
        "inside": 0.0023,
        "acked_at": 0.0045,
        "seen_at": 0.0123,
        "other_way": Batch(SINGLE[:2], 64, 2560, 1),
        "remark": "Only the last of a send asks for an ACK; a send has at most 512 messages.",
    }
    return WireTrace(**made | fields)


ONE_BY_ONE = a_trace(
    title="520 interfaces to group 9",
    whole_group=False,
    members=16384,
    sent=Batch(SINGLE, 16384, 655360, 32),
    answered=32,
    events=0,
    notification=None,
    of_member=False,
    other_way=None,
    remark="One message can't retag: the group in it (IFLA_GROUP) selects the members, so it isn't set.",
)


def shown(
    trace: WireTrace | None, size: tuple[int, int] = (80, 24), ascii: bool = False, names: NameMap = DMZ
) -> AbstractAsyncContextManager[Hands[Host]]:
    return hosted(Host(WireScreen(trace, names, ascii), ascii), size)


async def read_through(hands: Hands[Host]) -> list[str]:
    """Scroll from the first row of a view to its last; return all rows."""
    await hands.press("g")
    rows: list[str] = []
    while True:
        found = re.search(r"rows ([\d,]+) to ([\d,]+) of ([\d,]+)", hands.text)
        assert found is not None
        first, last, number = (int(digits.replace(",", "")) for digits in found.groups())
        rows[first - 1 :] = hands.lines[5 : 5 + last - first + 1]
        if last == number:
            return rows
        await hands.press("pagedown")


def bytes_in(rows: list[str]) -> bytes:
    """Read the bytes back from the rows, as somebody would who copies them by hand."""
    return b"".join(bytes.fromhex(row[7:32]) for row in rows if re.match(r"[ >][0-9a-f]{4}  [0-9a-f]{2} ?", row))


@pytest.mark.parametrize("size", [(80, 24), (76, 16), (132, 43)])
async def test_every_byte_of_each_view_is_on_the_screen(size: tuple[int, int]) -> None:
    async with shown(a_trace(), size) as hands:
        for key, wire in (("1", GROUP), ("2", error(0, GROUP)), ("3", EVENT), ("4", b"".join(SINGLE[:2]))):
            await hands.press(key)
            assert bytes_in(await read_through(hands)) == wire


async def test_tab_goes_round_the_views_and_numbers_go_straight_there() -> None:
    async with shown(a_trace()) as hands:
        for number, view in enumerate((*VIEWS[1:], VIEWS[0]), 1):
            await hands.press("tab")
            assert f">{number % 4 + 1} {view}" in hands.text
        await hands.press("shift+tab")
        assert ">4 other way" in hands.text
        for number, view in enumerate(VIEWS, 1):
            await hands.press(str(number))
            assert f">{number} {view}" in hands.text


async def test_the_message_is_explained() -> None:
    async with shown(a_trace()) as hands:
        assert "group dmz (10) MTU 9000" in hands.lines[0]
        assert "We sent 1 message, 48 bytes, 1 send, to change 64 interfaces." in hands.text
        words = " ".join(" ".join(row[32:] for row in await read_through(hands)).split())
        assert "nlmsghdr.type 16 = RTM_NEWLINK" in words
        assert "nlmsghdr.flags 0x5 = REQUEST|ACK CREATE must be absent" in words
        assert "ifinfomsg.index 0 With IFLA_GROUP below: the whole group." in words
        assert "value 10: group dmz" in words


async def test_one_message_is_compared_with_many() -> None:
    async with shown(a_trace()) as hands:
        await hands.press("4")
        assert "One by one (RTM_SETLINK): 64 messages, 2,560 bytes, 1 send, against 1 message, 48 bytes" in hands.words
        rows = await read_through(hands)
        assert " other way 1 of 64: 40 bytes, never sent" in rows
        assert rows[-1] == " and 62 more of the same sort"
    async with shown(ONE_BY_ONE) as hands:
        assert "16,384 messages, 655,360 bytes, 32 sends" in hands.words
        assert (await read_through(hands))[-1] == " and 16,381 more of the same sort"
        await hands.press("4")
        assert "One message can't retag" in hands.words


async def test_notifications_are_counted_and_nobody_claims_them() -> None:
    async with shown(a_trace()) as hands:
        await hands.press("3")
        assert "128 notifications heard meanwhile; below is one of them." in hands.words
        assert "Others' changes can't be told from ours" in hands.words
    async with shown(a_trace(of_member=False)) as hands:
        await hands.press("3")
        assert "of an interface that we didn't change" in hands.words
    async with shown(ONE_BY_ONE) as hands:
        await hands.press("3")
        assert "No notification was heard." in hands.words
    async with shown(a_trace(events=2, notification=None, of_member=False)) as hands:
        await hands.press("3")
        assert "2 notifications heard; none of them tells what an interface is like." in hands.words


async def test_a_refusal_shows_the_kernels_words() -> None:
    refusal = error(22, GROUP, b"mtu greater than device maximum")
    sent = Batch((GROUP, SINGLE[0]), 2, 88, 2)
    async with shown(a_trace(sent=sent, answers=(refusal, refusal), answered=2)) as hands:
        assert "The last asks a member alone why it refused." in hands.words
        await hands.press("2")
        words = " ".join(" ".join(row[32:] for row in await read_through(hands)).split())
        assert "nlmsgerr.error -22 = EINVAL: Invalid argument" in words
        assert "value mtu greater than device maximum" in words


@pytest.mark.parametrize("trace", [a_trace(), ONE_BY_ONE], ids=["group", "one by one"])
async def test_steps_walk_through_with_what_was_measured(trace: WireTrace) -> None:
    async with shown(trace) as hands:
        assert "build → send → the kernel walks the members → ACK → events → read back" in hands.words
        for number, step in enumerate(STEPS, 1):
            await hands.press("n" if number % 2 else "enter")
            assert f"Step {number} of 6: {step.title} ({step.took(trace)})" in hands.words
            assert step.says(trace) in hands.words
            assert f">{VIEWS.index(step.view) + 1} {step.view}" in hands.text
        await hands.press("n")
        assert "Step 6 of 6" in hands.text
        for number in range(len(STEPS) - 1, 0, -1):
            await hands.press("p")
            assert f"Step {number} of 6" in hands.text
        await hands.press("p", "p")
        assert "n walks through it" in hands.text


async def test_a_step_marks_its_pieces_and_goes_there() -> None:
    async with shown(a_trace()) as hands:
        await hands.press("n", "n", "n")
        assert any(row.startswith(">0014  00 00 00 00") for row in hands.lines), hands.text
        marked = bytes_in([row for row in await read_through(hands) if row.startswith(">")])
        assert marked == GROUP[0x14:]  # index, flags, mask, and the attributes with what they hold
        await hands.press("n")
        assert any(row.startswith(">0010  00 00 00 00") and "nlmsgerr.error" in row for row in hands.lines)
        assert "3.3 ms from the first send to the last answer" in hands.words
        await hands.press("n", "n")
        assert "7.8 ms after the ACK, 65 interfaces" in hands.words


async def test_what_did_not_come_is_not_made_up() -> None:
    lost = a_trace(answers=(), answered=0, inside=0.0, checked=False)
    async with shown(lost) as hands:
        await hands.press("n", "n", "n")
        assert "send() had not returned" in hands.text
        await hands.press("n")
        assert "none within 3.3 ms" in hands.text
        assert "The kernel sent 0 answers" in hands.text
        await hands.press("n", "n")
        assert "(it failed)" in hands.text


async def test_before_anything_was_sent_it_says_so() -> None:
    async with shown(None) as hands:
        assert "Nothing was sent yet." in hands.text
        await hands.press("n", "p", "tab", "2", "j", "pagedown", "G")
        assert "Nothing was sent yet." in hands.text
        await hands.press("escape")
        assert hands.app.screen is not hands.app.shown


@pytest.mark.parametrize("key", ["escape", "q", "w"])
async def test_it_can_be_left(key: str) -> None:
    async with shown(a_trace()) as hands:
        await hands.press(key)
        assert hands.app.screen is not hands.app.shown


async def test_the_help_names_every_key() -> None:
    async with shown(a_trace(), size=(80, 30)) as hands:
        await hands.press("question_mark")
        for command in OnWire.all:
            assert f"{command!s:<9} {command.help}" in hands.text


def test_each_command_has_an_action_and_a_key_of_its_own() -> None:
    keys = Counter(key for command in OnWire.all for key in command.keys.split(","))
    assert [key for key, times in keys.items() if times > 1] == []
    for command in OnWire.all:
        assert callable(getattr(WireScreen, f"action_{command.id}"))
        assert command.help.endswith(".")


async def test_scrolling_stays_within_the_rows() -> None:
    async with shown(a_trace()) as hands:
        top = hands.text
        await hands.press("k", "pageup", "up")
        assert hands.text == top
        await hands.press("j")
        assert "rows 2 to" in hands.text
        await hands.press("G")
        end = hands.text
        assert "value  10: group dmz" in end
        await hands.press("j", "pagedown", "space")
        assert hands.text == end
        await hands.press("g")
        assert hands.text == top


@pytest.mark.parametrize("trace", [a_trace(), ONE_BY_ONE], ids=["group", "one by one"])
def test_what_is_said_fits_its_lines_at_80_cells(trace: WireTrace) -> None:
    big = replace(trace, members=1_000_000, events=1_000_000, of_member=False, links=1_000_000)
    for each in (trace, big):
        for step in STEPS:
            assert len(wrap(step.says(each), 78)) <= 3, step.title
            assert len(f" Step 6 of 6: {step.title} ({step.took(each)})") <= 80, step.title
        for view in VIEWS:
            assert len(wrap(about(each, view), 78)) <= 3, view


async def test_plain_terminals_get_ascii_alone() -> None:
    async with shown(a_trace(), ascii=True) as hands:
        for key in ("1", "2", "3", "4", "n", "n", "n", "n", "n", "n", "question_mark"):
            await hands.press(key)
            assert hands.text.isascii(), hands.text


@pytest.mark.parametrize("size", [(20, 8), (1, 1), (40, 10)])
async def test_tiny_terminals_do_no_harm(size: tuple[int, int]) -> None:
    async with shown(a_trace(), size) as hands:
        await hands.press("n", "n", "j", "G", "3", "4")
        await hands.pilot.resize_terminal(80, 24)
        await hands.pilot.pause()
        assert ">4 other way" in hands.text


@pytest.mark.parametrize("ascii", [False, True])
async def test_hostile_names_do_not_reach_the_terminal(ascii: bool) -> None:
    parts = [attribute(3 if len(raw) < 16 else 20, raw + b"\0") for raw in (*NAMES, *ALIASES)]
    event = notification(*parts, u32(27, 7), u32(27, 10))
    words = b"esc\x1b[7z [b]\xff"
    trace = a_trace(notification=event, answers=(error(22, GROUP, words),))
    async with shown(trace, ascii=ascii, names=parse(MAP)) as hands:
        await hands.press("3")
        rows = await read_through(hands)
        assert bytes_in(rows) == event
        assert not controls("\n".join(rows))
        said = "\n".join(rows)
        for text in (value for value in NAMES.values() if value.isascii()):
            assert text in said
        assert ("漢字漢x" in said) != ascii
        await hands.press("2")
        said = "\n".join(await read_through(hands))
        assert not controls(said)
        assert "esc\\x1b[7z [b]\\xff" in said


async def test_the_key_w_shows_what_the_console_really_sent(ip: Ip, monkeypatch: pytest.MonkeyPatch) -> None:
    many(cheap_kind(ip), 3, 7, up=False)
    sent = record_sends(monkeypatch)
    async with driven() as hands:
        await hands.press("w")
        await hands.sees("Nothing was sent yet.")
        await hands.press("escape")
        await hands.choose(7)
        await hands.press("u")
        await hands.hears("3")
        await hands.until(lambda: hands.session.trace is not None, "a trace")
        await hands.press("w")
        await hands.sees("We sent 1 message, 40 bytes, 1 send, to change 3 interfaces.")
        (batch,) = sent
        (raw,) = batch.values()
        first = bytes_in([line for line in hands.text.splitlines() if "nlmsghdr" in line])
        assert first == raw[:16]
